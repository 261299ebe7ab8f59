"""A register's start, and the memory it has once it runs.

The start is that of the process as a service manager makes it, up to the first 200 of /health, against the same
interpreter that starts and does nothing. The memory is that of a new register whose first probe has been answered and
whose first records are home.
"""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from pathlib import Path

from _fleet import Fleet, Register
from _fleet.processes import until

from _bench import prepared
from _bench.harness import CannotMeasure, Measured, Place
from _bench.timing import Timed, in_turns, p50, seconds

_GIVE_UP_S = 30.0
_LOOK_EVERY_S = 0.004  # more often would take the processor from what is looked at
_SETTLED_S = 2.0  # after the last answer: what a first call imports is in memory then


def measure(place: Place) -> dict[str, Measured]:
    """The figures `cold_start_vs_python` and `rss_mb`."""
    return {"cold_start_vs_python": _cold_start(place), "rss_mb": _memory(place)}


def _cold_start(place: Place) -> Measured:
    register = prepared.copied(place, prepared.small_shop(place), "starting").register(prepared.REGISTER)
    cases: dict[str, Timed] = {"register": lambda: _start(register), "python": lambda: _python(register)}
    for start in cases.values():
        start()  # with it, what is compiled has been compiled
    times = in_turns(cases, place.rounds(25, 5))
    ratio = p50(times["register"]) / p50(times["python"])
    how = (
        "register-svc run with a snapshot, compiled, from the start of its process to the first 200 of"
        f" /health on the till's port, {p50(times['register']) * 1e3:.0f} ms, against `python -c pass` on the same"
        f" interpreter, {p50(times['python']) * 1e3:.1f} ms; median of {len(times['python'])} in turns"
    )
    return Measured(ratio, how)


def _python(register: Register) -> float:
    environment = _compiled(register.folder)
    return seconds(lambda: subprocess.run([sys.executable, "-c", "pass"], env=environment, check=True))


def _compiled(folder: Path) -> dict[str, str]:
    """An environment in which what was compiled once stays compiled, whatever the machine's own says."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(folder.parent / "compiled")}


def _start(register: Register) -> float:
    began = time.perf_counter()
    command, quiet = register.process.command, subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet, env=_compiled(register.folder)) as process:
        try:
            while not _is_healthy(register.till_port):
                if process.poll() is not None or time.perf_counter() - began > _GIVE_UP_S:
                    raise RuntimeError(f"the register did not start: {process.poll()}")
                time.sleep(_LOOK_EVERY_S)
            return time.perf_counter() - began
        finally:
            process.terminate()


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_GIVE_UP_S)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _memory(place: Place) -> Measured:
    shop = prepared.kept(place, "shop-enrolled", _enrol)
    fleet = prepared.copied(place, shop, "memory")
    with prepared.running(fleet):
        register = fleet.register(prepared.REGISTER)
        _wait_for_first_calls(fleet)
        time.sleep(_SETTLED_S)
        rss = resident_bytes(register.process.pid)
        snapshot = register.snapshots()["active"]
    if snapshot is not None:
        raise RuntimeError("the register has a snapshot already")
    how = (
        "resident memory (VmRSS, 10^6 bytes) of register-svc run on a new register, ONLINE, after its first probe was"
        " answered and its first records were acknowledged, before its first snapshot"
    )
    return Measured(rss / 1e6, how)


def _enrol(folder: Path) -> None:
    fleet = Fleet(folder, prepared.PLAN)
    try:
        fleet.set_up_office()
        fleet.office.start()
        fleet.enrol(fleet.register(prepared.REGISTER))
    finally:
        fleet.stop()


def _wait_for_first_calls(fleet: Fleet) -> None:
    def settled() -> bool:
        mode = fleet.register(prepared.REGISTER).mode()
        return bool(mode["head_office_reachable"]) and mode["queued_records"] == 0

    until(settled, _GIVE_UP_S, "the register's first calls to be answered")


def resident_bytes(pid: int, field: str = "VmRSS") -> int:
    """A process's memory as the kernel counts it; `VmHWM` is the most it has been. Raises CannotMeasure."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        raise CannotMeasure("memory is read from /proc, which is Linux's") from None
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{field}:"))
