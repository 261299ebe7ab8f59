"""Verify a journal file with a code path of its own: nothing of the writing side is used.

Found: edited bytes, removed middle, removed tail (against the last signed head), swapped and duplicate records,
receipt numbers that are missing though no draft is open for them, Zs that the records do not bear out (`proof`), and a
table of returned goods that does not follow from the records.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from poscore.canonical import parse_json
from poscore.errors import Fault, PosError, Untrusted
from poscore.ids import ReceiptNo
from poscore.records import SALE, SALE_ABORTED, Finding, Head, Record, genesis_hash, verify_chain
from register_svc.journal.proof import MISSING, Keys, Proof, kept_reports_differ
from register_svc.journal.returned import Row, rows_in


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result over every epoch in the file; epoch, seq and hash are the end of the newest one."""

    ok: bool
    records: int
    epoch: int
    seq: int
    hash: str
    findings: tuple[Finding, ...]


def verify_journal(
    path: Path, store: str, register: str, epoch: int, head: Head | None = None, *, keys: Keys | None = None
) -> Verdict:
    """Check the journal at `path`. `head`: the last head known from elsewhere; `keys`: what Zs are signed by.

    Raises Fault `journal-unreadable`.
    """
    uri = f"{path.resolve().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
            connection.execute("BEGIN")  # one view of the file, whatever the running register appends meanwhile
            verdict = _verify(connection, store, register, epoch, head)
            found = tuple(_unproved(connection, keys or {}))
            return replace(verdict, ok=verdict.ok and not found, findings=(*verdict.findings, *found))
    except sqlite3.DatabaseError as error:
        raise Fault("journal-unreadable", f"{path.name} cannot be read: {error}") from error


def _verify(connection: sqlite3.Connection, store: str, register: str, epoch: int, head: Head | None) -> Verdict:
    epochs = {row[0] for row in connection.execute("SELECT DISTINCT epoch FROM journal")} | {epoch}
    findings: list[Finding] = []
    for number in sorted(epochs):
        known = head if head is not None and head.epoch == number else None
        findings += verify_chain(genesis_hash(store, register, number), _rows(connection, number), known)
    findings += _missing_receipts(connection, register, epochs)
    findings += _wrong_returns(connection)
    count = connection.execute("SELECT count(*) FROM journal").fetchone()[0]
    last = connection.execute(
        "SELECT seq, hash FROM journal WHERE epoch = ? ORDER BY id DESC LIMIT 1", (max(epochs),)
    ).fetchone()
    seq, digest = last or (0, genesis_hash(store, register, max(epochs)))
    return Verdict(not findings, count, max(epochs), seq, digest, tuple(findings))


def _rows(connection: sqlite3.Connection, epoch: int) -> Iterator[tuple[int, str, bytes]]:
    # In the order in which they were written, so that swapped rows are seen as such. The casts: whoever edits a journal
    # may leave a number where bytes were, and that is to be found, not to fall over.
    yield from connection.execute(
        "SELECT CAST(seq AS INTEGER), CAST(hash AS TEXT), CAST(record AS BLOB) FROM journal WHERE epoch = ?"
        " ORDER BY id",
        (epoch,),
    )


def _missing_receipts(connection: sqlite3.Connection, register: str, epochs: set[int]) -> Iterator[Finding]:
    """Receipt numbers up to each series' counter that neither a record nor an open draft accounts for.

    A draft of an old epoch may be finished in a new one, so numbers are sought over all records.
    """
    seen: dict[ReceiptNo, int] = {}
    for epoch in sorted(epochs):
        for seq, _, data in _rows(connection, epoch):
            number = _receipt_no(data)
            if number is None:
                continue
            if number in seen:
                yield Finding(seq, "duplicate-receipt", f"record {seen[number]} holds {number.text} already")
            seen[number] = seq
    drafts = (_number(row[0]) for row in connection.execute("SELECT sale_id FROM draft"))
    accounted = {*seen, *(number for number in drafts if number)}
    counters = dict(connection.execute("SELECT name, value FROM counter"))
    for epoch, training in sorted((epoch, training) for epoch in epochs for training in (False, True)):
        taken = sorted(no.n for no in accounted if (no.epoch, no.training) == (epoch, training))
        end = counters.get(receipt_series(epoch, training), 0) + 1
        for before, n in pairwise((0, *taken, max([end, *taken[-1:]]))):
            if n > before + 1:
                first, last = (ReceiptNo(register, epoch, number, training).text for number in (before + 1, n - 1))
                what = f"receipt {first}" if first == last else f"receipts {first} to {last}"
                yield Finding(0, "receipt-missing", f"nothing accounts for {what}")


def _unproved(connection: sqlite3.Connection, keys: Keys) -> Iterator[Finding]:
    """What is wrong with the Zs, in the journal and where the register keeps them to be shown."""
    proof = Proof(keys)
    epochs = [row[0] for row in connection.execute("SELECT DISTINCT epoch FROM journal ORDER BY epoch")]
    yield from proof.findings(record for epoch in epochs for record in _readable(connection, epoch))
    opened = connection.execute("SELECT value FROM counter WHERE name = 'shift'").fetchone()
    if opened and opened[0] != proof.last_no:
        yield Finding(0, MISSING, f"{opened[0]} shifts were opened, the journal knows of {proof.last_no}")
    kept = connection.execute("SELECT no, CAST(report AS BLOB) FROM shift WHERE report IS NOT NULL")
    yield from kept_reports_differ(proof.closed, {no: _json(report) for no, report in kept})


def _readable(connection: sqlite3.Connection, epoch: int) -> Iterator[Record]:
    for _, _, data in _rows(connection, epoch):
        try:
            yield Record.parse(data)
        except Untrusted:
            continue  # the chain has named it


def _json(data: bytes) -> Any:
    try:
        return parse_json(data)
    except ValueError:
        return None


def _wrong_returns(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Where the table that says what was given back is not what the records say."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'returned'").fetchone():
        return  # a file from before there was one: the register fills it when it opens the file
    # The casts, as above: whoever edits the file may leave anything anywhere.
    columns = ", ".join(f"CAST({name} AS {'BLOB' if name == 'original' else 'INTEGER'})" for name in Row._fields)
    kept = {
        Row(epoch, seq, line, original.decode(errors="replace"), *rest)
        for epoch, seq, line, original, *rest in connection.execute(f"SELECT {columns} FROM returned")
    }
    wanted = set(rows_in(connection))
    for row in sorted(wanted - kept):
        yield Finding(row.seq, "returned-missing", f"line {row.line} gave back {_what(row)}; the table does not say so")
    for row in sorted(kept - wanted):
        yield Finding(row.seq, "returned-unfounded", f"the table says {_what(row)}; no record does")


def _what(row: Row) -> str:
    return f"{row.quantity} thousandths ({row.total} cents) of {row.original} line {row.original_line}"


def _receipt_no(data: bytes) -> ReceiptNo | None:
    """The number of a record that finishes a sale; None for others and unreadable ones (the chain names those)."""
    try:
        record = parse_json(data)
        return _number(record["body"]["sale"]["receipt_no"]) if record["type"] in (SALE, SALE_ABORTED) else None
    except (ValueError, KeyError, TypeError):
        return None


def _number(text: object) -> ReceiptNo | None:
    try:
        return ReceiptNo.parse(str(text))
    except PosError:
        return None


def receipt_series(epoch: int, training: bool) -> str:
    """Name of the counter that gives receipt numbers."""
    return f"{'training' if training else 'receipt'}-{epoch}"
