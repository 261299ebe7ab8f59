"""Notes on a sale: what happened at the counter that its document has no place for.

They travel with the draft, are shown beside the sale, and go into its record. `line` is None for the whole sale. Each
kind says in its own module what `about` holds; FORMATS.md lists them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Note:
    """`about`: JSON values. Not to be changed."""

    kind: str
    line: int | None
    about: Mapping[str, Any]

    def to_wire(self) -> dict[str, Any]:
        return {"kind": self.kind, "line": self.line, "about": dict(self.about)}

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Note:
        return cls(wire["kind"], wire["line"], wire["about"])
