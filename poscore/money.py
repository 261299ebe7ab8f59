"""Money is whole cents, an `int`; nothing here ever makes a float.

Rounding is half away from zero, everywhere:

    >>> divide(5, 2), divide(-5, 2)
    (3, -3)
    >>> split(100, [1, 1, 1])
    [34, 33, 33]
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

from poscore.errors import Refused

Cents: TypeAlias = int

# 90 000 000 000 000.00 fits the 53 bits that every JSON reader keeps exactly; a till needs far less.
MAX_CENTS: Cents = 9_000_000_000_000_00

_PRICE = re.compile(r"(-?)([0-9]{1,11})(?:[.,]([0-9]{1,2}))?", re.ASCII)


def divide(numerator: int, denominator: int) -> int:
    """numerator / denominator, rounded half away from zero. `denominator` > 0."""
    if numerator >= 0:
        return (2 * numerator + denominator) // (2 * denominator)
    return -((denominator - 2 * numerator) // (2 * denominator))


def split(total: Cents, weights: Sequence[int]) -> list[Cents]:
    """`total` in parts that are proportional to `weights` (all ≥ 0) and sum to `total` exactly.

    Largest remainder; equal remainders go to the earlier part, so the result never depends on chance.
    When every weight is 0 the first part takes all.
    """
    if not weights:
        raise ValueError("nothing to split over")
    whole = sum(weights)
    if whole == 0:
        return [total] + [0] * (len(weights) - 1)
    sign, rest = (1, total) if total >= 0 else (-1, -total)
    shares = [divmod(rest * weight, whole) for weight in weights]
    parts = [share for share, _ in shares]
    missing = rest - sum(parts)
    for index in sorted(range(len(weights)), key=lambda i: -shares[i][1])[:missing]:
        parts[index] += 1
    return [sign * part for part in parts]


def cash_rounding(due: Cents) -> Cents:
    """What must be added to `due` so that coins can pay it: to 5 cents, 1 and 2 cents stay as they are.

    Act 890/2000: 1, 2 down; 3, 4 up; 6, 7 down; 8, 9 up; a sum of 1 or 2 cents is not rounded.
    """
    size = abs(due)
    if size <= 2:
        return 0
    rounded = (size + 2) // 5 * 5
    return rounded - size if due >= 0 else size - rounded


def parse_cents(text: str) -> Cents:
    """`12.95`, `12,9` or `12` in euros, as cents. Raises Refused `amount-invalid`."""
    match = _PRICE.fullmatch(text.strip())
    if match is None:
        raise Refused("amount-invalid", f"{text!r} is not an amount such as 12.95")
    sign, euros, cents = match.groups()
    value = int(euros) * 100 + int((cents or "0").ljust(2, "0"))
    return -value if sign else value


def format_cents(cents: Cents, point: str = ".") -> str:
    """1295 as `12.95`; the inverse of `parse_cents`."""
    sign = "-" if cents < 0 else ""
    euros, rest = divmod(abs(cents), 100)
    return f"{sign}{euros}{point}{rest:02d}"
