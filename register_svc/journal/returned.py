"""What the journal's returns gave back, line by line of the receipt that it was bought on: the table `returned`.

- A row goes in with the record that it is read out of, so no request ever reads the journal to know what is left.
- `rows_in` reads all of it out of the records again: what the table must hold, for a file from before there was one and
  for whoever verifies it.
- Records from before there were notes name a receipt and no lines: theirs are found by the article, in the order of the
  receipt. Of a receipt that is not in this journal nothing is known then.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from poscore.errors import PosError
from poscore.money import divide
from poscore.records import SALE, Record
from poscore.returns import NOTHING, Given, returned_lines, sold

TABLE = """CREATE TABLE returned(
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    line INTEGER NOT NULL,
    original TEXT NOT NULL,
    original_line INTEGER NOT NULL,
    quantity INTEGER NOT NULL,
    total INTEGER NOT NULL,
    deposit INTEGER NOT NULL,
    PRIMARY KEY(epoch, seq, line, original_line)
) WITHOUT ROWID"""
INDEX = "CREATE INDEX returned_original ON returned(original, original_line)"
INSERT = "INSERT INTO returned VALUES(?, ?, ?, ?, ?, ?, ?, ?)"

# Canonical JSON has no blanks: these very bytes are in every record of a return that names its receipt, and in few
# others.
_NAMES_A_RECEIPT = b'"original_receipt":"'


class Row(NamedTuple):
    """`line` of the return in (epoch, seq); `quantity` in thousandths; everything positive."""

    epoch: int
    seq: int
    line: int
    original: str
    original_line: int
    quantity: int
    total: int
    deposit: int


def rows_of(record: Record) -> list[Row]:
    """Those of one record, by its notes."""
    if record.type != SALE or record.body.get("original_receipt") is None:
        return []
    return [_row(record, one.line, one.original, one.original_line, one.given) for one in returned_lines(record.body)]


def rows_in(connection: sqlite3.Connection) -> Iterator[Row]:
    """Those of every record of a journal file, in the order in which they were written."""
    given: dict[str, dict[int, Given]] = {}  # by receipt and line: what the rows so far have given back
    found = connection.execute(
        "SELECT CAST(record AS BLOB) FROM journal WHERE instr(CAST(record AS BLOB), ?) ORDER BY id", (_NAMES_A_RECEIPT,)
    )
    for (data,) in found:
        try:
            record = Record.parse(data)
            rows = rows_of(record) if "notes" in record.body else _rows_by_article(connection, record, given)
        except (PosError, KeyError, TypeError, ValueError, AttributeError):
            continue  # not what the till writes: whoever verifies the chain names it
        for row in rows:
            lines = given.setdefault(row.original, {})
            back = Given(row.quantity, row.total, row.deposit)
            lines[row.original_line] = lines.get(row.original_line, NOTHING) + back
        yield from rows


def _rows_by_article(
    connection: sqlite3.Connection, record: Record, given: Mapping[str, Mapping[int, Given]]
) -> list[Row]:
    original = record.body.get("original_receipt")
    if record.type != SALE or not isinstance(original, str):
        return []
    stored = connection.execute(
        "SELECT CAST(record AS BLOB) FROM receipt JOIN journal USING(epoch, seq) WHERE sale_id = ?", (original,)
    ).fetchone()
    if stored is None:
        return []
    bought = [line for line in Record.parse(stored[0]).body["sale"]["lines"] if not line["voided"]]
    before = given.get(original, {})
    left = {line["n"]: sold(line).less(before.get(line["n"], NOTHING)) for line in bought}
    rows = []
    for back in record.body["sale"]["lines"]:
        if not back["voided"]:
            for n, part in _found(back, bought, left):
                left[n] = left[n].less(part)
                rows.append(_row(record, back["n"], original, n, part))
    return rows


def _found(
    back: Mapping[str, Any], bought: Sequence[Mapping[str, Any]], left: Mapping[int, Given]
) -> Iterator[tuple[int, Given]]:
    """On which lines of the receipt a line of the return is found, with its share of each."""
    negative = sold(back)
    rest = Given(-negative.thousandths, -negative.total, -negative.deposit)
    for line in bought:
        same = line["article_id"] == back["article_id"] and (line["article_id"] or line["name"] == back["name"])
        taken = min(rest.thousandths, left[line["n"]].thousandths)
        if same and taken > 0:
            part = Given(
                taken, divide(rest.total * taken, rest.thousandths), divide(rest.deposit * taken, rest.thousandths)
            )
            yield line["n"], part
            rest = rest.less(part)


def _row(record: Record, line: int, original: str, original_line: int, given: Given) -> Row:
    return Row(record.epoch, record.seq, line, original, original_line, given.thousandths, given.total, given.deposit)
