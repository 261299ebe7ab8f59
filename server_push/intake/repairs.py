"""What a person makes of a record that was set aside: repaired, as a new version beside it, or rejected.

- The record itself is never changed: its bytes stay as they came, and both are shown with who, when and why.
- The new version is held to the same rules as a record that comes home; what does not keep them is refused.
- It arrives now, under a number of arrival of its own: whoever reads what came home in its order (returns, accounts,
  posting runs) finds it behind what was read already. A day that is done gets it as `late`.
- A rejected record may still be repaired; a repaired one stays as it is, for it may be posted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, cast

from sqlalchemy import Connection, Row, Table, delete, func, select, update

from poscore.canonical import sha256_hex
from poscore.errors import PosError, Refused
from poscore.idempotency import Kept
from poscore.instants import instant_text
from poscore.records import SALE, Record
from server_push.intake.entries import ACCEPTED, LATE, OPEN, Entry, add_version
from server_push.intake.items import Item, Origin, readable_record, reread
from server_push.intake.ledger import SETTLED_BYTES, Ledger
from server_push.intake.shifts import note_shifts
from server_push.registers.answers import Asking, answered
from server_push.registers.audit import Deed, note
from server_push.storage import Storage, insert_new
from server_push.storage.tables.assortment import customer
from server_push.storage.tables.intake import (
    journal_body,
    journal_record,
    quarantine,
    quarantine_version,
    sale,
    sale_line,
    sale_tender,
)

REPAIRED, REJECTED = "repaired", "rejected"
# What follows another `prev_hash` than the record's own: that of bytes that nobody can read is not known.
_NO_HASH = "0" * 64


@dataclass(frozen=True, slots=True)
class Repair:
    """What to change of a record; what is None stays as the record has it.

    `sale`: the document in its body. `body`: all of it. `type` and `business_day`: of one that cannot be read.
    """

    reason: str
    sale: dict[str, Any] | None = None
    body: dict[str, Any] | None = None
    type: str | None = None
    business_day: str | None = None


class Repairs:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def repair(self, asking: Asking, id: str, repair: Repair) -> Kept:
        """Raises Refused `quarantine-not-found`, `quarantine-settled`, `repair-invalid`."""
        with self._storage.write() as connection:
            return answered(connection, asking, 200, lambda: _repair(connection, asking, id, repair))

    def reject(self, asking: Asking, id: str, reason: str) -> Kept:
        """It is no sale, or none of ours. Raises Refused `quarantine-not-found`, `quarantine-settled`."""
        with self._storage.write() as connection:
            return answered(connection, asking, 200, lambda: _reject(connection, asking, id, reason))

    def show(self, id: str) -> dict[str, Any]:
        """What is set aside with its versions. Raises Refused `quarantine-not-found`."""
        with self._storage.read() as connection:
            return shown(connection, _row(connection, id))


def shown(connection: Connection, row: Row[Any]) -> dict[str, Any]:
    """A row of the quarantine with the record as it came and what persons made of it, the oldest first."""
    return {
        "id": f"{row.register}-{row.epoch}-{row.seq}",
        "store": row.store,
        "register": row.register,
        "epoch": row.epoch,
        "seq": row.seq,
        "reason": row.reason,
        "detail": row.detail,
        "type": row.type,
        "business_day": row.business_day,
        "training": bool(row.training),
        "received_at": row.received_at,
        "record": _bytes(connection, row.store, row.arrival).decode(errors="replace"),
        "state": row.state,
        "versions": [
            {
                "version": version.version,
                "action": version.action,
                "at": version.at,
                "by": version.by,
                "reason": version.reason,
                "record": None if version.arrival is None else _bytes(connection, row.store, version.arrival).decode(),
            }
            for version in _versions(connection, row)
        ],
    }


def _repair(connection: Connection, asking: Asking, id: str, repair: Repair) -> dict[str, Any]:
    row = _row(connection, id)
    _must_be(row, OPEN, REJECTED)
    origin, at = Origin(row.store, row.register, row.epoch), instant_text(asking.at)
    item = reread(origin, _encoded(_changed(connection, origin, row, repair)))
    _must_hold(connection, origin, row, item)
    _forget_reading(connection, row)
    arrival = Ledger(connection, origin, at).next_arrivals(1)
    entry = Entry(row.seq, item, arrival, item.business_day or row.business_day, None)
    add_version(connection, origin, at, entry)
    note_shifts(connection, origin, [entry])
    return _settle(connection, asking, row, (REPAIRED, repair.reason, arrival))


def _reject(connection: Connection, asking: Asking, id: str, reason: str) -> dict[str, Any]:
    row = _row(connection, id)
    _must_be(row, OPEN)
    _forget_reading(connection, row)
    return _settle(connection, asking, row, (REJECTED, reason, None))


def _changed(connection: Connection, origin: Origin, row: Row[Any], repair: Repair) -> Record:
    """The record as the person wants it, under its own name and number."""
    before = readable_record(_bytes(connection, row.store, row.arrival))
    if before is None:
        if repair.body is None and repair.sale is None:
            raise Refused("repair-invalid", "the record cannot be read: say its whole body, or its sale")
        before = Record("", "", 0, 0, _NO_HASH, row.received_at, row.business_day, SALE, {})
    body = repair.body if repair.body is not None else dict(before.body)
    if repair.sale is not None:
        body = {**body, "sale": repair.sale}
    kind = repair.type or before.type
    day = repair.business_day or (_day_of(body) if kind == SALE else None) or before.business_day
    return replace(
        before,
        store=origin.store,
        register=origin.register,
        epoch=origin.epoch,
        seq=row.seq,
        type=kind,
        business_day=day,
        body=body,
    )


def _day_of(body: dict[str, Any]) -> str | None:
    document = body.get("sale")
    day = document.get("business_day") if isinstance(document, dict) else None
    return day if isinstance(day, str) else None


def _encoded(record: Record) -> tuple[str, str]:
    """(hash, text). Raises Refused `repair-invalid`."""
    try:
        data = record.encoded()
    except (ValueError, TypeError, PosError) as error:
        raise Refused("repair-invalid", f"the record has no canonical form: {error}") from None
    return sha256_hex(data), data.decode()


def _must_hold(connection: Connection, origin: Origin, row: Row[Any], item: Item) -> None:
    """Raises Refused `repair-invalid` with what a record that comes home would be set aside for."""
    if item.fault is not None:
        raise Refused("repair-invalid", item.fault.detail)
    sold = item.sale
    if sold is None:
        return
    mine = (sale.c.store == origin.store, sale.c.sale_id == sold.sale_id, sale.c.arrival != row.arrival)
    if connection.scalar(select(func.count()).where(*mine)):
        raise Refused("repair-invalid", f"receipt {sold.sale_id} is on another record already")
    known = select(customer.c.customer_id).where(customer.c.customer_id == sold.customer)
    if sold.customer is not None and connection.scalar(known) is None:
        raise Refused("repair-invalid", f"customer {sold.customer!r} is not known")


def _forget_reading(connection: Connection, row: Row[Any]) -> None:
    """Take away what was read out of the record itself; its bytes stay. Damaged ones no longer give way to others."""
    for table in cast("tuple[Table, ...]", (sale, sale_line, sale_tender)):
        mine = (table.c.store == row.store, table.c.business_day == row.business_day, table.c.arrival == row.arrival)
        connection.execute(delete(table).where(*mine))
    damaged = update(journal_record).where(*_same(journal_record, row), journal_record.c.damaged != 0)
    connection.execute(damaged.values(damaged=SETTLED_BYTES))


def _settle(connection: Connection, asking: Asking, row: Row[Any], made: tuple[str, str, int | None]) -> dict[str, Any]:
    action, reason, arrival = made
    version = {
        **{name: getattr(row, name) for name in ("store", "register", "epoch", "seq")},
        "version": len(_versions(connection, row)) + 1,
        "action": action,
        "at": instant_text(asking.at),
        "by": asking.operator,
        "reason": reason,
        "arrival": arrival,
    }
    insert_new(connection, quarantine_version, [version])
    about = f"{row.register}-{row.epoch}-{row.seq}"
    note(connection, Deed(asking.operator, f"quarantine-{action}", about, {"reason": reason}), asking.at)
    connection.execute(update(quarantine).where(*_same(quarantine, row)).values(state=action))
    status = select(sale.c.status).where(sale.c.arrival == arrival)
    counted = connection.scalar(status) if arrival is not None else None
    return {**shown(connection, _again(connection, row)), "status": counted if counted in (ACCEPTED, LATE) else None}


def _must_be(row: Row[Any], *states: str) -> None:
    if row.state not in states:
        raise Refused("quarantine-settled", f"{row.register}-{row.epoch}-{row.seq} is {row.state} already")


def _row(connection: Connection, id: str) -> Row[Any]:
    register, epoch, seq = ("", "", "", *id.rsplit("-", 2))[-3:]
    row = None
    if all(part.isascii() and part.isdigit() and len(part) <= 15 for part in (epoch, seq)):
        mine = (quarantine.c.register == register, quarantine.c.epoch == int(epoch), quarantine.c.seq == int(seq))
        row = connection.execute(select(quarantine).where(*mine)).one_or_none()
    if row is None:
        raise Refused("quarantine-not-found", f"nothing is set aside as {id[:60]!r}")
    return row


def _again(connection: Connection, row: Row[Any]) -> Row[Any]:
    return connection.execute(select(quarantine).where(*_same(quarantine, row))).one()


def _versions(connection: Connection, row: Row[Any]) -> list[Row[Any]]:
    query = select(quarantine_version).where(*_same(quarantine_version, row))
    return list(connection.execute(query.order_by(quarantine_version.c.version)))


def _same(table: Table, row: Row[Any]) -> tuple[Any, ...]:
    return tuple(table.c[name] == getattr(row, name) for name in ("store", "register", "epoch", "seq"))


def _bytes(connection: Connection, store: str, arrival: int) -> bytes:
    query = select(journal_body.c.record).where(journal_body.c.store == store, journal_body.c.arrival == arrival)
    return bytes(connection.execute(query).scalar_one())
