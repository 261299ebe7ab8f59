"""A register's two files, in use, and a place for their backups."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from poscore.records import SALE
from register_svc.database import Database
from register_svc.head_office import schema as link_schema
from register_svc.journal import schema as journal_schema
from register_svc.journal.backup import Backup, Backups, Keep, Sources
from register_svc.journal.journal import Journal, Owner

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Books:
    """`make(days=1)` makes a backup a day after the first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.owner = Owner("s1", "r1", 1)
        self.journal_db = Database(folder / "journal.db", tuple(journal_schema.MIGRATIONS))
        self.state_db = Database(folder / "state.db", tuple(link_schema.MIGRATIONS))
        self.journal = Journal(self.journal_db, self.owner)
        self.sold = 0

    def sell(self, count: int) -> None:
        for _ in range(count):
            self.sold += 1
            with self.journal.write() as writing:
                record = writing.append(SALE, "2026-11-22T12:00:00.000Z", "2026-11-22", {"n": self.sold})
                writing.keep_receipt(record, f"r1-{self.owner.epoch}-{self.sold:06d}", "completed", False)

    def draft(self, text: bytes) -> None:
        with self.journal.write(durable=False) as writing:
            writing.save_draft("r1-1-009999", "open", text, "2026-11-22T12:00:00.000Z")

    def in_epoch(self, epoch: int) -> None:
        self.owner = Owner("s1", "r1", epoch)
        self.journal = Journal(self.journal_db, self.owner)

    def backups(self, keep: int = 40, keep_days: int = 0) -> Backups:
        sources = Sources(self.folder / "journal.db", self.folder / "state.db")
        return Backups(sources, self.folder / "backups", self.owner, Keep(keep, keep_days))

    def make(self, days: float = 0, keep: int = 40, keep_days: int = 0) -> Backup:
        return self.backups(keep, keep_days).make(NOON + timedelta(days=days))

    def close(self) -> None:
        self.journal_db.close()
        self.state_db.close()
