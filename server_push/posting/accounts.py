"""The work of a run for one account: its invoices and credit notes, in the transaction that takes their numbers.

- A number is a row's counter and not the database's own: what is rolled back leaves no gap.
- Sales go on one invoice and returns on credit notes, one for each invoice that they correct; or each sale on a
  document of its own, where the office is set so.
- Of accounts that are not invoiced the entries are the room `accounts`'; here they are ticked off.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from sqlalchemy import Connection, Row, case, select, update

from poscore.errors import Fault
from poscore.sale import Sale
from server_push.posting.document import Numbered, Sold, Terms, document_of
from server_push.posting.parties import UNNAMED, Buyer, address_of
from server_push.posting.scope import INVOICE
from server_push.storage import insert_new
from server_push.storage.tables.assortment import customer as customer_table
from server_push.storage.tables.intake import journal_body
from server_push.storage.tables.posting import invoice, invoice_sale, number_series, posting_account, posting_item

SERIES = "invoices"


@dataclass(frozen=True, slots=True)
class Making:
    """What a run's documents share. `first_number`: the least that may be given."""

    run: int
    date: date
    terms: Terms
    per_sale: bool
    first_number: int


def post_account(connection: Connection, making: Making, ledger: str, customer: str, at: str) -> int:
    """How many documents were made. An account that is posted already stays as it is."""
    row = posting_account.c
    mine = (row.run == making.run, row.ledger == ledger, row.customer == customer, row.posted_at.is_(None))
    if connection.execute(update(posting_account).where(*mine).values(posted_at=at)).rowcount != 1:
        return 0
    if ledger != INVOICE:
        return 0
    sold = _sold(connection, making.run, customer)
    buyer = _buyer(connection, customer)
    made = 0
    for some in _sales_together(sold, making.per_sale):
        _keep(connection, making, buyer, some, None)
        made += 1
    for corrects, some in _returns_together(connection, sold, making.per_sale):
        _keep(connection, making, buyer, some, corrects)
        made += 1
    return made


def _sold(connection: Connection, run: int, customer: str) -> list[Sold]:
    """In the order of business day and arrival."""
    item = posting_item.c
    query = (
        select(item.store, item.sale_id, item.cents, journal_body.c.record)
        .join_from(
            posting_item,
            journal_body,
            (journal_body.c.store == item.store) & (journal_body.c.arrival == item.arrival),
        )
        .where(item.run == run, item.ledger == INVOICE, item.customer == customer)
        .order_by(item.business_day, item.arrival)
    )
    return [_one_sold(row) for row in connection.execute(query)]


def _one_sold(row: Row[Any, Any, Any, Any]) -> Sold:
    body = orjson.loads(row.record)["body"]
    original = body.get("original_receipt")
    return Sold(row.store, Sale.from_wire(body["sale"]), row.cents, original if isinstance(original, str) else None)


def _sales_together(sold: Sequence[Sold], per_sale: bool) -> Iterator[list[Sold]]:
    sales = [one for one in sold if not one.is_return]
    if per_sale:
        yield from ([one] for one in sales)
    elif sales:
        yield sales


def _returns_together(
    connection: Connection, sold: Sequence[Sold], per_sale: bool
) -> Iterator[tuple[int | None, list[Sold]]]:
    """Returns with the invoice that they correct; None where the receipt was on none, or is not known."""
    returns = [one for one in sold if one.is_return]
    corrected = _invoices_of(connection, {one.original for one in returns if one.original is not None})
    if per_sale:
        yield from ((corrected.get(one.original or ""), [one]) for one in returns)
        return
    together: dict[int | None, list[Sold]] = {}
    for one in returns:
        together.setdefault(corrected.get(one.original or ""), []).append(one)
    yield from sorted(together.items(), key=lambda found: found[0] or 0)


def _invoices_of(connection: Connection, receipts: Iterable[str]) -> dict[str, int]:
    on = invoice_sale.c
    query = select(on.sale_id, on.no).where(on.sale_id.in_(list(receipts)))
    return dict(tuple(row) for row in connection.execute(query))


def _buyer(connection: Connection, customer: str) -> Buyer:
    query = select(customer_table).where(customer_table.c.customer_id == customer)
    row = connection.execute(query).one_or_none() if customer else None
    if row is None:
        return Buyer(customer, customer or UNNAMED)
    return Buyer(customer, row.name, row.business_id, *address_of(row.address), row.email, row.payment_term_days)


def _keep(connection: Connection, making: Making, buyer: Buyer, sold: Sequence[Sold], corrects: int | None) -> None:
    no = _next_number(connection, making.first_number)
    document = document_of(Numbered(no, making.run, making.date, corrects), making.terms, buyer, sold)
    row = {
        "no": no,
        "run": making.run,
        "kind": document["kind"],
        "customer": buyer.customer,
        "invoice_date": document["date"],
        "due_date": document["due_date"],
        "reference": document["reference"],
        "payable": document["payable"],
        "document": json.dumps(document, ensure_ascii=False),
    }
    insert_new(connection, invoice, [row])
    named = [{"store": one.store, "sale_id": one.sale.header.id, "no": no, "cents": one.cents} for one in sold]
    if len(insert_new(connection, invoice_sale, named)) != len(named):
        raise Fault("invoiced-twice", f"a sale of invoice {no} is on another one already")


def _next_number(connection: Connection, first: int) -> int:
    value = number_series.c.value
    # A head office that was put back to a backup begins behind the numbers that customers have seen, if told so.
    following = case((value + 1 < first, first), else_=value + 1)
    taking = update(number_series).where(number_series.c.name == SERIES).values(value=following).returning(value)
    taken = connection.execute(taking).scalar()
    if taken is None:
        insert_new(connection, number_series, [{"name": SERIES, "value": first}])
        return first
    return int(taken)
