"""Promotions from a generic list, and the articles that any list of promotions names.

- An article is named by its id, or by a code: then every article with that code is meant.
- A promotion on articles that are not in the price list is kept, and a note says so: import the articles, and the list
  again.
- Amounts are without deposit, which comes on top.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from poscore.codes import code_key
from poscore.errors import Refused
from poscore.ids import check_id
from poscore.money import Cents
from poscore.promotions import KINDS, PRICE, Terms
from poscore.validity import Validity
from server_push.assortment.articles import whole_record
from server_push.assortment.cells import cents_of, id_of, name_of, one_of, whole_of
from server_push.assortment.report import BadCell, Log
from server_push.assortment.sheets import Layout, Sheet

LAYOUT = Layout(
    "csv",
    ("promotion_id", "name", "kind", "articles", "from", "to"),
    ("name_sv", "name_en", "amount", "count", "percent", "max_times", "weekdays", "hours", "store"),
)
BY_WEIGHT = "kg"
MOST_PIECES = 1_000  # more that go together are a typing error
_TERM_COLUMNS = ("kind", "count", "amount", "percent", "max_times")


@dataclass(frozen=True, slots=True)
class Offer:
    """One promotion of a list. `words`: its articles as the list names them; `names`: fi, sv, en."""

    row: int
    promotion_id: str
    names: tuple[str, str, str]
    terms: Terms
    words: tuple[str, ...]
    validity: Validity
    store: str = ""
    by_weight: bool | None = None  # whether its amount is that of a kilogram; None: as the article is sold

    def columns(self, articles: Sequence[str]) -> tuple[Any, ...]:
        """The row as it is stored."""
        terms, validity = self.terms, self.validity
        return (
            *(self.row, self.promotion_id, self.store, *self.names, terms.kind, json.dumps(articles)),
            *(terms.count, terms.amount, terms.percent_bp, terms.max_times),
            *(validity.first, validity.last, validity.weekdays, validity.hours),
        )


def promotion_rows(sheet: Sheet, log: Log) -> Iterator[Offer]:
    """The good rows; the bad ones are logged."""
    columns = (*LAYOUT.needed, *LAYOUT.optional)
    places = [sheet.place(column) for column in columns]
    for number, record in enumerate(sheet.records, sheet.first_row):
        read = whole_record(number, record, sheet, log, tuple)
        if read:
            cells = {c: "" if place is None else read[place] for c, place in zip(columns, places, strict=True)}
            try:
                yield _offer(number, cells)
            except BadCell as bad:
                log.refuse(number, bad, read, cells["promotion_id"])


def _offer(number: int, cells: Mapping[str, str]) -> Offer:
    name = name_of("name", cells["name"])
    swedish, english = (
        name_of(column, cells[column]) if cells[column].strip() else name for column in ("name_sv", "name_en")
    )
    words = tuple(dict.fromkeys(cells["articles"].split()))
    if not words:
        raise BadCell("articles", "names no article")
    return Offer(
        number,
        id_of("promotion_id", cells["promotion_id"]),
        (name, swedish, english),
        _terms(cells),
        words,
        validity_of(cells["from"], cells["to"], cells["weekdays"], cells["hours"]),
        _store(cells["store"]),
    )


def _terms(cells: Mapping[str, str]) -> Terms:
    kind = one_of("kind", cells["kind"], KINDS)
    count, amount, percent, most = (cells[column].strip() for column in _TERM_COLUMNS[1:])
    try:
        return Terms(
            kind,
            whole_of("count", count, MOST_PIECES) if count else int(kind == PRICE),
            cents_of("amount", amount) if amount else None,
            _basis_points(percent) if percent else None,
            whole_of("max_times", most, MOST_PIECES) if most else None,
        )
    except Refused as refused:
        raise BadCell("kind", refused.detail) from None


def _basis_points(text: str) -> int:
    try:
        points = Decimal(text.replace(",", ".")) * 100
    except InvalidOperation:
        points = Decimal("NaN")
    if not points.is_finite() or points != points.to_integral_value() or not 0 < points <= 10_000:
        raise BadCell("percent", f"{text[:40]!r} is not a per cent such as 25 or 12.5")
    return int(points)


def validity_of(first: str, last: str, weekdays: str = "", hours: str = "") -> Validity:
    """Raises BadCell."""
    try:
        return Validity.parse(first, last, weekdays, hours)
    except Refused as refused:
        raise BadCell("from", refused.detail) from None


def _store(text: str) -> str:
    try:
        return check_id(text.strip(), "store id") if text.strip() else ""
    except Refused as refused:
        raise BadCell("store", refused.detail) from None


# --- which articles


@dataclass(frozen=True, slots=True)
class _Known:
    """An article of the price list; of several stores' rows, the largest deposit."""

    article_id: str
    deposit: Cents
    unit: str


def resolved(connection: sqlite3.Connection, offers: Iterable[Offer], log: Log) -> Iterator[tuple[Any, ...]]:
    """The offers as they are stored, with the articles that their words mean now."""
    found = list(offers)
    known = _known(connection, dict.fromkeys(word for offer in found for word in offer.words))
    for offer in found:
        articles = [article for word in offer.words for article in known.get(word, ())]
        other = [article for article in articles if offer.by_weight not in (None, article.unit == BY_WEIGHT)]
        if other:
            reason = f"is for a {'kilogram' if offer.by_weight else 'piece'}, and {other[0].article_id} is sold by the"
            log.reject(offer.row, "articles", f"{reason} {other[0].unit}", offer.promotion_id)
            continue
        _note_what_is_odd(offer, known, log)
        missing = [word for word in offer.words if word not in known]
        yield offer.columns(list(dict.fromkeys([*(article.article_id for article in articles), *missing])))


def _known(connection: sqlite3.Connection, words: Iterable[str]) -> dict[str, list[_Known]]:
    """The articles that each word means; a word that means none is left out."""
    wanted = list(words)
    rows = connection.execute(
        "SELECT article_id, article_id, max(deposit), unit FROM article WHERE withdrawn = 0"
        " AND article_id IN (SELECT value FROM json_each(?)) GROUP BY article_id",
        (json.dumps(wanted),),
    )
    found = {word: [_Known(*article)] for word, *article in rows}
    by_key = {code_key(word): word for word in wanted if word not in found and code_key(word)}
    if by_key:  # reads the whole price list once
        rows = connection.execute(
            "SELECT code.value, article_id, max(deposit), unit FROM article, json_each(article.codes) AS code"
            " WHERE withdrawn = 0 AND code.value IN (SELECT value FROM json_each(?)) GROUP BY 1, 2 ORDER BY 1, 2",
            (json.dumps(list(by_key)),),
        )
        for key, *article in rows:
            found.setdefault(by_key[key], []).append(_Known(*article))
    return found


def _note_what_is_odd(offer: Offer, known: Mapping[str, Sequence[_Known]], log: Log) -> None:
    for word in offer.words:
        articles = known.get(word, ())
        if not articles:
            log.note(offer.row, "articles", f"{word} is not in the price list: import it, then this list again")
        elif len(articles) > 1:
            log.note(offer.row, "articles", f"{word} is the code of {len(articles)} articles; all are taken")
        bottles = [article.article_id for article in articles if article.deposit]
        if bottles and offer.terms.amount is not None:
            log.note(offer.row, "amount", f"{bottles[0]} has a deposit, which comes on top")
