"""One business day as a POSLog 6 (ARTS / NRF IXRetail), one way: for whoever reads that, never to be read by us.

- A transaction for each accepted sale or return, in the order of arrival, with its lines, discounts, tenders and taxes.
- Quantities and amounts of a return are positive: a `Return` line says which way they go.
- Written piece by piece: a chain's day does not have to fit into memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

import orjson
from sqlalchemy import Row, select

from poscore.money import format_cents
from poscore.quantity import Quantity
from poscore.sale import RETURN
from server_push.intake.sales import COUNTED
from server_push.storage import Storage
from server_push.storage.tables.intake import journal_body, sale

NAMESPACE = "http://www.nrf-arts.org/IXRetail/namespace/"
_VERSION = 'MajorVersion="6" MinorVersion="0" FixVersion="0"'
_HEAD = f'<?xml version="1.0" encoding="UTF-8"?>\n<POSLog xmlns="{NAMESPACE}" {_VERSION}>\n'
_TAIL = "</POSLog>\n"
_AT_ONCE = 500
# POSLog's own words for our tenders.
_TENDERS = {
    "cash": "Cash",
    "card": "CreditDebit",
    "invoice": "CustomerAccount",
    "account": "CustomerAccount",
    "payroll": "CustomerAccount",
    "bonus": "Loyalty",
    "voucher": "Voucher",
}


class PosLog:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def of_day(self, business_day: str, store: str | None = None) -> Iterator[bytes]:
        """The document in pieces."""
        where = [sale.c.business_day == business_day, sale.c.training == 0, sale.c.status.in_(COUNTED)]
        if store is not None:
            where.append(sale.c.store == store)
        same = (journal_body.c.store == sale.c.store) & (journal_body.c.arrival == sale.c.arrival + 0)
        query = select(sale, journal_body.c.record).join(journal_body, same).where(*where).order_by(sale.c.arrival)
        yield _HEAD.encode()
        with self._storage.read() as connection:
            for rows in connection.execute(query).partitions(_AT_ONCE):
                yield b"".join(_written(_transaction(row)) for row in rows)
        yield _TAIL.encode()


def _written(transaction: Element) -> bytes:
    return bytes(tostring(transaction, encoding="utf-8")) + b"\n"


def _transaction(row: Row[Any]) -> Element:
    record = orjson.loads(row.record)
    body = record["body"]
    document = body["sale"]
    sign = -1 if document["kind"] == RETURN else 1
    at = Element("Transaction", {"CancelFlag": "false", "OfflineFlag": _bool(document["offline"])})
    _say(at, "RetailStoreID", row.store)
    _say(at, "WorkstationID", row.register)
    _say(at, "SequenceNumber", str(row.seq))
    _say(at, "BusinessDayDate", document["business_day"])
    _say(at, "BeginDateTime", _text(body.get("started_at")) or record["at"])
    _say(at, "EndDateTime", record["at"])
    _say(at, "OperatorID", document["cashier"] or "-")
    _say(at, "CurrencyCode", "EUR")
    sold = SubElement(at, "RetailTransaction", {"TransactionStatus": "Delivered"})
    _say(sold, "ReceiptNumber", document["receipt_no"])
    if document["customer"]:
        _say(SubElement(sold, "Customer"), "CustomerID", document["customer"])
    n = 0
    for line in document["lines"]:
        n += 1
        _goods(_item(sold, n, void=line["voided"]), line, sign, _text(body.get("original_receipt")))
    for tender in document["tenders"]:
        n += 1
        _tender(_item(sold, n), tender, sign)
    for tax in document["taxes"]:
        n += 1
        _tax(_item(sold, n), tax, sign)
    totals = document["totals"]
    _total(sold, "TransactionGrandAmount", sign * totals["due"])
    _total(sold, "TransactionNetAmount", sign * sum(tax["net"] for tax in document["taxes"]))
    _total(sold, "TransactionTaxAmount", sign * sum(tax["tax"] for tax in document["taxes"]))
    if totals["rounding"]:
        _total(sold, "X:CashRounding", sign * totals["rounding"])
    return at


def _item(sold: Element, n: int, *, void: bool = False) -> Element:
    item = SubElement(sold, "LineItem", {"VoidFlag": _bool(void)})
    _say(item, "SequenceNumber", str(n))
    return item


def _goods(item: Element, line: dict[str, Any], sign: int, original: str | None) -> None:
    goods = SubElement(item, "Return" if sign < 0 else "Sale")
    _say(goods, "ItemID", line["article_id"] or "-")
    if line["code"]:
        _say(goods, "POSIdentity", line["code"])
    _say(goods, "Description", line["name"])
    _say(goods, "RegularSalesUnitPrice", format_cents(line["unit_price"]))
    _say(goods, "ExtendedAmount", format_cents(sign * line["total"]))
    quantity = Quantity.parse(line["quantity"]).thousandths
    _say(goods, "Quantity", Quantity(sign * quantity).text, UnitOfMeasureCode=line["unit"] or "kpl")
    if line["discount"]:
        change = SubElement(goods, "RetailPriceModifier", {"MethodCode": "PriceRule"})
        _say(change, "Amount", format_cents(sign * line["discount"]), Action="Subtract")
    if sign < 0 and original:
        _say(SubElement(goods, "TransactionLink", {"ReasonCode": "Return"}), "TransactionID", original)


def _tender(item: Element, tender: dict[str, Any], sign: int) -> None:
    kind = "Refund" if sign < 0 else "Sale"
    paid = SubElement(item, "Tender", {"TenderType": _TENDERS.get(tender["type"], "Other"), "TypeCode": kind})
    _say(paid, "TenderID", tender["type"])
    _say(paid, "Amount", format_cents(sign * tender["amount"]))


def _tax(item: Element, tax: dict[str, Any], sign: int) -> None:
    taxed = SubElement(item, "Tax", {"TaxType": "VAT"})
    _say(taxed, "TaxableAmount", format_cents(sign * tax["net"]))
    _say(taxed, "Amount", format_cents(sign * tax["tax"]))
    _say(taxed, "Percent", format_cents(tax["rate"]))


def _total(sold: Element, kind: str, cents: int) -> None:
    _say(sold, "Total", format_cents(cents), TotalType=kind)


def _say(parent: Element, tag: str, text: str, **attributes: str) -> None:
    shown = "".join(one for one in text if one >= " " or one in "\t\n")  # XML has no place for control characters
    SubElement(parent, tag, attributes).text = shown


def _bool(value: object) -> str:
    return "true" if value else "false"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
