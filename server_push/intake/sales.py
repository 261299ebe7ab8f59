"""Reading what came home: sales in the order of their arrival, sums of days, and what is set aside.

- Pages are read by key (`after` the last arrival), so that a reader never misses or repeats a sale while more come.
- Training is listed only when asked for, and counts in no sum. Quarantined sales are listed, and only counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import orjson
from sqlalchemy import ColumnElement, Connection, Row, Select, Table, func, select

from poscore.errors import Fault
from poscore.pricing import CASH
from server_push.intake.entries import ACCEPTED, LATE, OPEN
from server_push.intake.repairs import shown
from server_push.storage import Storage, total_of
from server_push.storage.tables.intake import incident, journal_body, quarantine, sale, sale_tender

T = TypeVar("T")
COUNTED = (ACCEPTED, LATE)


@dataclass(frozen=True, slots=True)
class Which:
    """Which sales; None is any."""

    store: str | None = None
    register: str | None = None
    business_day: str | None = None
    training: bool = False

    def of(self, table: Table) -> Iterator[ColumnElement[bool]]:
        yield table.c.training == int(self.training)
        for name in ("store", "register", "business_day"):
            value = getattr(self, name)
            if value is not None:
                yield table.c[name] == value


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`next`: goes into `after`; None at the end."""

    items: list[T]
    next: str | None


class Sales:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def list(self, which: Which, after: int, limit: int) -> Page[dict[str, Any]]:
        query = (
            select(sale, journal_body.c.record)
            .join(journal_body, (journal_body.c.store == sale.c.store) & (journal_body.c.arrival == sale.c.arrival))
            .where(*which.of(sale), sale.c.arrival > after)
            .order_by(sale.c.arrival)
        )
        with self._storage.read() as connection:
            return page_of(connection, query, limit, _sale)

    def summary(self, which: Which) -> dict[str, Any]:
        """Sums over what was accepted; Σ by_tender = total + rounding, or Fault `sums-differ`."""
        with self._storage.read() as connection:
            sums = sums_of(connection, tuple(which.of(sale)))
            aside = select(func.count()).where(*which.of(quarantine), quarantine.c.state == OPEN)
            return {**sums, "quarantined": connection.execute(aside).scalar_one()}

    def quarantined(self, which: Which, state: str | None, after: int, limit: int) -> Page[dict[str, Any]]:
        """What was set aside, in a state (open, repaired, rejected) or in any, training included."""
        _training, *where = which.of(quarantine)
        if state is not None:
            where.append(quarantine.c.state == state)
        query = select(quarantine).where(*where, quarantine.c.arrival > after).order_by(quarantine.c.arrival)
        with self._storage.read() as connection:
            return page_of(connection, query, limit, lambda row: shown(connection, row))

    def counts(self) -> dict[str, Any]:
        """For a person who asks how things stand: what is set aside, and open incidents by kind."""
        with self._storage.read() as connection:
            aside = connection.execute(select(func.count()).where(quarantine.c.state == OPEN)).scalar_one()
            kinds = select(incident.c.kind, func.count()).where(incident.c.closed_at.is_(None))
            kinds = kinds.group_by(incident.c.kind).order_by(incident.c.kind)
            return {"quarantined": aside, "incidents": dict(tuple(row) for row in connection.execute(kinds))}


def sums_of(connection: Connection, where: Sequence[ColumnElement[bool]]) -> dict[str, Any]:
    """Sums over the accepted sales among some; Σ by_tender = total + rounding, or Fault `sums-differ`."""
    counted = (*where, sale.c.status.in_(COUNTED))
    sums = select(
        func.count(), total_of(sale.c.gross - sale.c.discount), total_of(sale.c.rounding), total_of(sale.c.change)
    )
    count, total, rounding, change = connection.execute(sums.where(*counted)).one()
    by_tender = _by_tender(connection, counted, change)
    if sum(by_tender.values()) != total + rounding:
        raise Fault("sums-differ", "the tenders do not sum to the total; the database needs looking at")
    by_vat = _by_vat(connection.scalars(select(sale.c.taxes).where(*counted)))
    return {"sales": count, "total": total, "rounding": rounding, "by_tender": by_tender, "by_vat": by_vat}


def page_of(connection: Connection, query: Select[Any], limit: int, read: Any) -> Page[dict[str, Any]]:
    """At most `limit` rows of a query that is in the order of `arrival`, each as `read` makes it."""
    rows = connection.execute(query.limit(limit + 1)).all()
    more = len(rows) > limit
    rows = rows[:limit]
    return Page([read(row) for row in rows], str(rows[-1].arrival) if more else None)


def _sale(row: Row[Any]) -> dict[str, Any]:
    return {
        **orjson.loads(row.record)["body"]["sale"],
        "store": row.store,
        "register": row.register,
        "epoch": row.epoch,
        "seq": row.seq,
        "received_at": row.received_at,
        "status": row.status,
    }


def _by_tender(connection: Connection, counted: tuple[Any, ...], change: int) -> dict[str, int]:
    same = (sale_tender.c.store == sale.c.store) & (sale_tender.c.business_day == sale.c.business_day)
    # Plus 0: without it SQLite takes a range of arrivals for the tender's as well, and reads a day for each sale.
    same &= sale_tender.c.arrival == sale.c.arrival + 0
    amounts = select(sale_tender.c.type, total_of(sale_tender.c.amount)).join(sale, same).where(*counted)
    rows = connection.execute(amounts.group_by(sale_tender.c.type).order_by(sale_tender.c.type))
    sums = {kind: int(amount) for kind, amount in rows}
    if change:
        sums[CASH] = sums.get(CASH, 0) - change  # change is handed out in cash only
    return sums


def _by_vat(taxes: Iterator[str]) -> list[dict[str, int]]:
    sums: dict[int, list[int]] = {}
    for text in taxes:
        for row in orjson.loads(text):
            so_far = sums.setdefault(row["rate"], [0, 0, 0])
            for place, name in enumerate(("net", "tax", "gross")):
                so_far[place] += row[name]
    return [{"rate": rate, "net": net, "tax": tax, "gross": gross} for rate, (net, tax, gross) in sorted(sums.items())]
