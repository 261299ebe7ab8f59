"""`quarantine`, `incidents` and `journal`: what a person looks into, and a dead register's journal brought home."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import orjson

from poscore.errors import Refused
from server_push.commands.at_office import at_office, user
from server_push.commands.place import Place, placed
from server_push.intake.entries import OPEN
from server_push.intake.incidents import WhichIncidents
from server_push.intake.repairs import REJECTED, REPAIRED, Repair
from server_push.intake.sales import Which
from server_push.office import Office

_REASON = click.option("--reason", required=True, help="Why; it is kept with your name.")


@click.group()
def quarantine() -> None:
    """Records that were set aside and wait for a person."""


@quarantine.command("list")
@click.option("--state", type=click.Choice([OPEN, REPAIRED, REJECTED, "all"]), default=OPEN)
@click.option("--after", type=int, default=0)
@click.option("--limit", type=click.IntRange(1, 1000), default=100)
@placed
@at_office
def list_quarantine(place: Place, office: Office, state: str, after: int, limit: int) -> None:
    """In the order of their arrival."""
    page = office.sales.quarantined(Which(), None if state == "all" else state, after, limit)
    lines = [f"{one['id']:24} {one['business_day']} {one['state']:9} {one['detail']}" for one in page.items]
    place.answer({"items": page.items, "next": page.next}, "\n".join(lines) or "Nothing is set aside.")


@quarantine.command()
@click.argument("id")
@_REASON
@click.option("--body", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="JSON: the whole body.")
@click.option("--sale", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="JSON: the sale's document.")
@click.option("--type", "kind", help="The type of a record that cannot be read; a sale if left out.")
@click.option("--business-day", help="The business day of a record that cannot be read.")
@placed
@at_office
def repair(place: Place, office: Office, id: str, reason: str, **changes: Any) -> None:
    """Put record ID right, as a new version beside it; without a change it is judged again as it is."""
    sale, body = (_json(changes[name]) for name in ("sale", "body"))
    wanted = Repair(reason, sale, body, changes["kind"], changes["business_day"])
    told = orjson.loads(office.repairs.repair(office.asking(user()), id, wanted).body)
    place.answer(told, f"{id} is repaired" + (f", {told['status']}." if told["status"] else "."))


@quarantine.command()
@click.argument("id")
@_REASON
@placed
@at_office
def reject(place: Place, office: Office, id: str, reason: str) -> None:
    """Say that record ID counts for nothing; its bytes stay."""
    told = orjson.loads(office.repairs.reject(office.asking(user()), id, reason).body)
    place.answer(told, f"{id} is rejected.")


@click.group()
def incidents() -> None:
    """What a person must know of though nothing was held back."""


@incidents.command("list")
@click.option("--state", type=click.Choice(["open", "closed"]))
@click.option("--after", type=int, default=0)
@click.option("--limit", type=click.IntRange(1, 1000), default=100)
@placed
@at_office
def list_incidents(place: Place, office: Office, state: str | None, after: int, limit: int) -> None:
    """In the order in which they were noted."""
    page = office.incidents.list(WhichIncidents(state=state), after, limit)
    lines = [
        f"{one['id']:>6} {one['at']} {one['register']:12} {one['kind']:18} {one['state']:6} {one['detail']}"
        for one in page.items
    ]
    place.answer({"items": page.items, "next": page.next}, "\n".join(lines) or "There is no incident.")


@incidents.command()
@click.argument("id")
@_REASON
@placed
@at_office
def close(place: Place, office: Office, id: str, reason: str) -> None:
    """Say why nothing is left to be done about incident ID."""
    told = orjson.loads(office.incidents.close(office.asking(user()), id, reason).body)
    place.answer(told, f"Incident {id} is closed.")


@click.group()
def journal() -> None:
    """Journals that come home without their register."""


@journal.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@placed
@at_office
def import_journal(place: Place, office: Office, file: Path) -> None:
    """Bring home the journal in FILE, as register-svc export-journal wrote it; again does no harm."""
    with file.open("rb") as lines:
        told = office.rescue.bring(lines, office.now())
    said = [
        f"{one['register']}, epoch {one['epoch']}: {one['records']} records, {one['new']} new, home up to"
        f" {one['acked_seq']}, {len(one['quarantined'])} set aside, {one['beyond']} beyond the last signed head"
        for one in told["journals"]
    ]
    said += [f"{told['unreadable']} lines are no records and were left out"] if told["unreadable"] else []
    said += ["the last line was torn and left out"] if told["torn"] else []
    place.answer(told, "\n".join(said))
    if told["torn"] or told["unreadable"]:
        click.get_current_context().exit(1)


def _json(file: Path | None) -> dict[str, Any] | None:
    if file is None:
        return None
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise Refused("file-not-json", f"{file} is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise Refused("file-not-json", f"{file} holds no JSON object")
    return value
