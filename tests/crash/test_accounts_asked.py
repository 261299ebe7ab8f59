"""Two real registers and one account: nothing is taken twice or beyond the limit, whatever is killed, cut or lost."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.fleet import TWO_TILLS, Fleet, Lost, Till, copied_shop, open_price
from tests.support.small_register import wait_until

pytestmark = pytest.mark.slow

NURSERY, STAFF, MEMBER = (
    "103",
    "200",
    "300",
)  # account up to 500.00; payroll and bonus up to 200.00; bonus without limit
LIMIT = 50_000
ASKING = b"POST /api/authorizations HTTP"


@pytest.fixture
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    folder = tmp_path_factory.mktemp("accounts") / "shop"
    with Fleet(copied_shop(tmp_path_factory, folder), TWO_TILLS) as fleet:
        yield fleet


def a_sale(till: Till, customer: str, cents: int) -> str:
    sale = till.start(customer=customer)
    till.add(sale["id"], open_price("Tarvikkeita", cents))
    return str(sale["id"])


def account(fleet: Fleet, customer: str, ledger: str = "account") -> dict[str, Any]:
    return dict(fleet.office.client.get(f"/api/accounts/{ledger}/{customer}"))


def stands(fleet: Fleet, customer: str, ledger: str = "account") -> tuple[int, int]:
    shown = account(fleet, customer, ledger)
    return shown["balance"], shown["held"]


def flags(fleet: Fleet) -> list[list[str]]:
    return [one["flags"] for one in fleet.office.client.get("/api/accounts/flags")["items"]]


def adds_up(fleet: Fleet) -> None:
    fleet.books_balance()
    fleet.journals_are_home()
    assert fleet.office.command("accounts", "check")["ok"] is True


def test_a_limit_holds_over_two_registers_and_is_told_on_the_receipt(fleet: Fleet) -> None:
    one, two = fleet.till("r1"), fleet.till("r2")
    first = a_sale(one, NURSERY, 30_000)
    view = one.pay(first, "account")
    assert [(told["balance"], told["limit"]) for told in view["authorizations"]] == [(30_000, LIMIT)]
    assert stands(fleet, NURSERY) == (0, 30_000)

    second = a_sale(two, NURSERY, 20_001)
    refused = two.call("POST", f"/sales/{second}/tenders", {"type": "account"})
    assert (refused.status, refused.code, refused.json["available"]) == (409, "credit-limit-exceeded", 20_000)
    assert two.sale(second)["tenders"] == []

    done = one.complete(first)
    assert "Tilin saldo" in done["receipt_text"]
    assert "300,00" in done["receipt_text"]
    fleet.wait_until_home()
    assert stands(fleet, NURSERY) == (30_000, 0)
    two.pay(second, ("account", 20_000))
    two.pay(second, "cash")
    two.complete(second)
    fleet.wait_until_home()
    assert stands(fleet, NURSERY) == (LIMIT, 0)
    assert flags(fleet) == []
    adds_up(fleet)


@pytest.mark.parametrize("lost", [1, 99])
def test_an_answer_that_is_lost_holds_once(fleet: Fleet, lost: int) -> None:
    till = fleet.till("r1")
    sale = a_sale(till, STAFF, 7_000)
    wire = fleet.register("r1").wires[0]
    wire.lose_answers(lost, to=ASKING)
    if lost > 1:  # every one of a press, however often it sends it
        assert till.refused(f"/sales/{sale}/tenders", {"type": "payroll"}) == "head-office-unreachable"
        assert (till.sale(sale)["state"], till.sale(sale)["tenders"]) == ("open", [])
        assert stands(fleet, STAFF, "payroll") == (0, 7_000)
        wire.lose_answers(0)
    till.pay(sale, "payroll")
    assert stands(fleet, STAFF, "payroll") == (0, 7_000)
    till.complete(sale)
    fleet.wait_until_home()
    assert stands(fleet, STAFF, "payroll") == (7_000, 0)
    assert flags(fleet) == []
    adds_up(fleet)


def test_killed_while_it_asks_a_register_asks_again_by_the_same_id(fleet: Fleet) -> None:
    till = fleet.till("r1")
    sale = a_sale(till, STAFF, 7_000)
    fleet.register("r1").wires[0].delay_s = 1.0
    pressed = threading.Thread(target=lambda: press(till, sale))
    pressed.start()
    wait_until(lambda: stands(fleet, STAFF, "payroll") == (0, 7_000))  # decided, and the answer is on its way
    fleet.kill("r1")
    pressed.join(30)
    assert states(fleet) == ["asked"]
    fleet.heal("r1")
    fleet.restart("r1")

    till = fleet.till("r1")
    till.pay(sale, "payroll")
    assert stands(fleet, STAFF, "payroll") == (0, 7_000)
    fleet.kill("r1")  # taken and not completed
    fleet.restart("r1")
    till = fleet.till("r1")
    till.complete(sale)
    fleet.wait_until_home()
    assert stands(fleet, STAFF, "payroll") == (7_000, 0)
    adds_up(fleet)


def test_an_aborted_sale_lets_go_as_soon_as_there_is_a_line_again_also_after_a_kill(fleet: Fleet) -> None:
    till = fleet.till("r1", cashier="3")
    sale = a_sale(till, NURSERY, 30_000)
    till.pay(sale, "account")
    assert stands(fleet, NURSERY) == (0, 30_000)
    fleet.cut("r1")
    till.call("DELETE", f"/sales/{sale}/tenders/1").must()
    till.post(f"/sales/{sale}/abort", {})
    fleet.kill("r1")
    assert stands(fleet, NURSERY) == (0, 30_000)

    fleet.heal("r1")
    fleet.restart("r1")

    wait_until(lambda: stands(fleet, NURSERY) == (0, 0), 30)


def test_without_a_line_account_is_taken_and_flagged_and_bonus_waits(fleet: Fleet) -> None:
    till = fleet.till("r1")
    fleet.cut("r1")
    sale = a_sale(till, NURSERY, 60_000)
    assert till.pay(sale, "account")["authorizations"][0]["answered"] is False
    assert "Tilin saldo" not in till.complete(sale)["receipt_text"]
    other = a_sale(till, MEMBER, 500)
    assert till.refused(f"/sales/{other}/tenders", {"type": "bonus"}) == "head-office-unreachable"
    fleet.heal("r1")
    wait_until(lambda: till.call("POST", f"/sales/{other}/tenders", {"type": "bonus"}).status == 201, 40)
    till.complete(other)
    till.go_offline()
    till.complete(paid_offline(till))
    till.go_online()
    fleet.wait_until_home()

    assert stands(fleet, NURSERY) == (60_100, 0)
    assert flags(fleet) == [["without-authorization", "over-limit"], ["without-authorization", "over-limit"]]
    assert stands(fleet, MEMBER, "bonus") == (500, 0)
    adds_up(fleet)


def paid_offline(till: Till) -> str:
    sale = a_sale(till, NURSERY, 100)
    assert till.pay(sale, "account")["authorizations"] == []
    return sale


def press(till: Till, sale: str) -> None:
    """Somebody who gets no answer any more."""
    with contextlib.suppress(Lost):
        till.pay(sale, "payroll")


def states(fleet: Fleet) -> list[str]:
    """What a killed register left of what it asked."""
    path = fleet.register("r1").folder / "journal.db"
    with contextlib.closing(sqlite3.connect(path)) as journal:
        return [row[0] for row in journal.execute("SELECT state FROM authorization")]
