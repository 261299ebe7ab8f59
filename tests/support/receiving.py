"""A register's way in for bundles, with a till around it that a test can hold open, break and question."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from poscore.errors import Fault, Untrusted
from register_svc.database import Database
from register_svc.snapshots.around import Around, Standing
from register_svc.snapshots.schema import MIGRATIONS
from register_svc.snapshots.slots import ActiveSnapshot, Slots
from register_svc.snapshots.snapshots import Snapshots
from register_svc.snapshots.states import State
from register_svc.snapshots.trusted import Anchor
from tests.support.builders import STORE
from tests.support.bundles import Bundle
from tests.support.clock import Clock


@dataclass
class Till:
    """What the snapshots see of the till."""

    clock: Clock = field(default_factory=Clock)
    sale_is_open: bool = False
    backup_fails: bool = False
    cannot_price: set[str] = field(default_factory=set)  # file hashes
    cannot_open: set[int] = field(default_factory=set)  # versions
    day: str = "2026-11-22"
    backups: int = 0
    receipts: int = 0  # how many were made
    trial_s: float = 0.0  # a test that is not about the trial need not wait for its end
    sold_from: list[int] = field(default_factory=list)  # every version that the till was told to sell from

    def around(self) -> Around:
        return Around(
            self.back_up,
            self.between_receipts,
            self.switched,
            self.price,
            lambda: self.day,
            self.clock,
            lambda: self.receipts,
            self.trial_s,
        )

    def back_up(self) -> None:
        if self.backup_fails:
            raise Fault("backup", "the backup disk is gone")
        self.backups += 1

    def between_receipts(self, switch: Callable[[], None]) -> bool:
        if self.sale_is_open:
            return False
        switch()
        return True

    def switched(self, active: ActiveSnapshot) -> None:
        self.sold_from.append(active.version)
        if active.version in self.cannot_open:
            raise Fault("catalog", "the catalogue cannot be opened")
        assert version_in(active.path), "the till was told of a file that is not there"

    def price(self, path: Path, codes: tuple[str, ...]) -> None:
        if self.cannot_price and hashlib.sha256(path.read_bytes()).hexdigest() in self.cannot_price:
            raise Untrusted("vat-unknown", "there is no rate for that article")
        for code in codes:
            assert price_of(path, code) is not None


class Receiving:
    """A register's folder with the snapshots in it; `restart` is what a new process would do."""

    def __init__(self, folder: Path, root: bytes, till: Till | None = None, store: str = STORE) -> None:
        self.folder, self.till = folder, till or Till()
        self._anchor = Anchor(store, root)
        self._open()

    def _open(self) -> None:
        self.state = Database(self.folder / "state.db", MIGRATIONS)
        self.snapshots = Snapshots(self.state, self.folder, self._anchor, self.till.around())
        self.slots = Slots(self.state, self.folder / "snapshots")
        self.snapshots.begin()
        self.snapshots.start()

    def close(self) -> None:
        self.snapshots.stop()
        self.state.close()

    def restart(self) -> None:
        self.close()
        self._open()

    def push(self, bundle: Bundle | bytes, sworn: datetime | None = None) -> Standing:
        body = bundle if isinstance(bundle, bytes) else bundle.zip()
        return self.snapshots.receive(io.BytesIO(body), len(body), hashlib.sha256(body).hexdigest(), sworn)

    def stage(self, *bundles: Bundle) -> None:
        """Push each, and wait until it is staged."""
        for bundle in bundles:
            self.push(bundle)
            self.wait_for(bundle.version, State.STAGED)

    def sell_from(self, *bundles: Bundle) -> None:
        """Push and activate each."""
        for bundle in bundles:
            self.stage(bundle)
            assert self.snapshots.activate(bundle.version).state is State.GOOD

    def state_of(self, version: int) -> State | None:
        slot = self.slots.get(version)
        return slot.state if slot else None

    def reason_of(self, version: int) -> str | None:
        slot = self.slots.get(version)
        return slot.reason if slot else None

    def wait_for(self, version: int, state: State) -> None:
        until(lambda: self.state_of(version) is state, lambda: f"{version}: {self.snapshots.listing()}")

    @property
    def active(self) -> int | None:
        active = self.snapshots.active()
        return active.version if active else None

    def trusted(self) -> tuple[int, int | None, int | None, int | None]:
        """The trusted versions of root, timestamp, snapshot and targets."""
        metadata = {name: json.loads(data)["signed"]["version"] for name, data in self.slots.metadata().items()}
        root = max((version for name, version in metadata.items() if name.endswith("root.json")), default=1)
        role = [metadata.get(f"{name}.json") for name in ("timestamp", "snapshot", "targets")]
        return root, role[0], role[1], role[2]

    def files(self) -> set[str]:
        """Everything below incoming/ and snapshots/."""
        return set(_files(self.folder, ("incoming", "snapshots")))


def price_of(path: Path, code: str) -> int | None:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as catalogue:
        query = "SELECT price FROM article JOIN code ON code.article = article.id WHERE code = ?"
        row = catalogue.execute(query, (code,)).fetchone()
    return row[0] if row else None


def version_in(path: Path) -> bool:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as catalogue:
        return bool(catalogue.execute("SELECT 1 FROM meta").fetchone())


def until(holds: Callable[[], bool], otherwise: Callable[[], str] = lambda: "", seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.005)


def _files(folder: Path, below: Iterable[str]) -> Iterable[str]:
    for name in below:
        for path in (folder / name).rglob("*"):
            if path.is_file():
                yield path.relative_to(folder).as_posix()
