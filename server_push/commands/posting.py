"""`post` and `invoices`: what came home becomes invoices and day reports, and invoices become files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from poscore.errors import Refused
from poscore.money import format_cents
from server_push.commands.at_office import at_office, user
from server_push.commands.place import Place, placed
from server_push.office import Office
from server_push.posting.invoices import WhichInvoices
from server_push.posting.states import State


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be marked.")
@placed
@at_office
def post(place: Place, office: Office, dry_run: bool) -> None:
    """Post what has come home: invoices, credit notes, day reports. A run that was cut short is gone on with."""
    if dry_run:
        told = office.posting_runs.look()
        place.answer(told, "\n".join(["Would be marked:", *_figures(told["frozen"])]))
        return
    told = office.posting_runs.post(office.asking(user()))
    documents = told["made"]["documents"]
    numbers = f", numbers {documents['first']} to {documents['last']}" if documents["count"] else ""
    lines = [f"Posting run {told['id']}: {told['state']}", *_figures(told["frozen"])]
    lines.append(f"  documents    {documents['count']}{numbers}")
    if told["difference"]:
        lines.append(f"  DIFFERENCE   {told['difference']}")
    place.answer(told, "\n".join(lines))
    if told["state"] != State.POSTED:
        click.get_current_context().exit(1)


@click.group()
def invoices() -> None:
    """Invoices and credit notes."""


@invoices.command("list")
@click.option("--customer")
@click.option("--run", type=int)
@click.option("--after", type=int, default=0, help="The number that the list begins behind.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100)
@placed
@at_office
def list_invoices(place: Place, office: Office, after: int, limit: int, **which: Any) -> None:
    """By number."""
    page = office.invoices.list(WhichInvoices(**which), after, limit)
    lines = [
        f"{one['no']:>10} {one['kind']:12} {one['date']}  {format_cents(one['payable']):>12}  {one['buyer']['name']}"
        for one in page["items"]
    ]
    place.answer(page, "\n".join(lines) or "There is no invoice.")


@invoices.command("show")
@click.argument("no", type=int)
@click.option("--pdf", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this new file as PDF.")
@click.option("--xml", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this new file as UBL.")
@placed
@at_office
def show_invoice(place: Place, office: Office, no: int, pdf: Path | None, xml: Path | None) -> None:
    """One invoice."""
    document = office.invoices.get(no)
    for file, make in ((pdf, office.invoice_pdf), (xml, office.invoice_xml)):
        if file is not None:
            _write_new(file, make(no))
    name = f"{document['kind']} {no}, {document['date']}, {document['buyer']['name']}"
    place.answer(document, f"{name}: {format_cents(document['payable'])} EUR, reference {document['reference']}")


def _write_new(file: Path, content: bytes) -> None:
    try:
        with file.open("xb") as new:
            new.write(content)
    except FileExistsError:
        raise Refused("file-exists", f"{file} exists already", hint="name another file") from None


def _figures(frozen: dict[str, Any]) -> list[str]:
    lines = [f"  sales        {frozen['sales']} of {frozen['days']} days, {format_cents(frozen['cents'])} EUR"]
    lines += [f"  late         {frozen['late']}"] if frozen["late"] else []
    lines += [
        f"  {ledger:12} {one['sales']} sales of {one['accounts']} customers, {format_cents(one['cents'])} EUR"
        for ledger, one in frozen["ledgers"].items()
    ]
    return lines
