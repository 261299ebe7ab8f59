"""`init`, `status` and `serve`: a head office founded, looked at, and answering."""

from __future__ import annotations

import json
from pathlib import Path

import click

from server_push.assortment.people import is_business_id
from server_push.commands.at_office import at_office
from server_push.commands.logs import log_json_lines
from server_push.commands.place import Place, placed
from server_push.office import Office, World
from server_push.settings import Chain


@click.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--chain", default="", help="The chain's name, as it stands on receipts.")
@click.option("--business-id", default="", help="Its Y-tunnus.")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")
@click.pass_context
def init(context: click.Context, directory: Path, chain: str, business_id: str, as_json: bool) -> None:
    """Found a head office in DIR: database, keys, and an operator's token that is shown once."""
    place = Place(directory, as_json or (isinstance(context.obj, Place) and context.obj.json))
    context.obj = context.meta[Place.__name__] = place
    office, token = Office.found(directory, Chain(name=chain, business_id=business_id), World())
    office.close()
    if business_id and not is_business_id(business_id):
        click.echo(f"warning: {business_id} is not a valid Y-tunnus; receipts would bear it", err=True)
    text = (
        f"A head office is founded in {directory}.\n\n  operator's token: {token}\n\n"
        "It is shown this once; keep it safe. Move the root keys off this machine soon: server-push keys move-root"
    )
    place.answer({"dir": str(directory), "operator_token": token}, text)


@click.command()
@placed
@at_office
def status(place: Place, office: Office) -> None:
    """How things stand: warnings first, then counts."""
    wire = office.status()
    counted = wire["registers"]
    lines = [f"warning: {warning}" for warning in wire["warnings"]]
    lines += [
        f"{wire['chain'] or 'Head office'} in {place.directory}",
        f"  stores       {wire['stores']}",
        f"  registers    {counted['total']}, {counted['enrolled']} enrolled, {counted['offline']} OFFLINE",
        f"  on their way {counted['queued_records']} records",
        f"  quarantine   {wire['quarantined']}",
        f"  incidents    {sum(wire['incidents'].values())}",
    ]
    lines += [f"    {kind:20} {count}" for kind, count in wire["incidents"].items()]
    place.answer(wire, "\n".join(lines))


@click.command()
@click.option("--host", help="Where to listen; settings.toml's by default.")
@click.option("--port", type=click.IntRange(0, 65_535), help="0 is any free one.")
@placed
@at_office
def serve(place: Place, office: Office, host: str | None, port: int | None) -> None:
    """Answer over HTTP until stopped; says `ready URL` when it does."""
    from server_push.web.app import build_app
    from server_push.web.server import serve as serve_forever

    log_json_lines()
    chosen = {"host": host, "port": port}
    settings = office.settings.serve.model_copy(update={k: v for k, v in chosen.items() if v is not None})
    # One line for whoever started this, flushed: it may be a program that waits for it.
    with office.at_work():
        serve_forever(
            build_app(office),
            settings,
            lambda url: click.echo(json.dumps({"url": url}) if place.json else f"ready {url}"),
        )
