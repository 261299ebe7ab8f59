"""Tables of the link in `state.db`, as migrations that never change once released.

watermark   what head office has acknowledged, for each epoch; losing it means only sending again
mode        ONLINE or OFFLINE, since when, by whom and why
clock       how far this machine's clock is from head office's
difference  epochs in which head office has other records than this journal; losing it means only learning it again
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from register_svc.database import Migration

if TYPE_CHECKING:
    import sqlite_utils


def head_office_tables(db: sqlite_utils.Database) -> None:
    db.execute(
        "CREATE TABLE watermark(epoch INTEGER PRIMARY KEY, seq INTEGER NOT NULL, hash TEXT NOT NULL, at TEXT NOT NULL)"
    )
    # `one` is always 1: these tables hold a single row.
    db.execute(
        "CREATE TABLE mode(one INTEGER PRIMARY KEY CHECK (one = 1), state TEXT NOT NULL, since TEXT NOT NULL, by TEXT,"
        " reason TEXT)"
    )
    db.execute(
        "CREATE TABLE clock(one INTEGER PRIMARY KEY CHECK (one = 1), offset_ms INTEGER NOT NULL, at TEXT NOT NULL)"
    )


def journal_differences(db: sqlite_utils.Database) -> None:
    db.execute(
        "CREATE TABLE difference(epoch INTEGER PRIMARY KEY, seq INTEGER NOT NULL, detail TEXT NOT NULL,"
        " conflicts INTEGER NOT NULL, since TEXT NOT NULL)"
    )


MIGRATIONS: tuple[Migration, ...] = (head_office_tables, journal_differences)
