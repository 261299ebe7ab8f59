"""A store's PIN hashes: made once for each cashier, kept, and made anew when the PIN or the store's pepper changes.

argon2id takes 24 ms on purpose, and a new salt would give other bytes for the same PIN: without keeping them, each
bundle would cost seconds and differ from the last one.

A PIN that a cashier has changed at a till takes the place of what was made here, in that store alone: only its hash
came home. An import that brings another PIN makes a new hash, which is the newest then.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from poscore.instants import instant_text
from poscore.pins import SALT_BYTES, hash_pin
from server_push.assortment.pins import PinVault
from server_push.bundles.store_profile import StoreProfile
from server_push.storage import Storage, upsert
from server_push.storage.tables.assortment import cashier, cashier_pin_change
from server_push.storage.tables.bundles import cashier_pin_hash

_KEPT = cashier_pin_hash.c


def refresh_pin_hashes(
    storage: Storage,
    vault: PinVault,
    profile: StoreProfile,
    now: datetime,
    randomness: Callable[[int], bytes] = os.urandom,
) -> int:
    """Make the hashes that are missing, take over those of the tills, drop those of cashiers who are gone.

    How many were made or taken over.
    """
    with storage.read() as connection:
        sealed = {row.cashier_id: row.sealed_pin for row in connection.execute(_sealed_pins())}
        kept = _rows(connection, cashier_pin_hash, profile.store)
        told = _rows(connection, cashier_pin_change, profile.store)
    rows: list[dict[str, Any]] = []
    for cashier_id, sealed_pin in sealed.items():
        made_of, old = _made_of(sealed_pin, profile.pepper), kept.get(cashier_id)
        key = {"store": profile.store, "cashier_id": cashier_id, "made_of": made_of}
        if old is None or old["made_of"] != made_of:
            pin_hash = hash_pin(vault.open(cashier_id, sealed_pin), profile.pepper, randomness(SALT_BYTES))
            rows.append({**key, "pin_hash": pin_hash, "changed_at": instant_text(now)})
        elif cashier_id in told and told[cashier_id]["changed_at"] > old["changed_at"]:
            change = told[cashier_id]
            rows.append({**key, "pin_hash": change["pin_hash"], "changed_at": change["changed_at"]})
    gone = kept.keys() - sealed.keys()
    if rows or gone:
        with storage.write() as connection:
            upsert(connection, cashier_pin_hash, rows)
            if gone:
                mine = (_KEPT.store == profile.store, _KEPT.cashier_id.in_(sorted(gone)))
                connection.execute(delete(cashier_pin_hash).where(*mine))
    return len(rows)


def _sealed_pins() -> Any:
    return select(cashier.c.cashier_id, cashier.c.sealed_pin).where(cashier.c.withdrawn == 0)


def _rows(connection: Connection, table: Any, store: str) -> Mapping[str, Mapping[str, Any]]:
    """A store's rows by cashier."""
    found = connection.execute(select(table).where(table.c.store == store)).mappings()
    return {row["cashier_id"]: dict(row) for row in found}


def _made_of(sealed_pin: bytes, pepper: bytes) -> str:
    return hashlib.sha256(sealed_pin + b"\0" + pepper).hexdigest()
