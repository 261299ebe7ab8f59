"""What a person must know of though nothing was held back, in the order in which it was noted.

A record whose number was taken is kept here with its bytes: nobody else has a place for it, and it may be a sale.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select

from server_push.intake.mark import SEQUENCE_CONFLICT
from server_push.intake.sales import Page, page_of
from server_push.storage import Storage
from server_push.storage.tables.intake import incident


@dataclass(frozen=True, slots=True)
class WhichIncidents:
    """Which incidents; None is any. `kind`: one of server_push.intake.mark."""

    store: str | None = None
    register: str | None = None
    epoch: int | None = None
    kind: str | None = None

    def where(self) -> Iterator[ColumnElement[bool]]:
        for name in ("store", "register", "epoch", "kind"):
            value = getattr(self, name)
            if value is not None:
                yield incident.c[name] == value


class Incidents:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def list(self, which: WhichIncidents, after: int, limit: int) -> Page[dict[str, Any]]:
        query = select(incident).where(*which.where(), incident.c.arrival > after).order_by(incident.c.arrival)
        with self._storage.read() as connection:
            return page_of(connection, query, limit, _incident)

    def conflicts(self) -> dict[tuple[str, int], int]:
        """How many records came whose number was taken, by register and epoch."""
        c = incident.c
        query = select(c.register, c.epoch, func.count()).where(c.kind == SEQUENCE_CONFLICT)
        with self._storage.read() as connection:
            rows = connection.execute(query.group_by(c.register, c.epoch))
            return {(register, epoch): count for register, epoch, count in rows}


def _incident(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": str(row.arrival),
        "store": row.store,
        "register": row.register,
        "epoch": row.epoch,
        "kind": row.kind,
        "seq": row.seq,
        "detail": row.detail,
        "at": row.at,
        "hash": row.hash or None,
        "record": None if row.record is None else row.record.decode(errors="replace"),
    }
