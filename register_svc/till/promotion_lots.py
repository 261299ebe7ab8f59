"""What promotions are chosen among: the promotions themselves, goods as lots of like pieces, and bundles of both.

Savings are cents / 10,000, so that a per cent is exact; who gives them to a customer rounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from poscore.money import Cents, divide
from poscore.pricing import BASIS_POINTS
from poscore.promotions import Terms

PIECE = 1000  # thousandths


@dataclass(frozen=True, slots=True)
class Promotion:
    """`names`: what it is called, by language. Two of one id and the same terms are the same promotion.

    `key` says so in one text, whose hash Python works out once: promotions are compared at every scan. `wire` is how a
    price check shows it and a draft keeps it; not to be changed.
    """

    promotion_id: str = field(compare=False)
    terms: Terms = field(compare=False)
    names: Mapping[str, str] = field(compare=False)
    key: str = field(init=False, repr=False)
    wire: Mapping[str, Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        terms = self.terms
        wire = {"promotion_id": self.promotion_id, "names": dict(self.names), **terms.to_wire()}
        object.__setattr__(self, "wire", wire)
        told = (self.promotion_id, terms.kind, terms.count, terms.amount, terms.percent_bp, terms.max_times)
        object.__setattr__(self, "key", "|".join(map(str, told)))

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Promotion:
        return cls(wire["promotion_id"], Terms.from_wire(wire), wire["names"])


@dataclass(frozen=True, slots=True)
class Lot:
    """Pieces that nothing tells apart, or lines that were weighed or measured alike: those count in no bundle.

    `each`: thousandths in one of them. `worth`: cents of one, with VAT and without deposit. `promotions`: by id.
    """

    article_id: str = field(compare=False)
    each: int = field(compare=False)
    measured: bool = field(compare=False)
    worth: Cents = field(compare=False)
    promotions: tuple[Promotion, ...] = field(compare=False)
    key: tuple[Any, ...] = field(init=False, repr=False)  # what lots are compared and sorted by

    def __post_init__(self) -> None:
        offered = tuple(promotion.key for promotion in self.promotions)
        object.__setattr__(self, "key", (self.article_id, self.worth, self.each, self.measured, offered))


def price_saving(terms: Terms, lot: Lot) -> int:
    """What a price saves on one of a lot, ≥ 0, in cents / 10,000."""
    if terms.percent_bp is not None:
        return lot.worth * terms.percent_bp
    return max(lot.worth - divide(lot.each * (terms.amount or 0), PIECE), 0) * BASIS_POINTS


@dataclass(frozen=True, slots=True)
class Bundle:
    """A promotion that is had a number of times, each with `terms.count` pieces out of `lots` (by place)."""

    promotion: Promotion
    lots: tuple[int, ...]

    @property
    def terms(self) -> Terms:
        return self.promotion.terms


Sets = list[tuple[tuple[int, ...], int]]
"""The pieces (lots, by place) of one time that a bundle is had, and how often."""
