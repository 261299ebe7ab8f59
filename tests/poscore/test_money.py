"""Money: nothing is lost in a split, and rounding is half away from zero everywhere."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poscore.errors import Refused
from poscore.money import cash_rounding, divide, format_cents, parse_cents, split
from tests.support.strategies import signed_cents

weights = st.lists(st.integers(0, 100_000), min_size=1, max_size=20)


@given(signed_cents, weights)
def test_the_parts_of_a_split_sum_to_the_whole(total: int, parts: list[int]) -> None:
    assert sum(split(total, parts)) == total


@given(signed_cents, weights.filter(any))
def test_a_part_is_its_exact_share_rounded_up_or_down(total: int, parts: list[int]) -> None:
    for part, weight in zip(split(total, parts), parts, strict=True):
        assert abs(part * sum(parts) - total * weight) < sum(parts)


@given(signed_cents, weights)
def test_a_split_of_the_other_sign_is_the_same_split(total: int, parts: list[int]) -> None:
    assert split(-total, parts) == [-part for part in split(total, parts)]


@given(weights.filter(any), st.data())
def test_a_part_never_exceeds_its_weight_when_the_whole_does_not(parts: list[int], data: st.DataObject) -> None:
    """So a discount on the sale never makes a line negative."""
    total = data.draw(st.integers(0, sum(parts)))
    assert all(part <= weight for part, weight in zip(split(total, parts), parts, strict=True))


def test_equal_remainders_go_to_the_earlier_part() -> None:
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(2, [1, 1, 1, 1]) == [1, 1, 0, 0]


def test_without_weights_the_first_part_takes_all() -> None:
    assert split(7, [0, 0, 0]) == [7, 0, 0]


def test_nothing_to_split_over_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing to split"):
        split(1, [])


@given(st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_rounding_is_half_away_from_zero(numerator: int, denominator: int) -> None:
    exact = Decimal(numerator) / Decimal(denominator)
    assert divide(numerator, denominator) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.parametrize(
    ("due", "payable"),
    [
        *[(0, 0), (1, 1), (2, 2), (3, 5), (4, 5), (5, 5), (6, 5), (7, 5), (8, 10), (9, 10), (10, 10)],
        *[(11, 10), (12, 10), (13, 15), (1001, 1000), (1002, 1000), (1003, 1005), (1004, 1005), (1005, 1005)],
        *[(1006, 1005), (1007, 1005), (1008, 1010), (1009, 1010), (99_998, 100_000)],
    ],
)
def test_cash_is_rounded_as_the_act_890_of_2000_says(due: int, payable: int) -> None:
    """Section 2: 1 and 2 cents down, 3 and 4 up, 6 and 7 down, 8 and 9 up; a sum of 1 or 2 cents stays as it is."""
    assert due + cash_rounding(due) == payable
    assert -due + cash_rounding(-due) == -payable


@given(signed_cents.filter(lambda due: abs(due) > 2))
def test_a_rounded_sum_can_be_paid_in_coins_and_is_at_most_two_cents_off(due: int) -> None:
    assert (due + cash_rounding(due)) % 5 == 0
    assert abs(cash_rounding(due)) <= 2


@given(signed_cents, st.sampled_from(".,"))
def test_a_printed_amount_reads_back_as_the_same_cents(amount: int, point: str) -> None:
    assert parse_cents(format_cents(amount, point)) == amount


@pytest.mark.parametrize(
    ("text", "amount"), [("12.95", 1295), ("12,9", 1290), ("12", 1200), ("0", 0), (" 1.00 ", 100), ("-3,05", -305)]
)
def test_prices_are_read_as_people_write_them(text: str, amount: int) -> None:
    assert parse_cents(text) == amount


@pytest.mark.parametrize("text", ["", ".", "1.", ".5", "1.234", "1 000", "1e2", "٣", "12.95 €", "--1", "1" * 12])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_cents(text)
    assert refused.value.code == "amount-invalid"
