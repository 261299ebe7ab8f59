"""A thorough forger: edits the records of a journal and weaves the chain anew, so that only sums can give it away.

The register's key is not on the table that lies open: a forger has no other signature than those that are there.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

from poscore.canonical import sha256_hex
from poscore.records import SHIFT_CLOSED, Head, Record, genesis_hash
from poscore.tokens import SigningKey, sign_head

Edit = Callable[[list[Record]], list[Record]]


def forge(path: Path, edit: Edit, *, stolen_key: SigningKey | None = None) -> None:
    """Every Z names the record that stands before it then, and the reports that the register shows are made to fit."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        rows = connection.execute("SELECT record FROM journal ORDER BY id").fetchall()
        edited = edit([Record.parse(row[0]) for row in rows])
        connection.execute("DELETE FROM journal")
        first = edited[0]
        prev = genesis_hash(first.store, first.register, first.epoch)
        for seq, record in enumerate(edited, 1):
            body = dict(record.body)
            if record.type == SHIFT_CLOSED:
                head = Head(record.register, record.epoch, seq - 1, prev)
                body["head"] = head.to_wire()
                if stolen_key:
                    body["signed_head"] = sign_head(stolen_key, head)
                connection.execute("UPDATE shift SET report = ? WHERE no = ?", (json.dumps(body), body["no"]))
            data = replace(record, seq=seq, prev_hash=prev, body=body).encoded()
            prev = sha256_hex(data)
            connection.execute(
                "INSERT INTO journal(epoch, seq, hash, record) VALUES(?, ?, ?, ?)", (record.epoch, seq, prev, data)
            )


def with_body(records: list[Record], kind: str, nth: int, change: Callable[[dict[str, Any]], Any]) -> list[Record]:
    """The same records, the `nth` (from 1) of type `kind` with its body changed in place."""
    chosen = [record for record in records if record.type == kind][nth - 1]
    body = json.loads(json.dumps(chosen.body))
    change(body)
    return [replace(record, body=body) if record is chosen else record for record in records]


def without(records: list[Record], kind: str, nth: int) -> list[Record]:
    chosen = [record for record in records if record.type == kind][nth - 1]
    return [record for record in records if record is not chosen]
