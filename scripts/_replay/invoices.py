"""A file of invoices read as sales and returns. Nothing here knows a network.

Rules:
- One invoice is one sale. The sign of a row decides: quantity × price below 0, or a quantity below 0 at price 0, is
  given back; an invoice that has both is one sale and one return.
- A till knows prices in whole cents and of 0 or more. A row with a price below 0 turns both its signs; a row whose
  price has a fraction of a cent becomes one piece at the row's total, rounded to the cent, half away from zero.
- Nothing is left out in silence: what is no goods, what was rounded and what cannot be a line is listed.

The file's columns: InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country.
"""

from __future__ import annotations

import csv
import lzma
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TextIO

SALE, RETURN = "sale", "return"

_CENT = Decimal("0.01")
_GOODS = re.compile(r"\d{5}")  # a stock code of goods begins with five digits
_MOST_NAME = 120


@dataclass(frozen=True, slots=True)
class Row:
    invoice: str
    stock_code: str
    description: str
    quantity: Decimal
    unit_price: Decimal

    @property
    def exact(self) -> Decimal:
        return self.quantity * self.unit_price

    @property
    def total(self) -> int:
        """In cents, rounded half away from zero; below 0 when it is given back."""
        return int(self.exact.quantize(_CENT, ROUND_HALF_UP) * 100)

    @property
    def kind(self) -> str:
        return RETURN if self.exact < 0 or (self.exact == 0 and self.quantity < 0) else SALE

    @property
    def is_whole_cents(self) -> bool:
        return self.unit_price * 100 % 1 == 0

    @property
    def is_goods(self) -> bool:
        return _GOODS.match(self.stock_code) is not None


@dataclass(frozen=True, slots=True)
class DealLine:
    """What is typed in: `quantity` as text and above 0, `unit_price` in cents."""

    name: str
    quantity: str
    unit_price: int


@dataclass(frozen=True, slots=True)
class Deal:
    """One sale or one return. `total`: in cents, with the sign of its kind."""

    invoice: str
    kind: str
    lines: tuple[DealLine, ...]
    total: int


@dataclass(slots=True)
class Listing:
    """What must not pass in silence, and the sums that head office must reach."""

    invoices: int = 0
    rows: int = 0
    total: int = 0
    exact: Decimal = Decimal(0)
    not_goods: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))  # code: [rows, cents]
    fractions: list[Row] = field(default_factory=list)
    left_out: list[Row] = field(default_factory=list)
    split: list[str] = field(default_factory=list)

    @property
    def difference(self) -> Decimal:
        """What rounding each line to the cent has taken away from the exact sum."""
        return self.exact - Decimal(self.total) / 100

    def report(self) -> str:
        """All of it as lines for a person."""
        codes = (f"{code} {rows} × ({cents / 100:.2f})" for code, (rows, cents) in sorted(self.not_goods.items()))
        rounded = [f"{row.invoice} {row.stock_code}: {row.quantity} × {row.unit_price}" for row in self.fractions]
        return "\n".join(
            [
                f"{self.invoices} invoices, {self.rows} rows",
                f"no goods by their code, sold by name and price all the same: {', '.join(codes) or 'none'}",
                f"prices with a fraction of a cent: {', '.join(rounded) or 'none'}",
                f"invoices with goods both sold and given back, split in two: {', '.join(self.split) or 'none'}",
                f"rows of quantity 0, which no till can sell: {len(self.left_out)}",
                f"sum of the rows, each rounded to the cent: {self.total / 100:.2f}",
                f"exactly: {self.exact}; rounding took {self.difference}",
            ]
        )


def read_deals(path: Path, invoices: int | None, listing: Listing) -> Iterator[Deal]:
    """The file's deals in its order, at most the first `invoices` of its invoices; `listing` grows meanwhile.

    The file may be compressed with xz. Rows of one invoice need not stand together.
    """
    with _open(path) as file:
        by_invoice: dict[str, list[Row]] = {}
        for row in map(_row, csv.DictReader(file)):
            if row.invoice not in by_invoice and len(by_invoice) == invoices:
                continue  # a later row may still belong to an invoice that counts
            by_invoice.setdefault(row.invoice, []).append(row)
    for invoice, rows in by_invoice.items():
        yield from _deals(invoice, rows, listing)


def _deals(invoice: str, rows: Iterable[Row], listing: Listing) -> Iterator[Deal]:
    by_kind: dict[str, list[Row]] = {}
    for row in rows:
        _list(row, listing)
        if row.quantity:
            by_kind.setdefault(row.kind, []).append(row)
    listing.invoices += 1
    if len(by_kind) > 1:
        listing.split.append(invoice)
    for kind, its in by_kind.items():
        yield Deal(invoice, kind, tuple(map(_line, its)), sum(row.total for row in its))


def _list(row: Row, listing: Listing) -> None:
    listing.rows += 1
    listing.total += row.total
    listing.exact += row.exact
    if not row.is_goods:
        listing.not_goods[row.stock_code][0] += 1
        listing.not_goods[row.stock_code][1] += row.total
    if not row.is_whole_cents:
        listing.fractions.append(row)
    if not row.quantity:
        listing.left_out.append(row)


def _line(row: Row) -> DealLine:
    name = f"{row.stock_code} {row.description}".strip()[:_MOST_NAME]
    if not row.is_whole_cents:
        return DealLine(f"{name} ({row.quantity} × {row.unit_price})", "1", abs(row.total))
    return DealLine(name, f"{abs(row.quantity):f}", int(abs(row.unit_price) * 100))


def _row(cells: dict[str, str]) -> Row:
    return Row(
        cells["InvoiceNo"],
        cells["StockCode"],
        " ".join(cells["Description"].split()),
        Decimal(cells["Quantity"]),
        Decimal(cells["UnitPrice"]).normalize() + 0,  # + 0: no price is "-0"
    )


def _open(path: Path) -> TextIO:
    if path.suffix == ".xz":
        return lzma.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")
