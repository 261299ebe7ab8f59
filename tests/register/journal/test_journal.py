"""The only way into the journal: one transaction at a time, whole or not at all."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from poscore.canonical import sha256_hex
from poscore.records import Head, Record, genesis_hash, verify_chain
from register_svc.database import Database
from register_svc.journal.drafts import load_drafts
from register_svc.journal.journal import Journal, Owner, unpack
from register_svc.journal.reading import JournalReader

AT, DAY = "2026-11-22T10:00:00.000Z", "2026-11-22"
GENESIS = genesis_hash("s1", "r1", 1)


def rows(db: Database, epoch: int = 1) -> list[tuple[int, str, bytes]]:
    return JournalReader(db).rows_after(epoch, 0, 1_000_000, 1 << 40)


def note(journal: Journal, n: int = 1, **body: Any) -> Record:
    record = None
    for _ in range(n):
        record = journal.append("note", AT, DAY, body)
    assert record is not None
    return record


def finish(journal: Journal) -> None:
    with journal.write() as writing:
        writing.keep_receipt(writing.append("sale", AT, DAY, {}), "r1-1-000001", "completed", False)


class Broken(Exception):
    pass


# -- appending -----------------------------------------------------------------------------------------------------


def test_an_empty_journal_stands_at_its_genesis(journal: Journal) -> None:
    assert journal.head == Head("r1", 1, 0, GENESIS)


def test_each_record_holds_the_hash_of_the_one_before_it(journal: Journal, db: Database) -> None:
    note(journal, 3)
    kept = rows(db)
    assert [seq for seq, _, _ in kept] == [1, 2, 3]
    assert [sha256_hex(data) for _, _, data in kept] == [digest for _, digest, _ in kept]
    assert [Record.parse(data).prev_hash for _, _, data in kept] == [GENESIS, kept[0][1], kept[1][1]]
    assert journal.head == Head("r1", 1, 3, kept[2][1])


def test_a_record_says_who_when_and_what(journal: Journal) -> None:
    record = journal.append("note", AT, None, {"text": "säilyke"})
    assert record == Record("s1", "r1", 1, 1, GENESIS, AT, None, "note", {"text": "säilyke"})


def test_what_belongs_together_is_one_transaction(journal: Journal, db: Database) -> None:
    with journal.write() as writing:
        first = writing.append("note", AT, DAY, {"n": 1})
        second = writing.append("note", AT, DAY, {"n": 2})
        assert rows(db) == []  # nobody sees half of it
        assert journal.head.seq == 0
    assert second.prev_hash == sha256_hex(first.encoded())
    assert journal.head.seq == 2


def test_the_head_is_found_again_at_the_next_start(journal: Journal, path: Path, db: Database) -> None:
    note(journal, 3)
    assert Journal(db, journal.owner).head == journal.head


def test_a_new_epoch_begins_a_chain_of_its_own_in_the_same_file(journal: Journal, db: Database) -> None:
    note(journal, 2)
    later = Journal(db, Owner("s1", "r1", 2))
    record = note(later)
    assert (record.epoch, record.seq, record.prev_hash) == (2, 1, genesis_hash("s1", "r1", 2))
    assert len(rows(db, 1)) == 2
    assert Journal(db, journal.owner).head.seq == 2


# -- a commit that fails leaves no hole --------------------------------------------------------------------------------


def test_an_error_within_a_transaction_leaves_nothing_of_it(journal: Journal, db: Database) -> None:
    note(journal)

    def fail() -> None:
        with journal.write() as writing:
            writing.append("note", AT, DAY, {})
            writing.save_draft("x", "open", b"x", AT)
            writing.next_number("receipt-1")
            raise Broken

    with pytest.raises(Broken):
        fail()
    assert journal.head.seq == 1
    assert load_drafts(db) == []
    assert note(journal).seq == 2
    with journal.write(durable=False) as writing:
        assert writing.next_number("receipt-1") == 1


def test_a_statement_that_fails_leaves_no_hole(journal: Journal, db: Database) -> None:
    note(journal)
    with db.write() as connection:
        connection.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON receipt BEGIN SELECT RAISE(ABORT, 'cannot be kept'); END"
        )
    with pytest.raises(sqlite3.IntegrityError, match="cannot be kept"):
        finish(journal)
    assert journal.head.seq == 1
    assert note(journal).seq == 2
    assert list(verify_chain(GENESIS, rows(db), journal.head)) == []


def test_a_full_disk_leaves_no_hole(journal: Journal, db: Database) -> None:
    note(journal)
    with db.write() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages + 5}")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        note(journal, 100, text="x" * 2_000)
    stopped_at = journal.head
    assert rows(db)[-1][:2] == (stopped_at.seq, stopped_at.hash)
    with db.write() as connection:
        connection.execute("PRAGMA max_page_count=1000000")
    assert note(journal).seq == stopped_at.seq + 1
    assert list(verify_chain(GENESIS, rows(db), journal.head)) == []


def test_a_body_that_has_no_canonical_form_leaves_no_hole(journal: Journal) -> None:
    with pytest.raises(ValueError, match="float"):
        note(journal, price=1.5)
    assert note(journal).seq == 1


def test_a_record_is_never_appended_without_a_sync(journal: Journal, db: Database) -> None:
    with pytest.raises(RuntimeError, match="durably"), journal.write(durable=False) as writing:
        writing.append("note", AT, DAY, {})
    assert rows(db) == []
    assert journal.head.seq == 0


# -- series, drafts, receipts ------------------------------------------------------------------------------------------


def test_every_series_counts_from_one_for_itself(journal: Journal) -> None:
    with journal.write(durable=False) as writing:
        assert [writing.next_number("receipt-1") for _ in range(3)] == [1, 2, 3]
        assert writing.next_number("training-1") == 1


def test_a_draft_is_kept_changed_and_deleted(journal: Journal, db: Database) -> None:
    with journal.write(durable=False) as writing:
        writing.save_draft("b", "open", b'{"n":1}', "2026-11-22T10:00:02.000Z")
        writing.save_draft("a", "parked", b"{}", "2026-11-22T10:00:01.000Z")
    with journal.write(durable=False) as writing:
        writing.save_draft("b", "parked", "ä".encode() * 5_000, "2026-11-22T10:00:03.000Z")
    found = load_drafts(db)
    assert [(draft.sale_id, draft.state, draft.changed_at[-5:]) for draft in found] == [
        ("a", "parked", ".000Z"),
        ("b", "parked", ".000Z"),
    ]
    assert found[1].document == "ä".encode() * 5_000
    with journal.write() as writing:
        writing.delete_draft("b")
    assert [draft.sale_id for draft in load_drafts(db)] == ["a"]


def test_what_is_packed_is_smaller_and_comes_back(journal: Journal) -> None:
    data = b'{"name":"maito","quantity":"1"}' * 50
    with journal.write(durable=False) as writing:
        frames = [writing.pack(data) for _ in range(3)]
    assert [unpack(frame) for frame in frames] == [data] * 3
    assert len(frames[0]) < len(data) / 5


def test_two_finished_sales_cannot_have_one_number(journal: Journal) -> None:
    finish(journal)
    with pytest.raises(sqlite3.IntegrityError):
        finish(journal)
    assert journal.head.seq == 1


# -- the file ------------------------------------------------------------------------------------------------------


def test_durable_writes_are_synced_and_drafts_are_not(journal: Journal, db: Database) -> None:
    def synchronous() -> int:
        with db._lock:
            return int(db._writer.execute("PRAGMA synchronous").fetchone()[0])

    with journal.write(durable=False):
        pass
    assert synchronous() == 1  # NORMAL
    note(journal)
    assert synchronous() == 2  # FULL
    assert db._writer.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_writers_of_many_threads_make_one_chain(journal: Journal, db: Database) -> None:
    threads = [threading.Thread(target=note, args=(journal, 20)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert journal.head.seq == 80
    assert list(verify_chain(GENESIS, rows(db), journal.head)) == []


def test_a_reader_never_waits_for_the_writer_and_cannot_write(journal: Journal, db: Database) -> None:
    note(journal)
    with journal.write() as writing:
        writing.append("note", AT, DAY, {})
        assert len(rows(db)) == 1
    assert len(rows(db)) == 2
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        db.reader.execute("DELETE FROM journal")


def test_the_tables_are_made_once(path: Path, journal: Journal, db: Database) -> None:
    note(journal)
    again = Database(path, [*_migrations(), _later])
    assert [row[0] for row in again.reader.execute("SELECT name FROM sqlite_master WHERE name = 'later'")] == ["later"]
    assert len(rows(again)) == 1
    again.close()
    Database(path, [*_migrations(), _later]).close()


def _migrations() -> list[Any]:
    from register_svc.journal.schema import MIGRATIONS

    return list(MIGRATIONS)


def _later(db: Any) -> None:
    db.execute("CREATE TABLE later(x)")


def test_a_migration_that_fails_is_not_taken_for_done(path: Path, db: Database) -> None:
    def _broken(_: Any) -> None:
        raise Broken

    with pytest.raises(Broken):
        Database(path, [*_migrations(), _broken])
    Database(path, [*_migrations(), _later]).close()
