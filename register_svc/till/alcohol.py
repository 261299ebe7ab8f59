"""When alcohol may be sold: between two times of the store's day, by the settings (Alcohol Act 1102/2017: 9 to 21).

It is asked at the line, at each tender and at completion: whoever queues at nine in the evening is not served.
Returns sell nothing, and training sells nobody anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from poscore.errors import Refused

if TYPE_CHECKING:
    from register_svc.till.basket import Basket


def holds_alcohol(basket: Basket) -> bool:
    """Whether completing it would sell any."""
    if basket.is_return or basket.training:
        return False
    return any(row.item.alcohol and not row.line.voided for row in basket.lines)


@dataclass(frozen=True, slots=True)
class Hours:
    """`start`, `end`: `09:00`, `21:00`; `24:00` is the end of a day. An end before its start is tomorrow's."""

    start: str
    end: str

    @classmethod
    def of(cls, rules: Mapping[str, Any]) -> Hours:
        return cls(rules["alcohol.from"], rules["alcohol.until"])

    def hold(self, local: datetime) -> bool:
        """The end itself is outside.

        >>> Hours("09:00", "21:00").hold(datetime(2026, 11, 22, 21, 0))
        False
        """
        now = f"{local:%H:%M}"
        if self.start <= self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end

    def must_hold(self, readings: Iterable[datetime]) -> None:
        """`readings`: every local time that it may be. Raises Refused `alcohol-hours` unless it is open at each."""
        closed = next((local for local in readings if not self.hold(local)), None)
        if closed is not None:
            said = f"alcohol is sold from {self.start} to {self.end}, and it is {closed:%H:%M}"
            hint = "Another time in the shop? Then this machine's clock is wrong, or was set back."
            raise Refused("alcohol-hours", said, hint)
