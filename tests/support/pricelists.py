"""Lists to import: a line says only what the test is about.

path = article_list(tmp_path / "a.csv", [line("A1", price="2.50"), line("A2", gtin="")])
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import openpyxl

from poscore.codes import check_digit

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ARTICLE_COLUMNS = (
    *("article_id", "name", "gtin", "price", "vat_code"),
    *("department", "unit", "deposit", "age_limit", "store"),
)


def gtin(number: int) -> str:
    """A valid EAN-13, another one for each number."""
    digits = f"64{number:010d}"
    return digits + check_digit(digits)


def line(article_id: str, **cells: str) -> dict[str, str]:
    """One article of a generic list."""
    known = {
        "article_id": article_id,
        "name": f"Tuote {article_id}",
        "gtin": gtin(sum(map(ord, article_id))),
        "price": "1.00",
        "vat_code": "reduced",
        "department": "ruoka",
        "unit": "kpl",
        "deposit": "",
        "age_limit": "",
        "store": "",
    }
    assert cells.keys() <= known.keys(), cells.keys() - known.keys()
    return known | cells


def lines(count: int, start: int = 0) -> list[dict[str, str]]:
    """Articles A000000, A000001 … that differ in name, code and price."""
    return [
        line(f"A{n:06d}", name=f"Tuote {n} sana{n % 97}", gtin=gtin(n), price=f"{n % 90 + 1}.{n % 100:02d}")
        for n in range(start, start + count)
    ]


def article_list(path: Path, rows: Iterable[Mapping[str, str]], delimiter: str = ",", bom: bool = False) -> Path:
    return table(
        path, [ARTICLE_COLUMNS, *([row[column] for column in ARTICLE_COLUMNS] for row in rows)], delimiter, bom
    )


def table(path: Path, rows: Iterable[Sequence[str]], delimiter: str = ",", bom: bool = False) -> Path:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_bytes((b"\xef\xbb\xbf" if bom else b"") + text.getvalue().encode())
    return path


def workbook(path: Path, rows: Iterable[Sequence[object]]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path
