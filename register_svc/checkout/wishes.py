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


@dataclass(frozen=True, slots=True)
class NewTender:
    """`amount` None settles what is left; always positive, also in a return."""

    type: str
    amount: Cents | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class NewLine:
    """Exactly one of `code`, `article_id` and `open` (name, unit price, VAT code)."""

    quantity: Quantity
    code: str | None = None
    article_id: str | None = None
    open: tuple[str, Cents, str] | None = None
