"""Comments: what a cashier writes on a line or on the sale, for the customer to read on the receipt.

Note kind `comment`: `{"text", "by"}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from poscore.errors import Refused
from register_svc.till.notes import Note

COMMENT = "comment"
MAX_LENGTH = 200


def comment(text: str, line: int | None, by: str | None) -> Note:
    """Raises Refused `body-invalid` for a text that is empty, too long or cannot be printed."""
    text = text.strip()
    if not text or len(text) > MAX_LENGTH or not text.isprintable():
        raise Refused("body-invalid", f"a comment is one line of at most {MAX_LENGTH} printable characters")
    return Note(COMMENT, line, {"text": text, "by": by})


def comments_in(notes: Iterable[Mapping[str, Any]]) -> tuple[tuple[int | None, str], ...]:
    """Line and text of each comment among a record's notes."""
    return tuple((note["line"], note["about"]["text"]) for note in notes if note["kind"] == COMMENT)
