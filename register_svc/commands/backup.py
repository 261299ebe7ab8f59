"""`register-svc backup`: a verified backup now; `--check` restores the newest into a folder that is thrown away."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click

from poscore.errors import Fault
from register_svc.commands.place import Place, placed
from register_svc.commands.running import ask, lock_or_none
from register_svc.identity import Identity
from register_svc.journal.backup import Backup, Backups, Keep, Sources
from register_svc.journal.journal import Owner
from register_svc.settings import Settings


@click.command("backup")
@click.option("--check", is_flag=True, help="Make none, but prove that the newest one can be restored.")
@placed
def back_up(place: Place, check: bool) -> None:
    """Back up journal, drafts and state."""
    Identity.load(place.folder)
    if check:
        newest = _restored(place.folder)
        place.answer(
            {**newest.summary(), "restored": True}, f"{newest.folder} can be restored: {newest.records} records."
        )
        return
    lock = lock_or_none(place.folder)
    if lock is None:
        wire = ask(place.folder, "POST", "/backups")
    else:
        try:
            wire = _backups(place.folder).make(datetime.now(UTC)).summary()
        finally:
            lock.release()
    place.answer(wire, f"{wire['folder']}: {wire['kind']}, {wire['records']} records, verified.")


def _restored(folder: Path) -> Backup:
    from register_svc.journal.restore import restore

    newest = _backups(folder).last
    if newest is None:
        raise Fault("backup-missing", "there is no backup of this register", "Make one: register-svc backup")
    with tempfile.TemporaryDirectory(dir=newest.folder.parent, prefix="check-") as scratch:
        restore(newest, Path(scratch))
    return newest


def _backups(folder: Path) -> Backups:
    from register_svc.register import JOURNAL_FILE, STATE_FILE

    settings, identity = Settings.load(folder), Identity.load(folder)
    return Backups(
        Sources(folder / JOURNAL_FILE, folder / STATE_FILE),
        settings.backup_dir(folder),
        Owner(identity.store, identity.register, identity.epoch),
        Keep(settings.backup.keep, settings.backup.keep_days),
    )
