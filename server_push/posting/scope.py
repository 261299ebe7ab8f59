"""What a posting run is about, marked once: a range of arrivals, its owed tenders by account, its days.

- Arrivals are numbered in the transactions that store them, so a range that has been read can get no sale any more. A
  record that a person repairs arrives anew.
- Training, and what is set aside, is in no run.
- Counts and cents are frozen here; in the end they are compared with what was made.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, literal, select

from server_push.intake.days import note_done
from server_push.intake.entries import LATE
from server_push.intake.sales import COUNTED
from server_push.storage import total_of
from server_push.storage.tables.intake import sale, sale_tender
from server_push.storage.tables.posting import day_report, posting_account, posting_item, posting_run

# Whose balance a tender changes. Invoices are made here; of the others the accounts keep the entries.
INVOICE = "invoice"
LEDGERS = (INVOICE, "account", "payroll", "bonus")


@dataclass(frozen=True, slots=True)
class Scope:
    """Arrivals after `after`, up to and with `last`."""

    run: int
    after: int
    last: int

    def of_sales(self) -> tuple[ColumnElement[bool], ...]:
        arrival = sale.c.arrival
        return arrival > self.after, arrival <= self.last, sale.c.training == 0, sale.c.status.in_(COUNTED)


def next_scope(connection: Connection, run: int) -> Scope:
    """What has come home since the run before; the transaction must be one that writes."""
    before = connection.execute(select(func.max(posting_run.c.last_arrival))).scalar()
    last = connection.execute(select(func.max(sale.c.arrival))).scalar()
    after = int(before or 0)
    return Scope(run, after, max(after, int(last or 0)))


def mark(connection: Connection, scope: Scope, at: str) -> dict[str, Any]:
    """Write down the work of the run, and what is frozen about it."""
    connection.execute(insert(posting_item).from_select(_names(posting_item), _items(scope)))
    connection.execute(insert(posting_account).from_select(_names(posting_account), _accounts(scope)))
    connection.execute(insert(day_report).from_select(_names(day_report), _days(scope)))
    days = connection.execute(_of_run(day_report, scope, "store", "business_day")).all()
    note_done(connection, ((store, day) for store, day in days), at, f"posting run {scope.run}")
    return frozen(connection, scope)


def frozen(connection: Connection, scope: Scope) -> dict[str, Any]:
    """Counts and cents of what is marked: of all sales, and of each ledger."""
    reports = _of_run(day_report, scope).with_only_columns(
        func.count(), total_of(day_report.c.sales), total_of(day_report.c.cents)
    )
    days, sales, cents = connection.execute(reports).one()
    account = posting_account.c
    by_ledger = _of_run(posting_account, scope).with_only_columns(
        account.ledger, func.count(), total_of(account.sales), total_of(account.cents)
    )
    late = select(func.count()).select_from(sale).where(*scope.of_sales(), sale.c.status == LATE)
    return {
        "sales": sales,
        "cents": cents,
        "days": days,
        "late": connection.execute(late).scalar_one(),
        "ledgers": {
            ledger: {"accounts": accounts, "sales": count, "cents": amount}
            for ledger, accounts, count, amount in connection.execute(
                by_ledger.group_by(account.ledger).order_by(account.ledger)
            )
        },
    }


def frozen_text(figures: dict[str, Any]) -> str:
    return json.dumps(figures, sort_keys=True)


def _items(scope: Scope) -> Any:
    same = (sale_tender.c.store == sale.c.store) & (sale_tender.c.business_day == sale.c.business_day)
    # Plus 0: without it SQLite takes the range of the arrivals for the tender's as well, and reads a day for each sale.
    same &= sale_tender.c.arrival == sale.c.arrival + 0
    return (
        select(
            sale.c.store,
            sale.c.arrival,
            sale_tender.c.type,
            literal(scope.run),
            func.coalesce(sale.c.customer, ""),
            sale.c.business_day,
            sale.c.sale_id,
            total_of(sale_tender.c.amount),
        )
        .join_from(sale, sale_tender, same)
        .where(*scope.of_sales(), sale_tender.c.type.in_(LEDGERS))
        .group_by(
            sale.c.store, sale.c.arrival, sale_tender.c.type, sale.c.customer, sale.c.business_day, sale.c.sale_id
        )
    )


def _accounts(scope: Scope) -> Any:
    item = posting_item.c
    return (
        select(item.run, item.ledger, item.customer, func.count(), total_of(item.cents), literal(None))
        .where(item.run == scope.run)
        .group_by(item.run, item.ledger, item.customer)
    )


def _days(scope: Scope) -> Any:
    earlier = day_report.alias()
    before = (
        select(func.count())
        .where(earlier.c.store == sale.c.store, earlier.c.business_day == sale.c.business_day)
        .scalar_subquery()
    )
    return (
        select(
            sale.c.store,
            sale.c.business_day,
            literal(scope.run),
            before,
            func.count(),
            total_of(sale.c.gross - sale.c.discount),
            literal(None),
            literal(None),
        )
        .where(*scope.of_sales())
        .group_by(sale.c.store, sale.c.business_day)
    )


def _of_run(table: Any, scope: Scope, *columns: str) -> Any:
    chosen = [table.c[name] for name in columns] or [table]
    return select(*chosen).where(table.c.run == scope.run)


def _names(table: Any) -> Sequence[str]:
    return [column.name for column in table.columns]
