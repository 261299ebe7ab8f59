"""Quantities are exact decimals of at most three places, kept as thousandths.

On the wire a quantity is a string in one canonical form, so that a document survives the round trip byte for byte:
whole numbers without a point (`2`), all others with three places (`0.350`).

    >>> Quantity.parse("0,35").text
    '0.350'
    >>> Quantity.parse("2").times(199)
    398
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from poscore.errors import Refused
from poscore.money import Cents, divide

_DECIMAL = re.compile(r"(-?)([0-9]{1,7})(?:[.,]([0-9]{1,3})0*)?", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Quantity:
    """`thousandths` of a piece, kilogram, litre or metre; negative in a return."""

    thousandths: int

    @classmethod
    def parse(cls, text: str) -> Quantity:
        """Raises Refused `quantity-invalid` for anything but a decimal of at most 7 + 3 digits."""
        if text.isdigit() and len(text) <= 7 and text.isascii():  # nearly every scan
            return cls(int(text) * 1000)
        match = _DECIMAL.fullmatch(text)
        if match is None:
            raise Refused("quantity-invalid", f"{text!r} is not a quantity such as 2 or 0.350")
        sign, whole, part = match.groups()
        value = int(whole) * 1000 + int((part or "0").ljust(3, "0"))
        return cls(-value if sign else value)

    @property
    def text(self) -> str:
        sign = "-" if self.thousandths < 0 else ""
        whole, part = divmod(abs(self.thousandths), 1000)
        return f"{sign}{whole}.{part:03d}" if part else f"{sign}{whole}"

    @property
    def is_whole(self) -> bool:
        return self.thousandths % 1000 == 0

    def times(self, cents: Cents) -> Cents:
        """quantity × cents, rounded half away from zero."""
        return divide(self.thousandths * cents, 1000)

    def __neg__(self) -> Quantity:
        return Quantity(-self.thousandths)

    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(self.thousandths + other.thousandths)


ONE = Quantity(1000)
