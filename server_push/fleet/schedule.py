"""When the nightly distribution runs: by business date, right over both changes of the clocks. Pure.

- A run is named by its business date, the local date on which it begins, and there is one for each date. So an hour
  that comes twice makes no second run, and one that is left out makes none fail: 03:30 that does not exist is 04:30.
- It may begin late, within its window. After the window it is missed, and only a person runs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from poscore.errors import Refused
from server_push.registers.stores import zone_of

_TIME = re.compile(r"^([01][0-9]|2[0-3]):([0-5][0-9])$")
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)  # ISO: Monday is 1
_LOOKS_BACK = timedelta(days=60)  # a head office that was away for longer has more to tell than its missed nights


@dataclass(frozen=True, slots=True)
class Schedule:
    """`at`, `window_end`: local times; an end that is not after the beginning is on the next day."""

    at: str = "22:00"
    tz: str = "Europe/Helsinki"
    days: tuple[int, ...] = EVERY_DAY
    window_end: str = "05:00"
    enabled: bool = True

    def __post_init__(self) -> None:
        zone_of(self.tz)
        _time_of(self.at)
        _time_of(self.window_end)
        if not self.days or not set(self.days) <= set(EVERY_DAY) or len(set(self.days)) != len(self.days):
            raise Refused("body-invalid", "days are some of 1 (Monday) to 7 (Sunday), each once")

    def run_of(self, day: date) -> Run:
        zone = zone_of(self.tz)
        begins, ends = _time_of(self.at), _time_of(self.window_end)
        last = day if ends > begins else day + timedelta(days=1)
        # Of an hour that comes twice: begin in the first, end in the second.
        starts_at = datetime.combine(day, begins, zone).astimezone(UTC)
        ends_at = datetime.combine(last, ends.replace(fold=1), zone).astimezone(UTC)
        return Run(day, starts_at, ends_at)

    def is_on(self, day: date) -> bool:
        return self.enabled and day.isoweekday() in self.days

    def begun(self, since: datetime, now: datetime) -> Iterator[Run]:
        """The runs whose time came from `since` to `now`, the oldest first."""
        zone = zone_of(self.tz)
        day = max(since, now - _LOOKS_BACK).astimezone(zone).date()
        while day <= now.astimezone(zone).date():
            run = self.run_of(day)
            if self.is_on(day) and since <= run.starts_at <= now:
                yield run
            day += timedelta(days=1)

    def next(self, now: datetime) -> Run | None:
        """The next run to come."""
        day = now.astimezone(zone_of(self.tz)).date()
        for ahead in range(9):
            run = self.run_of(day + timedelta(days=ahead))
            if self.is_on(run.business_date) and run.starts_at > now:
                return run
        return None

    def to_wire(self) -> dict[str, Any]:
        return {
            "at": self.at,
            "tz": self.tz,
            "days": list(self.days),
            "window_end": self.window_end,
            "enabled": self.enabled,
        }


@dataclass(frozen=True, slots=True)
class Run:
    """One business date's. From `ends_at` on it is missed."""

    business_date: date
    starts_at: datetime
    ends_at: datetime

    def is_missed(self, now: datetime) -> bool:
        return now >= self.ends_at


def _time_of(text: str) -> time:
    found = _TIME.match(text)
    if found is None:
        raise Refused("body-invalid", f"{text[:20]!r} is not a time of day such as 22:00")
    return time(int(found[1]), int(found[2]))
