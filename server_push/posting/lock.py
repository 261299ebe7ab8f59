"""One posting run at a time in an office's folder, be it the service's or a command's.

The lock is the exclusive lock of a small SQLite file: it ends with its holder, however that one dies, on every system.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from poscore.errors import Refused

FILE = "posting.lock"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Raises Refused `posting-run-active`."""
    with closing(sqlite3.connect(folder / FILE, timeout=0, isolation_level=None)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise Refused("posting-run-active", "a posting run is at work; there is one at a time") from None
        yield
