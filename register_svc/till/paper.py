"""The paper that receipts and reports are printed on: how wide it is, whose head it bears, in which language.

- Every line that leaves here is at most `columns` wide; what is longer is wrapped and loses no letter.
- Control characters never pass: a name must not open a drawer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from poscore.instants import parse_instant
from poscore.money import Cents
from register_svc.till.texts import LANGUAGES, texts

COLUMNS = 42  # font A of the usual 80 mm printer
WIDTHS = (32, COLUMNS, 48)  # 58 mm; 80 mm by its font


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What the snapshot says about the shop. `header` and `footer` are whole lines."""

    header: tuple[str, ...]
    footer: tuple[str, ...]
    language: str
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class Paper:
    """`columns` that no printer has become the next smaller ones that one has."""

    letterhead: Letterhead
    columns: int = COLUMNS

    def __post_init__(self) -> None:
        fitting = max((width for width in WIDTHS if width <= self.columns), default=WIDTHS[0])
        object.__setattr__(self, "columns", fitting)

    def in_language(self, language: str | None) -> Paper:
        """The same in another language; None, or one that nobody knows, is the shop's own."""
        if language not in LANGUAGES:
            return self
        return replace(self, letterhead=replace(self.letterhead, language=language))

    @property
    def words(self) -> Mapping[str, str]:
        return texts(self.letterhead.language)

    # --- lines

    @property
    def rule(self) -> str:
        return "-" * self.columns

    def mark(self, word: str) -> str:
        return self.centred(f"*** {word} ***")

    def centred(self, text: str) -> str:
        return clean(text).center(self.columns).rstrip()

    def row(self, left: str, right: str) -> str:
        """Left and right on one line; a text too long for it takes lines of its own above."""
        room = self.columns - len(right) - 1
        if room < self.columns // 4:  # too little to wrap into: the right side has a line of its own
            return f"{left}\n{right:>{self.columns}}"
        if len(left) <= room:
            return f"{left:<{room}} {right}"
        parts = _wrap(left, room)
        return "\n".join([*parts[:-1], f"{parts[-1]:<{room}} {right}"])

    def sum(self, left: str, cents: Cents) -> str:
        return self.row(left, money(cents))

    def moment(self, at: str) -> str:
        """An instant's text as the shop's clock showed it."""
        local = parse_instant(at).astimezone(self.letterhead.zone)
        return f"{local.day}.{local.month}.{local.year} {local:%H:%M}"

    def taxes(self, rows: Iterable[Mapping[str, int]]) -> Iterator[str]:
        """The table of VAT: rate, net, tax and gross of each row."""
        words, columns = self.words, self.columns
        net = tax = (columns - 7) // 3
        gross = columns - 5 - net - tax  # wide enough for its Finnish word even on 32 columns
        widths = (("net", net - 1), ("tax", tax - 1), ("gross", gross - 1))  # 1 for the blank that keeps sums apart
        yield f"{words['vat']:<5}" + "".join(f" {words[name]:>{width}}" for name, width in widths)
        for row in rows:
            yield f"{money(row['rate']):<5}" + "".join(f" {money(row[name]):>{width}}" for name, width in widths)

    def text(self, lines: Iterable[str]) -> str:
        """Everything, lines joined by newlines, with a newline at the end."""
        found = list(lines)
        if any(len(line) > self.columns for line in found):  # seldom: most names fit
            found = [part for line in found for part in _fold(line, self.columns)]
        return "\n".join(found) + "\n"


def clean(text: str) -> str:
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def money(cents: Cents) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100},{abs(cents) % 100:02d}"


def _wrap(text: str, room: int) -> list[str]:
    parts: list[str] = []
    while len(text) > room:
        cut = text.rfind(" ", 1, room + 1)
        cut = cut if cut > 0 else room
        parts.append(text[:cut])
        text = text[cut:].lstrip()
    return [*parts, text]


def _fold(line: str, columns: int) -> Sequence[str]:
    return [part for piece in line.split("\n") for part in (_wrap(piece, columns) if len(piece) > columns else [piece])]
