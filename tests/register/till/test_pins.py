"""Which PINs are refused."""

from __future__ import annotations

import pytest

from poscore.errors import Refused
from register_svc.till.pins import check_new_pin


@pytest.mark.parametrize("pin", ["0000", "7777", "1234", "0123", "9876", "123456789", "101101", "0101101", "2580"])
def test_a_pin_that_anybody_would_try_is_refused(pin: str) -> None:
    with pytest.raises(Refused) as refused:
        check_new_pin(pin, "2580", "101101")
    assert refused.value.code == "pin-weak"


@pytest.mark.parametrize("pin", ["", "123", "12a4", "1234567890123", "１２５８"])
def test_a_pin_is_four_to_twelve_digits(pin: str) -> None:
    with pytest.raises(Refused) as refused:
        check_new_pin(pin, "2580", "101")
    assert refused.value.code == "pin-invalid"


@pytest.mark.parametrize("pin", ["4711", "1235", "1357", "9012", "100000"])
def test_others_are_taken(pin: str) -> None:
    assert check_new_pin(pin, "2580", "101") == pin
