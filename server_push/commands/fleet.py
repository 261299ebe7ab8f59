"""`push`: publish what changed, and send it to registers now."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from server_push.commands.at_office import at_office
from server_push.commands.place import Place, placed
from server_push.fleet.deployments import Result
from server_push.fleet.delivering import Progress, Silence
from server_push.fleet.fleet import Outcome
from server_push.office import Office


@click.command()
@click.option("--store", help="Every register of this store.")
@click.option("--register", help="This register.")
@click.option("--all", "everywhere", is_flag=True, help="Every register of the chain.")
@placed
@at_office
def push(place: Place, office: Office, store: str | None, register: str | None, everywhere: bool) -> None:
    """Send the newest prices to registers; returns when each sells from them, or said why not."""
    if everywhere == bool(store or register):
        raise click.UsageError("say which: --store ID, --register ID or --all")
    if register is not None:
        found = [office.registers.get(register)]
        if store is not None and found[0].store != store:
            raise click.UsageError(f"{register} stands in {found[0].store}, not in {store}")
    else:
        if store is not None:
            office.stores.get(store)
        found = office.registers.list(store)
    with _progress(place) as progress:
        outcome = office.push(found, progress=progress)
    place.answer(outcome.to_wire(), _told(outcome))
    if not outcome.all_served:
        click.get_current_context().exit(1)


def _told(outcome: Outcome) -> str:
    return "\n".join(
        f"{one.register:24} {one.state:12} {one.version or '–':>8} {one.code or ''}" for one in outcome.registers
    )


@contextmanager
def _progress(place: Place) -> Iterator[Progress]:
    """A bar for each register on a terminal; silence for a program."""
    if place.json or not sys.stderr.isatty():
        yield Silence()
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, TextColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TextColumn("{task.fields[state]}"))
    with Bars(*columns, console=Console(stderr=True)) as bars:
        yield _Bars(bars)


class _Bars:
    def __init__(self, bars: Any) -> None:
        self._bars, self._lock = bars, threading.Lock()
        self._tasks: dict[str, Any] = {}

    def sending(self, register: str, total: int) -> None:
        with self._lock:
            self._tasks[register] = self._bars.add_task(register, total=total, state="sending")

    def sent(self, register: str, count: int) -> None:
        self._bars.update(self._tasks[register], advance=count)

    def settled(self, register: str, result: Result) -> None:
        with self._lock:
            task = self._tasks.get(register)
            if task is None:
                task = self._bars.add_task(register, total=1, completed=1, state="")
        self._bars.update(task, state=f"{result.event.name.lower()} {result.code or ''}")
