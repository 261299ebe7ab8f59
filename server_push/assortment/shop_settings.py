"""The numbers of the counter as head office keeps them: for all stores or one, each from a business day on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from poscore.errors import Refused
from poscore.instants import instant_text, parse_day
from poscore.shop_rules import check_setting
from server_push.storage import Storage, upsert
from server_push.storage.tables.assortment import shop_setting
from server_push.storage.tables.registers import store as store_table

ALL_STORES = ""


@dataclass(frozen=True, slots=True)
class ShopSetting:
    """`store` is `ALL_STORES` or a store's id; `valid_from` a business day (YYYY-MM-DD)."""

    name: str
    value: Any
    valid_from: str
    store: str = ALL_STORES

    def __post_init__(self) -> None:
        check_setting(self.name, self.value)
        parse_day(self.valid_from)

    def to_wire(self) -> dict[str, Any]:
        return {"name": self.name, "store": self.store or None, "valid_from": self.valid_from, "value": self.value}


class ShopSettings:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def set(self, setting: ShopSetting, now: datetime) -> None:
        """In place of what was set for the same day and store. Raises Refused `store-not-found`."""
        row = {
            "name": setting.name,
            "store": setting.store,
            "valid_from": setting.valid_from,
            "value": json.dumps(setting.value, ensure_ascii=False, sort_keys=True),
            "changed_at": instant_text(now),
        }
        with self._storage.write() as connection:
            known = select(store_table.c.store).where(store_table.c.store == setting.store)
            if setting.store != ALL_STORES and connection.execute(known).one_or_none() is None:
                raise Refused("store-not-found", f"there is no store {setting.store!r}")
            upsert(connection, shop_setting, [row])

    def unset(self, name: str, valid_from: str, store: str = ALL_STORES) -> None:
        """Raises Refused `setting-not-set`."""
        mine = (shop_setting.c.name == name, shop_setting.c.valid_from == valid_from, shop_setting.c.store == store)
        with self._storage.write() as connection:
            if connection.execute(delete(shop_setting).where(*mine)).rowcount == 0:
                raise Refused("setting-not-set", f"{name} is not set from {valid_from} on")

    def all(self) -> list[ShopSetting]:
        columns = (shop_setting.c.name, shop_setting.c.store, shop_setting.c.valid_from, shop_setting.c.value)
        with self._storage.read() as connection:
            rows = connection.execute(select(*columns).order_by(*columns[:3])).all()
        return [ShopSetting(name, json.loads(value), day, store) for name, store, day, value in rows]
