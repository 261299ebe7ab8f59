"""The rows of newly stored records: identity, bytes, what must be set aside, and the sales read out of them.

Rows go in through the bare driver: this is most of what intake costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table

from server_push.intake.days import done_among
from server_push.intake.items import DAMAGED, Fault, Item, Origin
from server_push.storage.tables.intake import (
    journal_body,
    journal_record,
    quarantine,
    sale,
    sale_line,
    sale_tender,
)

# `late` is for a day that was posted or closed before it came.
ACCEPTED, QUARANTINED, LATE = "accepted", "quarantined", "late"
OPEN = "open"

_ROWS_AT_ONCE = 64

Row = tuple[Any, ...]


class Entry(NamedTuple):
    """One record to be stored. `fault`: why it is set aside. `business_day`: of its arrival when it tells none."""

    seq: int
    item: Item
    arrival: int
    business_day: str
    fault: Fault | None


def add_entries(connection: Connection, origin: Origin, at: str, entries: Sequence[Entry]) -> None:
    """Store records whose seqs are free. `at`: the instant's text of their arrival."""
    key = (origin.store, origin.register, origin.epoch)
    _insert(connection, journal_record, [(*key, *_identity(entry)) for entry in entries])
    _insert(connection, journal_body, [(origin.store, entry.arrival, at, entry.item.data) for entry in entries])
    _insert(connection, quarantine, [(*key, *_set_aside(e, e.fault, at)) for e in entries if e.fault is not None])
    _add_sales(connection, origin, at, [entry for entry in entries if entry.item.is_sale])


def add_version(connection: Connection, origin: Origin, at: str, entry: Entry) -> None:
    """Store what a person made of a record that has its seq already, under an arrival of its own."""
    _insert(connection, journal_body, [(origin.store, entry.arrival, at, entry.item.data)])
    if entry.item.is_sale:
        _add_sales(connection, origin, at, [entry])


def _identity(entry: Entry) -> Row:
    fault = entry.fault
    damaged = fault is not None and fault.reason == DAMAGED
    return entry.seq, bytes.fromhex(entry.item.hash), entry.arrival, int(damaged)


def _set_aside(entry: Entry, fault: Fault, at: str) -> Row:
    said = entry.item.said
    what = (said.type if said else None, entry.business_day, int(said is not None and said.training))
    return entry.seq, entry.arrival, fault.reason, fault.detail, *what, at, OPEN


def _add_sales(connection: Connection, origin: Origin, at: str, entries: Sequence[Entry]) -> None:
    sales: list[Row] = []
    lines: list[Row] = []
    tenders: list[Row] = []
    done = done_among(connection, origin.store, {entry.business_day for entry in entries})
    for entry in entries:
        key = (origin.store, entry.business_day, entry.arrival)
        whose = (origin.register, origin.epoch, entry.seq)
        said, rows = entry.item.said, entry.item.sale
        assert said is not None, "a sale can be read"
        status = QUARANTINED if entry.fault is not None else LATE if entry.business_day in done else ACCEPTED
        if rows is None:
            known = (said.receipt_no, None, int(said.training))
            sales.append((*key, *whose, *known, *(None,) * 4, said.at, at, *(None,) * 7, status))
            continue
        sold = (rows.sale_id, rows.kind, int(rows.training), int(rows.offline))
        who = (rows.cashier, rows.customer, rows.snapshot)
        sales.append((*key, *whose, *sold, *who, said.at, at, *rows.totals, rows.taxes, status))
        lines += [key + line for line in rows.lines]
        tenders += [key + tender for tender in rows.tenders]
    _insert(connection, sale, sales)
    _insert(connection, sale_line, lines)
    _insert(connection, sale_tender, tenders)


def _insert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Some rows a statement: a third less than one a statement, and less than hundreds, which SQLite reads slowly."""
    driver = connection.connection.cursor()
    try:
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            some = rows[start : start + _ROWS_AT_ONCE]
            insertion = _insertion(table, len(some), connection.dialect.paramstyle)
            driver.execute(insertion, list(chain.from_iterable(some)))
    finally:
        driver.close()


@lru_cache(maxsize=1024)
def _insertion(table: Table, count: int, paramstyle: str) -> str:
    names = [column.name for column in table.columns]
    row = f"({', '.join(['?' if paramstyle == 'qmark' else '%s'] * len(names))})"
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES {', '.join([row] * count)}"
