"""ONLINE or OFFLINE: every pair of the table, and the promises that it makes to staff."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from register_svc.head_office.mode import TABLE, Event, Mode, Policy, State

T0, T1 = "2026-11-22T20:00:00.000Z", "2026-11-22T20:00:10.000Z"
AUTOMATIC, NEVER = Policy(fail_after=3), Policy(fail_after=None)


def probed(mode: Mode, answers: str, policy: Policy = AUTOMATIC) -> Mode:
    """`answers`: + for a good probe, - for a bad one."""
    for answer in answers:
        mode = mode.after_probe(answer == "+", policy, T1)
    return mode


def test_every_pair_of_state_and_event_stands_in_the_table() -> None:
    assert set(TABLE) == set(product(State, Event))


@pytest.mark.parametrize(
    ("state", "event", "to"),
    [
        (State.ONLINE, Event.LOST, State.OFFLINE_BY_ITSELF),
        (State.ONLINE, Event.FOUND, State.ONLINE),
        (State.ONLINE, Event.STAFF_OFFLINE, State.OFFLINE_BY_STAFF),
        (State.ONLINE, Event.STAFF_ONLINE, State.ONLINE),
        (State.OFFLINE_BY_STAFF, Event.LOST, State.OFFLINE_BY_STAFF),
        (State.OFFLINE_BY_STAFF, Event.FOUND, State.OFFLINE_BY_STAFF),
        (State.OFFLINE_BY_STAFF, Event.STAFF_OFFLINE, State.OFFLINE_BY_STAFF),
        (State.OFFLINE_BY_STAFF, Event.STAFF_ONLINE, State.ONLINE),
        (State.OFFLINE_BY_ITSELF, Event.LOST, State.OFFLINE_BY_ITSELF),
        (State.OFFLINE_BY_ITSELF, Event.FOUND, State.ONLINE),
        (State.OFFLINE_BY_ITSELF, Event.STAFF_OFFLINE, State.OFFLINE_BY_STAFF),
        (State.OFFLINE_BY_ITSELF, Event.STAFF_ONLINE, State.ONLINE),
    ],
)
def test_each_pair_leads_where_the_shop_expects(state: State, event: Event, to: State) -> None:
    """Through the functions that the rest calls, not through the table."""
    mode = Mode(state, T0, "101")
    after = {
        Event.LOST: lambda: probed(mode, "---"),
        Event.FOUND: lambda: probed(mode, "+++"),
        Event.STAFF_OFFLINE: lambda: mode.staff_offline("102", "why", T1),
        Event.STAFF_ONLINE: lambda: mode.staff_online("102", T1),
    }[event]()
    assert after.state is to
    assert after.since == (T0 if to is state else T1)


def test_offline_by_itself_after_exactly_so_many_bad_probes_in_a_row() -> None:
    assert probed(Mode.first(T0), "--").state is State.ONLINE
    assert probed(Mode.first(T0), "--+--").state is State.ONLINE
    lost = probed(Mode.first(T0), "--+---")
    assert (lost.state, lost.by, lost.reason) == (State.OFFLINE_BY_ITSELF, "automatic", "head-office-unreachable")


def test_back_online_by_itself_after_three_good_probes_in_a_row() -> None:
    lost = probed(Mode.first(T0), "---")
    assert probed(lost, "++-++").is_offline
    found = probed(lost, "++-+++")
    assert (found.state, found.by) == (State.ONLINE, "automatic")


def test_staff_who_take_over_an_automatic_offline_keep_it() -> None:
    mode = probed(Mode.first(T0), "---").staff_offline("101", "router is being changed", T1)
    assert probed(mode, "+" * 50).state is State.OFFLINE_BY_STAFF
    assert (mode.by, mode.reason) == ("101", "router is being changed")


def test_after_staff_go_online_old_bad_probes_do_not_count() -> None:
    mode = probed(Mode.first(T0), "---").staff_online("101", T1)
    assert probed(mode, "--").state is State.ONLINE


def test_a_register_set_to_manual_never_decides() -> None:
    assert probed(Mode.first(T0), "-" * 100, NEVER).state is State.ONLINE
    lost_before_the_setting_changed = probed(Mode.first(T0), "---")
    assert probed(lost_before_the_setting_changed, "+" * 100, NEVER).is_offline


@given(st.text(alphabet="+-", max_size=60))
def test_no_row_of_probes_ends_an_offline_that_staff_chose(answers: str) -> None:
    mode = Mode.first(T0).staff_offline("101", None, T0)
    assert probed(mode, answers).is_by_staff


@given(st.text(alphabet="+-", max_size=60), st.integers(1, 8))
def test_the_register_changes_only_after_the_full_row(answers: str, fail_after: int) -> None:
    mode, row = Mode.first(T0), ""
    for answer in answers:
        row = row + answer if row[-1:] == answer else answer
        after = mode.after_probe(answer == "+", Policy(fail_after), T1)
        if after.state is not mode.state:
            assert len(row) >= (fail_after if after.is_offline else 3)
        mode = after
