"""Sale documents as rows: checked in full and taken apart, many at a time.

- What is accepted here is a document that `poscore.sale.Sale` accepts, completed, and every value fits its column.
- Ten thousand sales come home at once when a line is mended, and building the poscore objects for each costs more than
  storing it. So plain documents, whose types and ranges have been checked while they were decoded, are checked column
  by column over several sales; whatever is odd about one is left to `Sale` to name, or to put right.

Nothing here reads the clock or the disk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import accumulate, chain, pairwise, repeat
from operator import add, mul, or_
from typing import Any, NamedTuple

from msgspec import MsgspecError, Struct, json
from msgspec.structs import astuple

from poscore.errors import Refused
from poscore.money import MAX_CENTS, divide
from poscore.pricing import CASH, rounding_of
from poscore.quantity import Quantity
from poscore.sale import COMPLETED, RETURN, Sale
from server_push.intake.plain import Document, Line, Tax, Tender, plain_document

# Documents are read this many at a time: enough that a check of a column costs next to nothing a sale, few enough that
# their objects stay in the processor's cache.
AT_ONCE = 32

Column = tuple[Any, ...]
Row = tuple[Any, ...]

_ENCODE = json.Encoder().encode


class SaleRows(NamedTuple):
    """A completed sale. Lines and tenders are rows, as their tables take them.

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
    lines: Sequence[Row]
    tenders: Sequence[Row]

    @property
    def articles(self) -> set[str]:
        return {line[1] for line in self.lines if line[1] is not None}


def read_plain_sales(documents: Sequence[Document]) -> list[SaleRows | None]:
    """The rows of documents that were decoded plainly; None for one that is for `read_sale` to judge."""
    try:
        return [*_read_all(documents)]
    except _UNREAD:
        if len(documents) == 1:
            return [None]
    middle = len(documents) // 2  # in halves, until what is odd stands alone
    return read_plain_sales(documents[:middle]) + read_plain_sales(documents[middle:])


def read_sale(document: Any) -> SaleRows | Refused:
    """The rows of any JSON value, or the refusal `sale-invalid`.

    Sale says what is wrong in words, and takes a document that merely leaves away what has a default.
    """
    try:
        sale = Sale.from_wire(document if isinstance(document, Mapping) else {})
    except Refused as refusal:
        return refusal
    if sale.header.state != COMPLETED:
        return Refused("sale-invalid", f"the sale is {sale.header.state!r}, not completed")
    try:
        return _read_all([plain_document(sale.to_wire())])[0]
    except _UNREAD:
        return Refused("sale-invalid", "a field of the sale has a wrong type or is out of range")


def is_day(text: object) -> bool:
    """True for a day in its one form, `2026-11-22`."""
    return isinstance(text, str) and _is_day(text)


class _Odd(Exception):
    """Not a document that can be taken as it is; why is for Sale to say."""


# What reading a document may end with; no others, for types and ranges hold already.
_UNREAD = (_Odd, MsgspecError, Refused)


# -- column by column --------------------------------------------------------------------------------------------------


def _read_all(documents: Sequence[Document]) -> list[SaleRows]:
    """Raises one of _UNREAD unless every one holds."""
    columns = _columns(documents, Document)
    days, cashiers, customers, _, kinds, lines, offline, numbers, snapshots, _, taxes, tenders, totals, training = (
        columns
    )
    if not all(map(_is_day, days)):
        raise _Odd
    signs = [-1 if kind == RETURN else 1 for kind in kinds]
    sold, paid, taxed = _Lines(lines, signs), _Tenders(tenders, signs), _Taxes(taxes)
    read = []
    for place, (sign, said) in enumerate(zip(signs, totals, strict=True)):
        gross, discount, exact = sold.sums(place)
        cash, otherwise = paid.sums(place)
        sums = _totals(gross, discount, cash, otherwise, sign)
        if sums != (said.gross, said.discount, said.rounding, said.due, said.paid, said.change):
            raise _Odd
        taxed.check(place, exact)
        header = (numbers[place], kinds[place], training[place], offline[place], days[place])
        who = (cashiers[place], customers[place], snapshots[place])
        text = _ENCODE(taxes[place]).decode()
        read.append(SaleRows(*header, *who, sums, text, sold.rows(place), paid.rows(place)))
    return read


class _Parts:
    """The parts of several sales (their lines, tenders or tax rows) in one row; `ends` tells them apart."""

    def __init__(self, parts: Sequence[list[Any]]) -> None:
        self.all = list(chain.from_iterable(parts))
        self._ends = list(accumulate(map(len, parts), initial=0))

    def of(self, place: int) -> slice:
        return slice(self._ends[place], self._ends[place + 1])

    def signs(self, signs: Sequence[int]) -> list[int]:
        """The sign of its sale for each part."""
        counts = (end - start for start, end in pairwise(self._ends))
        return list(chain.from_iterable(map(repeat, signs, counts)))


class _Exact(NamedTuple):
    """Sums of line totals: `by_rate` without the deposits, which count at a rate that the document does not name."""

    by_rate: dict[int, int]
    deposits: int
    has_deposits: bool


class _Lines:
    """Lines of several sales. Built only when each holds in itself."""

    def __init__(self, lines: Sequence[list[Line]], signs: Sequence[int]) -> None:
        self._parts = _Parts(lines)
        columns = _columns(self._parts.all, Line)
        articles, _, deposits, discounts, numbers, names, quantities, totals, _, prices, rates, voided = columns
        counts = tuple(map(_thousandths, quantities))
        has_discounts, has_deposits, has_voided = any(discounts), any(deposits), any(voided)
        # The sign of a sale is in its quantities; everything that follows from them has it, or is 0.
        signed = [totals, *([discounts] if has_discounts else ()), *([deposits] if has_deposits else ())]
        each = self._parts.signs(signs) if -1 in signs else None
        _check_least(counts, each, 1)
        for column in signed:
            _check_least(column, each, 0)
        self._fulls = tuple(map(add, totals, discounts)) if has_discounts else totals
        exactly = list(map(mul, counts, prices))
        by_weight = exactly != list(map(mul, self._fulls, repeat(1000)))
        if by_weight and self._fulls != tuple(divide(amount, 1000) for amount in exactly):
            raise _Odd
        self._numbers, self._discounts, self._deposits, self._rates = numbers, discounts, deposits, rates
        self._totals, self._voided = totals, voided
        self._are_exceptions = list(map(or_, voided, map(bool, deposits))) if has_voided or has_deposits else []
        flags = tuple(map(int, voided)) if has_voided else (0,) * len(voided)
        self._rows = _rows(numbers, articles, names, counts, prices, discounts, deposits, rates, totals, flags)

    def rows(self, place: int) -> list[Row]:
        return self._rows[self._parts.of(place)]

    def sums(self, place: int) -> tuple[int, int, _Exact]:
        """gross, discount, and the exact sums by rate, of the lines that are not voided."""
        mine = self._parts.of(place)
        _check_unique(self._numbers[mine])
        if True in self._are_exceptions[mine]:
            return self._exceptional_sums(mine)
        by_rate: dict[int, int] = {}
        for rate, total in zip(self._rates[mine], self._totals[mine], strict=True):
            by_rate[rate] = by_rate.get(rate, 0) + total
        return sum(self._fulls[mine]), sum(self._discounts[mine]), _Exact(by_rate, 0, has_deposits=False)

    def _exceptional_sums(self, mine: slice) -> tuple[int, int, _Exact]:
        gross = discounts = deposits = 0
        by_rate: dict[int, int] = {}
        has_deposits = False
        for full, discount, deposit, rate, total, void in zip(
            *(c[mine] for c in (self._fulls, self._discounts, self._deposits, self._rates, self._totals, self._voided)),
            strict=True,
        ):
            if void:
                continue
            gross, discounts, deposits = gross + full, discounts + discount, deposits + deposit
            by_rate[rate] = by_rate.get(rate, 0) + total - deposit
            has_deposits = has_deposits or deposit != 0
        return gross, discounts, _Exact(by_rate, deposits, has_deposits)


class _Tenders:
    """Tenders of several sales. Built only when each holds in itself."""

    def __init__(self, tenders: Sequence[list[Tender]], signs: Sequence[int]) -> None:
        self._parts = _Parts(tenders)
        self._amounts, self._numbers, references, self._kinds = _columns(self._parts.all, Tender)
        _check_least(self._amounts, self._parts.signs(signs), 1)
        self._has_cash = CASH in self._kinds
        self._rows = _rows(self._numbers, self._kinds, self._amounts, references)

    def rows(self, place: int) -> list[Row]:
        return self._rows[self._parts.of(place)]

    def sums(self, place: int) -> tuple[int, int]:
        """What was paid in cash, and what otherwise."""
        mine = self._parts.of(place)
        amounts = self._amounts[mine]
        _check_unique(self._numbers[mine])
        paid = sum(amounts)
        if not self._has_cash:
            return 0, paid
        cash = sum(amount for kind, amount in zip(self._kinds[mine], amounts, strict=True) if kind == CASH)
        return cash, paid - cash


class _Taxes:
    """Tax rows of several sales. Built only when each row holds in itself."""

    def __init__(self, taxes: Sequence[list[Tax]]) -> None:
        self._parts = _Parts(taxes)
        grosses, nets, rates, parts = _columns(self._parts.all, Tax)
        self._sums = list(zip(rates, grosses, strict=True))
        if list(parts) != [divide(gross * rate, 10_000 + rate) for rate, gross in self._sums]:
            raise _Odd
        if tuple(map(add, nets, parts)) != grosses:
            raise _Odd

    def check(self, place: int, exact: _Exact) -> None:
        """One row a rate, ascending; the deposits count at one of the rates."""
        found = self._sums[self._parts.of(place)]
        if not exact.has_deposits:
            if found != sorted(exact.by_rate.items()):
                raise _Odd
            return
        for standard, _ in found:
            by_rate = {**exact.by_rate, standard: exact.by_rate.get(standard, 0) + exact.deposits}
            if found == sorted(by_rate.items()):
                return
        raise _Odd


def _totals(gross: int, discount: int, cash: int, otherwise: int, sign: int) -> tuple[int, ...]:
    """gross, discount, rounding, due, paid, change as poscore.pricing.totals_of gives them; settled, or _Odd."""
    exact, paid = gross - discount, cash + otherwise
    rounding = rounding_of(exact, cash, otherwise) if cash else 0
    due = exact + rounding
    change = paid - due if due >= 0 and paid > due and paid else 0
    settled = paid >= due if exact >= 0 else paid <= due
    if not settled or paid - change != due or change > max(cash, 0) or exact * sign < 0:
        raise _Odd
    if abs(gross) > MAX_CENTS or abs(paid) > MAX_CENTS:
        raise _Odd
    return gross, discount, rounding, due, paid, change


def _columns(objects: Sequence[Struct], kind: type[Struct]) -> tuple[Column, ...]:
    """The values of objects of one kind, in the order of its members."""
    if not objects:
        return ((),) * len(kind.__struct_fields__)
    return tuple(zip(*map(astuple, objects), strict=True))


def _rows(*columns: Column) -> list[Row]:
    return list(zip(*columns, strict=True))


def _check_least(column: Column, signs: Sequence[int] | None, least: int) -> None:
    """Each value, turned by its sign, is at least that much."""
    if column and min(map(mul, column, signs) if signs else column) < least:
        raise _Odd


def _check_unique(numbers: Column) -> None:
    if len(set(numbers)) != len(numbers):
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
