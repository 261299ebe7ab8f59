"""The backups' row in the health list."""

from __future__ import annotations

from datetime import datetime, timedelta

from poscore.instants import parse_instant
from register_svc.health import FAIL, PASS, WARN, Check
from register_svc.journal.backup import Backups

NAME = "backup"

# Every switch to new prices makes one, and those come every night; a week without is a broken chain of nights.
_OLD_AFTER = timedelta(days=8)


def backup_check(backups: Backups, now: datetime) -> Check:
    """When the last verified backup was made. One that failed keeps new prices from being taken into use."""
    last = backups.last
    value = {"made_at": last.made_at if last else None, "kind": last.kind if last else None}
    if backups.failure is not None:
        hint = f"{backups.failure}. Until a backup succeeds no new prices are taken into use."
        return Check(NAME, FAIL, value, hint)
    if last is None:
        return Check(NAME, WARN, value, "No backup yet. Make one: register-svc backup")
    if now - parse_instant(last.made_at) > _OLD_AFTER:
        return Check(NAME, WARN, value, "The last backup is old. Make one: register-svc backup")
    return Check(NAME, PASS, value)
