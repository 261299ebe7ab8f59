"""A waitress listener that another thread can end without a race.

waitress closes its sockets under a loop that still runs, and whoever wakes that loop late writes a byte to a number
that is any other file's by then: the journal's, at worst. Here the loop ends itself, and is woken only while it can be.
"""

from __future__ import annotations

import select
import threading
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

_IDLE_S = 1.0


class Listener(TcpWSGIServer):  # type: ignore[misc]
    """`run` serves until `close`. `adjustments` name one address. Raises OSError when it cannot be bound."""

    def __init__(self, app: Any, adjustments: Adjustments) -> None:
        self._closing = self._running = False
        # Held while the trigger is pulled or closed.
        self._ending = threading.Lock()
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(adjustments.threads)
        super().__init__(app, {}, dispatcher=dispatcher, adj=adjustments, sockinfo=adjustments.listen[0])

    def wait_s(self) -> float:
        """How long the loop may sleep when nothing happens."""
        return _IDLE_S

    def run(self) -> None:
        """Serve until `close`; then calls that have begun are finished, and everything is closed."""
        with self._ending:
            if self._closing:
                return
            self._running = True
        poll = wasyncore.poll2 if hasattr(select, "poll") else wasyncore.poll
        try:
            while not self._closing:
                poll(self.wait_s(), self._map)
        finally:
            with self._ending:
                self._running = False
            self._end()

    def close(self) -> None:
        """End `run`, which is in another thread, without waiting for it."""
        with self._ending:
            begun = self._closing or self._running
            self._closing = True
            if self._running:
                self.pull_trigger()
        if not begun:
            self._end()

    def _end(self) -> None:
        self.task_dispatcher.shutdown()
        super().close()
        wasyncore.close_all(self._map)
