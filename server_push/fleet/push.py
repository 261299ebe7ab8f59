"""Pushing: publish what changed, then send each store's bundle to its registers and have them sell from it.

- The rows of `deployments` are the truth; this only works on them, in one job a store.
- Each step may be done again: a register that has the version is sent nothing, and activates what it has.
- What a register says no to is its result and stops nobody else.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from poscore.errors import Fault, PosError, Refused
from server_push.bundles.parcels import Parcel, Parcels, smallest_first
from server_push.bundles.publishing import Publisher
from server_push.fleet.deployments import Deployment, Deployments, Result, Target
from server_push.fleet.states import UNSERVED, Event
from server_push.fleet.wire import Container, RegisterWire, Sender, Standing
from server_push.registers.registers import Register, Registers
from server_push.settings import Push

_LOG = logging.getLogger("offline-kassa.push")

# States of a register's slot (the register's own words) once it sells from a version and the probes passed.
_SELLING = ("TRIAL", "GOOD")
_STAGED = "STAGED"
_BEHIND = "rollback"
_BUSY_TRIES, _BUSY_PAUSE_S = 30, 2.0
_LEFT_BEHIND_S = 24 * 3600


class Progress(Protocol):
    """Told how a push goes; from several threads."""

    def sending(self, register: str, total: int) -> None: ...
    def sent(self, register: str, count: int) -> None: ...
    def settled(self, register: str, result: Result) -> None: ...


class Silence:
    """A Progress for when nobody looks."""

    def sending(self, register: str, total: int) -> None: ...
    def sent(self, register: str, count: int) -> None: ...
    def settled(self, register: str, result: Result) -> None: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    rollout: str
    state: str
    registers: Sequence[Deployment]

    @property
    def all_served(self) -> bool:
        return not any(one.state in UNSERVED for one in self.registers)

    def to_wire(self) -> dict[str, Any]:
        return {
            "rollout": self.rollout,
            "state": self.state,
            "registers": [one.to_wire() for one in self.registers],
        }


@dataclass(frozen=True, slots=True)
class _Made:
    """What a store's registers are to sell from, and the ways to bring it."""

    version: int
    parcels: Parcels


@dataclass(frozen=True, slots=True)
class Fleet:
    """Everything a push needs.

    `scratch`: a folder on the data disk for bundles on their way. `new_id`: ids nobody has had before.
    """

    deployments: Deployments
    registers: Registers
    publisher: Publisher
    sender: Sender
    limits: Push
    scratch: Path
    now: Callable[[], datetime]
    new_id: Callable[[], str]

    def push(self, registers: Sequence[Register], progress: Progress | None = None) -> Outcome:
        """One rollout to these registers; returns when each has ended. Raises Refused `nothing-to-push`."""
        if not registers:
            raise Refused("nothing-to-push", "there is no such register", hint="server-push registers list shows them")
        self.scratch.mkdir(exist_ok=True)
        _sweep(self.scratch)
        rollout = self.new_id()
        pairs = [(one.store, one.register) for one in registers]
        targets = self.deployments.begin(rollout, pairs, self.now())
        by_store: dict[str, list[Target]] = {}
        for target in targets:
            by_store.setdefault(target.store, []).append(target)
        with ThreadPoolExecutor(self.limits.stores_at_once, thread_name_prefix="push") as pool:
            jobs = [pool.submit(self.push_store, mine, progress or Silence()) for mine in by_store.values()]
        for job in jobs:
            job.result()
        return Outcome(rollout, self.deployments.finish(rollout, self.now()), self.deployments.of(rollout))

    def push_store(self, targets: Sequence[Target], progress: Progress, again: bool = False) -> None:
        """One store's job: its bundle made once, then to its registers, few at a time.

        Registers that have seen a higher version are served `again`, with one above it.
        """
        store = targets[0].store
        with tempfile.TemporaryDirectory(prefix=f"{store}-", dir=self.scratch) as folder:
            parcels = Parcels(self.publisher, store, Path(folder), self.now)
            made: _Made | PosError
            try:
                made = _Made(self.publisher.publish(store, self.now()).version, parcels)
            except PosError as error:
                _LOG.warning("no bundle for %s: %s", store, error.detail)
                made = error
            with ThreadPoolExecutor(self.limits.at_once_per_store, thread_name_prefix=f"push-{store}") as pool:
                jobs = [pool.submit(self._serve, target, made, progress) for target in targets]
            results = [job.result() for job in jobs]
        behind = [target for target, result in zip(targets, results, strict=True) if result and result.code == _BEHIND]
        if behind and isinstance(made, _Made) and not again:
            self.publisher.publish_above(store, made.version, self.now())
            self.push_store(behind, progress, again=True)

    def _serve(self, target: Target, made: _Made | PosError, progress: Progress) -> Result | None:
        """Claim one register's row, work on it, note how it ended; None when it is somebody else's."""
        worker = self.new_id()
        limits = self.limits
        lasts = timedelta(seconds=limits.transfer_budget_s + limits.activate_budget_s + 2 * limits.answer_timeout_s)
        version = made.version if isinstance(made, _Made) else None
        if not self.deployments.claim(target, worker, version, lasts, self.now()):
            return None  # somebody else works on it, or has done it
        try:
            result = self._deliver(target, made, progress)
        except Exception:  # noqa: BLE001 - one register's trouble must not leave the others unserved
            _LOG.exception("pushing to %s failed", target.register)
            result = Result(Event.REFUSED, "internal", "something went wrong inside head office; the log has it")
        self.deployments.settle(target, worker, result, self.now())
        progress.settled(target.register, result)
        return result

    def _deliver(self, target: Target, made: _Made | PosError, progress: Progress) -> Result:
        try:
            if isinstance(made, PosError):
                raise made
            url = self.registers.get(target.register).lan_url
            if url is None:
                raise Fault("unreachable", f"{target.register} has not been enrolled yet")
            with RegisterWire(target.register, url, self.sender, self.limits, self.new_id) as wire:
                active = wire.active_version()
                if active == made.version:
                    result = self._activate(wire, made.version)
                else:
                    result = smallest_first(active, lambda have: self._bring(wire, made.parcels.of(have), progress))
        except Fault as error:
            event = Event.UNREACHED if error.code == "unreachable" else Event.REFUSED
            return Result(event, error.code, error.detail)
        except PosError as error:
            return Result(Event.REFUSED, error.code, error.detail)
        if result.event is Event.ACTIVATED:
            self.registers.note_snapshot(target.register, made.version, made.version)
        return result

    def _bring(self, wire: RegisterWire, parcel: Parcel, progress: Progress) -> Result:
        register, container = wire.register, Container(parcel.path, parcel.version, parcel.sha256)
        progress.sending(register, container.path.stat().st_size)
        _patiently(lambda: wire.send(container, lambda count: progress.sent(register, count)))
        return self._activate(wire, parcel.version)

    def _activate(self, wire: RegisterWire, version: int) -> Result:
        """Ask until the register sells from it. Building has its own time; then an open sale may take as long again."""
        limits, building_until = self.limits, time.monotonic() + self.limits.answer_timeout_s
        staged_until: float | None = None
        while True:
            standing: Standing = wire.activate(version)
            if not standing.pending:
                break
            now = time.monotonic()
            if standing.state == _STAGED:
                staged_until = staged_until or now + limits.activate_budget_s
                if now > staged_until:
                    return Result(Event.TAKEN, "sale-open", "it switches by itself when the open sale has ended")
            elif now > building_until:
                return Result(Event.TAKEN, "building", "it switches by itself when it has built the catalogue")
            time.sleep(limits.activate_every_s)
        if standing.state in _SELLING:
            return Result(Event.ACTIVATED)
        return Result(
            Event.REFUSED, standing.state.lower().replace("_", "-"), f"the snapshot ended as {standing.state}"
        )


def _patiently(send: Callable[[], Standing]) -> Standing:
    """`send`, again while the register is busy with the bundle before."""
    for _ in range(_BUSY_TRIES):
        try:
            return send()
        except Refused as error:
            if error.code != "busy":
                raise
        time.sleep(_BUSY_PAUSE_S)
    return send()


def _sweep(scratch: Path) -> None:
    """Remove what pushes that were killed have left. A day is longer than any push."""
    for left in scratch.iterdir():
        if time.time() - left.stat().st_mtime > _LEFT_BEHIND_S:
            shutil.rmtree(left, ignore_errors=True)
