"""A shift's report as JSON values: X while the shift is open, Z when it is closed.

- Grand totals are carried from Z to Z and never begin anew; training is in none of them.
- A Z ends with the journal's head before it, signed: the chain makes one signature cover all that was counted.
- Where the count is blind, an X keeps back what would tell the cash in the drawer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from poscore.money import Cents
from register_svc.till.cash_count import CashCount, not_counted
from register_svc.till.shifts import Counters, Shift


@dataclass(frozen=True, slots=True)
class Grand:
    """Sums over every shift of a journal, since its first; `returns` is negative or 0."""

    sales: Cents = 0
    returns: Cents = 0

    def with_shift(self, counters: Counters) -> Grand:
        return Grand(self.sales + counters.sales_total, self.returns + counters.returns_total)

    def to_wire(self) -> dict[str, int]:
        return {"sales": self.sales, "returns": self.returns, "net": self.sales + self.returns}


@dataclass(frozen=True, slots=True)
class Tally:
    """All that a report is made of. `before`: the grand totals when the shift was opened."""

    shift: Shift
    counters: Counters
    before: Grand

    @property
    def expected(self) -> Cents:
        """What must lie in the drawer."""
        return self.counters.expected_cash(self.shift.opening_float)


def x_report(tally: Tally, *, blind: bool = False) -> dict[str, Any]:
    """The report so far. `blind`: without what must lie in the drawer, and without tenders, whose others tell cash."""
    report = {**_report(tally), "closed_at": None, "blind": blind}
    report["cash"] = not_counted(None if blind else tally.expected)
    if blind:
        report["by_tender"] = None
    return report


def z_report(tally: Tally, count: CashCount, closed_at: str) -> dict[str, Any]:
    """The report of a shift that is closed now. `closed_at`: an instant's text."""
    return {**_report(tally), "closed_at": closed_at, "cash": count.found(tally.expected)}


def _report(tally: Tally) -> dict[str, Any]:
    counters = tally.counters
    return {
        **tally.shift.to_wire(),
        "closed_at": None,
        "sales": {"count": counters.sales, "total": counters.sales_total},
        "returns": {"count": counters.returns, "total": counters.returns_total},
        "total": counters.sales_total + counters.returns_total,
        "rounding": counters.rounding,
        "discount": counters.discount,
        "by_tender": dict(sorted(counters.by_tender.items())),
        "by_vat": [counters.by_vat[rate].to_wire() for rate in sorted(counters.by_vat)],
        "cash_movements": counters.movements,
        "cash": None,
        "grand": tally.before.with_shift(counters).to_wire(),
        "counts": _counts(counters),
    }


def _counts(counters: Counters) -> Mapping[str, int]:
    return {
        "offline": counters.offline,
        "aborted": counters.aborted,
        "training": counters.training,
        "copies": counters.copies,
        "drawer_openings": counters.drawer_openings,
        "voided_lines": counters.voided_lines,
        "discounts": counters.discounts,
        "price_overrides": counters.price_overrides,
        "returns_without_receipt": counters.returns_without_receipt,
    }
