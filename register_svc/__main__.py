"""`register-svc`: one cash register's service and its commands.

Exit codes: 0 done, 1 it failed (one line says why), 2 the command was not used rightly.
"""

from __future__ import annotations

import importlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import click

from poscore import __version__
from poscore.errors import Fault, PosError
from register_svc.commands.place import Place

# A command's module is imported when it is used: a till that starts need not know how to enrol.
_COMMANDS = {
    "enrol": "enrol:enrol_register",
    "run": "run:run_register",
    "status": "status:show_status",
    "backup": "backup:back_up",
    "export-journal": "journal:export_journal",
    "verify-journal": "journal:verify",
    "snapshots": "snapshots:snapshots",
}


class _Commands(click.Group):
    def list_commands(self, _: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(importlib.import_module(f"register_svc.commands.{module}"), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PosError as error:
            _fail(ctx, error)
        except sqlite3.Error as error:
            _fail(ctx, Fault("database-unusable", f"a database cannot be used: {error}"))
        except OSError as error:
            _fail(ctx, Fault("folder-unusable", str(error), "Check the folder's rights, and the room on its disk."))


def _fail(ctx: click.Context, error: PosError) -> None:
    place = ctx.find_root().obj
    if isinstance(place, Place) and place.json:
        said = json.dumps({"code": error.code, "detail": error.detail, "hint": error.hint}, ensure_ascii=False)
    else:
        said = f"{error.code}: {error.detail}" + (f" ({error.hint})" if error.hint else "")
    click.echo(said, err=True)
    ctx.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--dir", "directory", type=click.Path(path_type=Path, file_okay=False), help="The register's folder.")
@click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")
@click.version_option(__version__, prog_name="register-svc")
@click.pass_context
def main(context: click.Context, directory: Path | None, as_json: bool) -> None:
    """One cash register: enrol it, run it, and look after it."""
    context.obj = Place(directory, as_json)


if __name__ == "__main__":
    main(prog_name="register-svc")
