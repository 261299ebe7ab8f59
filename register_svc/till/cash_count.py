"""What was found in the drawer at the end of a shift, and what became of it.

- Counted by pieces or as a sum; pieces must be euro coins and notes, and make the sum.
- A part may stay in the drawer for the next shift; what does not stay is dropped into the safe.
- A difference of more than the shop allows needs a reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from poscore.errors import Refused
from poscore.money import Cents

# Every euro coin and note that is legal tender, in cents: also 1 and 2 cents, which Finland rounds away, and the note
# of 500 euros, which is printed no more (Council regulations 974/98 and 729/2014).
DENOMINATIONS: tuple[Cents, ...] = (
    *(1, 2, 5, 10, 20, 50, 100, 200),
    *(500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000),
)
_NAMES = frozenset(map(str, DENOMINATIONS))


def sum_of(denominations: Mapping[str, int]) -> Cents:
    """What so many pieces come to: {cents: pieces}. Raises Refused `body-invalid`."""
    strange = sorted(denominations.keys() - _NAMES)
    if strange:
        hint = 'Denominations are cents, such as {"2000": 3}.'
        raise Refused("body-invalid", f"there is no coin or note of {', '.join(strange)} cents", hint)
    if any(pieces < 0 for pieces in denominations.values()):
        raise Refused("body-invalid", "nobody counts fewer than 0 pieces")
    return sum(int(name) * pieces for name, pieces in denominations.items())


@dataclass(frozen=True, slots=True)
class CashCount:
    """`denominations`: {cents: pieces}. `left_in_drawer`: for the next shift, None when nobody said.

    Raises Refused `body-invalid`, `count-differs` or `left-more-than-counted`.
    """

    cash: Cents
    denominations: Mapping[str, int] | None = None
    left_in_drawer: Cents | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        if self.denominations is not None:
            self._check(self.denominations)
        if self.left_in_drawer is not None and not 0 <= self.left_in_drawer <= self.cash:
            raise Refused("left-more-than-counted", f"{self.left_in_drawer} cents cannot stay of {self.cash}")

    def _check(self, denominations: Mapping[str, int]) -> None:
        total = sum_of(denominations)
        if total != self.cash:
            raise Refused("count-differs", f"the notes and coins make {total} cents, not {self.cash}")

    def found(self, expected: Cents) -> dict[str, Any]:
        """The count beside what had to be there, as a Z says it; `difference` = counted − expected."""
        left = self.left_in_drawer
        found: dict[str, Any] = {
            "expected": expected,
            "counted": self.cash,
            "difference": self.cash - expected,
            "reason": self.reason,
            "left_in_drawer": left,
            "dropped": None if left is None else self.cash - left,
        }
        if self.denominations is not None:
            found["denominations"] = dict(self.denominations)
        return found


def not_counted(expected: Cents | None) -> dict[str, Any]:
    """The same before the drawer is counted, as an X says it; `expected` None where the count is blind."""
    return {
        **dict.fromkeys(("expected", "counted", "difference", "reason", "left_in_drawer", "dropped")),
        "expected": expected,
    }


def check_difference(count: CashCount, expected: Cents, most: Cents, *, tell: bool) -> None:
    """Raises Refused `difference-reason-required` for a difference above `most` (0: any) that nobody explains.

    `tell`: with the difference; a blind count that told it could be counted again until it fits.
    """
    difference = count.cash - expected
    if most and abs(difference) > most and not count.reason:
        told: dict[str, Any] = {"difference": difference} if tell else {}
        raise Refused("difference-reason-required", f"a difference of more than {most} cents needs a reason", **told)
