"""`stores` and `registers`: who is in the chain, and the codes that enrol them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from poscore.errors import Refused
from poscore.instants import instant_text
from poscore.pins import PEPPER_BYTES
from server_push.commands.at_office import at_office, user
from server_push.commands.place import Place, placed
from server_push.office import Office
from server_push.registers.audit import Deed
from server_push.registers.machine_list import read_machines
from server_push.registers.old_settings import FILE as OLD_SETTINGS
from server_push.registers.old_settings import read_old_settings
from server_push.registers.stores import DELIVERIES, LANGUAGES, Store


@click.group()
def stores() -> None:
    """The chain's stores."""


@stores.command("add")
@click.argument("store")
@click.option("--name", required=True, help="As it stands on receipts.")
@click.option("--address", multiple=True, help="A line for the receipt's head; may be given several times.")
@click.option("--time-zone", default="Europe/Helsinki", show_default=True, help="Business days follow it.")
@click.option("--language", default="fi", show_default=True, type=click.Choice(LANGUAGES), help="Of receipts.")
@click.option(
    "--delivery", default="auto", show_default=True, type=click.Choice(DELIVERIES), help="How bundles get there."
)
@placed
@at_office
def add_store(place: Place, office: Office, store: str, **described: Any) -> None:
    """Add the store STORE (a-z, 0-9 and -, at most 24)."""
    pepper = office.world.random_bytes(PEPPER_BYTES)
    office.stores.add(Store(store, pin_pepper=pepper, **described), office.now())
    place.answer({"store": store}, f"{store} ({described['name']}) is added.")


@stores.command("delivery")
@click.argument("store")
@click.argument("delivery", type=click.Choice(DELIVERIES))
@placed
@at_office
def set_delivery(place: Place, office: Office, store: str, delivery: str) -> None:
    """Push to STORE's registers, let them fetch (pull), or push and let who does not answer fetch (auto)."""
    office.stores.set_delivery(store, delivery)
    office.audit.note(Deed(user(), "delivery-set", store, {"delivery": delivery}), office.now())
    place.answer({"store": store, "delivery": delivery}, f"{store}: {delivery}")


@stores.command("list")
@placed
@at_office
def list_stores(place: Place, office: Office) -> None:
    """Every store."""
    items = [
        {"store": one.store, "name": one.name, "time_zone": one.time_zone, "delivery": one.delivery}
        for one in office.stores.all()
    ]
    lines = [f"{one['store']:24} {one['name']}" for one in items]
    place.answer({"items": items, "next": None}, "\n".join(lines) or "There is no store yet.")


@click.group()
def registers() -> None:
    """The chain's registers."""


@registers.command("add")
@click.argument("store")
@click.argument("register")
@placed
@at_office
def add_register(place: Place, office: Office, store: str, register: str) -> None:
    """Add REGISTER to STORE, or enrol it anew: gives a code that works once within 30 minutes."""
    office.registers.add(store, register, office.now())
    code = office.enrolments.issue(store, register, office.world.random_bytes, office.now())
    wire = {"store": store, "register": register, "code": code.text, "expires_at": instant_text(code.expires_at)}
    groups = " ".join(code.text[start : start + 4] for start in range(0, len(code.text), 4))
    place.answer(wire, f"Code for {register} in {store}, until {wire['expires_at']}:\n\n  {groups}\n")
    if not place.json and sys.stdout.isatty():
        _show_qr(code.text)


@registers.command("list")
@click.option("--store", help="Only this store's.")
@placed
@at_office
def list_registers(place: Place, office: Office, store: str | None) -> None:
    """Every register, with what it last said of itself."""
    found = office.registers.list(store)
    lines = [
        f"{one.register:24} {one.store:24} {one.state:8} snapshot {one.snapshot_active or '–'}"
        f"  acknowledged {one.acked_seq}  seen {one.last_seen or 'never'}"
        for one in found
    ]
    wire = {"items": [one.to_wire() for one in found], "next": None}
    place.answer(wire, "\n".join(lines) or "There is no register yet.")


@registers.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--store", help="The store that they stand in; may be left away when there is only one.")
@click.option("--ini", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The old settings' file.")
@placed
@at_office
def import_registers(place: Place, office: Office, file: Path, store: str | None, ini: Path | None) -> None:
    """Add the registers of an OFFLINEKASSAT.TXT: one Windows name a line.

    A KETJU_OFFLINE.INI beside it (or --ini) is read and reported; nothing is set up from it.
    """
    into = store or _only_store(office)
    added: list[str] = []
    unchanged: list[str] = []
    rejected: list[dict[str, Any]] = []
    for machine in read_machines(file.read_bytes()):
        try:
            new = office.registers.add(into, machine.register_id(), office.now(), machine.name)
        except Refused as error:
            rejected.append({"row": machine.row, "name": machine.name, "reason": error.detail})
        else:
            (added if new else unchanged).append(machine.register_id())
    old = _old_settings(ini or _beside(file))
    wire = {"store": into, "added": added, "unchanged": unchanged, "rejected": rejected, "old_settings": old}
    detail = {"added": added, "rejected": len(rejected)}
    office.audit.note(Deed(user(), "registers-imported", into, detail), office.now())
    lines = [f"{len(added)} added to {into}, {len(unchanged)} were there, {len(rejected)} rejected."]
    lines += [f"  line {one['row']}: {one['name']}: {one['reason']}" for one in rejected]
    lines += ["Each needs its own code: server-push registers add STORE REGISTER"] if added else []
    lines += _told_old(old)
    place.answer(wire, "\n".join(lines))
    if rejected:
        click.get_current_context().exit(1)


def _beside(file: Path) -> Path | None:
    """The old system kept both in one folder; Windows does not mind how a name is written."""
    return next((path for path in file.parent.iterdir() if path.name.upper() == OLD_SETTINGS and path.is_file()), None)


def _old_settings(path: Path | None) -> dict[str, Any] | None:
    return None if path is None else {"file": str(path), **read_old_settings(path.read_bytes()).to_wire()}


def _told_old(old: dict[str, Any] | None) -> list[str]:
    if old is None:
        return []
    lines = [f"{old['file']} (read only, nothing is set up from it):"]
    for one in old["copies"]:
        against = "" if one["keeps_the_rule"] else "   <- is not called offline + its source"
        lines.append(f"  line {one['row']}: {one['source']} -> {one['target']}{against}")
    return lines + [f"  line {one['row']} is not understood: {one['text']}" for one in old["not_understood"]]


def _only_store(office: Office) -> str:
    stands = office.stores.all()
    if len(stands) != 1:
        raise click.UsageError("--store says which store they stand in")
    return stands[0].store


def _show_qr(code: str) -> None:
    import segno

    segno.make(code, error="m").terminal(compact=True)
