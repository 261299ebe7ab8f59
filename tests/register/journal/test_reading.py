"""Reading the journal back: receipts, shifts, and what has not been returned yet."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from poscore import records
from poscore.errors import Refused
from poscore.records import Record
from register_svc.database import Database
from register_svc.journal.journal import Journal, Owner
from register_svc.journal.reading import JournalReader, Unsent
from register_svc.journal.shifts import ShiftRows
from register_svc.till.shifts import Shift

DAY, NEXT_DAY = "2026-11-22", "2026-11-23"


def at(n: int) -> str:
    return f"2026-11-22T10:00:{n:02}.000Z"


def finish(
    journal: Journal, sale_id: str, *, state: str = "completed", training: bool = False, day: str = DAY
) -> Record:
    kind = records.SALE if state == "completed" else records.SALE_ABORTED
    with journal.write() as writing:
        record = writing.append(kind, at(journal.head.seq + 1), day, {"sale": {"id": sale_id, "training": training}})
        writing.keep_receipt(record, sale_id, state, training)
    return record


def ids(found: object) -> list[str]:
    return [record.body["sale"]["id"] for record in found]  # type: ignore[attr-defined]


@pytest.fixture
def reader(db: Database) -> JournalReader:
    return JournalReader(db)


# -- receipts ------------------------------------------------------------------------------------------------------


def test_a_finished_sale_is_found_by_its_number(journal: Journal, reader: JournalReader) -> None:
    record = finish(journal, "a")
    finish(journal, "b", state="aborted")
    assert reader.record_of_sale("a") == record
    assert reader.record_of_sale("b").type == records.SALE_ABORTED


def test_a_sale_that_is_not_there_is_not_found(reader: JournalReader) -> None:
    with pytest.raises(Refused) as refused:
        reader.record_of_sale("a")
    assert refused.value.code == "sale-not-found"


def test_sales_come_newest_first_page_by_page(journal: Journal, reader: JournalReader) -> None:
    for name in "abcde":
        finish(journal, name)
    assert ids(reader.sales("completed", None, "", 2)) == ["e", "d"]
    assert ids(reader.sales("completed", None, "d", 2)) == ["c", "b"]
    assert ids(reader.sales("completed", None, "b", 2)) == ["a"]
    assert ids(reader.sales("completed", None, "a", 2)) == []
    assert ids(reader.sales("completed", None, "nobody", 2)) == []


def test_sales_are_told_apart_by_state_and_day(journal: Journal, reader: JournalReader) -> None:
    finish(journal, "a")
    finish(journal, "b", state="aborted")
    finish(journal, "c", day=NEXT_DAY)
    assert ids(reader.sales("completed", None, "", 10)) == ["c", "a"]
    assert ids(reader.sales("completed", DAY, "", 10)) == ["a"]
    assert ids(reader.sales("aborted", DAY, "", 10)) == ["b"]
    assert ids(reader.sales("aborted", NEXT_DAY, "", 10)) == []


def test_sales_of_a_newer_epoch_come_first(journal: Journal, db: Database, reader: JournalReader) -> None:
    finish(journal, "a")
    later = Journal(db, Owner("s1", "r1", 2))
    finish(later, "b")
    finish(later, "c")
    assert ids(reader.sales("completed", None, "", 10)) == ["c", "b", "a"]
    assert ids(reader.sales("completed", None, "c", 10)) == ["b", "a"]
    assert ids(reader.sales("completed", None, "c", 1)) == ["b"]
    assert ids(reader.sales("completed", None, "b", 10)) == ["a"]


# -- the chain -----------------------------------------------------------------------------------------------------


def test_records_are_read_from_one_seq_to_another(journal: Journal, reader: JournalReader) -> None:
    for name in "abcde":
        finish(journal, name)
    assert [record.seq for record in reader.between(1, 2, 4)] == [2, 3, 4]
    assert [record.seq for record in reader.between(1, 4)] == [4, 5]
    assert list(reader.between(2, 1)) == []


def test_epochs_and_their_ends_are_known(journal: Journal, db: Database, reader: JournalReader) -> None:
    assert (reader.epochs(), reader.last_seq(1)) == ([], 0)
    finish(journal, "a")
    finish(journal, "b")
    finish(Journal(db, Owner("s1", "r1", 3)), "c")
    assert reader.epochs() == [1, 3]
    assert (reader.last_seq(1), reader.last_seq(2), reader.last_seq(3)) == (2, 0, 1)


def test_rows_go_home_as_they_were_written_and_in_bounded_batches(journal: Journal, reader: JournalReader) -> None:
    written = [finish(journal, name).encoded() for name in "abcde"]
    size = len(written[0])
    assert [row[2] for row in reader.rows_after(1, 0, 100, 1 << 20)] == written
    assert [row[0] for row in reader.rows_after(1, 3, 100, 1 << 20)] == [4, 5]
    assert [row[0] for row in reader.rows_after(1, 0, 2, 1 << 20)] == [1, 2]
    assert [row[0] for row in reader.rows_after(1, 0, 100, size * 2)] == [1, 2]
    assert [row[0] for row in reader.rows_after(1, 0, 100, 1)] == [1]  # a record larger than a batch still goes
    assert reader.rows_after(1, 5, 100, 1 << 20) == []


def test_what_head_office_has_not_acknowledged_is_counted(journal: Journal, reader: JournalReader) -> None:
    assert reader.unsent(1, 0) == Unsent(0, 0, None)
    finish(journal, "a")
    finish(journal, "b", state="aborted")
    finish(journal, "c", training=True)
    finish(journal, "d")
    assert reader.unsent(1, 0) == Unsent(4, 2, at(1))
    assert reader.unsent(1, 1) == Unsent(3, 1, at(2))
    assert reader.unsent(1, 4) == Unsent(0, 0, None)


def test_looking_back_costs_the_same_however_long_the_journal_is(
    journal: Journal, db: Database, reader: JournalReader
) -> None:
    """Counted in steps of SQLite's machine: a look that read every receipt would take thousands."""
    with journal.write() as writing:
        for n in range(2_000):
            writing.keep_receipt(writing.append(records.SALE, at(1), DAY, {"sale": {}}), f"{n:04}", "completed", False)

    def steps(look: Callable[[], object]) -> int:
        counted = itertools.count()
        db.reader.set_progress_handler(lambda: next(counted) and 0, 1)
        try:
            look()
        finally:
            db.reader.set_progress_handler(None, 1)
        return next(counted)

    assert steps(lambda: reader.unsent(1, 1_995)) < 300
    assert steps(lambda: list(reader.sales("completed", None, "", 5))) < 300
    assert steps(lambda: list(reader.sales("completed", None, "1000", 5))) < 300
    assert steps(lambda: reader.record_of_sale("1000")) < 100
    assert steps(reader.epochs) < 100
    assert steps(lambda: list(reader.sales("completed", None, "1000", 2_000))) > 5_000  # the counter counts


# -- shifts --------------------------------------------------------------------------------------------------------


def a_shift(no: int) -> Shift:
    return Shift(no, DAY, at(0), "101", 10_000, 1, 1)


def test_the_open_shift_is_found_again_at_the_next_start(journal: Journal, db: Database) -> None:
    shifts = ShiftRows(db)
    assert shifts.current() is None
    with journal.write() as writing:
        shifts.open(writing, a_shift(1))
    assert shifts.current() is None  # until it is on disk nobody sells in it
    shifts.committed(a_shift(1))
    assert shifts.current() == ShiftRows(db).current() == a_shift(1)


def test_a_closed_shift_keeps_its_report(journal: Journal, db: Database) -> None:
    shifts = ShiftRows(db)
    with journal.write() as writing:
        shifts.open(writing, a_shift(1))
        shifts.close(writing, 1, at(9), {"no": 1, "text": "säilyke"})
    shifts.committed(None)
    assert shifts.report(1) == {"no": 1, "text": "säilyke"}
    assert ShiftRows(db).current() is None


def test_an_open_shift_and_a_shift_that_never_was_have_no_report(journal: Journal, db: Database) -> None:
    shifts = ShiftRows(db)
    with journal.write() as writing:
        shifts.open(writing, a_shift(1))
    for no in (1, 2):
        with pytest.raises(Refused) as refused:
            shifts.report(no)
        assert refused.value.code == "shift-not-found"
