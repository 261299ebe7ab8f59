"""The arithmetic of a sale: discounts split without losing a cent, totals, taxes, what is left to pay.

Rules (the same for a sale and, with every sign turned, for a return):
- gross = Σ round(quantity × unit_price); line total = round(quantity × unit_price) − discount.
- A discount on the sale is split over the lines in proportion to their totals (largest remainder).
- due = gross − discount + rounding. Rounding differs from 0 only when cash settles the remainder.
- taxes come from Σ line totals by rate; the deposit part of a line counts at the standard rate.
- change = paid − due, and only cash gives change.

Nothing here knows JSON, articles or cashiers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from poscore.money import Cents, cash_rounding, divide, split
from poscore.quantity import Quantity
from poscore.vat import TaxRow, tax_rows

CASH = "cash"
BASIS_POINTS = 10_000


class PricedLine(Protocol):
    """What the arithmetic asks of a line. `total` and `deposit` carry the sign of `quantity`."""

    @property
    def quantity(self) -> Quantity: ...
    @property
    def unit_price(self) -> Cents: ...
    @property
    def discount(self) -> Cents: ...
    @property
    def deposit(self) -> Cents: ...
    @property
    def vat_rate(self) -> int: ...
    @property
    def total(self) -> Cents: ...
    @property
    def voided(self) -> bool: ...


class PaidTender(Protocol):
    @property
    def type(self) -> str: ...
    @property
    def amount(self) -> Cents: ...


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of a sale in cents. due is the whole sum, not what is left; change ≥ 0 in a sale, 0 in a return."""

    gross: Cents
    discount: Cents
    rounding: Cents
    due: Cents
    paid: Cents
    change: Cents

    def __post_init__(self) -> None:
        if self.due != self.gross - self.discount + self.rounding:
            raise ValueError(f"due {self.due} is not gross {self.gross} − discount {self.discount} + {self.rounding}")

    @property
    def exact(self) -> Cents:
        """The sum before cash rounding."""
        return self.gross - self.discount

    def to_wire(self) -> dict[str, int]:
        return {
            "gross": self.gross,
            "discount": self.discount,
            "rounding": self.rounding,
            "due": self.due,
            "paid": self.paid,
            "change": self.change,
        }


@dataclass(frozen=True, slots=True)
class Left:
    """What is still to be settled: `exact` by card or account, `cash` after rounding. 0 and 0 when settled."""

    exact: Cents
    cash: Cents


def discount_of(total: Cents, percent_bp: int) -> Cents:
    """`percent_bp` (basis points of a hundred per cent, 1000 = 10 %) of a total, rounded half away from zero."""
    return divide(total * percent_bp, BASIS_POINTS)


def split_discount(amount: Cents, line_totals: Sequence[Cents]) -> list[Cents]:
    """A discount on the whole sale as parts of its lines; the parts sum to `amount`."""
    return split(amount, [abs(total) for total in line_totals])


def totals_of(lines: Iterable[PricedLine], tenders: Sequence[PaidTender]) -> Totals:
    """Sums of the lines that are not voided, with the rounding that the tenders bring about."""
    gross = discount = 0
    for line in lines:
        if not line.voided:
            gross += line.total + line.discount
            discount += line.discount
    exact = gross - discount
    if not tenders:
        return Totals(gross, discount, 0, exact, 0, 0)
    rounding = _rounding(exact, tenders)
    due = exact + rounding
    paid = sum(tender.amount for tender in tenders)
    change = paid - due if due >= 0 and paid > due else 0
    return Totals(gross, discount, rounding, due, paid, change)


def left_to_pay(totals: Totals, tenders: Sequence[PaidTender]) -> Left:
    """What each kind of tender would still have to settle, signed like the sale."""
    if is_settled(totals):
        return Left(0, 0)
    remainder = totals.exact - _paid_otherwise(tenders)
    cash = totals.paid - (totals.exact - remainder)
    exact, in_cash = remainder - cash, remainder + cash_rounding(remainder) - cash
    # Cash past the exact sum and short of the rounded one leaves only cash to pay: nobody's card owes less than 0.
    return Left(max(exact, 0), in_cash) if totals.exact >= 0 else Left(min(exact, 0), in_cash)


def is_settled(totals: Totals) -> bool:
    """True when nothing is left to pay (or, in a return, to give back)."""
    return totals.paid >= totals.due if totals.exact >= 0 else totals.paid <= totals.due


def taxes_of(lines: Iterable[PricedLine], standard_rate: int) -> tuple[TaxRow, ...]:
    """One row a rate, ascending. Deposits count at `standard_rate` (basis points)."""
    by_rate: dict[int, Cents] = {}
    for line in lines:
        if line.voided:
            continue
        deposit = line.deposit
        by_rate[line.vat_rate] = by_rate.get(line.vat_rate, 0) + line.total - deposit
        if deposit:
            by_rate[standard_rate] = by_rate.get(standard_rate, 0) + deposit
    return tax_rows(by_rate)


def taxes_agree(lines: Sequence[PricedLine], taxes: Sequence[TaxRow]) -> bool:
    """True when `taxes` is what `taxes_of` gives for some standard rate among them.

    A document does not name the standard rate of its day, and a return keeps the rates of the original sale,
    so whoever checks a document asks whether one rate explains it.
    """
    rows = tuple(taxes)
    if not any(line.deposit and not line.voided for line in lines):
        return taxes_of(lines, 0) == rows
    return any(taxes_of(lines, row.rate) == rows for row in rows)


def rounding_of(exact: Cents, cash: Cents, otherwise: Cents) -> Cents:
    """The cash rounding of a sum of `exact`, of which `otherwise` was paid without cash and `cash` in cash.

    It counts once cash has settled what the others left (Act 890/2000), and once cash goes past it: 10.04 for 10.03
    is one cent short of the 10.05 that coins can pay, and not one cent of change. 10.03 in coins stays 10.03.
    """
    if cash == 0:
        return 0
    sign = 1 if exact >= 0 else -1
    remainder, cash = sign * (exact - otherwise), sign * cash
    rounding = cash_rounding(remainder)
    return sign * rounding if cash > remainder or cash >= remainder + rounding else 0


def _paid_otherwise(tenders: Iterable[PaidTender]) -> Cents:
    return sum(tender.amount for tender in tenders if tender.type != CASH)


def _rounding(exact: Cents, tenders: Sequence[PaidTender]) -> Cents:
    otherwise = _paid_otherwise(tenders)
    return rounding_of(exact, sum(tender.amount for tender in tenders) - otherwise, otherwise)
