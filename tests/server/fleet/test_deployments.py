"""Rows that are claimed by compare-and-set: two workers never do the same, and a dead one holds nothing for ever."""

from datetime import timedelta

import pytest

from poscore.errors import Refused
from server_push.fleet.deployments import Deployments, Result, Target
from server_push.fleet.states import TABLE, Event, State, after
from tests.support.databases import new_storage
from tests.support.offices import NOW

TARGET = Target("p1", "s1", "r1")
LASTS = timedelta(minutes=5)


@pytest.fixture
def deployments(tmp_path) -> Deployments:
    deployments = Deployments(new_storage(tmp_path))
    deployments.begin("p1", [("s1", "r1"), ("s1", "r2")], NOW)
    return deployments


def state(deployments: Deployments) -> State:
    return deployments.of("p1")[0].state


def test_a_register_is_claimed_by_one_worker(deployments):
    assert deployments.claim(TARGET, "one", 7, LASTS, NOW)
    assert not deployments.claim(TARGET, "two", 7, LASTS, NOW)
    assert state(deployments) is State.SENDING


def test_a_claim_whose_holder_died_runs_out(deployments):
    deployments.claim(TARGET, "one", 7, LASTS, NOW)
    later = NOW + LASTS + timedelta(seconds=1)

    assert deployments.claim(TARGET, "two", 7, LASTS, later)
    assert not deployments.settle(TARGET, "one", Result(Event.ACTIVATED), later), "what the dead says is not heard"
    assert deployments.settle(TARGET, "two", Result(Event.ACTIVATED), later)
    assert state(deployments) is State.ACTIVATED


def test_what_is_activated_is_not_claimed_again(deployments):
    deployments.claim(TARGET, "one", 7, LASTS, NOW)
    deployments.settle(TARGET, "one", Result(Event.ACTIVATED), NOW)

    assert not deployments.claim(TARGET, "two", 7, LASTS, NOW + timedelta(days=1))


@pytest.mark.parametrize("event", [Event.REFUSED, Event.UNREACHED, Event.TAKEN])
def test_what_did_not_get_there_may_be_tried_again(deployments, event):
    deployments.claim(TARGET, "one", 7, LASTS, NOW)
    deployments.settle(TARGET, "one", Result(event, "why", "because"), NOW)
    assert deployments.of("p1")[0].code == "why"

    assert deployments.claim(TARGET, "two", 8, LASTS, NOW)
    assert deployments.of("p1")[0].code is None


def test_a_rollout_is_finished_when_nobody_works_on_it(deployments):
    other = Target("p1", "s1", "r2")
    deployments.claim(TARGET, "one", 7, LASTS, NOW)
    deployments.settle(TARGET, "one", Result(Event.ACTIVATED), NOW)
    assert deployments.finish("p1", NOW) == "running"
    deployments.claim(other, "one", 7, LASTS, NOW)
    assert deployments.finish("p1", NOW) == "running"
    deployments.settle(other, "one", Result(Event.UNREACHED), NOW)

    assert deployments.finish("p1", NOW) == "finished"


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", Event)
def test_every_pair_of_state_and_event_is_in_the_table_or_refused(state, event):
    if (state, event) in TABLE:
        assert after(state, event) is TABLE[state, event]
    else:
        with pytest.raises(Refused):
            after(state, event)
