"""One published `catalog.db`, opened read-only and immutable: look-ups, customers, cashiers, tenders, VAT.

- The file is never written again, so no locks are taken and every thread has a connection of its own.
- What every sale needs (tender rules, VAT, settings, letterhead, promotions) is read once when the catalogue is opened.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from poscore.catalog_format import SCHEMA
from poscore.codes import code_key
from poscore.errors import Refused, Untrusted
from poscore.instants import parse_day
from poscore.promotions import Terms
from poscore.shop_rules import SettingRow
from poscore.validity import Validity
from poscore.vat import VatRate, VatTable
from register_svc.catalog.search import search_articles, search_customers
from register_svc.till.articles import Article, Customer, PriceDay
from register_svc.till.paper import Letterhead
from register_svc.till.people import Cashier
from register_svc.till.promotions import Promotion
from register_svc.till.tenders import TenderRule

_ARTICLE = "article_id, name, price, vat_code, department, unit, deposit, age_limit"
_CUSTOMER = "customer_id, name, business_id, tenders, credit_limit"
_MMAP_BYTES = 1 << 30  # pages come straight from the page cache: half the time of a look-up in a large file


class Catalog:
    """The price book of one snapshot version. Raises Untrusted `schema` or `damaged` when it cannot be used."""

    def __init__(self, path: Path, version: int) -> None:
        self.version = version
        self._uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._local = threading.local()
        self._day: PriceDay | None = None
        try:
            self.meta: Mapping[str, str] = dict(self._connection.execute("SELECT key, value FROM meta"))
            if self.meta.get("schema") != str(SCHEMA):
                raise Untrusted("schema", f"the catalogue has schema {self.meta.get('schema')}, not {SCHEMA}")
            self.tender_rules = self._read_tender_rules()
            self.vat = self._read_vat()
            self.settings = self._read_settings()
            self.letterhead = self._read_letterhead()
            self._promotions = self._read_promotions()
        except (sqlite3.DatabaseError, KeyError, ValueError, Refused) as error:
            raise Untrusted("damaged", f"the catalogue cannot be read: {error}") from error

    @property
    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self._uri, uri=True, isolation_level=None, check_same_thread=False)
            connection.execute(f"PRAGMA mmap_size={_MMAP_BYTES}")
            self._local.connection = connection
        return connection

    # --- articles

    def articles_of_code(self, text: str) -> list[Article]:
        """Every article that carries the code, the most popular first. An article number works as a code too."""
        key = code_key(text)
        if not key:
            return []
        rows = self._connection.execute(
            f"SELECT {_ARTICLE} FROM code JOIN article ON article.id = code.article WHERE code = ? ORDER BY id", (key,)
        ).fetchall()
        if rows:
            return [Article(*row) for row in rows]
        found = self.article(text.strip())
        return [found] if found else []

    def article(self, article_id: str) -> Article | None:
        row = self._connection.execute(f"SELECT {_ARTICLE} FROM article WHERE article_id = ?", (article_id,)).fetchone()
        return Article(*row) if row else None

    def one_of_id(self, article_id: str) -> Article:
        """Raises Refused `article-not-found`."""
        found = self.article(article_id)
        if found is None:
            raise Refused("article-not-found", f"there is no article {article_id}")
        return found

    def search(self, text: str, limit: int) -> list[Article]:
        """Articles whose words begin with the words of `text`; exact letters before folded ones (ä before a)."""
        return [Article(*row) for row in search_articles(self._connection, _ARTICLE, text, limit)]

    def quick_keys(self) -> list[tuple[Article, str]]:
        rows = self._connection.execute(
            f"SELECT {_ARTICLE}, label FROM quick_key JOIN article ON article.id = quick_key.article ORDER BY position"
        )
        return [(Article(*row[:-1]), row[-1]) for row in rows]

    def day(self, business_day: str) -> PriceDay:
        """The price book as the sales of one business day see it."""
        day = self._day
        if day is None or day.business_day != business_day:
            day = self._day = PriceDay.of(self.version, business_day, self.vat, self.settings)
        return day

    def promotions_of(self, article_id: str, at: datetime) -> tuple[Promotion, ...]:
        """The promotions that hold for an article at the instant `at`, by id."""
        if not self._promotions:  # a shop without any pays nothing for them
            return ()
        rows = self._connection.execute(
            "SELECT promotion_id FROM promotion_article WHERE article = (SELECT id FROM article WHERE article_id = ?)"
            " ORDER BY promotion_id",
            (article_id,),
        )
        found = (self._promotions[promotion_id] for (promotion_id,) in rows)
        return tuple(promotion for promotion, validity in found if validity.holds(at, self.letterhead.zone))

    # --- people

    def customer(self, customer_id: str) -> Customer | None:
        row = self._connection.execute(
            f"SELECT {_CUSTOMER} FROM customer WHERE customer_id = ?", (customer_id,)
        ).fetchone()
        return _customer(row) if row else None

    def customers(self, text: str, limit: int) -> list[Customer]:
        """Customers whose id, Y-tunnus or a word of whose name begins with `text`."""
        return [_customer(row) for row in search_customers(self._connection, _CUSTOMER, text, limit)]

    def cashier(self, cashier_id: str) -> Cashier | None:
        row = self._connection.execute(
            "SELECT cashier_id, name, role, pin_hash, pin_changed_at FROM cashier WHERE cashier_id = ?", (cashier_id,)
        ).fetchone()
        return Cashier(*row) if row else None

    # --- read once

    def _read_tender_rules(self) -> Mapping[str, TenderRule]:
        rows = self._connection.execute(
            "SELECT type, names, online, offline, needs_customer, reason FROM tender_type ORDER BY position"
        )
        return {
            kind: TenderRule(
                kind, json.loads(names), online, offline, bool(needs_customer), json.loads(reason) if reason else None
            )
            for kind, names, online, offline, needs_customer, reason in rows
        }

    def _read_vat(self) -> VatTable:
        rows = self._connection.execute("SELECT code, rate, valid_from, valid_to FROM vat_rate")
        return VatTable(
            VatRate(code, rate, parse_day(start), parse_day(end) if end else None) for code, rate, start, end in rows
        )

    def _read_settings(self) -> Sequence[SettingRow]:
        rows = self._connection.execute("SELECT name, valid_from, value FROM setting")
        return [(name, valid_from, json.loads(value)) for name, valid_from, value in rows]

    def _read_promotions(self) -> Mapping[str, tuple[Promotion, Validity]]:
        rows = self._connection.execute(
            "SELECT promotion_id, names, kind, count, amount, percent_bp, max_times, valid_from, valid_to, weekdays,"
            " hours FROM promotion"
        )
        return {
            promotion_id: (
                Promotion(promotion_id, Terms(*row[:5]), json.loads(names)),
                Validity.parse(*row[5:]),
            )
            for promotion_id, names, *row in rows
        }

    def _read_letterhead(self) -> Letterhead:
        header, footer = (tuple(json.loads(self.meta[name])) for name in ("receipt_header", "receipt_footer"))
        return Letterhead(header, footer, self.meta["language"], ZoneInfo(self.meta["time_zone"]))


def the_one(found: Sequence[Article], code: str, **said: Any) -> Article:
    """Raises Refused `article-not-found`, or `article-ambiguous` with candidates and what the code `said` besides."""
    if not found:
        raise Refused("article-not-found", f"no article has the code {code}")
    if len(found) > 1:
        candidates = [article.to_wire() for article in found]
        raise Refused("article-ambiguous", f"{len(found)} articles have the code {code}", candidates=candidates, **said)
    return found[0]


def _customer(row: tuple[str, str, str, str, int | None]) -> Customer:
    customer_id, name, business_id, tenders, credit_limit = row
    return Customer(customer_id, name, business_id, tuple(json.loads(tenders)), credit_limit)
