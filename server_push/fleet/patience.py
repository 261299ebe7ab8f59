"""What follows from a try that did not get there: again, later, left for the register's check-in, or no more.

Nothing here reads the clock or draws chance: `chance` is 0…1.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from server_push.fleet.states import Event

# What passes by itself or by a technician's hand, bytes that broke on the way among it (`damaged`, or `token` when they
# are not those that were signed). Everything else that a register says no to stays as it is.
PASSING = frozenset(
    (
        *("busy", "space", "clock", "backup", "internal", "building", "publishing", "too-many-requests"),
        *("damaged", "token"),
    )
)

_FIRST_S, _GROWTH, _LONGEST_S = 30.0, 4, 900.0

PUSH, PULL, AUTO = "push", "pull", "auto"
DELIVERIES = (PUSH, PULL, AUTO)


@dataclass(frozen=True, slots=True)
class Patience:
    """With one register. `attempts`: how many there were, this one among them."""

    delivery: str
    attempts: int
    tries: int
    offer_wait: timedelta


@dataclass(frozen=True, slots=True)
class Next:
    """`wait`: until somebody looks at it again; None when nobody will."""

    event: Event
    wait: timedelta | None = None


def back_off(attempts: int, chance: float) -> timedelta:
    """30 s, 2 min, 8 min, then a quarter of an hour; a fifth more or less, so that a chain does not return at once."""
    seconds = min(_LONGEST_S, _FIRST_S * _GROWTH ** (attempts - 1))
    return timedelta(seconds=seconds * (0.8 + 0.4 * chance))


def after_no_answer(patience: Patience, chance: float) -> Next:
    """The register did not answer. On `auto` it is tried once and then left for its check-in."""
    if patience.delivery == AUTO and patience.offer_wait:
        return Next(Event.OFFERED, patience.offer_wait)
    if patience.attempts < patience.tries and patience.delivery != PULL:
        return Next(Event.TROUBLED, back_off(patience.attempts, chance))
    return Next(Event.UNREACHED)


def after_refusal(code: str, patience: Patience, chance: float) -> Next:
    """The register, or head office itself, said no."""
    if code in PASSING and patience.attempts < patience.tries:
        return Next(Event.TROUBLED, back_off(patience.attempts, chance))
    return Next(Event.REFUSED)
