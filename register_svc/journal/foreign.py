"""Receipts of other registers that an open return here gives back: kept with the draft, both survive a restart."""

from __future__ import annotations

from typing import Any

import orjson

from register_svc.database import Database
from register_svc.journal.journal import Writing, unpack


class ForeignReceipts:
    def __init__(self, db: Database) -> None:
        self._db = db

    def find(self, receipt_no: str) -> dict[str, Any] | None:
        """The sale document, or None."""
        row = self._db.reader.execute(
            "SELECT document FROM foreign_receipt WHERE receipt_no = ?", (receipt_no,)
        ).fetchone()
        document: dict[str, Any] | None = orjson.loads(unpack(row[0])) if row else None
        return document

    def keep(self, writing: Writing, receipt_no: str, document: dict[str, Any]) -> None:
        writing.connection.execute(
            "INSERT OR REPLACE INTO foreign_receipt VALUES(?, ?)", (receipt_no, writing.pack(orjson.dumps(document)))
        )

    def forget(self, writing: Writing, receipt_no: str) -> None:
        writing.connection.execute("DELETE FROM foreign_receipt WHERE receipt_no = ?", (receipt_no,))
