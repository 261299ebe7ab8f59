"""The store's local time, as far as anybody here can know it: for rules that hold by the hour.

- This machine's clock, corrected by what head office last said.
- A clock that was set back must not give the evening a second hour: where a record of late is ahead of it, the time is
  doubtful and a rule must hold at both. It is settled once the clock has passed that time, or enough records were
  written since (a clock that once stood in another year must not decide for ever).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime

from poscore.instants import parse_instant
from register_svc.checkout.desk import Desk

# About half a day of a busy till. Somebody who sets the clock back can sign in and out, but not that often unseen.
_LATE_RECORDS = 200


class StoreTime:
    """Only what was written since the last question is read, and nothing before the first one."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._read_to = 0
        self._written: deque[str] = deque(maxlen=_LATE_RECORDS)  # instants by this machine's clock

    def readings(self) -> Sequence[datetime]:
        """The local time now and, when it is later, that of the latest record. Call with the desk's lock held."""
        desk = self._desk
        self._read_on()
        now, corrected = desk.clock(), desk.corrected_clock()
        times = [corrected]
        if self._written:
            latest = parse_instant(max(self._written)) + (corrected - now)
            times += [latest] if latest > corrected else []
        return [at.astimezone(desk.zone) for at in times]

    def _read_on(self) -> None:
        head = self._desk.journal.head
        if head.seq > self._read_to:
            first = max(self._read_to + 1, head.seq - _LATE_RECORDS + 1)
            self._written.extend(record.at for record in self._desk.reader.between(head.epoch, first, head.seq))
            self._read_to = head.seq
