"""The drawer from shift to shift: blind counts, differences, what stays, numbers and sums that never begin anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from poscore import records
from poscore.errors import Refused
from poscore.tokens import verify_head
from register_svc.checkout.shifts import Report, Shifts
from register_svc.till.cash_count import CashCount
from register_svc.till.people import Session
from tests.support.builders import BEER, COFFEE, KEY, MILK, ACounter, a_key, told

LEAD = Session("", "201", "Leena Lead", "shift_lead")


def refused(act: Callable[..., Any], *args: Any, **named: Any) -> Refused:
    with pytest.raises(Refused) as error:
        act(*args, **named)
    return error.value


@pytest.fixture
def blind(opened: Callable[..., ACounter]) -> ACounter:
    """A shop that counts blind and asks for a reason above five euros."""
    return opened(settings={"shift.blind_count": True, "shift.max_difference": 500})


# -- blind counts --------------------------------------------------------------------------------------------------


def test_a_blind_x_tells_a_cashier_nothing_about_the_cash(blind: ACounter) -> None:
    blind.sold(MILK)
    x = blind.x_report()
    assert (x["blind"], x["cash"]["expected"], x["by_tender"]) == (True, None, None)
    assert "101,30" not in x["text"]
    assert x["total"] == 129


@pytest.mark.parametrize("role", ["shift_lead", "manager"])
def test_whoever_may_see_it_does(blind: ACounter, role: str) -> None:
    blind.sold(MILK)
    x = blind.shifts.x_report(Session("", "201", "Leena", role))
    assert (x["blind"], x["cash"]["expected"], x["by_tender"]) == (False, 10_130, {"cash": 130})
    assert "Pitäisi olla                        101,30\n" in x["text"]


def test_where_the_count_is_not_blind_every_cashier_sees_it(counter: ACounter) -> None:
    assert counter.x_report()["cash"]["expected"] == 10_000


def test_the_difference_is_told_once_the_shift_is_closed(blind: ACounter) -> None:
    blind.sold(MILK)
    z = blind.close_shift(10_000)
    assert (z["cash"]["expected"], z["cash"]["difference"]) == (10_130, -130)
    assert blind.shifts.z_report(1)["cash"]["expected"] == 10_130


# -- differences ---------------------------------------------------------------------------------------------------


def test_a_large_difference_needs_a_reason_which_the_z_keeps(blind: ACounter) -> None:
    error = refused(blind.close_shift, 9_499)
    assert (error.code, error.extra) == ("difference-reason-required", {})  # a blind count is not to be tried again
    assert blind.shifts.current()["no"] == 1
    z = blind.close_shift(9_499, reason="rulla jäi laskematta")
    assert (z["cash"]["difference"], z["cash"]["reason"]) == (-501, "rulla jäi laskematta")
    assert "  rulla jäi laskematta\n" in z["text"]


def test_whoever_may_see_it_is_told_the_difference_that_asks_for_the_reason(blind: ACounter) -> None:
    error = refused(blind.shifts.close, LEAD, CashCount(10_501), None)
    assert (error.code, error.extra) == ("difference-reason-required", {"difference": 501})
    told(blind.shifts.close(LEAD, CashCount(10_500), None))


def test_a_refused_count_leaves_everything_as_it_was(blind: ACounter) -> None:
    sale, before = blind.start(), blind.journal.head
    refused(blind.close_shift, 0)
    assert blind.journal.head == before
    assert blind.sales.look.view(sale)["state"] == "open"


def test_as_shipped_no_difference_asks_for_a_reason(counter: ACounter) -> None:
    assert counter.close_shift(0)["cash"]["difference"] == -10_000


# -- several shifts on one drawer ----------------------------------------------------------------------------------


def test_what_stays_in_the_drawer_is_proposed_to_the_next_shift(counter: ACounter) -> None:
    assert counter.shifts.next() == {"opening_float": None}  # the first shift follows none
    counter.sold(COFFEE)
    z = counter.close_shift(10_795, left_in_drawer=8_000)
    assert (z["cash"]["left_in_drawer"], z["cash"]["dropped"]) == (8_000, 2_795)
    assert counter.shifts.next() == {"opening_float": 8_000}
    counter.open_shift(8_000)
    assert counter.x_report()["cash"]["expected"] == 8_000
    counter.close_shift(8_000)
    assert counter.shifts.next() == {"opening_float": None}  # nobody said what stayed


def test_no_more_stays_than_was_counted(counter: ACounter) -> None:
    assert refused(counter.close_shift, 100, left_in_drawer=101).code == "left-more-than-counted"
    assert counter.shifts.current()["no"] == 1


def test_shifts_of_one_day_have_a_z_each_and_grand_totals_over_all(counter: ACounter) -> None:
    sold, returned, zs = 0, 0, []
    for n, (code, price) in enumerate([(MILK, 129), (COFFEE, 795), (BEER, 185)], 1):
        counter.sold(code, tender="card")
        counter.sold(MILK, tender="card", kind="return")
        counter.sold(COFFEE, training=True)
        zs.append(counter.close_shift(10_000))
        sold, returned = sold + price, returned - 129
        assert zs[-1]["no"] == n
        assert zs[-1]["grand"] == {"sales": sold, "returns": returned, "net": sold + returned}
        counter.open_shift()
    assert {z["business_day"] for z in zs} == {"2026-11-22"}
    assert counter.x_report()["grand"] == zs[-1]["grand"]
    assert counter.verdict().ok


def test_grand_totals_go_on_through_a_restart_and_a_new_enrolment(counter: ACounter) -> None:
    counter.sold(MILK, tender="card")
    counter.close_shift(10_000)
    later = ACounter(counter.directory, counter.clock, epoch=2, offline=False)
    later.book.catalog = counter.book.catalog
    later.open_shift()
    later.sold(COFFEE, tender="card")
    z = later.close_shift(10_000)
    assert (z["no"], z["grand"]) == (2, {"sales": 924, "returns": 0, "net": 924})
    assert later.verdict().ok
    later.db.close()
    later.state.close()


# -- days that end after midnight ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opened_at", "sold_at", "day", "clock"),
    [
        # The hour from 3 to 4 comes twice, and both belong to the evening's day.
        ("2026-10-24T17:00:00.000Z", ["2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00.000Z"], "2026-10-24", "03:30"),
        # The hour from 3 to 4 never comes.
        ("2026-03-28T18:00:00.000Z", ["2026-03-29T01:30:00.000Z"], "2026-03-28", "04:30"),
        ("2026-12-31T18:00:00.000Z", ["2026-12-31T23:30:00.000Z"], "2026-12-31", "01:30"),
    ],
)
def test_a_night_belongs_to_the_day_on_which_its_shift_was_opened(
    opened: Callable[..., ACounter], opened_at: str, sold_at: list[str], day: str, clock: str
) -> None:
    counter = opened(shift=False)
    counter.clock.set(opened_at)
    assert counter.open_shift()["business_day"] == day
    for at in sold_at:
        counter.clock.set(at)
        done = counter.sold(MILK, tender="card")
        assert done["sale"]["business_day"] == day
        assert f"{clock}\n" in done["receipt_text"]  # but the receipt tells the clock's own time
    z = counter.close_shift(10_000)
    assert (z["business_day"], z["sales"]["count"]) == (day, len(sold_at))
    assert counter.open_shift()["business_day"] > day
    assert counter.verdict().ok


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-10-24T20:59:59.999Z", "2026-10-24"),  # summer time: midnight is 21 UTC
        ("2026-10-24T21:00:00.000Z", "2026-10-25"),
        ("2026-10-25T21:59:59.999Z", "2026-10-25"),  # winter time: 22 UTC
        ("2026-10-25T22:00:00.000Z", "2026-10-26"),
        ("2026-03-28T22:00:00.000Z", "2026-03-29"),
        ("2026-03-29T20:59:59.999Z", "2026-03-29"),
        ("2026-03-29T21:00:00.000Z", "2026-03-30"),
    ],
)
def test_the_day_begins_at_the_shops_own_midnight(opened: Callable[..., ACounter], at: str, day: str) -> None:
    counter = opened(shift=False)
    counter.clock.set(at)
    assert counter.open_shift()["business_day"] == day


# -- the signed head -----------------------------------------------------------------------------------------------


def test_a_z_carries_the_signed_head_of_the_record_before_it(counter: ACounter) -> None:
    counter.sold(MILK)
    before = counter.journal.head
    z = counter.close_shift(10_130)
    assert z["head"] == before.to_wire()
    assert verify_head(z["signed_head"], KEY.public) == before
    assert before.hash[:42] in z["text"]


def test_an_x_is_not_signed(counter: ACounter) -> None:
    assert "signed_head" not in counter.x_report()


def test_a_shift_closes_although_the_register_cannot_sign_and_the_verifier_says_so(counter: ACounter) -> None:
    counter.shifts = Shifts(counter.desk, counter.sales, lambda head: None)
    z = counter.close_shift(10_000)
    assert z["signed_head"] is None
    assert [finding.kind for finding in counter.verdict().findings] == ["z-differs"]


def test_a_shift_closes_on_a_register_that_has_lost_its_price_list(counter: ACounter) -> None:
    counter.sold(MILK)
    counter.book.catalog = None
    assert counter.x_report()["cash"]["expected"] == 10_130
    assert "*** Z-RAPORTTI 1 ***" in counter.close_shift(10_130)["text"]


# -- on paper ------------------------------------------------------------------------------------------------------


def test_printing_a_report_is_journalled_and_changes_none(counter: ACounter) -> None:
    counter.sold(MILK)
    seen = counter.x_report()
    printed = told(counter.shifts.print_report(counter.session, Report(), None))
    assert printed["text"] == seen["text"]
    assert counter.x_report()["total"] == seen["total"]
    counter.close_shift(10_130)
    again = told(counter.shifts.print_report(LEAD, Report(1, "sv"), None))
    assert "*** Z-RAPPORT 1 ***" in again["text"]
    assert counter.records(records.REPORT_PRINTED) == [
        {"kind": "X", "no": 1, "cashier": "101"},
        {"kind": "Z", "no": 1, "cashier": "201"},
    ]
    assert counter.verdict().ok


def test_a_report_printed_twice_with_one_key_is_printed_once(counter: ACounter) -> None:
    first = counter.shifts.print_report(counter.session, Report(), a_key("print"))
    counter.sold(MILK)
    assert counter.shifts.print_report(counter.session, Report(), a_key("print")) == first
    assert (first.status, len(counter.records(records.REPORT_PRINTED))) == (201, 1)


def test_what_is_not_there_cannot_be_printed(counter: ACounter) -> None:
    assert refused(counter.shifts.print_report, counter.session, Report(1), None).code == "shift-not-found"
    counter.close_shift(10_000)
    assert refused(counter.shifts.print_report, counter.session, Report(), None).code == "no-open-shift"
    technician = Session("", "901", "Teppo", "technician")
    assert refused(counter.shifts.print_report, technician, Report(1), None).code == "permission-missing"


@pytest.mark.parametrize("columns", [32, 42, 48])
def test_reports_and_receipts_share_the_paper_that_the_shop_has_set(
    opened: Callable[..., ACounter], columns: int
) -> None:
    counter = opened(settings={"receipt.columns": columns})
    for text in (counter.sold(MILK)["receipt_text"], counter.x_report()["text"]):
        assert "-" * columns in text.splitlines()
