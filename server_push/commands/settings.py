"""`settings`: the numbers of the counter, such as the age from which on nobody is asked for a document."""

from __future__ import annotations

import json
from typing import Any

import click

from poscore.instants import instant_text
from poscore.shop_rules import DEFAULTS
from server_push.assortment.shop_settings import ALL_STORES, ShopSetting
from server_push.commands.at_office import at_office
from server_push.commands.place import Place, placed
from server_push.office import Office

_STORE = click.option("--store", default=ALL_STORES, help="Only this store; all stores if left out.")


@click.group()
def settings() -> None:
    """The numbers of the counter; registers have them with their next snapshot."""


@settings.command("show")
@placed
@at_office
def show_settings(place: Place, office: Office) -> None:
    """What ships, and what has been set."""
    items = [one.to_wire() for one in office.shop_settings.all()]
    lines = [f"{name} = {_text(value)}" for name, value in DEFAULTS.items()]
    place.answer({"defaults": dict(DEFAULTS), "items": items, "next": None}, "\n".join([*lines, *map(_told, items)]))


@settings.command("set")
@click.argument("name")
@click.argument("value")
@_STORE
@click.option("--from", "valid_from", help="The first business day; today if left out.")
@placed
@at_office
def set_setting(place: Place, office: Office, name: str, value: str, **when: Any) -> None:
    """Set NAME to VALUE (JSON; what is no JSON is a text)."""
    one = ShopSetting(name, _value(value), when["valid_from"] or instant_text(office.now())[:10], when["store"])
    office.shop_settings.set(one, office.now())
    place.answer(one.to_wire(), _told(one.to_wire()))


@settings.command("unset")
@click.argument("name")
@_STORE
@click.option("--from", "valid_from", required=True, help="The first business day that it was set for.")
@placed
@at_office
def unset_setting(place: Place, office: Office, name: str, store: str, valid_from: str) -> None:
    """Take back what was set."""
    office.shop_settings.unset(name, valid_from, store)
    place.answer({"name": name, "store": store or None, "valid_from": valid_from}, f"{name} is no longer set.")


def _told(wire: dict[str, Any]) -> str:
    where = f"store {wire['store']}" if wire["store"] else "all stores"
    return f"{wire['name']} = {_text(wire['value'])} from {wire['valid_from']}, {where}"


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
