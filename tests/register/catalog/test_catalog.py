"""One published catalogue: looked up by many threads, never written, and refused when it cannot be used."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poscore.errors import Fault, Refused, Untrusted
from poscore.quick_keys import SETTING
from poscore.vat import FINLAND
from register_svc.catalog.catalog import Catalog, the_one
from register_svc.catalog.price_book import PriceBook
from register_svc.catalog.quick_keys import pages
from register_svc.till.articles import Article
from tests.support.builders import (
    ARTICLES,
    COLA,
    CUSTOMERS,
    LETTERHEAD,
    MILK,
    TENDERS,
    ACustomer,
    AnArticle,
    a_catalog,
)

TWINS = (
    AnArticle("B1", "Suosittu", codes=("1234567890128",)),
    AnArticle("B2", "Harvinainen", codes=("1234567890128", "LOYLY-2")),
    AnArticle("1234567890128", "Omalla numerollaan"),
)


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(a_catalog(tmp_path / "catalog.db"), 7)


def refusal(act: Any, *said: Any) -> Refused:
    with pytest.raises(Refused) as refused:
        act(*said)
    return refused.value


def one_of_code(catalog: Catalog, code: str) -> Article:
    return the_one(catalog.articles_of_code(code), code)


# -- articles ------------------------------------------------------------------------------------------------------


def test_a_scan_finds_its_article(catalog: Catalog) -> None:
    article = one_of_code(catalog, COLA)
    assert article.to_wire() == {
        "article_id": "A3",
        "name": "Kola 0,5 l",
        "unit_price": 215,
        "vat_code": "reduced",
        "department": "ruoka",
        "unit": "kpl",
        "deposit": 20,
        "age_limit": 0,
    }


@pytest.mark.parametrize("dress", [f" {MILK}\r\n", f"0{MILK}", MILK[:6] + " " + MILK[6:]])
def test_a_scan_finds_it_in_every_dress(catalog: Catalog, dress: str) -> None:
    assert one_of_code(catalog, dress).article_id == "A1"


@pytest.mark.parametrize("number", ["A6", " A6 "])
def test_an_article_number_works_as_a_code(catalog: Catalog, number: str) -> None:
    assert one_of_code(catalog, number).name == "Muovikassi"


@pytest.mark.parametrize("code", ["6410405216121", "0000000000000", "0", "", "  ", "a1", "A1'; DROP TABLE article --"])
def test_an_unknown_code_is_not_found(catalog: Catalog, code: str) -> None:
    assert refusal(one_of_code, catalog, code).code == "article-not-found"


def test_several_articles_of_one_code_are_candidates_the_popular_one_first(tmp_path: Path) -> None:
    catalog = Catalog(a_catalog(tmp_path / "catalog.db", articles=TWINS), 1)
    refused = refusal(one_of_code, catalog, "1234567890128")
    assert refused.code == "article-ambiguous"
    assert [candidate["article_id"] for candidate in refused.extra["candidates"]] == ["B1", "B2"]
    assert one_of_code(catalog, "LOYLY-2").article_id == "B2"


def test_an_article_is_found_by_its_id_alone(tmp_path: Path) -> None:
    catalog = Catalog(a_catalog(tmp_path / "catalog.db", articles=TWINS), 1)
    assert catalog.one_of_id("1234567890128").name == "Omalla numerollaan"
    assert refusal(catalog.one_of_id, "LOYLY-2").code == "article-not-found"


def test_quick_keys_come_in_their_order(tmp_path: Path) -> None:
    catalog = Catalog(a_catalog(tmp_path / "catalog.db", quick_keys=("A6", "A1")), 1)
    assert [(article.article_id, label) for article, label in catalog.quick_keys()] == [("A6", "A6"), ("A1", "A1")]


def test_pages_of_the_shops_own_come_before_what_sells_most(tmp_path: Path) -> None:
    names = {"fi": "Omat", "sv": "Egna", "en": "Own"}
    own = [
        {**names, "keys": [{"article_id": "A1", "label": "Maito"}, {"article_id": "gone"}, {"article_id": "A2"}]},
        {**names, "keys": [{"open": "Kukat", "vat_code": "standard"}]},
        {**names, "keys": [{"article_id": "gone"}]},
    ]
    catalog = Catalog(a_catalog(tmp_path / "catalog.db", quick_keys=("A6",)), 1)
    shown = pages(catalog, {SETTING: own})
    assert [key["label"] for key in shown[0]["keys"]] == ["Maito", catalog.one_of_id("A2").name]
    assert [page["names"] for page in shown] == [names, names]  # nothing of the third is sold here
    assert shown[1]["keys"] == [{"article_id": None, "label": "Kukat", "unit_price": None, "vat_code": "standard"}]
    (popular,) = pages(catalog, {SETTING: own[2:]})
    assert (popular["names"], [key["article_id"] for key in popular["keys"]]) == (None, ["A6"])
    empty = Catalog(a_catalog(tmp_path / "empty.db", articles=()), 2)
    assert pages(empty, {SETTING: []}) == []


@given(st.text(max_size=20))
def test_no_text_that_is_searched_for_is_more_than_not_found(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    catalog = Catalog(_shared(tmp_path_factory), 1)
    assert len(catalog.search(text, 5)) <= 5
    assert len(catalog.customers(text, 5)) <= 5
    assert len(catalog.articles_of_code(text)) <= 5
    assert catalog.customer(text) is None or text in ("C1", "C2")
    assert catalog.cashier(text) is None or text.isdigit()


def _shared(factory: pytest.TempPathFactory) -> Path:
    path = factory.getbasetemp() / "shared-catalog.db"
    return path if path.exists() else a_catalog(path)


# -- people --------------------------------------------------------------------------------------------------------


def test_a_customer_and_a_cashier_are_found_by_their_numbers(catalog: Catalog) -> None:
    customer, cashier = catalog.customer("C1"), catalog.cashier("301")
    assert customer is not None
    assert cashier is not None
    assert (customer.name, customer.tenders, customer.credit_limit) == (
        "Rakennus Oy",
        ("invoice", "account", "payroll", "bonus"),
        100_000,
    )
    assert (cashier.name, cashier.role) == ("Maija Manager", "manager")
    assert catalog.customer("C9") is None
    assert catalog.cashier("999") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("rak", ["C1"]),
        ("RAKENNUS", ["C1"]),
        ("7654321-0", ["C2", "C1"]),
        ("c2", ["C2"]),
        ("", ["C2", "C1"]),
        ("oy", ["C1"]),
        ("x", []),
    ],
)
def test_customers_are_found_by_id_business_id_or_a_word_of_the_name(
    catalog: Catalog, text: str, found: list[str]
) -> None:
    assert [customer.customer_id for customer in catalog.customers(text, 10)] == found


def test_no_more_customers_than_asked_for(tmp_path: Path) -> None:
    customers = [ACustomer(f"C{n}", f"Rakennus {n}") for n in range(30)]
    catalog = Catalog(a_catalog(tmp_path / "catalog.db", customers=customers), 1)
    assert len(catalog.customers("rak", 10)) == 10


# -- read once -----------------------------------------------------------------------------------------------------


def test_tenders_vat_and_letterhead_are_read_when_it_is_opened(catalog: Catalog) -> None:
    assert list(catalog.tender_rules) == [tender.type for tender in TENDERS]
    assert catalog.tender_rules["payroll"].offline == "deny"
    assert catalog.tender_rules["invoice"].needs_customer is True
    assert catalog.vat.rates == FINLAND.rates
    assert catalog.letterhead.header == LETTERHEAD
    assert catalog.letterhead.language == "fi"
    assert catalog.meta["article_count"] == str(len(ARTICLES))


def test_the_rates_are_those_of_the_business_day(catalog: Catalog) -> None:
    assert catalog.day("2025-12-31").rates["reduced"] == 1400
    assert catalog.day("2026-01-01").rates["reduced"] == 1350
    assert catalog.day("2026-01-01") is catalog.day("2026-01-01")
    assert FINLAND.rate("reduced", date(2026, 1, 1)) == 1350


def test_a_catalogue_is_read_from_many_threads_at_once(catalog: Catalog) -> None:
    found: list[str] = []

    def look() -> None:
        found.extend(one_of_code(catalog, MILK).article_id for _ in range(50))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["A1"] * 200


def test_a_catalogue_is_never_written(catalog: Catalog, tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        catalog._connection.execute("DELETE FROM article")
    catalog.search("maito", 5)
    assert [path.name for path in tmp_path.iterdir()] == ["catalog.db"]  # no -wal, no -shm, no -journal


# -- what cannot be used -----------------------------------------------------------------------------------------------


def spoilt(path: Path, statement: str) -> Path:
    with closing(sqlite3.connect(a_catalog(path), isolation_level=None)) as connection:
        connection.execute(statement)
    return path


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE meta SET value = '99' WHERE key = 'schema'", "schema"),
        ("DELETE FROM meta WHERE key = 'schema'", "schema"),
        ("DROP TABLE tender_type", "damaged"),
        ("UPDATE tender_type SET names = '{' WHERE type = 'cash'", "damaged"),
        ("UPDATE vat_rate SET valid_from = 'long ago' WHERE code = 'low'", "damaged"),
        ("UPDATE vat_rate SET rate = 10000 WHERE code = 'low'", "damaged"),
        ("UPDATE vat_rate SET valid_to = NULL", "damaged"),
        ("DELETE FROM meta WHERE key = 'receipt_header'", "damaged"),
        ("UPDATE meta SET value = '[' WHERE key = 'receipt_footer'", "damaged"),
        ("UPDATE meta SET value = 'Europe/Atlantis' WHERE key = 'time_zone'", "damaged"),
        ("DELETE FROM meta WHERE key = 'language'", "damaged"),
    ],
)
def test_a_catalogue_that_cannot_be_used_is_not_trusted(tmp_path: Path, statement: str, code: str) -> None:
    with pytest.raises(Untrusted) as untrusted:
        Catalog(spoilt(tmp_path / "catalog.db", statement), 1)
    assert untrusted.value.code == code


@pytest.mark.parametrize("content", [None, b"", b"no database at all" * 100])
def test_a_file_that_is_no_catalogue_is_not_trusted(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "catalog.db"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Untrusted):
        Catalog(path, 1)


# -- the price book ----------------------------------------------------------------------------------------------------


def test_a_register_without_a_catalogue_says_so() -> None:
    with pytest.raises(Fault) as fault:
        PriceBook().require()
    assert fault.value.code == "no-snapshot"
    assert fault.value.hint


def test_switching_to_a_catalogue_that_cannot_be_used_keeps_the_old_one(tmp_path: Path) -> None:
    book = PriceBook()
    book.switch(a_catalog(tmp_path / "1.db"), 1)
    with pytest.raises(Untrusted):
        book.switch(tmp_path / "2.db", 2)
    assert book.require().version == 1
    book.switch(a_catalog(tmp_path / "3.db"), 3)
    assert book.require().version == 3


def test_a_reader_keeps_the_catalogue_it_has_got_hold_of(tmp_path: Path) -> None:
    book = PriceBook()
    book.switch(a_catalog(tmp_path / "1.db"), 1)
    held = book.require()
    book.switch(a_catalog(tmp_path / "2.db", articles=(), customers=CUSTOMERS[:1]), 2)
    assert one_of_code(held, MILK).article_id == "A1"
    assert book.require().articles_of_code(MILK) == []
