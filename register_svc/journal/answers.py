"""Idempotent answers: what was answered to a key, kept in the transaction of the change it answers.

A retry with the same key and body gets the first answer, also after `kill -9`; the same key with another body is
refused. Kept 48 hours.
"""

from __future__ import annotations

from poscore.idempotency import KEEP_S, Idempotency, Kept
from register_svc.database import Database
from register_svc.journal.journal import Writing, unpack

_LOOK_AT_ONCE = 500  # rows a transaction, so that forgetting never makes a sale wait


class Answers:
    def __init__(self, db: Database) -> None:
        self._db = db

    def find(self, key: Idempotency) -> Kept | None:
        """The first answer to this key. Raises Refused `idempotency-key-reused` for another request."""
        row = self._db.look("SELECT fingerprint, status, body FROM answer WHERE key = ?", key.key)
        if row is None:
            return None
        key.must_be(row[0])
        return Kept(row[1], unpack(row[2]))

    def keep(self, writing: Writing, key: Idempotency, kept: Kept, now_s: int) -> None:
        """Inside the transaction of the change."""
        writing.connection.execute(
            "INSERT INTO answer(key, fingerprint, status, body, at_s) VALUES(?, ?, ?, ?, ?)",
            (key.key, key.fingerprint, kept.status, writing.pack(kept.body), now_s),
        )

    def forget_old(self, now_s: int) -> int:
        """Delete those older than 48 hours among the first few hundred; returns how many. Call it now and then.

        One that is as far in the future was kept under a wrong clock, and would stand before all others for ever.
        """
        with self._db.write(durable=False) as connection:
            rows = connection.execute("SELECT id, at_s FROM answer ORDER BY id LIMIT ?", (_LOOK_AT_ONCE,)).fetchall()
            old = [(number,) for number, at_s in rows if abs(now_s - at_s) > KEEP_S]
            connection.executemany("DELETE FROM answer WHERE id = ?", old)
        return len(old)
