"""Alcohol by the hour and goods by the age, at the counter: the noon of the tests is noon in Helsinki."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from poscore.errors import PosError
from tests.support.builders import ARTICLES, BEER, MILK, ACounter, AnArticle, told

GIN, SMOKES = "6412345000008", "6412345000015"
GOODS = (
    *(replace(one, department="oluet") if one.age_limit else one for one in ARTICLES),
    AnArticle("G", "Gini", 2990, (GIN,), vat_code="standard", department="ginit ja maustetut viinat", age_limit=20),
    AnArticle("T", "Savukkeet", 1120, (SMOKES,), vat_code="standard", department="Tupakka", age_limit=18),
)
MORNING, EVENING = "2026-11-22T06:59:59.999Z", "2026-11-22T19:00:00.000Z"  # 8.59 and 21.00


def code(act: Callable[..., Any], *args: Any, **named: Any) -> str:
    with pytest.raises(PosError) as refused:
        act(*args, **named)
    return refused.value.code


@pytest.fixture
def counter(opened: Callable[..., ACounter]) -> ACounter:
    return opened(articles=GOODS)


# -- age -------------------------------------------------------------------------------------------------------------


def test_the_sale_asks_before_it_takes_money(counter: ACounter) -> None:
    sale = counter.start()
    view = counter.scan(sale, BEER)
    assert view["asks"] == [{"kind": "age", "line": 1, "limit": 18, "ask_under": 30}]
    assert code(counter.pay, sale, "cash") == "age-check-required"
    assert code(counter.complete, sale) == "age-check-required"
    assert counter.answer_age(sale, True, "looks-older")["asks"] == []
    counter.pay(sale, "cash")
    done = counter.complete(sale)
    notes = counter.reader.record_of_sale(done["receipt_no"]).body["notes"]
    assert notes == [
        {
            "kind": "age",
            "line": None,
            "about": {
                "limit": 18,
                "result": "confirmed",
                "how": "looks-older",
                "cashier": "101",
                "at": "2026-11-22T10:00:00.000Z",
            },
        }
    ]
    assert counter.verdict().ok


def test_a_no_takes_the_goods_off_and_the_rest_is_sold(counter: ACounter) -> None:
    sale = counter.start()
    counter.scan(sale, MILK)
    counter.scan(sale, BEER)
    view = counter.answer_age(sale, False)
    assert [line["voided"] for line in view["lines"]] == [False, True]
    assert view["asks"] == []
    counter.pay(sale, "card")
    assert counter.complete(sale)["sale"]["totals"]["due"] == 129
    assert counter.records("sale")[0]["notes"][0]["about"]["result"] == "refused"


def test_a_question_and_its_answer_survive_a_restart(counter: ACounter) -> None:
    sale = counter.start()
    counter.scan(sale, BEER)
    again = counter.restarted()
    assert again.sales.look.view(sale)["asks"][0]["limit"] == 18
    again.answer_age(sale, True)
    third = again.restarted()
    assert third.sales.look.view(sale)["asks"] == []
    assert third.scan(sale, GIN)["asks"] == [{"kind": "age", "line": 2, "limit": 20, "ask_under": 30}]
    third.db.close()
    third.state.close()


def test_a_sale_given_away_asks_as_well(counter: ACounter) -> None:
    sale = counter.start()
    counter.scan(sale, BEER)
    counter.discount(sale, percent_bp=10_000)
    assert code(counter.complete, sale) == "age-check-required"


def test_returns_and_training_ask_nothing_at_any_hour(counter: ACounter) -> None:
    counter.clock.set(EVENING)
    for new in ({"kind": "return"}, {"training": True}):
        sale = counter.start(**new)
        assert counter.scan(sale, GIN)["asks"] == []
        counter.pay(sale, "card")
        counter.complete(sale)


# -- hours -----------------------------------------------------------------------------------------------------------


def test_alcohol_is_refused_outside_its_hours_and_all_else_is_sold(counter: ACounter) -> None:
    for hour in (MORNING, EVENING):
        counter.clock.set(hour)
        sale = counter.start()
        for goods in (BEER, GIN):
            assert code(counter.scan, sale, goods) == "alcohol-hours"
        counter.scan(sale, MILK)
        counter.scan(sale, SMOKES)
        counter.check_age(sale)
        counter.pay(sale, "card")
        counter.complete(sale)


def test_who_stands_in_the_queue_at_nine_is_not_served(counter: ACounter) -> None:
    counter.clock.set("2026-11-22T18:59:00.000Z")
    waiting, paid = counter.start(), counter.start()
    for sale in (waiting, paid):
        counter.scan(sale, BEER)
        counter.check_age(sale)
    counter.pay(paid, "cash")
    counter.clock.set(EVENING)
    assert code(counter.pay, waiting, "cash") == "alcohol-hours"
    assert code(counter.complete, paid) == "alcohol-hours"
    counter.scan(waiting, MILK)  # the rest of the basket goes on
    told(counter.sales.void_line(counter.session, waiting, 1))
    counter.pay(waiting, "cash")
    counter.complete(waiting)


def test_the_hours_are_head_offices_time_and_not_this_machines(counter: ACounter) -> None:
    counter.clock_is_slow_by = timedelta(hours=10)
    assert code(counter.scan, counter.start(), BEER) == "alcohol-hours"
    counter.clock.set(EVENING)
    counter.clock_is_slow_by = timedelta(hours=-2)
    counter.scan(counter.start(), BEER)


def test_a_clock_that_is_set_back_opens_nothing(counter: ACounter) -> None:
    counter.clock.set("2026-11-22T19:05:00.000Z")
    counter.sold(MILK)
    counter.clock.set("2026-11-22T18:00:00.000Z")
    assert code(counter.scan, counter.start(), BEER) == "alcohol-hours"
    for _ in range(3):  # signing in again does not help
        counter.sessions.sign_in("101", "1234")
    assert code(counter.scan, counter.start(), BEER) == "alcohol-hours"
    again = counter.restarted()
    assert code(again.scan, again.start(), BEER) == "alcohol-hours"
    again.clock.set("2026-11-23T07:30:00.000Z")
    again.scan(again.start(), BEER)
    again.db.close()
    again.state.close()


def test_a_clock_that_once_stood_in_another_year_is_forgotten(counter: ACounter) -> None:
    counter.clock.set("2035-01-01T01:00:00.000Z")
    counter.sold(MILK)
    counter.clock.set("2026-11-22T12:00:00.000Z")
    assert code(counter.scan, counter.start(), BEER) == "alcohol-hours"
    for _ in range(200):
        counter.sold(MILK)
    counter.scan(counter.start(), BEER)


def test_a_clock_that_once_stood_ahead_does_not_open_an_hour_for_ever(counter: ACounter) -> None:
    counter.clock.set("2035-01-01T12:00:00.000Z")
    counter.sold(MILK)
    counter.clock.set(EVENING)
    assert code(counter.scan, counter.start(), BEER) == "alcohol-hours"


def test_the_hours_are_settings(opened: Callable[..., ACounter]) -> None:
    counter = opened(articles=GOODS, settings={"alcohol.until": "22:00", "age.ask_under": 25})
    counter.clock.set("2026-11-22T19:30:00.000Z")
    assert counter.scan(counter.start(), BEER)["asks"][0]["ask_under"] == 25
