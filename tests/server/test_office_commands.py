"""The command line of a head office: what it answers, and how it says no."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from poscore.enrolment import CODE_LENGTH
from server_push.__main__ import main
from server_push.office import Office, World
from server_push.settings import Settings
from tests.support.lan import lan_of
from tests.support.offices import Site, new_site
from tests.support.returning import Returning


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def told(*words: str | Path) -> dict:
    """The one JSON object of a command that succeeded."""
    result = run(*words, "--json")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.count("\n") == 1
    return dict(json.loads(result.stdout))


def refused(*words: str | Path, code: str) -> None:
    """Exit 1, one line for a person, one problem for a program, never a traceback."""
    plain = run(*words)
    assert plain.exit_code == 1
    assert f"({code})" in plain.stderr
    assert "Traceback" not in plain.output
    wire = run(*words, "--json")
    assert (wire.exit_code, wire.stdout) == (1, "")
    assert json.loads(wire.stderr)["code"] == code


@pytest.fixture
def site(tmp_path: Path):
    site = new_site(tmp_path)
    yield site
    site.office.close()


@pytest.fixture
def folder(site: Site) -> Path:
    return site.office.directory


def test_a_head_office_is_founded_and_its_token_shown_once(tmp_path):
    made = told("init", tmp_path / "office", "--chain", 'Ketju "Oy"', "--business-id", "1234567-1")

    assert set(made) == {"dir", "operator_token"}
    assert {path.name for path in (tmp_path / "office" / "keys").iterdir()} >= {
        *("root-1", "root-2", "root-3", "targets", "sender")
    }
    chain = Settings.read(tmp_path / "office").chain
    assert (chain.name, chain.business_id) == ('Ketju "Oy"', "1234567-1")
    office = Office.open(tmp_path / "office", World())
    assert office.operators.of_token(made["operator_token"]).name == "founder"
    office.close()
    kept = b"".join(path.read_bytes() for path in (tmp_path / "office").rglob("*") if path.is_file())
    assert made["operator_token"].encode() not in kept


def test_a_folder_that_is_a_head_office_is_not_founded_again(folder):
    before = (folder / "keys" / "root-1").read_bytes()

    refused("init", folder, code="office-exists")

    assert (folder / "keys" / "root-1").read_bytes() == before


def test_a_business_id_that_cannot_be_one_is_pointed_out(tmp_path):
    result = run("init", tmp_path / "office", "--business-id", "1234567-8")

    assert result.exit_code == 0
    assert "not a valid Y-tunnus" in result.stderr


def test_the_folder_may_be_named_before_or_after_the_command_or_be_the_current_one(folder, monkeypatch):
    after = told("stores", "list", "--dir", folder)
    assert told("--dir", folder, "stores", "list") == after
    monkeypatch.chdir(folder)
    assert told("stores", "list") == after


def test_json_may_be_asked_for_before_or_after_the_command(folder):
    assert (
        run("--json", "stores", "list", "--dir", folder).stdout
        == run("stores", "list", "--dir", folder, "--json").stdout
    )


def test_a_folder_that_is_no_head_office_says_so(tmp_path):
    refused("status", "--dir", tmp_path, code="no-office")


@pytest.mark.parametrize("words", [[], ["nonsense"], ["stores", "add"], ["push"], ["serve", "--port", "many"]])
def test_wrong_usage_ends_with_2(folder, words):
    assert run(*words, *(("--dir", folder) if words else ())).exit_code == 2


def test_settings_that_are_misspelt_are_refused(folder):
    (folder / "settings.toml").write_text("[chian]\nname = 'x'\n")

    refused("status", "--dir", folder, code="settings-invalid")


def test_an_error_nobody_thought_of_is_one_line_too(folder, monkeypatch):
    def breaks(_: object) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(Office, "status", breaks)

    refused("status", "--dir", folder, code="internal")


# -- stores and registers ----------------------------------------------------------------------------------------------


def test_a_store_is_added_and_listed(folder):
    assert told("stores", "add", "satama", "--name", "Satama", "--address", "Rantatie 1", "--dir", folder) == {
        "store": "satama"
    }
    listed = told("stores", "list", "--dir", folder)
    assert [item["store"] for item in listed["items"]] == ["s1", "satama"]
    refused("stores", "add", "satama", "--name", "Toinen", "--dir", folder, code="store-exists")
    refused("stores", "add", "Iso Kauppa", "--name", "x", "--dir", folder, code="id-invalid")


def test_adding_a_register_gives_a_code_and_adding_it_again_another(folder):
    first = told("registers", "add", "s1", "r1", "--dir", folder)
    second = told("registers", "add", "s1", "r1", "--dir", folder)

    assert set(first) == {"store", "register", "code", "expires_at"}
    assert len(first["code"]) == len(second["code"]) == CODE_LENGTH
    assert first["code"] != second["code"]
    listed = told("registers", "list", "--dir", folder)
    assert [(item["register"], item["state"]) for item in listed["items"]] == [("r1", "new")]


def test_a_register_needs_a_store_that_is_there(folder):
    refused("registers", "add", "s9", "r1", "--dir", folder, code="store-not-found")
    refused("registers", "add", "s1", "Kassa 1", "--dir", folder, code="id-invalid")


def test_a_person_gets_the_code_in_groups_of_four(folder):
    said = run("registers", "add", "s1", "r1", "--dir", folder).stdout

    line = next(line for line in said.splitlines() if line.startswith("  "))
    assert len(line.split()) == CODE_LENGTH // 4
    assert {len(group) for group in line.split()} == {4}


def test_the_old_list_is_imported_and_what_does_not_fit_is_told(folder, tmp_path):
    machines = tmp_path / "OFFLINEKASSAT.TXT"
    machines.write_bytes("KASSA1\r\nKassa_02\r\nÄÄ\r\n\r\n".encode("cp1252"))

    result = run("registers", "import", machines, "--dir", folder, "--json")

    assert result.exit_code == 1, "a part failed"
    report = json.loads(result.stdout)
    assert (report["store"], report["added"], report["unchanged"]) == ("s1", ["kassa1", "kassa-02"], [])
    assert [(one["row"], one["name"]) for one in report["rejected"]] == [(3, "ÄÄ")]
    again = json.loads(run("registers", "import", machines, "--dir", folder, "--json").stdout)
    assert (again["added"], again["unchanged"]) == ([], ["kassa1", "kassa-02"])


def test_the_old_list_needs_a_store_where_there_are_several(folder, tmp_path):
    machines = tmp_path / "OFFLINEKASSAT.TXT"
    machines.write_text("KASSA1\n")
    run("stores", "add", "satama", "--name", "Satama", "--dir", folder)

    assert run("registers", "import", machines, "--dir", folder).exit_code == 2
    assert told("registers", "import", machines, "--store", "satama", "--dir", folder)["added"] == ["kassa1"]


# -- status and push ---------------------------------------------------------------------------------------------------


def test_status_warns_until_the_root_keys_have_been_moved_away(folder, tmp_path):
    assert any("root keys" in warning for warning in told("status", "--dir", folder)["warnings"])

    told("keys", "move-root", tmp_path / "stick", "--dir", folder)

    status = told("status", "--dir", folder)
    assert status["root_keys_here"] == []
    assert not any("root keys" in warning for warning in status["warnings"])


def test_status_counts_and_names_what_a_person_should_see_to(site, folder):
    till = site.enrol()
    till.sell(customer="c-404")
    till.sell()
    site.bring_home(till, till.batch([1]))

    status = told("status", "--dir", folder)

    assert (status["stores"], status["quarantined"], status["incidents"]) == (1, 1, {})
    assert status["registers"] == {"total": 1, "enrolled": 1, "offline": 0, "queued_records": 1}
    assert any("set aside" in warning for warning in status["warnings"])
    assert "warning:" in run("status", "--dir", folder).stdout


def test_status_names_a_register_that_was_set_back_until_it_is_enrolled_anew(site, folder):
    till = site.enrol()
    for _ in range(2):
        till.sell(500)
    site.bring_home(till)
    back = Returning(key=till.key)
    for _ in range(2):
        back.sell(700)
    site.bring_home(back)

    status = told("status", "--dir", folder)
    assert status["incidents"]["sequence_conflict"] == 2
    warning = "r1 was copied or set back to an older copy: 2 records came whose number was taken; enrol it anew"
    assert warning in status["warnings"]

    site.enrol()
    assert warning not in told("status", "--dir", folder)["warnings"]


def test_status_names_a_clock_that_is_off(site, folder):
    till = site.enrol()
    site.check_in(till, clock="2026-11-25T20:00:00.000Z")

    assert any("clock of r1 is 259200 s off" in warning for warning in told("status", "--dir", folder)["warnings"])


def test_a_push_says_how_each_register_ended(site, folder):
    site.enrol("r1")
    site.enrol("r2")
    with lan_of("r1", site.office.keys.sender_signing_key().public) as lan:
        with site.office.storage.write() as connection:
            connection.exec_driver_sql("UPDATE register SET lan_url = ? WHERE register = 'r1'", (lan.url,))

        whole = run("push", "--store", "s1", "--dir", folder, "--json")
        one = told("push", "--register", "r1", "--dir", folder)

    assert whole.exit_code == 1, "r2 could not be reached"
    ended = {item["register"]: (item["state"], item["code"]) for item in json.loads(whole.stdout)["registers"]}
    assert ended == {"r1": ("activated", None), "r2": ("unreachable", "unreachable")}
    assert [item["state"] for item in one["registers"]] == ["activated"]


def test_a_push_to_what_is_not_there_is_refused(folder):
    refused("push", "--store", "s9", "--dir", folder, code="store-not-found")
    refused("push", "--register", "r9", "--dir", folder, code="register-not-found")
    refused("push", "--all", "--dir", folder, code="nothing-to-push")


# -- serve -------------------------------------------------------------------------------------------------------------


def serving(folder: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "server_push", "serve", "--dir", str(folder), "--port", "0", *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_says_when_it_is_ready_and_stops_when_it_is_told(folder, number):
    process = serving(folder)
    try:
        assert process.stdout is not None
        ready = process.stdout.readline().split()
        assert ready[0] == "ready"
        with urllib.request.urlopen(f"{ready[1]}/readyz", timeout=5) as answer:
            assert json.load(answer)["status"] == "pass"
        process.send_signal(number)
        assert process.wait(timeout=15) == 0
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()
    finally:
        process.kill()
        process.wait()


def test_serve_tells_a_program_its_address_in_json(folder):
    process = serving(folder, "--json")
    try:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["url"].startswith("http://127.0.0.1:")
    finally:
        process.terminate()
        process.wait(timeout=15)


def test_a_port_that_is_taken_is_named(folder):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused("serve", "--port", port, "--dir", folder, code="port-taken")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_terminal_shows_the_code_as_a_picture_too(folder):
    import os
    import pty

    reader, writer = pty.openpty()
    command = [sys.executable, "-m", "server_push", "registers", "add", "s1", "r1", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=writer, stderr=writer) as process:
        os.close(writer)
        shown = b""
        while chunk := _read(reader):
            shown += chunk
    os.close(reader)

    assert process.returncode == 0
    assert shown.count("█".encode()) > 100


def _read(terminal: int) -> bytes:
    import os

    try:
        return os.read(terminal, 65_536)
    except OSError:  # how a pseudo-terminal says that the other end has gone
        return b""


def test_the_numbers_of_the_counter_are_set_shown_and_taken_back(folder):
    there = ("--dir", folder, "settings")
    assert told(*there, "show")["defaults"]["age.ask_under"] == 30
    set_ = told(*there, "set", "age.ask_under", "25", "--from", "2026-12-01")
    assert set_ == {"name": "age.ask_under", "store": None, "valid_from": "2026-12-01", "value": 25}
    assert told(*there, "show")["items"] == [set_]
    told(*there, "unset", "age.ask_under", "--from", "2026-12-01")
    assert told(*there, "show")["items"] == []

    refused(*there, "set", "age.ask", "25", code="setting-unknown")
    refused(*there, "set", "age.ask_under", "young", code="setting-invalid")
    refused(*there, "set", "age.ask_under", "25", "--from", "1.12.2026", code="day-invalid")
    refused(*there, "set", "age.ask_under", "25", "--store", "nowhere", code="store-not-found")
    refused(*there, "unset", "age.ask_under", "--from", "2026-12-01", code="setting-not-set")
