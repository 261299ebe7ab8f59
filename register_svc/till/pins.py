"""Which PINs are too easy to guess, whoever they belong to."""

from __future__ import annotations

from itertools import pairwise

from poscore.errors import Refused
from poscore.pins import check_pin

_STEPS = ({0}, {1}, {-1})  # 0000, 1234, 4321


def check_new_pin(pin: str, old: str, cashier_id: str) -> str:
    """`pin`. Raises Refused `pin-invalid` (4 to 12 digits) or `pin-weak`."""
    check_pin(pin)
    if {int(later) - int(earlier) for earlier, later in pairwise(pin)} in _STEPS:
        raise Refused("pin-weak", "a PIN of one digit, or of digits in a row, is the first that anybody tries")
    if pin.lstrip("0") == cashier_id.lstrip("0"):
        raise Refused("pin-weak", "your own number is no PIN: everybody knows it")
    if pin == old:
        raise Refused("pin-weak", "this is the PIN that you have")
    return pin
