"""`register-svc snapshots`: the price lists that this register has, and the way back to an earlier one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from register_svc.commands.place import Place, placed
from register_svc.commands.running import ask, lock_or_none
from register_svc.identity import Identity

if TYPE_CHECKING:
    from register_svc.register import Register


@click.group("snapshots")
def snapshots() -> None:
    """Snapshots: list them, or go back to an earlier one."""


@snapshots.command("list")
@placed
def list_snapshots(place: Place) -> None:
    """The slots, and which one is active."""
    wire = _there(place.folder, "GET", "/snapshots", lambda register: register.snapshots.listing())
    lines = [f"{slot['version']}  {slot['state']}  {slot['reason'] or ''}".rstrip() for slot in wire["slots"]]
    place.answer(wire, "\n".join([f"active {wire['active']}, previous {wire['previous']}", *lines]))


@snapshots.command("rollback")
@click.argument("version", type=click.IntRange(min=1))
@placed
def roll_back(place: Place, version: int) -> None:
    """Go back: from VERSION when it is active, to it when it is an earlier one."""
    path = f"/snapshots/{version}/rollback"
    wire = _there(place.folder, "POST", path, lambda register: _standing(register, version))
    place.answer(wire, f"{wire['version']}: {wire['state']}")


def _there(folder: Path, method: str, path: str, here: Callable[[Register], dict[str, Any]]) -> Any:
    """By the running service, or under the folder's lock when none runs."""
    Identity.load(folder)
    lock = lock_or_none(folder)
    if lock is None:
        return ask(folder, method, path)
    try:
        from register_svc.register import build

        register = build(folder)
        try:
            return here(register)
        finally:
            register.stop()
    finally:
        lock.release()


def _standing(register: Register, version: int) -> dict[str, Any]:
    standing = register.snapshots.rollback(version)
    return {"version": standing.version, "state": str(standing.state)}
