"""A shift's report (X while it is open, Z when it is closed), worked out from the journal's own records.

The journal is the only source: whoever verifies it can prove every figure of a Z.
Sales and returns count apart; training never counts; cash is what must lie in the drawer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from poscore import records
from poscore.errors import Refused
from poscore.money import Cents
from poscore.pricing import CASH
from poscore.vat import TaxRow

IN, OUT, DROP = "in", "out", "drop"


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
    by_tender: dict[str, Cents] = field(default_factory=dict)
    by_vat: dict[int, TaxRow] = field(default_factory=dict)
    movements: dict[str, Cents] = field(default_factory=lambda: {IN: 0, OUT: 0, DROP: 0})

    def count(self, kind: str, body: Mapping[str, Any]) -> None:
        """One record more."""
        if kind == records.SALE:
            self._count_sale(body["sale"])
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
        if sale["kind"] == "return":
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


def report(shift: Shift, counters: Counters, counted: Cents | None, closed_at: str | None) -> dict[str, Any]:
    """The X (`counted` None) or Z as JSON values. `difference` = counted − expected."""
    expected = counters.expected_cash(shift.opening_float)
    return {
        **shift.to_wire(),
        "closed_at": closed_at,
        "sales": {"count": counters.sales, "total": counters.sales_total},
        "returns": {"count": counters.returns, "total": counters.returns_total},
        "total": counters.sales_total + counters.returns_total,
        "rounding": counters.rounding,
        "discount": counters.discount,
        "by_tender": dict(sorted(counters.by_tender.items())),
        "by_vat": [counters.by_vat[rate].to_wire() for rate in sorted(counters.by_vat)],
        "cash_movements": counters.movements,
        "cash": {
            "expected": expected,
            "counted": counted,
            "difference": None if counted is None else counted - expected,
        },
        "counts": {
            "offline": counters.offline,
            "aborted": counters.aborted,
            "training": counters.training,
            "copies": counters.copies,
            "drawer_openings": counters.drawer_openings,
            "voided_lines": counters.voided_lines,
        },
    }


def check_count(cash: Cents, denominations: Mapping[str, int] | None) -> None:
    """Raises Refused `count-differs` when the coins and notes do not make the sum that was typed."""
    if denominations is None:
        return
    try:
        total = sum(int(value) * count for value, count in denominations.items())
    except ValueError:
        raise Refused("body-invalid", 'denominations are cents, such as {"2000": 3}') from None
    if total != cash:
        raise Refused("count-differs", f"the notes and coins make {total} cents, not {cash}")
