"""A SQLite file with one writer: WAL, and for each transaction the durability that its caller asks for.

- `write(durable=True)` is on disk when it returns (`synchronous=FULL`: one fdatasync).
- `write(durable=False)` survives a kill of the process; a power cut may lose it (`NORMAL`: no fdatasync).
- Readers never wait for the writer; each thread has a reading connection of its own.

The schema is built and moved on by `sqlite_utils` migrations, and only when the file is behind: importing that library
costs a starting register more than everything else of its storage.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite_utils

Migration = Callable[["sqlite_utils.Database"], None]

# Pages of WAL before a checkpoint (64 MB of 4 KiB pages). A checkpoint costs three syncs, and a sale of ten scanned
# lines writes some 60 pages, so the default of 1000 would add 0.2 syncs to each sale.
_CHECKPOINT_PAGES = 16_000
_BUSY_TIMEOUT_S = 5.0


# What a disk that is full, read-only or damaged raises.
STORAGE_ERRORS: tuple[type[Exception], ...] = (sqlite3.Error, OSError)


class Database:
    """`migrations`: those of every room that keeps tables in this file, each room's in its own order.

    A migration is known by its room's folder and its function's name, so a room can add one whatever the others do.
    """

    def __init__(self, path: Path, migrations: Sequence[Migration]) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        self._writer = self._connect()
        self._writer.execute("PRAGMA journal_mode=WAL")
        self._writer.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
        self._writer.execute("PRAGMA synchronous=FULL")
        self._durable = True
        self._migrate(migrations)

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(
            self.path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, cached_statements=256
        )

    def _migrate(self, migrations: Sequence[Migration]) -> None:
        # user_version counts what has run: a file that is up to date is known by one number.
        if self._writer.execute("PRAGMA user_version").fetchone()[0] == len(migrations):
            return
        import sqlite_utils

        with self.write() as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS migration(name TEXT PRIMARY KEY) WITHOUT ROWID")
            done = {row[0] for row in connection.execute("SELECT name FROM migration")}
        for migration in migrations:
            name = _name(migration)
            if name not in done:
                with self.write() as connection:
                    migration(sqlite_utils.Database(connection, execute_plugins=False))
                    connection.execute("INSERT INTO migration VALUES(?)", (name,))
        self._writer.execute(f"PRAGMA user_version={len(migrations)}")

    @contextmanager
    def write(self, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        with self._lock:
            if durable != self._durable:
                self._writer.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
                self._durable = durable
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:  # a full disk may have ended it already
                    self._writer.execute("ROLLBACK")
                raise

    def look(self, sql: str, *values: str | int) -> tuple[Any, ...] | None:
        """One row by the writer's connection, whose pages are in memory; a reader's are read anew after each commit.

        For what is asked before every change. Waits for a transaction of another thread.
        """
        with self._lock:
            row: tuple[Any, ...] | None = self._writer.execute(sql, values).fetchone()
            return row

    @property
    def reader(self) -> sqlite3.Connection:
        """This thread's reading connection. Sees every commit made before the statement starts."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect()
            connection.execute("PRAGMA query_only=1")
            with self._lock:
                self._readers.append(connection)
        return connection

    def close(self) -> None:
        """Close all connections; the WAL is written back."""
        with self._lock:
            for connection in (*self._readers, self._writer):
                connection.close()


def _name(migration: Migration) -> str:
    """`snapshots.first_slots` for a function of register_svc/snapshots/schema.py."""
    return f"{migration.__module__.split('.')[-2]}.{migration.__name__.lstrip('_')}"
