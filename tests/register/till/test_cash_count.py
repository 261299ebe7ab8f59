"""What was found in the drawer: by euro pieces or as a sum, with what stays in it and why it differs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poscore.errors import Refused
from register_svc.till.cash_count import DENOMINATIONS, CashCount, check_difference, not_counted


def refused(**count: Any) -> str:
    with pytest.raises(Refused) as error:
        CashCount(**count)
    return error.value.code


@pytest.mark.parametrize("denominations", [None, {"2000": 3, "500": 1}, {"5": 0, "2000": 3, "500": 1}])
def test_a_count_that_adds_up_is_taken(denominations: dict[str, int] | None) -> None:
    CashCount(6_500, denominations)
    CashCount(0, {})


@pytest.mark.parametrize(
    ("denominations", "code"),
    [
        ({"2000": 3}, "count-differs"),
        ({}, "count-differs"),
        ({"twenty": 325}, "body-invalid"),
        ({"6500": 1}, "body-invalid"),
        ({"002000": 3, "500": 1}, "body-invalid"),
        ({"2000": 4, "500": -3}, "body-invalid"),
    ],
)
def test_a_count_that_does_not_is_refused(denominations: dict[str, int], code: str) -> None:
    assert refused(cash=6_500, denominations=denominations) == code


@given(st.dictionaries(st.sampled_from(DENOMINATIONS), st.integers(0, 500)))
def test_any_pieces_of_euro_money_make_their_sum(pieces: dict[int, int]) -> None:
    total = sum(cents * count for cents, count in pieces.items())
    wire = {str(cents): count for cents, count in pieces.items()}
    found = CashCount(total, wire).found(total)
    assert (found["difference"], found["denominations"]) == (0, wire)
    assert refused(cash=total + 1, denominations=wire) == "count-differs"


def test_what_does_not_stay_in_the_drawer_is_dropped() -> None:
    found = CashCount(12_345, left_in_drawer=10_000, reason="rulla jäi laskematta").found(12_400)
    assert found == {
        "expected": 12_400,
        "counted": 12_345,
        "difference": -55,
        "reason": "rulla jäi laskematta",
        "left_in_drawer": 10_000,
        "dropped": 2_345,
    }
    nobody_said = CashCount(12_345).found(12_345)
    assert (nobody_said["left_in_drawer"], nobody_said["dropped"]) == (None, None)
    assert nobody_said.keys() == not_counted(0).keys()


def test_no_more_can_stay_than_was_counted() -> None:
    CashCount(100, left_in_drawer=100)
    assert refused(cash=100, left_in_drawer=101) == "left-more-than-counted"
    assert refused(cash=100, left_in_drawer=-1) == "left-more-than-counted"


@pytest.mark.parametrize(("cash", "most"), [(9_000, 1_000), (11_000, 1_000), (10_000, 1), (0, 0), (10_001, 1)])
def test_a_difference_within_the_shops_limit_needs_no_reason(cash: int, most: int) -> None:
    check_difference(CashCount(cash), 10_000, most, tell=True)


@pytest.mark.parametrize("cash", [8_999, 11_001])
def test_a_larger_one_does_and_is_told_unless_the_count_is_blind(cash: int) -> None:
    with pytest.raises(Refused) as error:
        check_difference(CashCount(cash), 10_000, 1_000, tell=True)
    assert (error.value.code, error.value.extra) == ("difference-reason-required", {"difference": cash - 10_000})
    with pytest.raises(Refused) as error:
        check_difference(CashCount(cash), 10_000, 1_000, tell=False)
    assert error.value.extra == {}
    assert str(cash - 10_000) not in error.value.detail
    check_difference(CashCount(cash, reason="väärin annettu vaihtoraha"), 10_000, 1_000, tell=False)
