"""A day is matched against its Z reports, and closed only when nothing is in the way or a person signs."""

from __future__ import annotations

from typing import Any

import pytest

from poscore.sale import RETURN, Tender
from tests.support.booking import ask, close_shift, open_shift, post, sell_on
from tests.support.offices import Site
from tests.support.returning import Returning

DAY = "2026-11-22"


def a_day(site: Site, till: Returning) -> None:
    """A shift with a bit of everything, home and posted."""
    open_shift(till)
    till.sell(998, tenders=(Tender(1, "cash", 2000),))
    sell_on(till, "invoice", "C1", 1250)
    till.sell(250, kind=RETURN)
    till.sell(100, training=True)
    close_shift(till)
    site.bring_home(till)
    site.check_in(till)


def matching(site: Site) -> list[dict[str, Any]]:
    return list(site.get(f"/api/matching/{DAY}").json["items"])


def kinds(site: Site, period: str = DAY) -> list[str]:
    (one,) = site.get(f"/api/periods/{period}").json["items"]
    return sorted(blocker["kind"] for blocker in one["blockers"])


def close(site: Site, period: str = DAY, **said: Any) -> Any:
    return ask(site, f"/api/periods/{period}/close", said)


def test_a_day_whose_z_says_the_same_matches(site, till):
    a_day(site, till)

    (one,) = matching(site)

    assert (one["register"], one["state"], one["shifts"], one["differences"]) == ("r1", "matches", 1, [])
    assert one["head_office"]["sales"] == 3
    assert one["head_office"]["by_tender"] == {"card": -250, "cash": 1000, "invoice": 1250}


def test_several_shifts_of_a_day_are_matched_together(site, till):
    open_shift(till, 1)
    till.sell(100)
    close_shift(till, 1)
    open_shift(till, 2)
    close_shift(till, 2, total=0, sales={"count": 0}, by_tender={}, by_vat=[])
    site.bring_home(till)

    assert [(one["state"], one["shifts"]) for one in matching(site)] == [("matches", 2)]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"total": 1997}, "total"),
        ({"sales": {"count": 3}}, "sales"),
        ({"rounding": 0}, "rounding"),
        ({"by_tender": {"cash": 999}}, "by_tender"),
        ({"by_vat": []}, "by_vat"),
        ({"by_vat": [{"rate": "x"}]}, "total"),
        ({"sales": None, "total": None}, "sales"),
    ],
)
def test_a_z_that_says_otherwise_differs_and_says_where(site, till, changed, said):
    open_shift(till)
    till.sell(998, tenders=(Tender(1, "cash", 2000),))
    till.sell(1000)
    close_shift(till, **changed)
    site.bring_home(till)

    (one,) = matching(site)

    assert one["state"] == "differs"
    assert any(difference.startswith(f"{said}:") for difference in one["differences"])


def test_an_open_shift_and_sales_without_a_shift_are_told(site, till):
    open_shift(till)
    till.sell(100)
    other = site.enrol("r2")
    other.sell(200)
    for one in (till, other):
        site.bring_home(one)

    assert [(one["register"], one["state"]) for one in matching(site)] == [("r1", "open"), ("r2", "no-z")]


def test_a_day_with_nothing_in_the_way_is_closed_and_stays_so(site, till):
    a_day(site, till)
    assert kinds(site) == ["sales-unposted"]
    post(site)
    assert kinds(site) == []

    first = close(site)
    again = close(site)

    (one,) = first.json["items"]
    assert (first.status_code, one["closed"], one["closed_by"], one["reason"]) == (200, True, "founder", None)
    assert again.json == first.json


def test_a_day_is_not_closed_while_something_is_in_the_way(site, till):
    a_day(site, till)

    refused = close(site)

    assert (refused.status_code, refused.json["code"]) == (409, "not-ready")
    assert [blocker["kind"] for blocker in refused.json["blockers"]] == ["sales-unposted"]
    assert not site.get(f"/api/periods/{DAY}").json["items"][0]["closed"]


def test_a_person_signs_with_a_reason_which_is_kept_with_what_was_in_the_way(site, till):
    a_day(site, till)

    signed = close(site, sign="ajetaan huomenna").json["items"][0]

    assert (signed["closed"], signed["reason"]) == (True, "ajetaan huomenna")
    assert [blocker["kind"] for blocker in signed["blockers"]] == ["sales-unposted"]
    till.sell(300)
    site.bring_home(till)
    assert site.get("/api/sales").json["items"][-1]["status"] == "late"


def test_everything_that_can_be_in_the_way_is(site, till):
    open_shift(till)
    till.sell(100)
    site.bring_home(till)
    post(site)
    assert kinds(site) == ["shift-open"]
    sell_on(till, "invoice", "c-404", 500)
    site.bring_home(till)
    assert kinds(site) == ["quarantine-open", "shift-open"]
    close_shift(till, total=1)
    site.bring_home(till)
    assert kinds(site) == ["day-differs", "quarantine-open"]
    till.write("note", {}, prev_hash="0" * 64)
    site.bring_home(till)
    assert kinds(site) == ["day-differs", "incident-open", "quarantine-open"]
    site.check_in(till, queued_records=7)
    assert "records-unsent" in kinds(site)


def test_a_silent_register_is_in_the_way_until_it_is_heard_of_after_the_day(site, till):
    site.check_in(till)
    site.clock.passes(hours=3)  # past midnight in Helsinki
    assert kinds(site) == ["register-silent"]

    site.check_in(till)

    assert kinds(site) == []


def test_a_register_whose_z_is_home_may_be_switched_off(site, till):
    a_day(site, till)
    post(site)
    site.clock.passes(days=2)

    assert kinds(site) == []


def test_a_register_that_sells_a_later_day_keeps_no_earlier_one_open(site, till):
    a_day(site, till)
    post(site)
    open_shift(till, 2, "2026-11-23")
    site.bring_home(till)
    site.check_in(till, queued_records=5)

    assert kinds(site) == []


def test_a_register_that_was_not_there_yet_is_in_nobodys_way(site):
    site.clock.passes(days=5)
    site.enrol("r9")
    assert "register-silent" not in kinds(site)


def test_a_gap_is_in_the_way(site, till):
    a_day(site, till)
    post(site)
    till.sell(100)
    till.sell(100)
    site.bring_home(till, till.batch([len(till.written)]))

    assert "records-unsent" in kinds(site)


def test_a_month_waits_for_its_days(site, till):
    a_day(site, till)
    post(site)
    assert kinds(site, "2026-11") == ["day-open"]
    assert close(site, "2026-11").json["code"] == "not-ready"
    close(site)

    assert close(site, "2026-11").json["items"][0]["closed"]

    till.sell(100, business_day="2026-11-03")
    site.bring_home(till)
    assert site.get("/api/sales").json["items"][-1]["status"] == "late", "any day of a closed month"


def test_all_stores_close_or_none(site, till):
    from server_push.registers.stores import Store

    site.office.stores.add(Store("s2", "Satama", bytes(32)), site.clock())
    a_day(site, till)

    assert close(site).json["code"] == "not-ready"
    assert not any(one["closed"] for one in site.get(f"/api/periods/{DAY}").json["items"])
    assert close(site, store="s2").status_code == 200
    assert close(site, store="s9").json["code"] == "store-not-found"


@pytest.mark.parametrize("period", ["2026-13", "2026", "2026-11-31", "huomenna"])
def test_what_is_no_period_is_refused(site, period):
    assert close(site, period).json["code"] == "period-invalid"
