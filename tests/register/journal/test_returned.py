"""The table of what came back: it follows from the records, whoever wrote them, and says so when it does not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from poscore.records import SALE
from poscore.returns import RETURNED, Given
from register_svc.database import Database
from register_svc.journal.journal import Journal, Owner
from register_svc.journal.reading import JournalReader
from register_svc.journal.schema import MIGRATIONS
from register_svc.journal.verify import verify_journal

AT, DAY = "2026-11-22T10:00:00.000Z", "2026-11-22"
BOUGHT = "r1-1-000001"


def a_line(n: int, article: str | None, quantity: int, total: int, **changed: Any) -> dict[str, Any]:
    sold = {"n": n, "article_id": article, "name": f"Tuote {article}", "quantity": str(quantity), "total": total}
    return {**sold, "deposit": 0, "voided": False, **changed}


def finish(
    journal: Journal, number: int, lines: list[dict[str, Any]], original: str | None = None, notes: Any = None
) -> None:
    """A sale, or with `original` a return of it; without `notes` as it was written before there were any."""
    receipt_no, kind = f"r1-1-{number:06d}", "sale" if original is None else "return"
    document = {"id": receipt_no, "receipt_no": receipt_no, "state": "completed", "kind": kind, "lines": lines}
    with journal.write() as writing:
        writing.next_number("receipt-1")
        body = {"sale": document, "original_receipt": original}
        if notes is not None:
            body["notes"] = notes
        record = writing.append(SALE, AT, DAY, body)
        writing.keep_receipt(record, receipt_no, "completed", False)


def note(line: int, original_line: int, original: str = BOUGHT) -> dict[str, Any]:
    return {"kind": RETURNED, "line": line, "about": {"original_receipt": original, "original_line": original_line}}


def findings(path: Path) -> list[tuple[int, str]]:
    return [(one.seq, one.kind) for one in verify_journal(path, "s1", "r1", 1).findings]


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def before_the_table(path: Path) -> None:
    """The file as it was before there was a table of what came back."""
    gone = "DELETE FROM migration WHERE name = 'journal.returned'"
    change(path, "DROP TABLE returned", "DROP TABLE foreign_receipt", gone, "PRAGMA user_version = 1")


@pytest.fixture
def sold(journal: Journal) -> Journal:
    """Two milks, a cola, and a milk more; a milk of the first line came back."""
    finish(journal, 1, [a_line(1, "A1", 2, 258), a_line(2, "A3", 1, 215), a_line(3, "A1", 1, 129)])
    finish(journal, 2, [a_line(1, "A1", -1, -129)], BOUGHT, [note(1, 1)])
    return journal


def given_back(path: Path) -> dict[int, Given]:
    with closing(Database(path, MIGRATIONS)) as database:
        return JournalReader(database).given_back(BOUGHT)


def test_a_record_and_what_it_gave_back_go_in_together(sold: Journal, path: Path) -> None:
    assert JournalReader(sold.db).given_back(BOUGHT) == {1: Given(1000, 129, 0)}
    assert JournalReader(sold.db).given_back(BOUGHT, epoch=2) == {}
    assert verify_journal(path, "s1", "r1", 1).ok


def test_a_receipt_is_looked_up_without_reading_the_journal(sold: Journal) -> None:
    plan = sold.db.reader.execute(
        "EXPLAIN QUERY PLAN SELECT sum(quantity) FROM returned WHERE original = ? GROUP BY original_line", (BOUGHT,)
    ).fetchall()
    assert [row[3] for row in plan] == ["SEARCH returned USING INDEX returned_original (original=?)"]


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DELETE FROM returned", [(2, "returned-missing")]),
        ("UPDATE returned SET quantity = 0", [(2, "returned-missing"), (2, "returned-unfounded")]),
        ("UPDATE returned SET original = x'ff'", [(2, "returned-missing"), (2, "returned-unfounded")]),
        ("INSERT INTO returned VALUES(1, 9, 1, 'r1-1-000001', 2, 1000, 215, 0)", [(9, "returned-unfounded")]),
        ("INSERT INTO returned VALUES('x', 'y', 1, 'r1-1-000001', 2, 1000, 215, 0)", [(0, "returned-unfounded")]),
    ],
)
def test_a_table_that_the_records_do_not_bear_out_is_found(
    sold: Journal, path: Path, statement: str, found: list[tuple[int, str]]
) -> None:
    change(path, statement)
    assert findings(path) == found


def test_a_file_from_before_there_was_a_table_is_sound_and_gets_it(sold: Journal, path: Path) -> None:
    sold.db.close()
    before_the_table(path)
    assert verify_journal(path, "s1", "r1", 1).ok
    assert given_back(path) == {1: Given(1000, 129, 0)}
    assert verify_journal(path, "s1", "r1", 1).ok


def test_of_records_without_notes_the_lines_are_found_by_the_article(sold: Journal, path: Path) -> None:
    finish(sold, 3, [a_line(1, "A1", -2, -258), a_line(2, "A3", -1, -215, voided=True)], BOUGHT)
    finish(sold, 4, [a_line(1, "A9", -1, -100)], BOUGHT)  # never bought
    finish(sold, 5, [a_line(1, "A1", -1, -129)], "r2-1-000001")  # of a receipt that is not here
    sold.db.close()
    before_the_table(path)
    # One of the first line had come back already: one more of it, and the one of the third.
    assert given_back(path) == {1: Given(2000, 258, 0), 3: Given(1000, 129, 0)}
    assert verify_journal(path, "s1", "r1", 1).ok


def test_what_was_sold_at_an_open_price_is_found_by_its_name(journal: Journal, path: Path) -> None:
    finish(journal, 1, [a_line(1, None, 1, 500, name="Kukat"), a_line(2, None, 1, 700, name="Ruukku")])
    finish(journal, 2, [a_line(1, None, -1, -700, name="Ruukku")], BOUGHT)
    journal.db.close()
    before_the_table(path)
    assert given_back(path) == {2: Given(1000, 700, 0)}


def test_a_damaged_record_is_the_chains_to_name(sold: Journal, path: Path) -> None:
    change(path, "UPDATE journal SET record = substr(record, 1, length(record) - 5) WHERE seq = 2")
    assert {kind for seq, kind in findings(path) if seq == 2} >= {"edited", "returned-unfounded"}


def test_a_new_epoch_goes_on_with_what_came_back_in_the_old_one(sold: Journal, path: Path) -> None:
    again = Journal(sold.db, Owner("s1", "r1", 2))
    finish(again, 3, [a_line(1, "A1", -1, -129)], BOUGHT, [note(1, 1)])
    assert JournalReader(sold.db).given_back(BOUGHT) == {1: Given(2000, 258, 0)}
    assert JournalReader(sold.db).given_back(BOUGHT, epoch=2) == {1: Given(1000, 129, 0)}


def test_a_note_is_believed_and_nothing_is_guessed_beside_it(sold: Journal, path: Path) -> None:
    finish(sold, 3, [a_line(1, "A3", -1, -215)], BOUGHT, [])
    sold.db.close()
    before_the_table(path)
    assert given_back(path) == {1: Given(1000, 129, 0)}
