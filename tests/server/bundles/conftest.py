"""A head office with keys, some articles, and a way to publish them."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from server_push.assortment.importing import How, import_articles, import_cashiers, import_customers
from server_push.bundles.keys import Keys
from server_push.bundles.publishing import Published, Publisher
from server_push.bundles.store_profile import StoreProfile
from server_push.storage import Storage
from server_push.storage.tables.assortment import article
from tests.support.pricelists import NOW, article_list, table


class Head:
    """A small head office of stores s1 and s2."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.storage = Storage.create(directory)
        self.keys = Keys.create(directory / "keys", NOW)
        self.profiles = {store: StoreProfile(store, f"Kauppa {store}", "Ketju Oy", "0737546-2", store.encode() * 16)
                         for store in ("s1", "s2")}  # fmt: skip
        self.publisher = Publisher(directory, self.storage, lambda store: self.profiles[store])

    def sells(self, rows: Sequence[Mapping[str, str]], now: datetime = NOW) -> None:
        """Just these articles from now on."""
        import_articles(self.storage, article_list(self.directory / "list.csv", rows), now, How(complete=True))

    def employs(self, *cashiers: tuple[str, str, str, str]) -> None:
        rows = [("cashier_id", "name", "pin", "role"), *cashiers]
        import_cashiers(self.storage, table(self.directory / "list.csv", rows), NOW, How(complete=True))

    def knows(self, *customers: tuple[str, ...]) -> None:
        columns = ("customer_id", "name", "business_id", "address", "email", "tenders", "credit_limit")
        import_customers(
            self.storage, table(self.directory / "list.csv", [columns, *customers]), NOW, How(complete=True)
        )

    def has_sold(self, **popularity: int) -> None:
        with self.storage.write() as connection:
            for article_id, count in popularity.items():
                connection.execute(update(article).where(article.c.article_id == article_id).values(popularity=count))

    def publish(self, store: str = "s1", now: datetime = NOW, **how: bool) -> Published:
        return self.publisher.publish(store, now, **how)

    def lineage(self, store: str = "s1") -> Path:
        return self.directory / "bundles" / store / "lineage.db"

    def ask(self, query: str, *values: Any, store: str = "s1") -> list[tuple[Any, ...]]:
        """What the store's newest catalogue answers, read as a register reads it."""
        uri = f"{self.lineage(store).as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            return connection.execute(query, values).fetchall()

    def finds(self, words: str, store: str = "s1") -> list[str]:
        """Article ids that a search finds, the most popular first."""
        query = (
            "SELECT article_id FROM article WHERE id IN"
            " (SELECT rowid FROM article_search WHERE article_search MATCH ?) ORDER BY id"
        )
        return [row[0] for row in self.ask(query, words, store=store)]


@pytest.fixture
def head(tmp_path: Path) -> Iterator[Head]:
    head = Head(tmp_path / "office")
    yield head
    head.storage.close()
