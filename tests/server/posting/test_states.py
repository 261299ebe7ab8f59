"""Every pair of state and event: what follows, or a refusal."""

import itertools

import pytest

from poscore.errors import Refused
from server_push.posting.states import ENDED, TABLE, Event, State, after


@pytest.mark.parametrize(("state", "event"), list(itertools.product(State, Event)))
def test_a_pair_that_is_not_in_the_table_is_refused(state, event):
    if (state, event) in TABLE:
        assert after(state, event) is TABLE[state, event]
        return
    with pytest.raises(Refused) as refused:
        after(state, event)
    assert refused.value.code == "posting-run-state"


def test_nothing_leads_out_of_what_is_posted():
    assert not [pair for pair in TABLE if pair[0] in ENDED]


def test_every_state_can_be_reached_and_ends_in_posted():
    assert {State.STARTED, *TABLE.values()} == set(State)
    assert TABLE[TABLE[State.FAILED, Event.TRIED_AGAIN], Event.AGREED] is State.POSTED
