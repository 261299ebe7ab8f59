"""The receipts that wait to be sent, in state.db: kept over restarts, each once for a receipt and its address.

An address is kept no longer than it is needed: with the row, which goes when the receipt has gone, or after a week.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from poscore.instants import instant_text
from register_svc.database import Database, Migration

if TYPE_CHECKING:
    import sqlite_utils

FILE, EMAIL = "file", "email"
_GIVEN_UP_AFTER = timedelta(days=7)
_PAUSES = tuple(timedelta(seconds=pause) for pause in (10, 60, 300, 900, 3600))  # between tries; the last one stays


def _create(db: sqlite_utils.Database) -> None:
    # refused: the mail server does not take this address; nobody tries again
    db.execute(
        "CREATE TABLE digital_receipt(receipt_no TEXT NOT NULL, way TEXT NOT NULL, address TEXT NOT NULL,"
        " language TEXT NOT NULL, queued_at TEXT NOT NULL, tries INTEGER NOT NULL, next_at TEXT NOT NULL,"
        " error TEXT NOT NULL, refused INTEGER NOT NULL, PRIMARY KEY(receipt_no, way, address)) WITHOUT ROWID"
    )


MIGRATIONS: tuple[Migration, ...] = (_create,)


@dataclass(frozen=True, slots=True)
class Order:
    """A receipt that somebody wants. `address`: of an e-mail, else empty; `language`: empty is the shop's own."""

    receipt_no: str
    way: str
    address: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What waits, for the health list: no address in it. `refused`: receipt numbers."""

    waiting: int
    oldest_at: str | None
    error: str
    refused: tuple[str, ...]


class ReceiptQueue:
    def __init__(self, state: Database) -> None:
        self._db = state

    def add(self, order: Order, now: datetime) -> None:
        """On disk when it returns; what waits already is not queued twice."""
        at = instant_text(now)
        with self._db.write() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO digital_receipt VALUES(?, ?, ?, ?, ?, 0, ?, '', 0)",
                (order.receipt_no, order.way, order.address, order.language, at, at),
            )

    def due(self, now: datetime) -> list[Order]:
        """What may be tried now, the oldest first."""
        rows = self._db.reader.execute(
            "SELECT receipt_no, way, address, language FROM digital_receipt WHERE next_at <= ? AND NOT refused"
            " ORDER BY queued_at",
            (instant_text(now),),
        )
        return [Order(*row) for row in rows]

    def sent(self, order: Order) -> None:
        with self._db.write() as connection:
            connection.execute(f"DELETE FROM digital_receipt WHERE {_KEY}", _key(order))

    def failed(self, order: Order, error: str, now: datetime, *, refused: bool) -> None:
        """`error`: for a technician, without the address."""
        with self._db.write(durable=False) as connection:
            (tries,) = connection.execute(f"SELECT tries FROM digital_receipt WHERE {_KEY}", _key(order)).fetchone()
            pause = _PAUSES[min(tries, len(_PAUSES) - 1)]
            connection.execute(
                f"UPDATE digital_receipt SET tries = tries + 1, next_at = ?, error = ?, refused = ? WHERE {_KEY}",
                (instant_text(now + pause), error, int(refused), *_key(order)),
            )

    def forget_old(self, now: datetime) -> None:
        """Whoever has not got it in a week asks the shop: no address stays here longer."""
        with self._db.write(durable=False) as connection:
            oldest = instant_text(now - _GIVEN_UP_AFTER)
            connection.execute("DELETE FROM digital_receipt WHERE queued_at < ?", (oldest,))

    def standing(self) -> Standing:
        rows = self._db.reader.execute(
            "SELECT receipt_no, queued_at, error, refused FROM digital_receipt ORDER BY queued_at"
        ).fetchall()
        waiting = [row for row in rows if not row[3]]
        return Standing(
            len(waiting),
            waiting[0][1] if waiting else None,
            next((row[2] for row in waiting if row[2]), ""),
            tuple(row[0] for row in rows if row[3]),
        )


_KEY = "receipt_no = ? AND way = ? AND address = ?"


def _key(order: Order) -> tuple[str, str, str]:
    return order.receipt_no, order.way, order.address
