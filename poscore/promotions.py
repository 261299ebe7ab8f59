"""What a promotion gives: the terms on which head office and every register agree.

| kind | count | amount | percent_bp | what the customer gets |
|---|---|---|---|---|
| `price` | 1 | price of one | – | each piece (kilogram, litre) at this price |
| `price` | 1 | – | per cent | each piece less so much |
| `multi-buy` | ≥ 2 | sum | – | `count` pieces of one article for the sum; of several articles, each on its own |
| `mix-and-match` | ≥ 2 | sum | – | any `count` pieces of the group for the sum |
| `mix-and-match` | ≥ 2 | – | per cent | any `count` pieces of the group less so much |
| `mix-and-match` | ≥ 2 | – | – | of any `count` pieces of the group the cheapest is free |

Amounts are cents with VAT and without deposit: deposits come on top and are never reduced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from poscore.errors import Refused
from poscore.money import Cents
from poscore.pricing import BASIS_POINTS

PRICE, MULTI_BUY, MIX_AND_MATCH = KINDS = ("price", "multi-buy", "mix-and-match")


@dataclass(frozen=True, slots=True)
class Terms:
    """One row of the table above. `max_times`: how often on one receipt (a price: how many pieces), None for always.

    Raises Refused `promotion-invalid`.
    """

    kind: str
    count: int = 1
    amount: Cents | None = None
    percent_bp: int | None = None
    max_times: int | None = None

    def __post_init__(self) -> None:
        self._check_kind()
        if self.amount is not None and self.percent_bp is not None:
            raise _invalid("it has an amount and a per cent, of which it may have one")
        if self.amount is not None and self.amount < 0:
            raise _invalid("its amount is below 0")
        if self.percent_bp is not None and not 0 < self.percent_bp <= BASIS_POINTS:
            raise _invalid("its per cent is not more than 0 and at most 100")
        if self.max_times is not None and self.max_times < 1:
            raise _invalid("it may be had less than once")

    def to_wire(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "count": self.count,
            "amount": self.amount,
            "percent_bp": self.percent_bp,
            "max_times": self.max_times,
        }

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Terms:
        """`wire` may hold other members beside."""
        return cls(wire["kind"], wire["count"], wire["amount"], wire["percent_bp"], wire["max_times"])

    def _check_kind(self) -> None:
        if self.kind not in KINDS:
            raise _invalid(f"{self.kind!r} is not one of {', '.join(KINDS)}")
        if (self.kind == PRICE) != (self.count == 1) or self.count < 1:
            raise _invalid("a price is for 1 piece, every other kind for 2 or more")
        if self.kind == PRICE and self.amount is None and self.percent_bp is None:
            raise _invalid("a price has an amount or a per cent")
        if self.kind == MULTI_BUY and self.amount is None:
            raise _invalid("a multi-buy has the sum of its pieces as its amount")


def _invalid(detail: str) -> Refused:
    return Refused("promotion-invalid", detail)
