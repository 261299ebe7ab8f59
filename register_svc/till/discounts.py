"""Discounts as the cashier gave them, and each line's share of them worked out anew at every change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from poscore.errors import Refused
from poscore.money import Cents
from poscore.pricing import discount_of, split_discount

_PERCENT_100 = 10_000


@dataclass(frozen=True, slots=True)
class Discount:
    """As the cashier gave it: on one line (`line`) or the sale (None); `percent_bp` or `amount`, never both."""

    line: int | None
    percent_bp: int | None
    amount: Cents | None
    reason: str

    def __post_init__(self) -> None:
        if (self.percent_bp is None) == (self.amount is None):
            raise Refused("body-invalid", "a discount is either a percent or an amount")
        if self.percent_bp is not None and not 0 < self.percent_bp <= _PERCENT_100:
            raise Refused("body-invalid", "a discount is more than 0 and at most 100 per cent")

    def to_view(self, n: int) -> dict[str, Any]:
        """As the screen shows it; `n`: its place among those given. `percent` as it is typed: "10" or "12.50"."""
        whole, part = divmod(self.percent_bp or 0, 100)
        percent = None if self.percent_bp is None else f"{whole}.{part:02d}" if part else str(whole)
        return {"n": n, "line": self.line, "percent": percent, "amount": self.amount, "reason": self.reason}

    def on(self, total: Cents) -> Cents:
        """This discount on `total` (≥ 0), never more than it."""
        wanted = self.amount if self.percent_bp is None else discount_of(total, self.percent_bp)
        return min(wanted or 0, total)


def shares(discounts: Sequence[Discount], fulls: Sequence[Cents]) -> list[Cents]:
    """The part of all `discounts` that falls on each line, those on lines first.

    `fulls`: each line's total (≥ 0) without discount, 0 for one that does not count. The parts lose no cent.
    """
    rest = list(fulls)
    for discount in discounts:
        if discount.line is not None:
            rest[discount.line - 1] -= discount.on(rest[discount.line - 1])
    for discount in discounts:
        if discount.line is None and rest:
            parts = split_discount(discount.on(sum(rest)), rest)
            rest = [left - part for left, part in zip(rest, parts, strict=True)]
    return [full - left for full, left in zip(fulls, rest, strict=True)]
