"""What every command is told: which office (`--dir`), and whether to answer in JSON (`--json`).

Both may stand before the command or after it; after it wins.

    @click.command()
    @placed
    def status(place: Place) -> None:
        place.answer({"state": "ready"}, "ready")
"""

from __future__ import annotations

import functools
import getpass
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click


@dataclass(frozen=True, slots=True)
class Place:
    directory: Path
    json: bool

    def answer(self, wire: dict[str, Any], text: str) -> None:
        """One JSON object for a program, or a text for a person."""
        click.echo(json.dumps(wire, ensure_ascii=False) if self.json else text)


def at_shell() -> str:
    """Whoever is signed in to this machine, as the one who acts."""
    return f"shell:{getpass.getuser()}"


def placed(function: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command `--dir` and `--json` and calls it with a `Place` as its first argument."""

    @click.option("--dir", "directory", type=click.Path(path_type=Path), help="The head office's folder.")
    @click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")
    @functools.wraps(function)
    def command(directory: Path | None, as_json: bool, **arguments: Any) -> Any:
        context = click.get_current_context()
        outer = context.obj if context.obj is not None else Place(Path(), False)
        place = Place(directory or outer.directory, as_json or outer.json)
        context.obj = context.meta[Place.__name__] = place  # meta: an error on the way out is told in the same form
        return function(place, **arguments)

    return command
