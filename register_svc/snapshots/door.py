"""The one door through which bundles come in, one at a time: received, verified, and given a slot, or refused.

- Metadata, target and space are known to be right before the answer; building comes after it.
- Of a refused bundle the metadata is kept as far as it was trusted, and nothing else.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from poscore.errors import Fault, PosError, Refused, Untrusted
from poscore.instants import instant_text
from register_svc.snapshots.around import Standing
from register_svc.snapshots.build import check_space
from register_svc.snapshots.receive import Stream, receive
from register_svc.snapshots.slots import FINAL_REASONS, Slot, Slots
from register_svc.snapshots.states import AT_WORK, WHOLE, Event, State, after
from register_svc.snapshots.trusted import Anchor, Catalogue, Moment, Possessions, Verdict


class Door:
    """`incoming`: the folder that bundles are received in. A slot in BUILDING names its bundle there."""

    def __init__(self, slots: Slots, incoming: Path, anchor: Anchor, now: Callable[[], datetime]) -> None:
        self._slots, self._incoming, self._anchor, self._now = slots, incoming, anchor, now
        self._taken = threading.Lock()
        self._state = State.IDLE

    @property
    def state(self) -> State:
        """What is being done with a bundle right now; IDLE when nothing is."""
        if self._state is not State.IDLE:
            return self._state
        return next((slot.state for slot in self._slots.all() if slot.state in AT_WORK), State.IDLE)

    def sweep(self) -> None:
        """Remove what a killed reception left, before the door opens."""
        self._incoming.mkdir(parents=True, exist_ok=True)
        needed = {slot.source.bundle for slot in self._slots.all() if slot.state in AT_WORK}
        for path in self._incoming.iterdir():
            if path.is_file() and path.name not in needed:
                path.unlink(missing_ok=True)

    def receive(self, stream: Stream, length: int | None, expected_sha256: str, sworn: datetime | None) -> Standing:
        """Take a bundle in; raises as `Snapshots.receive` says."""
        with self._alone():
            bundle = self._new_path()
            admitted = False
            try:
                receive(stream, length, expected_sha256, bundle)
                self._state = after(self._state, Event.RECEIVED)
                verdict = self._verify(bundle, Moment(self._now(), sworn))
                slot, admitted = self._admit(verdict)
                return Standing(slot.version, slot.state)
            finally:
                if not admitted:
                    bundle.unlink(missing_ok=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self._taken.acquire(blocking=False):
            raise Refused("busy", "another bundle is being received", "Try again in a minute.")
        try:
            if self.state is not State.IDLE:
                raise Refused("busy", "the bundle before this one is still being built", "Try again in a minute.")
            self._state = after(State.IDLE, Event.OFFERED)
            yield
        finally:
            self._state = State.IDLE
            self._taken.release()

    def _verify(self, bundle: Path, moment: Moment) -> Verdict:
        from register_svc.snapshots.trust import verify  # tuf: 100 ms and 10 MB that a starting register need not pay

        whole = frozenset(slot.sha256 for slot in self._slots.all() if slot.state in WHOLE)
        has = Possessions(self._slots.metadata(), whole)
        return verify(bundle, self._anchor, has, self._incoming / "metadata", moment)

    def _admit(self, verdict: Verdict) -> tuple[Slot, bool]:
        """The slot of what was verified, and whether it is new."""
        try:
            if verdict.catalogue is None:
                raise verdict.refusal or Fault("internal", "a bundle was neither trusted nor refused")
            known = self._known_already(verdict.catalogue)
            if known is None:
                check_space(self._incoming, verdict.catalogue.bytes)
        except PosError:
            self._slots.keep_metadata(verdict.metadata)
            raise
        if known is not None:
            self._slots.keep_metadata(verdict.metadata)
            return known, False
        slot = self._slot_of(verdict.catalogue)
        self._slots.admit(slot, verdict.metadata)
        return slot, True

    def _known_already(self, catalogue: Catalogue) -> Slot | None:
        """The slot that holds this very catalogue; None when there is something to build."""
        version = catalogue.info.version
        slots = self._slots.all()
        slot = next((slot for slot in slots if slot.version == version), None)
        if slot is None:
            if slots and version < slots[0].version:
                raise Refused("rollback", f"version {version} is older than {slots[0].version}, which came before it")
            return None
        if slot.sha256 != catalogue.sha256:
            raise Untrusted("mix", f"version {version} came before with another content")
        if slot.state is not State.BAD:
            return slot
        if slot.reason in FINAL_REASONS:
            raise Untrusted(slot.reason, f"version {version} was tried and is bad; publish a newer one")
        return None

    def _slot_of(self, catalogue: Catalogue) -> Slot:
        return Slot(
            version=catalogue.info.version,
            state=after(self._state, Event.TRUSTED),
            reason=None,
            sha256=catalogue.sha256,
            bytes=catalogue.bytes,
            info=catalogue.info,
            source=catalogue.source,
            wanted=None,
            received_at=instant_text(self._now()),
            activated_at=None,
        )

    def _new_path(self) -> Path:
        taken = {path.name for path in self._incoming.iterdir()}
        return self._incoming / next(name for n in range(1, len(taken) + 2) if (name := f"{n}.zip") not in taken)
