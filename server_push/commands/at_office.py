"""Opens the office that a command was told of, and closes it whatever happens.

@click.command()
@placed
@at_office
def status(place: Place, office: Office) -> None: ...
"""

from __future__ import annotations

import functools
import getpass
from collections.abc import Callable
from typing import Any

from server_push.commands.place import Place
from server_push.office import Office, World


def at_office(function: Callable[..., Any]) -> Callable[..., Any]:
    """Calls a placed command with the open office as its second argument."""

    @functools.wraps(function)
    def command(place: Place, **arguments: Any) -> Any:
        office = Office.open(place.directory, World())
        try:
            return function(place, office, **arguments)
        finally:
            office.close()

    return command


def user() -> str:
    """Whose command line this is, for the audit log."""
    try:
        return f"command: {getpass.getuser()}"
    except (OSError, KeyError):  # a user without a name, as in some containers
        return "command"
