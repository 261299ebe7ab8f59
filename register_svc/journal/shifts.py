"""Shifts as rows: which one is open, and the Z reports of those that are closed."""

from __future__ import annotations

from typing import Any

import orjson

from poscore.errors import Refused
from register_svc.database import Database
from register_svc.journal.journal import Writing
from register_svc.till.shift_report import Grand
from register_svc.till.shifts import Shift

_LARGEST = (1 << 63) - 1
_COLUMNS = "no, business_day, opened_at, opened_by, opening_float, first_seq, epoch"


class ShiftRows:
    def __init__(self, db: Database) -> None:
        self._db = db
        row = db.reader.execute(f"SELECT {_COLUMNS} FROM shift WHERE closed_at IS NULL").fetchone()
        self._current = Shift(*row) if row else None

    def current(self) -> Shift | None:
        """The open shift. Every sale asks, so it is kept in memory; `committed` moves it on."""
        return self._current

    def committed(self, current: Shift | None) -> None:
        """The transaction that opened (or closed: None) the shift is on disk."""
        self._current = current

    def report(self, no: int) -> dict[str, Any]:
        """The Z report of a closed shift. Raises Refused `shift-not-found`."""
        known = min(no, _LARGEST)  # a path may hold a number that no column does
        row = self._db.reader.execute(
            "SELECT report FROM shift WHERE no = ? AND report IS NOT NULL", (known,)
        ).fetchone()
        if row is None:
            raise Refused("shift-not-found", f"there is no closed shift {no}")
        report: dict[str, Any] = orjson.loads(row[0])
        return report

    def last_report(self) -> dict[str, Any] | None:
        """The newest Z report."""
        row = self._db.reader.execute(
            "SELECT report FROM shift WHERE report IS NOT NULL ORDER BY no DESC LIMIT 1"
        ).fetchone()
        report: dict[str, Any] | None = orjson.loads(row[0]) if row else None
        return report

    def grand(self) -> Grand:
        """The grand totals that the newest Z carries."""
        last = self.last_report()
        return Grand(last["grand"]["sales"], last["grand"]["returns"]) if last else Grand()

    def open(self, writing: Writing, shift: Shift) -> None:
        writing.connection.execute(
            f"INSERT INTO shift({_COLUMNS}) VALUES(?, ?, ?, ?, ?, ?, ?)",
            (
                shift.no,
                shift.business_day,
                shift.opened_at,
                shift.opened_by,
                shift.opening_float,
                shift.first_seq,
                shift.epoch,
            ),
        )

    def close(self, writing: Writing, no: int, closed_at: str, report: dict[str, Any]) -> None:
        writing.connection.execute(
            "UPDATE shift SET closed_at = ?, report = ? WHERE no = ?", (closed_at, orjson.dumps(report).decode(), no)
        )
