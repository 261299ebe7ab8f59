"""What an import did, in the words of its operator."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

# A file whose every row is wrong must not fill the memory; what is beyond is counted and said in a note.
MOST_FINDINGS = 10_000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a row. `row` is the file's own number (the first line is 1); 0 is the whole file."""

    row: int
    column: str
    reason: str

    def to_wire(self) -> dict[str, Any]:
        return {"row": self.row, "column": self.column, "reason": self.reason}


class Findings:
    """A list that stops growing and goes on counting."""

    def __init__(self) -> None:
        self.kept: list[Finding] = []
        self.count = 0

    def add(self, row: int, column: str, reason: str) -> None:
        self.count += 1
        if len(self.kept) < MOST_FINDINGS:
            self.kept.append(Finding(row, column, reason))

    def in_order(self) -> tuple[Finding, ...]:
        """By row. When some are not kept, the last one says how many."""
        beyond = self.count - len(self.kept)
        more = (Finding(0, "", f"{beyond} more like these are not listed"),) if beyond else ()
        return (*sorted(self.kept, key=lambda finding: finding.row), *more)


class BadCell(Exception):
    """Why a row is refused."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


class Log:
    """`reject`: the row is left out. `note`: the row is taken, and somebody may want to know.

    `lost`: whom the refused rows are about. The list does not lack them, bad as their rows are, so that a complete list
    withdraws none of them. When that cannot be told of every row (`knows_all_lost`), it withdraws nothing.
    """

    def __init__(self) -> None:
        self.rejected = Findings()
        self.notes = Findings()
        self.lost: set[str] = set()
        self.knows_all_lost = True

    def reject(self, row: int, column: str, reason: str, about: str = "") -> None:
        """`about`: the article_id, customer_id or cashier_id of the row, when it says so much."""
        self.rejected.add(row, column, reason)
        if about and len(self.lost) < MOST_FINDINGS:
            self.lost.add(about)
        else:
            self.knows_all_lost = False

    def refuse(self, row: int, bad: BadCell, cells: Iterable[str], about: str) -> None:
        # An open quotation mark swallows the lines that follow, and whom they are about.
        swallowed = any("\n" in cell.strip() for cell in cells)
        self.reject(row, bad.column, bad.reason, "" if swallowed else about.strip())

    def note(self, row: int, column: str, reason: str) -> None:
        self.notes.add(row, column, reason)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Every good row is added, changed or unchanged; `*_changed` count among the changed ones."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    price_changed: int = 0
    name_changed: int = 0
    codes_changed: int = 0
    rejected: tuple[Finding, ...] = field(default=())
    notes: tuple[Finding, ...] = field(default=())

    @property
    def taken(self) -> int:
        return self.added + self.changed + self.unchanged

    def to_wire(self) -> dict[str, Any]:
        return {
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "withdrawn": self.withdrawn,
            "price_changed": self.price_changed,
            "name_changed": self.name_changed,
            "codes_changed": self.codes_changed,
            "rejected": [finding.to_wire() for finding in self.rejected],
            "notes": [finding.to_wire() for finding in self.notes],
        }
