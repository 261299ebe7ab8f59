"""Head office's time, by what it said at each contact: this machine's clock is not trusted, and never set.

The offset corrects what the register signs. It says nothing about the journal, whose records carry this machine's time
and are ordered by their numbers.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from poscore.errors import Refused
from poscore.instants import instant_text, parse_instant
from register_svc.head_office.memory import ClockReading, LinkMemory

# An answer is seconds old at worst; a smaller change is the line and not the clock, and not worth a row.
_WORTH_KEEPING_MS = 2_000

# A dead battery shows the year 2000. What is further off than this is no clock, and reckoning with it would overflow.
_BELIEVABLE = timedelta(days=36_525)


class OfficeClock:
    """`now`: this machine's clock, aware UTC."""

    def __init__(self, now: Callable[[], datetime], memory: LinkMemory) -> None:
        self._now = now
        self._memory = memory
        self._lock = threading.Lock()
        self._reading = memory.clock()

    @property
    def reading(self) -> ClockReading | None:
        """The offset in use and when it was learnt; None before the first contact."""
        return self._reading

    def local(self) -> datetime:
        return self._now()

    def corrected(self) -> datetime:
        """Head office's time, as well as it is known."""
        reading = self._reading
        return self._now() + timedelta(milliseconds=reading.offset_ms if reading else 0)

    def learn(self, office_now: object) -> None:
        """Take an answer's `now`. Anything but an instant is passed over: the next answer will have one."""
        if not isinstance(office_now, str):
            return
        try:
            theirs = parse_instant(office_now)
        except Refused:
            return
        ours = self._now()
        if abs(theirs - ours) > _BELIEVABLE:
            return
        offset_ms = round((theirs - ours) / timedelta(milliseconds=1))
        with self._lock:
            known = self._reading
            if known is not None and abs(known.offset_ms - offset_ms) < _WORTH_KEEPING_MS:
                return
            self._reading = ClockReading(offset_ms, instant_text(ours))
            self._memory.keep_clock(self._reading)
