"""Backups: what they hold, that they are proved, and that nothing is deleted when one fails."""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from poscore.errors import Fault
from poscore.records import Record
from register_svc.journal import copying
from register_svc.journal.backup import Backup, Backups, Keep, Sources, backups_in
from register_svc.journal.backup_check import backup_check
from register_svc.journal.journal import Owner
from register_svc.journal.restore import restore
from register_svc.journal.verify import verify_journal
from tests.support.books import NOON, Books


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def seqs(backup: Backup) -> list[int]:
    return [row[0] for row in rows(backup.folder / "journal.db", "SELECT seq FROM journal ORDER BY id")]


def restored(backup: Backup, into: Path) -> Path:
    into.mkdir()
    restore(backup, into)
    return into / "journal.db"


def test_the_first_is_full_and_the_next_holds_what_came_after(books: Books) -> None:
    books.sell(5)
    first = books.make()
    books.sell(3)
    second = books.make(days=1)

    assert (first.kind, second.kind) == ("full", "part")
    assert seqs(first) == [1, 2, 3, 4, 5]
    assert seqs(second) == [6, 7, 8]
    assert second.base == first.folder.name


def test_each_month_begins_with_a_full_one(books: Books) -> None:
    books.sell(2)
    kinds = [books.make(days).kind for days in (0, 3, 8, 9, 20, 39.5)]
    assert kinds == ["full", "part", "part", "full", "part", "full"]  # 22 November, …, 1 December, …, 1 January


def test_drafts_and_state_are_whole_in_every_backup(books: Books) -> None:
    books.sell(2)
    books.draft(b"first")
    books.make()
    books.draft(b"second")
    with books.state_db.write() as connection:
        connection.execute("INSERT INTO mode VALUES(1, 'offline-by-staff', 'x', '101', NULL)")
    part = books.make(days=1)

    ((document,),) = rows(part.folder / "journal.db", "SELECT document FROM draft")
    assert document.endswith(b"second")  # a frame around it
    assert rows(part.folder / "state.db", "SELECT state, by FROM mode") == [("offline-by-staff", "101")]


def test_full_and_parts_restore_to_the_very_journal(books: Books, tmp_path: Path) -> None:
    books.sell(7)
    for days in range(1, 4):
        books.make(days)
        books.sell(days * 2)
        books.draft(f"open on day {days}".encode())
    last = books.make(days=4)

    journal = restored(last, tmp_path / "again")

    for table in ("journal", "receipt", "draft", "counter"):
        wanted = rows(books.folder / "journal.db", f"SELECT * FROM {table} ORDER BY 1")
        assert rows(journal, f"SELECT * FROM {table} ORDER BY 1") == wanted
    assert verify_journal(journal, "s1", "r1", 1, books.journal.head).records == 19


def test_a_restored_file_can_be_opened_and_sold_on(books: Books, tmp_path: Path) -> None:
    books.sell(3)
    backup = books.make()
    into = tmp_path / "again"
    into.mkdir()
    restore(backup, into)

    again = Books(into)
    again.in_epoch(2)
    again.sell(1)
    assert again.journal.head.seq == 1
    again.close()


def test_several_epochs_are_backed_up_and_restored(books: Books, tmp_path: Path) -> None:
    books.sell(4)
    books.make()
    books.in_epoch(2)
    books.sell(2)
    part = books.make(days=1)

    assert part.kind == "part"
    assert {epoch: head.seq for epoch, head in part.heads.items()} == {1: 4, 2: 2}
    assert rows(restored(part, tmp_path / "again"), "SELECT epoch, count(*) FROM journal GROUP BY 1") == [
        (1, 4),
        (2, 2),
    ]


def test_an_empty_journal_is_backed_up_too(books: Books, tmp_path: Path) -> None:
    backup = books.make()
    assert backup.records == 0
    assert rows(restored(backup, tmp_path / "again"), "SELECT count(*) FROM journal") == [(0,)]


def test_selling_goes_on_while_a_backup_is_made(books: Books, tmp_path: Path) -> None:
    books.sell(300)
    stop = threading.Event()

    def sell() -> None:
        while not stop.is_set():
            books.sell(1)

    seller = threading.Thread(target=sell)
    seller.start()
    try:
        made = [books.make(days) for days in (0, 0.1, 0.2, 0.3)]
    finally:
        stop.set()
        seller.join()

    assert books.sold > made[-1].records >= made[0].records >= 300
    assert verify_journal(restored(made[-1], tmp_path / "again"), "s1", "r1", 1).ok


def test_the_newest_stay_with_all_that_they_build_on(books: Books) -> None:
    books.sell(1)
    for days in (0, 1, 2, 9, 10, 11):  # two months: full, part, part, full, part, part
        books.make(days, keep=2)
    kinds = [(one.n, one.kind) for one in backups_in(books.folder / "backups")]
    assert kinds == [(4, "full"), (5, "part"), (6, "part")]


def test_those_of_the_last_days_stay_however_many_they_are(books: Books) -> None:
    books.sell(1)
    for days in (0, 9, 10, 20, 23.2, 23.4, 23.6, 23.8):
        books.make(days, keep=2, keep_days=3)
    made = [one.made_at[:13] for one in backups_in(books.folder / "backups")]
    # the full one of the month is what the others build on
    assert made == [f"2026-12-{at}" for at in ("01T12", "02T12", "12T12", "15T16", "15T21", "16T02", "16T07")]


def test_what_a_kill_left_half_written_is_no_backup_and_goes_with_the_next_success(books: Books) -> None:
    books.sell(1)
    half = books.folder / "backups" / "20261122T120000Z-000001-full"
    half.mkdir(parents=True)
    (half / "journal.db").write_bytes(b"half")

    assert books.backups().last is None
    made = books.make()
    assert not half.exists()
    assert [one.folder for one in backups_in(books.folder / "backups")] == [made.folder]


# -- when it fails -----------------------------------------------------------------------------------------------------


def test_a_failed_backup_deletes_nothing_and_is_shown(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    books.sell(1)
    for days in (0, 9, 40):
        books.make(days)
    before = sorted(path.name for path in (books.folder / "backups").iterdir())
    backups = books.backups(keep=2)
    monkeypatch.setattr(copying, "copy_part", fails)
    monkeypatch.setattr(copying, "copy_whole", fails)

    with pytest.raises(Fault) as raised:
        backups.make(NOON + timedelta(days=41))

    assert raised.value.code == "backup"
    assert sorted(path.name for path in (books.folder / "backups").iterdir()) == before
    assert backup_check(backups, NOON).status == "fail"
    monkeypatch.undo()
    backups.make(NOON + timedelta(days=41))
    assert backup_check(backups, NOON + timedelta(days=41)).status == "pass"


def fails(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_an_unwritable_folder_is_a_failed_backup(books: Books) -> None:
    (books.folder / "backups").write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(Fault) as raised:
        books.make()
    assert raised.value.code == "backup"


@pytest.mark.parametrize("spoil", ["edited", "lost", "swapped", "cut"])
def test_a_copy_that_is_not_the_journal_is_never_called_a_backup(
    books: Books, monkeypatch: pytest.MonkeyPatch, spoil: str
) -> None:
    """The disk wrote something else than it was given."""
    books.sell(2)
    books.make()
    books.sell(5)
    real = copying.copy_part

    def spoilt(source: Path, target: Path, after: copying.Heads) -> None:
        real(source, target, after)
        with closing(sqlite3.connect(target)) as connection:
            connection.execute(
                {
                    "edited": "UPDATE journal SET record = replace(record, '\"n\":4', '\"n\":5') WHERE seq = 4",
                    "lost": "DELETE FROM journal WHERE seq = 4",
                    "swapped": "UPDATE journal SET hash = (SELECT hash FROM journal WHERE seq = 5) WHERE seq = 4",
                    "cut": "DELETE FROM journal WHERE seq > 5",
                }[spoil]
            )
            connection.commit()

    monkeypatch.setattr(copying, "copy_part", spoilt)
    with pytest.raises(Fault) as raised:
        books.make(days=1)
    assert raised.value.code == "backup"
    assert len(backups_in(books.folder / "backups")) == 1


def test_a_journal_that_does_not_continue_the_last_backup_is_backed_up_in_full(books: Books, tmp_path: Path) -> None:
    books.sell(5)
    books.make()
    (tmp_path / "other").mkdir()
    other = Books(tmp_path / "other")
    other.sold = 100
    other.sell(6)
    sources = Sources(other.folder / "journal.db", other.folder / "state.db")
    made = Backups(sources, books.folder / "backups", other.owner, Keep(40)).make(NOON + timedelta(days=1))
    other.close()
    assert made.kind == "full"


def test_a_part_without_its_base_is_not_built_upon(books: Books) -> None:
    books.sell(2)
    first = books.make()
    books.make(days=1)
    (first.folder / "journal.db").unlink()
    assert books.make(days=2).kind == "full"


def test_another_registers_backups_in_the_same_folder_are_left_alone(books: Books, tmp_path: Path) -> None:
    books.sell(2)
    mine = books.make()
    (tmp_path / "r2").mkdir()
    other = Books(tmp_path / "r2")
    sources = Sources(other.folder / "journal.db", other.folder / "state.db")
    backups = Backups(sources, mine.folder.parent, Owner("s1", "r2", 1), Keep(2))
    for days in range(5):
        backups.make(NOON + timedelta(days=days))
    other.close()
    assert mine.folder in {one.folder for one in backups_in(mine.folder.parent)}
    assert books.backups().last == mine


# -- restoring ---------------------------------------------------------------------------------------------------------


def test_a_damaged_backup_is_not_restored(books: Books, tmp_path: Path) -> None:
    books.sell(3)
    backup = books.make()
    path = backup.folder / "journal.db"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    (tmp_path / "again").mkdir()
    with pytest.raises(Fault) as raised:
        restore(backup, tmp_path / "again")
    assert raised.value.code == "backup-damaged"
    assert list((tmp_path / "again").iterdir()) == []


def test_a_part_whose_base_is_gone_is_not_restored(books: Books, tmp_path: Path) -> None:
    books.sell(3)
    first = books.make()
    part = books.make(days=1)
    (first.folder / "backup.json").unlink()
    (tmp_path / "again").mkdir()
    with pytest.raises(Fault, match="missing"):
        restore(part, tmp_path / "again")


def test_a_journal_is_never_overwritten_by_a_restore(books: Books) -> None:
    books.sell(3)
    with pytest.raises(FileExistsError):
        restore(books.make(), books.folder)
    assert books.journal.head.seq == 3


# -- the health list ---------------------------------------------------------------------------------------------------


def test_no_backup_and_an_old_one_are_warnings(books: Books) -> None:
    backups = books.backups()
    assert backup_check(backups, NOON).status == "warn"
    backups.make(NOON)
    check = backup_check(backups, NOON + timedelta(days=7))
    assert (check.status, check.value["made_at"]) == ("pass", "2026-11-22T12:00:00.000Z")
    assert backup_check(backups, NOON + timedelta(days=9)).status == "warn"


def test_the_last_backup_is_known_after_a_restart(books: Books) -> None:
    made = books.make()
    assert books.backups().last == made


def test_the_manifest_says_what_the_backup_holds(books: Books) -> None:
    books.sell(2)
    made = books.make()
    wire = json.loads((made.folder / "backup.json").read_text(encoding="utf-8"))
    assert wire["heads"] == [{"register": "r1", "epoch": 1, "seq": 2, "hash": books.journal.head.hash}]
    assert set(wire["files"]) == {"journal.db", "state.db"}
    data = rows(made.folder / "journal.db", "SELECT record FROM journal WHERE seq = 2")[0][0]
    assert Record.parse(data).seq == 2
