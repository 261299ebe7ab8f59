"""Append to the journal: the only way in, one transaction at a time.

- A record is on disk when `write()` returns; its place in the chain is decided inside the transaction.
- What belongs together commits together: the record, the draft it ends, the idempotent answer.
- The head in memory moves only after the commit, so a failed commit leaves no hole.

    with journal.write() as writing:
        writing.append(records.SALE, at, day, {"sale": document})
        writing.delete_draft(sale_id)
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from backports import zstd

from poscore.canonical import sha256_hex
from poscore.records import SALE, Head, Record, genesis_hash
from register_svc.database import Database
from register_svc.journal import returned

_LEVEL = 1  # a sale view becomes a fifth at 20 µs


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose journal this is."""

    store: str
    register: str
    epoch: int


def unpack(frame: bytes) -> bytes:
    """The inverse of `Writing.pack`."""
    return zstd.decompress(frame)


class Writing:
    """One open transaction. Only `Journal.write` makes one."""

    def __init__(self, connection: sqlite3.Connection, owner: Owner, head: Head, packer: zstd.ZstdCompressor) -> None:
        self.connection = connection
        self._owner, self._packer = owner, packer
        self.head = head

    def pack(self, data: bytes) -> bytes:
        """`data` as one zstd frame: what is kept for a while and often rewritten should be small."""
        return self._packer.compress(data, zstd.ZstdCompressor.FLUSH_FRAME)

    def append(self, kind: str, at: str, business_day: str | None, body: dict[str, Any]) -> Record:
        """Add a record of type `kind`. `at`: an instant's text."""
        owner, head = self._owner, self.head
        record = Record(owner.store, owner.register, owner.epoch, head.seq + 1, head.hash, at, business_day, kind, body)
        data = record.encoded()
        digest = sha256_hex(data)
        self.connection.execute(
            "INSERT INTO journal(epoch, seq, hash, record) VALUES(?, ?, ?, ?)", (owner.epoch, record.seq, digest, data)
        )
        self.head = Head(owner.register, owner.epoch, record.seq, digest)
        return record

    def keep_receipt(self, record: Record, sale_id: str, state: str, training: bool) -> None:
        """Note where a finished sale lies, and what a return gave back of which receipt."""
        queued = int(record.type == SALE and not training)
        self.connection.execute(
            "INSERT INTO receipt VALUES(?, ?, ?, ?, ?, ?)",
            (record.epoch, record.seq, sale_id, state, record.business_day, queued),
        )
        self.connection.executemany(returned.INSERT, returned.rows_of(record))

    def next_number(self, series: str) -> int:
        """The next number of a series: from 1, without gaps."""
        row = self.connection.execute(
            "INSERT INTO counter VALUES(?, 1) ON CONFLICT(name) DO UPDATE SET value = value + 1 RETURNING value",
            (series,),
        ).fetchone()
        return int(row[0])

    def save_draft(self, sale_id: str, state: str, document: bytes, at: str) -> None:
        self.connection.execute(
            "INSERT OR REPLACE INTO draft VALUES(?, ?, ?, ?)", (sale_id, state, self.pack(document), at)
        )

    def delete_draft(self, sale_id: str) -> None:
        self.connection.execute("DELETE FROM draft WHERE sale_id = ?", (sale_id,))


class Journal:
    """The journal of one register in one epoch; older epochs stay readable in the same file."""

    def __init__(self, db: Database, owner: Owner) -> None:
        self.db, self.owner = db, owner
        self._lock = threading.RLock()
        self._packer = zstd.ZstdCompressor(_LEVEL)  # guarded by the lock; making one costs more than using it
        self._head = self._read_head()

    def _read_head(self) -> Head:
        row = self.db.reader.execute(
            "SELECT seq, hash FROM journal WHERE epoch = ? ORDER BY seq DESC LIMIT 1", (self.owner.epoch,)
        ).fetchone()
        seq, digest = row or (0, genesis_hash(self.owner.store, self.owner.register, self.owner.epoch))
        return Head(self.owner.register, self.owner.epoch, seq, digest)

    @property
    def head(self) -> Head:
        """The last record on disk; seq 0 with the genesis hash before the first."""
        return self._head

    @contextmanager
    def write(self, durable: bool = True) -> Iterator[Writing]:
        """One transaction. `durable=False` (drafts only): survives a kill, a power cut may lose it."""
        with self._lock:
            with self.db.write(durable) as connection:
                writing = Writing(connection, self.owner, self._head, self._packer)
                yield writing
                if not durable and writing.head is not self._head:
                    raise RuntimeError("a record must be appended durably")
            self._head = writing.head

    def append(self, kind: str, at: str, business_day: str | None, body: dict[str, Any]) -> Record:
        """One record in a transaction of its own."""
        with self.write() as writing:
            return writing.append(kind, at, business_day, body)
