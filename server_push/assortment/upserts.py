"""Articles that an ERP sends one by one or by the hundred: checked, compared and written as an import's rows are.

What a change leaves out stays as it is; a new article needs a name, a price and a VAT code.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from poscore.instants import instant_text
from server_push.assortment.articles import ArticleRow, checked_row
from server_push.assortment.report import BadCell, ImportReport, Log
from server_push.assortment.staging import ARTICLES, Staging
from server_push.storage import Storage
from server_push.storage.tables.assortment import article


@dataclass(frozen=True, slots=True)
class ArticleChange:
    """None: as it was. `price`, `deposit`: cents, incl. VAT. `store`: '' for all. `gtins`: all of its codes."""

    article_id: str
    store: str = ""
    name: str | None = None
    price: int | None = None
    vat_code: str | None = None
    gtins: tuple[str, ...] | None = None
    department: str | None = None
    unit: str | None = None
    deposit: int | None = None
    age_limit: int | None = None


def put_articles(storage: Storage, changes: Sequence[ArticleChange], now: datetime) -> ImportReport:
    """What was added, changed, left alone and rejected; `row` is the change's place, from 1. A bad one stops nobody."""
    log = Log()
    known = {(one.article_id, one.store): _known(storage, one) for one in changes}
    with storage.bulk() as connection:
        staging = Staging(connection, ARTICLES)
        staging.fill(_rows(changes, known, log), log)
        report = staging.apply(instant_text(now), log, complete=False, dry_run=False)
    return replace(report, rejected=log.rejected.in_order(), notes=log.notes.in_order())


def article_of(storage: Storage, article_id: str, store: str = "") -> dict[str, Any] | None:
    """As it stands in the list; None when it does not, or was withdrawn."""
    row = _row(storage, article_id, store)
    if row is None or row.withdrawn:
        return None
    return {
        "article_id": row.article_id,
        "store": row.store or None,
        "name": row.name,
        "price": row.price,
        "vat_code": row.vat_code,
        "gtins": json.loads(row.codes),
        "department": row.department,
        "unit": row.unit,
        "deposit": row.deposit,
        "age_limit": row.age_limit,
        "changed_at": row.changed_at,
    }


def _rows(
    changes: Sequence[ArticleChange], known: dict[tuple[str, str], dict[str, Any]], log: Log
) -> Iterator[ArticleRow]:
    for number, one in enumerate(changes, 1):
        cells = _cells(one, known[one.article_id, one.store])
        try:
            yield checked_row(number, cells, log)
        except BadCell as bad:
            log.refuse(number, bad, cells, one.article_id)


def _cells(one: ArticleChange, was: dict[str, Any]) -> tuple[str, ...]:
    """As a list would have them: what is given, else what is known, else nothing."""

    def text(name: str, given: Any) -> str:
        value = was.get(name, "") if given is None else given
        return str(value)

    def money(name: str, given: int | None) -> str:
        cents = was.get(name) if given is None else given
        return "" if cents is None else f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02}"

    gtins = was.get("codes", ()) if one.gtins is None else one.gtins
    return (
        one.article_id,
        text("name", one.name),
        " ".join(gtins),
        money("price", one.price),
        text("vat_code", one.vat_code),
        text("department", one.department),
        text("unit", one.unit),
        money("deposit", one.deposit),
        text("age_limit", one.age_limit),
        one.store,
    )


def _known(storage: Storage, one: ArticleChange) -> dict[str, Any]:
    """What is known of an article: the store's own row, else the one of all stores."""
    row = _row(storage, one.article_id, one.store) or _row(storage, one.article_id, "")
    return {} if row is None else {**row._mapping, "codes": json.loads(row.codes)}


def _row(storage: Storage, article_id: str, store: str) -> Any:
    mine = (article.c.article_id == article_id, article.c.store == store)
    with storage.read() as connection:
        return connection.execute(select(article).where(*mine)).one_or_none()
