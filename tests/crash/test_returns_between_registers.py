"""Two real registers and one receipt: it comes back once, whatever is killed, cut or lost on the way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.fleet import DEMO_LISTS, TWO_TILLS, Fleet, Till, copied_shop, read_goods

pytestmark = pytest.mark.slow

MILK = read_goods(DEMO_LISTS.articles)["Kevytmaito 1 l"]


@pytest.fixture
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    folder = tmp_path_factory.mktemp("returns") / "shop"
    with Fleet(copied_shop(tmp_path_factory, folder), TWO_TILLS) as fleet:
        yield fleet


def bought(fleet: Fleet, till: Till, quantity: str) -> str:
    """A receipt that has come home."""
    receipt = till.sell([(MILK.code, quantity)], pay=["cash"])["receipt_no"]
    fleet.wait_until_home()
    return str(receipt)


def begin(till: Till, receipt: str, quantity: str) -> str:
    back = till.start(kind="return", original_receipt=receipt)
    till.post(f"/sales/{back['id']}/lines", {"original_line": 1, "quantity": quantity})
    return str(back["id"])


def finish(till: Till, back: str) -> dict[str, Any]:
    till.pay(back, "cash")
    return till.complete(back)


def flagged(fleet: Fleet) -> list[tuple[str, str]]:
    items = fleet.office.client.get("/api/returns/flags")["items"]
    return [(item["kind"], item["return_no"]) for item in items]


def test_what_comes_back_at_one_register_does_not_come_back_at_the_other(fleet: Fleet) -> None:
    one, two = fleet.till("r1"), fleet.till("r2", patient=True)
    receipt = bought(fleet, one, "3")

    back = begin(two, receipt, "2")
    mine = one.start(kind="return", original_receipt=receipt)["id"]
    line = {"original_line": 1, "quantity": "2"}
    assert one.refused(f"/sales/{mine}/lines", line) == "quantity-returned"  # held, though nothing has come home
    fleet.kill("r2")
    fleet.restart("r2")
    assert finish(two, back)["sale"]["totals"]["gross"] == -2 * MILK.price
    fleet.wait_until_home()
    assert one.refused(f"/sales/{mine}/lines", line) == "quantity-returned"
    one.post(f"/sales/{mine}/lines", {"original_line": 1})
    finish(one, mine)

    lines = two.call("GET", f"/receipts/{receipt}/returnable").must()["lines"]
    assert [(one["returned"], one["left"]) for one in lines] == [("3", "0")]
    fleet.books_balance()
    fleet.journals_are_home()
    assert flagged(fleet) == []


def test_a_claim_whose_answer_was_lost_is_asked_again_by_the_next_press(fleet: Fleet) -> None:
    one, two = fleet.till("r1"), fleet.till("r2")
    receipt = bought(fleet, one, "1")
    back = two.start(kind="return", original_receipt=receipt)["id"]
    fleet.cut("r2")
    assert two.refused(f"/sales/{back}/lines", {"original_line": 1}) == "head-office-unreachable"
    fleet.heal("r2")
    two.post(f"/sales/{back}/lines", {"original_line": 1})
    finish(two, back)
    fleet.books_balance()


def test_offline_two_registers_may_cross_and_head_office_tells(fleet: Fleet) -> None:
    one, two = fleet.till("r1"), fleet.till("r2")
    receipt = bought(fleet, one, "1")
    back = begin(two, receipt, "1")
    one.go_offline()
    crossing = finish(one, begin(one, receipt, "1"))["receipt_no"]  # its own journal allows it
    finish(two, back)
    two.go_offline()
    assert two.call("GET", f"/receipts/{receipt}/returnable").code == "head-office-unreachable"
    two.go_online()
    one.go_online()
    fleet.books_balance()
    assert [kind for kind, _ in flagged(fleet)] == ["claims-crossed"]
    assert flagged(fleet)[0][1] in {crossing, back}
