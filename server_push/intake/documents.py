"""A sale document as rows: checked in full and taken apart in one pass.

- What is accepted here is a document that `poscore.sale.Sale` accepts, completed, and every value fits its column.
- Ten thousand sales come home at once when a line is mended, and building the poscore objects for each costs more than
  storing it. So a document is first read plainly; whatever is odd about one is left to `Sale` to name, or to put right.

Nothing here reads the clock or the disk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import product
from operator import itemgetter
from typing import Any, NamedTuple

import orjson

from poscore.errors import Refused
from poscore.money import MAX_CENTS, divide
from poscore.pricing import CASH, rounding_of
from poscore.quantity import Quantity
from poscore.sale import COMPLETED, RETURN, SALE, TENDER_TYPES, Sale

_HEADER = itemgetter(
    *("id", "receipt_no", "state", "kind", "offline", "training", "business_day", "cashier", "customer", "snapshot"),
    *("lines", "tenders", "totals", "taxes"),
)
_LINE = itemgetter(
    *("n", "article_id", "code", "name", "quantity", "unit", "unit_price", "discount", "deposit", "vat_rate", "total"),
    "voided",
)
_TENDER = itemgetter("n", "type", "amount", "reference")
_TOTALS = itemgetter("gross", "discount", "rounding", "due", "paid", "change")
_TAX = itemgetter("rate", "net", "tax", "gross")

_NULL = type(None)


def _signatures(*columns: tuple[type, ...]) -> frozenset[tuple[type, ...]]:
    return frozenset(product(*columns))


_TEXT, _MAYBE_TEXT, _INT, _BOOL = (frozenset(types) for types in ((str,), (str, _NULL), (int,), (bool,)))
_HEADER_TYPES = _signatures(
    *((str,),) * 4, (bool,), (bool,), (str,), *((str, _NULL),) * 2, (int, _NULL), (list,), (list,), (dict,), (list,)
)
_LINE_FIELDS, _TENDER_FIELDS = {12}, {4}  # how many each has
_TENDER_KINDS = frozenset(TENDER_TYPES)
_INTS = {count: (int,) * count for count in (4, 6)}

_MAX_RATE = 9_999  # basis points
_MAX_SMALL = (1 << 31) - 1  # line numbers: what an INTEGER column takes everywhere


Column = tuple[Any, ...]


class SaleRows(NamedTuple):
    """A completed sale. Lines and tenders are columns, as their tables take them; none at all is an empty tuple.

    Lines: n, article_id, name, quantity in thousandths, unit_price, discount, deposit, vat_rate, total, voided (0, 1).
    Tenders: n, type, amount, reference. Totals: gross, discount, rounding, due, paid, change.
    """

    sale_id: str
    kind: str
    training: bool
    offline: bool
    business_day: str
    cashier: str | None
    customer: str | None
    snapshot: int | None
    totals: tuple[int, ...]
    taxes: str
    lines: tuple[Column, ...]
    tenders: tuple[Column, ...]

    @property
    def articles(self) -> Column:
        return self.lines[1] if self.lines else ()


def read_sale(document: Any) -> SaleRows:
    """The rows of a completed sale's document. Raises Refused `sale-invalid` with what is wrong."""
    try:
        return _read(document)
    except (_Odd, KeyError, TypeError, AttributeError, Refused):
        pass
    # Sale says what is wrong in words, and takes a document that merely leaves away what has a default.
    again = Sale.from_wire(document if isinstance(document, Mapping) else {})
    if again.header.state != COMPLETED:
        raise Refused("sale-invalid", f"the sale is {again.header.state!r}, not completed")
    try:
        return _read(again.to_wire())
    except (_Odd, KeyError, TypeError, AttributeError, Refused):
        raise Refused("sale-invalid", "a field of the sale has a wrong type or is out of range") from None


def is_day(text: object) -> bool:
    """True for a day in its one form, `2026-11-22`."""
    return isinstance(text, str) and _is_day(text)


class _Odd(Exception):
    """Not a document that can be taken as it is; why is for Sale to say."""


def _read(wire: dict[str, Any]) -> SaleRows:
    values = _HEADER(wire)
    if len(wire) != len(values) or tuple(map(type, values)) not in _HEADER_TYPES:
        raise _Odd
    _, number, state, kind, offline, training, day, cashier, customer, snapshot, lines, tenders, totals, taxes = values
    if state != COMPLETED or kind not in (SALE, RETURN) or not _is_day(day) or not (snapshot or 0) < MAX_CENTS:
        raise _Odd
    sign = -1 if kind == RETURN else 1
    line_rows, sums = _lines(lines, sign)
    tender_rows, cash, otherwise = _tenders(tenders, sign)
    sold = _totals(sums, cash, otherwise, bool(tenders))
    if len(totals) != len(sold) or _TOTALS(totals) != sold or tuple(map(type, totals.values())) != _INTS[6]:
        raise _Odd
    _check_settled(sold, cash, sign)
    _check_taxes(taxes, sums)
    written = orjson.dumps(taxes).decode()
    return SaleRows(
        number, kind, training, offline, day, cashier, customer, snapshot, sold, written, line_rows, tender_rows
    )


class _Sums(NamedTuple):
    gross: int
    discount: int
    by_rate: dict[int, int]  # without the deposits
    deposits: int
    has_deposits: bool


def _lines(lines: Sequence[dict[str, Any]], sign: int) -> tuple[tuple[Column, ...], _Sums]:
    """The lines as columns, and their sums. A column is checked at once: a sale has few fields and many lines."""
    if not lines:
        return (), _Sums(0, 0, {}, 0, has_deposits=False)
    if set(map(len, lines)) != _LINE_FIELDS:
        raise _Odd
    columns = tuple(zip(*map(_LINE, lines), strict=True))
    numbers, articles, codes, names, quantities, units, prices, discounts, deposits, rates, totals, voided = columns
    signed = discounts + deposits + totals
    _check_types(
        (articles + codes, _MAYBE_TEXT),
        (names + quantities + units, _TEXT),
        (numbers + prices + rates + signed, _INT),
        (voided, _BOOL),
    )
    counts = tuple(map(_thousandths, quantities))
    # The sign of a sale is in its quantities; everything that follows from them has it, or is 0.
    _check_range(counts, *((1, MAX_CENTS) if sign > 0 else (-MAX_CENTS, -1)))
    _check_range(signed, *((0, MAX_CENTS) if sign > 0 else (-MAX_CENTS, 0)))
    _check_range(prices, 0, MAX_CENTS)
    _check_range(rates, 0, _MAX_RATE)
    _check_numbers(numbers)
    by_rate: dict[int, int] = {}
    gross = discounted = deposited = 0
    has_deposits = False
    for count, price, discount, deposit, rate, total, void in zip(
        counts, prices, discounts, deposits, rates, totals, voided, strict=True
    ):
        full = total + discount
        if full * 1000 != count * price and full != divide(count * price, 1000):
            raise _Odd
        if void:
            continue
        gross += full
        discounted += discount
        by_rate[rate] = by_rate.get(rate, 0) + total - deposit
        if deposit:
            has_deposits = True
            deposited += deposit
    rows = (numbers, articles, names, counts, prices, discounts, deposits, rates, totals, tuple(map(int, voided)))
    return rows, _Sums(gross, discounted, by_rate, deposited, has_deposits)


def _tenders(tenders: Sequence[dict[str, Any]], sign: int) -> tuple[tuple[Column, ...], int, int]:
    """The tenders as columns, what was paid in cash, and what otherwise."""
    if not tenders:
        return (), 0, 0
    if set(map(len, tenders)) != _TENDER_FIELDS:
        raise _Odd
    columns = tuple(zip(*map(_TENDER, tenders), strict=True))
    numbers, kinds, amounts, references = columns
    _check_types((numbers + amounts, _INT), (kinds, _TEXT), (references, _MAYBE_TEXT))
    _check_numbers(numbers)
    _check_range(amounts, *((1, MAX_CENTS) if sign > 0 else (-MAX_CENTS, -1)))
    if not _TENDER_KINDS.issuperset(kinds):
        raise _Odd
    cash = sum(amount for kind, amount in zip(kinds, amounts, strict=True) if kind == CASH) if CASH in kinds else 0
    return columns, cash, sum(amounts) - cash


def _check_types(*columns: tuple[Column, frozenset[type]]) -> None:
    for column, types in columns:
        if not types.issuperset(map(type, column)):
            raise _Odd


def _check_range(column: Column, least: int, most: int) -> None:
    if min(column) < least or max(column) > most:
        raise _Odd


def _check_numbers(column: Column) -> None:
    """Each a number of its own, small enough for an INTEGER everywhere."""
    _check_range(column, 0, _MAX_SMALL)
    if len(set(column)) != len(column):
        raise _Odd


def _totals(sums: _Sums, cash: int, otherwise: int, paid_at_all: bool) -> tuple[int, ...]:
    """gross, discount, rounding, due, paid, change as poscore.pricing.totals_of gives them."""
    exact = sums.gross - sums.discount
    if not paid_at_all:
        return sums.gross, sums.discount, 0, exact, 0, 0
    rounding = rounding_of(exact, cash, otherwise)
    due, paid = exact + rounding, cash + otherwise
    change = paid - due if due >= 0 and paid > due else 0
    return sums.gross, sums.discount, rounding, due, paid, change


def _check_settled(totals: tuple[int, ...], cash: int, sign: int) -> None:
    gross, discount, _, due, paid, change = totals
    exact = gross - discount
    settled = paid >= due if exact >= 0 else paid <= due
    if not settled or paid - change != due or change > max(cash, 0) or exact * sign < 0:
        raise _Odd
    if abs(gross) > MAX_CENTS or abs(paid) > MAX_CENTS:
        raise _Odd


def _check_taxes(taxes: Sequence[dict[str, Any]], sums: _Sums) -> None:
    """One row a rate, ascending; the deposits count at one of the rates, which the document does not name."""
    rows = [_TAX(row) for row in taxes]
    for row, wire in zip(rows, taxes, strict=True):
        rate, net, tax, gross = row
        if tuple(map(type, row)) != _INTS[4] or len(wire) != len(row) or not 0 <= rate <= _MAX_RATE:
            raise _Odd
        if tax != divide(gross * rate, 10_000 + rate) or net + tax != gross:
            raise _Odd
    found = [(rate, gross) for rate, _, _, gross in rows]
    if not sums.has_deposits:
        if found != sorted(sums.by_rate.items()):
            raise _Odd
        return
    for standard, _ in found:
        by_rate = {**sums.by_rate, standard: sums.by_rate.get(standard, 0) + sums.deposits}
        if found == sorted(by_rate.items()):
            return
    raise _Odd


@lru_cache(maxsize=4096)
def _thousandths(text: str) -> int:
    return Quantity.parse(text).thousandths


@lru_cache(maxsize=4096)
def _is_day(text: str) -> bool:
    try:
        # The round trip keeps out the other forms that fromisoformat takes, such as 2026-W47-7.
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
