"""What the link remembers over a restart, in `state.db`.

The mode is written durably, because a manual OFFLINE stays until staff end it. The others are not: without them the
register sends again, or learns again.
"""

from __future__ import annotations

from dataclasses import dataclass

from register_svc.database import Database
from register_svc.head_office.differences import Difference
from register_svc.head_office.mode import Mode, State


@dataclass(frozen=True, slots=True)
class Watermark:
    """The last record of an epoch that head office has acknowledged, with all before it; seq 0 before the first."""

    epoch: int
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class ClockReading:
    """Head office's clock less this machine's, in milliseconds, as of `at` (an instant's text by this machine)."""

    offset_ms: int
    at: str


class LinkMemory:
    def __init__(self, db: Database) -> None:
        self._db = db

    def mode(self) -> Mode | None:
        row = self._db.reader.execute("SELECT state, since, by, reason FROM mode").fetchone()
        return Mode(State(row[0]), row[1], row[2], row[3]) if row else None

    def keep_mode(self, mode: Mode) -> None:
        with self._db.write(durable=True) as connection:
            connection.execute(
                "INSERT OR REPLACE INTO mode VALUES(1, ?, ?, ?, ?)",
                (mode.state.value, mode.since, mode.by, mode.reason),
            )

    def watermark(self, epoch: int) -> Watermark:
        row = self._db.reader.execute("SELECT seq, hash FROM watermark WHERE epoch = ?", (epoch,)).fetchone()
        return Watermark(epoch, row[0], row[1]) if row else Watermark(epoch, 0, "")

    def keep_watermark(self, mark: Watermark, at: str) -> None:
        with self._db.write(durable=False) as connection:
            connection.execute(
                "INSERT OR REPLACE INTO watermark VALUES(?, ?, ?, ?)", (mark.epoch, mark.seq, mark.hash, at)
            )

    def differences(self) -> list[Difference]:
        """Of every epoch, be it open or closed."""
        rows = self._db.reader.execute("SELECT epoch, seq, detail, conflicts, since FROM difference ORDER BY epoch")
        return [Difference(*row) for row in rows]

    def keep_difference(self, one: Difference) -> None:
        with self._db.write(durable=False) as connection:
            connection.execute(
                "INSERT OR REPLACE INTO difference VALUES(?, ?, ?, ?, ?)",
                (one.epoch, one.seq, one.detail, one.conflicts, one.since),
            )

    def clock(self) -> ClockReading | None:
        row = self._db.reader.execute("SELECT offset_ms, at FROM clock").fetchone()
        return ClockReading(row[0], row[1]) if row else None

    def keep_clock(self, reading: ClockReading) -> None:
        with self._db.write(durable=False) as connection:
            connection.execute("INSERT OR REPLACE INTO clock VALUES(1, ?, ?)", (reading.offset_ms, reading.at))
