"""Every record as text, for an auditor: one canonical JSON text a line, oldest first, byte for byte as it was written.

SHA-256 of a line (without its end) is the record's hash and the next line's `prev_hash`, so that the file proves itself
with nothing but a checksum tool.
"""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from poscore.errors import Fault, Refused
from register_svc.durable_files import SyncedFile


@dataclass(frozen=True, slots=True)
class Exported:
    """`sha256`: of the whole file."""

    records: int
    bytes: int
    sha256: str


def export(journal: Path, file: Path) -> Exported:
    """Write the journal's records to the new file `file`.

    Raises Refused `file-exists`, or Fault `journal-unreadable` or `space`; no file is left behind then.
    """
    records, length, digest = 0, 0, hashlib.sha256()
    try:
        with (
            closing(sqlite3.connect(f"{journal.absolute().as_uri()}?mode=ro", uri=True)) as reading,
            SyncedFile(file) as written,
        ):
            rows = reading.execute("SELECT record FROM journal ORDER BY epoch, seq")
            while some := rows.fetchmany(500):
                lines = b"".join((row[0].encode() if isinstance(row[0], str) else row[0]) + b"\n" for row in some)
                written.write(lines)
                digest.update(lines)
                records, length = records + len(some), length + len(lines)
            written.finish()
    except FileExistsError:
        raise Refused("file-exists", f"{file} exists already", "Name another file.") from None
    except sqlite3.Error as error:
        raise Fault("journal-unreadable", f"{journal.name} cannot be read: {error}") from error
    return Exported(records, length, digest.hexdigest())
