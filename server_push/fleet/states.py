"""What a deployment (one register's part of a rollout) may go through, as a table: `{(State, Event): State}`.

    pending → sending → installing → activated → confirmed
        ↘        ↓ ↑        ↘ staged ↗      ↘ rolled_back
      offered   retry → unreachable · failed          superseded · canceled

A missing pair is a refusal. Nothing here reads the clock or the disk.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType

from poscore.errors import Refused


class State(StrEnum):
    PENDING = "pending"  # nobody has begun
    OFFERED = "offered"  # left for the register to fetch at its check-in
    SENDING = "sending"  # claimed: it is pushed, or the register fetches it
    INSTALLING = "installing"  # claimed: the register has the bytes and builds, checks, switches
    STAGED = "staged"  # on the register, which waits for an open sale
    RETRY = "retry"  # waits for its next try
    ACTIVATED = "activated"  # the register sells from it, and its probes passed
    CONFIRMED = "confirmed"  # the register said later that it is good
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"  # the register went back to the one before
    UNREACHABLE = "unreachable"  # nothing more is tried from here; its next check-in still gets it
    SUPERSEDED = "superseded"  # a newer rollout has taken its place
    CANCELED = "canceled"


class Event(StrEnum):
    CLAIMED = "somebody works on it"
    OFFERED = "it is left for the register to fetch"
    SENT = "the register has the bytes"
    TAKEN = "the register has it and waits for an open sale"
    ACTIVATED = "the register sells from it and its probes passed"
    CONFIRMED = "the register calls it good"
    REFUSED = "the register, or head office itself, said no"
    TROUBLED = "it did not work this time, and may work later"
    LOST = "whoever worked on it died"
    UNREACHED = "nothing more is tried from here"
    ROLLED_BACK = "the register went back to the one before"
    SUPERSEDED = "a newer rollout goes to this register"
    CANCELED = "a person ended the rollout"
    RETRIED = "a person wants it tried again"


_OPEN = (State.PENDING, State.OFFERED, State.RETRY, State.STAGED, State.UNREACHABLE)
# Between claims, a register can tell of itself how it stands.
_MAY_REPORT = (*_OPEN, State.SENDING, State.INSTALLING)

TABLE = MappingProxyType(
    {(state, Event.CLAIMED): State.SENDING for state in _OPEN}
    | {(state, Event.SUPERSEDED): State.SUPERSEDED for state in _OPEN}
    | {(state, Event.CANCELED): State.CANCELED for state in _OPEN}
    | {(state, Event.ACTIVATED): State.ACTIVATED for state in (*_MAY_REPORT, State.FAILED, State.ROLLED_BACK)}
    | {(state, Event.TAKEN): State.STAGED for state in _MAY_REPORT}
    | {(state, Event.REFUSED): State.FAILED for state in _MAY_REPORT}
    | {(state, Event.UNREACHED): State.UNREACHABLE for state in _MAY_REPORT if state is not State.UNREACHABLE}
    | {
        (State.PENDING, Event.OFFERED): State.OFFERED,
        (State.RETRY, Event.OFFERED): State.OFFERED,
        (State.SENDING, Event.OFFERED): State.OFFERED,
        (State.INSTALLING, Event.OFFERED): State.OFFERED,
        (State.SENDING, Event.SENT): State.INSTALLING,
        (State.SENDING, Event.TROUBLED): State.RETRY,
        (State.INSTALLING, Event.TROUBLED): State.RETRY,
        (State.SENDING, Event.LOST): State.RETRY,
        (State.INSTALLING, Event.LOST): State.RETRY,
        (State.ACTIVATED, Event.CONFIRMED): State.CONFIRMED,
        (State.ACTIVATED, Event.ROLLED_BACK): State.ROLLED_BACK,
        (State.CONFIRMED, Event.ROLLED_BACK): State.ROLLED_BACK,
        (State.FAILED, Event.RETRIED): State.PENDING,
        (State.ROLLED_BACK, Event.RETRIED): State.PENDING,
        (State.UNREACHABLE, Event.RETRIED): State.PENDING,
    }
)

SUCCEEDED = frozenset((State.ACTIVATED, State.CONFIRMED))
ERRORS = frozenset((State.FAILED, State.ROLLED_BACK))
CLAIMED = frozenset((State.SENDING, State.INSTALLING))
# In these nothing more happens from head office by itself.
ENDED = SUCCEEDED | ERRORS | {State.UNREACHABLE, State.SUPERSEDED, State.CANCELED}
# They take no part in the rollout any more, so no percentage counts them.
LEFT_OUT = frozenset((State.SUPERSEDED, State.CANCELED))
# A register in one of these is not served; the command that sent says so by its exit code.
UNSERVED = ERRORS | {State.UNREACHABLE, State.CANCELED}


def after(state: State, event: Event) -> State:
    """The state that follows. Raises Refused `deployment-state`."""
    try:
        return TABLE[state, event]
    except KeyError:
        raise Refused("deployment-state", f"a deployment that is {state} cannot take: {event}") from None


def from_states(event: Event) -> tuple[State, ...]:
    """The states that may take `event`."""
    return tuple(state for state, taken in TABLE if taken is event)
