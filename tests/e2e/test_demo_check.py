"""The newcomer's first command: the demo does the main job by itself, and starts for a person, who can stop it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import _demo.shop as demo
import pytest

from tests.support.fleet import Client, Fleet, free_port
from tests.support.processes import in_use, until

pytestmark = pytest.mark.slow

SCRIPTS = Path(__file__).resolve().parent.parent.parent / "scripts"
START = """
import sys
from pathlib import Path
from _demo import shop
sys.exit(shop.run(Path(sys.argv[1]), int(sys.argv[2]), fresh=False))
"""


@contextmanager
def started(folder: Path, port_base: int, stop: signal.Signals) -> Iterator[tuple["subprocess.Popen[str]", Path]]:
    """The demo as a person starts it, once it is ready, and the file of what it says; stopped in order by `stop`."""
    log = folder.parent / f"demo-{port_base}.txt"
    with log.open("w") as output:
        running = subprocess.Popen(
            [sys.executable, "-c", START, folder, str(port_base)],
            cwd=SCRIPTS,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
    try:
        until(lambda: "Ctrl-C stops all." in log.read_text() or running.poll() is not None, 300, "the demo to start")
        assert running.poll() is None, log.read_text()
        yield running, log
    finally:
        running.send_signal(stop)
        running.wait(60)


def refused(folder: Path, port_base: int) -> tuple[int, list[str]]:
    """The exit code and the lines of a demo that cannot start."""
    command = [sys.executable, "-c", START, folder, str(port_base)]
    done = subprocess.run(command, cwd=SCRIPTS, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout.splitlines()


def five_ports() -> int:
    """The first of five ports in a row that nobody uses."""
    return until(lambda: next((p for p in [free_port()] if not any(map(in_use, range(p, p + 5)))), None), 10, "ports")


def test_the_demo_checks_itself() -> None:
    command = [sys.executable, SCRIPTS / "demo", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[-1] == "main job: ok"
    assert len(lines) > 20  # a line for each step


def test_a_demo_goes_on_where_it_was_stopped_also_on_other_ports(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    first, second = five_ports(), five_ports()
    with started(folder, first, signal.SIGINT) as (running, log):
        text = log.read_text()
        said = text.splitlines()
        assert all(f"127.0.0.1:{port}" in text for port in range(first, first + 5))
        assert "1111" in text
        till = Client(f"http://127.0.0.1:{first + 1}")
        till.headers["Authorization"] = "Bearer " + till.post("/session", {"cashier": "1", "pin": "1111"})["token"]
        till.post("/shifts", {"opening_float": 10_000})
        sale = till.post("/sales", {})
        till.post(f"/sales/{sale['id']}/lines", {"code": "9520000010010"})

        register = next(line for line in said if "Kill the register" in line)
        os.kill(int(register.split()[-1]), signal.SIGKILL)
        until(lambda: "register r1 is back" in log.read_text(), 180, "the register to be started again")

        code, told = refused(tmp_path / "other", first)
        assert (code, len(told)) == (1, 1)
        assert f"Port {first}" in told[0]
        assert "--port-base" in told[0]

        code, told = refused(folder, second)
        assert (code, len(told)) == (1, 1)
        assert "Another demo is running" in told[0]
    assert running.returncode == 0
    assert not any(in_use(port) for port in range(first, first + 5))

    with started(folder, second, signal.SIGTERM) as (running, log):
        said = log.read_text().splitlines()
        assert "Going on with the shop" in said[0]
        till = Client(f"http://127.0.0.1:{second + 1}")
        till.headers["Authorization"] = "Bearer " + till.post("/session", {"cashier": "1", "pin": "1111"})["token"]
        assert [item["id"] for item in till.get("/sales?state=open")["items"]] == [sale["id"]]
        office = Client(f"http://127.0.0.1:{second}")
        token = next(line.split()[-1] for line in said if "operator's token" in line)
        office.headers["Authorization"] = f"Bearer {token}"
        wanted = f"http://127.0.0.1:{second + 2}"
        until(
            lambda: office.get("/api/registers")["items"][0]["lan_url"] == wanted,
            30,
            "a check-in to tell the new address",
        )
    assert running.returncode == 0
    assert not any(in_use(port) for port in range(second, second + 5))


def test_a_shop_that_was_not_finished_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    assert not Fleet(tmp_path / "shop", demo.PLAN).is_whole
    (tmp_path / "shop" / "fleet.json").write_text('{"format"', encoding="utf-8")  # torn by a power cut
    assert not Fleet(tmp_path / "shop", demo.PLAN).is_whole
