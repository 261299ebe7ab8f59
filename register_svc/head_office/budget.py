"""Short patience with the line: a whole call within a budget, and no calls at all while none gets through.

A socket's own time-outs bound one read and not a call: a name server that never answers, or a line that gives a byte
now and then, would hold the caller for minutes. So the call runs in a thread of its own and is left behind when its
time is up; whatever it still does, head office takes it as a repeat.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from poscore.errors import Fault

T = TypeVar("T")

# Calls that were left behind end by their sockets' time-outs. Past this many the line is as good as cut.
_MAX_LEFT_BEHIND = 12

# Three failures in a row, then one trial in 15 s: short enough that a mended line is used within half a minute, even
# when no probe finds it first.
_FAILURES = 3
_REST_S = 15.0


def unreachable(detail: str, **extra: Any) -> Fault:
    hint = "Check the network cable, the router and that head office is up. The register sells on."
    return Fault("head-office-unreachable", detail, hint, **extra)


class Budget:
    """The calls of one client."""

    def __init__(self) -> None:
        self._left = threading.BoundedSemaphore(_MAX_LEFT_BEHIND)
        self._lock = threading.Lock()
        self._waiting: set[threading.Event] = set()
        self._closed = False

    def close(self) -> None:
        """Nobody waits any longer, and no call begins: a register that stops does not wait for a dead line."""
        with self._lock:
            self._closed = True
            for done in self._waiting:
                done.set()

    def within(self, budget_s: float, call: Callable[[], T]) -> T:
        """The result of `call`, or what it raised. Raises Fault `head-office-unreachable` when the time is up."""
        if self._closed:
            raise unreachable("the register is stopping", sent=False)
        if not self._left.acquire(blocking=False):
            raise unreachable("too many calls to head office still wait for an answer", sent=False)
        outcome: list[tuple[T | None, BaseException | None]] = []
        done = threading.Event()

        def run() -> None:
            try:
                outcome.append((call(), None))
            except BaseException as error:  # noqa: BLE001 - handed to the caller, or nobody waits for it any more
                outcome.append((None, error))
            finally:
                self._left.release()
                done.set()

        threading.Thread(target=run, name="head-office-call", daemon=True).start()
        self._wait(done, budget_s)
        if not outcome:
            raise unreachable(f"head office did not answer within {budget_s:g} s")
        result, error = outcome[0]
        if error is not None:
            raise error
        return result  # type: ignore[return-value]  # without an error it is call's own result

    def _wait(self, done: threading.Event, budget_s: float) -> None:
        with self._lock:
            if self._closed:
                return
            self._waiting.add(done)
        done.wait(budget_s)
        with self._lock:
            self._waiting.discard(done)


class Breaker:
    """Open after failures in a row: then calls fail at once instead of waiting, but for one trial at a time."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._failures = 0
        self._next_trial = 0.0

    @property
    def is_open(self) -> bool:
        return self._failures >= _FAILURES

    def enter(self) -> None:
        """Before a call. Raises Fault `head-office-unreachable` while open and no trial is due."""
        with self._lock:
            if self._failures < _FAILURES:
                return
            if self._monotonic() < self._next_trial:
                raise unreachable("head office did not answer before; it is not asked again yet", sent=False)
            self._next_trial = self._monotonic() + _REST_S

    def succeeded(self) -> None:
        """Head office answered, whatever it said."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            self._next_trial = self._monotonic() + _REST_S
