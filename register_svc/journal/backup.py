"""Backups of the journal, the drafts and the state, each one verified before it counts.

- The first of each month is full; the others hold the records after the last backup's heads with all drafts and state.
  When a part would not fit on what stands there, a full one is made.
- After writing, the copy is read back: the files by SQLite, the records by their chain from head to head. Only then is
  `backup.json` written; a folder without it is no backup.
- Folders bear the time, and are never changed. The newest stay, by count and by age, with whatever they build on;
  nothing is deleted when a backup fails.

    backups = Backups(Sources(journal_db, state_db), Path("/mnt/usb/r1"), Owner("s1", "r1", 1), Keep(40, days=14))
    backups.make(now)
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from poscore.errors import Fault, PosError
from poscore.instants import instant_text, parse_instant
from poscore.records import Head
from register_svc.durable_files import free_bytes, remove_directory, replace_file, sync_directory
from register_svc.journal import copying
from register_svc.journal.copying import Heads
from register_svc.journal.journal import Owner

_LOG = logging.getLogger("offline-kassa.backup")

MANIFEST, JOURNAL_FILE, STATE_FILE = "backup.json", "journal.db", "state.db"
FULL, PART = "full", "part"
FORMAT = 1

_NAMES = "????????T??????Z-[0-9][0-9][0-9][0-9][0-9][0-9]-[fp][ua][lr][lt]"

_FAILED_HINT = "Check the backup folder's disk and rights ([backup] dir). Nothing was deleted; the till sells on."


@dataclass(frozen=True, slots=True)
class Sources:
    """The two files that are backed up. They may be in use."""

    journal: Path
    state: Path


@dataclass(frozen=True, slots=True)
class Backup:
    """A complete backup, as its manifest says. `n` counts backups; `base` is the folder that a part builds on."""

    folder: Path
    n: int
    kind: str
    made_at: str
    store: str
    register: str
    schema: str
    base: str | None
    heads: dict[int, Head]
    files: dict[str, str]  # name -> hex SHA-256

    @property
    def records(self) -> int:
        return sum(head.seq for head in self.heads.values())

    def summary(self) -> dict[str, Any]:
        """What a person who asked for it wants to know."""
        return {"folder": str(self.folder), "kind": self.kind, "made_at": self.made_at, "records": self.records}

    def to_wire(self) -> dict[str, Any]:
        return {
            "v": FORMAT,
            "n": self.n,
            "kind": self.kind,
            "made_at": self.made_at,
            "store": self.store,
            "register": self.register,
            "schema": self.schema,
            "base": self.base,
            "heads": [head.to_wire() for head in self.heads.values()],
            "files": self.files,
        }

    @classmethod
    def read(cls, folder: Path) -> Backup | None:
        """The backup in `folder`; None when it is none, or not one that this version can read."""
        try:
            wire = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            if wire.pop("v") != FORMAT:
                return None
            heads = [Head.from_wire(head) for head in wire.pop("heads")]
            return cls(folder=folder, heads={head.epoch: head for head in heads}, **wire)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, PosError):
            return None


def backups_in(folder: Path) -> list[Backup]:
    """Every complete backup below `folder`, oldest first."""
    try:
        found = [Backup.read(path) for path in folder.iterdir() if path.is_dir()]
    except FileNotFoundError:
        return []
    return sorted((backup for backup in found if backup), key=lambda backup: backup.n)


def line_of(backup: Backup, all_of_them: list[Backup]) -> list[Backup]:
    """`backup` with all it builds on, the full one first; empty when a part of that is missing."""
    by_name = {one.folder.name: one for one in all_of_them}
    line = [backup]
    while line[0].base is not None:
        before = by_name.get(line[0].base)
        if before is None or before.n >= line[0].n:
            return []
        line.insert(0, before)
    return line


@dataclass(frozen=True, slots=True)
class Keep:
    """The newest `count` backups, and each that is not older than `days`: where prices change by the hour, more."""

    count: int
    days: int = 0


class Backups:
    """`keep`: which stay at least."""

    def __init__(self, sources: Sources, folder: Path, owner: Owner, keep: Keep) -> None:
        self._sources, self._folder, self._owner, self._keep = sources, folder, owner, keep
        self._making = threading.Lock()
        self._last: Backup | None = None
        self._looked = False
        self.failure: str | None = None

    @property
    def last(self) -> Backup | None:
        """The newest backup of this register."""
        if not self._looked:
            mine = [one for one in backups_in(self._folder) if self._is_mine(one)]
            self._last, self._looked = (mine[-1] if mine else None), True
        return self._last

    def make(self, now: datetime) -> Backup:
        """Make one and verify it. Raises Fault `backup`: there is no new backup, and the old ones stand as they did."""
        with self._making:
            try:
                backup = self._make(now)
            except (PosError, OSError, sqlite3.Error) as error:
                self.failure = str(error)
                _LOG.exception("no backup could be made")
                raise Fault("backup", f"no backup could be made: {error}", _FAILED_HINT) from error
            self._last, self._looked, self.failure = backup, True, None
            try:
                self._prune(backup)
            except OSError:
                _LOG.exception("old backups could not be removed")
            return backup

    def _make(self, now: datetime) -> Backup:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        standing = backups_in(self._folder)
        schema = copying.schema_hash(self._sources.journal)
        base = self._base(standing, schema, now)
        self._need_space(base)
        n = 1 + max((int(path.name.split("-")[1]) for path in self._folder.glob(_NAMES)), default=0)
        folder = self._new_folder(now, n, PART if base else FULL)
        try:
            heads = self._write(folder, base)
            backup = Backup(
                folder=folder,
                n=n,
                kind=PART if base else FULL,
                made_at=instant_text(now),
                store=self._owner.store,
                register=self._owner.register,
                schema=schema,
                base=base.folder.name if base else None,
                heads=heads,
                files={name: copying.file_sha256(folder / name) for name in (JOURNAL_FILE, STATE_FILE)},
            )
            replace_file(folder / MANIFEST, json.dumps(backup.to_wire(), indent=1).encode())
        except BaseException:
            remove_directory(folder)  # this one alone: it never was a backup
            raise
        return backup

    def _write(self, folder: Path, base: Backup | None) -> dict[int, Head]:
        """Copy, read back and compare. State first: its watermark must never be ahead of the records."""
        at_least = copying.heads_of(self._sources.journal, self._owner.register)
        copying.copy_whole(self._sources.state, folder / STATE_FILE)
        journal, after = folder / JOURNAL_FILE, base.heads if base else {}
        if base is not None:
            copying.copy_part(self._sources.journal, journal, after)
        else:
            copying.copy_whole(self._sources.journal, journal)
        sync_directory(folder)
        heads = {**after, **copying.heads_of(journal, self._owner.register)}
        for name in (STATE_FILE, JOURNAL_FILE):
            copying.check_file(folder / name)
        copying.check_records(journal, self._owner, after, _later(heads, at_least))
        return heads

    def _base(self, standing: list[Backup], schema: str, now: datetime) -> Backup | None:
        """What a part may build on; None when it has to be a full one."""
        mine = [one for one in standing if self._is_mine(one)]
        line = line_of(mine[-1], mine) if mine else []
        if not line or line[0].made_at[:7] != instant_text(now)[:7] or line[-1].schema != schema:
            return None
        if any(not (one.folder / name).is_file() for one in line for name in one.files):
            return None
        if not all(copying.holds(self._sources.journal, head) for head in line[-1].heads.values()):
            _LOG.error("the journal does not continue the last backup; a full one is made")
            return None
        return line[-1]

    def _need_space(self, base: Backup | None) -> None:
        sources = [self._sources.state] if base else [self._sources.journal, self._sources.state]
        needed = sum(path.stat().st_size + _size(path.with_name(path.name + "-wal")) for path in sources)
        free = free_bytes(self._folder)
        if free < needed * 1.1:
            raise Fault("space", f"a backup takes {needed >> 20} MB and {free >> 20} MB are free")

    def _new_folder(self, now: datetime, n: int, kind: str) -> Path:
        """`n` is in the name, since a clock may give the same time twice. What a kill left half written counts too."""
        folder = self._folder / f"{now:%Y%m%dT%H%M%SZ}-{n:06d}-{kind}"
        folder.mkdir(mode=0o700)
        sync_directory(self._folder)
        return folder

    def _prune(self, newest: Backup) -> None:
        """Keep the newest and all they build on. A manifest goes first: a folder half deleted is no backup."""
        standing = [one for one in backups_in(self._folder) if self._is_mine(one)]
        since = instant_text(parse_instant(newest.made_at) - timedelta(days=self._keep.days))
        late = standing[-self._keep.count :]
        late += [one for one in standing[: -self._keep.count] if since <= one.made_at]
        kept = {each.folder for one in late for each in line_of(one, standing)}
        if newest.folder not in kept:
            return
        for one in standing:
            if one.folder not in kept:
                (one.folder / MANIFEST).unlink(missing_ok=True)
                sync_directory(one.folder)
                remove_directory(one.folder)
        for path in self._folder.glob(_NAMES):
            if path.is_dir() and not (path / MANIFEST).exists():
                remove_directory(path)  # what a kill left of one that was never finished

    def _is_mine(self, backup: Backup) -> bool:
        return (backup.store, backup.register) == (self._owner.store, self._owner.register)


def _later(heads: Heads, at_least: Heads) -> dict[int, Head]:
    """Of each epoch the later head: what was in the journal before the copy must be in the copy."""
    return {
        epoch: max((one[epoch] for one in (heads, at_least) if epoch in one), key=lambda head: head.seq)
        for epoch in {*heads, *at_least}
    }


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
