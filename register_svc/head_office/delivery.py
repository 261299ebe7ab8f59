"""Which records of one epoch go to head office next: pure, so that every answer can be tried without a network.

- Oldest first. What head office acknowledges decides, upwards and downwards, be it asked or told unasked: a head office
  that was set back to a backup gets again what it lost.
- When head office has other records than this journal under the same numbers, its word says nothing of ours beyond what
  was just sent: then the watermark goes up no further than that, and never past a record that was not taken.
- A batch that does not get through is made smaller, down to one record; one that does, larger.
- A single record that head office cannot take is set aside in memory and named, and the later ones go on. It stays in
  the journal and after the watermark, so it is tried again later.
- Answers that lead nowhere are counted: five in a row are a failure and no endless loop.

    >>> delivery = Delivery(acked=0)
    >>> delivery.plan()
    Plan(after=0, limit=500)
"""

from __future__ import annotations

from dataclasses import dataclass

from register_svc.head_office.answers import UploadAnswer

MAX_RECORDS = 500  # what one call may hold; 50 would already give most of the speed
_LEADING_NOWHERE = 5  # head office itself takes a damaged record at the third try
_TRIES_OF_ONE = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """Send at most `limit` records after seq `after`."""

    after: int
    limit: int


@dataclass(frozen=True, slots=True)
class Span:
    """The records of one batch, from the first to the last."""

    first: int
    last: int

    @property
    def count(self) -> int:
        return self.last - self.first + 1


class Delivery:
    """`acked`: seq of the watermark."""

    def __init__(self, acked: int) -> None:
        self.acked = acked
        self.aside: dict[int, str] = {}
        self._after = acked
        self._size = MAX_RECORDS
        self._gap_ends: int | None = None
        self._nowhere = 0
        self._tries = 0
        self._doubted: int | None = None  # set aside for head office's own failure, until another record gets through

    def plan(self) -> Plan:
        limit = self._size
        if self._gap_ends is not None and self._gap_ends > self._after:
            limit = min(limit, self._gap_ends - self._after)
        return Plan(self._after, limit)

    def answered(self, sent: Span, answer: UploadAnswer, *, same: bool = True) -> bool:
        """Head office took the batch, or a part of it. False when answers have led nowhere too often.

        `same`: what head office has in this epoch is this journal, as far as anybody knows.
        """
        before = (self.acked, self._after)
        held = answer.acked_seq if same else min(answer.acked_seq, sent.last)
        self._size = min(MAX_RECORDS, self._size * 2)
        self._tries, self._doubted = 0, None
        if same:
            self.aside = {seq: why for seq, why in self.aside.items() if seq > held}
        if answer.resend:
            self._after = min(held, *(seq - 1 for seq in answer.resend))
        elif answer.gap and all(seq in self.aside for seq in range(answer.gap[0], answer.gap[1] + 1)):
            self._after = max(self._after, sent.last)
        else:
            self._after = held
        self.acked = held if same else min([self._after, *(seq - 1 for seq in self.aside)])
        self._gap_ends = answer.gap[1] if answer.gap and answer.gap[0] == self._after + 1 else None
        led_on = self.acked > before[0] or self._after > before[1]
        self._nowhere = 0 if led_on else self._nowhere + 1
        return self._nowhere < _LEADING_NOWHERE

    def refused(self, sent: Span, reason: str) -> None:
        """Head office says no to what this batch holds."""
        if sent.count > 1:
            self._size = sent.count // 2
        else:
            self._set_aside(sent.first, reason)

    def broke(self, sent: Span) -> None:
        """Head office failed while working on this batch: it is broken, or one record breaks it."""
        if sent.count > 1:
            self._size = sent.count // 2
            return
        self._tries += 1
        if self._tries < _TRIES_OF_ONE:
            return
        if self._doubted is None:
            self._set_aside(sent.first, "head office fails on it")
            self._doubted = sent.first
        else:  # the next one fails as well: it is head office and not the record
            del self.aside[self._doubted]
            self._after = self.acked
            self._doubted = None
        self._tries = 0

    def lost(self, sent: Span) -> None:
        """No answer came; a smaller batch may fit through a slow line."""
        self._size = max(1, sent.count // 2)

    def told(self, seq: int, *, same: bool = True) -> bool:
        """Head office says unasked how far it has this epoch; True when that moves the watermark.

        `same` as in `answered`: otherwise it moves downwards only.
        """
        held = seq if same else min(self.acked, seq)
        if held == self.acked:
            return False
        if held < self.acked:
            self.aside, self._after = {}, held
        else:
            self.aside = {seq: why for seq, why in self.aside.items() if seq > held}
            self._after = max(self._after, held)
        self.acked = held
        self._gap_ends = self._doubted = None
        self._nowhere = self._tries = 0
        return True

    def try_again(self) -> None:
        """Forget what was set aside: head office may have been mended."""
        self.aside.clear()
        self._doubted = None
        self._after = self.acked

    def _set_aside(self, seq: int, reason: str) -> None:
        self.aside[seq] = reason
        self._after = seq
        self._size = MAX_RECORDS
        self._tries = 0
