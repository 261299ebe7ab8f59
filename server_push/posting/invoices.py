"""Reading invoices and credit notes: lists by key, and each as it was made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select

from poscore.errors import Refused
from server_push.storage import Storage
from server_push.storage.tables.posting import invoice, invoice_sale


@dataclass(frozen=True, slots=True)
class WhichInvoices:
    """None is any. `sale`: the receipt's number. `first`, `last`: of the invoice date, both inclusive."""

    customer: str | None = None
    run: int | None = None
    kind: str | None = None
    sale: str | None = None
    first: str | None = None
    last: str | None = None

    def where(self) -> Iterator[ColumnElement[bool]]:
        for name in ("customer", "run", "kind"):
            value = getattr(self, name)
            if value is not None:
                yield invoice.c[name] == value
        if self.sale is not None:
            yield invoice.c.no.in_(select(invoice_sale.c.no).where(invoice_sale.c.sale_id == self.sale))
        if self.first is not None:
            yield invoice.c.invoice_date >= self.first
        if self.last is not None:
            yield invoice.c.invoice_date <= self.last


class Invoices:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def list(self, which: WhichInvoices, after: int, limit: int) -> dict[str, Any]:
        """By number, from the one behind `after`, without their lines."""
        query = select(invoice).where(*which.where(), invoice.c.no > after).order_by(invoice.c.no).limit(limit + 1)
        with self._storage.read() as connection:
            rows = connection.execute(query).all()
        shown = [json.loads(row.document) for row in rows[:limit]]
        for document in shown:
            del document["lines"]
        return {"items": shown, "next": str(rows[limit - 1].no) if len(rows) > limit else None}

    def get(self, no: int) -> dict[str, Any]:
        """The document as it was made. Raises Refused `invoice-not-found`."""
        with self._storage.read() as connection:
            text = connection.scalar(select(invoice.c.document).where(invoice.c.no == no))
        if text is None:
            raise Refused("invoice-not-found", f"there is no invoice {no}")
        document: dict[str, Any] = json.loads(text)
        return document
