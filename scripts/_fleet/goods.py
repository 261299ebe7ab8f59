"""The demo's price list as it stands in its file, for whoever must know what a sale should cost."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Goods:
    """`price`, `deposit`: cents; the deposit is a part of the price. `codes`: none, one or several."""

    article_id: str
    name: str
    codes: tuple[str, ...]
    price: int
    deposit: int
    age_limit: int

    @property
    def code(self) -> str:
        return self.codes[0]


def read_goods(path: Path) -> dict[str, Goods]:
    """The rows of a generic article list, by name."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["name"]: _goods(row) for row in rows}


def _goods(row: dict[str, str]) -> Goods:
    price, deposit = _cents(row["price"]), _cents(row["deposit"] or "0")
    return Goods(
        row["article_id"], row["name"], tuple(row["gtin"].split()), price, deposit, int(row["age_limit"] or "0")
    )


def _cents(text: str) -> int:
    euros, _, cents = text.partition(".")
    return int(euros) * 100 + int((cents or "0").ljust(2, "0"))
