"""One batch's transaction: what is known of a journal, and what must be known of it from now on.

Every question is one statement a batch, never one a record.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

import orjson
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    CursorResult,
    Executable,
    Table,
    bindparam,
    delete,
    func,
    select,
    text,
    update,
)

from poscore.errors import Untrusted
from poscore.records import Head, Record, genesis_hash
from server_push.intake.entries import OPEN
from server_push.intake.items import Origin
from server_push.intake.mark import GAP_OPEN, Incident, Mark
from server_push.intake.sorting import Odd, Stored
from server_push.storage import insert_new, upsert
from server_push.storage.tables.intake import (
    arrival_counter,
    incident,
    journal_body,
    journal_mark,
    journal_record,
    odd_delivery,
    quarantine,
)

RECORDS, INCIDENTS = "records", "incidents"  # what is numbered by its arrival, each by itself
DAMAGED_BYTES, SETTLED_BYTES = 1, 2  # of journal_record.damaged


def _mine(table: Table) -> tuple[ColumnElement[bool], ...]:
    """The rows of one journal; Ledger says of which."""
    return tuple(table.c[name] == bindparam(f"my_{name}") for name in ("store", "register", "epoch"))


# What is asked for every batch is put together once: that took as long as asking.
_SEQ, _COUNTER = journal_record.c.seq, arrival_counter.c.value
_MARK = select(journal_mark).where(*_mine(journal_mark))
_ODD = select(odd_delivery).where(*_mine(odd_delivery))
_STORED = select(_SEQ, journal_record.c.hash, journal_record.c.damaged).where(*_mine(journal_record))
_STORED_BETWEEN = _STORED.where(_SEQ.between(bindparam("low"), bindparam("high")))
_STORED_AMONG = _STORED.where(_SEQ.in_(bindparam("seqs", expanding=True)))
_NEXT_ARRIVALS = (
    update(arrival_counter)
    .where(arrival_counter.c.name == bindparam("counter"))
    .values(value=_COUNTER + bindparam("count"))
    .returning(_COUNTER)
)


class Ledger:
    """`at`: the instant's text of the batch's arrival."""

    def __init__(self, connection: Connection, origin: Origin, at: str) -> None:
        self._connection, self._origin, self._at = connection, origin, at
        self._values = {"store": origin.store, "register": origin.register, "epoch": origin.epoch}
        self._mine = {f"my_{name}": value for name, value in self._values.items()}

    # -- what is known -------------------------------------------------------------------------------------------------

    def mark(self) -> Mark:
        row = self._ask(_MARK).one_or_none()
        origin = self._origin
        if row is None:
            genesis = genesis_hash(origin.store, origin.register, origin.epoch)
            return Mark(0, genesis, 0, Head(origin.register, origin.epoch, 0, genesis), "")
        head = Head(origin.register, origin.epoch, row.head_seq, row.head_hash)
        return Mark(row.acked_seq, row.acked_hash, row.last_seq, head, row.head, row.gap_since)

    def stored(self, seqs: Collection[int]) -> dict[int, Stored]:
        """What holds these seqs and their neighbours."""
        around = {near for seq in seqs for near in (seq - 1, seq, seq + 1)}
        if not around:
            return {}
        low, high = min(around), max(around)
        dense = high - low < 4 * len(around)  # a batch in order is one walk along the key
        rows = self._ask(_STORED_BETWEEN, low=low, high=high) if dense else self._ask(_STORED_AMONG, seqs=list(around))
        return {
            seq: Stored(digest.hex(), damaged == DAMAGED_BYTES, damaged == SETTLED_BYTES)
            for seq, digest, damaged in rows
        }

    def above(self, seq: int) -> Iterator[tuple[int, str]]:
        """(seq, hash) of what is stored above a seq, ascending."""
        query = select(_SEQ, journal_record.c.hash).where(*_mine(journal_record), journal_record.c.seq > seq)
        with self._ask(query.order_by(_SEQ)) as rows:
            for found, digest in rows:
                yield found, digest.hex()

    def odd(self) -> dict[str, Odd]:
        return {row.digest: Odd(row.seq, row.tries) for row in self._ask(_ODD)}

    def prev_hashes(self, seqs: Collection[int]) -> dict[int, str]:
        """Out of the bytes of stored records, for the few neighbours that a batch does not hold itself."""
        if not seqs:
            return {}
        beside = (journal_body.c.store == journal_record.c.store) & (journal_body.c.arrival == journal_record.c.arrival)
        query = (
            select(_SEQ, journal_body.c.record)
            .join_from(journal_record, journal_body, beside)
            .where(*_mine(journal_record), _SEQ.in_(seqs), journal_record.c.damaged == 0)
        )
        read = {seq: _prev_hash(data, self._origin, seq) for seq, data in self._ask(query)}
        return {seq: prev for seq, prev in read.items() if prev is not None}

    def quarantined(self, seqs: Collection[int]) -> dict[int, str]:
        """Why records among these are set aside, by seq."""
        if not seqs:
            return {}
        column = quarantine.c.seq
        among = (column.between(min(seqs), max(seqs)), quarantine.c.state == OPEN)
        rows = self._ask(select(column, quarantine.c.reason).where(*_mine(quarantine), *among))
        return {seq: reason for seq, reason in rows if seq in seqs}

    def noted(self, kind: str) -> int:
        """How many incidents of a kind this journal has by now."""
        query = select(func.count()).where(*_mine(incident), incident.c.kind == kind)
        return int(self._ask(query).scalar_one())

    def known(self, column: Column[Any], values: Collection[str], where: str = "") -> set[str]:
        """Which of `values` stand in a column; one statement, whose text does not grow with them."""
        if not values:
            return set()
        asked: Any = list(values)
        within = "= ANY(:values)"
        if self._connection.dialect.name == "sqlite":
            asked, within = orjson.dumps(asked).decode(), "IN (SELECT value FROM json_each(:values))"
        statement = f"SELECT DISTINCT {column.name} FROM {column.table.name} WHERE {column.name} {within}{where}"
        rows = self._connection.execute(text(statement), {"values": asked, "store": self._origin.store})
        return set(rows.scalars())

    # -- what is to be known -------------------------------------------------------------------------------------------

    def next_arrivals(self, count: int, of: str = RECORDS) -> int:
        """The first of `count` numbers in the order of arrival."""
        last = self._connection.execute(_NEXT_ARRIVALS, {"counter": of, "count": count}).scalar()
        if last is None:
            insert_new(self._connection, arrival_counter, [{"name": of, "value": 0}])
            return self.next_arrivals(count, of)
        return int(last) - count + 1

    def forget_damaged(self, seqs: Collection[int]) -> None:
        """Take away damaged bytes: the right ones have come."""
        if not seqs:
            return
        damaged = delete(journal_record).where(*_mine(journal_record), _SEQ.in_(seqs))
        gone = self._ask(damaged.returning(journal_record.c.arrival)).scalars().all()
        bodies = (journal_body.c.store == self._origin.store, journal_body.c.arrival.in_(gone))
        self._connection.execute(delete(journal_body).where(*bodies))
        self._ask(delete(quarantine).where(*_mine(quarantine), quarantine.c.seq.in_(seqs)))

    def keep_odd(self, odd: dict[str, Odd], before: dict[str, Odd], settled: Collection[int]) -> None:
        """Remember what cannot tell its seq; forget it for the seqs whose right bytes have come."""
        over = [digest for digest, one in before.items() if one.seq in settled]
        if over:
            self._ask(delete(odd_delivery).where(*_mine(odd_delivery), odd_delivery.c.digest.in_(over)))
        rows = [{**self._values, "digest": digest, "seq": one.seq, "tries": one.tries} for digest, one in odd.items()]
        upsert(self._connection, odd_delivery, rows)

    def note(self, incidents: Iterable[Incident]) -> None:
        """Each once, however often what caused it comes again."""
        rows = [{**self._values, "at": self._at, **one.to_row()} for one in incidents]
        if rows:
            first = self.next_arrivals(len(rows), INCIDENTS)
            numbered = [{**row, "arrival": first + place} for place, row in enumerate(rows)]
            insert_new(self._connection, incident, numbered)

    def close_gaps(self, acked_seq: int) -> None:
        """End the incidents of gaps that are filled up to here."""
        filled = update(incident).where(
            *_mine(incident), incident.c.kind == GAP_OPEN, incident.c.seq <= acked_seq, incident.c.closed_at.is_(None)
        )
        self._ask(filled.values(closed_at=self._at, closing="the missing records have come"))

    def keep_mark(self, mark: Mark) -> None:
        row = {
            **self._values,
            "acked_seq": mark.acked_seq,
            "acked_hash": mark.acked_hash,
            "last_seq": mark.last_seq,
            "head_seq": mark.head.seq,
            "head_hash": mark.head.hash,
            "head": mark.head_jws,
            "gap_since": mark.gap_since,
        }
        upsert(self._connection, journal_mark, [row])

    def _ask(self, statement: Executable, **values: Any) -> CursorResult[*tuple[Any, ...]]:
        """Of this journal: a statement that says `_mine`."""
        return self._connection.execute(statement, {**self._mine, **values})


def _prev_hash(data: bytes, origin: Origin, seq: int) -> str | None:
    try:
        record = Record.parse(data)
    except Untrusted:
        return None
    mine = (record.register, record.epoch, record.seq) == (origin.register, origin.epoch, seq)
    return record.prev_hash if mine else None
