"""The service as a process of its own: asked by the commands, killed without warning, started again."""

from __future__ import annotations

import http.client
import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from register_svc.commands.running import ask
from tests.support.fleet import Wire, free_port
from tests.support.processes import Process, run_json
from tests.support.small_register import wait_until
from tests.support.stand_in_office import StandInOffice

pytestmark = pytest.mark.slow  # each starts a service or two

PROGRAM = [sys.executable, "-m", "register_svc"]


@pytest.fixture
def office() -> Iterator[StandInOffice]:
    office = StandInOffice()
    yield office
    office.close()


@pytest.fixture
def wire(office: StandInOffice) -> Iterator[Wire]:
    wire = Wire(free_port(), office.port)
    yield wire
    wire.close()


def enrolment(url: str, code: str, folder: Path) -> list[str]:
    at = ["enrol", "--head-office", url, "--code", code, "--dir", str(folder)]
    return [*PROGRAM, *at, "--till-port", "0", "--lan-host", "127.0.0.1", "--lan-port", "0"]


@pytest.fixture
def folder(tmp_path: Path, office: StandInOffice, wire: Wire) -> Path:
    """Enrolled, probing fast, and never changing its mode by itself."""
    run_json(enrolment(wire.url, office.new_code("s1", "r1"), tmp_path / "r1"))
    path = tmp_path / "r1" / "settings.toml"
    text = path.read_text(encoding="utf-8").replace("probe_every_s = 10.0", "probe_every_s = 0.2")
    path.write_text(text.replace('"automatic"', '"manual"'), encoding="utf-8")
    return tmp_path / "r1"


@pytest.fixture
def service(folder: Path) -> Iterator[Process]:
    service = Process("register r1", [*PROGRAM, "run", "--dir", str(folder)], folder.parent / "r1.log")
    service.start()
    yield service
    service.stop()


def command(folder: Path, *words: str, expect: tuple[int, ...] = (0,)) -> dict[str, Any]:
    return run_json([*PROGRAM, *words, "--dir", str(folder)], expect)


def records_of(folder: Path) -> int:
    return int(command(folder, "verify-journal")["records"])


def test_run_says_ready_with_both_addresses_and_answers_on_them(folder: Path, service: Process) -> None:
    till, lan = json.loads((folder / "addresses.json").read_text(encoding="utf-8")).values()
    assert f"ready {till} {lan}" in service.log.read_text(encoding="utf-8")
    assert ask(folder, "GET", "/livez") == {"status": "pass"}


def test_run_with_json_says_ready_as_an_object(folder: Path) -> None:
    with subprocess.Popen(
        [*PROGRAM, "run", "--json", "--dir", str(folder)], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    ) as running:
        assert running.stdout is not None
        said = json.loads(running.stdout.readline())
        running.send_signal(signal.SIGTERM)
        assert running.wait(15) == 0
    assert set(said) == {"till_url", "lan_url"}


def test_a_second_run_exits_1_already_running(folder: Path, service: Process) -> None:
    second = subprocess.run([*PROGRAM, "run", "--dir", str(folder)], capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert second.stderr.startswith("already-running: ")
    assert service.alive


def test_commands_ask_the_running_service(folder: Path, service: Process) -> None:
    wait_until(lambda: command(folder, "status")["offline"]["head_office_reachable"])
    status = command(folder, "status")
    assert (status["running"], status["health"]["mode"]) == (True, "ONLINE")
    assert command(folder, "backup")["kind"] == "part"
    assert command(folder, "snapshots", "list")["active"] is None
    assert command(folder, "snapshots", "rollback", "4", expect=(1,))["code"] == "snapshot-not-found"


def test_the_key_of_the_commands_is_read_by_its_user_only_and_new_at_each_start(folder: Path, service: Process) -> None:
    path = folder / "control.key"
    first = path.read_text(encoding="ascii")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    service.kill()
    service.start()
    assert path.read_text(encoding="ascii") != first


def test_it_stops_in_order_on_a_silent_line(folder: Path, service: Process, wire: Wire) -> None:
    wire.silence()
    os.kill(service.pid, signal.SIGTERM)
    wait_until(lambda: not service.alive, 5)


def test_killed_with_an_upload_under_way_the_next_start_sends_it_again_and_nothing_doubles(
    folder: Path, service: Process, office: StandInOffice, wire: Wire
) -> None:
    for _ in range(2):
        wait_until(lambda: office.seqs("r1", 1) == list(range(1, records_of(folder) + 1)))
        uploads = len(office.uploads)
        wire.delay_s = 0.4  # head office has it, the register does not know yet
        service.kill()
        service.start()
        wait_until(lambda uploads=uploads: len(office.uploads) > uploads)
        service.kill()
        wire.heal()
        service.start()
    wait_until(lambda: office.seqs("r1", 1) == list(range(1, records_of(folder) + 1)))

    sent = [seq for _, seqs in office.uploads for seq in seqs]
    assert len(sent) > len(set(sent)), "no answer was lost: this test has not seen what it is about"
    assert command(folder, "verify-journal")["ok"]
    wait_until(lambda: command(folder, "status")["offline"]["queued_records"] == 0)


def test_a_mode_that_staff_chose_survives_kill_9(folder: Path, service: Process, office: StandInOffice) -> None:
    # A cashier's session needs a price list; the register's own key may change the mode as well.
    till = json.loads((folder / "addresses.json").read_text(encoding="utf-8"))["till"]
    connection = http.client.HTTPConnection(till.removeprefix("http://"))
    headers = {"X-Register-Key": (folder / "control.key").read_text("ascii"), "Content-Type": "application/json"}
    connection.request("PUT", "/offline", b'{"offline": true, "reason": "line works"}', headers)
    assert connection.getresponse().status == 200
    connection.close()
    service.kill()
    service.start()

    state = command(folder, "status")["offline"]
    assert (state["offline"], state["reason"]) == (True, "line works")
    probes = office.probes
    wait_until(lambda: office.probes > probes + 3)
    assert command(folder, "status")["offline"]["offline"] is True
    assert records_of(folder) > len(office.seqs("r1", 1))  # OFFLINE nothing is sent


def test_an_enrolment_killed_while_it_waits_is_ended_by_the_same_command(
    tmp_path: Path, office: StandInOffice, wire: Wire
) -> None:
    code = office.new_code("s1", "r9")
    wire.delay_s = 0.5
    enrolling = subprocess.Popen(enrolment(wire.url, code, tmp_path / "r9"), stdin=subprocess.DEVNULL)
    wait_until(lambda: office.registers.get("r9"))  # head office has answered; the answer is on its way
    enrolling.kill()
    enrolling.wait()
    assert command(tmp_path / "r9", "status", expect=(1,))["code"] == "not-enrolled"
    wire.heal()

    assert run_json(enrolment(wire.url, code, tmp_path / "r9")) == {"store": "s1", "register": "r9", "epoch": 1}
