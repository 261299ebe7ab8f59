"""A rollout on a terminal: one bar for all of it, and a line for each register that is worked on or went wrong.

It reads the rows, so it shows what other processes do as well. For a program, or without a terminal, it is silent.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from server_push.commands.place import Place
from server_push.fleet.delivering import Progress, Silence
from server_push.fleet.deployments import Result
from server_push.fleet.rows import Deployment
from server_push.fleet.states import CLAIMED, ENDED, SUCCEEDED, State
from server_push.office import Office

_LOOKS_EVERY_S = 0.25
_MOST_LINES = 20  # more than a terminal is high would only flicker


@contextmanager
def watching(place: Place, office: Office, rollout: str) -> Iterator[Progress]:
    """What hears of the transfers made here, while the block lasts."""
    if place.json or not sys.stderr.isatty():
        yield Silence()
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description:24}"), BarColumn(), TextColumn("{task.fields[said]}"))
    with Bars(*columns, console=Console(stderr=True)) as bars:
        screen = Screen(bars)
        over = threading.Event()

        def look() -> None:
            while not over.wait(_LOOKS_EVERY_S):
                screen.show(office.fleet.tools.deployments.of(rollout))

        looking = threading.Thread(target=look, name="watching", daemon=True)
        looking.start()
        try:
            yield screen
        finally:
            over.set()
            looking.join()
            screen.show(office.fleet.tools.deployments.of(rollout))


class Screen:
    """`bars`: rich's, or what stands in for it."""

    def __init__(self, bars: Any) -> None:
        self._bars, self._lock = bars, threading.Lock()
        self._all = bars.add_task("registers", total=None, said="")
        self._lines: dict[str, Any] = {}

    def show(self, rows: list[Deployment]) -> None:
        ended = sum(one.state in ENDED for one in rows)
        succeeded = sum(one.state in SUCCEEDED for one in rows)
        said = f"{ended} of {len(rows)}, {succeeded} sell from it"
        with self._lock:
            self._bars.update(self._all, total=len(rows), completed=ended, said=said)
            for one in rows:
                wanted = one.state in CLAIMED or one.state is State.STAGED or one.code is not None
                if one.register in self._lines or (wanted and len(self._lines) < _MOST_LINES):
                    line = self._line(one.register)
                    self._bars.update(line, said=f"{one.state} {one.code or ''}", visible=wanted)
                    if not wanted and one.state in ENDED:
                        self._bars.remove_task(self._lines.pop(one.register))

    def sending(self, register: str, total: int) -> None:
        with self._lock:
            if len(self._lines) < _MOST_LINES:
                self._bars.update(self._line(register), total=total, completed=0)

    def sent(self, register: str, count: int) -> None:
        with self._lock:
            if register in self._lines:
                self._bars.update(self._lines[register], advance=count)

    def settled(self, register: str, result: Result) -> None: ...

    def _line(self, register: str) -> Any:
        if register not in self._lines:
            self._lines[register] = self._bars.add_task(register, total=None, said="")
        return self._lines[register]
