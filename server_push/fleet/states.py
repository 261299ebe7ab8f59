"""What a deployment (one register's part of a rollout) may go through, as a table: `{(State, Event): State}`.

    pending → sending → staged → activated
                  ↘        ↘
              failed · unreachable → (tried again) sending

A missing pair is a refusal. Nothing here reads the clock or the disk.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType

from poscore.errors import Refused


class State(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    STAGED = "staged"  # on the register, which waits for an open sale to end
    ACTIVATED = "activated"
    FAILED = "failed"
    UNREACHABLE = "unreachable"


class Event(StrEnum):
    CLAIMED = "somebody works on it"
    TAKEN = "the register has it and waits for an open sale"
    ACTIVATED = "the register sells from it and its probes passed"
    REFUSED = "the register, or head office itself, said no"
    UNREACHED = "the register did not answer"


TABLE = MappingProxyType(
    {
        (State.PENDING, Event.CLAIMED): State.SENDING,
        (State.STAGED, Event.CLAIMED): State.SENDING,
        (State.FAILED, Event.CLAIMED): State.SENDING,
        (State.UNREACHABLE, Event.CLAIMED): State.SENDING,
        (State.SENDING, Event.CLAIMED): State.SENDING,  # its holder died: the claim ran out
        (State.SENDING, Event.TAKEN): State.STAGED,
        (State.SENDING, Event.ACTIVATED): State.ACTIVATED,
        (State.SENDING, Event.REFUSED): State.FAILED,
        (State.SENDING, Event.UNREACHED): State.UNREACHABLE,
    }
)

# A register in one of these is not served; the command that sent says so by its exit code.
UNSERVED = frozenset((State.FAILED, State.UNREACHABLE))

RUNNING, FINISHED = "running", "finished"  # of a rollout


def after(state: State, event: Event) -> State:
    """The state that follows. Raises Refused `deployment-state`."""
    try:
        return TABLE[state, event]
    except KeyError:
        raise Refused("deployment-state", f"a deployment that is {state} cannot take: {event}") from None
