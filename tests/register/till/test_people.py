"""Who may do what, and when a wrong PIN locks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poscore.errors import Refused
from register_svc.till.people import LOCK_S, MAX_FAILURES, Attempts, Override, Session


def test_a_session_may_do_what_its_role_may() -> None:
    session = Session("token", "101", "Matti", "cashier")
    session.must("sell")
    with pytest.raises(Refused) as refused:
        session.must("price-override")
    assert (refused.value.code, refused.value.extra) == ("permission-missing", {"permission": "price-override"})


def test_an_override_stands_in_for_its_permission_and_no_other() -> None:
    override = Override("o", "price-override", "301")
    session = Session("token", "101", "Matti", "cashier", override=override)
    assert session.leave_for("price-override") == override
    assert session.leave_for("discount") is None  # by the role's own right: the override is not used up
    for asked in (lambda: session.leave_for("price-zero"), lambda: session.must("price-override")):
        with pytest.raises(Refused) as refused:
            asked()
        assert refused.value.code == "permission-missing"


def test_whoever_may_do_it_needs_no_override() -> None:
    session = Session("token", "301", "Maija", "manager", override=Override("o", "price-override", "302"))
    assert session.leave_for("price-override") is None


@pytest.mark.parametrize("permission", ["shift", "cash-movement", "no-sale"])
def test_whoever_trains_leaves_the_real_drawer_alone(permission: str) -> None:
    session = Session("token", "301", "Maija", "manager", training=True)
    for asked in (session.must, session.leave_for):
        with pytest.raises(Refused) as refused:
            asked(permission)
        assert refused.value.code == "training-on"
    session.must("sell")


def test_training_and_selling_never_mix() -> None:
    trains, sells = (Session("token", "101", "Matti", "cashier", training=on) for on in (True, False))
    trains.must_match(True)
    sells.must_match(True)
    sells.must_match(False)
    with pytest.raises(Refused) as refused:
        trains.must_match(False)
    assert refused.value.code == "training-mixed"


def failed(times: int, now_s: int = 1_000, attempts: Attempts | None = None) -> Attempts:
    attempts = attempts or Attempts()
    for _ in range(times):
        attempts = attempts.failed(now_s)
    return attempts


def test_the_fifth_wrong_pin_locks_for_five_minutes() -> None:
    assert failed(MAX_FAILURES - 1).retry_after(1_000) == 0
    assert failed(MAX_FAILURES).retry_after(1_000) == LOCK_S == 300
    assert failed(MAX_FAILURES).retry_after(1_299) == 1
    assert failed(MAX_FAILURES).retry_after(1_300) == 0


def test_after_the_lock_the_count_begins_anew() -> None:
    again = failed(1, 1_300, failed(MAX_FAILURES))
    assert again == Attempts(1, 0)
    assert failed(MAX_FAILURES - 1, 1_300, again).retry_after(1_300) == LOCK_S


@given(st.integers(-(10**9), 10**9))
def test_no_clock_makes_anybody_wait_longer_than_the_lock(drift_s: int) -> None:
    assert 0 <= failed(MAX_FAILURES).retry_after(1_000 + drift_s) <= LOCK_S


@pytest.mark.parametrize("back_s", [1, 60, LOCK_S])
def test_a_clock_mended_by_a_little_does_not_open_the_lock(back_s: int) -> None:
    assert failed(MAX_FAILURES).retry_after(1_000 - back_s) == LOCK_S


def test_a_clock_set_back_by_a_year_does_not_lock_for_a_year() -> None:
    assert failed(MAX_FAILURES, 1_800_000_000).retry_after(1_800_000_000 - 31_536_000) == 0
