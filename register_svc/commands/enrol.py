"""`register-svc enrol`: make a folder a register, with its databases and a first backup."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from poscore.errors import Fault, PosError
from register_svc.commands.place import Place, placed
from register_svc.durable_files import FolderLock
from register_svc.sections import Unfit
from register_svc.settings import Settings


@click.command("enrol")
@click.option("--head-office", "url", required=True, help="Head office's address.")
@click.option("--code", required=True, help="The one-time code from: server-push registers add.")
@click.option("--till-port", type=click.IntRange(0, 65535), help="The till app's port on loopback (8080).")
@click.option("--lan-host", help="The address that the LAN app listens on (0.0.0.0).")
@click.option("--lan-port", type=click.IntRange(0, 65535), help="The LAN app's port (8081).")
@click.option("--lan-url", help="Where head office reaches the LAN app, when that is not its address here.")
@click.option("--allow-plain-http", is_flag=True, help="Head office may be reached without encryption.")
@click.option("--force", is_flag=True, help="Enrol anew although records have not gone home; they will, afterwards.")
@placed
def enrol_register(place: Place, code: str, force: bool, **wanted: Any) -> None:
    """Enrol the register in --dir with a one-time code."""
    from register_svc.head_office.addresses import lan_url
    from register_svc.head_office.enrol import Wish, enrol
    from register_svc.head_office.world import World

    folder = place.folder
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings = _settings(folder, wanted)
    lock = FolderLock(folder)
    try:
        enrolled = enrol(folder, Wish(code, settings, lan_url(settings), force), _Journal(folder), World())
        _prepare(folder)
    finally:
        lock.release()
    text = f"Enrolled: register {enrolled.register} of store {enrolled.store}, epoch {enrolled.epoch}."
    place.answer(enrolled.to_wire(), f"{text}\nStart it: register-svc run --dir {folder}")


def _settings(folder: Path, wanted: dict[str, Any]) -> Settings:
    """What stands in the folder, with what was asked for. Raises click.UsageError for a value that cannot be."""
    try:
        before: Settings | None = Settings.load(folder)
    except Fault as fault:
        if fault.code != "settings-missing":
            raise
        before = None
    url, plain = wanted["url"].rstrip("/"), wanted["allow_plain_http"]
    if before is not None and before.head_office.url == url:
        plain = plain or before.head_office.allow_plain_http
    wire = before.to_wire() if before else {"till": {}, "lan": {}}
    wire["head_office"] = {"url": url, "allow_plain_http": plain}
    changes = (("till", "port", "till_port"), ("lan", "host", "lan_host"), ("lan", "port", "lan_port"), _LAN_URL)
    for section, key, option in changes:
        if wanted[option] is not None:
            wire[section][key] = wanted[option]
    try:
        return Settings.of(wire)
    except Unfit as error:
        raise click.UsageError(str(error)) from None


_LAN_URL = ("lan", "url", "lan_url")


def _prepare(folder: Path) -> None:
    """The databases and the first backup: what would fail at night fails now, while a technician looks on.

    The register is enrolled whatever comes of it.
    """
    from register_svc.register import build

    try:
        register = build(folder)
        try:
            register.backups.make(datetime.now(UTC))
        finally:
            register.stop()
    except (PosError, OSError) as error:
        click.echo(f"warning: {error}", err=True)


class _Journal:
    """What the folder's journal holds, as enrolment asks for it."""

    def __init__(self, folder: Path) -> None:
        from register_svc.register import JOURNAL_FILE, STATE_FILE

        self._journal, self._state = folder / JOURNAL_FILE, folder / STATE_FILE

    def has_records(self) -> bool:
        return bool(self._counted()[0])

    def unsent_records(self) -> int:
        return self._counted()[1]

    def _counted(self) -> tuple[int, int]:
        """All records, and those after the watermarks."""
        from register_svc.database import Database
        from register_svc.head_office.memory import LinkMemory
        from register_svc.journal.reading import JournalReader
        from register_svc.register import JOURNAL_MIGRATIONS, STATE_MIGRATIONS

        if not self._journal.exists():
            return 0, 0
        journal, state = Database(self._journal, JOURNAL_MIGRATIONS), Database(self._state, STATE_MIGRATIONS)
        try:
            reader, memory = JournalReader(journal), LinkMemory(state)
            epochs = reader.epochs()
            unsent = sum(reader.unsent(epoch, memory.watermark(epoch).seq).records for epoch in epochs)
            return sum(reader.last_seq(epoch) for epoch in epochs), unsent
        finally:
            journal.close()
            state.close()
