"""PINs that were changed at a till, noted for the store's next snapshot.

A register has checked the old PIN; what comes home is a hash under the store's pepper. It is taken only in the very
form that registers make: another one could cost every register of the store minutes at each sign-in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, select

from poscore.errors import Refused
from poscore.instants import instant_text, parse_instant
from poscore.pins import PIN_HASH
from poscore.records import PIN_CHANGED, Record
from server_push.intake.entries import Entry
from server_push.intake.items import Origin
from server_push.storage import upsert
from server_push.storage.tables.assortment import cashier_pin_change

_CASHIER = re.compile(r"\S{1,64}")


def note_pin_changes(connection: Connection, origin: Origin, at: str, entries: Iterable[Entry]) -> None:
    """The newest of each cashier stays, in whatever order they come. `at`: instant's text of their arrival."""
    told = {cashier: (changed_at, pin_hash) for cashier, changed_at, pin_hash in sorted(_told(entries, at))}
    if not told:
        return
    known = cashier_pin_change.c
    rows = select(known.cashier_id, known.changed_at).where(known.store == origin.store, known.cashier_id.in_(told))
    before = {row.cashier_id: row.changed_at for row in connection.execute(rows)}
    upsert(
        connection,
        cashier_pin_change,
        [
            {"store": origin.store, "cashier_id": cashier, "changed_at": changed_at, "pin_hash": pin_hash}
            for cashier, (changed_at, pin_hash) in told.items()
            if changed_at > before.get(cashier, "")
        ],
    )


def _told(entries: Iterable[Entry], at: str) -> Iterator[tuple[str, str, str]]:
    """(cashier, when, hash) of each. A register's clock may be ahead: no PIN is newer than the news of it."""
    for entry in entries:
        said = entry.item.said
        if entry.fault is not None or said is None or said.type != PIN_CHANGED:
            continue
        body = Record.parse(entry.item.data).body
        cashier, pin_hash, changed_at = (body.get(name) for name in ("cashier", "pin_hash", "changed_at"))
        if _fits(_CASHIER, cashier) and _fits(PIN_HASH, pin_hash) and _is_instant(changed_at):
            yield str(cashier), min(str(changed_at), at), str(pin_hash)


def _fits(pattern: re.Pattern[str], text: object) -> bool:
    return isinstance(text, str) and pattern.fullmatch(text) is not None


def _is_instant(text: object) -> bool:
    try:
        return isinstance(text, str) and instant_text(parse_instant(text)) == text
    except Refused:
        return False
