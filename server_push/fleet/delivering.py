"""One store's part of a rollout: its bundle made once, then its registers, few at a time.

- The rows of `deployments` are the truth; this only works on them. It may run anywhere, any number of times.
- Each step may be done again: a register that has the version is sent nothing, and activates what it has.
- What a register says no to is its result and stops nobody else.
- No transaction is open while a register is talked to.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from poscore.errors import Fault, PosError, Refused
from server_push.bundles.parcels import smallest_first
from server_push.bundles.publishing import Publisher
from server_push.fleet.containers import Containers, Shipment
from server_push.fleet.deployments import Claim, Deployments, Holder, Result
from server_push.fleet.patience import PULL, Next, after_no_answer, after_refusal
from server_push.fleet.states import Event
from server_push.fleet.wire import ON_ITS_WAY, RegisterWire, Sender, Standing
from server_push.registers.registers import Registers
from server_push.registers.stores import Stores
from server_push.settings import Push

_LOG = logging.getLogger("offline-kassa.push")

# States of a register's slot (the register's own words) once it sells from a version and the probes passed.
_SELLING = ("TRIAL", "GOOD")
_STAGED = "STAGED"
_BUSY_TRIES, _BUSY_PAUSE_S = 30, 2.0
# A register that builds costs head office a question now and then and its line nothing: more of them may do that at
# once than may share the line.
_WORKED_ON_AT_ONCE = 6
_FIRST_ASKED_AFTER_S = 0.02  # a small catalogue is built within this; then twice as long each time


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
class Tools:
    """What bringing bundles to registers needs. `new_id`: ids nobody has had before. `chance`: 0…1, for jitter."""

    deployments: Deployments
    registers: Registers
    stores: Stores
    publisher: Publisher
    containers: Containers
    sender: Sender
    limits: Push
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    chance: Callable[[], float]


@dataclass(eq=False)
class Leases:
    """The claims that this process holds. Whoever runs the engine renews them; what the dead held runs out."""

    tools: Tools
    _held: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _renewed_at: float = 0.0

    @property
    def lasts(self) -> timedelta:
        return timedelta(seconds=self.tools.limits.lease_s)

    def add(self) -> str:
        worker = self.tools.new_id()
        with self._lock:
            self._held.add(worker)
        return worker

    def drop(self, worker: str) -> None:
        with self._lock:
            self._held.discard(worker)

    def renew(self) -> None:
        """Three times within each lease, however often this is called."""
        if time.monotonic() - self._renewed_at < self.tools.limits.lease_s / 3:
            return
        self._renewed_at = time.monotonic()
        with self._lock:
            held = frozenset(self._held)
        self.tools.deployments.renew(held, self.lasts, self.tools.now())


class StoreJob:
    """`count`: how many registers are due, so that no thread is started for nobody."""

    def __init__(self, tools: Tools, leases: Leases, rollout: str, store: str, progress: Progress) -> None:
        self._tools, self._leases, self._progress = tools, leases, progress
        self._rollout, self._store = rollout, store
        self._line = threading.BoundedSemaphore(tools.limits.at_once_per_store)

    def run(self, count: int) -> None:
        """Serve the registers that are due, or leave them to their check-ins when the store's delivery says so."""
        tools = self._tools
        try:
            if not tools.deployments.has_published(self._rollout, self._store):
                tools.publisher.publish(self._store, tools.now())
            if tools.stores.get(self._store).delivery == PULL:
                version = tools.publisher.newest(self._store).version
                wait = timedelta(seconds=tools.limits.fetched_within_s)
                tools.deployments.offer(self._rollout, self._store, version, wait, tools.now())
                return
            with tools.containers.of(self._store) as shipment:
                self._serve_all(shipment, min(count, _WORKED_ON_AT_ONCE))
        except PosError as error:
            _LOG.warning("no bundle for %s: %s", self._store, error.detail)
            result = Result(Event.REFUSED, error.code, error.detail)
            tools.deployments.fail_store(self._rollout, self._store, result, tools.now())

    def _serve_all(self, shipment: Shipment, hands: int) -> None:
        others = [
            threading.Thread(target=self._serve_on, args=(shipment,), name=f"push-{self._store}", daemon=True)
            for _ in range(hands - 1)
        ]
        for other in others:
            other.start()
        self._serve_on(shipment)
        for other in others:
            other.join()

    def _serve_on(self, shipment: Shipment) -> None:
        """Take one register after the other until none is due."""
        try:
            while self._serve_next(shipment):
                pass
        except Exception:  # noqa: BLE001 - a locked or full disk; the claims run out, and the next tick tries again
            _LOG.exception("the rows of %s cannot be worked on", self._store)

    def _serve_next(self, shipment: Shipment) -> bool:
        tools = self._tools
        worker = self._leases.add()
        try:
            self._line.acquire()
            held = _Held(self._line)
            try:
                at_once = tools.limits.at_once_per_store
                holder = Holder(worker, at_once, self._leases.lasts, version=shipment.version)
                claim = tools.deployments.claim_next(self._rollout, self._store, holder, tools.now())
                if claim is None:
                    return False
                result = self._tried(claim, shipment, held)
            finally:
                held.give_back()
            if tools.deployments.settle(claim, result, tools.now()):
                self._progress.settled(claim.target.register, result)
            return True
        finally:
            self._leases.drop(worker)

    def _tried(self, claim: Claim, shipment: Shipment, line: _Held) -> Result:
        """One try with one register: how it ended. Raises nothing."""
        try:
            return self._deliver(claim, shipment, line)
        except Fault as error:
            unreached = error.code == "unreachable"
            following = self._after_no_answer(claim) if unreached else self._after_refusal(claim, error.code)
            return Result.of(following, error.code, error.detail)
        except PosError as error:
            return Result.of(self._after_refusal(claim, error.code), error.code, error.detail)
        except Exception:  # noqa: BLE001 - one register's trouble must not leave the others unserved
            _LOG.exception("pushing to %s failed", claim.target.register)
            said = "something went wrong inside head office; the log has it"
            return Result.of(self._after_refusal(claim, "internal"), "internal", said)

    def _after_no_answer(self, claim: Claim) -> Next:
        return after_no_answer(claim.patience, self._tools.chance())

    def _after_refusal(self, claim: Claim, code: str) -> Next:
        return after_refusal(code, claim.patience, self._tools.chance())

    def _deliver(self, claim: Claim, shipment: Shipment, line: _Held) -> Result:
        tools, register = self._tools, claim.target.register
        url = tools.registers.get(register).lan_url
        if url is None:
            raise Fault("unreachable", f"{register} has not been enrolled yet")
        with RegisterWire(register, url, tools.sender, tools.limits, tools.new_id) as wire:
            seen = wire.look(shipment.version)
            if seen.state in (*_SELLING, *ON_ITS_WAY):
                return self._brought(claim, wire, shipment.version, line)

            def bring(have: int | None) -> Result:
                container = shipment.container(have)
                self._progress.sending(register, container.path.stat().st_size)
                _patiently(lambda: wire.send(container, lambda count: self._progress.sent(register, count)))
                return self._brought(claim, wire, container.version, line)

            return smallest_first(seen.active, bring)

    def _brought(self, claim: Claim, wire: RegisterWire, version: int, line: _Held) -> Result:
        """The bytes are over: the line is another's, and the register builds.

        Only once: the whole file after changes that were of no use is rare, and goes beside the next register's.
        """
        tools = self._tools
        if line.is_held:
            tools.deployments.sent(claim, self._leases.lasts, tools.now())
            line.give_back()
        return self._activate(wire, version)

    def _activate(self, wire: RegisterWire, version: int) -> Result:
        """Ask until the register sells from it. Building has its own time; then an open sale may take as long again."""
        limits = self._tools.limits
        building_until, staged_until = time.monotonic() + limits.answer_timeout_s, None
        pause = min(_FIRST_ASKED_AFTER_S, limits.activate_every_s)
        again = timedelta(seconds=limits.activate_every_s)
        while True:
            standing: Standing = wire.activate(version)
            if not standing.pending:
                break
            now = time.monotonic()
            if standing.state == _STAGED:
                staged_until = staged_until or now + limits.activate_budget_s
                if now > staged_until:
                    said = "it switches by itself when the open sale has ended"
                    return Result(Event.TAKEN, "sale-open", said, again)
            elif now > building_until:
                return Result(Event.TAKEN, "building", "it switches by itself when it has built the catalogue", again)
            time.sleep(pause)
            pause = min(2 * pause, limits.activate_every_s)
        if standing.state in _SELLING:
            return Result(Event.ACTIVATED)
        code = standing.state.lower().replace("_", "-")
        return Result(Event.REFUSED, code, f"the snapshot ended as {standing.state}")


class _Held:
    """A place on the store's line, given back once, be it when the bytes are over or when it went wrong before."""

    def __init__(self, line: threading.BoundedSemaphore) -> None:
        self._line, self.is_held = line, True

    def give_back(self) -> None:
        if self.is_held:
            self.is_held = False
            self._line.release()


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
