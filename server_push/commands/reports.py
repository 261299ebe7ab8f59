"""`match`, `periods`, `report`, `poslog`, `backup` and `restore`: what the books say, and a copy of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import orjson

from poscore.errors import PosError, Refused
from poscore.instants import parse_day
from poscore.money import format_cents
from server_push.commands.at_office import at_office, user
from server_push.commands.place import Place, placed
from server_push.office import Office
from server_push.reports.matching import MATCHES
from server_push.reports.sums import KINDS, Range, as_csv
from server_push.storage.backup import Checked, back_up, check

_STORE = click.option("--store", help="Only this store.")
_NEW_FILE = click.Path(dir_okay=False, path_type=Path)


def _day(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    try:
        return None if value is None else parse_day(value).isoformat()
    except PosError as error:
        raise click.BadParameter(error.detail) from None


_business_day: Callable[..., Any] = click.argument("business_day", callback=_day)


@click.command()
@_business_day
@_STORE
@placed
@at_office
def match(place: Place, office: Office, business_day: str, store: str | None) -> None:
    """Match BUSINESS_DAY against the registers' Z reports; exit 1 unless all match."""
    items = office.matching.of_day(business_day, store)
    lines = [f"{one['store']:12} {one['register']:12} {one['state']}" for one in items]
    lines += [f"  {one['register']}: {difference}" for one in items for difference in one["differences"]]
    place.answer({"items": items, "next": None}, "\n".join(lines) or "Nobody sold on that day.")
    if any(one["state"] != MATCHES for one in items):
        click.get_current_context().exit(1)


@click.group()
def periods() -> None:
    """Business days and months, closed or not."""


@periods.command("show")
@click.argument("period")
@_STORE
@placed
@at_office
def show_period(place: Place, office: Office, period: str, store: str | None) -> None:
    """Who closed PERIOD (2026-11-22 or 2026-11), or what is in the way."""
    items = office.closings.show(period, store)
    place.answer({"items": items, "next": None}, "\n".join(_told(items)))


@periods.command("close")
@click.argument("period")
@_STORE
@click.option("--sign", metavar="REASON", help="Close it though something is in the way; kept with your name.")
@placed
@at_office
def close_period(place: Place, office: Office, period: str, store: str | None, sign: str | None) -> None:
    """Close PERIOD, a business day (2026-11-22) or a month (2026-11)."""
    told = orjson.loads(office.closings.close(office.asking(user()), period, store, sign).body)
    place.answer(told, "\n".join(_told(told["items"])))


@click.command()
@click.argument("by", type=click.Choice(KINDS))
@click.option("--from", "first", required=True, callback=_day, help="The first business day.")
@click.option("--to", "last", callback=_day, help="The last; the first if left out.")
@_STORE
@click.option("--register")
@click.option("--csv", "as_table", is_flag=True, help="Answer with CSV.")
@placed
@at_office
def report(place: Place, office: Office, by: str, as_table: bool, **asked: Any) -> None:
    """Sums BY day, store, register, cashier, tender, vat, department or hour."""
    over = Range(asked["first"], asked["last"] or asked["first"], asked["store"], asked["register"])
    made = office.reports.by(by, over)
    if as_table:
        click.echo(as_csv(made), nl=False)
        return
    lines = [f"{one['key'] or '–':24} {format_cents(one['total']):>14}" for one in made["items"]]
    place.answer(made, "\n".join(lines) or "There is nothing.")


@click.command()
@_business_day
@click.argument("file", type=_NEW_FILE)
@_STORE
@placed
@at_office
def poslog(place: Place, office: Office, business_day: str, file: Path, store: str | None) -> None:
    """Write BUSINESS_DAY to the new FILE as POSLog 6."""
    try:
        with file.open("xb") as new:
            written = sum(new.write(piece) for piece in office.poslog.of_day(business_day, store))
    except FileExistsError:
        raise Refused("file-exists", f"{file} exists already", hint="name another file") from None
    place.answer({"file": str(file), "bytes": written}, f"{file}: {written} bytes")


@click.command()
@click.argument("file", type=_NEW_FILE)
@placed
@at_office
def backup(place: Place, office: Office, file: Path) -> None:
    """Copy the database to the new FILE while head office works, and verify the copy."""
    made = back_up(office.storage.path, file)
    place.answer(_wire(made), f"{_summary(made)}\nKeep keys/ and settings.toml as well; they are not in it.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", "only_check", is_flag=True, required=True, help="Only read it and say whether it is sound.")
@placed
def restore(place: Place, file: Path, only_check: bool) -> None:  # noqa: ARG001
    """Whether the backup in FILE can be put back; exit 1 when it cannot."""
    found = check(file)
    hint = "To put it back: stop head office, and copy it over office.db with no -wal and -shm beside it."
    told = [*(f"finding: {finding}" for finding in found.findings), _summary(found)]
    place.answer(_wire(found), "\n".join(told if found.findings else [*told, hint]))
    if found.findings:
        click.get_current_context().exit(1)


def _told(items: list[dict[str, Any]]) -> list[str]:
    lines = []
    for one in items:
        state = f"closed by {one['closed_by']} at {one['closed_at']}" if one["closed"] else "open"
        lines.append(f"{one['store']:12} {one['period']}  {state}" + (f": {one['reason']}" if one["reason"] else ""))
        lines += [f"  {blocker['kind']:18} {blocker['detail']}" for blocker in one["blockers"]]
    return lines


def _wire(checked: Checked) -> dict[str, Any]:
    return {
        "ok": not checked.findings,
        **asdict(checked),
        "file": str(checked.file),
        "findings": list(checked.findings),
    }


def _summary(checked: Checked) -> str:
    counted = ", ".join(f"{count} {name}" for name, count in checked.counts.items())
    return f"{checked.file}: {checked.bytes} bytes, revision {checked.revision}, {counted}, SHA-256 {checked.sha256}"
