"""Tables of `journal.db`, as migrations that never change once released."""

from __future__ import annotations

from typing import TYPE_CHECKING

from register_svc.database import Migration
from register_svc.journal import authorizations, returned

if TYPE_CHECKING:
    import sqlite_utils


def _first(db: sqlite_utils.Database) -> None:
    # `record` holds the canonical bytes as text; nothing is ever updated or deleted here.
    db.execute(
        """CREATE TABLE journal(
            id INTEGER PRIMARY KEY,
            epoch INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            hash TEXT NOT NULL,
            record BLOB NOT NULL,
            UNIQUE(epoch, seq)
        )"""
    )
    # Where a finished sale lies, so that a receipt is found without reading the journal. In the journal's order: what
    # waits to be returned and the newest page of sales are read from the end, however long the journal is.
    # `queued` is 1 for a completed sale or return that counts as one to return (training does not).
    db.execute(
        """CREATE TABLE receipt(
            epoch INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            sale_id TEXT NOT NULL UNIQUE,
            state TEXT NOT NULL,
            business_day TEXT NOT NULL,
            queued INTEGER NOT NULL,
            PRIMARY KEY(epoch, seq)
        ) WITHOUT ROWID"""
    )
    # `document` here and `body` of answers are zstd frames: what has been written since the last sync waits for the
    # disk when the sale is completed.
    db.execute(
        "CREATE TABLE draft(sale_id TEXT PRIMARY KEY, state TEXT NOT NULL, document BLOB NOT NULL,"
        " changed_at TEXT NOT NULL) WITHOUT ROWID"
    )
    db.execute("CREATE TABLE counter(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID")
    db.execute(
        """CREATE TABLE shift(
            no INTEGER PRIMARY KEY,
            epoch INTEGER NOT NULL,
            first_seq INTEGER NOT NULL,
            business_day TEXT NOT NULL,
            opened_at TEXT NOT NULL,
            opened_by TEXT NOT NULL,
            opening_float INTEGER NOT NULL,
            closed_at TEXT,
            report TEXT
        )"""
    )
    # Appended, and found by an index of keys alone: keys come in no order, and a table in their order would split a
    # page at every other scan.
    db.execute(
        "CREATE TABLE answer(id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, fingerprint BLOB NOT NULL,"
        " status INTEGER NOT NULL, body BLOB NOT NULL, at_s INTEGER NOT NULL)"
    )


def _returned(db: sqlite_utils.Database) -> None:
    # Receipts of other registers that an open return gives back; gone with the last such draft.
    db.execute("CREATE TABLE foreign_receipt(receipt_no TEXT PRIMARY KEY, document BLOB NOT NULL) WITHOUT ROWID")
    db.execute(returned.TABLE)
    db.execute(returned.INDEX)
    db.conn.executemany(returned.INSERT, returned.rows_in(db.conn))


def _pin_changes(db: sqlite_utils.Database) -> None:
    db.execute(
        "CREATE TABLE pin_change(store TEXT NOT NULL, cashier TEXT NOT NULL, pin_hash TEXT NOT NULL,"
        " changed_at TEXT NOT NULL, PRIMARY KEY(store, cashier)) WITHOUT ROWID"
    )


def _authorizations(db: sqlite_utils.Database) -> None:
    db.execute(authorizations.TABLE)


MIGRATIONS: tuple[Migration, ...] = (_first, _returned, _pin_changes, _authorizations)
