"""Expired, recalled, past its best."""

from __future__ import annotations

from typing import Any

from poscore.errors import Refused
from poscore.shop_rules import DEFAULTS
from register_svc.till.lots import Lot, recalled_whole

GTIN, DAY = "6410405216120", "2026-11-22"


def refusal(lot: Lot, *recalled: dict[str, Any]) -> str | None:
    try:
        lot.must_be_sellable({**DEFAULTS, "codes.recalled": list(recalled)}, DAY)
    except Refused as refused:
        return refused.code
    return None


def test_a_pack_is_sold_on_its_last_day_and_not_after_it() -> None:
    assert refusal(Lot(GTIN, expires=DAY)) is None
    assert refusal(Lot(GTIN, expires="2026-11-21")) == "article-expired"


def test_a_pack_past_its_best_is_sold_and_the_note_says_so() -> None:
    old = Lot(GTIN, best_before="2026-11-21")
    assert refusal(old) is None
    about = old.about(DAY)
    assert about is not None
    assert about["past_best_before"] is True
    fresh = Lot(GTIN, best_before=DAY).about(DAY)
    assert fresh is not None
    assert fresh["past_best_before"] is False


def test_only_the_lot_that_is_recalled_is_refused() -> None:
    recall = {"gtin": " 6410405216120", "lot": "L1"}
    assert refusal(Lot(GTIN, "L1"), recall) == "article-recalled"
    assert refusal(Lot(GTIN, "L2"), recall) is None
    assert refusal(Lot(GTIN), recall) is None
    assert refusal(Lot("6411401015090", "L1"), recall) is None


def test_a_recall_of_every_lot_is_the_articles_and_not_the_lots() -> None:
    rules = {**DEFAULTS, "codes.recalled": [{"gtin": "06410405216120"}, {"gtin": "6411401015090", "lot": "L1"}]}
    assert recalled_whole(rules) == [GTIN]


def test_a_code_that_names_only_the_article_leaves_no_note() -> None:
    assert Lot(GTIN).about(DAY) is None
