"""Sums over a range of business days by what one asks for: day, store, register, cashier, tender, VAT rate,
department, hour.

- Training, and what is set aside, counts in none. Returns count with their sign.
- `total` is Σ (gross − discount); by tender it is what was taken (cash less change), by department the lines' totals.
- A department is the article's of today; an open price has none. An hour is the register's clock in its store's zone.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import ColumnElement, Connection, Select, case, func, select

from poscore.errors import Refused
from poscore.instants import parse_instant
from poscore.money import format_cents
from poscore.pricing import CASH
from poscore.sale import RETURN
from server_push.intake.sales import COUNTED
from server_push.storage import Storage, total_of
from server_push.storage.tables.assortment import article
from server_push.storage.tables.intake import sale, sale_line, sale_tender
from server_push.storage.tables.registers import store as store_table

BY_SALE = {"day": "business_day", "store": "store", "register": "register", "cashier": "cashier"}
KINDS = (*BY_SALE, "tender", "vat", "department", "hour")


@dataclass(frozen=True, slots=True)
class Range:
    """Business days, both inclusive; None is any."""

    first: str
    last: str
    store: str | None = None
    register: str | None = None

    def of_sales(self) -> tuple[ColumnElement[bool], ...]:
        where = [sale.c.business_day >= self.first, sale.c.business_day <= self.last]
        where += [sale.c.training == 0, sale.c.status.in_(COUNTED)]
        for name in ("store", "register"):
            value = getattr(self, name)
            if value is not None:
                where.append(sale.c[name] == value)
        return tuple(where)


class Reports:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def by(self, kind: str, over: Range) -> dict[str, Any]:
        """`items` by `key`, ascending. Raises Refused `report-unknown`."""
        if kind not in KINDS:
            raise Refused(
                "report-unknown", f"there is no report by {kind[:40]!r}", hint=f"There are: {', '.join(KINDS)}."
            )
        with self._storage.read() as connection:
            items = list(_MAKERS.get(kind, _by_sale)(connection, over, kind))
        return {"by": kind, "from": over.first, "to": over.last, "items": items}


def as_csv(report: dict[str, Any]) -> str:
    """Semicolons, a header line, euros with a point; for a spreadsheet."""
    text = io.StringIO()
    items: Sequence[dict[str, Any]] = report["items"]
    columns = list(items[0]) if items else ["key", "sales", "returns", "total"]
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow([report["by"] if name == "key" else name for name in columns])
    for item in items:
        writer.writerow([item[name] if name in _COUNTS else format_cents(item[name]) for name in columns])
    return text.getvalue()


_COUNTS = ("key", "sales", "returns", "lines")


def _by_sale(connection: Connection, over: Range, kind: str) -> Iterator[dict[str, Any]]:
    key = func.coalesce(sale.c[BY_SALE[kind]], "")
    for found, sales, returns, total, rounding in connection.execute(_sums(key, over)):
        yield {"key": found, "sales": sales, "returns": returns, "total": total, "rounding": rounding}


def _sums(key: Any, over: Range) -> Select[Any]:
    back = func.sum(case((sale.c.kind == RETURN, 1), else_=0))
    columns = (key, func.count() - back, back, total_of(sale.c.gross - sale.c.discount), total_of(sale.c.rounding))
    return select(*columns).where(*over.of_sales()).group_by(key).order_by(key)


def _by_hour(connection: Connection, over: Range, _: str) -> Iterator[dict[str, Any]]:
    zones = {
        at: ZoneInfo(zone) for at, zone in connection.execute(select(store_table.c.store, store_table.c.time_zone))
    }
    utc = ZoneInfo("UTC")
    sums: dict[str, Counter[str]] = {}
    # By the minute, for zones differ by parts of an hour as well; a few rows a day, whatever was sold.
    minute = func.substr(sale.c.at, 1, 16)
    back = func.sum(case((sale.c.kind == RETURN, 1), else_=0))
    query = select(sale.c.store, minute, func.count() - back, back, total_of(sale.c.gross - sale.c.discount))
    for at, text, sales, returns, total in connection.execute(
        query.where(*over.of_sales()).group_by(sale.c.store, minute)
    ):
        local = parse_instant(f"{text}:00.000Z").astimezone(zones.get(at, utc))
        sums.setdefault(f"{local.hour:02d}", Counter()).update(sales=sales, returns=returns, total=total)
    for key, found in sorted(sums.items()):
        yield {"key": key, **{name: found[name] for name in ("sales", "returns", "total")}}


def _by_tender(connection: Connection, over: Range, _: str) -> Iterator[dict[str, Any]]:
    amounts = (
        select(sale_tender.c.type, func.count(sale.c.arrival.distinct()), total_of(sale_tender.c.amount))
        .join_from(sale, sale_tender, _same(sale_tender))
        .where(*over.of_sales())
        .group_by(sale_tender.c.type)
        .order_by(sale_tender.c.type)
    )
    change = connection.scalar(select(total_of(sale.c.change)).where(*over.of_sales())) or 0
    for kind, sales, amount in connection.execute(amounts):
        yield {"key": kind, "sales": sales, "total": amount - (change if kind == CASH else 0)}


def _by_vat(connection: Connection, over: Range, _: str) -> Iterator[dict[str, Any]]:
    sums: dict[int, Counter[str]] = {}
    for text in connection.scalars(select(sale.c.taxes).where(*over.of_sales())):
        for row in orjson.loads(text):
            sums.setdefault(row["rate"], Counter()).update({name: row[name] for name in ("net", "tax", "gross")})
    for rate, found in sorted(sums.items()):
        yield {"key": str(rate), "net": found["net"], "tax": found["tax"], "total": found["gross"]}


def _by_department(connection: Connection, over: Range, _: str) -> Iterator[dict[str, Any]]:
    own, everywhere = article.alias(), article.alias()
    department = func.coalesce(own.c.department, everywhere.c.department, "")
    query = (
        select(department, func.count(), total_of(sale_line.c.total))
        .join_from(sale, sale_line, _same(sale_line))
        .outerjoin(own, (own.c.article_id == sale_line.c.article_id) & (own.c.store == sale.c.store))
        .outerjoin(everywhere, (everywhere.c.article_id == sale_line.c.article_id) & (everywhere.c.store == ""))
        .where(*over.of_sales(), sale_line.c.voided == 0)
        .group_by(department)
        .order_by(department)
    )
    for found, lines, total in connection.execute(query):
        yield {"key": found, "lines": lines, "total": total}


def _same(table: Any) -> ColumnElement[bool]:
    """Plus 0: a range of arrivals or days must not be taken for the other table's as well; it is read by its key."""
    day = table.c.business_day == sale.c.business_day
    same: ColumnElement[bool] = (table.c.store == sale.c.store) & day & (table.c.arrival == sale.c.arrival + 0)
    return same


_MAKERS = {"tender": _by_tender, "vat": _by_vat, "department": _by_department, "hour": _by_hour}
