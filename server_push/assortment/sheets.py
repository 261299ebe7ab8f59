"""Opens a list, whatever its dress: CSV or XLSX, packed with xz or not, with or without title rows above its header.

- The header is the first row, among the first ten, that has the columns a layout needs; delimiter and layout are found
  by it.
- Row numbers are the file's own: the first line is row 1, and empty lines count.
- Rows are streamed as lists of text. A row that cannot be read comes as None, and the next one follows.
- Text that is not UTF-8 survives as lone surrogates, so that its row and not its file is refused.
"""

from __future__ import annotations

import csv
import io
import itertools
import lzma
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TypeAlias

from poscore.errors import Refused

Record: TypeAlias = Sequence[str] | None

_TITLE_ROWS = 10
_DELIMITERS = ",;\t"
_SAMPLE_CHARACTERS = 1 << 16
_XZ, _ZIP = b"\xfd7zXZ\x00", b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Layout:
    """A form a list may have. `needed` columns tell it from the others, the first says whom a row is about."""

    name: str
    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()

    def missing(self, header: Sequence[str]) -> list[str]:
        return [column for column in self.needed if folded(column) not in header]


@dataclass(frozen=True, slots=True)
class Sheet:
    """`header`: the column names, folded. `records` start at the file's row `first_row`."""

    layout: Layout
    header: tuple[str, ...]
    first_row: int
    records: Iterator[Record]

    def place(self, column: str) -> int | None:
        """Where a column stands, or None."""
        name = folded(column)
        return self.header.index(name) if name in self.header else None

    def unknown_columns(self) -> list[str]:
        known = {folded(column) for column in (*self.layout.needed, *self.layout.optional)}
        return [column for column in self.header if column and column not in known]


def folded(column: str) -> str:
    return " ".join(column.split()).casefold()


@contextmanager
def open_sheet(path: Path, layouts: Sequence[Layout]) -> Iterator[Sheet]:
    """The list in `path` in the first of `layouts` that fits. Raises Refused `list-unreadable` or `list-unknown`."""
    with ExitStack() as opened:
        try:
            yield _sheet(path, layouts, opened)
        except (OSError, lzma.LZMAError, EOFError, zipfile.BadZipFile) as error:
            raise Refused("list-unreadable", f"{path.name} cannot be read: {error}") from error


def _sheet(path: Path, layouts: Sequence[Layout], opened: ExitStack) -> Sheet:
    binary: IO[bytes] = opened.enter_context(path.open("rb"))
    start = binary.read(8)
    binary.seek(0)
    if start.startswith(_ZIP):
        sheet = _found(_workbook(path.name, binary, opened), layouts, path.name)
        return replace(sheet, records=_padded(sheet.records, len(sheet.header)))  # a workbook leaves out empty cells
    if start.startswith(_XZ):
        binary = opened.enter_context(closing(lzma.LZMAFile(binary)))  # noqa: SIM115  `opened` closes it
    text = io.TextIOWrapper(binary, encoding="utf-8-sig", errors="surrogateescape", newline="")
    opened.callback(text.detach)  # what opened the file closes it
    sample = text.read(_SAMPLE_CHARACTERS)
    delimiter = _delimiter(sample, layouts)
    text.seek(0)
    return _found(_records(csv.reader(text, delimiter=delimiter)), layouts, path.name)


def _records(reader: Iterator[list[str]]) -> Iterator[Record]:
    while True:
        try:
            yield from reader
            return
        except csv.Error:  # a field without end; the reader goes on at the next line
            yield None


def _delimiter(sample: str, layouts: Sequence[Layout]) -> str:
    """The one under which some layout's header is found, else the one that the first line has most of."""
    for delimiter in _DELIMITERS:
        rows = itertools.islice(_records(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)), _TITLE_ROWS)
        if any(not layout.missing([folded(cell) for cell in row]) for row in rows if row for layout in layouts):
            return delimiter
    first = sample.partition("\n")[0]
    return max(_DELIMITERS, key=first.count)


def _found(records: Iterator[Record], layouts: Sequence[Layout], name: str) -> Sheet:
    best: tuple[Layout, list[str]] | None = None
    for number, row in enumerate(itertools.islice(records, _TITLE_ROWS), 1):
        header = [folded(cell) for cell in row or ()]
        for layout in layouts:
            missing = layout.missing(header)
            if not missing:
                return Sheet(layout, tuple(header), number + 1, records)
            if len(missing) < len(layout.needed) and (best is None or len(missing) < len(best[1])):
                best = layout, missing
    if best is not None:
        raise Refused(
            "list-unknown", f"{name} lacks the column {', '.join(best[1])} of a list in the form {best[0].name}"
        )
    wanted = " or ".join(f"{layout.name} ({', '.join(layout.needed)})" for layout in layouts)
    raise Refused("list-unknown", f"{name} has no header row of a list in the form {wanted}")


def _workbook(name: str, binary: IO[bytes], opened: ExitStack) -> Iterator[Record]:
    import openpyxl  # 0.2 s, for the few who need it
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles; only values are read
            book = openpyxl.load_workbook(binary, read_only=True, data_only=True)
            opened.callback(book.close)
            sheet = book.worksheets[0]
    except (KeyError, IndexError, ValueError, InvalidFileException) as error:
        raise Refused("list-unreadable", f"{name} is no workbook: {error}") from error
    # Some programs write a wrong extent, and then only the first cell would be read.
    sheet.reset_dimensions()
    return _as_text(sheet.iter_rows(values_only=True))


def _padded(records: Iterator[Record], width: int) -> Iterator[Record]:
    for record in records:
        yield [*record, *[""] * (width - len(record))] if record else record


def _as_text(rows: Iterable[tuple[object, ...]]) -> Iterator[Record]:
    for row in rows:
        cells = [_cell(value) for value in row]
        yield cells if any(cells) else []


def _cell(value: object) -> str:
    """A number as somebody would have typed it: 6410405053749.0 is an EAN, 12.5 a price."""
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(value, ".10g")
    return str(value)
