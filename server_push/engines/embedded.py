"""The engine in one process: a pool of threads, fed again and again from the rows.

    with Embedded(fleet, slots=64) as engine: …      # serve: every rollout, until stopped
    Embedded(fleet, slots=64).carry_out(rollout, …)  # a command: one rollout, until that is enough

- One job a store at a time; `slots` stores at once. It keeps no queue: what has no slot now is due again at the next tick.
- Any number of processes may run one over the same rows: claims keep them apart.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Protocol, Self

_LOG = logging.getLogger("offline-kassa.engine")

BUSY_S, IDLE_S = 0.5, 15.0
# A command's own rollout is looked at more often: somebody waits for it.
_WAITED_FOR_S = 0.05


class Work(Protocol):
    """`store`: of its jobs one is done at a time."""

    @property
    def store(self) -> str: ...
    def run(self) -> None: ...


class Works(Protocol):
    """What an engine asks for. `tick`: what is due now; `only` one rollout's. It may be called any number of times."""

    def tick(self, only: str | None = None) -> Sequence[Work]: ...
    def renew(self) -> None: ...


class Embedded:
    """`chores`: done before each tick, such as the schedule; what they raise is logged."""

    def __init__(self, works: Works, slots: int, chores: Sequence[Callable[[], None]] = ()) -> None:
        self._works, self._slots, self._chores = works, slots, chores
        self._running: dict[str, Future[None]] = {}
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
        """What is on its way is left to its claims: a restart, or another process, takes it up."""
        self._stopping.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join(5)

    def wake(self) -> None:
        """There may be something to do. Returns at once."""
        self._woken.set()

    def _run_forever(self) -> None:
        pool = ThreadPoolExecutor(self._slots, thread_name_prefix="push")
        while not self._stopping.is_set():
            self._woken.clear()
            for chore in self._chores:
                _guarded(chore)
            busy = self._go_round(pool, None)
            self._woken.wait(BUSY_S if busy else IDLE_S)
        pool.shutdown(wait=False, cancel_futures=True)

    # -- until a rollout has ended

    def carry_out(self, rollout: str, is_enough: Callable[[], bool]) -> None:
        """Work on one rollout, whoever else does, until that is enough."""
        with ThreadPoolExecutor(self._slots, thread_name_prefix="push") as pool:
            while not is_enough():
                self._go_round(pool, rollout)
                self._woken.wait(_WAITED_FOR_S)
                self._woken.clear()

    # -- one round

    def _go_round(self, pool: ThreadPoolExecutor, only: str | None) -> bool:
        """Take up what is due; whether there is anything going on."""
        _guarded(self._works.renew)
        try:
            due = self._works.tick(only)
        except Exception:
            _LOG.exception("a tick failed; the next one tries again")
            return False
        self._running = {store: job for store, job in self._running.items() if not job.done()}
        for work in due:
            if work.store not in self._running and len(self._running) < self._slots:
                job = pool.submit(_guarded, work.run)
                self._running[work.store] = job
                job.add_done_callback(lambda _: self._woken.set())  # what was due behind it need not wait
        return bool(due or self._running)


def _guarded(act: Callable[[], None]) -> None:
    try:
        act()
    except Exception:
        _LOG.exception("the engine goes on without it")
