"""Shifts and the money in the drawer. All of it is local, so all of it works OFFLINE."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from poscore import records
from poscore.errors import Refused
from poscore.idempotency import Idempotency, Kept
from poscore.instants import local_day
from poscore.money import Cents
from register_svc.checkout.desk import Desk
from register_svc.checkout.sales import Sales
from register_svc.till.people import CASH_MOVEMENT, SHIFT, Session
from register_svc.till.shifts import Counters, Shift, check_count, report

_SERIES = "shift"


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted in the drawer; `denominations`: {cents: pieces}."""

    cash: Cents
    denominations: Mapping[str, int] | None = None


class Shifts:
    def __init__(self, desk: Desk, sales: Sales) -> None:
        self._desk, self._sales = desk, sales

    def open(self, session: Session, opening_float: Cents, key: Idempotency | None) -> Kept:
        """Raises Refused `shift-open`."""
        session.must(SHIFT)
        kept = self._desk.once(key, lambda: self._open(session, opening_float, key))
        self._desk.after_commit()
        return kept

    def current(self) -> dict[str, Any]:
        """Raises Refused `no-open-shift`."""
        return self._desk.open_shift().to_wire()

    def x_report(self) -> dict[str, Any]:
        """The report of the open shift so far."""
        with self._desk.lock:
            shift = self._desk.open_shift()
            return self._report(shift, self._count(shift), None, None)

    def z_report(self, no: int) -> dict[str, Any]:
        """The report of a closed shift. Raises Refused `shift-not-found`."""
        return self._desk.shifts.report(no)

    def close(self, session: Session, counted: Counted, key: Idempotency | None) -> Kept:
        """Raises Refused `sale-open` while a sale with goods is open: park, complete or abort it first."""
        session.must(SHIFT)
        kept = self._desk.once(key, lambda: self._close(session, counted, key))
        self._desk.after_commit()
        return kept

    def move_cash(self, session: Session, kind: str, amount: Cents, reason: str, key: Idempotency | None) -> Kept:
        session.must(CASH_MOVEMENT)
        body = {"kind": kind, "amount": amount, "reason": reason, "cashier": session.cashier}
        return self._desk.record(key, 201, records.CASH_MOVED, body)

    def open_drawer(self, session: Session, reason: str, key: Idempotency | None) -> Kept:
        session.must(CASH_MOVEMENT)
        return self._desk.record(key, 201, records.DRAWER_OPENED, {"reason": reason, "cashier": session.cashier})

    # --- within

    def _open(self, session: Session, opening_float: Cents, key: Idempotency | None) -> Kept:
        desk = self._desk
        if desk.shifts.current():
            raise Refused("shift-open", "a shift is open already")
        day = local_day(desk.clock(), desk.zone).isoformat()
        with desk.journal.write() as writing:
            at, no = desk.now(), writing.next_number(_SERIES)
            body = {"no": no, "opening_float": opening_float, "cashier": session.cashier}
            record = writing.append(records.SHIFT_OPENED, at, day, body)
            shift = Shift(no, day, at, session.cashier or "", opening_float, record.seq, record.epoch)
            desk.shifts.open(writing, shift)
            kept = desk.keep(writing, key, 201, shift.to_wire())
        desk.shifts.committed(shift)
        return kept

    def _close(self, session: Session, counted: Counted, key: Idempotency | None) -> Kept:
        desk = self._desk
        shift = desk.open_shift()
        check_count(counted.cash, counted.denominations)
        waiting = self._sales.open_with_goods()
        if waiting:
            raise Refused("sale-open", f"sale {waiting[0]} is open: complete, park or abort it first")
        self._sales.abort_empty()
        closing = self._report(shift, self._count(shift), counted.cash, desk.now())
        if counted.denominations is not None:
            closing["cash"]["denominations"] = dict(counted.denominations)
        closing["closed_by"] = session.cashier
        with desk.journal.write() as writing:
            writing.append(records.SHIFT_CLOSED, closing["closed_at"], shift.business_day, closing)
            desk.shifts.close(writing, shift.no, closing["closed_at"], closing)
            kept = desk.keep(writing, key, 200, closing)
        desk.shifts.committed(None)
        return kept

    def _count(self, shift: Shift) -> Counters:
        """Over the shift's records, through a re-enrolment if one fell into it."""
        reader, counters = self._desk.reader, Counters()
        for epoch in reader.epochs():
            if epoch >= shift.epoch:
                first = shift.first_seq if epoch == shift.epoch else 1
                for record in reader.between(epoch, first):
                    counters.count(record.type, record.body)
        return counters

    def _report(self, shift: Shift, counters: Counters, counted: Cents | None, closed_at: str | None) -> dict[str, Any]:
        unsent, head = self._desk.mode.unsent(), self._desk.journal.head
        return {
            **report(shift, counters, counted, closed_at),
            "unsent": {"records": unsent.records, "sales": unsent.sales},
            "head": head.to_wire(),
        }
