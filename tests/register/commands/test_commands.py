"""The commands, as a technician or a script uses them: answers, exit codes, and the service that runs meanwhile."""

from __future__ import annotations

import json
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from poscore.records import Record
from poscore.tokens import SigningKey
from register_svc.__main__ import main
from register_svc.durable_files import FolderLock
from register_svc.identity import Identity
from register_svc.register import build
from register_svc.till.cash_count import CashCount
from register_svc.till.people import Session
from tests.support.forging import forge
from tests.support.stand_in_office import StandInOffice


@pytest.fixture
def office() -> Iterator[StandInOffice]:
    office = StandInOffice()
    yield office
    office.close()


@pytest.fixture
def folder(tmp_path: Path, office: StandInOffice) -> Path:
    """An enrolled register that has never run."""
    folder = tmp_path / "r1"
    assert call("enrol", *enrolment(office, folder)).exit_code == 0
    return folder


def enrolment(office: StandInOffice, folder: Path, *more: str, code: str | None = None) -> list[str]:
    at = ["--head-office", office.url, "--code", code or office.new_code("s1", "r1"), "--dir", str(folder)]
    return [*at, "--till-port", "0", "--lan-host", "127.0.0.1", "--lan-port", "0", *more]


def call(*words: str) -> Result:
    return CliRunner().invoke(main, list(words), catch_exceptions=False)


def answer(*words: str, expect: int = 0) -> dict[str, Any]:
    result = call(*words, "--json")
    assert result.exit_code == expect, result.output
    wire: dict[str, Any] = json.loads(result.stdout)
    return wire


def refusal(*words: str) -> dict[str, Any]:
    result = call(*words, "--json")
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    wire: dict[str, Any] = json.loads(result.stderr)
    return wire


def write_records(folder: Path, count: int) -> None:
    """As the service does at its start."""
    register = build(folder)
    for _ in range(count):
        register.desk.journal.append("note", "2026-11-22T20:00:00.000Z", None, {})
    register.stop()


def close_a_shift(folder: Path) -> None:
    register, session = build(folder), Session("", "101", "Matti", "cashier")
    register.shifts.open(session, 10_000, None)
    register.shifts.close(session, CashCount(10_000), None)
    register.stop()


# -- enrol -------------------------------------------------------------------------------------------------------------


def test_enrol_answers_who_the_register_is_and_makes_everything_ready(tmp_path: Path, office: StandInOffice) -> None:
    folder = tmp_path / "deep" / "r1"
    assert answer("enrol", *enrolment(office, folder)) == {"store": "s1", "register": "r1", "epoch": 1}
    names = {path.name for path in folder.iterdir()}
    assert {"settings.toml", "identity.json", "journal.db", "state.db", "backups"} <= names
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(list((folder / "backups").glob("*-full/backup.json"))) == 1


def test_enrol_writes_what_it_was_told_into_the_settings(tmp_path: Path, office: StandInOffice) -> None:
    more = ["--till-port", "18080", "--lan-port", "18081", "--lan-url", "http://shop.example.fi:81"]
    call("enrol", *enrolment(office, tmp_path / "r1", *more))
    text = (tmp_path / "r1" / "settings.toml").read_text(encoding="utf-8")
    for line in ("port = 18080", "port = 18081", 'host = "127.0.0.1"', 'url = "http://shop.example.fi:81"'):
        assert line in text


def test_enrol_again_keeps_the_settings_that_are_not_named(folder: Path, office: StandInOffice) -> None:
    path = folder / "settings.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("keep = 40", "keep = 9"), encoding="utf-8")
    code = office.new_code("s1", "r1")
    wire = answer("enrol", "--head-office", office.url, "--code", code, "--dir", str(folder), "--till-port", "18080")
    assert wire["epoch"] == 2
    text = path.read_text(encoding="utf-8")
    assert "keep = 9" in text
    assert "port = 18080" in text
    assert 'host = "127.0.0.1"' in text


def test_enrol_with_a_wrong_code_fails_with_one_line(tmp_path: Path, office: StandInOffice) -> None:
    result = call("enrol", *enrolment(office, tmp_path / "r1", code="A" * 52))
    assert result.exit_code == 1
    assert result.stderr.startswith("code-wrong: ")
    assert result.stderr.count("\n") == 1


def test_enrol_without_head_office_says_that_the_command_may_be_run_again(
    tmp_path: Path, office: StandInOffice
) -> None:
    words = enrolment(office, tmp_path / "r1")
    office.close()
    said = refusal("enrol", *words)
    assert said["code"] == "head-office-unreachable"
    assert "run again" in said["hint"]


def test_enrol_with_unsent_records_wants_force(folder: Path, office: StandInOffice) -> None:
    write_records(folder, 3)
    assert refusal("enrol", *enrolment(office, folder))["code"] == "records-unsent"
    assert answer("enrol", *enrolment(office, folder, "--force"))["epoch"] == 2
    verdict = answer("verify-journal", "--dir", str(folder))
    assert (verdict["ok"], verdict["records"], verdict["epoch"], verdict["seq"]) == (True, 3, 2, 0)


@pytest.mark.parametrize(
    "words",
    [
        ["enrol", "--dir", "x"],
        ["enrol", "--head-office", "http://127.0.0.1:1", "--code", "x", "--dir", "x", "--till-port", "70000"],
        ["enrol", "--head-office", "not an address", "--code", "x"],
        ["status"],
        ["snapshots", "rollback", "--dir", "x"],
        ["no-such-command"],
        ["run", "--no-such-option"],
    ],
)
def test_a_command_used_wrongly_exits_2(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert call(*words).exit_code == 2


@pytest.mark.parametrize(
    "words",
    [["run"], ["status"], ["backup"], ["verify-journal"], ["snapshots", "list"], ["export-journal", "out"]],
)
def test_a_folder_without_a_register_says_so(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert refusal(*words, "--dir", str(tmp_path / "nothing"))["code"] == "not-enrolled"
    assert list(tmp_path.iterdir()) == []


def test_run_in_an_empty_folder_says_that_nothing_is_enrolled_there(tmp_path: Path) -> None:
    assert refusal("run", "--dir", str(tmp_path))["code"] == "not-enrolled"


def test_dir_and_json_may_stand_before_the_command(folder: Path) -> None:
    result = call("--json", "--dir", str(folder), "status")
    assert json.loads(result.stdout)["register"] == "r1"


def test_settings_that_are_wrong_are_named(folder: Path) -> None:
    (folder / "settings.toml").write_text("[till]\nport = 1\n", encoding="utf-8")
    said = refusal("backup", "--dir", str(folder))
    assert said["code"] == "settings-invalid"
    assert "[head_office]" in said["detail"]


# -- the journal -------------------------------------------------------------------------------------------------------


def test_verify_journal_of_a_sound_journal(folder: Path) -> None:
    write_records(folder, 3)
    verdict = answer("verify-journal", "--dir", str(folder))
    assert list(verdict) == ["ok", "records", "epoch", "seq", "hash", "findings"]
    assert (verdict["ok"], verdict["records"], verdict["seq"], verdict["findings"]) == (True, 3, 3, [])


def test_verify_journal_of_an_edited_journal_exits_1_and_names_the_record(folder: Path) -> None:
    write_records(folder, 3)
    with closing(sqlite3.connect(folder / "journal.db")) as connection:
        connection.execute("UPDATE journal SET record = replace(record, 'note', 'nope') WHERE seq = 2")
        connection.commit()
    verdict = answer("verify-journal", "--dir", str(folder), expect=1)
    assert not verdict["ok"]
    assert {(one["seq"], one["kind"]) for one in verdict["findings"]} >= {(2, "edited")}


def test_verify_journal_sees_a_tail_that_head_office_has_and_the_journal_lost(folder: Path) -> None:
    write_records(folder, 3)
    digest = answer("verify-journal", "--dir", str(folder))["hash"]
    with closing(sqlite3.connect(folder / "state.db")) as state:
        state.execute("INSERT INTO watermark VALUES(1, 3, ?, '2026-11-22T20:00:00.000Z')", (digest,))
        state.commit()
    with closing(sqlite3.connect(folder / "journal.db")) as connection:
        connection.execute("DELETE FROM journal WHERE seq = 3")
        connection.commit()
    verdict = answer("verify-journal", "--dir", str(folder), expect=1)
    assert [one["kind"] for one in verdict["findings"]] == ["tail-missing"]


def test_verify_journal_proves_every_z_by_the_registers_own_key(folder: Path) -> None:
    close_a_shift(folder)
    assert answer("verify-journal", "--dir", str(folder))["findings"] == []
    forge(folder / "journal.db", lambda journal: journal, stolen_key=SigningKey.generate())
    verdict = answer("verify-journal", "--dir", str(folder), expect=1)
    assert [finding["kind"] for finding in verdict["findings"]] == ["z-differs"]


def test_verify_journal_after_a_new_enrolment_knows_the_keys_of_both_epochs(
    folder: Path, office: StandInOffice
) -> None:
    close_a_shift(folder)
    assert call("enrol", *enrolment(office, folder, "--force")).exit_code == 0
    close_a_shift(folder)
    assert answer("verify-journal", "--dir", str(folder))["findings"] == []
    assert list(Identity.load(folder).public_keys()) == [1, 2]


def test_a_shift_closes_with_a_key_that_cannot_sign_and_verify_journal_says_so(folder: Path) -> None:
    identity = folder / "identity.json"
    whole = json.loads(identity.read_text(encoding="utf-8"))
    identity.write_text(json.dumps({**whole, "private_key": "{}"}), encoding="utf-8")
    close_a_shift(folder)
    identity.write_text(json.dumps(whole), encoding="utf-8")
    verdict = answer("verify-journal", "--dir", str(folder), expect=1)
    assert [finding["kind"] for finding in verdict["findings"]] == ["z-differs"]


def test_export_journal_is_a_chain_that_a_checksum_tool_can_follow(folder: Path, tmp_path: Path) -> None:
    write_records(folder, 4)
    wire = answer("export-journal", str(tmp_path / "out.jsonl"), "--dir", str(folder))
    data = (tmp_path / "out.jsonl").read_bytes()
    assert (wire["records"], wire["bytes"], wire["sha256"]) == (4, len(data), sha256(data).hexdigest())
    lines = data.splitlines()
    for before, after in pairwise(lines):
        assert Record.parse(after).prev_hash == sha256(before).hexdigest()


def test_export_journal_overwrites_nothing(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_text("precious", encoding="utf-8")
    assert refusal("export-journal", str(tmp_path / "out.jsonl"), "--dir", str(folder))["code"] == "file-exists"
    assert (tmp_path / "out.jsonl").read_text(encoding="utf-8") == "precious"


# -- backup ------------------------------------------------------------------------------------------------------------


def test_backup_makes_one_and_check_restores_it(folder: Path) -> None:
    write_records(folder, 3)
    made = answer("backup", "--dir", str(folder))
    assert (made["kind"], made["records"]) == ("part", 3)
    checked = answer("backup", "--check", "--dir", str(folder))
    assert checked["restored"] is True
    assert checked["folder"] == made["folder"]
    assert {path.suffix for path in (folder / "backups").iterdir()} == {""}  # nothing is left of the check


def test_backup_check_of_a_spoilt_backup_exits_1(folder: Path) -> None:
    write_records(folder, 3)
    made = answer("backup", "--dir", str(folder))
    with (Path(made["folder"]) / "journal.db").open("r+b") as file:
        file.seek(5000)
        file.write(b"spoilt")
    assert refusal("backup", "--check", "--dir", str(folder))["code"] == "backup-damaged"


def test_a_backup_that_cannot_be_made_exits_1(folder: Path) -> None:
    path = folder / "settings.toml"
    text = path.read_text(encoding="utf-8").replace('dir = "backups"', 'dir = "settings.toml/backups"')
    path.write_text(text, encoding="utf-8")
    assert refusal("backup", "--dir", str(folder))["code"] == "backup"


# -- while something works in the folder -------------------------------------------------------------------------------


def test_a_second_run_and_an_enrolment_are_refused_while_the_folder_is_in_use(
    folder: Path, office: StandInOffice
) -> None:
    lock = FolderLock(folder)
    try:
        assert refusal("run", "--dir", str(folder))["code"] == "already-running"
        assert refusal("enrol", *enrolment(office, folder))["code"] == "already-running"
        assert refusal("backup", "--dir", str(folder))["code"] == "not-answering"  # locked, and no service to ask
    finally:
        lock.release()


def test_status_of_a_register_that_does_not_run(folder: Path) -> None:
    wire = answer("status", "--dir", str(folder))
    assert (wire["register"], wire["epoch"], wire["running"], wire["health"]) == ("r1", 1, False, None)


def test_snapshots_of_a_register_that_has_none(folder: Path) -> None:
    assert answer("snapshots", "list", "--dir", str(folder))["slots"] == []
    assert refusal("snapshots", "rollback", "4", "--dir", str(folder))["code"] == "snapshot-not-found"
