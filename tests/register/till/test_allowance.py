"""How much discount a role may give by hand: in per cent, all that was given together, and never by a detour."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poscore.quantity import Quantity
from register_svc.till.allowance import goes_beyond, limit_bp
from register_svc.till.basket import Basket
from register_svc.till.discounts import Discount
from register_svc.till.item import Item

TEN = 1_000  # basis points


def basket(*prices: int, kind: str = "sale", quantity: str = "1") -> Basket:
    found = Basket("r1-1-000001", kind, False, "2026-11-22", "101", 2550, "2026-11-22T10:00:00.000Z")
    for price in prices:
        found = found.add_line(Item(None, None, "x", "kpl", price, 0, 2550, 0), Quantity.parse(quantity), 1)
    return found


def percent(bp: int, line: int | None = None) -> Discount:
    return Discount(line, bp, None, "damaged")


def amount(cents: int, line: int | None = None) -> Discount:
    return Discount(line, None, cents, "damaged")


@pytest.mark.parametrize("line", [1, None])
@pytest.mark.parametrize(
    ("discount", "asks"),
    [({"percent_bp": 1_000}, False), ({"percent_bp": 1_010}, True), ({"amount": 100}, False), ({"amount": 101}, True)],
)
def test_an_amount_is_judged_as_its_per_cent(line: int | None, discount: dict[str, int], asks: bool) -> None:
    before = basket(1_000)
    after = before.add_discount(Discount(line, discount.get("percent_bp"), discount.get("amount"), "damaged"))
    assert goes_beyond(before, after, TEN) is asks


@pytest.mark.parametrize(("first", "second"), [(1, 1), (None, None), (1, None), (None, 1)])
def test_two_times_ten_per_cent_are_nineteen(first: int | None, second: int | None) -> None:
    once = basket(1_000).add_discount(percent(TEN, first))
    assert not goes_beyond(basket(1_000), once, TEN)
    assert goes_beyond(once, once.add_discount(percent(TEN, second)), TEN)


def test_an_amount_does_not_outlive_the_goods_it_was_given_for() -> None:
    given_on_ten = basket(100, quantity="10").add_discount(amount(100, 1))
    assert not goes_beyond(basket(100, quantity="10"), given_on_ten, TEN)
    assert goes_beyond(given_on_ten, given_on_ten.change_quantity(1, Quantity.parse("1")), TEN)
    on_the_sale = basket(5_000, 100).add_discount(amount(500))
    assert goes_beyond(on_the_sale, on_the_sale.void_line(1), TEN)
    assert goes_beyond(on_the_sale, on_the_sale.change_price(1, 100), TEN)


def test_what_was_allowed_once_asks_for_nothing_until_it_grows() -> None:
    allowed = basket(101, 3, 999).add_discount(percent(5_000))
    for after in (
        allowed.void_line(3),
        allowed.void_line(1),
        allowed.change_quantity(1, Quantity.parse("7")),
        allowed.remove_discount(1),
        allowed.add_line(allowed.lines[0].item, Quantity.parse("1"), 1),
    ):
        assert not goes_beyond(allowed, after, TEN)
    assert goes_beyond(allowed, allowed.add_discount(amount(2)), TEN)


def test_nobody_gets_past_the_limit_cent_by_cent() -> None:
    now = basket(1_000).add_discount(amount(100, 1))
    assert goes_beyond(now, now.add_discount(amount(1, 1)), TEN)


def test_a_return_asks_for_nothing() -> None:
    before = basket(1_000, kind="return")
    assert not goes_beyond(before, before.add_discount(percent(5_000)), TEN)


@given(st.lists(st.integers(1, 300), min_size=1, max_size=5), st.integers(1, TEN), st.booleans())
def test_no_rounding_makes_a_discount_within_the_limit_ask(prices: list[int], bp: int, on_sale: bool) -> None:
    before = basket(*prices)
    for line in (None,) if on_sale else range(1, len(prices) + 1):
        after = before.add_discount(percent(bp, line))
        assert not goes_beyond(before, after, TEN)
        before = after


@given(st.lists(st.integers(1, 300), min_size=2, max_size=5), st.integers(TEN, 10_000), st.data())
def test_voiding_what_has_one_discount_on_the_sale_never_asks(prices: list[int], bp: int, data: Any) -> None:
    """The same per cent of less: whoever allowed it allowed it of every part."""
    before = basket(*prices).add_discount(percent(bp))
    after = before.void_line(data.draw(st.integers(1, len(prices))))
    assert not goes_beyond(before, after, TEN)


@pytest.mark.parametrize(
    ("limits", "role", "bp"),
    [
        ({"cashier": 10, "manager": 100}, "cashier", 1_000),
        ({"cashier": 10, "manager": 100}, "manager", 10_000),
        ({"cashier": 10}, "shift_lead", 0),
        ({"cashier": "10"}, "cashier", 0),
        ({"cashier": 1_000}, "cashier", 0),
        (["cashier"], "cashier", 10_000),
    ],
)
def test_a_limit_is_read_whatever_a_snapshot_says(limits: Any, role: str, bp: int) -> None:
    assert limit_bp({"discounts.limits": limits}, role) == bp
