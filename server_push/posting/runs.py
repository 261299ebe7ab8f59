"""Posting runs: begun, marked, posted account by account and day by day, compared, and looked at.

A run that died is gone on with by the next call, whoever makes it; so is one that failed, once somebody has looked into
its difference. Only then is there another run.

    runs.post(Asking("anna", now))["state"]    # "posted"
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Connection, Row, func, select, update

from poscore.errors import Refused
from poscore.instants import instant_text, local_day
from server_push.accounts.balances import Limits
from server_push.accounts.home import up_to_date
from server_push.posting.accounts import Making, post_account
from server_push.posting.control import differences, made
from server_push.posting.day_reports import post_day
from server_push.posting.document import Terms
from server_push.posting.events import events_of, note
from server_push.posting.lock import alone
from server_push.posting.parties import Seller, must_be_named
from server_push.posting.scope import INVOICE, Scope, frozen_text, mark, next_scope
from server_push.posting.states import Event, State, after
from server_push.registers.answers import Asking, answered
from server_push.registers.audit import Deed
from server_push.registers.audit import note as write_down
from server_push.settings import Settings
from server_push.storage import Storage, insert_new
from server_push.storage.tables.posting import day_report, posting_account, posting_run

_ACTIVE = 1


@dataclass(frozen=True, slots=True)
class _Run:
    scope: Scope
    state: State
    making: Making


class _OnlyLooking(Exception):
    """Ends the transaction of a dry run."""


class PostingRuns:
    """`now`: the clock, for the instant of each step. Its accounts' entries are made by the accounts themselves."""

    def __init__(self, storage: Storage, settings: Settings, now: Callable[[], datetime]) -> None:
        self._storage, self._settings, self._now = storage, settings, now
        self._limits = Limits(settings.accounts.bonus_only_granted)

    def post(self, asking: Asking) -> dict[str, Any]:
        """Post everything that has come home. Raises Refused `posting-run-active`, `seller-unnamed`, `iban-invalid`."""
        with alone(self._storage.path.parent):
            run = self._begin(asking)
            run = self._mark(run, asking.operator)
            self._post(run)
            self._settle(run, asking.operator)
        return self.show(run.scope.run)

    def look(self) -> dict[str, Any]:
        """What a run would mark now. Nothing is written."""
        shown: dict[str, Any] = {}
        try:
            with self._storage.write() as connection:
                active = _active(connection)
                if active is not None and active.frozen is not None:
                    shown = json.loads(active.frozen)
                else:
                    run = active.run if active is not None else _next_number(connection)
                    scope = _scope(active) if active is not None else next_scope(connection, run)
                    shown = mark(connection, scope, self._at())
                raise _OnlyLooking
        except _OnlyLooking:
            return {"dry_run": True, "frozen": shown}

    def list(self, before: int | None, limit: int) -> dict[str, Any]:
        """The newest first."""
        query = select(posting_run).order_by(posting_run.c.run.desc()).limit(limit + 1)
        if before is not None:
            query = query.where(posting_run.c.run < before)
        with self._storage.read() as connection:
            rows = connection.execute(query).all()
        shown = rows[:limit]
        return {"items": [_wire(row) for row in shown], "next": str(shown[-1].run) if len(rows) > limit else None}

    def show(self, run: int) -> dict[str, Any]:
        """One run with what it made and its log. Raises Refused `posting-run-not-found`."""
        with self._storage.read() as connection:
            row = _row(connection, run)
            if row is None:
                raise Refused("posting-run-not-found", f"there is no posting run {run}")
            return {**_wire(row), "made": made(connection, run), "events": events_of(connection, run)}

    # -- the steps, each a transaction ---------------------------------------------------------------------------------

    def _begin(self, asking: Asking) -> _Run:
        """The run that is to be gone on with, or a new one. The same asking again is about the same run."""
        self._terms()
        with self._storage.write() as connection:
            kept = answered(connection, asking, 201, lambda: {"run": self._take_up(connection, asking)})
            row = _row(connection, orjson.loads(kept.body)["run"])
            assert row is not None, "a run is never taken away"
            return self._run(row)

    def _take_up(self, connection: Connection, asking: Asking) -> int:
        run = self._taken_up(connection, asking.operator)
        write_down(connection, Deed(asking.operator, "posting-run", str(run)), asking.at)
        return run

    def _taken_up(self, connection: Connection, by: str) -> int:
        row = _active(connection)
        if row is None:
            return self._start(connection, by)
        if row.state == State.FAILED:
            _move(connection, row.run, after(State.FAILED, Event.TRIED_AGAIN), difference=None)
            note(connection, row.run, self._at(), by, "tried again", difference=row.difference)
        else:
            note(connection, row.run, self._at(), by, "gone on with", state=row.state)
        return int(row.run)

    def _start(self, connection: Connection, by: str) -> int:
        run, how = _next_number(connection), self._settings.invoicing
        scope = next_scope(connection, run)
        row = {
            "run": run,
            "state": State.STARTED,
            "active": _ACTIVE,
            "started_by": by,
            "started_at": self._at(),
            "invoice_date": local_day(self._now(), ZoneInfo(how.time_zone)).isoformat(),
            "per_sale": int(how.per == "sale"),
            "after_arrival": scope.after,
            "last_arrival": scope.last,
        }
        insert_new(connection, posting_run, [row])
        note(connection, run, self._at(), by, "started", after_arrival=scope.after, last_arrival=scope.last)
        return run

    def _mark(self, run: _Run, by: str) -> _Run:
        if run.state is not State.STARTED:
            return run
        with self._storage.write() as connection:
            figures = mark(connection, run.scope, self._at())
            if INVOICE in figures["ledgers"]:
                must_be_named(run.making.terms.seller)
            state = after(run.state, Event.MARKED)
            _move(connection, run.scope.run, state, frozen=frozen_text(figures))
            note(connection, run.scope.run, self._at(), by, "marked", **figures)
        return _Run(run.scope, state, run.making)

    def _post(self, run: _Run) -> None:
        account, report = posting_account.c, day_report.c
        with up_to_date(self._storage, self._limits):
            pass  # every sale that is home has its entry now; the control totals count them
        with self._storage.read() as connection:
            accounts = connection.execute(
                select(account.ledger, account.customer)
                .where(account.run == run.scope.run, account.posted_at.is_(None))
                .order_by(account.ledger, account.customer)
            ).all()
            days = connection.execute(
                select(report.store, report.business_day)
                .where(report.run == run.scope.run, report.report.is_(None))
                .order_by(report.store, report.business_day)
            ).all()
        for ledger, customer in accounts:
            with self._storage.write() as connection:
                post_account(connection, run.making, ledger, customer, self._at())
        for store, day in days:
            with self._storage.write() as connection:
                post_day(connection, run.scope, store, day, self._at())

    def _settle(self, run: _Run, by: str) -> None:
        """Posted only when what was made is what was marked."""
        number = run.scope.run
        with self._storage.write() as connection:
            row = _row(connection, number)
            assert row is not None, "a run is never taken away"
            if row.state != State.MARKED:
                return
            found = list(differences(connection, number, json.loads(row.frozen)))
            event = Event.DIFFERED if found else Event.AGREED
            state, at = after(State.MARKED, event), self._at()
            if state is State.POSTED:
                _move(connection, number, state, ended_at=at, active=None)
            else:
                _move(connection, number, state, difference="; ".join(found))
            note(connection, number, at, by, state, differences=found)

    # -- what it goes by -----------------------------------------------------------------------------------------------

    def _run(self, row: Row[Any]) -> _Run:
        how = self._settings.invoicing
        making = Making(
            row.run, date.fromisoformat(row.invoice_date), self._terms(), bool(row.per_sale), how.first_number
        )
        return _Run(_scope(row), State(row.state), making)

    def _terms(self) -> Terms:
        how = self._settings.invoicing
        return Terms(Seller.of(self._settings.chain, how), how.payment_term_days, how.late_interest)

    def _at(self) -> str:
        return instant_text(self._now())


def _active(connection: Connection) -> Row[Any] | None:
    return connection.execute(select(posting_run).where(posting_run.c.active == _ACTIVE)).one_or_none()


def _row(connection: Connection, run: int) -> Row[Any] | None:
    return connection.execute(select(posting_run).where(posting_run.c.run == run)).one_or_none()


def _scope(row: Row[Any]) -> Scope:
    return Scope(row.run, row.after_arrival, row.last_arrival)


def _next_number(connection: Connection) -> int:
    return int(connection.scalar(select(func.max(posting_run.c.run))) or 0) + 1


def _move(connection: Connection, run: int, state: State, **values: Any) -> None:
    connection.execute(update(posting_run).where(posting_run.c.run == run).values(state=state, **values))


def _wire(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": str(row.run),
        "state": row.state,
        "dry_run": False,
        "started_by": row.started_by,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "invoice_date": row.invoice_date,
        "per": "sale" if row.per_sale else "run",
        "after_arrival": row.after_arrival,
        "last_arrival": row.last_arrival,
        "frozen": None if row.frozen is None else json.loads(row.frozen),
        "difference": row.difference,
    }
