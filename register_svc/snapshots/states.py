"""What a snapshot may go through, as a table: `{(State, Event): State}`. A missing pair is a refusal.

    IDLE → RECEIVING → VERIFYING → BUILDING → CHECKING → STAGED → TRIAL → GOOD
                                          ↘ BAD ↙            ROLLED_BACK ↙

IDLE, RECEIVING and VERIFYING belong to the one door through which bundles come in, and live in memory: what is killed
there has never been. From BUILDING on the state is a slot's row, and a restart goes on from it.

Nothing here reads the clock or the disk.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType

from poscore.errors import Refused


class State(StrEnum):
    IDLE = "IDLE"
    RECEIVING = "RECEIVING"
    VERIFYING = "VERIFYING"
    BUILDING = "BUILDING"
    CHECKING = "CHECKING"
    STAGED = "STAGED"
    TRIAL = "TRIAL"
    GOOD = "GOOD"
    ROLLED_BACK = "ROLLED_BACK"
    BAD = "BAD"


class Event(StrEnum):
    OFFERED = "a bundle is offered"
    RECEIVED = "it is on disk, and is what its sender signed"
    TRUSTED = "its metadata holds and names this store's catalogue"
    REFUSED = "it is not taken"
    BUILT = "the catalogue file is on disk and has the signed hash"
    PASSED = "the file is sound, and a sale can be priced from it"
    FAILED = "it cannot be built, or is not sound"
    SWITCHED = "the till sells from it"
    CONFIRMED = "the probes passed while the till sells from it"
    LEFT = "the till went back to another"
    RETURNED = "the till came back to it"


_IN_MEMORY = {
    (State.IDLE, Event.OFFERED): State.RECEIVING,
    (State.RECEIVING, Event.RECEIVED): State.VERIFYING,
    (State.RECEIVING, Event.REFUSED): State.IDLE,
    (State.VERIFYING, Event.REFUSED): State.IDLE,
    (State.VERIFYING, Event.TRUSTED): State.BUILDING,
}
_OF_A_SLOT = {
    (State.BUILDING, Event.BUILT): State.CHECKING,
    (State.BUILDING, Event.FAILED): State.BAD,
    (State.CHECKING, Event.PASSED): State.STAGED,
    (State.CHECKING, Event.FAILED): State.BAD,
    (State.STAGED, Event.SWITCHED): State.TRIAL,
    (State.TRIAL, Event.CONFIRMED): State.GOOD,
    (State.TRIAL, Event.LEFT): State.ROLLED_BACK,
    (State.GOOD, Event.LEFT): State.ROLLED_BACK,
    (State.GOOD, Event.RETURNED): State.GOOD,
    (State.ROLLED_BACK, Event.SWITCHED): State.TRIAL,  # staff went back by hand, and head office asks for it again
    (State.BAD, Event.TRUSTED): State.BUILDING,  # only what went wrong on the way: a sound file is sent again
}
TABLE = MappingProxyType(_IN_MEMORY | _OF_A_SLOT)

# States in which the worker has something to do, and a newer bundle has to wait.
AT_WORK = frozenset((State.BUILDING, State.CHECKING))
# States of which the catalogue file is whole on disk.
WHOLE = frozenset((State.STAGED, State.TRIAL, State.GOOD, State.ROLLED_BACK))


def after(state: State, event: Event) -> State:
    """The state that follows. Raises Refused `snapshot-state`."""
    try:
        return TABLE[state, event]
    except KeyError:
        raise Refused("snapshot-state", f"a snapshot in {state} cannot take: {event}") from None
