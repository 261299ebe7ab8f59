"""What every act at the counter needs: journal, price book, mode, clock, and one lock.

One lock makes acts follow each other: a register has one drawer, and its journal one writer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any, Protocol

import orjson

from poscore import records
from poscore.errors import Refused
from poscore.idempotency import Idempotency, Kept
from poscore.instants import instant_text, local_day
from poscore.shop_rules import DEFAULTS
from register_svc.catalog.price_book import PriceBook
from register_svc.checkout.overrides import Overrides, Use, use_of
from register_svc.journal.answers import Answers
from register_svc.journal.journal import Journal, Writing
from register_svc.journal.reading import JournalReader
from register_svc.journal.shifts import ShiftRows
from register_svc.till.paper import Letterhead, Paper
from register_svc.till.people import Session
from register_svc.till.shifts import Shift
from register_svc.till.tenders import TenderRule, with_policy


class Counted(Protocol):
    @property
    def records(self) -> int: ...
    @property
    def sales(self) -> int: ...


class Mode(Protocol):
    """The link to head office, as far as the counter cares. Nothing here ever waits."""

    @property
    def is_offline(self) -> bool: ...

    def unsent(self) -> Counted:
        """What head office has not acknowledged."""


@dataclass(frozen=True, slots=True)
class Deed:
    """An act that is one record of `kind`; `permission`: what it takes."""

    session: Session
    permission: str
    kind: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Desk:
    """`clock`: this machine's, and `corrected_clock` as head office knows the time; aware UTC.

    `after_commit`: told, after a record is on disk and with no lock held, that there is something new.
    """

    journal: Journal
    reader: JournalReader
    answers: Answers
    shifts: ShiftRows
    book: PriceBook
    mode: Mode
    clock: Callable[[], datetime]
    corrected_clock: Callable[[], datetime]
    zone: tzinfo
    after_commit: Callable[[], None]
    lock: threading.RLock = field(default_factory=threading.RLock)
    overrides: Overrides = field(default_factory=Overrides)

    def now(self) -> str:
        return instant_text(self.clock())

    @property
    def business_day(self) -> str:
        """That of the open shift, else the calendar's in the store's time zone."""
        shift = self.shifts.current()
        return shift.business_day if shift else local_day(self.clock(), self.zone).isoformat()

    def rules(self) -> Mapping[str, Any]:
        """The settings of the business day (poscore.shop_rules); what ships where no price list can be read."""
        return self.book.catalog.day(self.business_day).rules if self.book.catalog else DEFAULTS

    def tender_rules(self) -> Mapping[str, TenderRule]:
        """Which tender may be used when, by the snapshot and the shop's own policy. Raises Fault `no-snapshot`."""
        return with_policy(self.book.require().tender_rules, self.rules())

    def paper(self, language: str | None = None) -> Paper:
        """What is printed on, in the shop's language or another; with no letterhead where no price list can be read."""
        catalog = self.book.catalog
        letterhead = catalog.letterhead if catalog else Letterhead((), (), "fi", self.zone)
        return Paper(letterhead, self.rules()["receipt.columns"]).in_language(language)

    def open_shift(self) -> Shift:
        """Raises Refused `no-open-shift`."""
        shift = self.shifts.current()
        if shift is None:
            raise Refused("no-open-shift", "open a shift first")
        return shift

    def once(self, key: Idempotency | None, act: Callable[[], Kept]) -> Kept:
        """`act`, with the lock held; for a key that was answered before, that answer and nothing else."""
        with self.lock:
            kept = self.answers.find(key) if key else None
            return kept or act()

    def answered(self, key: Idempotency | None) -> Kept | None:
        """What was answered to this key before: for acts that ask somebody outside before they take the lock."""
        return self.answers.find(key) if key else None

    def keep(self, writing: Writing, key: Idempotency | None, status: int, answer: Any) -> Kept:
        """`answer` as the bytes that go out, kept for a retry in the same transaction."""
        kept = Kept(status, orjson.dumps(answer))
        if key:
            self.answers.keep(writing, key, kept, int(self.clock().timestamp()))
        return kept

    @contextmanager
    def writing(self, use: Use | None, durable: bool = True) -> Iterator[Writing]:
        """One transaction. With an override that it rests on: journalled behind what it allowed, and used up.

        Call with the lock held. Raises Refused `permission-missing` when the override has been used meanwhile.
        """
        if use is None:
            with self.journal.write(durable) as writing:
                yield writing
            return
        self.overrides.must_be_unused(use.override)
        shift = self.shifts.current()
        with self.journal.write() as writing:
            yield writing
            writing.append(records.OVERRIDE_USED, self.now(), shift.business_day if shift else None, use.body)
        self.overrides.spend(use.override)

    def record(self, deed: Deed, key: Idempotency | None) -> Kept:
        """Do it, and answer 201 with the record's body. Raises Refused `permission-missing` or `no-open-shift`."""

        def act() -> Kept:
            leave = deed.session.leave_for(deed.permission)
            shift = self.open_shift()
            with self.writing(use_of(deed.session, leave, deed.kind)) as writing:
                record = writing.append(deed.kind, self.now(), shift.business_day, deed.body)
                return self.keep(writing, key, 201, {"seq": record.seq, "at": record.at, **deed.body})

        kept = self.once(key, act)
        self.after_commit()
        return kept
