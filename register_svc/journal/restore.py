"""Bring back what was backed up: a full backup, then its parts one after another, and proof that nothing is missing.

A restored journal ends where the last backup did. Head office may have later records: enrol the register anew, so that
it goes on in a new epoch and no number is used twice.
"""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from poscore.errors import Fault
from poscore.records import Head
from register_svc.journal import copying
from register_svc.journal.backup import JOURNAL_FILE, STATE_FILE, Backup, backups_in, line_of
from register_svc.journal.journal import Owner


def restore(backup: Backup, into: Path) -> dict[int, Head]:
    """Write journal.db and state.db as of `backup` into the folder `into`; answer the journal's heads.

    Raises Fault `backup-damaged`, also when what it builds on is missing, and FileExistsError rather than overwrite.
    """
    line = line_of(backup, backups_in(backup.folder.parent))
    if not line:
        raise Fault("backup-damaged", f"what {backup.folder.name} builds on is missing")
    for one in line:
        _check_files(one)
    journal, state = into / JOURNAL_FILE, into / STATE_FILE
    if journal.exists() or state.exists():
        raise FileExistsError(f"{into} holds a journal already")
    try:
        shutil.copyfile(line[0].folder / JOURNAL_FILE, journal)
        for one in line[1:]:
            copying.add_part(journal, one.folder / JOURNAL_FILE)
        shutil.copyfile(backup.folder / STATE_FILE, state)
    except sqlite3.Error as error:
        raise Fault("backup-damaged", f"the backups do not fit on each other: {error}") from error
    for path in (journal, state):
        copying.check_file(path)
        copying.sync_path(path)
    owner = Owner(backup.store, backup.register, max(backup.heads, default=1))
    copying.check_records(journal, owner, {}, backup.heads)
    heads = copying.heads_of(journal, backup.register)
    if heads != backup.heads:
        raise Fault("backup-damaged", "the restored journal does not end where the backup did")
    return heads


def _check_files(backup: Backup) -> None:
    for name, digest in backup.files.items():
        path = backup.folder / name
        if not path.is_file() or copying.file_sha256(path) != digest:
            raise Fault("backup-damaged", f"{backup.folder.name}/{name} is missing or has changed")
