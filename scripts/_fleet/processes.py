"""Programs as processes of their own: started, waited for, killed without warning, started again.

- Only a process that was started here is ever ended, and by its own handle.
- What a process prints goes to a file, so that it never waits for a reader; the file's end is shown when it fails.
- A port is chosen below those that the system lends to outgoing calls: a register that is killed finds its port free
  when it comes back.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

START_S = 60.0  # two cores that build, test and browse at once are slow; a program that hangs is still found
_STOP_S = 15.0
_POLL_S = 0.02
_PORTS = range(18_000, 32_000)
_given: set[int] = set()


class StartFailed(Exception):
    """A program ended, or hung, before it said that it is ready; the text holds what it said last."""


class CommandFailed(Exception):
    """A command ended with another exit code than it should; the text holds all it said."""


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on and that is given out once only."""
    while True:
        port = random.choice(_PORTS)  # noqa: S311 - chance keeps two test runs apart, no secret hangs on it
        if port not in _given and not in_use(port):
            _given.add(port)
            return port


def in_use(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a listener could not be opened there now."""
    with socket.socket() as probe:
        if os.name != "nt":  # there the option means something else
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def until(found: Callable[[], T | None], timeout_s: float, what: str) -> T:
    """The first result of `found` that is true. Raises TimeoutError, which names `what`."""
    deadline = time.monotonic() + timeout_s
    while True:
        result = found()
        if result:
            return result
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout_s:g} s for {what}")
        time.sleep(_POLL_S)


def program(name: str) -> list[str]:
    """How one of the product's programs is started, in the environment that this script runs in."""
    return [sys.executable, "-m", name.replace("-", "_")]


def run_json(command: Sequence[str], expect: Sequence[int] = (0,), timeout_s: float = 300.0) -> dict[str, Any]:
    """What a command with `--json` answers, or says why not. Raises CommandFailed for an exit code not in `expect`."""
    done = subprocess.run(
        [*command, "--json"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        env=_environment(),
        timeout=timeout_s,
        check=False,
    )
    said = f"{' '.join(command)}\nended with {done.returncode}\n{done.stdout}{done.stderr}"
    if done.returncode not in expect:
        raise CommandFailed(said)
    try:
        answer: dict[str, Any] = json.loads(done.stdout or done.stderr)
    except ValueError:
        raise CommandFailed(f"{said}\nwhich is not JSON") from None
    return answer


@contextlib.contextmanager
def ending_in_order() -> Iterator[None]:
    """SIGTERM and Ctrl-C both raise KeyboardInterrupt, so that whoever stops us also stops what we have started.

    Ctrl-C too: a shell that starts a job in the background has it ignore that.
    """

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Process:
    """One long-running program. `name` is what errors call it; it prints `ready …` when it can be used."""

    def __init__(self, name: str, command: Sequence[str], log: Path) -> None:
        self.name = name
        self.command = list(command)
        self.log = log
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def alive(self) -> bool:
        return self._running is not None and self._running.poll() is None

    @property
    def pid(self) -> int:
        """Raises RuntimeError when it was never started."""
        return self._require().pid

    def start(self) -> list[str]:
        """Start it and wait; the words after `ready`. Raises StartFailed."""
        if self.alive:
            raise RuntimeError(f"{self.name} runs already")
        with self.log.open("ab") as log:
            begins = log.tell()
            self._running = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=_environment(),
                start_new_session=True,  # Ctrl-C is for whoever started us: the order of stopping matters
            )
        try:
            line = until(lambda: self._ready_line(begins), START_S, f"{self.name} to say that it is ready")
        except TimeoutError as error:
            self.kill()
            raise StartFailed(f"{error}\n{self.tail()}") from None
        return line.split()[1:]

    def kill(self) -> None:
        """kill -9: no warning, no last word."""
        running = self._require()
        running.kill()
        running.wait()

    def stop(self) -> None:
        """Ask it to end, wait, and kill it if it does not. Nothing when it does not run."""
        if not self.alive:
            return
        running = self._require()
        running.terminate()
        try:
            running.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def tail(self, lines: int = 40) -> str:
        """The end of what it printed."""
        try:
            text = self.log.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return f"({self.log} cannot be read)"
        return "\n".join([f"--- {self.log}", *text.splitlines()[-lines:]])

    def _ready_line(self, begins: int) -> str | None:
        ended = not self.alive  # asked before reading: whatever it said is in the file by then
        with self.log.open("rb") as log:
            log.seek(begins)
            *whole, _unfinished = log.read().decode("utf-8", errors="replace").split("\n")
        ready = next((line for line in whole if line.startswith("ready ")), None)
        if ready is None and ended:
            raise StartFailed(f"{self.name} ended with {self._require().returncode}\n{self.tail()}")
        return ready

    def _require(self) -> subprocess.Popen[bytes]:
        if self._running is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._running


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
