"""Shifts and the money in the drawer: all of it local, all of it works OFFLINE."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from poscore import records
from poscore.errors import Refused
from register_svc.till.cash_count import CashCount
from register_svc.till.people import Session
from tests.support.builders import BEER, COFFEE, COLA, MILK, ACounter, a_key, told


def code(act: Callable[..., Any], *args: Any, **named: Any) -> str:
    with pytest.raises(Refused) as refused:
        act(*args, **named)
    return refused.value.code


@pytest.fixture
def closed(opened: Callable[..., ACounter]) -> ACounter:
    """A counter where no shift is open yet."""
    return opened(shift=False)


# -- opening -------------------------------------------------------------------------------------------------------


def test_a_shift_is_opened_with_its_float_on_the_shops_own_day(closed: ACounter) -> None:
    closed.clock.set("2026-11-22T22:30:00.000Z")  # half past midnight in Finland
    shift = closed.open_shift(15_000)
    assert shift == {
        "no": 1,
        "business_day": "2026-11-23",
        "opened_at": "2026-11-22T22:30:00.000Z",
        "opened_by": "101",
        "opening_float": 15_000,
    }
    assert closed.shifts.current() == shift
    assert closed.records(records.SHIFT_OPENED) == [{"no": 1, "opening_float": 15_000, "cashier": "101"}]


def test_one_shift_is_open_at_a_time(counter: ACounter) -> None:
    assert code(counter.open_shift) == "shift-open"


def test_without_a_shift_there_is_nothing_to_report_or_close(closed: ACounter) -> None:
    for act in (
        closed.shifts.current,
        closed.x_report,
        lambda: closed.close_shift(0),
        lambda: closed.shifts.move_cash(closed.session, "in", 100, "vaihto", None),
        lambda: closed.shifts.open_drawer(closed.session, "vaihto", None),
    ):
        assert code(act) == "no-open-shift"


def test_a_sale_belongs_to_the_day_on_which_its_shift_was_opened(counter: ACounter) -> None:
    counter.clock.advance(minutes=60 * 14)
    done = counter.sold()
    assert done["sale"]["business_day"] == "2026-11-22"
    assert counter.reader.record_of_sale(done["receipt_no"]).at.startswith("2026-11-23")


def test_a_sale_parked_yesterday_belongs_to_the_day_on_which_it_is_completed(counter: ACounter) -> None:
    sale = counter.start()
    counter.scan(sale, MILK)
    told(counter.sales.park(counter.session, sale, None))
    counter.close_shift(10_000)
    counter.clock.advance(days=1)
    counter.open_shift()
    told(counter.sales.resume(counter.session, sale, None))
    counter.pay(sale, "card")
    done = counter.complete(sale)
    assert done["sale"]["business_day"] == "2026-11-23"
    assert counter.reader.record_of_sale(sale).business_day == "2026-11-23"


# -- reports -------------------------------------------------------------------------------------------------------


def a_busy_day(counter: ACounter) -> None:
    counter.sold(MILK, COLA, tender="cash")  # 3.44, 3.45 in cash
    counter.sold(COFFEE, tender="card")
    counter.mode.is_offline = True
    counter.sold(BEER, tender="invoice", customer="C1")
    counter.mode.is_offline = False
    counter.sold(MILK, tender="cash", kind="return")  # −1.30 in cash
    counter.sold(COFFEE, training=True)
    told(counter.sales.abort(counter.session, counter.start(), None))
    told(counter.sales.abort(counter.session, counter.start(training=True), None))
    counter.copy("r1-1-000001")
    told(counter.shifts.move_cash(counter.session, "in", 5_000, "vaihtorahaa", None))
    told(counter.shifts.move_cash(counter.session, "out", 1_250, "kukkia", None))
    told(counter.shifts.move_cash(counter.session, "drop", 2_000, "tilitys", None))
    told(counter.shifts.open_drawer(counter.session, "vaihto", None))


def test_the_x_report_is_the_sum_of_the_sales(counter: ACounter) -> None:
    a_busy_day(counter)
    told_ = counter.x_report()
    assert told_["sales"] == {"count": 3, "total": 344 + 795 + 185}
    assert told_["returns"] == {"count": 1, "total": -129}
    assert told_["total"] == 1195
    assert told_["rounding"] == 0  # 1 up in the sale, 1 down in the return
    assert told_["by_tender"] == {"card": 795, "cash": 215, "invoice": 185}
    assert sum(row["gross"] for row in told_["by_vat"]) == told_["total"]
    assert told_["cash_movements"] == {"in": 5_000, "out": 1_250, "drop": 2_000}
    expected = 10_000 + 215 + 5_000 - 1_250 - 2_000
    assert told_["cash"].pop("expected") == expected
    assert set(told_["cash"].values()) == {None}
    assert told_["counts"] == {
        "offline": 1,
        "aborted": 1,
        "training": 1,
        "copies": 1,
        "drawer_openings": 1,
        "voided_lines": 0,
        "discounts": 0,
        "price_overrides": 0,
        "returns_without_receipt": 1,
    }
    assert told_["grand"] == {"sales": 1324, "returns": -129, "net": 1195}
    assert told_["head"] == counter.journal.head.to_wire()
    assert told_["unsent"] == {"records": counter.journal.head.seq, "sales": 4}
    sold = [body["sale"] for body in counter.records(records.SALE) if not body["sale"]["training"]]
    assert told_["total"] == sum(sale["totals"]["gross"] - sale["totals"]["discount"] for sale in sold)


def test_the_z_report_is_the_x_report_with_what_was_counted(counter: ACounter) -> None:
    a_busy_day(counter)
    before = counter.x_report()
    z = counter.close_shift(11_900, {"2000": 5, "1000": 1, "500": 1, "200": 2})
    assert z["cash"] == {
        "expected": 11_965,
        "counted": 11_900,
        "difference": -65,
        "reason": None,
        "left_in_drawer": None,
        "dropped": None,
        "denominations": {"2000": 5, "1000": 1, "500": 1, "200": 2},
    }
    assert z["closed_at"] == counter.clock.text
    assert z["closed_by"] == "101"
    same = set(before) - {"cash", "closed_at", "blind", "text"}
    assert {name: z[name] for name in same} == {name: before[name] for name in same}
    assert counter.shifts.z_report(1) == z
    del z["text"]
    assert counter.records(records.SHIFT_CLOSED) == [z]


def test_what_was_counted_must_add_up(counter: ACounter) -> None:
    assert code(counter.close_shift, 10_000, {"2000": 4}) == "count-differs"
    assert counter.shifts.current()["no"] == 1


def test_the_next_shift_begins_at_nothing(counter: ACounter) -> None:
    a_busy_day(counter)
    counter.close_shift(11_965)
    assert code(counter.shifts.current) == "no-open-shift"
    assert counter.open_shift(500)["no"] == 2
    told_ = counter.x_report()
    assert (told_["total"], told_["by_tender"], told_["cash"]["expected"]) == (0, {}, 500)
    assert counter.shifts.z_report(1)["total"] == 1195
    assert code(counter.shifts.z_report, 2) == "shift-not-found"


def test_a_shift_goes_on_after_a_restart(counter: ACounter) -> None:
    counter.sold()
    again = counter.restarted()
    assert again.shifts.current()["no"] == 1
    again.sold()
    assert again.x_report()["sales"]["count"] == 2
    z = again.close_shift(10_260)
    last = again.restarted()
    assert last.shifts.z_report(1) == z
    assert code(last.shifts.current) == "no-open-shift"
    last.db.close()
    last.state.close()


def test_a_shift_goes_on_through_a_new_enrolment(opened: Callable[..., ACounter]) -> None:
    counter = opened()
    counter.sold(MILK)
    later = ACounter(counter.directory, counter.clock, epoch=2, offline=False)
    later.book.catalog = counter.book.catalog
    assert later.sold(MILK)["receipt_no"] == "r1-2-000001"
    told_ = later.x_report()
    assert told_["sales"] == {"count": 2, "total": 258}
    assert told_["head"]["epoch"] == 2
    assert later.close_shift(10_260)["cash"]["difference"] == 0
    later.db.close()
    later.state.close()


# -- closing -------------------------------------------------------------------------------------------------------


def test_a_shift_with_an_open_sale_is_not_closed(counter: ACounter) -> None:
    sale = counter.start()
    counter.scan(sale, MILK)
    assert code(counter.close_shift, 10_000) == "sale-open"
    assert counter.shifts.current()["no"] == 1
    told(counter.sales.park(counter.session, sale, None))
    assert counter.close_shift(10_000)["counts"]["aborted"] == 0


def test_an_empty_sale_is_aborted_when_its_shift_is_closed(counter: ACounter) -> None:
    sale = counter.start()
    assert counter.close_shift(10_000)["counts"]["aborted"] == 1
    assert counter.sales.look.view(sale)["state"] == "aborted"
    assert counter.verdict().ok


def test_a_closing_is_answered_once_and_the_same(counter: ACounter) -> None:
    def close() -> Any:
        return counter.shifts.close(counter.session, CashCount(10_000), a_key("close"))

    first = close()
    assert close() == first
    opened = counter.open_shift(0, a_key("open"))
    assert counter.open_shift(0, a_key("open")) == opened
    assert len(counter.records(records.SHIFT_CLOSED)) == 1


def test_moving_cash_is_answered_once_and_the_same(counter: ACounter) -> None:
    def move() -> dict[str, Any]:
        return told(counter.shifts.move_cash(counter.session, "in", 100, "vaihto", a_key("move")))

    first = move()
    assert move() == first
    assert counter.x_report()["cash_movements"]["in"] == 100
    assert (first["kind"], first["amount"], first["cashier"], first["seq"]) == ("in", 100, "101", 2)


def test_a_technician_has_no_business_at_the_drawer(counter: ACounter) -> None:
    counter.session = Session("", "901", "Teppo", "technician")
    for act in (
        counter.open_shift,
        lambda: counter.close_shift(0),
        lambda: counter.shifts.move_cash(counter.session, "out", 1, "x", None),
        lambda: counter.shifts.open_drawer(counter.session, "x", None),
    ):
        assert code(act) == "permission-missing"
