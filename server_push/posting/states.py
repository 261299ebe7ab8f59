"""What a posting run may go through, as a table: `{(State, Event): State}`.

    started → marked → posted
                ↑ ↘
                failed

A missing pair is a refusal. Nothing here reads the clock or the disk.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType

from poscore.errors import Refused


class State(StrEnum):
    STARTED = "started"
    MARKED = "marked"  # its scope, counts and cents are frozen
    POSTED = "posted"
    FAILED = "failed"  # what it made is not what it marked; nothing was undone


class Event(StrEnum):
    MARKED = "its sales are marked"
    AGREED = "lines and cents are what was marked"
    DIFFERED = "lines or cents are not what was marked"
    TRIED_AGAIN = "somebody had the difference looked at and goes on"


TABLE = MappingProxyType(
    {
        (State.STARTED, Event.MARKED): State.MARKED,
        (State.MARKED, Event.AGREED): State.POSTED,
        (State.MARKED, Event.DIFFERED): State.FAILED,
        (State.FAILED, Event.TRIED_AGAIN): State.MARKED,
    }
)

ENDED = frozenset((State.POSTED,))


def after(state: State, event: Event) -> State:
    """The state that follows. Raises Refused `posting-run-state`."""
    try:
        return TABLE[state, event]
    except KeyError:
        raise Refused("posting-run-state", f"a posting run that is {state} cannot take: {event}") from None
