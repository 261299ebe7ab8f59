"""The database of a head office: `DIR/office.db`, SQLite with WAL.

- `write()` is one transaction that takes the write lock when it starts (`BEGIN IMMEDIATE`: what is read in it stays
  true until it ends) and is on disk when the block ends (`synchronous=FULL`). With `durable=False` a power cut may take
  the newest of them back, though a kill does not: for what may be done again.
- `read()` is one consistent view that waits for nobody; a write in it is an error and not a silent loss.
- `bulk()` lends a bare connection outside the pool for the few jobs that move a million rows.
- Opening migrates the file to what this version expects; a file from a later version is refused.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

from poscore.errors import Refused
from server_push.storage.migrate import upgrade

DATABASE = "office.db"
# An import of a million articles holds the write lock for some seconds; what comes home meanwhile waits for it.
BUSY_TIMEOUT_S = 30.0
# Of a new file; one that is there keeps its own. A record of ten lines has 2.7 KB, which leaves a third of a page of
# 4 KiB, the default, empty: a batch of five hundred then writes a sixth more, and twice as many pages. A page of 16 KiB
# gains little more on a batch, and a single sale, which touches ten pages, would pay for it.
_PAGE_BYTES = 8192
# WAL before a checkpoint. A batch of five hundred sales writes 2.5 MB: at the default of 1000 pages every second or
# third batch that comes home would also wait for two syncs of the whole file.
_CHECKPOINT_BYTES = 64 << 20
# What a transaction has changed stays in memory up to here. A batch that comes home changes 2.5 MB: at the default of
# 2 MB part of it would be written out before the commit and read in again.
_CACHE_KIB = 16_000


class Storage:
    def __init__(self, path: Path, engine: Engine) -> None:
        self.path = path
        self.engine = engine

    @classmethod
    def create(cls, directory: Path) -> Storage:
        """A new office. Raises Refused `office-exists`."""
        path = directory / DATABASE
        directory.mkdir(parents=True, exist_ok=True)
        try:
            # It holds customers, so only its owner may read it; -wal and -shm take the mode of the file.
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            raise Refused("office-exists", f"{directory} already holds a head office") from None
        return cls._opened(path)

    @classmethod
    def open(cls, directory: Path) -> Storage:
        """Raises Refused `no-office`, or `database-newer` when a later version has written it."""
        path = directory / DATABASE
        if not path.is_file():
            raise Refused("no-office", f"{directory} holds no head office", hint="server-push init DIR makes one")
        return cls._opened(path)

    @classmethod
    def _opened(cls, path: Path) -> Storage:
        storage = cls(path, engine_of(path))
        upgrade(storage.engine)
        return storage

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Connection]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        options = {"writes": True, "durable": durable}
        with self.engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self.engine.connect().execution_options(writes=False) as connection, connection.begin():
            yield connection

    @contextmanager
    def bulk(self) -> Iterator[sqlite3.Connection]:
        """A bare connection in autocommit, closed afterwards with its temporary tables. Begin and commit yourself."""
        connection = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
        try:
            _prepare(connection)
            yield connection
        finally:
            connection.close()

    def close(self) -> None:
        self.engine.dispose()


def engine_of(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: Any, _record: Any) -> None:
    # The driver would begin by its own rules (late, and DEFERRED); here `_on_begin` does.
    connection.isolation_level = None
    _prepare(connection)


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA page_size={_PAGE_BYTES}")
    connection.execute("PRAGMA journal_mode=WAL")
    (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_BYTES // page_bytes}")
    connection.execute(f"PRAGMA cache_size={-_CACHE_KIB}")


def _on_begin(connection: Connection) -> None:
    # SQLite ignores FOR UPDATE: whoever reads in order to write must hold the lock from the start.
    writes = connection.get_execution_options().get("writes", True)
    connection.exec_driver_sql(f"PRAGMA query_only={0 if writes else 1}")
    if writes:
        durable = connection.get_execution_options().get("durable", True)
        connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
