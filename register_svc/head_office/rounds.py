"""Threads that go their rounds: woken when there is something, resting when it fails, quiet while paused.

- A round answers whether there may be more; then the next follows at once.
- After a failure the waits grow from half a second to a minute, each with jitter, so that a thousand registers do not
  come back in the same second. Being woken does not shorten them; `resume` does.
- A round that raises what nobody expected is logged and tried again: this thread never dies in silence.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from poscore.errors import PosError

_LOG = logging.getLogger("offline-kassa.courier")

_FIRST_REST_S = 0.5
_LONGEST_REST_S = 60.0


class Rounds:
    def __init__(
        self,
        name: str,
        round_once: Callable[[], bool],
        chance: Callable[[], float],
        *,
        linger_s: float = 0.0,
        idle_s: float | None = None,
    ) -> None:
        self._name, self._round_once, self._chance = name, round_once, chance
        self._linger_s, self._idle_s = linger_s, idle_s
        self._changed = threading.Condition()
        self._woken, self._paused, self._stopped, self._resumed = False, True, False, False
        self._failures = 0
        self._thread: threading.Thread | None = None
        self.last_failure: str | None = None

    def start(self, after_s: float = 0.0) -> None:
        self._thread = threading.Thread(target=self._run, args=(after_s,), name=self._name, daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """There is something to do. Costs a caller microseconds."""
        with self._changed:
            self._woken = True
            self._changed.notify()

    def pause(self) -> None:
        """No new round; one that is under way ends by itself."""
        with self._changed:
            self._paused = True
            self._changed.notify()

    def resume(self) -> None:
        """Go at once, even in the middle of a rest."""
        with self._changed:
            self._paused, self._resumed, self._woken = False, True, True
            self._failures = 0
            self._changed.notify()

    def stop(self, timeout_s: float = 5.0) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout_s)

    def _run(self, after_s: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopped, after_s)
        while self._wait_for_work():
            while self._may_go():
                try:
                    more = self._round_once()
                except PosError as error:
                    self._note(f"{error.code}: {error.detail}")
                    self._rest(error.extra.get("retry_after_s"))
                except Exception as error:  # noqa: BLE001 - a sale depends on nothing here; the log and the waits do
                    _LOG.exception("%s: a round failed", self._name)
                    self._note(f"{type(error).__name__}: {error}")
                    self._rest(None)
                else:
                    self._failures, self.last_failure = 0, None
                    if not more:
                        break

    def _wait_for_work(self) -> bool:
        """Wait until woken, or for the idle time; False when stopped."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or (self._woken and not self._paused), self._idle_s)
            if self._stopped:
                return False
            if self._linger_s and not self._resumed:
                self._changed.wait_for(lambda: self._stopped, self._linger_s)
            self._woken = False
            return not self._stopped

    def _may_go(self) -> bool:
        with self._changed:
            self._resumed = False  # what resumes us from here on cuts this round's rest short
            return not (self._stopped or self._paused)

    def _note(self, failure: str) -> None:
        if failure != self.last_failure:
            _LOG.warning("%s: %s", self._name, failure)
        self.last_failure = failure

    def _rest(self, asked_s: float | None) -> None:
        self._failures += 1
        longest = min(_LONGEST_REST_S, _FIRST_REST_S * 2 ** (self._failures - 1))
        rest_s = max(longest * (0.5 + self._chance() / 2), min(asked_s or 0.0, 10 * _LONGEST_REST_S))
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or self._paused or self._resumed, rest_s)


class Rhythm:
    """A thread that acts and then waits as long as the act says, or until it is told to act now."""

    def __init__(self, name: str, act: Callable[[], float]) -> None:
        self._name, self._act = name, act
        self._changed = threading.Condition()
        self._stopped, self._now = False, False
        self._thread: threading.Thread | None = None

    def start(self, after_s: float) -> None:
        self._thread = threading.Thread(target=self._run, args=(after_s,), name=self._name, daemon=True)
        self._thread.start()

    def act_now(self) -> None:
        with self._changed:
            self._now = True
            self._changed.notify()

    def stop(self, timeout_s: float = 5.0) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout_s)

    def _run(self, wait_s: float) -> None:
        while self._wait(wait_s):
            try:
                wait_s = self._act()
            except Exception:  # noqa: BLE001 - as in Rounds
                _LOG.exception("%s: failed", self._name)
                wait_s = _LONGEST_REST_S

    def _wait(self, wait_s: float) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or self._now, wait_s)
            self._now = False
            return not self._stopped
