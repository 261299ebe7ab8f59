"""The journal's rows in the health list: whether it can be written, and how old its last backup is."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from poscore.instants import parse_instant
from register_svc.health import FAIL, PASS, WARN, Check
from register_svc.journal.backup import Backups
from register_svc.journal.journal import Journal

# One is made before each nightly switch; two nights without one is a fault that nobody has seen.
_BACKUP_WARN = timedelta(hours=48)


def journal_check(journal: Journal) -> Check:
    """Takes the writer's place for a moment and gives it back: a read-only or broken disk shows here, not at a sale."""
    head = journal.head
    value = {"epoch": head.epoch, "seq": head.seq}
    try:
        with journal.write(durable=False):
            pass
    except sqlite3.Error as error:
        hint = "Nothing can be sold. Check the register's disk, then restart the service."
        return Check("journal", FAIL, {**value, "error": str(error)}, hint)
    return Check("journal", PASS, value)


def backup_check(backups: Backups, now: datetime) -> Check:
    """A register without any backup has not been through its first switch, or its backup folder cannot be used."""
    last = backups.last
    if backups.failure:
        hint = f"{backups.failure} Prices are not changed without a backup; the till sells on."
        return Check("backup", FAIL, {"last": last.made_at if last else None}, hint)
    if last is None:
        return Check("backup", WARN, {"last": None}, "No backup yet: run register-svc backup, and check [backup] dir.")
    value = {"last": last.made_at, "records": last.records}
    if now - parse_instant(last.made_at) > _BACKUP_WARN:
        return Check("backup", WARN, value, "The last backup is old: run register-svc backup, and see what it says.")
    return Check("backup", PASS, value)
