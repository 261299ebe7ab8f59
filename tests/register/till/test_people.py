"""Who may do what, and when a wrong PIN locks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poscore.catalog_format import ROLES
from poscore.errors import Refused
from register_svc.till.people import LOCK_S, MAX_FAILURES, PERMISSIONS, Attempts, Session


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        (
            "cashier",
            {"sell", "shift", "cash-movement", "mode", "return-without-receipt"},
            {"see-expected-cash", "snapshots", "backup"},
        ),
        (
            "shift_lead",
            {"sell", "shift", "cash-movement", "mode", "see-expected-cash", "return-without-receipt"},
            {"snapshots", "backup"},
        ),
        (
            "manager",
            {
                "sell",
                "shift",
                "cash-movement",
                "mode",
                "see-expected-cash",
                "return-without-receipt",
                "snapshots",
                "backup",
            },
            set(),
        ),
        ("technician", {"mode", "snapshots", "backup"}, {"sell", "shift", "cash-movement"}),
        ("gardener", set(), {"sell", "shift", "cash-movement", "mode", "snapshots", "backup"}),
    ],
)
def test_a_role_may_do_what_the_table_says(role: str, may: set[str], may_not: set[str]) -> None:
    session = Session("token", "101", "Matti", role)
    for permission in may:
        session.must(permission)
    for permission in may_not:
        with pytest.raises(Refused) as refused:
            session.must(permission)
        assert refused.value.code == "permission-missing"
    assert session.permissions == may


def test_every_role_of_a_catalogue_is_in_the_table_and_may_change_the_mode() -> None:
    assert set(PERMISSIONS) == set(ROLES)
    assert all("mode" in permissions for permissions in PERMISSIONS.values())


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
