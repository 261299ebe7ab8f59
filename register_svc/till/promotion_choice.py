"""Which pieces go to which promotion: the choice that saves the customer most, by what the goods are and nothing else.

- A piece takes part in one promotion at most. A price is weighed against every bundle that the piece could be in.
- Bundles that share no goods are chosen apart. One alone is chosen by taking what it is worth most for; several that
  share goods by trying everything while that is little, else by giving one after the other in every order.
- Ties go by article and promotion: the order in which goods were scanned never decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, permutations
from math import comb, prod

from poscore.pricing import BASIS_POINTS
from poscore.promotions import MIX_AND_MATCH, MULTI_BUY, PRICE
from register_svc.till.promotion_lots import Bundle, Lot, Promotion, Sets, price_saving
from register_svc.till.promotion_search import Search

# Trying everything is bounded by this many steps, some 5 ms; above it the orders of giving are tried, so many of them.
_MOST_STEPS = 3_000
_MOST_SETS = 150  # a set is a call within a call: Python bears a thousand
_MOST_ORDERS = 24


@dataclass(frozen=True, slots=True)
class Use:
    """`taken`: how many pieces of which lot (by place) a promotion takes, and what that saves in cents / 10,000."""

    promotion: Promotion
    taken: Mapping[int, int]
    saving: int


def choose(lots: Sequence[Lot], counts: Sequence[int]) -> list[Use]:
    """`counts`: pieces of each lot. `lots` stand in an order of their own, whatever the order of scans."""
    # By its names of now: an earlier snapshot may have called the same promotion by others.
    promotions = {promotion.key: promotion for lot in lots for promotion in lot.promotions}
    uses = []
    for places in _related(lots):
        for use in _chosen(tuple(lots[at] for at in places), tuple(counts[at] for at in places)):
            taken = {places[at]: count for at, count in use.taken.items()}
            uses.append(Use(promotions[use.promotion.key], taken, use.saving))
    return uses


def _related(lots: Sequence[Lot]) -> list[list[int]]:
    """The lots, by place, in groups that no promotion joins: a scan changes one of them."""
    groups: dict[int, list[int]] = {}
    group_of: list[int] = []
    first: dict[tuple[str, str], int] = {}
    for at, lot in enumerate(lots):
        group_of.append(at)
        groups[at] = [at]
        for promotion in lot.promotions:
            alone = promotion.terms.kind != MIX_AND_MATCH and promotion.terms.max_times is None
            other = group_of[first.setdefault((promotion.key, lot.article_id if alone else ""), at)]
            mine = group_of[at]
            if other != mine:
                groups[other] += groups[mine]
                for joined in groups.pop(mine):
                    group_of[joined] = other
    return [sorted(places) for places in groups.values()]


# A basket of fifty lines has some twenty groups; a scan changes one, and the others are answered from here.
@lru_cache(maxsize=512)
def _chosen(lots: tuple[Lot, ...], counts: tuple[int, ...]) -> tuple[Use, ...]:
    stock = _Stock(lots, counts)
    rest, uses = list(counts), []
    for bundles in _apart([bundle for bundle in _bundles(lots) if stock.limit(bundle)]):
        for bundle, sets in stock.solved(bundles).items():
            taken: dict[int, int] = {}
            for pieces, times in sets:
                for at in pieces:
                    taken[at] = taken.get(at, 0) + times
                    rest[at] -= times
            saving = sum(times * stock.saving(bundle, pieces) for pieces, times in sets)
            uses.append(Use(bundle.promotion, taken, saving))
    for at, (saving, promotion) in enumerate(stock.alone):
        if promotion and rest[at]:
            uses.append(Use(promotion, {at: rest[at]}, rest[at] * saving))
    return tuple(uses)


def _bundles(lots: Sequence[Lot]) -> list[Bundle]:
    """Every promotion but prices without a limit; a multi-buy is one for each article."""
    found: dict[tuple[Promotion, str], list[int]] = {}
    for at, lot in enumerate(lots):
        for promotion in lot.promotions:
            terms = promotion.terms
            if terms.kind == PRICE:
                if terms.max_times is not None:
                    found.setdefault((promotion, ""), []).append(at)
            elif not lot.measured:
                found.setdefault((promotion, lot.article_id if terms.kind == MULTI_BUY else ""), []).append(at)
    ordered = sorted(found.items(), key=lambda one: (one[0][0].key, one[1]))
    return [Bundle(promotion, tuple(places)) for (promotion, _), places in ordered]


def _apart(bundles: Sequence[Bundle]) -> list[list[Bundle]]:
    """The bundles in groups that share no lot."""
    groups: list[tuple[set[int], list[Bundle]]] = []
    for bundle in bundles:
        lots, together = set(bundle.lots), [bundle]
        apart = []
        for group in groups:
            if group[0].isdisjoint(lots):
                apart.append(group)
            else:
                lots |= group[0]
                together = [*group[1], *together]
        groups = [*apart, (lots, together)]
    return [together for _, together in groups]


class _Stock:
    """The lots, how many there are of each, and the best price that one of each has alone."""

    def __init__(self, lots: Sequence[Lot], counts: Sequence[int]) -> None:
        self._lots, self._counts = lots, counts
        self.alone = [_alone(lot) for lot in lots]

    def saving(self, bundle: Bundle, pieces: tuple[int, ...]) -> int:
        terms, lots = bundle.terms, self._lots
        if terms.kind == PRICE:
            return price_saving(terms, lots[pieces[0]])
        if terms.percent_bp is not None:
            return terms.percent_bp * sum(lots[at].worth for at in pieces)
        if terms.amount is not None:
            return BASIS_POINTS * (sum(lots[at].worth for at in pieces) - terms.amount)
        return BASIS_POINTS * min(lots[at].worth for at in pieces)

    def solved(self, bundles: Sequence[Bundle]) -> dict[Bundle, Sets]:
        """The sets of each bundle that save most together."""
        first = bundles[0]
        if len(bundles) == 1 and not (_cheapest_free(first) and any(self.alone[at][0] for at in first.lots)):
            return {first: sets} if (sets := self._walk(first, self._counts)) else {}
        if sum(map(self.limit, bundles)) <= _MOST_SETS and self._steps(bundles) <= _MOST_STEPS:
            return Search(self, bundles).best(self._counts)
        tried = [self._in_turn(order) for order in islice(permutations(bundles), _MOST_ORDERS)]
        return max(tried, key=self._total)  # the first of equals

    def gain(self, bundle: Bundle, pieces: tuple[int, ...]) -> int:
        """What a set saves beyond what its pieces save alone."""
        return self.saving(bundle, pieces) - sum(self.alone[at][0] for at in pieces)

    def limit(self, bundle: Bundle) -> int:
        """How often the goods and its terms let a bundle be had."""
        most = sum(self._counts[at] for at in bundle.lots) // bundle.terms.count
        return most if bundle.terms.max_times is None else min(most, bundle.terms.max_times)

    def _steps(self, bundles: Sequence[Bundle]) -> int:
        lots = {at for bundle in bundles for at in bundle.lots}
        states = prod(self._counts[at] + 1 for at in lots)
        return sum(
            states
            * (1 if bundle.terms.max_times is None else self.limit(bundle) + 1)
            * comb(len(bundle.lots) + bundle.terms.count - 1, bundle.terms.count)
            for bundle in bundles
        )

    def _in_turn(self, bundles: Sequence[Bundle]) -> dict[Bundle, Sets]:
        """Each takes what is best for it of what those before it left."""
        counts, found = list(self._counts), {}
        for bundle in bundles:
            sets = self._walk(bundle, counts)
            for pieces, times in sets:
                for at in pieces:
                    counts[at] -= times
            if sets:
                found[bundle] = sets
        return found

    def _total(self, found: Mapping[Bundle, Sets]) -> int:
        return sum(times * self.gain(bundle, pieces) for bundle, sets in found.items() for pieces, times in sets)

    def _walk(self, bundle: Bundle, counts: Sequence[int]) -> Sets:
        """Sets of the pieces that the bundle is worth most for, as long as one gains.

        For a sum and a per cent that is the best there is: what a piece adds does not depend on the others. So it is
        for the cheapest free where no piece has a price alone: with the dearest together the dearest is free.
        """
        count, left = bundle.terms.count, self.limit(bundle)
        runs = [[at, counts[at]] for at in sorted(bundle.lots, key=lambda at: (-self._value(bundle, at), at))]
        sets: Sets = []
        while left:
            runs = [run for run in runs if run[1]]
            pieces = tuple(islice(_each(runs), count))
            if len(pieces) < count:
                break
            first = runs[0]
            times = min(left, max(first[1] // count, 1))
            if self.gain(bundle, pieces) > 0:
                sets.append((pieces, times))
                left -= times
                for at in pieces:
                    next(run for run in runs if run[0] == at)[1] -= times
            else:  # no set with the first piece gains; where it fills one alone, neither do its like
                first[1] = min(first[1] - 1, count - 1)
        return sets

    def _value(self, bundle: Bundle, at: int) -> int:
        """What sorts pieces: how much one adds to a set."""
        lot, terms, alone = self._lots[at], bundle.terms, self.alone[at][0]
        if terms.kind == PRICE:
            return price_saving(terms, lot) - alone
        return lot.worth * (BASIS_POINTS if terms.percent_bp is None else terms.percent_bp) - alone


def _each(runs: Sequence[Sequence[int]]) -> Iterator[int]:
    for at, count in runs:
        for _ in range(count):
            yield at


def _alone(lot: Lot) -> tuple[int, Promotion | None]:
    """What one of a lot saves by the best price without a limit."""
    best: tuple[int, Promotion | None] = (0, None)
    for promotion in lot.promotions:
        if promotion.terms.kind == PRICE and promotion.terms.max_times is None:
            saving = price_saving(promotion.terms, lot)
            if saving > best[0]:
                best = saving, promotion
    return best


def _cheapest_free(bundle: Bundle) -> bool:
    return bundle.terms.kind != PRICE and bundle.terms.amount is None and bundle.terms.percent_bp is None
