"""Copies of a SQLite file that is being written, and the proof that a copy holds what it should.

- A full copy is one view of the file, whatever is committed meanwhile, and no commit waits for it: it is synced every
  8 MiB while it is written.
- A part holds the records after given heads and every other table whole: drafts, shifts, counters, answers.
- A copy is read back with a connection of its own before anybody calls it a backup.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from poscore.errors import Fault
from poscore.records import Head, genesis_hash, verify_chain
from register_svc.durable_files import SYNC_EVERY, naming_a_full_disk, sync
from register_svc.journal.journal import Owner

# Tables that only grow, row by row with the records that (epoch, seq) names. All others are copied whole.
BY_RECORD = ("journal", "receipt", "returned")

_PAGE_BYTES = 4096
_READ_BYTES = 1 << 20

# Hashing and parsing hold the interpreter, and a sale would wait for it at each of its steps. So the reader steps aside
# some two thousand times a second.
_ROWS_BETWEEN_BREATHS = 16
_BREATH_S = 0.000_05

Heads = Mapping[int, Head]


def copy_whole(source: Path, target: Path) -> None:
    """A full copy of `source`, as one file without a WAL, on disk."""
    with contextlib.closing(_open_read_only(source)) as reading, contextlib.closing(_open_new(target)) as writing:
        # A view that is held open is not started anew by every commit.
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM sqlite_master").fetchone()
        reading.backup(writing, pages=SYNC_EVERY // _PAGE_BYTES, progress=lambda *_: sync_path(target))
        writing.execute("PRAGMA journal_mode=DELETE")
    sync_path(target)


def copy_part(source: Path, target: Path, after: Heads) -> None:
    """What the journal at `source` holds after these heads, with its drafts and all its other state, on disk."""
    with contextlib.closing(_open_new(target)) as part:
        part.execute("ATTACH ? AS whole", (_read_only_uri(source),))
        part.execute("BEGIN")
        version = part.execute("PRAGMA whole.user_version").fetchone()[0]
        tables = part.execute(f"SELECT name, sql FROM whole.sqlite_master WHERE {_OWN_TABLES}").fetchall()
        for name, sql in tables:
            part.execute(sql)
            if name not in BY_RECORD:
                part.execute(f'INSERT INTO main."{name}" SELECT * FROM whole."{name}"')
                continue
            for epoch in _epochs(part, "whole"):
                seq = after[epoch].seq if epoch in after else 0
                copied = f'INSERT INTO main."{name}" SELECT * FROM whole."{name}" WHERE epoch = ? AND seq > ?'
                part.execute(copied, (epoch, seq))
        part.execute(f"PRAGMA main.user_version={version}")
        part.execute("COMMIT")
    sync_path(target)


def add_part(journal: Path, part: Path) -> None:
    """Put a part's records behind those of `journal`, and its other state in place of what is there."""
    with contextlib.closing(sqlite3.connect(_uri(journal, "rw"), uri=True, isolation_level=None)) as whole:
        whole.execute("ATTACH ? AS part", (_read_only_uri(part),))
        whole.execute("BEGIN IMMEDIATE")
        for (name,) in whole.execute(f"SELECT name FROM part.sqlite_master WHERE {_OWN_TABLES}").fetchall():
            if name not in BY_RECORD:
                whole.execute(f'DELETE FROM main."{name}"')
            whole.execute(f'INSERT INTO main."{name}" SELECT * FROM part."{name}"')
        whole.execute("COMMIT")


_OWN_TABLES = "type = 'table' AND name NOT LIKE 'sqlite_%'"


def schema_hash(path: Path) -> str:
    """Changes whenever a table does: parts of one shape do not fit on a full copy of another."""
    with contextlib.closing(_open_read_only(path)) as reading:
        rows = reading.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type, name").fetchall()
    return hashlib.sha256("\n".join(row[0] for row in rows).encode()).hexdigest()


def heads_of(path: Path, register: str) -> dict[int, Head]:
    """The end of each epoch in the journal at `path`, by its rows."""
    with contextlib.closing(_open_read_only(path)) as reading:
        return {epoch: Head(register, epoch, *_last(reading, epoch)) for epoch in _epochs(reading, "main")}


def holds(path: Path, head: Head) -> bool:
    """Whether the journal at `path` has this very record."""
    with contextlib.closing(_open_read_only(path)) as reading:
        row = reading.execute("SELECT hash FROM journal WHERE epoch = ? AND seq = ?", (head.epoch, head.seq)).fetchone()
    return row is not None and row[0] == head.hash


def check_file(path: Path) -> None:
    """Raises Fault `backup-damaged` unless SQLite finds the file whole."""
    with contextlib.closing(_open_read_only(path)) as reading:
        found = reading.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise Fault("backup-damaged", f"{path.name} was not written whole: {found}")


def check_records(path: Path, owner: Owner, after: Heads, upto: Heads) -> None:
    """Raises Fault `backup-damaged` unless the records are one chain from `after` to `upto`, in every epoch."""
    with contextlib.closing(_open_read_only(path)) as reading:
        for epoch in sorted({*_epochs(reading, "main"), *upto}):
            begin = after.get(epoch) or Head(owner.register, epoch, 0, genesis_hash(owner.store, owner.register, epoch))
            rows = _rows(reading, epoch)
            for finding in verify_chain(begin.hash, rows, upto.get(epoch, begin), begin.seq):
                raise Fault("backup-damaged", f"epoch {epoch}, record {finding.seq}: {finding.kind}: {finding.detail}")


def file_sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_READ_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def sync_path(path: Path) -> None:
    with naming_a_full_disk(), path.open("r+b") as file:
        sync(file)


def _epochs(reading: sqlite3.Connection, schema: str) -> list[int]:
    """Every epoch with records; steps from one to the next instead of reading every row."""
    found: list[int] = []
    while True:
        later = f"SELECT min(epoch) FROM {schema}.journal WHERE epoch > ?"
        (epoch,) = reading.execute(later, (found[-1] if found else 0,)).fetchone()
        if epoch is None:
            return found
        found.append(epoch)


def _last(reading: sqlite3.Connection, epoch: int) -> tuple[int, str]:
    row: tuple[int, str] = reading.execute(
        "SELECT seq, hash FROM journal WHERE epoch = ? ORDER BY seq DESC LIMIT 1", (epoch,)
    ).fetchone()
    return row


def _rows(reading: sqlite3.Connection, epoch: int) -> Iterator[tuple[int, str, bytes]]:
    rows = reading.execute("SELECT seq, hash, record FROM journal WHERE epoch = ? ORDER BY seq", (epoch,))
    for number, (seq, digest, record) in enumerate(rows):
        if number % _ROWS_BETWEEN_BREATHS == 0:
            time.sleep(_BREATH_S)
        yield seq, digest, record.encode() if isinstance(record, str) else record


def _open_read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(_read_only_uri(path), uri=True, isolation_level=None)


def _open_new(path: Path) -> sqlite3.Connection:
    """A new file that SQLite itself never syncs: whoever writes it does, at the right moments."""
    connection = sqlite3.connect(_uri(path, "rwc"), uri=True, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    return connection


def _read_only_uri(path: Path) -> str:
    return _uri(path, "ro")


def _uri(path: Path, mode: str) -> str:
    return f"{path.absolute().as_uri()}?mode={mode}"
