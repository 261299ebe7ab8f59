"""ONLINE or OFFLINE, and who decides: a pure state machine as a table.

- Staff may go OFFLINE at any time; that OFFLINE stays until staff end it.
- The register itself goes OFFLINE after `fail_after` bad probes in a row, and ONLINE again after three good ones in a
  row, but only out of an OFFLINE that it chose by itself. With `fail_after` None it never decides.
- ONLINE is a mode and no promise that head office answers now.

Nothing here reads a clock or asks anybody. A pair that the table lacks cannot happen; every pair is tested.

    >>> quiet = Policy(fail_after=1)
    >>> Mode.first("2026-11-22T20:00:00.000Z").after_probe(False, quiet, "2026-11-22T20:00:10.000Z").is_offline
    True
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

# Three in a row: one answer between two outages would otherwise have the till change its mode all day.
GOOD_ENOUGH = 3

BY_ITSELF = "automatic"


class State(Enum):
    ONLINE = "online"
    OFFLINE_BY_STAFF = "offline-by-staff"
    OFFLINE_BY_ITSELF = "offline-by-itself"


class Event(Enum):
    LOST = "lost"  # fail_after bad probes in a row
    FOUND = "found"  # three good probes in a row
    STAFF_OFFLINE = "staff-offline"
    STAFF_ONLINE = "staff-online"  # after head office has answered


TABLE: dict[tuple[State, Event], State] = {
    (State.ONLINE, Event.LOST): State.OFFLINE_BY_ITSELF,
    (State.ONLINE, Event.FOUND): State.ONLINE,
    (State.ONLINE, Event.STAFF_OFFLINE): State.OFFLINE_BY_STAFF,
    (State.ONLINE, Event.STAFF_ONLINE): State.ONLINE,
    (State.OFFLINE_BY_STAFF, Event.LOST): State.OFFLINE_BY_STAFF,
    (State.OFFLINE_BY_STAFF, Event.FOUND): State.OFFLINE_BY_STAFF,
    (State.OFFLINE_BY_STAFF, Event.STAFF_OFFLINE): State.OFFLINE_BY_STAFF,
    (State.OFFLINE_BY_STAFF, Event.STAFF_ONLINE): State.ONLINE,
    (State.OFFLINE_BY_ITSELF, Event.LOST): State.OFFLINE_BY_ITSELF,
    (State.OFFLINE_BY_ITSELF, Event.FOUND): State.ONLINE,
    (State.OFFLINE_BY_ITSELF, Event.STAFF_OFFLINE): State.OFFLINE_BY_STAFF,
    (State.OFFLINE_BY_ITSELF, Event.STAFF_ONLINE): State.ONLINE,
}


@dataclass(frozen=True, slots=True)
class Policy:
    """When the register decides by itself; None: never."""

    fail_after: int | None


@dataclass(frozen=True, slots=True)
class Mode:
    """`since` is an instant's text, `by` a cashier id, `automatic`, or None at the very beginning.

    `good` and `bad` count the last probes in a row. They are not kept over a restart: old probes say nothing.
    """

    state: State
    since: str
    by: str | None = None
    reason: str | None = None
    good: int = 0
    bad: int = 0

    @classmethod
    def first(cls, at: str) -> Mode:
        """A register starts its life ONLINE."""
        return cls(State.ONLINE, at)

    @property
    def is_offline(self) -> bool:
        return self.state is not State.ONLINE

    @property
    def is_by_staff(self) -> bool:
        """OFFLINE until staff end it."""
        return self.state is State.OFFLINE_BY_STAFF

    @property
    def name(self) -> str:
        return "OFFLINE" if self.is_offline else "ONLINE"

    def after_probe(self, answered: bool, policy: Policy, at: str) -> Mode:
        """The mode once one more probe has come back."""
        counted = replace(self, good=self.good + 1 if answered else 0, bad=0 if answered else self.bad + 1)
        if policy.fail_after is None:
            return counted
        if counted.bad >= policy.fail_after:
            return counted._on(Event.LOST, at, BY_ITSELF, "head-office-unreachable")
        if counted.good >= GOOD_ENOUGH:
            return counted._on(Event.FOUND, at, BY_ITSELF, None)
        return counted

    def staff_offline(self, by: str, reason: str | None, at: str) -> Mode:
        return self._on(Event.STAFF_OFFLINE, at, by, reason)

    def staff_online(self, by: str, at: str) -> Mode:
        return self._on(Event.STAFF_ONLINE, at, by, None)

    def _on(self, event: Event, at: str, by: str, reason: str | None) -> Mode:
        to = TABLE[self.state, event]
        return self if to is self.state else Mode(to, at, by, reason)
