"""The chain's stores. Each has a pepper of its own for the PINs of its cashiers, made when it is added."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Row, select, update

from poscore.errors import Refused
from poscore.ids import check_id
from poscore.instants import instant_text
from poscore.pins import PEPPER_BYTES
from server_push.storage import Storage, insert_new
from server_push.storage.tables.registers import store as store_table

LANGUAGES = ("fi", "sv", "en")
# How bundles reach a store's registers: pushed by head office, fetched by them, or pushed and otherwise fetched.
DELIVERIES = ("auto", "push", "pull")


@dataclass(frozen=True, slots=True)
class Store:
    """`address`: lines for the receipt's head."""

    store: str
    name: str
    pin_pepper: bytes = field(repr=False)
    address: tuple[str, ...] = ()
    time_zone: str = "Europe/Helsinki"
    language: str = "fi"
    delivery: str = "auto"

    def __post_init__(self) -> None:
        check_id(self.store, "store id")
        if not self.name.strip():
            raise Refused("name-missing", "a store needs a name; it stands on every receipt")
        if len(self.pin_pepper) != PEPPER_BYTES:
            raise ValueError(f"a pepper has {PEPPER_BYTES} bytes")
        if self.language not in LANGUAGES:
            raise Refused("language-unknown", f"{self.language!r} is none of {', '.join(LANGUAGES)}")
        _check_delivery(self.delivery)
        zone_of(self.time_zone)

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.time_zone)


class Stores:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def add(self, store: Store, now: datetime) -> None:
        """Raises Refused `store-exists`."""
        row = {
            "store": store.store,
            "name": store.name,
            "address": json.dumps(store.address, ensure_ascii=False),
            "time_zone": store.time_zone,
            "language": store.language,
            "pin_pepper": store.pin_pepper,
            "added_at": instant_text(now),
            "delivery": store.delivery,
        }
        with self._storage.write() as connection:
            if not insert_new(connection, store_table, [row]):
                raise Refused("store-exists", f"there is a store {store.store!r} already")

    def get(self, store: str) -> Store:
        """Raises Refused `store-not-found`."""
        with self._storage.read() as connection:
            row = connection.execute(select(store_table).where(store_table.c.store == store)).one_or_none()
        if row is None:
            hint = "server-push stores list shows them, server-push stores add makes one"
            raise Refused("store-not-found", f"there is no store {store!r}", hint=hint)
        return _store(row)

    def set_delivery(self, store: str, delivery: str) -> None:
        """Raises Refused `store-not-found`, `delivery-unknown`."""
        _check_delivery(delivery)
        self.get(store)
        with self._storage.write() as connection:
            connection.execute(update(store_table).where(store_table.c.store == store).values(delivery=delivery))

    def all(self) -> list[Store]:
        with self._storage.read() as connection:
            return [_store(row) for row in connection.execute(select(store_table).order_by(store_table.c.store))]


def _check_delivery(delivery: str) -> None:
    if delivery not in DELIVERIES:
        raise Refused("delivery-unknown", f"{delivery!r} is none of {', '.join(DELIVERIES)}")


def zone_of(name: str) -> ZoneInfo:
    """Raises Refused `time-zone-unknown`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Refused("time-zone-unknown", f"{name!r} is not a time zone such as Europe/Helsinki") from None


def _store(row: Row[Any]) -> Store:
    address = tuple(json.loads(row.address))
    return Store(row.store, row.name, row.pin_pepper, address, row.time_zone, row.language, row.delivery)
