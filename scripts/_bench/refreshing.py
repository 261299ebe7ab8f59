"""A snapshot of the large price list taken in by a register that sells meanwhile.

- The work: the register's own, from the first byte of the bundle to the switch, over the LAN listener, by head office's
  own wire. Beside it the same catalogue file is read once for its hash and once by quick_check, in turns with it.
- The wait: a customer at the till buys sale after sale all the while, as a process of its own; what counts is the
  longest answer to `complete`. The same customer shops before it in peace, for comparison.
- The memory: the most that the register's process had resident meanwhile, by the kernel's own account.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import _env
from _fleet import Fleet, Register
from _fleet.processes import until

from _bench import prepared
from _bench.harness import CannotMeasure, Measured, Place
from _bench.starting import resident_bytes
from _bench.timing import p50, p99, seconds
from server_push.fleet.wire import Container, RegisterWire
from server_push.office import Office, World

_PEACE_S = 5.0
_GIVE_UP_S = 300.0


@dataclass(frozen=True, slots=True)
class _Refresh:
    """One snapshot taken in: seconds to the 202, to the switch; what the customer waited for, in seconds."""

    received_s: float
    total_s: float
    waits: list[float]
    peace: list[float]
    peak_bytes: int


def measure(place: Place) -> dict[str, Measured]:
    """The figures `snapshot_vs_hash`, `snapshot_rss_mb` and `snapshot_stall_ms`."""
    fleet = prepared.copied(place, prepared.large_shop(place), "refreshing")
    register = fleet.register(prepared.REGISTER)
    refreshes: list[_Refresh] = []
    peers: list[float] = []
    with prepared.running(fleet, office=False):
        for _ in range(place.rounds(3, 1)):
            bundle = _publish(fleet)
            peers.append(read_once(active_file(register)))
            refreshes.append(_refresh(fleet, bundle))
            bundle.path.unlink()
    total, peer = p50([one.total_s for one in refreshes]), p50(peers)
    waits = [wait for one in refreshes for wait in one.waits]
    peace = [wait for one in refreshes for wait in one.peace]
    runs = f"{place.articles:,} articles, {len(refreshes)} in turns"
    received = p50([one.received_s for one in refreshes])
    return {
        "snapshot_vs_hash": Measured(
            total / peer,
            f"a full bundle sent over the LAN, verified, built, checked and switched to while a customer shops,"
            f" {total:.2f} s (received and verified after {received:.2f}), against sha256 + quick_check of the same"
            f" catalogue file, {peer:.2f} s; median, {runs}",
        ),
        "snapshot_rss_mb": Measured(
            max(one.peak_bytes for one in refreshes) / 1e6,
            "the most resident memory (VmHWM, 10^6 bytes) of the register's process while it took the bundle in;"
            f" {runs}",
        ),
        "snapshot_stall_ms": Measured(
            max(waits) * 1e3,
            f"the longest of {len(waits)} answers to complete while the bundle was taken in (p99"
            f" {p99(waits) * 1e3:.1f} ms, p50 {p50(waits) * 1e3:.1f}); in peace before it the longest of"
            f" {len(peace)} was {max(peace) * 1e3:.1f} ms; {runs}",
        ),
    }


def _publish(fleet: Fleet) -> Container:
    """A new version of the same list as a container, stamped for now."""
    office = Office.open(fleet.office.folder, World())
    try:
        office.publisher.publish(prepared.STORE, office.now(), force=True)
        path = fleet.folder / "bundle.zip"
        sent = office.publisher.write_container(prepared.STORE, path, office.now())
    finally:
        office.close()
    with path.open("rb") as file:
        return Container(path, sent.version, hashlib.file_digest(file, "sha256").hexdigest())


def active_file(register: Register) -> Path:
    return register.folder / "snapshots" / str(register.snapshots()["active"]) / "catalog.db"


def read_once(path: Path) -> float:
    """Seconds for the hash and for SQLite's own look at every page."""

    def read() -> None:
        with path.open("rb") as file:
            hashlib.file_digest(file, "sha256")
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as catalogue:
            found = catalogue.execute("PRAGMA quick_check").fetchone()[0]
        if found != "ok":
            raise RuntimeError(f"{path} is damaged: {found}")

    return seconds(read)


def _refresh(fleet: Fleet, bundle: Container) -> _Refresh:
    office = Office.open(fleet.office.folder, World())
    register = fleet.register(prepared.REGISTER)
    forget_peak(register.process.pid)
    with _Customer(register) as customer:
        time.sleep(_PEACE_S)
        peace = customer.told()
        sender, limits = office.fleet.tools.sender, office.settings.push
        with RegisterWire(register.id, register.lan_url, sender, limits, office.world.new_id) as wire:
            began = time.perf_counter()
            wire.send(bundle, lambda _: None)
            received_s = time.perf_counter() - began
            wire.activate(bundle.version)
            until(lambda: wire.look(0).active == bundle.version, _GIVE_UP_S, "the switch")
            total_s = time.perf_counter() - began
        waits = customer.told()
    office.close()
    return _Refresh(received_s, total_s, waits, peace, resident_bytes(register.process.pid, "VmHWM"))


def forget_peak(pid: int) -> None:
    """Let VmHWM count from here. Raises CannotMeasure."""
    try:
        Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        raise CannotMeasure("the peak of memory is reset by /proc/PID/clear_refs, which is Linux's") from None


class _Customer:
    """Somebody who buys all the time, as a process, so that nothing in this one makes them wait."""

    def __init__(self, register: Register) -> None:
        code = (
            f"import sys; sys.path.insert(0, {str(_env.ROOT / 'scripts')!r}); from _bench.customer import main; main()"
        )
        self._command = [sys.executable, "-c", code, register.till_url]

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self._readline() != "shopping":
            raise RuntimeError("the customer could not begin")
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def told(self) -> list[float]:
        """How long each completed sale took since the last time, in seconds."""
        assert self._process.stdin is not None
        self._process.stdin.write("how long?\n")
        self._process.stdin.flush()
        waits: list[float] = json.loads(self._readline())
        return waits

    def _readline(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()
