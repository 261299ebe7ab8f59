"""The demo's lists: what their generator makes, with codes that are nobody's and all that a till must cope with."""

import csv
import importlib.util
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
from stdnum import ean
from stdnum.fi import ytunnus

FOLDER = Path(__file__).resolve().parent.parent / "scripts" / "demo_data"


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ARTICLES = rows("articles.csv")


@pytest.fixture
def generator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """make.py, which writes into a folder of its own."""
    spec = importlib.util.spec_from_file_location("demo_data_make", FOLDER / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "HERE", tmp_path)
    return module


def test_the_lists_are_what_their_generator_makes(generator: ModuleType, tmp_path: Path) -> None:
    generator.main()
    for name in ("articles.csv", "customers.csv", "cashiers.csv"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes()


def test_every_code_is_valid_and_on_no_product() -> None:
    codes = [code for row in ARTICLES for code in row["gtin"].split()]
    assert [code for code in codes if not ean.is_valid(code)] == []
    assert [code for code in codes if not code.startswith(("952", "20") if len(code) == 13 else "2")] == []


def test_every_business_id_is_valid_and_nobodys() -> None:
    ids = [row["business_id"] for row in rows("customers.csv") if row["business_id"]]
    assert len(ids) >= 5
    assert all(ytunnus.is_valid(number) for number in ids)
    assert all(number.startswith("99") for number in ids)  # the register is at 36 as this is written


def test_the_list_holds_what_a_till_must_cope_with() -> None:
    codes = Counter(code for row in ARTICLES for code in row["gtin"].split())
    assert len(ARTICLES) >= 300
    assert len({row["article_id"] for row in ARTICLES}) == len(ARTICLES)
    assert len([code for code, articles in codes.items() if articles > 1]) == 1
    assert len([row for row in ARTICLES if " " in row["gtin"]]) >= 5
    assert len([row for row in ARTICLES if row["deposit"]]) >= 20
    assert len([row for row in ARTICLES if row["age_limit"] == "18"]) >= 10
    assert {row["vat_code"] for row in ARTICLES} == {"standard", "reduced", "low", "zero"}
    assert {row["role"] for row in rows("cashiers.csv")} == {"cashier", "shift_lead", "manager", "technician"}
    tenders = {tender for row in rows("customers.csv") for tender in row["tenders"].split()}
    assert tenders == {"invoice", "account", "payroll", "bonus"}
