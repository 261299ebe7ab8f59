"""`server-push`: exit 0 done, 1 some part failed, 2 wrong usage. An error is one clear line, never a traceback."""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

import click

from poscore.errors import Fault, PosError
from server_push.commands.accounts import accounts
from server_push.commands.assortment import import_
from server_push.commands.bundles import bundle, keys
from server_push.commands.fleet import audit, push, rollout, schedule
from server_push.commands.office import init, serve, status
from server_push.commands.operators import operators
from server_push.commands.place import Place
from server_push.commands.posting import invoices, post
from server_push.commands.quarantine import incidents, journal, quarantine
from server_push.commands.registers import registers, stores
from server_push.commands.reports import backup, match, periods, poslog, report, restore
from server_push.commands.settings import settings

_LOG = logging.getLogger("offline-kassa")


class _Commands(click.Group):
    """Says what went wrong in the form that the command was asked for."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PosError as error:
            error_shown = error
        except (click.exceptions.Exit, click.ClickException, click.Abort, BrokenPipeError):
            raise
        except Exception as error:  # noqa: BLE001 - the last place where it can be said in a sentence
            _LOG.debug("a command failed", exc_info=error)
            hint = "set OFFLINE_KASSA_LOG=debug to see where"
            error_shown = Fault("internal", f"something went wrong: {type(error).__name__}: {error}", hint)
        _show(error_shown, ctx.meta.get(Place.__name__))
        sys.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--dir", "directory", type=click.Path(path_type=Path), default=Path(), help="The head office's folder.")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")
@click.pass_context
def main(context: click.Context, directory: Path, as_json: bool) -> None:
    """Head office of Offline-kassa: price lists out to the registers, sales home again."""
    logging.basicConfig(level=os.environ.get("OFFLINE_KASSA_LOG", "error").upper())
    context.obj = context.meta[Place.__name__] = Place(directory, as_json)


def _show(error: PosError, place: Place | None) -> None:
    if place is not None and place.json:
        problem = {"code": error.code, "detail": error.detail, "hint": error.hint, **error.extra}
        click.echo(json.dumps(problem, ensure_ascii=False), err=True)
        return
    click.echo(f"error: {error.detail} ({error.code})", err=True)
    if error.hint:
        click.echo(f"  {error.hint}", err=True)


for command in (
    *(init, import_, stores, registers, settings, operators),
    *(bundle, push, rollout, schedule, keys, accounts, audit),
    *(post, invoices, match, periods, report, poslog, backup, restore),
    *(quarantine, incidents, journal, status, serve),
):
    main.add_command(command)

if __name__ == "__main__":
    main()
