"""A store's PIN hashes: made once for each cashier, kept, and made anew when the PIN or the store's pepper changes.

argon2id takes 24 ms on purpose, and a new salt would give other bytes for the same PIN: without keeping them, each
bundle would cost seconds and differ from the last one.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable

from sqlalchemy import delete, select

from poscore.pins import SALT_BYTES, hash_pin
from server_push.assortment.pins import PinVault
from server_push.bundles.store_profile import StoreProfile
from server_push.storage import Storage, upsert
from server_push.storage.tables.assortment import cashier
from server_push.storage.tables.bundles import cashier_pin_hash


def refresh_pin_hashes(
    storage: Storage, vault: PinVault, profile: StoreProfile, randomness: Callable[[int], bytes] = os.urandom
) -> int:
    """Make the hashes that are missing, drop those of cashiers who are gone. How many were made."""
    kept = cashier_pin_hash.c
    with storage.read() as connection:
        sealed = connection.execute(
            select(cashier.c.cashier_id, cashier.c.sealed_pin).where(cashier.c.withdrawn == 0)
        ).all()
        of_store = select(kept.cashier_id, kept.made_of).where(kept.store == profile.store)
        known = {row.cashier_id: row.made_of for row in connection.execute(of_store)}
    wanted = {row.cashier_id: (row.sealed_pin, _made_of(row.sealed_pin, profile.pepper)) for row in sealed}
    made = [
        {
            "store": profile.store,
            "cashier_id": cashier_id,
            "made_of": made_of,
            "pin_hash": hash_pin(vault.open(cashier_id, sealed_pin), profile.pepper, randomness(SALT_BYTES)),
        }
        for cashier_id, (sealed_pin, made_of) in wanted.items()
        if known.get(cashier_id) != made_of
    ]
    gone = known.keys() - wanted.keys()
    if made or gone:
        with storage.write() as connection:
            upsert(connection, cashier_pin_hash, made)
            if gone:
                connection.execute(
                    delete(cashier_pin_hash).where(kept.store == profile.store, kept.cashier_id.in_(sorted(gone)))
                )
    return len(made)


def _made_of(sealed_pin: bytes, pepper: bytes) -> str:
    return hashlib.sha256(sealed_pin + b"\0" + pepper).hexdigest()
