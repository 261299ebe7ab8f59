r"""KETJU_OFFLINE.INI of the system before: which file it copied to which name. Read and reported, never obeyed.

The rule of that system was that a copy is called `offline` + its source's name (`HINNAT.DAT`, `offlineHINNAT.DAT`).
What does not keep it, and every line that is not understood, is told, so that a person can look before it is gone.

    [SIIRTO]                       [TIEDOSTOT]
    SOURCE1=\\srv\HINNAT.DAT      HINNAT.DAT=offlineHINNAT.DAT
    TARGET1=C:\K\offlineHINNAT.DAT
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from server_push.registers.machine_list import lines_of

FILE = "KETJU_OFFLINE.INI"
PREFIX = "offline"
_SOURCE = re.compile(r"^(?:source|from|lähde|lahde)[ _-]?(\w*)$", re.IGNORECASE)
_TARGET = re.compile(r"^(?:target|to|kohde)[ _-]?(\w*)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Copied:
    """A file and the name it was copied to, with the line that says so."""

    row: int
    section: str
    source: str
    target: str

    @property
    def keeps_the_rule(self) -> bool:
        return _name(self.target).lower() == f"{PREFIX}{_name(self.source)}".lower()

    def to_wire(self) -> dict[str, Any]:
        return {
            "row": self.row,
            "section": self.section,
            "source": self.source,
            "target": self.target,
            "keeps_the_rule": self.keeps_the_rule,
        }


@dataclass(frozen=True, slots=True)
class OldSettings:
    """`unclear`: (row, text) of lines that say nothing that is understood."""

    copies: tuple[Copied, ...]
    unclear: tuple[tuple[int, str], ...]

    def to_wire(self) -> dict[str, Any]:
        return {
            "copies": [one.to_wire() for one in self.copies],
            "against_the_rule": [one.row for one in self.copies if not one.keeps_the_rule],
            "not_understood": [{"row": row, "text": text} for row, text in self.unclear],
        }


def read_old_settings(data: bytes) -> OldSettings:
    """DOS or other line ends, the Windows code page or UTF-8."""
    copies: list[Copied] = []
    unclear: list[tuple[int, str]] = []
    sources: dict[tuple[str, str], tuple[int, str]] = {}
    section = ""
    for row, line in lines_of(data):
        name, is_pair, value = (part.strip() for part in line.partition("="))
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1].strip()
        elif not is_pair or not value:
            unclear.append((row, line))
        elif source := _SOURCE.match(name):
            sources[section, source[1].lower()] = (row, value)
        elif target := _TARGET.match(name):
            begun = sources.pop((section, target[1].lower()), None)
            if begun is None:
                unclear.append((row, line))
            else:
                copies.append(Copied(begun[0], section, begun[1], value))
        elif _name(value).lower().startswith(PREFIX) or "." in _name(value):
            copies.append(Copied(row, section, name, value))
        else:
            unclear.append((row, line))
    unclear += [(row, value) for row, value in sources.values()]  # sources without a target
    return OldSettings(tuple(copies), tuple(sorted(unclear)))


def _name(path: str) -> str:
    return re.split(r"[\\/]", path.strip().strip('"'))[-1]
