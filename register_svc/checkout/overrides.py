"""Leave given by somebody else's PIN: for one permission, one action, one session and one minute.

In memory only: a restart voids what was not used. What was used is in the journal, in the transaction that it allowed,
so an action that is tried again under its idempotency key gets its first answer and asks for no other PIN.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from poscore.errors import Refused
from register_svc.till.people import Override, Session

LIVES = timedelta(seconds=60)  # the way from the manager's fingers to the cashier's; not the rest of the day
_MAX_LIVE = 100


@dataclass(frozen=True, slots=True)
class Use:
    """One action that rests on an override. `what`: the verb; `sale`: the receipt number, or None outside one."""

    override: Override
    cashier: str | None
    what: str
    sale: str | None = None

    @property
    def body(self) -> dict[str, Any]:
        """Of the journal record: who acted, and by whose leave."""
        return {
            "cashier": self.cashier,
            "by": self.override.by,
            "permission": self.override.permission,
            "what": self.what,
            "sale": self.sale,
        }


def use_of(session: Session, override: Override | None, what: str, sale: str | None = None) -> Use | None:
    """What `Desk.writing` takes: None when the session acts by its own right."""
    return Use(override, session.cashier, what, sale) if override else None


@dataclass(frozen=True, slots=True)
class _Given:
    override: Override
    session: str
    at: datetime


@dataclass(slots=True)
class Overrides:
    """Those that may still be used."""

    _live: dict[str, _Given] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def give(self, override: Override, session: str, now: datetime) -> None:
        """`session`: the token of the session that may use it."""
        with self._lock:
            self._live = {token: one for token, one in self._live.items() if _lives(one, now)}
            self._live[override.token] = _Given(override, session, now)
            while len(self._live) > _MAX_LIVE:
                del self._live[next(iter(self._live))]

    def find(self, token: str, session: str, now: datetime) -> Override | None:
        """None when it was used, has run out, or is another session's."""
        given = self._live.get(token)
        return given.override if given and given.session == session and _lives(given, now) else None

    def must_be_unused(self, override: Override) -> None:
        """Raises Refused `permission-missing` when another request was faster."""
        if override.token not in self._live:
            said = f"the leave for {override.permission} has been used"
            raise Refused("permission-missing", said, permission=override.permission)

    def spend(self, override: Override) -> None:
        with self._lock:
            self._live.pop(override.token, None)


def _lives(given: _Given, now: datetime) -> bool:
    return timedelta(0) <= now - given.at < LIVES  # a clock set back ends it too
