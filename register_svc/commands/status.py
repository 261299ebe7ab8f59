"""`register-svc status`: what the running service says of itself, or what its folder tells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from poscore.errors import Fault
from register_svc.commands.place import Place, placed
from register_svc.commands.running import ask
from register_svc.identity import Identity

_TIMEOUT_S = 5.0


@click.command("status")
@placed
def show_status(place: Place) -> None:
    """How the register is."""
    wire = _status(place.folder)
    place.answer(wire, _text(wire))


def _status(folder: Path) -> dict[str, Any]:
    identity = Identity.load(folder)
    wire: dict[str, Any] = {
        "store": identity.store,
        "register": identity.register,
        "epoch": identity.epoch,
        "running": False,
        "offline": None,
        "health": None,
    }
    try:
        health, offline = ask(folder, "GET", "/health", _TIMEOUT_S), ask(folder, "GET", "/offline", _TIMEOUT_S)
    except Fault:
        return wire
    return {**wire, "running": True, "offline": offline, "health": health}


def _text(wire: dict[str, Any]) -> str:
    head = f"register {wire['register']} of store {wire['store']}, epoch {wire['epoch']}: "
    if not wire["running"]:
        return f"{head}not running"
    offline, health = wire["offline"], wire["health"]
    lines = [f"{head}{health['mode']}, {health['status']}"]
    lines.append(f"waiting to go home: {offline['queued_records']} records, {offline['queued_sales']} sales")
    lines += [f"{one['status']:4}  {one['name']}: {_value(one)}" for one in health["checks"]]
    return "\n".join(lines)


def _value(check: dict[str, Any]) -> str:
    value, hint = check["value"], check["hint"]
    said = ", ".join(f"{key} {one}" for key, one in value.items()) if isinstance(value, dict) else str(value)
    return f"{said} ({hint})" if hint else said
