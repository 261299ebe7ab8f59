import itertools

import pytest

from poscore.errors import Refused
from register_svc.snapshots.states import AT_WORK, TABLE, WHOLE, Event, State, after

# The picture in words, written down a second time: whoever changes the table has to mean it.
MEANT = """
IDLE OFFERED RECEIVING
RECEIVING RECEIVED VERIFYING
RECEIVING REFUSED IDLE
VERIFYING REFUSED IDLE
VERIFYING TRUSTED BUILDING
BUILDING BUILT CHECKING
BUILDING FAILED BAD
CHECKING PASSED STAGED
CHECKING FAILED BAD
STAGED SWITCHED TRIAL
TRIAL CONFIRMED GOOD
TRIAL LEFT ROLLED_BACK
GOOD LEFT ROLLED_BACK
GOOD RETURNED GOOD
ROLLED_BACK SWITCHED TRIAL
BAD TRUSTED BUILDING
"""
EXPECTED = {
    (State[state], Event[event]): State[follows]
    for state, event, follows in (line.split() for line in MEANT.strip().splitlines())
}


@pytest.mark.parametrize(("state", "event"), list(itertools.product(State, Event)))
def test_every_pair_leads_where_it_is_meant_to_or_is_refused(state: State, event: Event) -> None:
    if (state, event) in EXPECTED:
        assert after(state, event) is EXPECTED[state, event]
    else:
        with pytest.raises(Refused) as refused:
            after(state, event)
        assert refused.value.code == "snapshot-state"


def test_every_state_can_be_reached_from_idle() -> None:
    reached = {State.IDLE}
    for _ in State:
        reached |= {follows for (state, _), follows in TABLE.items() if state in reached}
    assert reached == set(State)


def test_a_catalogue_file_is_whole_in_every_state_that_a_switch_can_start_from_or_end_in() -> None:
    switched = {state for state, event in TABLE if event in (Event.SWITCHED, Event.LEFT, Event.RETURNED)}
    assert switched <= WHOLE
    assert not WHOLE & AT_WORK
