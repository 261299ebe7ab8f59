"""OFFLINEKASSAT.TXT, the list of the system before: one Windows name of a register a line.

A Windows name becomes a register id by lower case and `-` for what an id cannot hold. Lines that cannot become one are
reported and never stop the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from poscore.errors import Refused
from poscore.ids import check_id

_COMMENT = ("#", ";", "//")


@dataclass(frozen=True, slots=True)
class Machine:
    """One line. `register` is None when the name cannot become an id; `reason` says why."""

    row: int
    name: str
    register: str | None
    reason: str | None = None


def read_machines(data: bytes) -> Iterator[Machine]:
    """Every line that names something. Old lists are in the Windows code page, newer ones in UTF-8."""
    seen: dict[str, int] = {}
    for row, line in enumerate(_text(data).splitlines(), 1):
        name = line.strip().lstrip("\\").strip()
        if not name or name.startswith(_COMMENT):
            continue
        try:
            register = register_id(name)
        except Refused as error:
            yield Machine(row, name, None, error.detail)
            continue
        if register in seen:
            yield Machine(row, name, None, f"the same register as in line {seen[register]}")
            continue
        seen[register] = row
        yield Machine(row, name, register)


def register_id(name: str) -> str:
    """`KASSA_01` as `kassa-01`. Raises Refused `id-invalid`."""
    return check_id(re.sub(r"[\s_.]+", "-", name.lower()), "register id")


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
