"""Promotions at the counter: what the customer saw stays, on the screen, on paper, in the record and over a restart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from backports import zstd

from poscore import records
from poscore.errors import Untrusted
from poscore.promotions import MIX_AND_MATCH, MULTI_BUY, PRICE
from poscore.quantity import Quantity
from register_svc.catalog.catalog import Catalog
from tests.support.builders import APPLES, BEER, COFFEE, COLA, MILK, ACounter, APromotion, a_catalog, a_counter, told
from tests.support.clock import NOON

TWO_MILKS = APromotion("T", MULTI_BUY, ["A1"], 2, amount=200, name="Kampanja 2 kpl 2,00")
DRINKS = APromotion("D", MIX_AND_MATCH, ["A3", "A5"], 2, name="Juomista halvin ilmaiseksi")
COFFEE_WEEK = APromotion("C", PRICE, ["A2"], amount=595, name="Kahviviikko")
ALL = (TWO_MILKS, DRINKS, COFFEE_WEEK)


def promoted(answer: dict[str, Any]) -> dict[str, dict[int, int]]:
    return {one["promotion_id"]: {part["n"]: part["amount"] for part in one["lines"]} for one in answer["promotions"]}


def discounts(answer: dict[str, Any]) -> list[int]:
    return [line["discount"] for line in answer["lines"]]


def test_a_promotion_is_a_discount_on_its_lines_and_named_beside_the_sale(tmp_path: Path) -> None:
    counter = a_counter(tmp_path, promotions=ALL)
    sale = counter.start()
    assert promoted(counter.scan(sale, MILK)) == {}
    answer = counter.scan(sale, MILK)
    assert promoted(answer) == {"T": {1: 29, 2: 29}}
    assert discounts(answer) == [29, 29]
    assert answer["promotions"][0]["amount"] == 58
    assert answer["promotions"][0]["names"]["sv"] == "Kampanja 2 kpl 2,00 sv"
    assert counter.sales.look.view(sale) == answer


def test_a_sale_without_promotions_says_so(tmp_path: Path) -> None:
    counter = a_counter(tmp_path, promotions=ALL)
    sale = counter.start()
    assert counter.scan(sale, APPLES, "0.350")["promotions"] == []


def test_quantities_voids_and_further_lines_work_it_out_anew(tmp_path: Path) -> None:
    counter = a_counter(tmp_path, promotions=ALL)
    sale = counter.start()
    counter.scan(sale, MILK)
    answer = told(counter.sales.change_quantity(counter.session, sale, 1, Quantity.parse("5"), None))
    assert promoted(answer) == {"T": {1: 116}}
    assert promoted(counter.scan(sale, MILK)) == {"T": {1: 145, 2: 29}}
    answer = told(counter.sales.void_line(counter.session, sale, 1))
    assert promoted(answer) == {}
    assert answer["totals"] | {"gross": 129, "discount": 0, "due": 129} == answer["totals"]


def test_the_cashiers_discount_comes_after(tmp_path: Path) -> None:
    counter = a_counter(tmp_path, promotions=ALL)
    sale = counter.start()
    counter.scan(sale, COFFEE)
    answer = counter.discount(sale, line=1, percent_bp=1000)
    assert discounts(answer) == [200 + 60]  # 10 % of 5.95
    assert promoted(answer) == {"C": {1: 200}}


def test_a_deposit_is_paid_in_full(tmp_path: Path) -> None:
    counter = a_counter(tmp_path, promotions=ALL)
    sale = counter.start()
    counter.scan(sale, COLA)
    answer = counter.scan(sale, BEER)
    # 1.95 and 1.70 without deposit: 1.70 is free, shared 195 : 170
    assert promoted(answer) == {"D": {1: 91, 2: 79}}
    assert answer["totals"]["due"] == 215 + 185 - 170


def test_the_receipt_names_the_promotion_under_its_article(tmp_path: Path) -> None:
    counter = a_counter(tmp_path, promotions=ALL)
    sale = counter.start()
    counter.scan(sale, MILK, "2")
    counter.discount(sale, line=1, amount=10)
    draft = counter.sales.look.receipt_draft(sale)["receipt_text"].splitlines()
    counter.pay(sale, "cash")
    done = counter.complete(sale)
    for text in (draft, done["receipt_text"].splitlines(), counter.receipts.show(sale)["receipt_text"].splitlines()):
        at = next(n for n, line in enumerate(text) if line.startswith("Maito"))
        assert [line.split() for line in text[at + 2 : at + 4]] == [
            ["Kampanja", "2", "kpl", "2,00", "-0,58"],
            ["Alennus", "-0,10"],
        ]
    assert "Kampanja 2 kpl 2,00 sv" in counter.copy(sale, "sv")["receipt_text"]


def test_the_record_keeps_what_each_promotion_took(tmp_path: Path) -> None:
    counter = a_counter(tmp_path, promotions=ALL)
    counter.sold(MILK, MILK, COFFEE)
    body = counter.records(records.SALE)[0]
    assert promoted(body) == {"C": {3: 200}, "T": {1: 29, 2: 29}}
    assert sum(one["amount"] for one in body["promotions"]) == body["sale"]["totals"]["discount"]
    assert body["discounts"] == []
    assert counter.verdict().ok


def test_training_is_priced_as_a_sale(tmp_path: Path) -> None:
    counter = a_counter(tmp_path, promotions=ALL)
    sale = counter.start(training=True)
    assert discounts(counter.scan(sale, COFFEE)) == [200]


def test_what_comes_back_on_a_receipt_is_not_priced_anew(tmp_path: Path) -> None:
    counter = a_counter(tmp_path, promotions=ALL)
    receipt = counter.sold(COFFEE)["receipt_no"]
    returned = counter.start(kind="return", original_receipt=receipt)
    assert counter.scan(returned, COFFEE)["promotions"] == []


def test_what_comes_back_without_a_receipt_is_worth_what_it_costs_today(tmp_path: Path) -> None:
    counter = a_counter(tmp_path, promotions=ALL)
    returned = counter.start(kind="return")
    answer = counter.scan(returned, COFFEE)
    assert (discounts(answer), promoted(answer)) == ([-200], {"C": {1: -200}})
    assert answer["promotions"][0]["amount"] == -200


# --- time


MIDNIGHT = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)  # in Helsinki


def test_a_campaign_ends_with_the_last_second_of_its_day_and_keeps_what_was_scanned(tmp_path: Path) -> None:
    counter = a_counter(tmp_path, promotions=[APromotion("C", PRICE, ["A2"], amount=595, last="2026-11-22")])
    counter.clock.at = MIDNIGHT - timedelta(milliseconds=1)
    sale = counter.start()
    assert discounts(counter.scan(sale, COFFEE)) == [200]
    counter.clock.at = MIDNIGHT
    answer = counter.scan(sale, COFFEE)
    assert discounts(answer) == [200, 0]
    answer = told(counter.sales.change_quantity(counter.session, sale, 1, Quantity.parse("3"), None))
    assert discounts(answer) == [600, 0]


def test_a_campaign_begins_with_the_first_second_of_its_day(tmp_path: Path) -> None:
    counter = a_counter(tmp_path, promotions=[APromotion("C", PRICE, ["A2"], amount=595, first="2026-11-23")])
    counter.clock.at = MIDNIGHT - timedelta(milliseconds=1)
    sale = counter.start()
    assert discounts(counter.scan(sale, COFFEE)) == [0]
    counter.clock.at = MIDNIGHT
    assert discounts(counter.scan(sale, COFFEE)) == [0, 200]


def test_a_snapshot_that_comes_in_between_changes_no_price_that_was_seen(tmp_path: Path) -> None:
    counter = a_counter(tmp_path, promotions=ALL)
    sale = counter.start()
    counter.scan(sale, COFFEE)
    counter.scan(sale, MILK)
    counter.use_catalog(2, promotions=[APromotion("T", MULTI_BUY, ["A1"], 2, amount=100)])
    answer = counter.scan(sale, MILK)
    assert discounts(answer) == [200, 0, 0]  # neither milk has a second of its own promotion
    assert discounts(counter.scan(sale, MILK)) == [200, 0, 79, 79]
    assert discounts(counter.scan(sale, COFFEE)) == [200, 0, 79, 79, 0]


def test_a_draft_keeps_its_promotions_over_a_restart(tmp_path: Path) -> None:
    counter = a_counter(tmp_path, promotions=ALL)
    sale = counter.start()
    counter.scan(sale, MILK)
    counter.scan(sale, COFFEE)
    seen = counter.scan(sale, MILK)
    again = counter.restarted()
    again.use_catalog(2)  # without any
    assert again.sales.look.view(sale) == seen
    answer = told(again.sales.void_line(again.session, sale, 3))
    assert promoted(answer) == {"C": {2: 200}}
    again.pay(sale, "cash")
    assert promoted(again.records(records.SALE)[-1] if again.complete(sale) else {}) == {"C": {2: 200}}


def test_a_draft_from_before_there_were_promotions_is_read(counter: ACounter) -> None:
    sale = counter.start()
    counter.scan(sale, MILK)
    with counter.db.write() as connection:
        (packed,) = connection.execute("SELECT document FROM draft").fetchone()
        document = orjson.loads(zstd.decompress(packed))
        del document["given"]
        connection.execute("UPDATE draft SET document = ?", (zstd.compress(orjson.dumps(document)),))
    again = counter.restarted()
    assert again.sales.look.view(sale)["promotions"] == []


# --- the catalogue


@pytest.mark.parametrize(("promotions", "asked"), [(ALL, 1), ((), 0)])
def test_only_a_snapshot_with_promotions_is_asked_for_them(
    tmp_path: Path, promotions: Sequence[APromotion], asked: int
) -> None:
    catalog = Catalog(a_catalog(tmp_path / "catalog.db", promotions=promotions), 1)
    catalog.article("A1")  # opens this thread's connection
    statements: list[str] = []
    catalog._connection.set_trace_callback(statements.append)
    catalog.promotions_of("A1", NOON)
    assert len(statements) == asked
    for statement in tuple(statements):
        plan = catalog._connection.execute(f"EXPLAIN QUERY PLAN {statement}").fetchall()
        assert all(step[3].startswith(("SEARCH", "SCALAR")) for step in plan)


def test_a_catalogue_with_terms_that_nobody_understands_is_not_used(tmp_path: Path) -> None:
    counter = a_counter(tmp_path)
    bad = APromotion("X", "three-for-two", ["A1"], 3)
    path = a_catalog(tmp_path / "bad.db", promotions=[bad])
    with pytest.raises(Untrusted) as untrusted:
        counter.book.switch(path, 2)
    assert untrusted.value.code == "damaged"
    assert counter.book.require().version == 1
