"""Idempotent answers: what was answered to a key, kept in the transaction of the change it answers.

A retry with the same key and body gets the first answer, also after `kill -9`; the same key with another body is
refused. Kept 48 hours.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from backports import zstd

from poscore.errors import Refused
from register_svc.database import Database
from register_svc.journal.journal import Writing

KEEP_S = 48 * 3600
# An answer is the whole sale view; a frame makes it a fifth, at a small part of what the commit takes.
_LEVEL = 1
_FORGET_AT_ONCE = 200  # rows a transaction, so that forgetting never makes a sale wait


@dataclass(frozen=True, slots=True)
class Key:
    """`fingerprint`: hash over method, path and body of the request."""

    key: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    status: int
    body: bytes


class Answers:
    def __init__(self, db: Database) -> None:
        self._db = db
        self._compressor = zstd.ZstdCompressor(_LEVEL)  # one for all: making it costs more than using it

    def find(self, key: Key) -> Kept | None:
        """The first answer to this key. Raises Refused `idempotency-key-reused` for another request."""
        row = self._db.reader.execute(
            "SELECT fingerprint, status, body FROM answer WHERE key = ?", (key.key,)
        ).fetchone()
        if row is None:
            return None
        if row[0] != key.fingerprint:
            raise Refused("idempotency-key-reused", "this Idempotency-Key was used for another request")
        return Kept(row[1], zstd.decompress(row[2]))

    def keep(self, writing: Writing, key: Key, kept: Kept, now_s: int) -> None:
        """Inside the transaction of the change, whose lock also guards the compressor."""
        writing.connection.execute(
            "INSERT INTO answer(key, fingerprint, status, body, at_s) VALUES(?, ?, ?, ?, ?)",
            (key.key, key.fingerprint, kept.status, self._compressor.compress(kept.body, zstd.ZstdCompressor.FLUSH_FRAME), now_s),
        )

    def forget_old(self, now_s: int) -> int:
        """Delete up to a few answers older than 48 hours; returns how many."""
        with self._db.write(durable=False) as connection:
            return _forget(connection, now_s - KEEP_S)


def _forget(connection: sqlite3.Connection, before_s: int) -> int:
    oldest = connection.execute("SELECT id, at_s FROM answer ORDER BY id LIMIT ?", (_FORGET_AT_ONCE,)).fetchall()
    old = [row[0] for row in oldest if row[1] < before_s]
    connection.executemany("DELETE FROM answer WHERE id = ?", [(number,) for number in old])
    return len(old)
