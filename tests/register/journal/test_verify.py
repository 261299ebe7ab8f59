"""Verifying a journal file: whatever is done to it with SQLite's own tools is found."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from poscore import records
from poscore.canonical import sha256_hex
from poscore.errors import Fault
from poscore.ids import ReceiptNo
from poscore.records import Head, Record, genesis_hash
from register_svc.database import Database
from register_svc.journal.journal import Journal, Owner
from register_svc.journal.verify import Verdict, receipt_series, verify_journal

AT, DAY = "2026-11-22T10:00:00.000Z", "2026-11-22"
LENGTH = 5


def finish(journal: Journal, *, training: bool = False, kind: str = records.SALE) -> str:
    epoch = journal.owner.epoch
    with journal.write() as writing:
        number = ReceiptNo("r1", epoch, writing.next_number(receipt_series(epoch, training)), training).text
        writing.append(kind, AT, DAY, {"sale": {"receipt_no": number}})
    return number


def draft(journal: Journal) -> str:
    with journal.write(durable=False) as writing:
        number = ReceiptNo("r1", 1, writing.next_number(receipt_series(1, False))).text
        writing.save_draft(number, "open", b"{}", AT)
    return number


@pytest.fixture
def sold(journal: Journal) -> Journal:
    """Five sales."""
    for _ in range(LENGTH):
        finish(journal)
    return journal


def verdict(path: Path, head: Head | None = None, epoch: int = 1) -> Verdict:
    return verify_journal(path, "s1", "r1", epoch, head)


def kinds(path: Path, head: Head | None = None) -> list[tuple[int, str]]:
    return [(finding.seq, finding.kind) for finding in verdict(path, head).findings]


def tamper(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


# -- sound ---------------------------------------------------------------------------------------------------------


def test_a_sound_journal_is_told_with_its_end(sold: Journal, path: Path) -> None:
    assert verdict(path, sold.head) == Verdict(True, LENGTH, 1, LENGTH, sold.head.hash, ())


def test_an_empty_journal_is_sound(journal: Journal, path: Path) -> None:
    assert verdict(path) == Verdict(True, 0, 1, 0, genesis_hash("s1", "r1", 1), ())


def test_every_epoch_in_the_file_is_verified(sold: Journal, db: Database, path: Path) -> None:
    later = Journal(db, Owner("s1", "r1", 2))
    finish(later)
    assert verdict(path, epoch=2) == Verdict(True, LENGTH + 1, 2, 1, later.head.hash, ())
    tamper(path, "DELETE FROM journal WHERE epoch = 1 AND seq = 2")
    assert verdict(path, epoch=2).findings[0].kind == "missing"


def test_a_new_epoch_without_a_record_is_the_end(sold: Journal, path: Path) -> None:
    assert verdict(path, epoch=2) == Verdict(True, LENGTH, 2, 0, genesis_hash("s1", "r1", 2), ())


def test_a_copy_without_the_writers_other_files_can_be_verified(
    sold: Journal, db: Database, path: Path, tmp_path: Path
) -> None:
    db.close()
    copy = tmp_path / "copy of journal?#%.db"
    shutil.copy(path, copy)
    copy.chmod(0o444)
    assert verdict(copy).ok


def test_verifying_while_the_register_runs_sees_one_moment(sold: Journal, path: Path) -> None:
    with sold.write() as writing:
        writing.append("note", AT, DAY, {})
        assert verdict(path) == Verdict(True, LENGTH, 1, LENGTH, sold.head.hash, ())


# -- tampered with -------------------------------------------------------------------------------------------------


def test_an_edited_record_is_found(sold: Journal, path: Path) -> None:
    tamper(path, "UPDATE journal SET record = replace(CAST(record AS TEXT), '000003', '000009') WHERE seq = 3")
    found = kinds(path)
    assert (3, "edited") in found
    assert (0, "receipt-missing") in found


def test_a_removed_middle_is_found(sold: Journal, path: Path) -> None:
    tamper(path, "DELETE FROM journal WHERE seq IN (2, 3)")
    assert kinds(path) == [(2, "missing"), (0, "receipt-missing")]
    assert verdict(path).findings[1].detail == "nothing accounts for receipts r1-1-000002 to r1-1-000003"


def test_a_removed_tail_is_found_by_the_signed_head_and_by_the_receipt_numbers(sold: Journal, path: Path) -> None:
    head = sold.head
    tamper(path, f"DELETE FROM journal WHERE seq = {LENGTH}")
    assert kinds(path) == [(0, "receipt-missing")]
    assert kinds(path, head) == [(LENGTH, "tail-missing"), (0, "receipt-missing")]


def test_swapped_records_are_found(sold: Journal, path: Path) -> None:
    tamper(
        path,
        "CREATE TEMP TABLE x AS SELECT seq, hash, record FROM journal WHERE seq IN (2, 4)",
        "UPDATE journal SET (hash, record) = (SELECT hash, record FROM x WHERE x.seq = 6 - journal.seq)"
        " WHERE seq IN (2, 4)",
    )
    assert {(2, "swapped"), (4, "swapped")} <= set(kinds(path))


def test_rows_in_another_order_are_found(sold: Journal, path: Path) -> None:
    tamper(path, "UPDATE journal SET id = 100 WHERE seq = 2")
    assert (2, "swapped") in kinds(path)


def test_a_duplicate_is_found(sold: Journal, path: Path) -> None:
    tamper(
        path,
        "CREATE TABLE loose AS SELECT * FROM journal",
        "DROP TABLE journal",
        "ALTER TABLE loose RENAME TO journal",
        "INSERT INTO journal SELECT 99, epoch, seq, hash, record FROM journal WHERE seq = 3",
    )
    found = kinds(path)
    assert (3, "duplicate") in found
    assert (3, "duplicate-receipt") in found


def test_the_last_record_forged_with_its_hash_is_found_by_the_signed_head(sold: Journal, path: Path) -> None:
    head = sold.head
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        data = connection.execute("SELECT record FROM journal WHERE seq = ?", (LENGTH,)).fetchone()[0]
        forged = bytes(data).replace(b"T10:00", b"T09:00")
        connection.execute(
            "UPDATE journal SET record = ?, hash = ? WHERE seq = ?", (forged, sha256_hex(forged), LENGTH)
        )
    assert kinds(path) == []
    assert kinds(path, head) == [(LENGTH, "head-differs")]


def test_the_journal_of_another_register_is_found(sold: Journal, path: Path) -> None:
    assert verify_journal(path, "s1", "r2", 1).findings[0].kind == "chain-break"
    assert verify_journal(path, "s2", "r1", 1).findings[0].kind == "chain-break"


def test_a_record_of_another_register_put_in_its_place_is_found(sold: Journal, path: Path, tmp_path: Path) -> None:
    other_db = Database(tmp_path / "other.db", _migrations())
    other = Journal(other_db, Owner("s1", "r2", 1))
    for _ in range(LENGTH):
        finish(other)
    other_db.close()
    tamper(
        path,
        f"ATTACH '{tmp_path / 'other.db'}' AS other",
        "UPDATE journal SET (hash, record) = (SELECT hash, record FROM other.journal o WHERE o.seq = 3) WHERE seq = 3",
    )
    assert {(3, "foreign"), (3, "chain-break"), (4, "chain-break")} <= set(kinds(path))


def _migrations() -> tuple[Callable[..., None], ...]:
    from register_svc.journal.schema import MIGRATIONS

    return MIGRATIONS


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET record = 5 WHERE seq = 3",
        "UPDATE journal SET record = '' WHERE seq = 3",
        "UPDATE journal SET record = x'ff00' WHERE seq = 3",
        "UPDATE journal SET record = substr(record, 1, 50) WHERE seq = 3",
        "UPDATE journal SET hash = 'x' WHERE seq = 3",
        "UPDATE journal SET hash = 5 WHERE seq = 3",
        "UPDATE journal SET seq = 'three' WHERE seq = 3",
        "UPDATE journal SET seq = 30 WHERE seq = 3",
        "UPDATE journal SET epoch = 2 WHERE seq = 3",
        "UPDATE counter SET value = 1000000000000",
        "DELETE FROM journal",
    ],
)
def test_whatever_is_written_into_it_is_found_and_ends(sold: Journal, path: Path, statement: str) -> None:
    tamper(path, statement)
    assert not verdict(path).ok


# -- receipt numbers -----------------------------------------------------------------------------------------------


def test_a_missing_receipt_number_is_found(sold: Journal, path: Path) -> None:
    tamper(path, "UPDATE counter SET value = value + 1")
    assert [finding.detail for finding in verdict(path).findings] == ["nothing accounts for receipt r1-1-000006"]


def test_an_open_draft_accounts_for_its_number_and_for_no_other(sold: Journal, path: Path) -> None:
    first, second = draft(sold), draft(sold)
    finish(sold)
    assert verdict(path).ok
    tamper(path, f"DELETE FROM draft WHERE sale_id = '{first}'")
    assert [finding.detail for finding in verdict(path).findings] == [f"nothing accounts for receipt {first}"]
    tamper(path, f"UPDATE draft SET sale_id = 'rubbish' WHERE sale_id = '{second}'")
    assert [finding.detail for finding in verdict(path).findings] == [
        f"nothing accounts for receipts {first} to {second}"
    ]


def test_an_aborted_sale_accounts_for_its_number(sold: Journal, path: Path) -> None:
    finish(sold, kind=records.SALE_ABORTED)
    assert verdict(path).ok


def test_training_has_a_series_of_its_own(sold: Journal, path: Path) -> None:
    finish(sold, training=True)
    assert verdict(path).ok
    tamper(path, "UPDATE counter SET value = 3 WHERE name = 'training-1'")
    assert [finding.detail for finding in verdict(path).findings] == [
        "nothing accounts for receipts r1-1-T2 to r1-1-T3"
    ]


def test_a_draft_of_an_old_epoch_may_be_finished_in_a_new_one(sold: Journal, db: Database, path: Path) -> None:
    number = draft(sold)
    later = Journal(db, Owner("s1", "r1", 2))
    with later.write() as writing:
        writing.append(records.SALE, AT, DAY, {"sale": {"receipt_no": number}})
        writing.delete_draft(number)
    assert verdict(path, epoch=2).ok


def test_a_counter_that_was_set_back_hides_nothing(sold: Journal, path: Path) -> None:
    tamper(path, "UPDATE counter SET value = 1", "DELETE FROM journal WHERE seq = 3")
    assert (0, "receipt-missing") in kinds(path)


# -- files that are none -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [None, b"", b"no database at all, but long enough to look like one" * 50])
def test_a_file_that_is_no_journal_is_a_fault(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "journal.db"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Fault) as fault:
        verdict(path)
    assert fault.value.code == "journal-unreadable"


def test_a_damaged_page_is_a_fault_or_a_finding_and_never_sound(sold: Journal, db: Database, path: Path) -> None:
    db.close()
    data = bytearray(path.read_bytes())
    at = data.rindex(b'"seq":4')
    data[at : at + 40] = bytes(40)
    path.write_bytes(data)
    assert (4, "edited") in kinds(path)


def test_a_record_reads_back_from_its_row(sold: Journal, db: Database) -> None:
    row = db.reader.execute("SELECT record FROM journal WHERE seq = 1").fetchone()
    assert Record.parse(row[0]).body == {"sale": {"receipt_no": "r1-1-000001"}}
