"""Who may do what, and when a wrong PIN locks: roles as data, the lock-out as a pure rule."""

from __future__ import annotations

from dataclasses import dataclass

from poscore.errors import Refused

SELL, SHIFT, CASH_MOVEMENT, MODE, SNAPSHOTS, BACKUP = "sell", "shift", "cash-movement", "mode", "snapshots", "backup"
SEE_EXPECTED_CASH = "see-expected-cash"  # before the drawer is counted, where the count is blind
RETURN_WITHOUT_RECEIPT = "return-without-receipt"

PERMISSIONS: dict[str, frozenset[str]] = {
    "cashier": frozenset({SELL, SHIFT, CASH_MOVEMENT, MODE, RETURN_WITHOUT_RECEIPT}),
    "shift_lead": frozenset({SELL, SHIFT, CASH_MOVEMENT, MODE, SEE_EXPECTED_CASH, RETURN_WITHOUT_RECEIPT}),
    "manager": frozenset(
        {SELL, SHIFT, CASH_MOVEMENT, MODE, SEE_EXPECTED_CASH, RETURN_WITHOUT_RECEIPT, SNAPSHOTS, BACKUP}
    ),
    "technician": frozenset({MODE, SNAPSHOTS, BACKUP}),
}

MAX_FAILURES = 5
LOCK_S = 300  # five minutes: long enough to make guessing 10,000 PINs a matter of a week, short enough for a shop


@dataclass(frozen=True, slots=True)
class Cashier:
    cashier_id: str
    name: str
    role: str
    pin_hash: str


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in. `cashier` is None for the register's own commands."""

    token: str
    cashier: str | None
    name: str
    role: str

    @property
    def permissions(self) -> frozenset[str]:
        return PERMISSIONS.get(self.role, frozenset())

    def must(self, permission: str) -> None:
        """Raises Refused `permission-missing`."""
        if permission not in self.permissions:
            raise Refused("permission-missing", f"the role {self.role} may not do this ({permission})")


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
