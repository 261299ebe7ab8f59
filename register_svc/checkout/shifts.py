"""Shifts and the money in the drawer. All of it is local, so all of it works OFFLINE."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from poscore import records
from poscore.errors import Refused
from poscore.idempotency import Idempotency, Kept
from poscore.instants import local_day
from poscore.money import Cents
from poscore.records import Head
from poscore.roles import CASH_MOVEMENT, NO_SALE, REPORT_X, REPORT_Z, SEE_EXPECTED_CASH, SHIFT
from register_svc.checkout.desk import Deed, Desk
from register_svc.checkout.overrides import use_of
from register_svc.checkout.sales import Sales
from register_svc.till.cash_count import CashCount, check_difference
from register_svc.till.people import Session
from register_svc.till.report_text import X, Z, report_text
from register_svc.till.shift_report import Tally, x_report, z_report
from register_svc.till.shifts import Counters, Shift

_SERIES = "shift"
SignHead = Callable[[Head], str | None]
"""A head signed by the register's key as JWS; None when the key cannot be used: a shop must be able to close."""


@dataclass(frozen=True, slots=True)
class Report:
    """Which report to print: the X of the open shift (`no` None) or the Z of a closed one."""

    no: int | None = None
    language: str | None = None


class Shifts:
    def __init__(self, desk: Desk, sales: Sales, sign_head: SignHead) -> None:
        self._desk, self._sales, self._sign_head = desk, sales, sign_head

    def open(self, session: Session, opening_float: Cents, key: Idempotency | None) -> Kept:
        """Raises Refused `shift-open`."""
        kept = self._desk.once(key, lambda: self._open(session, opening_float, key))
        self._desk.after_commit()
        return kept

    def current(self) -> dict[str, Any]:
        """Raises Refused `no-open-shift`."""
        return self._desk.open_shift().to_wire()

    def next(self) -> dict[str, Any]:
        """What to open the next shift with: the float that the last one left in the drawer; None when nobody said."""
        last = self._desk.shifts.last_report()
        return {"opening_float": last["cash"]["left_in_drawer"] if last else None}

    def x_report(self, session: Session, language: str | None = None) -> dict[str, Any]:
        """The report of the open shift so far, as far as this session may see it."""
        with self._desk.lock:
            return self._printed(X, self._x(session), language)

    def z_report(self, no: int, language: str | None = None) -> dict[str, Any]:
        """The report of a closed shift. Raises Refused `shift-not-found`."""
        return self._printed(Z, self._desk.shifts.report(no), language)

    def print_report(self, session: Session, which: Report, key: Idempotency | None) -> Kept:
        """An X or Z on paper, which is journalled. Raises Refused `no-open-shift` or `shift-not-found`."""
        desk = self._desk

        def act() -> Kept:
            kind = X if which.no is None else Z
            leave = session.leave_for(REPORT_X if kind == X else REPORT_Z)
            report = self._x(session) if which.no is None else desk.shifts.report(which.no)
            shift = desk.shifts.current()
            body = {"kind": kind, "no": report["no"], "cashier": session.cashier}
            with desk.writing(use_of(session, leave, records.REPORT_PRINTED)) as writing:
                writing.append(records.REPORT_PRINTED, desk.now(), shift.business_day if shift else None, body)
                return desk.keep(writing, key, 201, self._printed(kind, report, which.language))

        kept = desk.once(key, act)
        desk.after_commit()
        return kept

    def close(self, session: Session, count: CashCount, key: Idempotency | None) -> Kept:
        """Raises Refused `sale-open` while a sale with goods is open: park, complete or abort it first."""
        kept = self._desk.once(key, lambda: self._close(session, count, key))
        self._desk.after_commit()
        return kept

    def move_cash(self, session: Session, kind: str, amount: Cents, reason: str, key: Idempotency | None) -> Kept:
        body = {"kind": kind, "amount": amount, "reason": reason, "cashier": session.cashier}
        return self._desk.record(Deed(session, CASH_MOVEMENT, records.CASH_MOVED, body), key)

    def open_drawer(self, session: Session, reason: str, key: Idempotency | None) -> Kept:
        body = {"reason": reason, "cashier": session.cashier}
        return self._desk.record(Deed(session, NO_SALE, records.DRAWER_OPENED, body), key)

    # --- within

    def _open(self, session: Session, opening_float: Cents, key: Idempotency | None) -> Kept:
        desk, leave = self._desk, session.leave_for(SHIFT)
        if desk.shifts.current():
            raise Refused("shift-open", "a shift is open already")
        day = local_day(desk.clock(), desk.zone).isoformat()
        with desk.writing(use_of(session, leave, records.SHIFT_OPENED)) as writing:
            at, no = desk.now(), writing.next_number(_SERIES)
            body = {"no": no, "opening_float": opening_float, "cashier": session.cashier}
            record = writing.append(records.SHIFT_OPENED, at, day, body)
            shift = Shift(no, day, at, session.cashier or "", opening_float, record.seq, record.epoch)
            desk.shifts.open(writing, shift)
            kept = desk.keep(writing, key, 201, shift.to_wire())
        desk.shifts.committed(shift)
        return kept

    def _close(self, session: Session, count: CashCount, key: Idempotency | None) -> Kept:
        desk, leave = self._desk, session.leave_for(SHIFT)
        shift = desk.open_shift()
        waiting = self._sales.open_with_goods()
        if waiting:
            raise Refused("sale-open", f"sale {waiting[0]} is open: complete, park or abort it first")
        most = desk.rules()["shift.max_difference"]
        check_difference(count, self._tally(shift).expected, most, tell=not self._is_blind(session))
        self._sales.abort_empty()
        # Nobody writes meanwhile: the Z names the very record before it.
        with desk.writing(use_of(session, leave, records.SHIFT_CLOSED)) as writing:
            closing = {
                **z_report(self._tally(shift), count, desk.now()),
                **self._end_of_journal(writing.head),
                "signed_head": self._sign_head(writing.head),
                "closed_by": session.cashier,
            }
            writing.append(records.SHIFT_CLOSED, closing["closed_at"], shift.business_day, closing)
            desk.shifts.close(writing, shift.no, closing["closed_at"], closing)
            kept = desk.keep(writing, key, 200, self._printed(Z, closing))
        desk.shifts.committed(None)
        return kept

    def _x(self, session: Session) -> dict[str, Any]:
        report = x_report(self._tally(self._desk.open_shift()), blind=self._is_blind(session))
        return {**report, **self._end_of_journal(self._desk.journal.head)}

    def _tally(self, shift: Shift) -> Tally:
        """Over the shift's records, through a re-enrolment if one fell into it."""
        reader, counters = self._desk.reader, Counters()
        for epoch in reader.epochs():
            if epoch >= shift.epoch:
                first = shift.first_seq if epoch == shift.epoch else 1
                for record in reader.between(epoch, first):
                    counters.count(record.type, record.body)
        return Tally(shift, counters, self._desk.shifts.grand())

    def _end_of_journal(self, head: Head) -> dict[str, Any]:
        unsent = self._desk.mode.unsent()
        return {"unsent": {"records": unsent.records, "sales": unsent.sales}, "head": head.to_wire()}

    def _is_blind(self, session: Session) -> bool:
        return bool(self._desk.rules()["shift.blind_count"]) and SEE_EXPECTED_CASH not in session.permissions

    def _printed(self, kind: str, report: dict[str, Any], language: str | None = None) -> dict[str, Any]:
        return {**report, "text": report_text(kind, report, self._desk.paper(language))}
