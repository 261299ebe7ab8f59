"""Control totals: what a run made, summed anew from the documents and reports, against what it froze when it marked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from server_push.posting.accounts import SERIES
from server_push.posting.scope import INVOICE
from server_push.storage import total_of
from server_push.storage.tables.accounts import account_entry
from server_push.storage.tables.intake import sale
from server_push.storage.tables.posting import (
    day_report,
    invoice,
    invoice_sale,
    number_series,
    posting_account,
    posting_item,
)


def made(connection: Connection, run: int) -> dict[str, Any]:
    """Counts and cents in the form in which they are frozen, and the numbers that were taken."""
    reports = [
        json.loads(text)
        for text in connection.scalars(select(day_report.c.report).where(day_report.c.run == run))
        if text is not None
    ]
    first, last, count = connection.execute(
        select(func.min(invoice.c.no), func.max(invoice.c.no), func.count()).where(invoice.c.run == run)
    ).one()
    return {
        "sales": sum(report["sales"] for report in reports),
        "cents": sum(report["total"] for report in reports),
        "days": len(reports),
        "ledgers": _ledgers(connection, run),
        "documents": {"count": count, "first": first, "last": last},
    }


def differences(connection: Connection, run: int, frozen: Mapping[str, Any]) -> Iterator[str]:
    """Sentences; none when lines and cents are what was marked and the numbers have no gap."""
    found = made(connection, run)
    for name in ("sales", "cents", "days"):
        if found[name] != frozen[name]:
            yield f"the day reports have {found[name]} {name}, marked were {frozen[name]}"
    for ledger in sorted({*found["ledgers"], *frozen["ledgers"]}):
        is_, should = found["ledgers"].get(ledger), frozen["ledgers"].get(ledger)
        if is_ != should:
            yield f"{ledger}: made {is_}, marked {should}"
    payable = select(total_of(invoice.c.payable)).where(invoice.c.run == run)
    on_lines = select(total_of(invoice_sale.c.cents)).join(invoice, invoice.c.no == invoice_sale.c.no)
    documents, lines = connection.scalar(payable), connection.scalar(on_lines.where(invoice.c.run == run))
    if documents != lines:
        yield f"the documents ask for {documents} cents, their sales for {lines}"
    yield from _gaps(connection, run)


def _ledgers(connection: Connection, run: int) -> dict[str, dict[str, int]]:
    """Of invoices by the documents; of the others by the entries that the marked sales have in their accounts."""
    account, item, entry = posting_account.c, posting_item.c, account_entry.c
    same = (item.run == account.run) & (item.ledger == account.ledger) & (item.customer == account.customer)
    day = sale.c.business_day == item.business_day
    of_sale = (sale.c.store == item.store) & day & (sale.c.arrival == item.arrival)
    of_entry = (
        (entry.store == sale.c.store)
        & (entry.register == sale.c.register)
        & (entry.epoch == sale.c.epoch)
        & (entry.source == item.sale_id)
        & (entry.ledger == item.ledger)
        & (entry.holder == item.customer)
    )
    entered = (
        select(account.ledger, func.count(account.customer.distinct()), func.count(), total_of(entry.amount))
        .join_from(posting_account, posting_item, same)
        .join(sale, of_sale)
        .join(account_entry, of_entry)
        .where(account.run == run, account.posted_at.is_not(None), account.ledger != INVOICE)
        .group_by(account.ledger)
    )
    found = {
        ledger: {"accounts": accounts, "sales": sales, "cents": int(cents)}
        for ledger, accounts, sales, cents in connection.execute(entered)
    }
    invoiced = (
        select(func.count(invoice.c.customer.distinct()), func.count(), total_of(invoice_sale.c.cents))
        .join_from(invoice, invoice_sale, invoice_sale.c.no == invoice.c.no)
        .where(invoice.c.run == run)
    )
    accounts, sales, cents = connection.execute(invoiced).one()
    if accounts:
        found[INVOICE] = {"accounts": accounts, "sales": sales, "cents": int(cents)}
    return found


def _gaps(connection: Connection, run: int) -> Iterator[str]:
    """Of the run's own numbers: an office may be told to begin its series higher up."""
    c = invoice.c
    first, last, count = connection.execute(
        select(func.min(c.no), func.max(c.no), func.count(c.no)).where(c.run == run)
    ).one()
    series = connection.scalar(select(number_series.c.value).where(number_series.c.name == SERIES))
    if count and (last - first + 1 != count or last != series):
        yield f"invoice numbers have a gap: {count} documents from {first} to {last}, the series stands at {series}"
