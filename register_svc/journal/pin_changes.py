"""PINs that were changed at this register and that no snapshot has confirmed yet; the newest of each cashier.

A hash holds under its own store's pepper only, so each row names the store.
"""

from __future__ import annotations

from dataclasses import dataclass

from register_svc.database import Database
from register_svc.journal.journal import Writing


@dataclass(frozen=True, slots=True)
class PinChange:
    """`changed_at`: instant's text, as the journal record says it."""

    pin_hash: str
    changed_at: str


class PinChanges:
    def __init__(self, db: Database, store: str) -> None:
        self._db, self._store = db, store

    def find(self, cashier_id: str) -> PinChange | None:
        row = self._db.look(
            "SELECT pin_hash, changed_at FROM pin_change WHERE store = ? AND cashier = ?", self._store, cashier_id
        )
        return PinChange(*row) if row else None

    def keep(self, writing: Writing, cashier_id: str, change: PinChange) -> None:
        """In the transaction of the record."""
        writing.connection.execute(
            "INSERT OR REPLACE INTO pin_change(store, cashier, pin_hash, changed_at) VALUES(?, ?, ?, ?)",
            (self._store, cashier_id, change.pin_hash, change.changed_at),
        )

    def forget(self, cashier_id: str) -> None:
        """The snapshot has it now. Not durable: at worst it is forgotten again."""
        with self._db.write(durable=False) as connection:
            connection.execute("DELETE FROM pin_change WHERE store = ? AND cashier = ?", (self._store, cashier_id))
