"""The engine in one process: threads, fed again and again from the rows.

    with Embedded(fleet, slots=64) as engine: …      # serve: every rollout, until stopped
    Embedded(fleet, slots=64).carry_out(rollout, …)  # a command: one rollout, until that is enough

- One job a store at a time; `slots` stores at once. No queue is kept: what has no slot now is due at the next tick.
- Any number of processes may run one over the same rows: claims keep them apart.
- Stopping waits for nobody: what is on its way is left to its claim, and a restart takes it up.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Protocol, Self

_LOG = logging.getLogger("offline-kassa.engine")

BUSY_S, IDLE_S = 1.0, 15.0
# A command's own rollout is looked at more often: somebody waits for it.
_WAITED_FOR_S = 0.05


class Work(Protocol):
    """`store`: of its jobs one is done at a time."""

    @property
    def store(self) -> str: ...
    def run(self) -> None: ...


class Works(Protocol):
    """What an engine asks for. `tick`: what is due now; `only` one rollout's. It may be called any number of times.

    `is_waiting`: whether something may fall due soon, such as a try again, or what a dead process held.
    """

    def tick(self, only: str | None = None) -> Sequence[Work]: ...
    def is_waiting(self) -> bool: ...
    def renew(self) -> None: ...


class Embedded:
    """`chores`: done before each tick, such as the schedule; what they raise is logged."""

    def __init__(self, works: Works, slots: int, chores: Sequence[Callable[[], None]] = ()) -> None:
        self._works, self._slots, self._chores = works, slots, chores
        self._running: dict[str, threading.Thread] = {}
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    # -- until stopped

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run_forever, name="engine", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join(5)

    def wake(self) -> None:
        """There may be something to do. Returns at once."""
        self._woken.set()

    def _run_forever(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            for chore in self._chores:
                _guarded(chore)
            busy = self._go_round(None)
            self._woken.wait(BUSY_S if busy else IDLE_S)

    # -- until a rollout has ended

    def carry_out(self, rollout: str, is_enough: Callable[[], bool]) -> None:
        """Work on one rollout, whoever else does, until that is enough."""
        while not is_enough():
            self._go_round(rollout)
            self._woken.wait(_WAITED_FOR_S)
            self._woken.clear()
        for job in self._running.values():
            job.join()

    # -- one round

    def _go_round(self, only: str | None) -> bool:
        """Take up what is due; whether there is anything going on."""
        _guarded(self._works.renew)
        try:
            due = self._works.tick(only)
        except Exception:  # noqa: BLE001 - a locked or full disk; the rows are as they were
            _LOG.exception("a tick failed; the next one tries again")
            return bool(self._running)
        self._running = {store: job for store, job in self._running.items() if job.is_alive()}
        for work in due:
            if work.store not in self._running and len(self._running) < self._slots:
                self._running[work.store] = self._begin(work)
        return bool(due or self._running) or self._works.is_waiting()

    def _begin(self, work: Work) -> threading.Thread:
        def run() -> None:
            _guarded(work.run)
            self._woken.set()  # what was due behind it need not wait

        job = threading.Thread(target=run, name=f"push-{work.store}", daemon=True)
        job.start()
        return job


def _guarded(act: Callable[[], None]) -> None:
    try:
        act()
    except Exception:  # noqa: BLE001 - a thread that dies in silence is missed too late
        _LOG.exception("the engine goes on without it")
