"""OFFLINEKASSAT.TXT, the list of the system before: one Windows name of a register a line.

A Windows name becomes a register id by lower case and `-` for what an id cannot hold. A line that cannot become one is
reported and never stops the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from poscore.ids import check_id

_COMMENT = re.compile(r"^(?:[#;]|//|rem(?:\s|$))", re.IGNORECASE)
_END_OF_FILE = "\x1a"  # DOS editors wrote it at the end


@dataclass(frozen=True, slots=True)
class Machine:
    """One line that names something."""

    row: int
    name: str

    def register_id(self) -> str:
        """`KASSA_01` as `kassa-01`. Raises Refused `id-invalid`."""
        return check_id(re.sub(r"[\s_.]+", "-", self.name.lower()), "register id")


def read_machines(data: bytes) -> Iterator[Machine]:
    r"""Old lists are in the Windows code page, newer ones in UTF-8; some write `\\KASSA1`."""
    for row, line in lines_of(data):
        yield Machine(row, line.lstrip("\\").strip())


def lines_of(data: bytes) -> Iterator[tuple[int, str]]:
    """Lines that say something, with their numbers; comments and empty ones are passed over."""
    text = _text(data).partition(_END_OF_FILE)[0]
    for row, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        if line.strip() and not _COMMENT.match(line.strip()):
            yield row, line.strip()


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
