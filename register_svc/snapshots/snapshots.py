"""A bundle's whole way in, and the switch between two receipts.

- `receive` answers when metadata, target and space are known to be right; a worker thread builds, checks and stages.
- Every step saves its state before the next begins, and the worker is driven by the saved states alone: a kill anywhere
  leaves the till selling from the old or the new snapshot, and the next start goes on from there.
- The switch is one row in one transaction, between receipts, after a verified backup.

    snapshots = Snapshots(state, directory, anchor, around)
    snapshots.start()
    version, state, _ = snapshots.receive(stream, length, claims.body)
    snapshots.activate(version, "now")
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

from register_svc.database import Database
from register_svc.snapshots.around import Around, Standing, When
from register_svc.snapshots.door import Door
from register_svc.snapshots.receive import Stream
from register_svc.snapshots.side_files import SideFiles
from register_svc.snapshots.slots import ActiveSnapshot, Slots
from register_svc.snapshots.states import AT_WORK, State
from register_svc.snapshots.switch import Switch
from register_svc.snapshots.trusted import Anchor, seen_version
from register_svc.snapshots.workshop import Workshop

_LOG = logging.getLogger("offline-kassa.snapshots")
_AFTER_A_FAULT_S = 60.0


class Snapshots:
    """`directory`: the register's folder; incoming/ and snapshots/ in it are this room's."""

    def __init__(self, state: Database, directory: Path, anchor: Anchor, around: Around) -> None:
        incoming = directory / "incoming"
        self._slots = Slots(state, directory / "snapshots")
        self._door = Door(self._slots, incoming, anchor, around.now)
        self._side_files = SideFiles(directory / "files", self._slots.directory)
        self._workshop = Workshop(self._slots, incoming, self._side_files, around.price_probe)
        self._switch = Switch(self._slots, self._side_files, around)
        self._store = anchor.store
        self._wake = threading.Event()
        self._resting = False  # nothing to do until somebody brings something
        self._stopping = False
        self._worker = threading.Thread(target=self._run, name="snapshots", daemon=True)

    # -- life ----------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """The register starts: before anything of a snapshot is opened, since that may be what brings it down."""
        self._switch.begin()

    def start(self) -> None:
        """Tidy up what a kill left, and go on from the saved states in a thread of its own."""
        self._slots.directory.mkdir(parents=True, exist_ok=True)
        self._door.sweep()
        self._worker.start()

    def stop(self) -> None:
        """Finish the step that is being done, and end."""
        self._stopping = True
        self._wake.set()
        if self._worker.ident is not None:
            self._worker.join()

    def poke(self) -> None:
        """A receipt has ended: a switch that waited may happen now. Returns at once, with any lock held.

        Costs nothing while no switch waits: it comes after every sale.
        """
        if not self._resting:
            self._wake.set()

    def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                wait_s = self._work()
            except Exception:  # noqa: BLE001 - it is logged, and a worker that dies would be missed too late
                _LOG.exception("the snapshots' worker tries again in a minute")
                wait_s = _AFTER_A_FAULT_S
            if not self._stopping:
                self._resting = wait_s is None
                self._wake.wait(wait_s)
                self._resting = False

    def _work(self) -> float | None:
        for slot in self._slots.all():
            if slot.state in AT_WORK:
                self._workshop.work_on(slot)
        return self._switch.settle()

    # -- what is there -------------------------------------------------------------------------------------------------

    def active(self) -> ActiveSnapshot | None:
        """What the till sells from; None before the first snapshot."""
        return self._slots.active()

    def side_file(self, path: str) -> Path | None:
        """Where a file that came beside the active snapshot lies; None when it has no such file."""
        active = self._slots.pointer().active
        return None if active is None else self._side_files.find(active, path)

    def listing(self) -> dict[str, Any]:
        """`{active, previous, seen, slots}`; `seen` may be ahead of `active` after a refusal."""
        pointer, slots = self._slots.pointer(), self._slots.all()
        seen = max(seen_version(self._slots.metadata(), self._store) or 0, slots[0].version if slots else 0)
        return {
            "active": pointer.active,
            "previous": pointer.previous,
            "seen": seen or None,
            "slots": [slot.to_wire() for slot in slots],
        }

    def phase(self) -> State:
        """What is being done with a bundle right now; IDLE when nothing is."""
        return self._door.state

    # -- what can be asked for -----------------------------------------------------------------------------------------

    def receive(
        self, stream: Stream, length: int | None, expected_sha256: str, sworn: datetime | None = None
    ) -> Standing:
        """Take a bundle in. `sworn`: the time that head office signed into this call.

        Raises Refused `busy`, `rollback`, `clock`, `not-for-me`, `space`, `too-large`, `length-required`; Untrusted
        `signature`, `expired`, `mix`, `damaged`, `token`, or the reason for which this very version proved bad; Fault
        `space`.
        """
        standing = self._door.receive(stream, length, expected_sha256, sworn)
        self._wake.set()
        return standing

    def activate(self, version: int, when: When = "now") -> Standing:
        """Sell from `version` as soon as no sale is open (`day_change`: on the next business day). Again: the same.

        Do not hold the till's lock: this takes it. Raises Refused `snapshot-not-found`, `rollback`, `backup`; Untrusted
        with the reason for which the version is bad.
        """
        standing = self._switch.activate(version, when)
        self._wake.set()
        return standing

    def rollback(self, version: int) -> Standing:
        """Go back: from `version` when the till sells from it, to `version` when it is an earlier one. Again: the same.

        Do not hold the till's lock: this takes it. No backup is asked for: nothing new comes in, and whoever goes back
        is in trouble already. Raises Refused `snapshot-not-found`, `no-previous-snapshot`, `snapshot-state`; Untrusted
        `hash` when the earlier file is not whole any more.
        """
        standing = self._switch.rollback(version)
        self._wake.set()
        return standing
