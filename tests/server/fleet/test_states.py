"""The tables of a deployment, a rollout and a group: every pair of state and event is in its table or refused."""

import pytest

from poscore.errors import Refused
from server_push.fleet.stages import (
    GROUP_TABLE,
    ROLLOUT_TABLE,
    GroupEvent,
    GroupState,
    RolloutEvent,
    RolloutState,
    group_after,
    rollout_after,
)
from server_push.fleet.states import CLAIMED, ENDED, SUCCEEDED, TABLE, Event, State, after

TABLES = [
    (TABLE, State, Event, after, "deployment-state"),
    (ROLLOUT_TABLE, RolloutState, RolloutEvent, rollout_after, "rollout-state"),
    (GROUP_TABLE, GroupState, GroupEvent, group_after, "group-state"),
]
PAIRS = [
    pytest.param(table, state, event, step, code, id=f"{state}-{event.name}")
    for table, states, events, step, code in TABLES
    for state in states
    for event in events
]


@pytest.mark.parametrize(("table", "state", "event", "step", "code"), PAIRS)
def test_every_pair_is_in_its_table_or_refused(table, state, event, step, code):
    if (state, event) in table:
        assert step(state, event) is table[state, event]
    else:
        with pytest.raises(Refused) as refused:
            step(state, event)
        assert refused.value.code == code


@pytest.mark.parametrize(("table", "states", "events"), [(t, s, e) for t, s, e, _, _ in TABLES])
def test_every_state_is_reached_and_every_event_leads_somewhere(table, states, events):
    first = next(iter(states))
    assert set(table.values()) | {first} >= set(states)
    assert {event for _, event in table} == set(events)


@pytest.mark.parametrize("state", sorted(SUCCEEDED))
def test_what_a_register_sells_from_is_never_sent_again_nor_taken_back_by_a_person(state):
    for event in (Event.CLAIMED, Event.RETRIED, Event.SUPERSEDED, Event.CANCELED, Event.UNREACHED, Event.LOST):
        assert (state, event) not in TABLE


def test_nobody_takes_away_what_somebody_holds():
    for state in CLAIMED:
        assert (state, Event.CLAIMED) not in TABLE
        assert (state, Event.SUPERSEDED) not in TABLE
        assert TABLE[state, Event.LOST] is State.RETRY


def test_only_a_person_or_the_register_itself_moves_what_has_ended():
    by_itself = {Event.ACTIVATED, Event.CONFIRMED, Event.ROLLED_BACK, Event.REFUSED, Event.TAKEN}
    by_person = {Event.RETRIED, Event.CANCELED, Event.SUPERSEDED}
    moved = {event for state, event in TABLE if state in ENDED - {State.UNREACHABLE}}
    assert moved <= by_itself | by_person
