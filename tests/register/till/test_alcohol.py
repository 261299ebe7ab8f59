"""What is alcohol, and when the store may sell it."""

from __future__ import annotations

from datetime import datetime

import pytest

from poscore.errors import Refused
from poscore.shop_rules import DEFAULTS
from register_svc.till.alcohol import Hours
from register_svc.till.articles import Article

LAWFUL = Hours.of(DEFAULTS)


def at(hour: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-22T{hour}")


@pytest.mark.parametrize(
    ("hour", "open_"),
    [("08:59:59", False), ("09:00:00", True), ("20:59:59", True), ("21:00:00", False), ("00:00:00", False)],
)
def test_alcohol_is_sold_from_nine_to_nine(hour: str, open_: bool) -> None:
    assert LAWFUL.hold(at(hour)) is open_


def test_hours_may_end_at_midnight_or_after_it() -> None:
    assert Hours("00:00", "24:00").hold(at("23:59"))
    late = Hours("10:00", "02:00")
    assert [late.hold(at(hour)) for hour in ("09:59", "10:00", "01:59", "02:00")] == [False, True, True, False]


def test_a_doubtful_hour_must_be_open_whichever_it_is() -> None:
    LAWFUL.must_hold([at("10:00"), at("20:00")])
    for readings in (["20:30", "21:10"], ["08:00", "10:00"]):
        with pytest.raises(Refused) as refused:
            LAWFUL.must_hold(map(at, readings))
        assert refused.value.code == "alcohol-hours"


# The names under which the importers file alcohol: Alko's own groups, and those of the demo and the benchmark.
ALCOHOL = [
    *("punaviinit", "valkoviinit", "kuohuviinit ja samppanjat", "oluet", "viskit", "ginit ja maustetut viinat"),
    *("liköörit ja katkerot", "roseeviinit", "jälkiruokaviinit, väkevöidyt ja muut viinit", "vodkat ja viinat"),
    *("konjakit", "rommit", "juomasekoitukset", "brandyt, armanjakit ja calvadosit", "siiderit", "Viinijuomat"),
    *("hanapakkaukset", "Olut, siideri ja lonkero", "Oluet ja siiderit", "ALKOHOLI", "", " "),
]


@pytest.mark.parametrize("department", ALCOHOL)
def test_what_has_an_age_limit_in_a_department_of_alcohol_is_alcohol(department: str) -> None:
    assert an_article(department, 18).is_alcohol(DEFAULTS)
    assert not an_article(department, 0).is_alcohol(DEFAULTS)  # the same shelf without alcohol


@pytest.mark.parametrize("department", ["Tupakka ja arvat", "Pelit", "Ilotulitteet"])
def test_other_goods_with_an_age_limit_are_sold_all_day(department: str) -> None:
    assert not an_article(department, 18).is_alcohol(DEFAULTS)


def test_the_shop_says_which_departments_those_are() -> None:
    assert an_article("Dryck", 18).is_alcohol({**DEFAULTS, "alcohol.departments": ["dryck"]})


def an_article(department: str, age_limit: int) -> Article:
    return Article("A", "Tuote", 100, "standard", department, "kpl", 0, age_limit)
