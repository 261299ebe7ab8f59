"""A copy of a head office's database while it works, and the check of one.

- SQLite's own online backup: the copy is the database as it was at one moment, whatever is written meanwhile.
- A copy is verified before it gets its name: what has the name can be put back.
- Keys and settings.toml lie beside the database and are not in it: they change seldom, and are kept elsewhere.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from poscore.errors import Fault, Refused
from server_push.storage.engine import BUSY_TIMEOUT_S
from server_push.storage.migrate import head

# Tables whose rows tell a person whether this is the backup that he thinks it is.
_COUNTED = ("store", "register", "journal_record", "sale", "invoice")
_PAGES_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Checked:
    """`findings`: sentences; none when the copy can be put back."""

    file: Path
    bytes: int
    sha256: str
    revision: str | None
    office: str | None
    counts: dict[str, int]
    findings: tuple[str, ...]


def back_up(database: Path, file: Path) -> Checked:
    """Raises Refused `file-exists`, or Fault `backup-failed`, which leaves no file behind."""
    if file.exists():
        raise Refused("file-exists", f"{file} exists already", hint="name another file")
    unfinished = file.with_name(f"{file.name}.new")
    try:
        # It holds customers, so only its owner may read it.
        os.close(os.open(unfinished, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
        _copy(database, unfinished)
        checked = check(unfinished)
        if checked.findings:
            raise Fault("backup-failed", f"the copy is not sound: {'; '.join(checked.findings)}")
        with unfinished.open("rb+") as written:
            os.fsync(written.fileno())
        unfinished.replace(file)
    except (OSError, sqlite3.Error) as error:
        unfinished.unlink(missing_ok=True)
        raise Fault("backup-failed", f"the database could not be copied: {error}") from error
    except Fault:
        unfinished.unlink(missing_ok=True)
        raise
    return Checked(file, checked.bytes, checked.sha256, checked.revision, checked.office, checked.counts, ())


def check(file: Path) -> Checked:
    """Read all of a backup. Raises Refused `no-backup` when there is no file."""
    if not file.is_file():
        raise Refused("no-backup", f"there is no file {file}")
    size, digest = file.stat().st_size, _sha256(file)
    try:
        # immutable: a backup lies alone, and looking at it must leave nothing beside it
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as reading:
            findings = tuple(_findings(reading))
            office = reading.execute("SELECT office_id FROM office").fetchone()
            counts = {name: reading.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in _COUNTED}
            revision = _revision(reading)
    except sqlite3.Error as error:
        return Checked(file, size, digest, None, None, {}, (f"it is no database of a head office: {error}",))
    return Checked(file, size, digest, revision, office[0] if office else None, counts, findings)


def _copy(database: Path, to: Path) -> None:
    of = f"{database.absolute().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(of, uri=True, timeout=BUSY_TIMEOUT_S)) as source,
        closing(sqlite3.connect(to, isolation_level=None)) as copy,
    ):
        source.backup(copy, pages=_PAGES_AT_ONCE)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it


def _findings(reading: sqlite3.Connection) -> Iterator[str]:
    yield from (text for (text,) in reading.execute("PRAGMA integrity_check") if text != "ok")
    for table, *_ in reading.execute("PRAGMA foreign_key_check"):
        yield f"a row of {table} refers to one that is not there"
    revision = _revision(reading)
    if revision is None or revision > head():
        yield f"it is of revision {revision}, this version knows {head()}"
    (missing,) = reading.execute(
        "SELECT count(*) FROM journal_record r LEFT JOIN journal_body b"
        " ON b.store = r.store AND b.arrival = r.arrival WHERE b.arrival IS NULL"
    ).fetchone()
    if missing:
        yield f"{missing} records have lost their bytes"
    (off,) = reading.execute(
        "SELECT count(*) FROM sale WHERE gross IS NOT NULL AND gross - discount + rounding <> due"
    ).fetchone()
    if off:
        yield f"the sums of {off} sales do not hold"


def _revision(reading: sqlite3.Connection) -> str | None:
    row = reading.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if row is None else str(row[0])


def _sha256(file: Path) -> str:
    with file.open("rb") as read:
        return hashlib.file_digest(read, "sha256").hexdigest()
