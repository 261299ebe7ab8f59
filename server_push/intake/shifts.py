"""Shifts as registers opened and closed them, noted when they come home: what a day is matched against."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import Connection

from poscore.records import SHIFT_CLOSED, SHIFT_OPENED, Record
from server_push.intake.entries import Entry
from server_push.intake.items import Origin
from server_push.storage import insert_new
from server_push.storage.tables.intake import shift_event


def note_shifts(connection: Connection, origin: Origin, entries: Iterable[Entry]) -> None:
    rows = []
    for entry in entries:
        said = entry.item.said
        if entry.fault is not None or said is None or said.type not in (SHIFT_OPENED, SHIFT_CLOSED):
            continue
        rows.append(
            {
                "store": origin.store,
                "register": origin.register,
                "epoch": origin.epoch,
                "seq": entry.seq,
                "arrival": entry.arrival,
                "kind": said.type,
                "business_day": entry.business_day,
                "at": said.at,
                "body": json.dumps(Record.parse(entry.item.data).body, ensure_ascii=False),
            }
        )
    insert_new(connection, shift_event, rows)
