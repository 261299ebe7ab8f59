"""What the courier needs of the journal. It never writes there: the journal is the queue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Counted(Protocol):
    @property
    def records(self) -> int: ...
    @property
    def sales(self) -> int: ...
    @property
    def oldest_at(self) -> str | None: ...


class JournalPort(Protocol):
    """Reads that never wait for the writer, from any thread. Only records that are on disk are seen."""

    def epochs(self) -> list[int]:
        """Every epoch that has records, oldest first."""

    def last_seq(self, epoch: int) -> int:
        """The end of an epoch's chain; 0 before its first record."""

    def rows_after(self, epoch: int, seq: int, limit: int, max_bytes: int) -> list[tuple[int, str, bytes]]:
        """(seq, hash, canonical bytes) after `seq`: at most `limit` records and, past the first, `max_bytes`."""

    def unsent(self, epoch: int, acked_seq: int) -> Counted:
        """How much there is after a watermark. `sales`: completed sales and returns without training."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """What head office has not acknowledged, over all epochs."""

    records: int = 0
    sales: int = 0
    oldest_at: str | None = None
