"""Who may buy it: what is asked, what an answer covers, and what a no does."""

from __future__ import annotations

from typing import Any

import pytest

from poscore.errors import Refused
from poscore.quantity import ONE
from register_svc.till.age import AgeAnswer, Ask, answer_age, must_be_answered, open_ask
from register_svc.till.basket import Basket
from register_svc.till.item import Item

AT = "2026-11-22T10:00:00.000Z"
YES, NO = AgeAnswer(True, "document", "101", AT), AgeAnswer(False, None, "101", AT)


def a_basket(*limits: int, **more: Any) -> Basket:
    """One line for each age limit."""
    said = {"kind": "sale", "training": False, **more}
    basket = Basket("r1-1-000001", said["kind"], said["training"], "2026-11-22", "101", 2550, AT)
    for limit in limits:
        basket = with_limit(basket, limit)
    return basket


def with_limit(basket: Basket, limit: int) -> Basket:
    return basket.add_line(Item("A", None, "Tavara", "kpl", 100, 0, 2550, limit), ONE, 1)


def voided(basket: Basket) -> list[int]:
    return [row.line.n for row in basket.lines if row.line.voided]


def test_goods_without_a_limit_ask_nothing() -> None:
    assert open_ask(a_basket(0, 0)) is None
    must_be_answered(a_basket())


def test_the_highest_limit_is_asked_for_at_its_first_line() -> None:
    assert open_ask(a_basket(0, 18, 20, 20)) == Ask(3, 20)


def test_a_yes_covers_the_sale_up_to_its_limit() -> None:
    basket = answer_age(a_basket(0, 18), YES)
    assert open_ask(with_limit(basket, 18)) is None
    higher = with_limit(basket, 20)
    assert open_ask(higher) == Ask(3, 20)
    assert open_ask(answer_age(higher, YES)) is None


def test_the_answer_is_kept_without_a_birth_date() -> None:
    note = answer_age(a_basket(18), YES).notes[-1]
    assert (note.kind, note.line) == ("age", None)
    assert note.about == {"limit": 18, "result": "confirmed", "how": "document", "cashier": "101", "at": AT}


def test_a_no_voids_what_the_customer_may_not_buy_and_nothing_else() -> None:
    basket = answer_age(a_basket(0, 18, 20), NO)
    assert voided(basket) == [2, 3]
    assert open_ask(basket) is None
    assert basket.notes[-1].about["result"] == "refused"


def test_a_no_leaves_what_a_yes_has_covered() -> None:
    basket = answer_age(with_limit(answer_age(a_basket(18), YES), 20), NO)
    assert voided(basket) == [2]
    assert open_ask(with_limit(basket, 20)) == Ask(3, 20)  # somebody else may show a document


def test_no_money_is_taken_while_a_question_is_open() -> None:
    with pytest.raises(Refused) as refused:
        must_be_answered(a_basket(18))
    assert (refused.value.code, refused.value.extra) == ("age-check-required", {"limit": 18})
    must_be_answered(a_basket(18).void_line(1))


def test_an_answer_to_nothing_is_refused() -> None:
    for basket in (a_basket(0), answer_age(a_basket(18), YES)):
        with pytest.raises(Refused) as refused:
            answer_age(basket, YES)
        assert refused.value.code == "age-check-not-asked"


@pytest.mark.parametrize("more", [{"kind": "return"}, {"training": True}])
def test_returns_and_training_ask_nothing(more: dict[str, Any]) -> None:
    assert open_ask(a_basket(20, **more)) is None
