"""`operators`: who may call head office's API, by tokens with names; the names stand in the audit log."""

from __future__ import annotations

import click

from server_push.commands.at_office import at_office, user
from server_push.commands.place import Place, placed
from server_push.office import Office
from server_push.registers.audit import Deed
from server_push.registers.operators import EVERYTHING, SCOPES, TOKEN_BYTES, Operator


@click.group()
def operators() -> None:
    """People and systems that call head office, each with a token of its own."""


@operators.command("add")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(SCOPES),
    help="May be given several times; all of them if left out.",
)
@placed
@at_office
def add(place: Place, office: Office, name: str, scopes: tuple[str, ...]) -> None:
    """A token for NAME; it is shown this once."""
    operator = Operator(name, frozenset(scopes or (EVERYTHING,)))
    token = office.operators.add(operator, office.world.random_bytes(TOKEN_BYTES), office.now())
    office.audit.note(Deed(user(), "operator-added", name, {"scopes": sorted(operator.scopes)}), office.now())
    place.answer({"name": name, "operator_token": token}, f"{name}: {token}")


@operators.command("list")
@placed
@at_office
def list_operators(place: Place, office: Office) -> None:
    """Whose tokens hold, and what they may do."""
    items = [{"name": one.name, "scopes": sorted(one.scopes)} for one in office.operators.list()]
    place.answer(
        {"items": items, "next": None}, "\n".join(f"{one['name']:24} {' '.join(one['scopes'])}" for one in items)
    )


@operators.command("revoke")
@click.argument("name")
@placed
@at_office
def revoke(place: Place, office: Office, name: str) -> None:
    """End every token of NAME."""
    ended = office.operators.revoke(name, office.now())
    office.audit.note(Deed(user(), "operator-revoked", name, {"tokens": ended}), office.now())
    place.answer({"name": name, "revoked": ended}, f"{ended} tokens of {name} are ended.")
    if not ended:
        click.get_current_context().exit(1)
