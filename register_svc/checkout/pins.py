"""Cashiers' PINs at a register: those of the snapshot, and those that were changed here and count at once.

- A change is a journal record, so it goes home like a sale, and works OFFLINE.
- What counts is the newest: the change made here, until a snapshot carries it or a PIN that was set later.
- The record holds an argon2id hash under the store's pepper, never the PIN. A hash of four digits alone could be tried
  out in minutes; without the pepper, which is in no record, bundle or backup of the journal, there is nothing to try.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from poscore import records
from poscore.instants import instant_text, parse_instant
from register_svc.checkout.desk import Desk
from register_svc.journal.pin_changes import PinChange, PinChanges
from register_svc.till.people import Cashier

# Compared against when the number is unknown, so that the answer takes as long. Nobody's PIN makes this hash.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ibw$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


@dataclass(frozen=True, slots=True)
class PinHashing:
    """Under the store's pepper, and slow on purpose. `fits(pin, stored)`; `make(pin)` with a salt of its own."""

    fits: Callable[[str, str], bool]
    make: Callable[[str], str]


class Pins:
    def __init__(self, desk: Desk, hashing: PinHashing) -> None:
        self._desk, self._hashing = desk, hashing
        self._changes = PinChanges(desk.journal.db, desk.journal.owner.store)

    def fits(self, cashier: Cashier | None, pin: str) -> bool:
        """False for nobody, after as much work."""
        return self._hashing.fits(pin, self._hash_of(cashier) if cashier else _NOBODY)

    def change(self, cashier: Cashier, pin: str) -> str:
        """From now on this is the cashier's PIN, here and, once the record is home, in the store. Answers when."""
        desk, pin_hash = self._desk, self._hashing.make(pin)
        with desk.lock, desk.journal.write() as writing:
            shift, changed_at = desk.shifts.current(), self._after(cashier.pin_changed_at)
            body = {"cashier": cashier.cashier_id, "pin_hash": pin_hash, "changed_at": changed_at}
            writing.append(records.PIN_CHANGED, desk.now(), shift.business_day if shift else None, body)
            self._changes.keep(writing, cashier.cashier_id, PinChange(pin_hash, changed_at))
        desk.after_commit()
        return changed_at

    def _after(self, before: str) -> str:
        """Now, and later than the PIN that it replaces even where this register's clock is behind."""
        soonest = instant_text(parse_instant(before) + timedelta(milliseconds=1)) if before else ""
        return max(self._desk.now(), soonest)

    def _hash_of(self, cashier: Cashier) -> str:
        change = self._changes.find(cashier.cashier_id)
        if change is None:
            return cashier.pin_hash
        if change.pin_hash == cashier.pin_hash:
            # Confirmed: from now on the snapshot decides, whatever a clock says.
            self._changes.forget(cashier.cashier_id)
            return cashier.pin_hash
        return change.pin_hash if change.changed_at > cashier.pin_changed_at else cashier.pin_hash
