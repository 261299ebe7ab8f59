"""K-Ruoka's real list and its traps: prices per kilogram, in-store codes, a price that means that there is none."""

import csv
import lzma
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from server_push.assortment.importing import import_articles
from server_push.assortment.kruoka import COLUMNS, priced, vat_code_of
from server_push.assortment.report import BadCell
from tests.support.pricelists import NOW, gtin, table

LIST = "catalogue/kruoka-2025-07-18.csv.xz"


def raw(path: Path) -> dict[str, dict[str, str]]:
    with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
        return {row["EAN-code"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize(
    ("cells", "cents", "unit"),
    [
        (("6410405053749", "14.36", "kg", "0.25"), 359, "kpl"),
        (("6410405053749", "18.79", "kg", "0.7000000000000001"), 1315, "kpl"),
        (("6410405053749", "5", "l", "1.5"), 750, "kpl"),
        (("2000190700009", "16.95", "kg", ""), 1695, "kg"),  # the counter weighs it
        (("2391162500001", "8.49", "kg", "2.3"), 849, "kg"),  # the code carries the weight
        (("2000470400001", "1.99", "kpl", ""), 199, "kpl"),
        (("6410405053749", "2.64", "kpl", "0.5"), 132, "kpl"),
        (("6410405053749", "3.69", "kpl", "0.002"), 369, "kpl"),
    ],
)
def test_a_pack_costs_its_size_times_the_price_of_a_kilogram(cells, cents, unit) -> None:
    assert priced(*cells)[:2] == (cents, unit)


@pytest.mark.parametrize(
    ("price", "measure", "size", "column"),
    [("999.999", "Unknown", "1", "Unit"), ("x", "kg", "1", "Price per Unit"), ("1", "kg", "x", "Size (kg)")],
)
def test_a_price_that_is_not_known_is_refused(price, measure, size, column) -> None:
    with pytest.raises(BadCell) as bad:
        priced("6410405053749", price, measure, size)
    assert bad.value.column == column


@pytest.mark.parametrize(
    ("category", "code"),
    [
        ("Jogurtit", "reduced"),
        ("Terveysvalmisteet", "reduced"),
        ("Valmisruoat ja -keitot", "reduced"),
        ("Pesuaineet", "standard"),
        ("Lemmikit", "standard"),
        ("Oluet ja siiderit", "standard"),
        ("Hius- ja ihonhoito", "standard"),
    ],
)
def test_food_carries_the_reduced_rate_and_all_else_the_standard_rate(category, code) -> None:
    assert vat_code_of(category) == code


def test_a_repeat_from_another_store_is_one_article_and_told_when_its_price_differs(storage, rows_of, tmp_path) -> None:
    def seen(number: int, store: str, price: str) -> tuple[str, ...]:
        return (gtin(number), "Maito", "Maidot", store, price, "l", "1")

    rows = [COLUMNS, seen(1, "a", "1"), seen(1, "b", "1"), seen(1, "c", "2"), seen(1, "a", "3"), seen(2, "a", "1")]

    report = import_articles(storage, table(tmp_path / "k.csv", rows), NOW)

    assert report.added == 2
    assert [(note.row, note.reason) for note in report.notes] == [
        (4, f"{gtin(1)} has another price in c; that of row 2 is taken")
    ]
    assert [(bad.row, bad.reason) for bad in report.rejected] == [(5, f"{gtin(1)} of a stands already in row 2")]
    assert rows_of()[gtin(1)].price == 100


def test_the_whole_list_is_taken_but_for_two_prices_that_nobody_knows(storage, rows_of, shared_data) -> None:
    source = raw(shared_data / LIST)

    report = import_articles(storage, shared_data / LIST, NOW)

    assert (report.added, len(report.rejected)) == (9_576, 2)
    assert {bad.column for bad in report.rejected} == {"Unit"}
    taken = rows_of()
    assert {row.store for row in taken.values()} == {""}
    assert {row.vat_code for row in taken.values()} == {"reduced"}  # all 53 categories are food
    assert all(row.codes == f'["{ean}"]' for ean, row in taken.items())
    again = import_articles(storage, shared_data / LIST, NOW)
    assert (again.unchanged, again.changed, again.added) == (9_576, 0, 0)
    for ean, row in taken.items():
        cells = source[ean]
        if cells["Size (kg)"] and cells["Unit"] in ("kg", "l") and row.unit == "kpl":
            exact = Decimal(cells["Price per Unit"]) * round(Decimal(cells["Size (kg)"]), 4) * 100
            assert row.price == int(exact.quantize(Decimal(1), ROUND_HALF_UP)), ean


def test_what_is_sold_by_weight_keeps_the_price_of_a_kilogram(imported, shared_data) -> None:
    source, (_, taken) = raw(shared_data / LIST), imported
    in_store = {ean: row for ean, row in taken.items() if ean.startswith("2")}

    assert Counter(ean[:2] for ean in in_store) == {"20": 193, "23": 171, "24": 1}
    weighed = [row for ean, row in in_store.items() if ean.startswith(("23", "24"))]
    assert {row.unit for row in weighed} == {"kg"}
    for ean, row in taken.items():
        if row.unit != "kpl":
            cents = (Decimal(source[ean]["Price per Unit"]) * 100).quantize(Decimal(1), ROUND_HALF_UP)
            assert row.price == int(cents), ean
