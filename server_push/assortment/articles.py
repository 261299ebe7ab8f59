"""Articles from a generic list: each row checked, good rows handed on, bad ones logged.

A million rows pass here, so they are looked at by the hundred first, column by column; a group that is plainly good
takes this short way. Any other is halved until what is left goes row by row through `checked_row`, which alone decides
and explains; the short way may only ever agree with it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import TypeAlias

from poscore.errors import Refused
from poscore.ids import check_id
from poscore.vat import CODES as VAT_CODES
from server_push.assortment.cells import cents_of, codes_of, id_of, name_of, one_of, short_text, whole_of
from server_push.assortment.columns import are_eans, are_ids, are_names
from server_push.assortment.report import BadCell, Log
from server_push.assortment.sheets import Layout, Record, Sheet

# row, article_id, store, name, codes, price, vat_code, department, unit, deposit, age_limit
ArticleRow: TypeAlias = tuple[int, str, str, str, str, int, str, str, str, int, int]
Pick: TypeAlias = Callable[[Sequence[str]], tuple[str, ...]]
# vat_code, department, unit, deposit, age_limit, store as they are stored
Rest: TypeAlias = tuple[str, str, str, int, int, str]

LAYOUT = Layout(
    "csv",
    ("article_id", "name", "price", "vat_code"),
    ("gtin", "department", "unit", "deposit", "age_limit", "store"),
)
COLUMNS = (
    *("article_id", "name", "gtin", "price"),
    *("vat_code", "department", "unit", "deposit", "age_limit", "store"),
)
UNIT = "kpl"

_GROUP = 512  # rows looked at together: a few more save nothing, many more cost memory
_SMALLEST = 8  # below, halving a group costs more than its rows
_SEEN_MOST = 200_000  # different prices, or different sets of the last six cells; beyond, each is looked at anew


def article_rows(sheet: Sheet, log: Log) -> Iterator[ArticleRow]:
    """The good rows; the bad ones are logged."""
    desk = _Desk(sheet, log)
    number = sheet.first_row
    while group := list(islice(sheet.records, _GROUP)):
        yield from desk.rows(number, group)
        number += len(group)


class _Prices(dict[str, int]):
    """Cents by the text of a price, read once. KeyError for what is no price."""

    def __missing__(self, text: str) -> int:
        try:
            cents = cents_of("price", text)
        except BadCell as bad:
            raise KeyError(text) from bad
        if len(self) < _SEEN_MOST:
            self[text] = cents
        return cents


class _Rests(dict[tuple[str, ...], Rest]):
    """The last six cells of a row, checked once. KeyError for what is not good."""

    def __missing__(self, cells: tuple[str, ...]) -> Rest:
        try:
            rest = _checked_rest(cells)
        except BadCell as bad:
            raise KeyError(cells) from bad
        if len(self) < _SEEN_MOST:
            self[cells] = rest
        return rest


class _Desk:
    def __init__(self, sheet: Sheet, log: Log) -> None:
        self._sheet = sheet
        self._log = log
        self._width = len(sheet.header)
        self._places = [sheet.place(column) for column in COLUMNS]
        self._prices = _Prices()
        self._rests = _Rests()

    def rows(self, number: int, group: list[Record]) -> Iterable[ArticleRow]:
        """The good rows of a group that starts at row `number`."""
        plain = self._plainly_good(number, group)
        if plain is not None:
            return plain
        if len(group) <= _SMALLEST:
            return self._one_by_one(number, group)
        half = len(group) // 2
        return chain(self.rows(number, group[:half]), self.rows(number + half, group[half:]))

    def _plainly_good(self, number: int, group: list[Record]) -> Iterable[ArticleRow] | None:
        if None in group or set(map(len, group)) != {self._width}:  # type: ignore[arg-type]  # None has been seen to
            return None
        read = list(zip(*group, strict=True))
        absent = ("",) * len(group)
        columns = [absent if place is None else read[place] for place in self._places]
        ids, names, gtins, prices = columns[:4]
        try:
            cents = [self._prices[price] for price in prices]
            rests = [self._rests[cells] for cells in zip(*columns[4:], strict=True)]
        except KeyError:
            return None
        vat_codes, departments, units, deposits, age_limits, stores = zip(*rests, strict=True)
        if not (
            are_ids(ids)
            and are_names(names)
            and are_eans(" ".join(gtins).split())
            and all(map(operator.le, deposits, cents))
        ):
            return None
        codes = [f'["{gtin}"]' if gtin.isdigit() else _code_list(gtin.split()) for gtin in gtins]
        known = (vat_codes, departments, units, deposits, age_limits)
        return zip(range(number, number + len(group)), ids, stores, names, codes, cents, *known, strict=True)

    def _one_by_one(self, number: int, group: list[Record]) -> Iterator[ArticleRow]:
        for row, record in enumerate(group, number):
            cells = whole_record(row, record, self._sheet, self._log, self._pick)
            if cells:
                try:
                    yield checked_row(row, cells, self._log)
                except BadCell as bad:
                    self._log.refuse(row, bad, cells, cells[0])

    def _pick(self, record: Sequence[str]) -> tuple[str, ...]:
        """COLUMNS of a record; a column that the list lacks is empty."""
        return tuple("" if place is None else record[place] for place in self._places)


def whole_record(number: int, record: Record, sheet: Sheet, log: Log, pick: Pick) -> tuple[str, ...]:
    """The cells of a record that has as many as the header; nothing for an empty line or, logged, a broken one."""
    if record is None:
        log.reject(number, "", "cannot be read: is a quotation mark not closed?")
        return ()
    if not any(cell.strip() for cell in record):
        return ()
    width = len(sheet.header)
    if len(record) < width or any(record[width:]):
        place = sheet.place(sheet.layout.needed[0]) or 0  # the column that says whom a row is about stands first
        about = record[place] if place < len(record) else ""
        log.refuse(number, BadCell("", f"has {len(record)} cells where the header has {width}"), record, about)
        return ()
    return pick(record)


def _code_list(codes: Sequence[str]) -> str:
    """As `codes_of` writes it, for codes of digits; the same code twice counts once."""
    return '["' + '","'.join(dict.fromkeys(codes)) + '"]' if codes else "[]"


def checked_row(number: int, cells: Sequence[str], log: Log) -> ArticleRow:
    """The row as it is stored. Raises BadCell."""
    article_id = id_of("article_id", cells[0])
    name = name_of("name", cells[1])
    codes, odd = codes_of("gtin", cells[2])
    cents = cents_of("price", cells[3])
    vat_code, department, unit, deposit, age_limit, store = _checked_rest(cells[4:])
    if deposit > cents:
        raise BadCell("deposit", "is more than the price, of which it is a part")
    for reason in odd:
        log.note(number, "gtin", reason)
    return number, article_id, store, name, codes, cents, vat_code, department, unit, deposit, age_limit


def _checked_rest(cells: Sequence[str]) -> Rest:
    vat_code, department, unit, deposit, age_limit, store = cells
    return (
        one_of("vat_code", vat_code, VAT_CODES),
        short_text("department", department),
        short_text("unit", unit, 12) or UNIT,
        cents_of("deposit", deposit) if deposit.strip() else 0,
        whole_of("age_limit", age_limit, 99) if age_limit.strip() else 0,
        _store_of(store),
    )


def _store_of(text: str) -> str:
    try:
        return check_id(text.strip(), "store id") if text.strip() else ""
    except Refused as error:
        raise BadCell("store", error.detail) from None
