"""The arithmetic of a sale, as interfaces state it: sums, taxes, rounding, what is left to pay."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poscore.money import cash_rounding
from poscore.pricing import (
    CASH,
    Left,
    Totals,
    discount_of,
    is_settled,
    left_to_pay,
    rounding_of,
    split_discount,
    taxes_agree,
    taxes_of,
    totals_of,
)
from poscore.sale import Line, Tender
from poscore.vat import TaxRow
from tests.support.strategies import STANDARD_RATE, Goods, Purchase, baskets, cents, lines_of, purchases, signed_cents


def a_line(total: int, **changes: int | bool) -> Line:
    """A line of one piece."""
    goods = Goods(1000, abs(total), 0, STANDARD_RATE, 0, voided=False)
    line = goods.line(1, -1 if total < 0 else 1)
    return Line(**{**{name: getattr(line, name) for name in Line.__slots__}, **changes})


def paid_with(*tenders: tuple[str, int]) -> list[Tender]:
    return [Tender(n, kind, amount) for n, (kind, amount) in enumerate(tenders, 1)]


# -- sums ----------------------------------------------------------------------------------------------------------


@settings(max_examples=50)
@given(baskets, cents)
def test_gross_and_discount_are_the_sums_over_the_lines_that_count(basket: list[Goods], discount: int) -> None:
    lines = lines_of(basket, 1, discount)
    counting = [line for line in lines if not line.voided]
    totals = totals_of(lines, [])
    assert totals.gross == sum(line.quantity.times(line.unit_price) for line in counting)
    assert totals.discount == sum(line.discount for line in counting)
    assert totals.due == totals.gross - totals.discount == sum(line.total for line in counting)
    assert (totals.rounding, totals.paid, totals.change) == (0, 0, 0)


@given(cents, st.lists(cents, min_size=1, max_size=20).filter(any), st.sampled_from([1, -1]))
def test_a_discount_on_the_sale_is_split_without_losing_a_cent(amount: int, line_totals: list[int], sign: int) -> None:
    amount = min(amount, sum(line_totals))
    parts = split_discount(sign * amount, [sign * total for total in line_totals])
    assert sum(parts) == sign * amount
    assert all(0 <= part * sign <= total for part, total in zip(parts, line_totals, strict=True))


@given(signed_cents, st.integers(0, 10_000))
def test_a_percentage_of_a_return_is_that_of_the_sale_with_its_sign_turned(total: int, percent_bp: int) -> None:
    assert discount_of(-total, percent_bp) == -discount_of(total, percent_bp)


def test_sums_that_do_not_fit_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="is not gross"):
        Totals(gross=100, discount=0, rounding=0, due=99, paid=0, change=0)


# -- taxes ---------------------------------------------------------------------------------------------------------


@settings(max_examples=50)
@given(purchases(), st.sampled_from(["sale", "return"]))
def test_the_taxes_sum_to_what_is_due_before_rounding(purchase: Purchase, kind: str) -> None:
    sale = purchase.document(kind)
    assert sum(row.gross for row in sale.taxes) == sale.totals.due - sale.totals.rounding
    assert all(row.net + row.tax == row.gross for row in sale.taxes)
    assert [row.rate for row in sale.taxes] == sorted({row.rate for row in sale.taxes})


def test_the_deposit_part_of_a_line_is_taxed_at_the_standard_rate() -> None:
    lines = [Goods(2000, 115, 15, 1350, 0, voided=False).line(1, 1)]
    assert taxes_of(lines, STANDARD_RATE) == (TaxRow.of_gross(1350, 200), TaxRow.of_gross(STANDARD_RATE, 30))


def test_tax_is_worked_out_on_the_sum_of_the_receipt_and_not_line_by_line() -> None:
    lines = [Goods(1000, 11, 0, STANDARD_RATE, 0, voided=False).line(n, 1) for n in (1, 2, 3)]
    assert taxes_of(lines, STANDARD_RATE) == (TaxRow(STANDARD_RATE, 26, 7, 33),)
    assert 3 * TaxRow.of_gross(STANDARD_RATE, 11).tax == 6


def test_a_voided_line_is_taxed_nowhere() -> None:
    assert taxes_of([Goods(1000, 500, 10, 1350, 0, voided=True).line(1, 1)], STANDARD_RATE) == ()


@settings(max_examples=50)
@given(baskets, st.sampled_from([2400, STANDARD_RATE]))
def test_taxes_agree_with_the_standard_rate_that_made_them_whichever_it_was(basket: list[Goods], rate: int) -> None:
    lines = lines_of(basket, 1)
    assert taxes_agree(lines, taxes_of(lines, rate))


@settings(max_examples=50)
@given(baskets.filter(lambda basket: any(not goods.voided and goods.unit_price for goods in basket)), st.data())
def test_taxes_that_are_one_cent_off_do_not_agree(basket: list[Goods], data: st.DataObject) -> None:
    lines = lines_of(basket, 1)
    rows = list(taxes_of(lines, STANDARD_RATE))
    at = data.draw(st.integers(0, len(rows) - 1))
    row = rows[at]
    rows[at] = TaxRow(row.rate, row.net + 1, row.tax - 1, row.gross)
    assert not taxes_agree(lines, rows)


# -- cash rounding and what is left ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exact", "handed_over", "rounding", "change"),
    [
        (1001, 2000, -1, 1000),
        (1002, 2000, -2, 1000),
        (1003, 2000, 2, 995),
        (1004, 2000, 1, 995),
        (1005, 2000, 0, 995),
        (1006, 2000, -1, 995),
        (1007, 1005, -2, 0),
        (1008, 1010, 2, 0),
        (1009, 1010, 1, 0),
        (1, 1, 0, 0),
        (1, 5, 0, 4),
        (2, 2, 0, 0),
        (3, 5, 2, 0),
    ],
)
def test_a_sum_paid_in_cash_is_rounded_and_gives_change(
    exact: int, handed_over: int, rounding: int, change: int
) -> None:
    totals = totals_of([a_line(exact)], paid_with((CASH, handed_over)))
    assert totals == Totals(exact, 0, rounding, exact + rounding, handed_over, change)
    assert is_settled(totals)


def test_a_card_pays_to_the_cent() -> None:
    totals = totals_of([a_line(1003)], paid_with(("card", 1003)))
    assert totals == Totals(1003, 0, 0, 1003, 1003, 0)


@pytest.mark.parametrize(
    ("card", "cash", "rounding"),
    [(500, 505, 2), (501, 500, -2), (503, 500, 0), (1002, 1, 0), (1001, 2, 0), (1000, 5, 2)],
)
def test_in_a_mixed_payment_only_the_remainder_in_cash_is_rounded(card: int, cash: int, rounding: int) -> None:
    for tenders in (paid_with(("card", card), (CASH, cash)), paid_with((CASH, cash), ("card", card))):
        totals = totals_of([a_line(1003)], tenders)
        assert (totals.rounding, totals.due, totals.change) == (rounding, 1003 + rounding, 0)
        assert is_settled(totals)


def test_nothing_is_rounded_before_cash_has_settled_the_rest() -> None:
    tenders = paid_with((CASH, 500))
    totals = totals_of([a_line(1003)], tenders)
    assert totals == Totals(1003, 0, 0, 1003, 500, 0)
    assert left_to_pay(totals, tenders) == Left(exact=503, cash=505)


def test_cash_between_the_exact_sum_and_the_rounded_one_leaves_the_rest_to_cash() -> None:
    tenders = paid_with((CASH, 1004))
    totals = totals_of([a_line(1003)], tenders)
    assert not is_settled(totals)
    assert left_to_pay(totals, tenders) == Left(exact=0, cash=1)


def test_the_exact_sum_in_small_coins_settles() -> None:
    totals = totals_of([a_line(1003)], paid_with((CASH, 1003)))
    assert (totals.rounding, totals.change) == (0, 0)
    assert is_settled(totals)


@given(st.integers(1, 5_000), st.lists(st.tuples(st.sampled_from([CASH, "card"]), st.integers(1, 3_000)), max_size=3))
def test_paying_what_is_left_settles_whatever_was_paid_before(exact: int, before: list[tuple[str, int]]) -> None:
    lines, tenders = [a_line(exact)], list[Tender]()
    for kind, amount in before:
        left = left_to_pay(totals_of(lines, tenders), tenders)
        wanted = left.cash if kind == CASH else left.exact
        if 0 < amount <= wanted:
            tenders.append(Tender(len(tenders) + 1, kind, amount))
    left = left_to_pay(totals_of(lines, tenders), tenders)
    assert left.exact >= 0
    assert (left == Left(0, 0)) == is_settled(totals_of(lines, tenders))
    for kind, amount in ((CASH, left.cash), ("card", left.exact)):
        if amount:
            totals = totals_of(lines, [*tenders, Tender(9, kind, amount)])
            assert is_settled(totals)
            assert totals.paid - totals.change == totals.due
            assert totals.change <= 2  # small coins before a card: the card's share can round the rest down


@given(st.integers(1, 5_000), st.integers(0, 5_000), st.integers(0, 6_000))
def test_cash_handed_over_is_what_is_due_and_the_change(exact: int, card: int, cash: int) -> None:
    tenders = paid_with(*[tender for tender in (("card", min(card, exact)), (CASH, cash)) if tender[1]])
    totals = totals_of([a_line(exact)], tenders)
    if is_settled(totals):
        assert totals.paid - totals.change == totals.due
        assert 0 <= totals.change <= cash
    else:
        assert totals.paid < totals.due
    assert totals.rounding in (0, cash_rounding(exact - min(card, exact)))


@given(st.integers(1, 5_000), st.integers(0, 5_000), st.integers(0, 6_000))
def test_the_rounding_of_a_return_is_that_of_the_sale_with_its_sign_turned(exact: int, card: int, cash: int) -> None:
    assert rounding_of(-exact, -cash, -card) == -rounding_of(exact, cash, card)


def test_a_return_given_back_in_cash_is_rounded_and_has_no_change() -> None:
    tenders = paid_with((CASH, -1005))
    assert left_to_pay(totals_of([a_line(-1003)], []), []) == Left(exact=-1003, cash=-1005)
    assert totals_of([a_line(-1003)], tenders) == Totals(-1003, 0, -2, -1005, -1005, 0)


def test_the_mirror_of_cash_in_between_is_left_to_cash_in_a_return_too() -> None:
    tenders = paid_with((CASH, -1004))
    assert left_to_pay(totals_of([a_line(-1003)], tenders), tenders) == Left(exact=0, cash=-1)


def test_a_sale_of_nothing_is_settled() -> None:
    totals = totals_of([], [])
    assert is_settled(totals)
    assert left_to_pay(totals, []) == Left(0, 0)
