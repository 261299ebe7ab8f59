"""The slots: which versions of the store's data this register has, and which one it sells from.

- A slot moves only along the table of states.py, and each move is one transaction that is on disk when it returns.
- The pointer is one row; `switch` and `go_back` change it together with the slots' states.
- A version's file lies in a directory of its own, `snapshots/<version>/catalog.db`, is written once and never again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from poscore.bundle import BundleInfo
from register_svc.database import Database
from register_svc.snapshots.states import AT_WORK, WHOLE, Event, State, after

CATALOG = "catalog.db"
# What is wrong with the file itself, or with this register when it sells from it: the same bytes would be wrong again.
FINAL_REASONS = ("schema", "check", "trial")
_COLUMNS = "version, state, reason, sha256, bytes, info, source, wanted, received_at, activated_at"


@dataclass(frozen=True, slots=True)
class FileList:
    """The signed list of what travels beside a catalogue: the member that holds it."""

    member: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Source:
    """What a catalogue is built from: the bundle's file name in incoming/, and the member with its signed facts.

    `base`: the hash of the catalogue that the member changes; None when it is the whole file. `files`: what else the
    version has; None when nothing.
    """

    bundle: str
    member: str
    bytes: int
    sha256: str
    base: str | None = None
    files: FileList | None = None

    @classmethod
    def parse(cls, text: str) -> Source:
        wire = json.loads(text)
        files = wire.pop("files", None)
        return cls(**wire, files=FileList(**files) if files else None)


@dataclass(frozen=True, slots=True)
class Slot:
    """One version. `sha256` and `bytes` are those of the plain catalogue file; instants are texts."""

    version: int
    state: State
    reason: str | None
    sha256: str
    bytes: int
    info: BundleInfo
    source: Source
    wanted: str | None
    received_at: str
    activated_at: str | None

    def to_wire(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "state": self.state.value,
            "reason": self.reason,
            "sha256": self.sha256,
            "received_at": self.received_at,
            "activated_at": self.activated_at,
        }


@dataclass(frozen=True, slots=True)
class ActiveSnapshot:
    """What the till sells from. `activated_at` and `published_at` are instants' texts."""

    version: int
    path: Path
    sha256: str
    activated_at: str
    published_at: str


@dataclass(frozen=True, slots=True)
class Pointer:
    """The active version, and the one that a rollback goes back to."""

    active: int | None = None
    previous: int | None = None


class Slots:
    """The rows in state.db and the paths that belong to them."""

    def __init__(self, state: Database, directory: Path) -> None:
        self._state = state
        self.directory = directory

    # -- reading -------------------------------------------------------------------------------------------------------

    def all(self) -> list[Slot]:
        """Every slot, the newest version first."""
        rows = self._state.reader.execute(f"SELECT {_COLUMNS} FROM snapshot_slot ORDER BY version DESC")
        return [_slot(row) for row in rows]

    def get(self, version: int) -> Slot | None:
        query = f"SELECT {_COLUMNS} FROM snapshot_slot WHERE version = ?"
        row = self._state.reader.execute(query, (version,)).fetchone()
        return _slot(row) if row else None

    def pointer(self) -> Pointer:
        row = self._state.reader.execute("SELECT version, previous FROM snapshot_active").fetchone()
        return Pointer(*row) if row else Pointer()

    def active(self) -> ActiveSnapshot | None:
        version = self.pointer().active
        slot = self.get(version) if version is not None else None
        if slot is None or slot.activated_at is None:
            return None
        path = self.path(slot.version)
        return ActiveSnapshot(slot.version, path, slot.sha256, slot.activated_at, slot.info.published_at)

    def path(self, version: int) -> Path:
        return self.directory / str(version) / CATALOG

    def whole(self, sha256: str) -> Slot | None:
        """A slot whose file, by its row, is the one with that hash."""
        return next((slot for slot in self.all() if slot.sha256 == sha256 and slot.state in WHOLE), None)

    def metadata(self) -> dict[str, bytes]:
        """The trusted metadata by file name."""
        return dict(self._state.reader.execute("SELECT name, data FROM tuf_metadata"))

    # -- moving --------------------------------------------------------------------------------------------------------

    def keep_metadata(self, metadata: Mapping[str, bytes]) -> None:
        """What was trusted before a bundle was refused: the high-water mark stays."""
        if not metadata:
            return
        with self._state.write() as connection:
            _keep_metadata(connection, metadata)

    def admit(self, slot: Slot, metadata: Mapping[str, bytes]) -> None:
        """A verified bundle: its slot and the metadata that vouches for it, in one transaction."""
        with self._state.write() as connection:
            _keep_metadata(connection, metadata)
            connection.execute(
                f"INSERT OR REPLACE INTO snapshot_slot({_COLUMNS}) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    slot.version,
                    slot.state,
                    slot.reason,
                    slot.sha256,
                    slot.bytes,
                    json.dumps(slot.info.to_wire()),
                    json.dumps(asdict(slot.source)),
                    slot.wanted,
                    slot.received_at,
                    slot.activated_at,
                ),
            )

    def move(self, version: int, event: Event, reason: str | None = None) -> State:
        """One step along the table. Raises Refused `snapshot-state`."""
        with self._state.write() as connection:
            return _move(connection, version, event, reason)

    def want(self, version: int, wanted: str) -> None:
        """Save the intent to switch to `version`; it replaces any other, and what made an earlier one fail."""
        with self._state.write() as connection:
            connection.execute("UPDATE snapshot_slot SET wanted = NULL WHERE version <> ?", (version,))
            connection.execute(
                "UPDATE snapshot_slot SET wanted = ?, reason = NULL WHERE version = ?", (wanted, version)
            )

    def give_up(self, version: int, reason: str) -> None:
        """The switch to `version` is off until somebody asks for it again; `reason` says why."""
        with self._state.write() as connection:
            connection.execute(
                "UPDATE snapshot_slot SET wanted = NULL, reason = ? WHERE version = ?", (reason, version)
            )

    def switch(self, version: int, at: str) -> None:
        """Sell from `version` from now on."""
        with self._state.write() as connection:
            _move(connection, version, Event.SWITCHED, None)
            _point(connection, version, at)

    def go_back(self, version: int, at: str, reason: str) -> None:
        """Sell from `version`, an earlier one, and leave the active one for `reason`."""
        with self._state.write() as connection:
            left = connection.execute("SELECT version FROM snapshot_active").fetchone()[0]
            _move(connection, left, Event.LEFT, reason)
            _move(connection, version, Event.RETURNED, None)
            _point(connection, version, at)

    def count_start(self) -> int:
        """One more start of the register with the active version; how many there have been."""
        with self._state.write() as connection:
            connection.execute("UPDATE snapshot_active SET starts = starts + 1")
            starts: int = connection.execute("SELECT starts FROM snapshot_active").fetchone()[0]
        return starts

    # -- tidying -------------------------------------------------------------------------------------------------------

    def forget_old(self) -> set[int]:
        """Forget what nobody can go back or forward to; the versions whose directories have to stay.

        Those are the active one, the one before, and what is newer: under work, wanted, or the newest of the rest.
        A newer version that proved bad stays as a row, so that it is not tried again.
        """
        pointer, slots = self.pointer(), self.all()
        newer = [slot for slot in slots if slot.version > (pointer.active or 0)]
        whole = [slot for slot in newer if slot.state in WHOLE]
        kept = {slot.version for slot in newer if slot.state in AT_WORK or slot.wanted} | {
            version for version in (pointer.active, pointer.previous) if version is not None
        }
        kept |= {slot.version for slot in whole[:1]}
        rows = kept | {slot.version for slot in newer if slot.state is State.BAD}
        gone = [slot.version for slot in slots if slot.version not in rows]
        if gone:
            with self._state.write(durable=False) as connection:
                connection.executemany("DELETE FROM snapshot_slot WHERE version = ?", [(version,) for version in gone])
        return kept


def _slot(row: tuple[Any, ...]) -> Slot:
    version, state, reason, sha256, size, info, source, wanted, received_at, activated_at = row
    return Slot(
        version,
        State(state),
        reason,
        sha256,
        size,
        BundleInfo.from_wire(json.loads(info)),
        Source.parse(source),
        wanted,
        received_at,
        activated_at,
    )


def _move(connection: sqlite3.Connection, version: int, event: Event, reason: str | None) -> State:
    found = connection.execute("SELECT state FROM snapshot_slot WHERE version = ?", (version,)).fetchone()
    state = after(State(found[0]) if found else State.IDLE, event)
    connection.execute("UPDATE snapshot_slot SET state = ?, reason = ? WHERE version = ?", (state, reason, version))
    return state


def _point(connection: sqlite3.Connection, version: int, at: str) -> None:
    """The way back leads to the newest that proved good before `version`."""
    query = "SELECT max(version) FROM snapshot_slot WHERE version < ? AND state = ?"
    previous = connection.execute(query, (version, State.GOOD)).fetchone()[0]
    connection.execute(
        "INSERT OR REPLACE INTO snapshot_active(id, version, previous) VALUES(1, ?, ?)", (version, previous)
    )
    connection.execute("UPDATE snapshot_slot SET activated_at = ?, wanted = NULL WHERE version = ?", (at, version))
    connection.execute("UPDATE snapshot_slot SET wanted = NULL WHERE wanted IS NOT NULL AND version < ?", (version,))


def _keep_metadata(connection: sqlite3.Connection, metadata: Mapping[str, bytes]) -> None:
    connection.executemany("INSERT OR REPLACE INTO tuf_metadata(name, data) VALUES(?, ?)", list(metadata.items()))
