"""Instants are aware UTC datetimes of whole milliseconds; their one text form is `2026-11-22T20:00:00.000Z`.

Nothing here reads a clock.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, tzinfo

from poscore.errors import Refused

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)


def instant_text(at: datetime) -> str:
    """The text form. `at` must be aware; microseconds are cut, not rounded, so that text never runs ahead."""
    if at.tzinfo is None:
        raise ValueError("an instant must know its time zone")
    if at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    return f"{at.isoformat(timespec='milliseconds')[:-6]}Z"


def parse_instant(text: str) -> datetime:
    """The inverse of `instant_text`. Raises Refused `instant-invalid`."""
    try:
        if _INSTANT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise Refused("instant-invalid", f"{text!r} is not an instant such as 2026-11-22T20:00:00.000Z")


def parse_day(text: str) -> date:
    """A business day such as `2026-11-22`. Raises Refused `day-invalid`."""
    try:
        if _DAY.fullmatch(text):  # fromisoformat alone would take 2026-W48-7 as well
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Refused("day-invalid", f"{text!r} is not a day such as 2026-11-22")


def local_day(at: datetime, zone: tzinfo) -> date:
    """The calendar day of an instant in a store's time zone."""
    return at.astimezone(zone).date()
