"""Promotions: the best for the customer, to the cent, whatever the order of scans."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poscore.errors import Refused
from poscore.pricing import BASIS_POINTS
from poscore.promotions import MIX_AND_MATCH, MULTI_BUY, PRICE, Terms
from poscore.quantity import Quantity
from register_svc.till.promotion_choice import choose
from register_svc.till.promotion_lots import PIECE, Lot, price_saving
from register_svc.till.promotions import (
    Given,
    Goods,
    Promotion,
    best,
    parts_by_line,
)


def a_promotion(promotion_id: str, kind: str, count: int = 1, **terms: int | None) -> Promotion:
    return Promotion(promotion_id, Terms(kind, count, **terms), {"fi": promotion_id})


def some(line: int, article: str, quantity: str, price: int, *promotions: Promotion, **more: object) -> Goods:
    fields = {"unit": "kpl", "deposit": 0, **more}
    return Goods(line, article, Quantity.parse(quantity), unit_price=price, promotions=promotions, **fields)  # type: ignore[arg-type]


def told(found: Sequence[Given]) -> dict[str, dict[int, int]]:
    return {one.promotion_id: dict(one.parts) for one in found}


# --- each kind


CAMPAIGN = a_promotion("C", PRICE, amount=99)
TWO = a_promotion("T", MULTI_BUY, 2, amount=600)
ANY_THREE = a_promotion("A", MIX_AND_MATCH, 3, amount=500)
FREE = a_promotion("F", MIX_AND_MATCH, 3)
PAIR = a_promotion("P", MIX_AND_MATCH, 2, percent_bp=2500)


def test_a_campaign_price_is_for_each_piece_and_each_kilogram() -> None:
    assert told(best([some(1, "banana", "3", 168, CAMPAIGN)])) == {"C": {1: 3 * 69}}
    # 0.350 kg: 0.59 at 1.68, 0.35 at 0.99
    assert told(best([some(1, "banana", "0.350", 168, CAMPAIGN, unit="kg")])) == {"C": {1: 24}}


def test_a_campaign_price_above_the_price_is_none() -> None:
    assert best([some(1, "banana", "3", 95, CAMPAIGN)]) == ()


def test_two_pieces_for_a_sum_and_the_third_at_its_price() -> None:
    assert told(best([some(1, "kurkku", "1", 499, TWO)])) == {}
    assert told(best([some(1, "kurkku", "2", 499, TWO)])) == {"T": {1: 398}}
    assert told(best([some(1, "kurkku", "3", 499, TWO)])) == {"T": {1: 398}}
    assert told(best([some(1, "kurkku", "1", 499, TWO), some(2, "kurkku", "1", 499, TWO)])) == {"T": {1: 199, 2: 199}}


def test_a_multi_buy_of_several_articles_is_for_each_on_its_own() -> None:
    assert best([some(1, "kurkku", "1", 499, TWO), some(2, "punajuuri", "1", 499, TWO)]) == ()


def test_any_of_a_group_for_a_sum_takes_the_dearest_and_is_shared_by_price() -> None:
    goods = [
        some(1, "a", "1", 100, ANY_THREE),
        some(2, "b", "2", 200, ANY_THREE),
        some(3, "c", "1", 300, ANY_THREE),
    ]
    # 3.00 + 2 × 2.00 − 5.00 = 2.00, shared 4 : 3
    assert told(best(goods)) == {"A": {2: 114, 3: 86}}


def test_the_cheapest_of_each_three_is_free_and_the_dearest_go_together() -> None:
    goods = [some(n, f"a{n}", "1", price, FREE) for n, price in enumerate((100, 600, 500, 400, 300, 200, 50), 1)]
    assert [one.amount for one in best(goods)] == [400 + 100]


def test_a_per_cent_off_a_pair_is_rounded_once() -> None:
    goods = [some(1, "a", "1", 99, PAIR), some(2, "b", "1", 99, PAIR)]
    assert [one.amount for one in best(goods)] == [50]  # 49.5; each on its own would be 25 + 25


def test_a_promotion_may_be_had_only_so_often() -> None:
    twice = a_promotion("T", MULTI_BUY, 2, amount=600, max_times=2)
    assert told(best([some(1, "kurkku", "10", 499, twice)])) == {"T": {1: 2 * 398}}
    three = a_promotion("C", PRICE, amount=99, max_times=3)
    assert told(best([some(1, "banana", "5", 168, three)])) == {"C": {1: 3 * 69}}


def test_a_piece_has_one_promotion_the_better_one() -> None:
    ten_per_cent = a_promotion("K", PRICE, percent_bp=1000)
    goods = [some(1, "kurkku", "3", 499, ten_per_cent, TWO)]
    assert told(best(goods)) == {"T": {1: 398}, "K": {1: 50}}
    half = a_promotion("H", PRICE, percent_bp=5000)
    assert told(best([some(1, "kurkku", "2", 499, half, TWO)])) == {"H": {1: 499}}


def test_several_sums_for_one_article_go_together_as_is_cheapest() -> None:
    two, three = a_promotion("2", MULTI_BUY, 2, amount=320), a_promotion("3", MULTI_BUY, 3, amount=460)
    assert sum(one.amount for one in best([some(1, "a", "7", 200, two, three)])) == 1400 - 320 - 320 - 460


def test_groups_that_overlap_leave_each_other_what_they_need() -> None:
    first, second = (a_promotion(name, MIX_AND_MATCH, 2, amount=200) for name in "AB")
    goods = [
        some(1, "x", "1", 150, first),
        some(2, "y", "2", 200, first, second),
        some(3, "z", "1", 150, second),
    ]
    assert sum(one.amount for one in best(goods)) == 2 * 150  # y with y would leave x and z alone


def test_a_deposit_is_never_reduced() -> None:
    goods = [some(1, "kola", "2", 215, a_promotion("F", MULTI_BUY, 2, amount=0), deposit=20)]
    assert told(best(goods)) == {"F": {1: 2 * 195}}


def test_what_is_sold_by_measure_counts_in_no_bundle() -> None:
    assert best([some(1, "omena", "3", 299, ANY_THREE, unit="kg")]) == ()
    assert best([some(1, "lanka", "1.5", 299, ANY_THREE), some(2, "lanka", "1.5", 299, ANY_THREE)]) == ()


def test_of_many_that_overlap_no_fewer_are_given_than_of_the_best_alone() -> None:
    """Too many to try every way: each in turn, in every order."""
    offered = [a_promotion(f"M{n}", MIX_AND_MATCH, 3, amount=300 + 10 * n) for n in range(4)]
    goods = [
        some(n + 1, f"a{n}", "3", 120 + 7 * n, *(one for at, one in enumerate(offered) if (n + at) % 3))
        for n in range(20)
    ]
    alone = [
        best(
            [
                Goods(g.line, g.article_id, g.quantity, g.unit, g.unit_price, 0, (one,))
                for g in goods
                if one in g.promotions
            ]
        )
        for one in offered
    ]
    found = best(goods)
    assert sum(one.amount for one in found) > max(one.amount for (one,) in alone)
    assert by_article(goods, found) == by_article(goods[::-1], best(goods[::-1]))
    for one, off in zip(goods, parts_by_line(found, len(goods)), strict=True):
        assert 0 <= off <= full(one)


def test_a_very_large_quantity_costs_no_time() -> None:
    assert told(best([some(1, "ruuvi", "9999999", 5, a_promotion("R", MULTI_BUY, 100, amount=400), PAIR)]))


def test_a_promotion_that_has_got_another_name_is_told_by_it() -> None:
    best([some(1, "kurkku", "2", 499, TWO)])
    renamed = Promotion("T", TWO.terms, {"fi": "Kurkut 2 kpl 6,00"})
    assert [one.names for one in best([some(1, "kurkku", "2", 499, renamed)])] == [{"fi": "Kurkut 2 kpl 6,00"}]


@pytest.mark.parametrize("pieces", ["299", "1400", "9999999"])
def test_many_pieces_under_several_sums_cost_no_time_either(pieces: str) -> None:
    two, three = a_promotion("2", MULTI_BUY, 2, amount=320), a_promotion("3", MULTI_BUY, 3, amount=460)
    found = best([some(1, "ruuvi", pieces, 200, two, three)])
    assert sum(one.amount for one in found) >= (600 - 460) * (int(pieces) // 3)


def test_other_terms_under_the_same_id_are_another_promotion() -> None:
    """A line keeps what it was promised; what the next snapshot promises is for the next lines."""
    later = a_promotion("T", MULTI_BUY, 2, amount=500)
    assert best([some(1, "kurkku", "1", 499, TWO), some(2, "kurkku", "1", 499, later)]) == ()


@pytest.mark.parametrize(
    "terms",
    [
        ("half-price", 1, 100),
        (PRICE, 2, 100),
        (PRICE, 1),
        (PRICE, 1, 100, 1000),
        (PRICE, 1, -1),
        (PRICE, 1, None, 10_001),
        (PRICE, 1, None, 0),
        (PRICE, 1, 100, None, 0),
        (MULTI_BUY, 1, 100),
        (MULTI_BUY, 2),
        (MIX_AND_MATCH, 1),
    ],
)
def test_terms_that_mean_nothing_cannot_be_built(terms: tuple[object, ...]) -> None:
    with pytest.raises(Refused) as refused:
        Terms(*terms)  # type: ignore[arg-type]
    assert refused.value.code == "promotion-invalid"


# --- whatever is sold


@st.composite
def promotions(draw: st.DrawFn) -> Promotion:
    kind = draw(st.sampled_from((PRICE, PRICE, MULTI_BUY, MIX_AND_MATCH, MIX_AND_MATCH)))
    limit = draw(st.none() | st.integers(1, 2))
    amount, percent = draw(st.integers(0, 900)), draw(st.integers(1, BASIS_POINTS))
    count = 1 if kind == PRICE else draw(st.integers(2, 3))
    gives: dict[str, int | None] = {"amount": amount}
    if kind != MULTI_BUY and draw(st.booleans()):
        gives = {"percent_bp": percent}
    elif kind == MIX_AND_MATCH and draw(st.booleans()):
        gives = {}
    return a_promotion(draw(st.sampled_from("ABCDEFGH")), kind, count, max_times=limit, **gives)


@st.composite
def baskets(draw: st.DrawFn, most_articles: int = 5, most_lines: int = 7) -> list[Goods]:
    offered = draw(st.lists(promotions(), max_size=4, unique_by=lambda one: one.promotion_id))
    articles = []
    for n in range(draw(st.integers(1, most_articles))):
        unit, deposit = draw(st.sampled_from(("kpl", "kpl", "kpl", "kg"))), draw(st.sampled_from((0, 0, 20)))
        chosen = tuple(draw(st.lists(st.sampled_from(offered), unique=True))) if offered else ()
        articles.append((f"a{n}", unit, deposit + draw(st.integers(0, 500)), deposit, chosen))
    lines = []
    for n in range(1, draw(st.integers(1, most_lines)) + 1):
        article, unit, price, deposit, chosen = draw(st.sampled_from(articles))
        quantity = draw(st.integers(1, 3)) * 1000 if unit == "kpl" else draw(st.integers(1, 3000))
        lines.append(Goods(n, article, Quantity(quantity), unit, price, deposit, chosen))
    return lines


def full(one: Goods) -> int:
    return one.quantity.times(one.unit_price) - one.quantity.times(one.deposit)


def by_article(goods: Sequence[Goods], found: Sequence[Given]) -> dict[tuple[str, str], int]:
    """What each promotion took off each article."""
    articles = {one.line: one.article_id for one in goods}
    sums: dict[tuple[str, str], int] = {}
    for one in found:
        for line, part in one.parts:
            key = one.promotion_id, articles[line]
            sums[key] = sums.get(key, 0) + part
    return sums


@settings(max_examples=400)
@given(goods=baskets(), order=st.randoms(use_true_random=False))
def test_no_order_of_scans_changes_what_an_article_costs(goods: list[Goods], order: random.Random) -> None:
    shuffled = list(goods)
    order.shuffle(shuffled)
    renumbered = [
        Goods(n, g.article_id, g.quantity, g.unit, g.unit_price, g.deposit, g.promotions[::-1])
        for n, g in enumerate(shuffled, 1)
    ]
    assert by_article(goods, best(goods)) == by_article(renumbered, best(renumbered))


@settings(max_examples=400)
@given(goods=baskets())
def test_a_line_is_never_dearer_and_never_below_its_deposit(goods: list[Goods]) -> None:
    found = best(goods)
    assert all(part > 0 for one in found for _, part in one.parts)
    assert all(one.amount == sum(part for _, part in one.parts) for one in found)
    for one, off in zip(goods, parts_by_line(found, len(goods)), strict=True):
        assert 0 <= off <= full(one)


@given(goods=baskets())
def test_what_is_worked_out_twice_is_the_same(goods: list[Goods]) -> None:
    assert best(goods) == best(goods)
    again = [Given.from_wire(one.wire) for one in best(goods)]
    assert tuple(again) == best(goods)


@given(promotion=promotions())
def test_a_draft_brings_a_promotion_back(promotion: Promotion) -> None:
    again = Promotion.from_wire(promotion.wire)
    assert (again, again.terms, again.names) == (promotion, promotion.terms, promotion.names)


@st.composite
def stocks(draw: st.DrawFn) -> dict[Lot, int]:
    """At most six pieces of at most three kinds, under at most three promotions."""
    offered = draw(st.lists(promotions(), min_size=1, max_size=3, unique_by=lambda one: one.promotion_id))
    found: dict[Lot, int] = {}
    for n in range(draw(st.integers(1, 3))):
        chosen = draw(st.lists(st.sampled_from(offered), unique=True))
        measured = draw(st.integers(0, 5)) == 0
        each = 350 if measured else PIECE
        lot = Lot(f"a{n}", each, measured, draw(st.integers(0, 500)), tuple(sorted(chosen, key=lambda one: one.key)))
        found[lot] = draw(st.integers(1, 2))
    return found


@settings(max_examples=300, deadline=None)
@given(stock=stocks())
def test_nothing_saves_the_customer_more(stock: dict[Lot, int]) -> None:
    """Against every way there is to give each piece to a promotion or to none."""
    uses = choose(list(stock), list(stock.values()))
    pieces = tuple(lot for lot, count in stock.items() for _ in range(count))
    assert sum(use.saving for use in uses) == _most(pieces, {})


def _most(flat: tuple[Lot, ...], used: dict[tuple[Promotion, str], int]) -> int:
    """The most that the first piece and all others can save: left alone, or with any others in any promotion."""
    if not flat:
        return 0
    first, others = flat[0], flat[1:]
    most = _most(others, used)
    for promotion in first.promotions:
        terms = promotion.terms
        key = promotion, first.article_id if terms.kind == MULTI_BUY else ""
        if terms.max_times is not None and used.get(key, 0) >= terms.max_times:
            continue
        if terms.kind != PRICE and first.measured:
            continue
        for places in combinations(range(len(others)), terms.count - 1):
            together = [first, *(others[at] for at in places)]
            if any(promotion not in lot.promotions or lot.measured for lot in together[1:]):
                continue
            if terms.kind == MULTI_BUY and len({lot.article_id for lot in together}) > 1:
                continue
            rest = tuple(lot for at, lot in enumerate(others) if at not in places)
            saving = _saving(terms, together)
            most = max(most, saving + _most(rest, {**used, key: used.get(key, 0) + 1}))
    return most


def _saving(terms: Terms, together: Sequence[Lot]) -> int:
    if terms.kind == PRICE:
        return price_saving(terms, together[0])
    worth = [lot.worth for lot in together]
    if terms.percent_bp is not None:
        return sum(worth) * terms.percent_bp
    return BASIS_POINTS * (min(worth) if terms.amount is None else sum(worth) - terms.amount)
