"""Quantities: exact decimals with one text each."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poscore.errors import Refused
from poscore.quantity import ONE, Quantity

any_quantity = st.builds(Quantity, st.integers(-9_999_999_999, 9_999_999_999))


@given(any_quantity)
def test_a_quantity_survives_its_text(quantity: Quantity) -> None:
    assert Quantity.parse(quantity.text) == quantity
    assert Quantity.parse(quantity.text.replace(".", ",")) == quantity


@given(any_quantity)
def test_every_quantity_has_one_text(quantity: Quantity) -> None:
    """Whole numbers without a point, all others with three places."""
    whole, _, part = quantity.text.partition(".")
    assert len(part) in (0, 3)
    assert part != "000"
    assert Decimal(quantity.text) * 1000 == quantity.thousandths
    assert whole in ("0", "-0") or whole.lstrip("-")[0] != "0"


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("2", "2"),
        ("0.35", "0.350"),
        ("0,350", "0.350"),
        ("0.3500", "0.350"),
        ("1.000", "1"),
        ("007", "7"),
        ("-2.5", "-2.500"),
        ("-0", "0"),
        ("9999999.999", "9999999.999"),
    ],
)
def test_quantities_are_read_as_people_write_them(text: str, canonical: str) -> None:
    assert Quantity.parse(text).text == canonical


@pytest.mark.parametrize("text", ["", "-", ".", "1.", ".5", "1.2345", "1e3", "12345678", "1 2", "²", "٣", "+1", "NaN"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        Quantity.parse(text)
    assert refused.value.code == "quantity-invalid"


@given(any_quantity, st.integers(0, 10_000_00))
def test_a_quantity_times_a_price_is_rounded_half_away_from_zero(quantity: Quantity, price: int) -> None:
    exact = Decimal(quantity.thousandths) * price / 1000
    assert quantity.times(price) == int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    assert (-quantity).times(price) == -quantity.times(price)


@given(any_quantity, any_quantity)
def test_quantities_add_up(one: Quantity, other: Quantity) -> None:
    assert (one + other).thousandths == one.thousandths + other.thousandths


def test_whole_quantities_know_that_they_are() -> None:
    assert ONE.is_whole
    assert not Quantity.parse("0.5").is_whole
