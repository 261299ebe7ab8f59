"""An open sale: its lines, discounts and tenders, and what may be done when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from poscore.errors import Refused
from poscore.money import MAX_CENTS, cash_rounding
from poscore.pricing import Left
from poscore.quantity import ONE, Quantity
from poscore.sale import Sale
from poscore.vat import FINLAND, VatRate, VatTable
from register_svc.till.articles import Article, PriceDay
from register_svc.till.basket import MAX_LINES, Basket
from register_svc.till.discounts import Discount
from register_svc.till.item import Item, standard_rate

DAY = PriceDay.of(3, "2026-11-22", FINLAND)
MILK = Article("A1", "Maito", 129, "reduced", "ruoka", "kpl", 0, 0)
COLA = Article("A3", "Kola", 215, "reduced", "ruoka", "kpl", 20, 0)
BEER = Article("A5", "Olut", 185, "standard", "juoma", "kpl", 15, 18)


def a_basket(*articles: Article, kind: str = "sale", **fields: Any) -> Basket:
    basket = Basket(
        *("r1-1-000001", kind, False, "2026-11-22", "101", standard_rate(DAY), "2026-11-22T10:00:00.000Z"), **fields
    )
    for article in articles:
        basket = basket.add_line(Item.of_article(article, "code", DAY), ONE, 3)
    return basket


def an_item(price: int, deposit: int = 0, rate: int = 1350) -> Item:
    return Item("X", None, "Tavara", "kpl", price, deposit, rate, 0)


def percent(percent_bp: int, line: int | None = None) -> Discount:
    return Discount(line, percent_bp, None, "reason")


def euros(cents: int, line: int | None = None) -> Discount:
    return Discount(line, None, cents, "reason")


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def totals(basket: Basket) -> list[int]:
    return [row.line.total for row in basket.lines]


def discounts(basket: Basket) -> list[int]:
    return [row.line.discount for row in basket.lines]


# -- lines ---------------------------------------------------------------------------------------------------------


def test_a_line_copies_all_it_needs_from_the_price_book() -> None:
    line = a_basket(BEER).lines[0].line
    assert (line.n, line.article_id, line.code, line.name, line.unit) == (1, "A5", "code", "Olut", "kpl")
    assert (line.unit_price, line.deposit, line.vat_rate, line.total, line.discount) == (185, 15, 2550, 185, 0)


def test_a_line_remembers_its_age_limit() -> None:
    assert a_basket(BEER).lines[0].item.age_limit == 18


def test_a_quantity_multiplies_price_and_deposit() -> None:
    basket = a_basket().add_line(Item.of_article(COLA, None, DAY), Quantity.parse("3"), 3)
    assert (basket.lines[0].line.total, basket.lines[0].line.deposit) == (645, 60)


def test_a_weighed_line_is_rounded_half_away_from_zero() -> None:
    basket = a_basket().add_line(an_item(299), Quantity.parse("0.350"), 3)
    assert totals(basket) == [105]  # 104.65


def test_an_open_price_has_no_article() -> None:
    item = Item.open_price("Kukkakimppu", 1500, "reduced", DAY)
    line = a_basket().add_line(item, ONE, 3).lines[0].line
    assert (line.article_id, line.code, line.name, line.total, line.vat_rate) == (None, None, "Kukkakimppu", 1500, 1350)


def test_a_vat_code_without_a_rate_today_is_refused() -> None:
    assert refusal(lambda: Item.open_price("X", 1, "luxury", DAY)) == "vat-unknown"


def test_a_code_that_has_run_out_stops_only_its_own_articles() -> None:
    table = VatTable(
        [VatRate("standard", 2550, date(2024, 9, 1)), VatRate("low", 1000, date(2013, 1, 1), date(2025, 12, 31))]
    )
    day = PriceDay.of(3, "2026-11-22", table)
    assert standard_rate(day) == 2550
    assert refusal(lambda: Item.open_price("Lehti", 1, "low", day)) == "vat-unknown"


def test_without_a_standard_rate_no_deposit_can_be_taxed() -> None:
    assert refusal(lambda: standard_rate(PriceDay(3, "2026-11-22", {"reduced": 1350}))) == "vat-unknown"


@pytest.mark.parametrize("quantity", ["0", "-1", "-0.5"])
@pytest.mark.parametrize("kind", ["sale", "return"])
def test_a_quantity_is_more_than_zero(quantity: str, kind: str) -> None:
    basket = a_basket(MILK, kind=kind)
    assert refusal(lambda: basket.add_line(an_item(1), Quantity.parse(quantity), 3)) == "quantity-invalid"
    assert refusal(lambda: basket.change_quantity(1, Quantity.parse(quantity))) == "quantity-invalid"


def test_changing_a_quantity_changes_what_follows_from_it() -> None:
    basket = a_basket(COLA, MILK).change_quantity(1, Quantity.parse("2"))
    assert totals(basket) == [430, 129]
    assert basket.lines[0].line.deposit == 40


@pytest.mark.parametrize("n", [0, 2, -1, 99])
def test_a_line_that_is_not_there_cannot_be_changed(n: int) -> None:
    basket = a_basket(MILK)
    assert refusal(lambda: basket.change_quantity(n, ONE)) == "line-not-found"
    assert refusal(lambda: basket.void_line(n)) == "line-not-found"
    assert refusal(lambda: basket.add_discount(percent(1000, line=n))) == "line-not-found"


def test_a_voided_line_stays_listed_and_counts_nowhere() -> None:
    basket = a_basket(MILK, COLA).void_line(1)
    sale = basket.document(offline=False)
    assert [line.voided for line in sale.lines] == [True, False]
    assert sale.totals.due == 215
    assert sum(row.gross for row in sale.taxes) == 215


def test_a_voided_line_is_not_touched_again() -> None:
    basket = a_basket(MILK, COLA).void_line(1)
    assert refusal(lambda: basket.void_line(1)) == "line-voided"
    assert refusal(lambda: basket.change_quantity(1, ONE)) == "line-voided"
    assert refusal(lambda: basket.add_discount(percent(1000, line=1))) == "line-voided"


def test_lines_keep_their_numbers_after_a_void() -> None:
    basket = a_basket(MILK, COLA).void_line(1).add_line(an_item(100), ONE, 3)
    assert [row.line.n for row in basket.lines] == [1, 2, 3]


def test_a_sale_keeps_the_snapshot_of_its_first_line() -> None:
    basket = a_basket(MILK).add_line(an_item(100), ONE, 4)
    assert basket.snapshot == 3
    assert a_basket().snapshot is None


def test_a_sale_has_an_end() -> None:
    row = a_basket(MILK).lines[0]
    full = replace(a_basket(), lines=(row,) * MAX_LINES)
    assert refusal(lambda: full.add_line(an_item(1), ONE, 3)) == "sale-too-long"


def test_a_sum_that_no_register_can_keep_is_refused() -> None:
    basket = a_basket().add_line(an_item(MAX_CENTS), Quantity.parse("2"), 3)
    assert refusal(lambda: basket.document(offline=False)) == "amount-too-large"


# -- discounts -----------------------------------------------------------------------------------------------------


def test_a_discount_on_a_line_is_a_percentage_or_an_amount_of_it() -> None:
    basket = a_basket(MILK, COLA)
    assert discounts(basket.add_discount(percent(1000, line=2))) == [0, 22]  # 21.5
    assert discounts(basket.add_discount(euros(50, line=1))) == [50, 0]


def test_a_discount_on_the_sale_is_split_in_proportion() -> None:
    assert discounts(a_basket(MILK, COLA).add_discount(euros(100))) == [38, 62]  # 37.5 and 62.5: largest remainder


def test_discounts_on_lines_come_before_those_on_the_sale() -> None:
    one = a_basket(MILK, COLA).add_discount(percent(1000)).add_discount(euros(29, line=1))
    other = a_basket(MILK, COLA).add_discount(euros(29, line=1)).add_discount(percent(1000))
    assert discounts(one) == discounts(other)
    assert one.document(offline=False).totals.discount == 29 + 32  # 31.5 of what is left


def test_a_discount_follows_what_is_changed_later() -> None:
    basket = a_basket(MILK).add_discount(percent(1000)).add_line(Item.of_article(COLA, None, DAY), ONE, 3)
    assert basket.document(offline=False).totals.discount == 34
    assert basket.change_quantity(1, Quantity.parse("10")).document(offline=False).totals.discount == 151
    assert basket.void_line(1).document(offline=False).totals.discount == 22


def test_an_amount_never_takes_more_than_what_is_left_of_the_sale() -> None:
    basket = a_basket(MILK, COLA).add_discount(euros(300)).void_line(2)
    assert discounts(basket) == [129, 0]
    assert basket.document(offline=False).totals.due == 0


def test_a_voided_line_loses_its_discount() -> None:
    basket = a_basket(MILK, COLA).add_discount(percent(5000, line=1)).void_line(1)
    assert discounts(basket) == [0, 0]
    assert basket.document(offline=False).totals == a_basket(COLA).document(offline=False).totals


@pytest.mark.parametrize(
    ("discount", "code"),
    [
        (euros(345), "discount-too-large"),
        (euros(130, line=1), "discount-too-large"),
        (percent(1000, line=3), "line-not-found"),
    ],
)
def test_a_discount_is_no_larger_than_what_it_is_taken_from(discount: Discount, code: str) -> None:
    assert refusal(lambda: a_basket(MILK, COLA).add_discount(discount)) == code


def test_nothing_can_be_taken_off_nothing() -> None:
    assert refusal(lambda: a_basket().add_discount(percent(1000))) == "discount-too-large"


@pytest.mark.parametrize(("percent_bp", "amount"), [(None, None), (1000, 100), (0, None), (10_001, None), (-1, None)])
def test_a_discount_is_a_percentage_of_at_most_a_hundred_or_an_amount(
    percent_bp: int | None, amount: int | None
) -> None:
    assert refusal(lambda: Discount(None, percent_bp, amount, "reason")) == "body-invalid"


prices = st.lists(st.integers(0, 5_000), min_size=1, max_size=6)
wishes = st.lists(
    st.tuples(st.booleans(), st.integers(1, 10_000), st.one_of(st.none(), st.integers(1, 6))), min_size=1, max_size=4
)


def discounted(basket: Basket, wanted: list[tuple[bool, int, int | None]]) -> Basket:
    """With every discount that is not refused."""
    for is_percent, size, line in wanted:
        discount = percent(size, line) if is_percent else euros(size, line)
        try:
            basket = basket.add_discount(discount)
        except Refused:
            continue
    return basket


@given(prices, wishes)
def test_no_discount_loses_a_cent_or_takes_more_than_there_is(
    price_list: list[int], wanted: list[tuple[bool, int, int | None]]
) -> None:
    basket = a_basket()
    for price in price_list:
        basket = basket.add_line(an_item(price), ONE, 3)
    sale = discounted(basket, wanted).document(offline=False)
    assert sale.totals.gross == sum(price_list)
    assert sale.totals.discount == sum(line.discount for line in sale.lines)
    assert 0 <= sale.totals.discount <= sale.totals.gross
    assert all(0 <= line.discount <= line.unit_price for line in sale.lines)


@given(prices, wishes, st.integers(1, 3000))
def test_a_return_is_the_sale_with_its_sign_turned(
    price_list: list[int], wanted: list[tuple[bool, int, int | None]], thousandths: int
) -> None:
    def built(kind: str) -> Sale:
        basket = a_basket(kind=kind)
        for price in price_list:
            basket = basket.add_line(an_item(price, min(price, 15)), Quantity(thousandths), 3)
        basket = discounted(basket, wanted)
        if basket.left().cash:
            basket = basket.add_tender("cash", None, None)
        return basket.completed(offline=False)

    sold, given_back = built("sale"), built("return")
    assert [line.total for line in given_back.lines] == [-line.total for line in sold.lines]
    assert [line.discount for line in given_back.lines] == [-line.discount for line in sold.lines]
    assert [line.deposit for line in given_back.lines] == [-line.deposit for line in sold.lines]
    assert [line.quantity for line in given_back.lines] == [-line.quantity for line in sold.lines]
    assert [tender.amount for tender in given_back.tenders] == [-tender.amount for tender in sold.tenders]
    assert [(row.rate, -row.net, -row.tax, -row.gross) for row in given_back.taxes] == [
        (row.rate, row.net, row.tax, row.gross) for row in sold.taxes
    ]
    before, after = sold.totals, given_back.totals
    assert (after.gross, after.discount, after.rounding) == (-before.gross, -before.discount, -before.rounding)
    assert (after.due, after.paid, after.change) == (-before.due, -before.paid, 0)


# -- tenders -------------------------------------------------------------------------------------------------------


def test_no_amount_settles_what_is_left() -> None:
    assert a_basket(MILK, COLA).add_tender("card", None, "4567").tenders[0].amount == 344
    assert a_basket(MILK, COLA).add_tender("cash", None, None).tenders[0].amount == 345


def test_what_is_left_is_exact_for_a_card_and_rounded_for_cash() -> None:
    assert a_basket(MILK, COLA).left() == Left(exact=344, cash=345)
    assert a_basket(MILK, COLA, kind="return").left() == Left(exact=344, cash=345)


def test_only_cash_gives_change() -> None:
    assert a_basket(MILK).add_tender("cash", 500, None).completed(offline=False).totals.change == 370
    for kind in ("card", "invoice", "account", "payroll", "bonus", "voucher"):
        assert refusal(partial(a_basket(MILK).add_tender, kind, 130, None)) == "amount-too-large"


def test_a_return_gives_no_change() -> None:
    basket = a_basket(MILK, kind="return")
    assert refusal(lambda: basket.add_tender("cash", 135, None)) == "amount-too-large"
    assert basket.add_tender("cash", None, None).tenders[0].amount == -130


def test_a_sale_may_be_paid_in_parts() -> None:
    basket = a_basket(MILK, COLA).add_tender("card", 100, None).add_tender("voucher", 44, None)
    assert basket.left() == Left(exact=200, cash=200)
    sale = basket.add_tender("cash", 1000, None).completed(offline=False)
    assert (sale.totals.paid, sale.totals.change, sale.totals.rounding) == (1144, 800, 0)


def test_a_settled_sale_takes_no_more() -> None:
    for kind, amount in (("card", 129), ("cash", 130), ("cash", 500)):
        basket = a_basket(MILK).add_tender(kind, amount, None)
        assert refusal(partial(basket.add_tender, "card", None, None)) == "nothing-to-pay"
        assert refusal(partial(basket.add_tender, "cash", 100, None)) == "nothing-to-pay"


def test_a_sale_of_nothing_takes_no_tender() -> None:
    assert refusal(lambda: a_basket().add_tender("cash", 100, None)) == "nothing-to-pay"


def test_cash_one_cent_short_of_coins_is_asked_for_in_cash() -> None:
    """5.13 is 5.15 in coins: 5.14 leaves one cent, and no card can pay it."""
    basket = a_basket().add_line(an_item(513), ONE, 3).add_tender("cash", 514, None)
    assert basket.left() == Left(exact=0, cash=1)
    assert refusal(lambda: basket.completed(offline=False)) == "not-paid"
    assert refusal(lambda: basket.add_tender("card", None, None)) == "nothing-to-pay"
    assert basket.add_tender("cash", None, None).completed(offline=False).totals.rounding == 2


def test_a_tender_is_taken_away_and_its_number_is_not_used_again_while_others_stand() -> None:
    basket = a_basket(MILK).add_tender("card", 29, None).add_tender("card", 50, None).remove_tender(1)
    assert [tender.n for tender in basket.tenders] == [2]
    assert [tender.n for tender in basket.add_tender("card", None, None).tenders] == [2, 3]
    assert refusal(lambda: basket.remove_tender(1)) == "tender-not-found"


def test_once_a_tender_is_on_it_the_sale_is_not_changed() -> None:
    basket = a_basket(MILK).add_tender("card", 29, None)
    changes: tuple[Callable[[], Basket], ...] = (
        lambda: basket.add_line(an_item(1), ONE, 3),
        lambda: basket.change_quantity(1, ONE),
        lambda: basket.void_line(1),
        lambda: basket.add_discount(percent(1000)),
        lambda: basket.with_customer("C1"),
    )
    assert {refusal(change) for change in changes} == {"sale-has-tenders"}
    assert basket.remove_tender(1).void_line(1).lines[0].line.voided


@pytest.mark.parametrize("state", ["parked", "completed", "aborted"])
def test_a_sale_that_is_not_open_is_not_touched(state: str) -> None:
    basket = replace(a_basket(MILK), state=state)
    changes: tuple[Callable[[], object], ...] = (
        lambda: basket.add_line(an_item(1), ONE, 3),
        lambda: basket.change_quantity(1, ONE),
        lambda: basket.void_line(1),
        lambda: basket.add_discount(percent(1000)),
        lambda: basket.with_customer("C1"),
        lambda: basket.add_tender("cash", None, None),
        lambda: basket.remove_tender(1),
        lambda: basket.completed(offline=False),
    )
    assert {refusal(change) for change in changes} == {"sale-not-open"}


# -- completing ----------------------------------------------------------------------------------------------------


def test_a_sale_that_is_not_paid_is_not_completed() -> None:
    assert refusal(lambda: a_basket(MILK).completed(offline=False)) == "not-paid"
    assert refusal(lambda: a_basket(MILK).add_tender("cash", 100, None).completed(offline=False)) == "not-paid"


def test_a_sale_of_nothing_is_not_completed() -> None:
    assert refusal(lambda: a_basket().completed(offline=False)) == "sale-empty"
    assert refusal(lambda: a_basket(MILK).void_line(1).completed(offline=False)) == "sale-empty"


def test_a_sale_with_nothing_due_is_completed_without_a_tender() -> None:
    sale = a_basket(MILK).add_discount(percent(10_000)).completed(offline=False)
    assert (sale.totals.due, sale.tenders, sale.header.state) == (0, (), "completed")


def test_a_completed_document_says_the_mode_it_was_completed_in() -> None:
    basket = a_basket(MILK).add_tender("card", None, None)
    assert basket.completed(offline=True).header.offline
    assert not basket.completed(offline=False).header.offline


def test_the_customer_is_chosen_and_left_away() -> None:
    assert a_basket(MILK).with_customer("C1").document(offline=False).header.customer == "C1"
    assert a_basket(MILK).with_customer("C1").with_customer(None).document(offline=False).header.customer is None


def test_a_sale_is_empty_until_something_is_on_it() -> None:
    assert a_basket().is_empty
    assert not a_basket(MILK).is_empty
    assert not a_basket(MILK).void_line(1).is_empty


@given(st.integers(0, 3_000), st.integers(0, 3_000))
def test_paying_a_part_by_card_and_the_rest_in_cash_rounds_the_rest_alone(price: int, card: int) -> None:
    basket = a_basket().add_line(an_item(price), ONE, 3)
    card = min(card, price)
    if card:
        basket = basket.add_tender("card", card, None)
    if basket.left().cash:
        basket = basket.add_tender("cash", None, None)
        assert basket.completed(offline=False).totals.rounding == cash_rounding(price - card)
    else:
        assert basket.completed(offline=False).totals.rounding == 0


# -- on disk -------------------------------------------------------------------------------------------------------


def test_a_draft_survives_the_disk() -> None:
    basket = (
        a_basket(MILK, BEER, customer="C1", original_receipt=None)
        .change_quantity(2, Quantity.parse("2.5"))
        .add_discount(percent(1000))
        .add_discount(euros(10, line=1))
        .add_line(Item.open_price("Kukka", 100, "reduced", DAY), ONE, 3)
        .void_line(1)
        .add_tender("card", 100, "ref")
    )
    assert Basket.from_wire(orjson.loads(orjson.dumps(basket.to_wire()))) == basket


@given(prices, wishes, st.booleans())
def test_any_draft_survives_the_disk_and_goes_on_as_before(
    price_list: list[int], wanted: list[tuple[bool, int, int | None]], is_return: bool
) -> None:
    basket = a_basket(kind="return" if is_return else "sale")
    for price in price_list:
        basket = basket.add_line(an_item(price), ONE, 3)
    basket = discounted(basket, wanted)
    again = Basket.from_wire(orjson.loads(orjson.dumps(basket.to_wire())))
    assert again == basket
    assert again.add_line(an_item(77), ONE, 3) == basket.add_line(an_item(77), ONE, 3)
