"""Who is signed in, what they may do, whose leave they have, and when a wrong PIN locks.

    session.must(SELL)                          # the role's own right, or Refused
    leave = session.leave_for(PRICE_OVERRIDE)   # None by the role's own right, else the override that stands in for it

A leave that is not None must be used up by what it allows: `Desk.writing` journals it in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass

from poscore.errors import Refused
from poscore.roles import CASH_MOVEMENT, NO_SALE, SELL, SHIFT, SHIPPED, Roles

SHIPPED_ROLES = Roles.read(SHIPPED)

# Nobody's PIN stands in for these: who may not sell needs another cashier, not a manager at every scan.
NOT_BY_OVERRIDE = frozenset({SELL})
# What is done to the real drawer; a session that trains ends that first.
_REAL_MONEY = frozenset({SHIFT, CASH_MOVEMENT, NO_SALE})

MAX_FAILURES = 5
LOCK_S = 300  # five minutes: long enough to make guessing 10,000 PINs a matter of a week, short enough for a shop


@dataclass(frozen=True, slots=True)
class Cashier:
    """`pin_changed_at`: instant's text of when the PIN behind the hash was set."""

    cashier_id: str
    name: str
    role: str
    pin_hash: str
    pin_changed_at: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody's leave for one action of somebody else. `by`: whose PIN gave it."""

    token: str
    permission: str
    by: str


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in, as one request sees them. `cashier` is None for the register's own commands."""

    token: str
    cashier: str | None
    name: str
    role: str
    roles: Roles = SHIPPED_ROLES
    training: bool = False
    override: Override | None = None

    @property
    def permissions(self) -> frozenset[str]:
        return self.roles.of(self.role)

    def must(self, permission: str) -> None:
        """By the role's own right. Raises Refused `permission-missing` or `training-on`."""
        if permission not in self.permissions:
            said = f"the role {self.role} may not do this ({permission})"
            raise Refused("permission-missing", said, permission=permission)
        if self.training and permission in _REAL_MONEY:
            raise Refused("training-on", "end training first: this is about real money")

    def leave_for(self, permission: str) -> Override | None:
        """None by the role's own right, else the override that came with the request. Raises as `must` does."""
        override = self.override
        if override is None or override.permission != permission or permission in self.permissions:
            self.must(permission)
            return None
        return override

    def must_match(self, training: bool) -> None:
        """Training and selling never mix. Raises Refused `training-mixed` for a real sale in a session that trains."""
        if self.training and not training:
            raise Refused("training-mixed", "this is a real sale: end training first")


@dataclass(frozen=True, slots=True)
class Attempts:
    """Wrong PINs of one cashier number. `locked_until`: seconds since 1970, 0 when not locked."""

    failures: int = 0
    locked_until: int = 0

    def retry_after(self, now_s: int) -> int:
        """Seconds until the next try, at most LOCK_S; 0 when one may be made.

        A clock set back must not lock for a year: a lock that would end later than one of now could, and some, is void.
        """
        left_s = self.locked_until - now_s
        return min(left_s, LOCK_S) if 0 < left_s <= 2 * LOCK_S else 0

    def failed(self, now_s: int) -> Attempts:
        failures = self.failures + 1 if not self.locked_until else 1
        return Attempts(failures, now_s + LOCK_S if failures >= MAX_FAILURES else 0)
