"""Trying every way to give bundles that share goods. Whoever calls has made sure that there are few."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement
from typing import Protocol

from register_svc.till.promotion_lots import Bundle, Sets


class Stock(Protocol):
    def gain(self, bundle: Bundle, pieces: tuple[int, ...]) -> int:
        """What a set saves beyond what its pieces save alone."""

    def limit(self, bundle: Bundle) -> int:
        """How often the goods and its terms let a bundle be had."""


_Step = tuple[int, tuple[int, ...] | None]  # what can still be gained, and the set to take next


class Search:
    """Every way to give bundles that share goods: bundle by bundle, set by set, each state of the goods once."""

    def __init__(self, stock: Stock, bundles: Sequence[Bundle]) -> None:
        self._stock, self._bundles = stock, bundles
        self._sets = [
            [(pieces, gain) for pieces in combinations_with_replacement(bundle.lots, bundle.terms.count)
             if (gain := stock.gain(bundle, pieces)) > 0]
            for bundle in bundles
        ]  # fmt: skip
        self._known: dict[tuple[int, tuple[int, ...], int], _Step] = {}

    def best(self, counts: Sequence[int]) -> dict[Bundle, Sets]:
        state, found = tuple(counts), dict[Bundle, Sets]()
        for number, bundle in enumerate(self._bundles):
            left = self._left(number, self._stock.limit(bundle))
            while pieces := self._step(number, state, left)[1]:
                found.setdefault(bundle, []).append((pieces, 1))
                state, left = _less(state, pieces), self._left(number, left - 1)
        return found

    def _step(self, number: int, state: tuple[int, ...], left: int) -> _Step:
        if number == len(self._bundles):
            return 0, None
        key = number, state, left
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._tried(number, state, left)
        return known

    def _tried(self, number: int, state: tuple[int, ...], left: int) -> _Step:
        following = number + 1
        limit = self._stock.limit(self._bundles[following]) if following < len(self._bundles) else 0
        best: _Step = self._step(following, state, self._left(following, limit))[0], None
        if left:
            for pieces, gain in self._sets[number]:
                rest = _less(state, pieces)
                if min(rest) >= 0:
                    total = gain + self._step(number, rest, self._left(number, left - 1))[0]
                    if total > best[0]:
                        best = total, pieces
        return best

    def _left(self, number: int, left: int) -> int:
        """A bundle without a limit of its own has the goods for one: its states need not count."""
        limited = number < len(self._bundles) and self._bundles[number].terms.max_times is not None
        return left if limited else 1


def _less(state: tuple[int, ...], pieces: tuple[int, ...]) -> tuple[int, ...]:
    rest = list(state)
    for at in pieces:
        rest[at] -= 1
    return tuple(rest)
