"""What hypothesis draws: money, quantities, lines, paid sales, and everything that has a canonical form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from poscore.money import cash_rounding
from poscore.pricing import CASH, left_to_pay, split_discount, totals_of
from poscore.quantity import Quantity
from poscore.sale import COMPLETED, RETURN, SALE, TENDER_TYPES, Header, Line, Sale, Tender

STANDARD_RATE = 2550
VAT_RATES = (0, 1000, 1350, 1400, 2400, STANDARD_RATE)
LONGEST_INT = 2**53 - 1

cents = st.integers(0, 20_000_00)
signed_cents = st.integers(-20_000_00, 20_000_00)
thousandths = st.one_of(st.integers(1, 30).map(lambda n: n * 1000), st.integers(1, 30_000))
quantities = st.builds(Quantity, thousandths)
rates = st.sampled_from(VAT_RATES)
names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)

# Everything that canonical_bytes takes.
plain_values = st.one_of(st.none(), st.booleans(), st.integers(-LONGEST_INT, LONGEST_INT), names)
ascii_keys = st.text(st.characters(max_codepoint=127), max_size=12)
json_values: st.SearchStrategy[Any] = st.recursive(
    plain_values,
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(ascii_keys, inner, max_size=5)),
    max_leaves=12,
)
bodies = st.dictionaries(ascii_keys, json_values, max_size=4)


@dataclass(frozen=True)
class Goods:
    """A line as the customer brings it, before it is sold or given back."""

    thousandths: int
    unit_price: int
    deposit_each: int
    rate: int
    discount_part: int  # of 1000, of the line
    voided: bool
    name: str = "Ruisleipä"

    def line(self, n: int, sign: int) -> Line:
        quantity = Quantity(sign * self.thousandths)
        full = quantity.times(self.unit_price)
        discount = (
            0
            if self.voided
            else full * self.discount_part // 1000
            if sign > 0
            else -(-full * self.discount_part // 1000)
        )
        return Line(
            n,
            f"A{n}",
            None,
            self.name,
            quantity,
            "kpl",
            self.unit_price,
            discount,
            quantity.times(self.deposit_each),
            self.rate,
            full - discount,
            self.voided,
        )


@st.composite
def goods(draw: st.DrawFn) -> Goods:
    price = draw(cents)
    deposit = draw(st.one_of(st.just(0), st.sampled_from((10, 15, 20, 40)).filter(lambda d: d <= price or price == 0)))
    return Goods(
        draw(thousandths),
        price,
        min(deposit, price),
        draw(rates),
        draw(st.one_of(st.just(0), st.integers(0, 1000))),
        draw(st.booleans()) and draw(st.booleans()),
        draw(names),
    )


baskets = st.lists(goods(), min_size=1, max_size=5)


def lines_of(basket: list[Goods], sign: int, discount: int = 0) -> tuple[Line, ...]:
    """The lines of a sale (1) or a return (-1), with `discount` (≥ 0) on the whole of it."""
    lines = [good.line(n, sign) for n, good in enumerate(basket, 1)]
    rest = [0 if line.voided else line.total for line in lines]
    wanted = sign * min(discount, abs(sum(rest)))
    if wanted:
        shares = split_discount(wanted, rest)
        lines = [
            replace(line, discount=line.discount + share, total=line.total - share)
            for line, share in zip(lines, shares, strict=True)
        ]
    return tuple(lines)


def paid(
    lines: tuple[Line, ...], sign: int, kinds: list[str], parts: list[int], extra_cash: int = 0
) -> tuple[Tender, ...]:
    """Tenders of `kinds` that settle the lines: each but the last takes its part (of 1000) of what is left.

    Cash comes last when it is there, and in a sale brings `extra_cash` more than is needed.
    """
    tenders: list[Tender] = []
    for n, (kind, part) in enumerate(zip(kinds, parts, strict=True), 1):
        left = left_to_pay(totals_of(lines, tenders), tenders)
        wanted = abs(left.cash if kind == CASH else left.exact)
        amount = wanted if n == len(kinds) else wanted * part // 1000
        if n == len(kinds) and kind == CASH and sign > 0 and amount:
            amount += extra_cash
        if amount:
            tenders.append(Tender(n, kind, sign * amount, None))
    return tuple(tenders)


@dataclass(frozen=True)
class Purchase:
    """All that makes a completed document, so that it can be built as a sale and as a return."""

    basket: list[Goods]
    discount: int
    kinds: list[str]
    parts: list[int]
    extra_cash: int

    def document(self, kind: str, *, extra_cash: bool = True, **header: Any) -> Sale:
        sign = -1 if kind == RETURN else 1
        lines = lines_of(self.basket, sign, self.discount)
        tenders = paid(lines, sign, self.kinds, self.parts, self.extra_cash if extra_cash else 0)
        return Sale.of(a_header(kind=kind, **header), lines, tenders, STANDARD_RATE)


def a_header(**changes: Any) -> Header:
    plain: dict[str, Any] = {
        "id": "r1-1-000001",
        "receipt_no": "r1-1-000001",
        "state": COMPLETED,
        "kind": SALE,
        "offline": False,
        "training": False,
        "business_day": "2026-11-22",
        "cashier": "101",
        "customer": None,
        "snapshot": 3,
    }
    return Header(**{**plain, **changes})


@st.composite
def purchases(draw: st.DrawFn) -> Purchase:
    kinds = draw(st.lists(st.sampled_from(TENDER_TYPES), min_size=1, max_size=3))
    kinds.sort(key=lambda kind: kind == CASH)
    parts = [draw(st.integers(0, 1000)) for _ in kinds]
    return Purchase(draw(baskets), draw(st.one_of(st.just(0), cents)), kinds, parts, draw(st.integers(0, 50_00)))


@st.composite
def documents(draw: st.DrawFn) -> Sale:
    """A completed sale or return of any shape."""
    purchase = draw(purchases())
    return purchase.document(
        draw(st.sampled_from((SALE, RETURN))),
        offline=draw(st.booleans()),
        training=draw(st.booleans()),
        cashier=draw(st.one_of(st.none(), st.just("101"))),
        customer=draw(st.one_of(st.none(), st.just("C1"))),
        snapshot=draw(st.one_of(st.none(), st.integers(1, 10_000))),
    )


def payable_in_cash(due: int) -> int:
    return due + cash_rounding(due)
