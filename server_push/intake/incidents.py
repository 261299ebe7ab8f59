"""What a person must know of though nothing was held back, in the order in which it was noted.

- A record whose number was taken is kept here with its bytes: nobody else has a place for it, and it may be a sale.
- An incident is open until a person closes it with a reason; that of a gap closes when the missing records come.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, update

from poscore.errors import Refused
from poscore.idempotency import Kept
from poscore.instants import instant_text
from server_push.intake.items import Origin
from server_push.intake.ledger import Ledger
from server_push.intake.mark import CLOCK_OFF, SEQUENCE_CONFLICT, Incident
from server_push.intake.sales import Page, page_of
from server_push.registers.answers import Asking, answered
from server_push.registers.audit import Deed, note
from server_push.registers.callers import Caller
from server_push.storage import Storage
from server_push.storage.tables.intake import incident

OPEN, CLOSED = "open", "closed"


@dataclass(frozen=True, slots=True)
class WhichIncidents:
    """Which incidents; None is any. `kind`: one of server_push.intake.mark."""

    store: str | None = None
    register: str | None = None
    epoch: int | None = None
    kind: str | None = None
    state: str | None = None  # OPEN or CLOSED

    def where(self) -> Iterator[ColumnElement[bool]]:
        for name in ("store", "register", "epoch", "kind"):
            value = getattr(self, name)
            if value is not None:
                yield incident.c[name] == value
        if self.state is not None:
            yield incident.c.closed_at.is_(None) if self.state == OPEN else incident.c.closed_at.is_not(None)


class Incidents:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def list(self, which: WhichIncidents, after: int, limit: int) -> Page[dict[str, Any]]:
        query = select(incident).where(*which.where(), incident.c.arrival > after).order_by(incident.c.arrival)
        with self._storage.read() as connection:
            return page_of(connection, query, limit, _incident)

    def close(self, asking: Asking, id: str, reason: str) -> Kept:
        """That a person has looked into it, and why nothing is left to be done.

        Raises Refused `incident-not-found`, `incident-closed`.
        """
        with self._storage.write() as connection:
            return answered(connection, asking, 200, lambda: _close(connection, asking, id, reason))

    def note_clock(self, caller: Caller, offset_s: int, now: datetime) -> None:
        """A register whose clock is a day off; once for each day on which it says so."""
        at = instant_text(now)
        detail = f"its clock is {offset_s} s off; its business days and the hours of its sales may be wrong"
        with self._storage.write() as connection:
            ledger = Ledger(connection, Origin(caller.store, caller.register, caller.epoch), at)
            ledger.note([Incident(CLOCK_OFF, 0, detail, at[:10])])

    def conflicts(self) -> dict[tuple[str, int], int]:
        """How many records came whose number was taken, by register and epoch."""
        c = incident.c
        query = select(c.register, c.epoch, func.count()).where(c.kind == SEQUENCE_CONFLICT)
        with self._storage.read() as connection:
            rows = connection.execute(query.group_by(c.register, c.epoch))
            return {(register, epoch): count for register, epoch, count in rows}


def _close(connection: Connection, asking: Asking, id: str, reason: str) -> dict[str, Any]:
    mine = incident.c.arrival == (int(id) if id.isascii() and id.isdigit() and len(id) <= 18 else -1)
    row = connection.execute(select(incident).where(mine)).one_or_none()
    if row is None:
        raise Refused("incident-not-found", f"there is no incident {id[:40]!r}")
    if row.closed_at is not None:
        raise Refused("incident-closed", f"incident {id} was closed at {row.closed_at}: {row.closing}")
    closed = {"closed_at": instant_text(asking.at), "closed_by": asking.operator, "closing": reason}
    connection.execute(update(incident).where(mine).values(**closed))
    note(connection, Deed(asking.operator, "incident-closed", id, {"kind": row.kind, "reason": reason}), asking.at)
    return _incident(connection.execute(select(incident).where(mine)).one())


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
        "state": OPEN if row.closed_at is None else CLOSED,
        "closed_at": row.closed_at,
        "closed_by": row.closed_by,
        "closing": row.closing,
    }
