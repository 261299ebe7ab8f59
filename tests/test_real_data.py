"""Two real Finnish price lists all the way: import, bundle, push, a scan at the till, a sale, a return, head office.

Real processes; every price, code and deposit that is asked for here was read off the lists by eye. How each trap of the
lists is handled cell by cell is tested where they are imported; this is that a shop can sell from them.
"""

import lzma
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from poscore.codes import check_digit
from tests.support.fleet import DEMO_LISTS, Fleet, Plan, Till

pytestmark = pytest.mark.slow


def unpacked(packed: Path, folder: Path) -> Path:
    path = folder / packed.stem
    path.write_bytes(lzma.decompress(packed.read_bytes()))
    return path


def shop(folder: Path, articles: Path, form: str) -> Fleet:
    return Fleet(folder / "shop", Plan(lists=replace(DEMO_LISTS, articles=articles, format=form)))


def scan(till: Till, code: str) -> dict[str, Any]:
    found: dict[str, Any] = till.call("GET", f"/articles/{code}").must()
    return found


def candidates(till: Till, code: str) -> dict[str, int]:
    """The articles that the till offers for a code of several: their prices by number."""
    asked = till.call("GET", f"/articles/{code}")
    assert asked.code == "article-ambiguous"
    return {article["article_id"]: article["unit_price"] for article in asked.json["candidates"]}


# -- Alko: one list, then the list of eight months later over it -------------------------------------------------------


@pytest.fixture(scope="module")
def alko(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Fleet, Path]]:
    """A shop with the list of November 2024, and the file of the list of July 2025."""
    folder, catalogue = tmp_path_factory.mktemp("alko"), shared_data / "catalogue"
    newer = unpacked(catalogue / "alko-2025-07-07.csv.xz", folder)
    with shop(folder, catalogue / "alkon-hinnasto-2024-11-01.xlsx", "alko") as fleet:
        for name, hour in (("alcohol.from", "00:00"), ("alcohol.until", "24:00")):  # the tests know no evening
            fleet.office.command("settings", "set", name, hour, "--from", "2000-01-01")
        fleet.publish()
        yield fleet, newer


def test_alko_sells_from_one_list_and_then_from_the_next(alko: tuple[Fleet, Path]) -> None:
    fleet, newer = alko
    till = fleet.till("r1")
    assert scan(till, "6412700455150")["unit_price"] == 959
    assert scan(till, "7790265060835")["article_id"] == "951667"
    first = till.sell(["6412700455150", ("7790265060835", "2")], pay=["card"])
    assert first["sale"]["totals"]["gross"] == 959 + 2 * 965

    told = fleet.office.command("import", "articles", str(newer), "--format", "alko", "--complete", expect=(0, 1))
    assert (told["added"], told["withdrawn"], told["price_changed"]) == (1590, 1805, 5768)
    fleet.publish()

    assert scan(till, "6412700455150")["unit_price"] == 961  # dearer by now
    assert till.call("GET", "/articles/7790265060835").code == "article-not-found"  # withdrawn
    assert scan(till, "7791728250138")["article_id"] == "447237"  # new

    wine = till.sell(["004551"], pay=["card"])["sale"]["lines"][0]  # by its number, whose zeros count
    assert (wine["article_id"], wine["total"], wine["deposit"], wine["vat_rate"]) == ("004551", 961, 10, 2550)
    assert till.refused("/sales", {"kind": "sale", "customer": "4551"}) == "customer-not-found"
    assert till.call("GET", "/articles/4551").code == "article-not-found"

    assert candidates(till, "8410644130155") == {"924664": 2581, "933811": 3546}
    chosen = till.sell([{"article_id": "933811"}], pay=[("cash", 5000)])
    assert (chosen["sale"]["totals"]["rounding"], chosen["change"]) == (-1, 5000 - 3545)

    assert till.call("GET", "/articles/0000000000000").code == "article-not-found"  # fifteen articles carry zeros
    assert scan(till, "8033501070434")["article_id"] == "900780"  # a blank stood before it
    assert scan(till, "8026720111323")["article_id"] == "922663"  # a TAB stood behind it
    assert scan(till, "8712436107698")["age_limit"] == 20  # a spirit
    assert scan(till, "6412700455150")["age_limit"] == 18

    back = till.sell(["6412700455150"], pay=["card"], kind="return", original_receipt=first["receipt_no"])
    assert back["sale"]["totals"]["gross"] == -959  # what was paid for it, before the prices went up
    summary = fleet.books_balance()
    assert summary["total"] == (959 + 2 * 965) + 961 + 3546 - 959


def test_alko_sold_offline_comes_home(alko: tuple[Fleet, Path]) -> None:
    fleet, _ = alko
    till = fleet.till("r1")
    till.go_offline()
    fleet.cut()
    found = till.call("GET", "/articles?q=caballo%20mend").must()["items"]
    assert found[0]["article_id"] == "004551"
    till.sell([("004551", "6")], pay=["cash"])
    fleet.kill()
    fleet.restart()
    fleet.heal()
    till = fleet.till("r1")
    till.go_online()
    fleet.books_balance()


# -- K-Ruoka -----------------------------------------------------------------------------------------------------------


def test_k_ruoka_sells_packs_and_goods_by_weight(shared_data: Path, tmp_path: Path) -> None:
    packed = shared_data / "catalogue" / "kruoka-2025-07-18.csv.xz"
    with shop(tmp_path, unpacked(packed, tmp_path), "kruoka") as fleet:
        till = fleet.till("r1")
        assert scan(till, "6430104967222")["unit_price"] == 329  # 13.71 a kilogram, 0.24 kg
        meat = scan(till, "2000121000000")  # a code of the shop's own counter
        assert (meat["unit"], meat["unit_price"]) == ("kg", 1095)
        by_weight = scan(till, "2391162500001")  # a weight code: its price is a kilogram's
        assert (by_weight["unit"], by_weight["unit_price"]) == ("kg", 849)

        label = "239116252300" + check_digit("239116252300")  # as the shop's scale prints 2.300 kg of it
        assert scan(till, label)["scan"] == {"weight": "2.300", "price": None, "lot": None}
        sold = till.sell(["6430104967222", ("2000121000000", "0.350"), label], pay=["cash"])
        lines = sold["sale"]["lines"]
        assert [line["total"] for line in lines] == [329, 383, 1953]  # 3.8325 and 19.527, rounded
        assert sold["sale"]["totals"]["rounding"] == 0  # 26.65 can be paid in coins
        assert {row["rate"] for row in sold["sale"]["taxes"]} == {1350}

        back = till.sell([("2000121000000", "0.350")], pay=["cash"], kind="return", original_receipt=sold["receipt_no"])
        assert back["sale"]["totals"] == {
            "gross": -383, "discount": 0, "rounding": -2, "due": -385, "paid": -385, "change": 0,
        }  # fmt: skip
        assert fleet.books_balance()["total"] == 2665 - 383
