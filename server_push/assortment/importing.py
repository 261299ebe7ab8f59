"""Imports a list: opened, checked row by row, compared with what is there, applied in one transaction.

- A bad row never stops the others; what was refused and why is in the report.
- The same list again changes nothing.
- `complete`: what the list lacks is withdrawn. `dry_run`: the same report, nothing written.

    import_articles(storage, Path("hinnasto.xlsx"), now)
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from poscore.errors import Refused
from poscore.instants import instant_text
from server_push.assortment import alko, articles, kruoka, kruoka_offers, people, promotions
from server_push.assortment.pins import PinVault
from server_push.assortment.report import ImportReport, Log
from server_push.assortment.sheets import Layout, Sheet, open_sheet
from server_push.assortment.staging import ARTICLES, CASHIERS, CUSTOMERS, PROMOTIONS, Kind, Staging
from server_push.storage import Storage

ARTICLE_FORMATS: dict[str, tuple[Layout, Callable[[Sheet, Log], Iterable[tuple[Any, ...]]]]] = {
    "csv": (articles.LAYOUT, articles.article_rows),
    "alko": (alko.LAYOUT, alko.alko_rows),
    "kruoka": (kruoka.LAYOUT, kruoka.kruoka_rows),
}
PROMOTION_FORMATS = ("csv", "kruoka")


@dataclass(frozen=True, slots=True)
class How:
    """How a list is imported. `format`: one of those of its kind, or None to find it by the header."""

    format: str | None = None
    complete: bool = False
    dry_run: bool = False


def import_articles(storage: Storage, path: Path, now: datetime, how: How = How()) -> ImportReport:
    """Raises Refused `list-unreadable`, `list-unknown`, `format-unknown` or `nothing-imported`."""
    if how.format is not None and how.format not in ARTICLE_FORMATS:
        raise Refused("format-unknown", f"{how.format!r} is not one of {', '.join(ARTICLE_FORMATS)}")
    layouts = [layout for name, (layout, _) in ARTICLE_FORMATS.items() if how.format in (None, name)]
    with open_sheet(path, layouts) as sheet:
        rows_of = ARTICLE_FORMATS[sheet.layout.name][1]
        return _import(storage.bulk(), ARTICLES, sheet, lambda _, log: rows_of(sheet, log), (now, how))


def import_customers(storage: Storage, path: Path, now: datetime, how: How = How()) -> ImportReport:
    _only_csv(how)
    with open_sheet(path, [people.CUSTOMER_LAYOUT]) as sheet:
        return _import(storage.bulk(), CUSTOMERS, sheet, lambda _, log: people.customer_rows(sheet, log), (now, how))


def import_cashiers(
    storage: Storage, path: Path, now: datetime, how: How = How(), vault: PinVault | None = None
) -> ImportReport:
    """`vault`: where PINs are sealed, that of the office unless given."""
    _only_csv(how)
    safe = vault or PinVault.at(storage.path.parent / "keys")

    def rows(connection: sqlite3.Connection, log: Log) -> Iterable[tuple[Any, ...]]:
        sealed = dict(connection.execute("SELECT cashier_id, sealed_pin FROM cashier"))
        return people.cashier_rows(sheet, log, safe, sealed)

    with open_sheet(path, [people.CASHIER_LAYOUT]) as sheet:
        return _import(storage.bulk(), CASHIERS, sheet, rows, (now, how))


def import_promotions(storage: Storage, path: Path, now: datetime, how: How = How()) -> ImportReport:
    """A list, or K-Ruoka's file of offers. Raises Refused as `import_articles`."""
    if how.format not in (None, *PROMOTION_FORMATS):
        raise Refused("format-unknown", f"{how.format!r} is not one of {', '.join(PROMOTION_FORMATS)}")
    if how.format == "kruoka" or (how.format is None and kruoka_offers.are_offers(path)):
        offers = kruoka_offers.read_offers(path)

        def offered(connection: sqlite3.Connection, log: Log) -> Iterable[tuple[Any, ...]]:
            return promotions.resolved(connection, kruoka_offers.offer_rows(offers, log), log)

        return _import(storage.bulk(), PROMOTIONS, None, offered, (now, how))

    def listed(connection: sqlite3.Connection, log: Log) -> Iterable[tuple[Any, ...]]:
        return promotions.resolved(connection, promotions.promotion_rows(sheet, log), log)

    with open_sheet(path, [promotions.LAYOUT]) as sheet:
        return _import(storage.bulk(), PROMOTIONS, sheet, listed, (now, how))


def _only_csv(how: How) -> None:
    if how.format not in (None, "csv"):
        raise Refused("format-unknown", f"{how.format!r} is a form of price lists only")


def _import(
    lent: AbstractContextManager[sqlite3.Connection],
    kind: Kind,
    sheet: Sheet | None,
    rows: Callable[[sqlite3.Connection, Log], Iterable[tuple[Any, ...]]],
    when: tuple[datetime, How],
) -> ImportReport:
    now, how = when
    log = Log()
    if sheet is not None:
        for column in sheet.unknown_columns():
            log.note(sheet.first_row - 1, column, "is not a column of this list; left out")
    with lent as connection:
        staging = Staging(connection, kind)
        staging.fill(rows(connection, log), log)
        report = staging.apply(instant_text(now), log, complete=how.complete, dry_run=how.dry_run)
    return replace(report, rejected=log.rejected.in_order(), notes=log.notes.in_order())
