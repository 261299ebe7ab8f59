"""The part of a register that speaks with head office: journal, state, and what returns the one by the other."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from poscore.records import SALE
from poscore.tokens import SigningKey
from register_svc.database import Database
from register_svc.head_office import schema as link_schema
from register_svc.head_office.client import HeadOfficeClient
from register_svc.head_office.clock import OfficeClock
from register_svc.head_office.courier import Courier
from register_svc.head_office.link import Link
from register_svc.head_office.memory import LinkMemory
from register_svc.head_office.world import World
from register_svc.identity import Identity
from register_svc.journal import schema as journal_schema
from register_svc.journal.journal import Journal, Owner
from register_svc.journal.reading import JournalReader
from register_svc.settings import HeadOffice, Offline, Settings
from tests.support.stand_in_office import ROOT, StandInOffice

AT = "2026-11-22T20:00:00.000Z"


def identity_at(office: StandInOffice, epoch: int = 1) -> Identity:
    """An identity that `office` knows, as an enrolment would have made it."""
    key = SigningKey.generate()
    office.registers.setdefault("r1", {"store": "s1", "keys": {}})["keys"][epoch] = key.public
    return Identity(
        store="s1",
        register="r1",
        epoch=epoch,
        chain="Ketju",
        store_name="Kauppa",
        time_zone="Europe/Helsinki",
        audience=office.audience,
        sender_key=office.sender.public,
        root_v1=ROOT,
        locator="0123456789abcdef",
        private_key=key.private_text,
        pin_pepper=office.pepper,
    )


class Shop:
    """One register's files, and what returns its journal."""

    def __init__(self, folder: Path, url: str, identity: Identity, offline: Offline | None = None) -> None:
        self.folder, self.identity = folder, identity
        self.settings = Settings(head_office=HeadOffice(url=url), offline=offline or Offline(probe_every_s=0.1))
        self.world = World()
        self.open()

    def open(self) -> None:
        self.journal_db = Database(self.folder / "journal.db", tuple(journal_schema.MIGRATIONS))
        self.state_db = Database(self.folder / "state.db", tuple(link_schema.MIGRATIONS))
        self.journal = Journal(self.journal_db, Owner("s1", "r1", self.identity.epoch))
        self.reader = JournalReader(self.journal_db)

    def close(self) -> None:
        self.journal_db.close()
        self.state_db.close()

    def sell(self, count: int = 1, of_bytes: int = 10) -> None:
        for _ in range(count):
            with self.journal.write() as writing:
                writing.append(SALE, AT, "2026-11-22", {"text": "x" * of_bytes})

    def client(self) -> HeadOfficeClient:
        clock = OfficeClock(self.world.now, LinkMemory(self.state_db))
        return HeadOfficeClient(self.settings.head_office, self.identity, clock, self.world.new_id)

    def courier(self) -> Courier:
        return Courier(self.reader, self.client(), LinkMemory(self.state_db), self.identity, self.world)

    def link(self) -> Link:
        link = Link(self.settings, self.identity, self.reader, self.state_db)
        link.neighbours.report = lambda: {
            "lan_url": "http://127.0.0.1:1",
            "snapshot": {"active": None, "seen": None},
            "health": {},
        }
        return link


def wait_until(happened: Callable[[], object], timeout_s: float = 10.0) -> None:
    end = time.monotonic() + timeout_s
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
