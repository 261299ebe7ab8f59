"""A shift, and what is counted in it: sums over the journal's own records.

The journal is the only source: whoever verifies it can prove every figure of a Z.
Sales and returns count apart; training never counts; cash is what must lie in the drawer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from poscore import records
from poscore.money import Cents
from poscore.pricing import CASH
from poscore.sale import RETURN
from poscore.vat import TaxRow

IN, OUT, DROP = "in", "out", "drop"
PRICE_NOTE = "price"  # the kind of note that says that somebody set another price


@dataclass(frozen=True, slots=True)
class Shift:
    """Opened and not yet closed. `no` counts from 1 without gaps and becomes the Z number."""

    no: int
    business_day: str
    opened_at: str
    opened_by: str
    opening_float: Cents
    first_seq: int  # of its shift-opened record
    epoch: int

    def to_wire(self) -> dict[str, Any]:
        return {
            "no": self.no,
            "business_day": self.business_day,
            "opened_at": self.opened_at,
            "opened_by": self.opened_by,
            "opening_float": self.opening_float,
        }


@dataclass(slots=True)
class Counters:
    """Sums over the records of one shift."""

    sales: int = 0
    sales_total: Cents = 0
    returns: int = 0
    returns_total: Cents = 0
    rounding: Cents = 0
    discount: Cents = 0
    offline: int = 0
    aborted: int = 0
    training: int = 0
    copies: int = 0
    drawer_openings: int = 0
    voided_lines: int = 0
    discounts: int = 0
    price_overrides: int = 0
    returns_without_receipt: int = 0
    by_tender: dict[str, Cents] = field(default_factory=dict)
    by_vat: dict[int, TaxRow] = field(default_factory=dict)
    movements: dict[str, Cents] = field(default_factory=lambda: {IN: 0, OUT: 0, DROP: 0})

    def count(self, kind: str, body: Mapping[str, Any]) -> None:
        """One record more."""
        if kind == records.SALE:
            self._count_sale(body["sale"])
            if not body["sale"]["training"]:
                self._count_beside(body)
        elif kind == records.SALE_ABORTED:
            self.aborted += not body["sale"]["training"]
        elif kind == records.RECEIPT_COPIED:
            self.copies += 1
        elif kind == records.DRAWER_OPENED:
            self.drawer_openings += 1
        elif kind == records.CASH_MOVED:
            self.movements[body["kind"]] += body["amount"]

    def _count_sale(self, sale: Mapping[str, Any]) -> None:
        if sale["training"]:
            self.training += 1
            return
        totals = sale["totals"]
        exact = totals["gross"] - totals["discount"]
        if sale["kind"] == RETURN:
            self.returns, self.returns_total = self.returns + 1, self.returns_total + exact
        else:
            self.sales, self.sales_total = self.sales + 1, self.sales_total + exact
        self.rounding += totals["rounding"]
        self.discount += totals["discount"]
        self.offline += sale["offline"]
        self.voided_lines += sum(line["voided"] for line in sale["lines"])
        for tender in sale["tenders"]:
            self._add_tender(tender["type"], tender["amount"])
        if totals["change"]:
            self._add_tender(CASH, -totals["change"])
        for row in sale["taxes"]:
            before = self.by_vat.get(row["rate"], TaxRow(row["rate"], 0, 0, 0))
            self.by_vat[row["rate"]] = TaxRow(
                row["rate"], before.net + row["net"], before.tax + row["tax"], before.gross + row["gross"]
            )

    def _count_beside(self, body: Mapping[str, Any]) -> None:
        """What a record says beside its document."""
        self.discounts += len(body["discounts"])
        self.price_overrides += sum(note["kind"] == PRICE_NOTE for note in body.get("notes", ()))
        self.returns_without_receipt += body["sale"]["kind"] == RETURN and body["original_receipt"] is None

    def _add_tender(self, kind: str, amount: Cents) -> None:
        self.by_tender[kind] = self.by_tender.get(kind, 0) + amount

    def expected_cash(self, opening_float: Cents) -> Cents:
        moved = self.movements[IN] - self.movements[OUT] - self.movements[DROP]
        return opening_float + self.by_tender.get(CASH, 0) + moved


def count_records(rows: Iterable[records.Record]) -> Counters:
    counters = Counters()
    for record in rows:
        counters.count(record.type, record.body)
    return counters
