"""What a cashier asks for: a sale to start, a line to add, a tender to take."""

from __future__ import annotations

from dataclasses import dataclass

from poscore.money import Cents
from poscore.quantity import Quantity
from poscore.sale import SALE


@dataclass(frozen=True, slots=True)
class NewSale:
    kind: str = SALE
    training: bool = False
    customer: str | None = None
    original_receipt: str | None = None
    reason: str | None = None  # of a return without a receipt


@dataclass(frozen=True, slots=True)
class NewTender:
    """`amount` None settles what is left; always positive, also in a return."""

    type: str
    amount: Cents | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class NewLine:
    """Exactly one of `code`, `article_id`, `open` (name, unit price, VAT code) and `original_line`.

    `counted`: whether the cashier said how many; else the quantity is what one scan means.
    """

    quantity: Quantity
    code: str | None = None
    article_id: str | None = None
    open: tuple[str, Cents, str] | None = None
    original_line: int | None = None
    counted: bool = True
