"""Promotions on the lines of a sale: what each takes off which line, to the cent.

- They are a part of a line's `discount`, so that a receipt shows the normal price and what was taken off.
- Each line carries the promotions that held when it was added: neither a new snapshot nor the end of a campaign changes
  a price that the customer has seen.
- The choice depends on the goods alone (`promotion_choice`): any order of scans gives the same discounts, and the same
  sum for every article.
- What a set of goods saves is shared over its lines in proportion to what they cost, so that VAT by rate is right.
- Deposits are never reduced. A line never costs more than without promotions, and never less than its deposit.

Nothing here reads the clock: who adds a line says what holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from poscore.money import Cents, divide, split
from poscore.pricing import BASIS_POINTS
from poscore.promotions import PRICE, Terms
from poscore.quantity import Quantity
from register_svc.till.promotion_choice import Use, choose
from register_svc.till.promotion_lots import PIECE, Lot, Promotion, price_saving

__all__ = ["Given", "Goods", "Promotion", "best", "parts_by_line"]

_BY_KEY = attrgetter("key")
_MEASURES = frozenset(("kg", "g", "l", "m"))  # units of goods that are sold by measure and not by the piece


@dataclass(frozen=True, slots=True)
class Goods:
    """What the rules ask of line `line`. `quantity` > 0; `unit_price` includes `deposit`, both of one.

    `lot`, `count`: the same as pieces, worked out once.
    """

    line: int
    article_id: str
    quantity: Quantity
    unit: str
    unit_price: Cents
    deposit: Cents
    promotions: tuple[Promotion, ...]
    lot: Lot = field(init=False, repr=False, compare=False)
    count: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        lot, count = _lot(self)
        object.__setattr__(self, "lot", lot)
        object.__setattr__(self, "count", count)


@dataclass(frozen=True, slots=True)
class Given:
    """What a promotion took off which lines: (line, cents), every part > 0; negative ones in a return.

    `wire`: as the draft, the screen and the record have it. Not to be changed.
    """

    promotion_id: str
    names: Mapping[str, str]
    parts: tuple[tuple[int, Cents], ...]
    wire: Mapping[str, Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        wire = {
            "promotion_id": self.promotion_id,
            "names": self.names,
            "amount": self.amount,
            "lines": [{"n": n, "amount": part} for n, part in self.parts],
        }
        object.__setattr__(self, "wire", wire)

    @property
    def amount(self) -> Cents:
        return sum([part for _, part in self.parts])

    def signed(self, sign: int) -> Given:
        return self if sign > 0 else Given(self.promotion_id, self.names, tuple((n, -part) for n, part in self.parts))

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Given:
        return cls(wire["promotion_id"], wire["names"], tuple((part["n"], part["amount"]) for part in wire["lines"]))


def best(goods: Iterable[Goods]) -> tuple[Given, ...]:
    """The promotions that save the customer most, by id."""
    lots = _Lots(goods)
    parts: dict[Promotion, dict[int, Cents]] = {}
    for use in choose(lots.kinds, lots.counts):
        mine = parts.setdefault(use.promotion, {})
        for line, part in lots.shared(use):
            mine[line] = mine.get(line, 0) + part
    ordered = sorted(parts.items(), key=lambda one: one[0].key)
    return tuple(
        Given(promotion.promotion_id, promotion.names, tuple(sorted(mine.items())))
        for promotion, mine in ordered
        if mine
    )


class _Lots:
    """The goods as lots in an order of their own, and the lines that the pieces of each lie on."""

    def __init__(self, goods: Iterable[Goods]) -> None:
        found: dict[Lot, list[list[int]]] = {}
        for one in goods:
            found.setdefault(one.lot, []).append([one.line, one.count])
        self.kinds = sorted(found, key=_BY_KEY)
        self._lines = [sorted(found[lot]) for lot in self.kinds]  # [line, pieces not yet given away]
        self.counts = [sum(count for _, count in lines) for lines in self._lines]

    def shared(self, use: Use) -> list[tuple[int, Cents]]:
        """What a use saves, in whole cents, by line: over the lots first, so that no order of lines changes those."""
        amount = divide(use.saving, BASIS_POINTS)
        places = sorted(use.taken)
        weights = [self._weight(use.promotion.terms, at, use.taken[at]) for at in places]
        found = []
        for at, part in zip(places, _split(amount, weights), strict=True):
            lines = self._take(at, use.taken[at])
            parts = _split(part, [count for _, count in lines])
            found += [(line, cents) for (line, _), cents in zip(lines, parts, strict=True) if cents]
        return found

    def _weight(self, terms: Terms, at: int, count: int) -> int:
        lot = self.kinds[at]
        return count * (price_saving(terms, lot) if terms.kind == PRICE else lot.worth)

    def _take(self, at: int, count: int) -> list[tuple[int, int]]:
        """So many pieces of a lot, off its first lines: (line, pieces)."""
        taken = []
        for line in self._lines[at]:
            part = min(line[1], count)
            if part:
                taken.append((line[0], part))
                line[1] -= part
                count -= part
        return taken


def _split(amount: Cents, weights: Sequence[int]) -> Sequence[Cents]:
    return split(amount, weights) if len(weights) > 1 else (amount,)


def _lot(one: Goods) -> tuple[Lot, int]:
    """A line sold by measure, or of half a piece, is one of its own size: no other line takes a part of it."""
    promotions = one.promotions if len(one.promotions) < 2 else tuple(sorted(one.promotions, key=_BY_KEY))
    quantity, measured = one.quantity, one.unit in _MEASURES or not one.quantity.is_whole
    if measured:
        each, worth, count = quantity.thousandths, quantity.times(one.unit_price) - quantity.times(one.deposit), 1
    else:
        each, worth, count = PIECE, one.unit_price - one.deposit, quantity.thousandths // PIECE
    return Lot(one.article_id, each, measured, max(worth, 0), promotions), count


def parts_by_line(given: Sequence[Given], lines: int) -> list[Cents]:
    """What all promotions together take off each of so many lines."""
    found = [0] * lines
    for one in given:
        for n, part in one.parts:
            found[n - 1] += part
    return found
