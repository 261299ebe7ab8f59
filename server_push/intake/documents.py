"""Sale documents as rows: checked in full and taken apart, many at a time.

- What is accepted here is a document that `poscore.sale.Sale` accepts, completed, and every value fits its column.
- Ten thousand sales come home at once when a line is mended, and building the poscore objects for each costs more than
  storing it. So documents are first read plainly, column by column over several sales; whatever is odd about one is
  left to `Sale` to name, or to put right.

Nothing here reads the clock or the disk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import accumulate, chain, pairwise, repeat
from operator import add, itemgetter, mul
from typing import Any, NamedTuple

import orjson

from poscore.errors import Refused
from poscore.money import MAX_CENTS, divide
from poscore.pricing import CASH, rounding_of
from poscore.quantity import Quantity
from poscore.sale import COMPLETED, RETURN, SALE, TENDER_TYPES, Sale

# Documents are read this many at a time: enough that a check of a column costs next to nothing a sale, few enough that
# their objects stay in the processor's cache.
AT_ONCE = 32

_MAX_RATE = 9_999  # basis points
_MAX_SMALL = (1 << 31) - 1  # line numbers: what an INTEGER column takes everywhere

Column = tuple[Any, ...]


class SaleRows(NamedTuple):
    """A completed sale. Lines and tenders are columns, as their tables take them.

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
        return self.lines[1]


def read_sales(documents: Sequence[Any]) -> list[SaleRows | Refused]:
    """The rows of completed sales, each or the refusal `sale-invalid` that says what is wrong with it."""
    read: list[SaleRows | Refused] = []
    for start in range(0, len(documents), AT_ONCE):
        read += _read_some(documents[start : start + AT_ONCE])
    return read


def is_day(text: object) -> bool:
    """True for a day in its one form, `2026-11-22`."""
    return isinstance(text, str) and _is_day(text)


class _Odd(Exception):
    """Not a document that can be taken as it is; why is for Sale to say."""


# What reading anything at all as sales may end with.
_UNREAD = (_Odd, KeyError, TypeError, ValueError, AttributeError, Refused)


def _read_some(documents: Sequence[Any]) -> Sequence[SaleRows | Refused]:
    """All at once; where one is odd, in halves, until it stands alone."""
    try:
        return _read_all(documents)
    except _UNREAD:
        if len(documents) == 1:
            return [_read_by_sale(documents[0])]
    middle = len(documents) // 2
    return [*_read_some(documents[:middle]), *_read_some(documents[middle:])]


def _read_by_sale(document: Any) -> SaleRows | Refused:
    """Sale says what is wrong in words, and takes a document that merely leaves away what has a default."""
    try:
        sale = Sale.from_wire(document if isinstance(document, Mapping) else {})
    except Refused as refusal:
        return refusal
    if sale.header.state != COMPLETED:
        return Refused("sale-invalid", f"the sale is {sale.header.state!r}, not completed")
    try:
        return _read_all([sale.to_wire()])[0]
    except _UNREAD:
        return Refused("sale-invalid", "a field of the sale has a wrong type or is out of range")


# -- column by column --------------------------------------------------------------------------------------------------

_HEADER = (
    *("id", "receipt_no", "state", "kind", "offline", "training", "business_day", "cashier", "customer", "snapshot"),
    *("lines", "tenders", "totals", "taxes"),
)
_LINE = (
    *("n", "article_id", "code", "name", "quantity", "unit", "unit_price", "discount", "deposit", "vat_rate", "total"),
    "voided",
)
_TENDER = ("n", "type", "amount", "reference")
_TOTALS = ("gross", "discount", "rounding", "due", "paid", "change")
_TAX = ("rate", "net", "tax", "gross")

_NULL = type(None)
_TEXT, _MAYBE_TEXT, _INT, _MAYBE_INT, _BOOL, _LIST = (
    frozenset(types) for types in ((str,), (str, _NULL), (int,), (int, _NULL), (bool,), (list,))
)
_KINDS, _TENDER_KINDS = frozenset((SALE, RETURN)), frozenset(TENDER_TYPES)


def _read_all(documents: Sequence[Any]) -> list[SaleRows]:
    """Raises one of _UNREAD unless every one holds."""
    ids, numbers, states, kinds, offline, training, days, *who, snapshots, lines, tenders, totals, taxes = _columns(
        documents, _HEADER
    )
    _check_types(ids + numbers + states + kinds + days, _TEXT)
    _check_types(offline + training, _BOOL)
    _check_types(who[0] + who[1], _MAYBE_TEXT)
    _check_types(snapshots, _MAYBE_INT)
    _check_types(lines + tenders + taxes, _LIST)
    _check_range([version for version in snapshots if version is not None], 0, MAX_CENTS)
    if set(states) != {COMPLETED} or not _KINDS.issuperset(kinds) or not all(map(_is_day, days)):
        raise _Odd
    signs = [-1 if kind == RETURN else 1 for kind in kinds]
    sold, paid, taxed = _Lines(lines, signs), _Tenders(tenders, signs), _Taxes(taxes)
    sums = tuple(zip(*_whole_columns(totals, _TOTALS), strict=True))
    read = []
    for place, sign in enumerate(signs):
        gross, discount, exact = sold.sums(place)
        cash, otherwise = paid.sums(place)
        if _totals(gross, discount, cash, otherwise, sign) != sums[place]:
            raise _Odd
        taxed.check(place, exact)
        header = (numbers[place], kinds[place], training[place], offline[place], days[place])
        said = (who[0][place], who[1][place], snapshots[place], sums[place], orjson.dumps(taxes[place]).decode())
        read.append(SaleRows(*header, *said, sold.rows(place), paid.rows(place)))
    return read


class _Parts:
    """The parts of several sales (their lines, tenders or tax rows) in one row of columns; `ends` tells them apart."""

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

    def __init__(self, lines: Sequence[list[Any]], signs: Sequence[int]) -> None:
        self._parts = _Parts(lines)
        numbers, articles, codes, names, quantities, units, prices, discounts, deposits, rates, totals, voided = (
            _columns(self._parts.all, _LINE)
        )
        _check_types(articles + codes, _MAYBE_TEXT)
        _check_types(names + quantities + units, _TEXT)
        _check_types(numbers + prices + discounts + deposits + rates + totals, _INT)
        _check_types(voided, _BOOL)
        counts = tuple(map(_thousandths, quantities))
        # The sign of a sale is in its quantities; everything that follows from them has it, or is 0.
        signed: tuple[Column, ...] = (counts, discounts, deposits, totals)
        if -1 in signs:
            each = self._parts.signs(signs)
            signed = tuple(tuple(map(mul, column, each)) for column in signed)
        _check_range(signed[0], 1, MAX_CENTS)
        for column in signed[1:]:
            _check_range(column, 0, MAX_CENTS)
        _check_range(prices, 0, MAX_CENTS)
        _check_range(rates, 0, _MAX_RATE)
        _check_range(numbers, 0, _MAX_SMALL)
        self._fulls = tuple(map(add, totals, discounts))
        exactly = list(map(mul, counts, prices))
        by_weight = exactly != list(map(mul, self._fulls, repeat(1000)))
        if by_weight and self._fulls != tuple(divide(amount, 1000) for amount in exactly):
            raise _Odd
        self._discounts, self._deposits, self._rates = discounts, deposits, rates
        self._totals, self._voided = totals, voided
        self._has_exceptions = True in voided or any(deposits)
        flags = tuple(map(int, voided))
        self._columns = (numbers, articles, names, counts, prices, discounts, deposits, rates, totals, flags)

    def rows(self, place: int) -> tuple[Column, ...]:
        mine = self._parts.of(place)
        return tuple(column[mine] for column in self._columns)

    def sums(self, place: int) -> tuple[int, int, _Exact]:
        """gross, discount, and the exact sums by rate, of the lines that are not voided."""
        mine = self._parts.of(place)
        numbers = self._columns[0][mine]
        if len(set(numbers)) != len(numbers):
            raise _Odd
        by_rate: dict[int, int] = {}
        if not self._has_exceptions:
            for rate, total in zip(self._rates[mine], self._totals[mine], strict=True):
                by_rate[rate] = by_rate.get(rate, 0) + total
            return sum(self._fulls[mine]), sum(self._discounts[mine]), _Exact(by_rate, 0, has_deposits=False)
        gross = discounts = deposits = 0
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

    def __init__(self, tenders: Sequence[list[Any]], signs: Sequence[int]) -> None:
        self._parts = _Parts(tenders)
        self._columns = _columns(self._parts.all, _TENDER)
        numbers, self._kinds, self._amounts, references = self._columns
        _check_types(numbers + self._amounts, _INT)
        _check_types(self._kinds, _TEXT)
        _check_types(references, _MAYBE_TEXT)
        _check_range(numbers, 0, _MAX_SMALL)
        _check_range(tuple(map(mul, self._amounts, self._parts.signs(signs))), 1, MAX_CENTS)
        if not _TENDER_KINDS.issuperset(self._kinds):
            raise _Odd
        self._has_cash = CASH in self._kinds

    def rows(self, place: int) -> tuple[Column, ...]:
        mine = self._parts.of(place)
        return tuple(column[mine] for column in self._columns)

    def sums(self, place: int) -> tuple[int, int]:
        """What was paid in cash, and what otherwise."""
        mine = self._parts.of(place)
        numbers, amounts = self._columns[0][mine], self._amounts[mine]
        if len(set(numbers)) != len(numbers):
            raise _Odd
        paid = sum(amounts)
        if not self._has_cash:
            return 0, paid
        cash = sum(amount for kind, amount in zip(self._kinds[mine], amounts, strict=True) if kind == CASH)
        return cash, paid - cash


class _Taxes:
    """Tax rows of several sales. Built only when each row holds in itself."""

    def __init__(self, taxes: Sequence[list[Any]]) -> None:
        self._parts = _Parts(taxes)
        rates, nets, parts, grosses = _whole_columns(self._parts.all, _TAX)
        _check_range(rates, 0, _MAX_RATE)
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


def _columns(objects: Sequence[Any], names: tuple[str, ...]) -> tuple[Column, ...]:
    """The values of JSON objects that have these members and no others."""
    if not objects:
        return ((),) * len(names)
    if set(map(len, objects)) != {len(names)}:
        raise _Odd
    return tuple(zip(*map(_getter(names), objects), strict=True))


def _whole_columns(objects: Sequence[Any], names: tuple[str, ...]) -> tuple[Column, ...]:
    columns = _columns(objects, names)
    for column in columns:
        _check_types(column, _INT)
    return columns


@lru_cache
def _getter(names: tuple[str, ...]) -> Callable[[Any], Column]:
    return itemgetter(*names)


def _check_types(column: Column, types: frozenset[type]) -> None:
    if not types.issuperset(map(type, column)):
        raise _Odd


def _check_range(column: Sequence[int], least: int, most: int) -> None:
    if column and (min(column) < least or max(column) > most):
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
