"""`accounts`: how one stands, payments and grants by hand, exports for payroll and bonus, and whether all adds up."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from poscore.errors import Refused
from poscore.instants import instant_text
from poscore.money import format_cents, parse_cents
from server_push.accounts.accounts import ByHand
from server_push.accounts.entries import CORRECTION, GRANT, PAYMENT
from server_push.accounts.exports import EXPORTED, Period, as_csv
from server_push.accounts.ledgers import ACCOUNT, LEDGERS, Account
from server_push.commands.at_office import at_office
from server_push.commands.place import Place, placed
from server_push.office import Office

_SHOWN = 1_000
_LEDGER = click.Choice(LEDGERS)


@click.group()
def accounts() -> None:
    """What customers owe on account and payroll, what bonus they used, and what gift cards hold."""


@accounts.command("show")
@click.argument("holder")
@click.option("--ledger", type=_LEDGER, default=ACCOUNT, help="Which one; account if left out.")
@placed
@at_office
def show_account(place: Place, office: Office, holder: str, ledger: str) -> None:
    """How the account of HOLDER (a customer, or a gift card) stands."""
    wire = office.accounts.show(Account(ledger, holder), 0, _SHOWN, office.now())
    limit = "no limit" if wire["limit"] is None else f"limit {format_cents(wire['limit'])}"
    said = f"{format_cents(wire['balance'])}, {limit}, held {format_cents(wire['held'])}"
    lines = [f"{holder} {wire['name'] or ''} {ledger}: {said}"]
    for one in wire["entries"]:
        what = one["receipt_no"] or f"{one['kind']} {one['id']}"
        lines.append(
            f"  {one['business_day']} {format_cents(one['amount']):>12}  {what}  {' '.join(one['flags'])}".rstrip()
        )
    place.answer(wire, "\n".join(lines))


@accounts.command("enter", context_settings={"ignore_unknown_options": True})  # -5 is an amount
@click.argument("ledger", type=_LEDGER)
@click.argument("holder")
@click.argument("kind", type=click.Choice((PAYMENT, GRANT, CORRECTION)))
@click.argument("amount", metavar="EUROS")
@click.option("--id", "id", required=True, help="Your own number for it; entering it again changes nothing.")
@click.option("--day", help="Business day; today if left out.")
@click.option("--reason", help="Why; a correction needs one.")
@placed
@at_office
def enter(place: Place, office: Office, ledger: str, holder: str, **said: Any) -> None:
    """Enter a payment, a grant (bonus, money on a gift card) or a correction of EUROS."""
    day = said["day"] or instant_text(office.now())[:10]
    by_hand = ByHand(said["id"], said["kind"], _cents(said["amount"]), day, said["reason"], "command line")
    entered, is_new = office.accounts.enter(Account(ledger, holder), by_hand, office.now())
    text = f"{said['kind']} {said['id']} is entered" if is_new else f"{said['id']} was entered before"
    place.answer(entered, f"{text}; the balance with it is {format_cents(entered['balance'])}")


@accounts.command("export")
@click.argument("ledger", type=click.Choice(EXPORTED))
@click.option("--from", "first", required=True, help="The first day.")
@click.option("--to", "last", required=True, help="The last day, included.")
@click.option("--came-home", is_flag=True, help="By the day (UTC) on which the purchases came home.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A file; else it is printed.")
@placed
@at_office
def export(place: Place, office: Office, ledger: str, out: Path | None, **period: Any) -> None:
    """The purchases of a period as CSV, for whoever pays the wages or keeps the bonus."""
    rows = office.account_exports.rows(ledger, Period(period["first"], period["last"], period["came_home"]))
    text = as_csv(rows)
    if out is not None:
        out.write_text(text, encoding="utf-8")
        text = f"{len(rows)} purchases written to {out}\n"
    total = sum(row["amount"] for row in rows)
    place.answer({"ledger": ledger, "items": rows, "next": None, "total": total}, text.removesuffix("\n"))


@accounts.command("check")
@click.option("--rebuild", is_flag=True, help="Make the cached balances anew out of the entries.")
@placed
@at_office
def check(place: Place, office: Office, rebuild: bool) -> None:
    """Whether sales, entries and cached balances agree; exit 1 when they do not."""
    wire = office.account_proof.check(rebuild=rebuild)
    lines = [f"{wire['accounts']} accounts: {'all adds up' if wire['ok'] else 'something differs'}"]
    lines += [
        f"  {one['kind']}: {one['ledger']} {one['holder']}: {format_cents(one['entries'])} by the entries, not"
        f" {format_cents(one['other'])}"
        for one in wire["findings"]
    ]
    place.answer(wire, "\n".join(lines))
    if not wire["ok"]:
        sys.exit(1)


def _cents(text: str) -> int:
    try:
        return parse_cents(text)
    except Refused as refused:
        raise click.BadParameter(refused.detail) from None
