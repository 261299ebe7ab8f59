"""Reading the journal back: receipts, the records of a shift, and what has not been returned yet.

Nothing here writes. Reads never wait for the writer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from poscore.errors import Refused
from poscore.records import Record
from poscore.returns import Given
from register_svc.database import Database


@dataclass(frozen=True, slots=True)
class Unsent:
    """What head office has not acknowledged. `oldest_at`: instant's text of the oldest record, or None."""

    records: int
    sales: int
    oldest_at: str | None


class JournalReader:
    def __init__(self, db: Database) -> None:
        self._db = db

    def record_of_sale(self, sale_id: str) -> Record:
        """The record that finished a sale. Raises Refused `sale-not-found`."""
        row = self._db.reader.execute(
            "SELECT record FROM receipt JOIN journal USING(epoch, seq) WHERE sale_id = ?", (sale_id,)
        ).fetchone()
        if row is None:
            raise Refused("sale-not-found", f"this register has no sale {sale_id}")
        return Record.parse(row[0])

    def last_receipt(self) -> str | None:
        """The number of the receipt that was finished last, completed or aborted; None before the first."""
        row = self._db.look("SELECT sale_id FROM receipt ORDER BY epoch DESC, seq DESC LIMIT 1")
        return row[0] if row else None

    def given_back(self, receipt_no: str, epoch: int | None = None) -> dict[int, Given]:
        """What completed returns gave back of a receipt, be it one of this register or not, by its line.

        `epoch`: only by returns of that epoch.
        """
        rows = self._db.reader.execute(
            "SELECT original_line, sum(quantity), sum(total), sum(deposit) FROM returned"
            " WHERE original = ? AND (? IS NULL OR epoch = ?) GROUP BY 1",
            (receipt_no, epoch, epoch),
        )
        return {line: Given(quantity, total, deposit) for line, quantity, total, deposit in rows}

    def sales(self, state: str, business_day: str | None, after: str, limit: int) -> Iterator[Record]:
        """Records of finished sales in one state, newest first, before the sale id `after` (empty: from the newest)."""
        wanted, values = "state = ?", [state]
        if business_day:
            wanted, values = f"{wanted} AND business_day = ?", [*values, business_day]
        for where, bounds in self._before(after):
            # CROSS: receipts from the newest one on, and of the journal only what is shown.
            rows = self._db.reader.execute(
                f"SELECT record FROM receipt CROSS JOIN journal USING(epoch, seq) WHERE {wanted} AND {where}"
                " ORDER BY receipt.epoch DESC, receipt.seq DESC LIMIT ?",
                (*values, *bounds, limit),
            ).fetchall()
            limit -= len(rows)
            yield from (Record.parse(row[0]) for row in rows)

    def _before(self, after: str) -> Sequence[tuple[str, tuple[int, ...]]]:
        """Where the sales before `after` lie: the rest of its epoch, then the older ones, each found by the index."""
        if not after:
            return [("1", ())]
        row = self._db.reader.execute("SELECT epoch, seq FROM receipt WHERE sale_id = ?", (after,)).fetchone()
        if row is None:
            return []
        return [("receipt.epoch = ? AND receipt.seq < ?", row), ("receipt.epoch < ?", row[:1])]

    def between(self, epoch: int, first_seq: int, last_seq: int | None = None) -> Iterator[Record]:
        """Records of one epoch from `first_seq` to `last_seq` (both included; None: to the end)."""
        rows = self._db.reader.execute(
            "SELECT record FROM journal WHERE epoch = ? AND seq BETWEEN ? AND ? ORDER BY seq",
            (epoch, first_seq, last_seq if last_seq is not None else 1 << 60),
        )
        return (Record.parse(row[0]) for row in rows)

    def epochs(self) -> list[int]:
        """Every epoch that has records, oldest first."""
        # From one epoch to the next by the index: DISTINCT would read every record's entry.
        rows = self._db.reader.execute(
            "WITH RECURSIVE each(epoch) AS (SELECT min(epoch) FROM journal UNION ALL"
            " SELECT (SELECT min(epoch) FROM journal WHERE epoch > each.epoch) FROM each WHERE each.epoch IS NOT NULL)"
            " SELECT epoch FROM each WHERE epoch IS NOT NULL"
        )
        return [row[0] for row in rows]

    def last_seq(self, epoch: int) -> int:
        row = self._db.reader.execute("SELECT max(seq) FROM journal WHERE epoch = ?", (epoch,)).fetchone()
        return int(row[0] or 0)

    def rows_after(self, epoch: int, seq: int, limit: int, max_bytes: int) -> list[tuple[int, str, bytes]]:
        """(seq, hash, canonical bytes) after `seq`: at most `limit` records and, past the first, `max_bytes`."""
        found: list[tuple[int, str, bytes]] = []
        size = 0
        rows = self._db.reader.execute(
            "SELECT seq, hash, record FROM journal WHERE epoch = ? AND seq > ? ORDER BY seq LIMIT ?",
            (epoch, seq, limit),
        )
        for row in rows:
            size += len(row[2])
            if found and size > max_bytes:
                break
            found.append((row[0], row[1], row[2]))
        rows.close()
        return found

    def on_account_offline(self, epoch: int, seq: int) -> int:
        """Cents sold on account OFFLINE in records after `seq`, less what was given back; training left out."""
        (total,) = self._db.reader.execute(
            "SELECT total(json_extract(tender.value, '$.amount')) FROM receipt JOIN journal USING(epoch, seq),"
            " json_each(CAST(journal.record AS TEXT), '$.body.sale.tenders') AS tender"
            " WHERE epoch = ? AND seq > ? AND queued = 1 AND json_extract(tender.value, '$.type') = 'account'"
            " AND json_extract(CAST(journal.record AS TEXT), '$.body.sale.offline')",
            (epoch, seq),
        ).fetchone()
        return int(total)

    def unsent(self, epoch: int, acked_seq: int) -> Unsent:
        """Counted over the records after the watermark; cheap while there are few."""
        reader = self._db.reader
        count, first = reader.execute(
            "SELECT count(*), min(seq) FROM journal WHERE epoch = ? AND seq > ?", (epoch, acked_seq)
        ).fetchone()
        if not count:
            return Unsent(0, 0, None)
        sales = reader.execute(
            "SELECT count(*) FROM receipt WHERE epoch = ? AND seq > ? AND queued = 1", (epoch, acked_seq)
        ).fetchone()[0]
        oldest = reader.execute("SELECT record FROM journal WHERE epoch = ? AND seq = ?", (epoch, first)).fetchone()
        return Unsent(count, sales, Record.parse(oldest[0]).at)
