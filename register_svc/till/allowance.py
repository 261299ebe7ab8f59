"""How much discount a role may give by hand without anybody's leave: so many per cent (`discounts.limits`).

- Amounts are judged as their per cent, and what was given before on the same goods counts with it: two times ten per
  cent are nineteen.
- A line is judged by the discounts on it; the whole sale, once it has a discount, by all that it has.
- Whatever brings a discount past the limit asks: giving one, but also taking away the goods it was given for.
- What somebody has given leave for already, or was past the limit before, asks for nothing as long as it does not grow.
- What promotions took off is nobody's discount: per cents are of what they left.
- In a return nothing asks: a discount there only gives back less.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poscore.money import Cents
from poscore.pricing import BASIS_POINTS, discount_of
from poscore.shop_rules import DEFAULTS
from register_svc.till.basket import Basket
from register_svc.till.discounts import shares
from register_svc.till.promotions import parts_by_line

_PERCENT_BP = BASIS_POINTS // 100
_LIMITS = "discounts.limits"

# (discount, full price) of each line that has a discount of its own, and under None of the sale that has one
_Given = Mapping[int | None, tuple[Cents, Cents]]


def limit_bp(rules: Mapping[str, Any], role: str) -> int:
    """The role's limit in basis points; nothing for a role without one."""
    limits = rules[_LIMITS] if isinstance(rules[_LIMITS], Mapping) else DEFAULTS[_LIMITS]
    percent = limits.get(role, 0)
    return percent * _PERCENT_BP if type(percent) is int and 0 <= percent <= 100 else 0


def goes_beyond(before: Basket, after: Basket, limit: int) -> bool:
    """Does the change bring a discount past `limit` (basis points), or further past it?"""
    if not after.discounts or after.is_return:
        return False
    old = _given(before)
    return any(
        part > discount_of(full, limit) and _grew(old.get(scope), (part, full))
        for scope, (part, full) in _given(after).items()
    )


def _grew(old: tuple[Cents, Cents] | None, new: tuple[Cents, Cents]) -> bool:
    if old is None or not old[1]:
        return True
    if old[1] == new[1]:
        return new[0] > old[0]
    return (new[0] - 1) * old[1] > old[0] * new[1]  # of other goods the same per cent may round to a cent more


def _given(basket: Basket) -> _Given:
    off = parts_by_line(basket.given, len(basket.lines))
    fulls = [
        abs(row.line.total + row.line.discount) - part if not row.line.voided else 0
        for row, part in zip(basket.lines, off, strict=True)
    ]
    own = [discount for discount in basket.discounts if discount.line is not None]
    parts = shares(own, fulls)
    lines = {discount.line - 1 for discount in own if discount.line is not None}
    found: dict[int | None, tuple[Cents, Cents]] = {at + 1: (parts[at], fulls[at]) for at in lines if fulls[at]}
    if len(own) < len(basket.discounts):
        found[None] = sum(shares(basket.discounts, fulls)), sum(fulls)
    return found
