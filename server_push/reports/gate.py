"""What keeps a business day or a month of a store from being closed.

| blocker | |
|---|---|
| `shift-open` | a shift of the day, or of one before it, is not closed |
| `register-silent` | a register has not been heard of since the day, and no Z of it is home |
| `records-unsent` | what it last said: records that head office lacks |
| `day-differs` | head office's sums and the Z reports are not the same |
| `quarantine-open` | records of the day are set aside |
| `sales-unposted` | sales of the day are in no posting run yet |
| `incident-open` | a fork, a broken chain or a gap that nobody has closed |
| `day-open` | of a month: a day with sales that is not closed |

Nothing here writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, Table, func, select

from poscore.instants import instant_text
from poscore.records import SHIFT_CLOSED
from server_push.intake.entries import OPEN as SET_ASIDE
from server_push.intake.mark import CHAIN_BREAK, GAP_OPEN, HEAD_BEHIND, HEAD_CONFLICT, HEAD_DIFFERS, SEQUENCE_CONFLICT
from server_push.intake.sales import COUNTED
from server_push.posting.states import State
from server_push.reports.matching import DIFFERS, NO_Z, matched, open_shifts
from server_push.storage.tables.intake import incident, journal_mark, quarantine, sale, shift_event
from server_push.storage.tables.posting import posting_run
from server_push.storage.tables.registers import register as register_table
from server_push.storage.tables.registers import register_epoch
from server_push.storage.tables.registers import store as store_table
from server_push.storage.tables.reports import closing

_GRAVE = (SEQUENCE_CONFLICT, CHAIN_BREAK, HEAD_BEHIND, HEAD_CONFLICT, HEAD_DIFFERS, GAP_OPEN)
_HEARD_WITHIN = timedelta(hours=24)  # of a day that is not over yet


@dataclass(frozen=True, slots=True)
class Blocker:
    kind: str
    store: str
    register: str | None
    detail: str

    def to_wire(self) -> dict[str, Any]:
        return asdict(self)


def blockers_of_day(connection: Connection, store: str, business_day: str, now: datetime) -> Iterator[Blocker]:
    registers = select(register_table).where(register_table.c.store == store, register_table.c.epoch > 0)
    for row in connection.execute(registers.order_by(register_table.c.register)).all():
        yield from _of_register(connection, row, business_day, now)
    for found in matched(connection, business_day, store):
        if found["state"] in (DIFFERS, NO_Z):
            detail = "; ".join(found["differences"]) or "it sold, and no shift of the day is home"
            yield Blocker("day-differs", store, found["register"], detail)
    for kind, count, what in (
        ("quarantine-open", _set_aside(connection, store, business_day), "records are set aside"),
        ("sales-unposted", _unposted(connection, store, business_day), "sales are in no posting run yet"),
        ("incident-open", _grave(connection, store), "incidents are open"),
    ):
        if count:
            yield Blocker(kind, store, None, f"{count} {what}")


def blockers_of_month(connection: Connection, store: str, month: str) -> Iterator[Blocker]:
    """Each day of the month with a sale or a shift, and each record that is set aside, must be closed with its day."""
    for day in sorted(_days_with_something(connection, store, month)):
        closed = select(closing.c.period).where(closing.c.store == store, closing.c.period == day)
        if connection.scalar(closed) is None:
            yield Blocker("day-open", store, None, f"{day} is not closed")


def end_of(business_day: str, zone: ZoneInfo) -> datetime:
    """The local midnight after the day."""
    return datetime.combine(date.fromisoformat(business_day) + timedelta(days=1), time(), zone)


def _of_register(connection: Connection, row: Row[Any], business_day: str, now: datetime) -> Iterator[Blocker]:
    end = end_of(business_day, _zone(connection, row.store))
    if _enrolled_at(connection, row) >= instant_text(end):
        return  # it was not there yet
    mine = (shift_event.c.store == row.store, shift_event.c.register == row.register)
    events = connection.execute(select(shift_event).where(*mine)).all()
    standing = [event for event in open_shifts(events) if event.business_day <= business_day]
    for event in standing:
        detail = f"the shift opened on {event.business_day} is not closed"
        yield Blocker("shift-open", row.store, row.register, detail)
    queued, gap = row.queued_records or 0, _gap_since(connection, row)
    moved_on = any(event.business_day > business_day for event in events) and gap is None
    if moved_on:
        return
    if queued or gap is not None:
        what = f"{queued} records" if queued else f"records that are missing since {gap}"
        yield Blocker("records-unsent", row.store, row.register, f"head office lacks {what}")
        return
    counted_out = any(event.kind == SHIFT_CLOSED and event.business_day == business_day for event in events)
    since = instant_text(end if end <= now else now - _HEARD_WITHIN)
    if not counted_out and not standing and (row.last_seen is None or row.last_seen < since):
        heard = f"was last heard of at {row.last_seen}" if row.last_seen else "has not been heard of"
        yield Blocker("register-silent", row.store, row.register, f"{row.register} {heard}")


def _set_aside(connection: Connection, store: str, business_day: str) -> int:
    c = quarantine.c
    return _count(connection, quarantine, c.store == store, c.business_day == business_day, c.state == SET_ASIDE)


def _unposted(connection: Connection, store: str, business_day: str) -> int:
    c = sale.c
    posted = select(func.max(posting_run.c.last_arrival)).where(posting_run.c.state == State.POSTED)
    of_day = (c.store == store, c.business_day == business_day, c.training == 0, c.status.in_(COUNTED))
    return _count(connection, sale, *of_day, c.arrival > (connection.scalar(posted) or 0))


def _grave(connection: Connection, store: str) -> int:
    c = incident.c
    return _count(connection, incident, c.store == store, c.closed_at.is_(None), c.kind.in_(_GRAVE))


def _count(connection: Connection, table: Table, *where: ColumnElement[bool]) -> int:
    return connection.scalar(select(func.count()).select_from(table).where(*where)) or 0


def _zone(connection: Connection, store: str) -> ZoneInfo:
    return ZoneInfo(
        connection.execute(select(store_table.c.time_zone).where(store_table.c.store == store)).scalar_one()
    )


def _enrolled_at(connection: Connection, row: Row[Any]) -> str:
    mine = (register_epoch.c.store == row.store, register_epoch.c.register == row.register)
    return str(connection.scalar(select(func.min(register_epoch.c.opened_at)).where(*mine)) or "")


def _gap_since(connection: Connection, row: Row[Any]) -> str | None:
    mine = (journal_mark.c.store == row.store, journal_mark.c.register == row.register)
    since: str | None = connection.scalar(select(func.min(journal_mark.c.gap_since)).where(*mine))
    return since


def _days_with_something(connection: Connection, store: str, month: str) -> set[str]:
    found: set[str] = set()
    for table in (sale, shift_event, quarantine):
        day = table.c.business_day
        within = (table.c.store == store, day >= f"{month}-01", day <= f"{month}-31")
        found |= set(connection.scalars(select(day).where(*within).distinct()))
    return found
