"""When something holds: from a first to a last moment, perhaps only on some weekdays and at some hours.

- A moment is a local one of the store (`2026-02-15T23:59:59`) or an instant (`2026-02-15T21:59:59.000Z`); a day alone
  is its first second as a beginning and its last as an end.
- Beginning and end are whole seconds and both inclusive: what ends at 23:59:59 still holds at 23:59:59.999.
- A local moment that the clock shows twice or skips counts in favour of whoever gains: it begins at the earlier and
  ends at the later of the two instants that it may mean.
- Hours are the store's clock from the first minute up to, and without, the second: `16:00-18:00`, `20:00-24:00`.

    >>> Validity.parse("2026-02-12", "2026-02-15").last
    '2026-02-15T23:59:59'
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from poscore.errors import Refused
from poscore.instants import instant_text, parse_day, parse_instant

EVERY_DAY, ALL_DAY = "1234567", "00:00-24:00"
_SECOND = timedelta(seconds=1)
_LOCAL = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?", re.ASCII)
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Validity:
    """In the one form that `parse` gives. `weekdays`: digits, 1 is Monday; `hours`: HH:MM-HH:MM."""

    first: str
    last: str
    weekdays: str = EVERY_DAY
    hours: str = ALL_DAY

    @classmethod
    def parse(cls, first: str, last: str, weekdays: str = "", hours: str = "") -> Validity:
        """As somebody typed it; nothing for weekdays or hours is all. Raises Refused `validity-invalid`."""
        days = "".join(sorted(set(weekdays.strip()))) or EVERY_DAY
        if not set(days) <= set(EVERY_DAY):
            raise _invalid(f"{weekdays!r} is not weekdays such as 12345, 1 being Monday")
        found = cls(_moment(first, "00:00:00"), _moment(last, "23:59:59"), days, _hours(hours.strip()))
        # A local moment and an instant cannot be compared without the store's zone; then only whole days are.
        slack = timedelta(days=1) if found.first.endswith("Z") != found.last.endswith("Z") else timedelta(0)
        if _rough(found.first) > _rough(found.last) + slack:
            raise _invalid(f"it ends ({last.strip()}) before it begins ({first.strip()})")
        return found

    def holds(self, at: datetime, zone: tzinfo) -> bool:
        """Whether it holds at the instant `at` in a store of `zone`."""
        if not min(_instants(self.first, zone)) <= at < max(_instants(self.last, zone)) + _SECOND:
            return False
        if self.weekdays == EVERY_DAY and self.hours == ALL_DAY:
            return True
        local = at.astimezone(zone)
        start, _, end = self.hours.partition("-")
        return str(local.isoweekday()) in self.weekdays and start <= f"{local:%H:%M}" < end


def _instants(moment: str, zone: tzinfo) -> tuple[datetime, datetime]:
    """The two instants that a moment may mean, nearly always the same."""
    if moment.endswith("Z"):
        return (parse_instant(moment),) * 2
    local = datetime.fromisoformat(moment).replace(tzinfo=zone)
    return local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)


def _moment(text: str, clock: str) -> str:
    """A day with `clock`, a local moment or an instant, in the form that is kept."""
    text = text.strip()
    try:
        if text.endswith("Z"):
            return instant_text(parse_instant(text if "." in text else f"{text[:-1]}.000Z"))
        local = _LOCAL.fullmatch(text)
        found = f"{local[1]}T{local[2]}{local[3] or ':00'}" if local else f"{parse_day(text).isoformat()}T{clock}"
        datetime.fromisoformat(found)
    except (Refused, ValueError):
        raise _invalid(f"{text!r} is not a moment such as 2026-02-15 or 2026-02-15T21:00") from None
    return found


def _hours(text: str) -> str:
    if not text:
        return ALL_DAY
    match = _HOURS.fullmatch(text)
    start, _, end = text.partition("-")
    if match is None or start >= end or end > "24:00":
        raise _invalid(f"{text!r} is not hours such as 16:00-18:00")
    return text


def _rough(moment: str) -> datetime:
    return datetime.fromisoformat(moment.rstrip("Z"))


def _invalid(detail: str) -> Refused:
    return Refused("validity-invalid", detail)
