"""Giving back what was bought on a receipt: which of its lines, how much is left of each, and the line that says so.

- A line of the return copies the line that was sold: name, unit price, VAT rate, deposit, its share of the discount.
  The price list of today has no say.
- What is left of a line is what was sold less what completed returns, other open returns and other registers gave back.
- Each such line bears a note that names the line it gives back; a voided line gives back nothing.
- Practice stays among itself: training returns what training sold, and nothing else does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from poscore.codes import code_key
from poscore.errors import Refused
from poscore.pricing import taxes_of
from poscore.quantity import ONE, Quantity
from poscore.returns import NOTHING, RETURNED, Given, part_of
from poscore.sale import COMPLETED, SALE, Line, Sale
from register_svc.till.basket import Basket
from register_svc.till.item import Item
from register_svc.till.notes import Note

GivenBack = Mapping[int, Given]
"""What was given back, by the line of the receipt."""


@dataclass(frozen=True, slots=True)
class Original:
    """The receipt that goods were bought on."""

    sale: Sale

    @classmethod
    def of(cls, document: Mapping[str, Any], training: bool) -> Original:
        """Raises Refused `receipt-not-found` for an aborted sale, `receipt-not-returnable` for what sold nothing."""
        sale = Sale.from_wire(document)
        header = sale.header
        if header.state != COMPLETED:
            raise Refused("receipt-not-found", f"{header.receipt_no} was aborted and has no receipt")
        if header.kind != SALE or header.training != training:
            what = "a return" if header.kind != SALE else "training" if header.training else "no training"
            raise Refused("receipt-not-returnable", f"nothing can be returned of {header.receipt_no}: it is {what}")
        return cls(sale)

    @property
    def receipt_no(self) -> str:
        return self.sale.header.receipt_no

    @property
    def lines(self) -> tuple[Line, ...]:
        """Those that were sold."""
        return tuple(line for line in self.sale.lines if not line.voided)

    @property
    def paid_with(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(tender.type for tender in self.sale.tenders))

    def standard_rate(self, today: int) -> int:
        """The VAT rate of deposits on the day of the sale, basis points: the one that explains the document.

        `today`: the rate of the present day, for a receipt without deposits, of which none can come back.
        """
        if not any(line.deposit for line in self.lines):
            return today
        rates = (row.rate for row in self.sale.taxes)
        return next(rate for rate in rates if taxes_of(self.sale.lines, rate) == self.sale.taxes)

    def line(self, n: int) -> Line:
        """Raises Refused `line-not-found`."""
        for line in self.lines:
            if line.n == n:
                return line
        raise Refused("line-not-found", f"{self.receipt_no} sold nothing on a line {n}")

    def left(self, n: int, given: GivenBack) -> Given:
        """What can still come back of a line."""
        line = self.line(n)
        return Given(line.quantity.thousandths, line.total, line.deposit).less(given.get(n, NOTHING))

    def find(self, code: str | None, articles: Collection[str], given: GivenBack) -> Line:
        """The line that a scan means, of those with something left. `articles`: what bears the code by today's book.

        Raises Refused `not-on-receipt` or `quantity-returned`.
        """
        key = code_key(code or "")
        found = [
            line
            for line in self.lines
            if line.article_id in articles or (key and key in (code_key(line.code or ""), line.article_id))
        ]
        if not found:
            raise Refused("not-on-receipt", f"{code or ', '.join(articles)} was not bought on {self.receipt_no}")
        for line in found:
            if self.left(line.n, given).thousandths:
                return line
        raise Refused("quantity-returned", f"all of {found[0].name} has been returned already", left="0")

    def to_wire(self, given: GivenBack) -> dict[str, Any]:
        """As a screen shows it: every line with what was sold, what came back and what is left."""
        header = self.sale.header
        return {
            "receipt_no": header.receipt_no,
            "business_day": header.business_day,
            "customer": header.customer,
            "training": header.training,
            "paid_with": list(self.paid_with),
            "lines": [self._line_to_wire(line, given) for line in self.lines],
        }

    def _line_to_wire(self, line: Line, given: GivenBack) -> dict[str, Any]:
        left, back = self.left(line.n, given), given.get(line.n, NOTHING)
        return {
            "n": line.n,
            "article_id": line.article_id,
            "code": line.code,
            "name": line.name,
            "unit": line.unit,
            "unit_price": line.unit_price,
            "quantity": line.quantity.text,
            "returned": Quantity(back.thousandths).text,
            "left": left.quantity.text,
            "discount": line.discount,
            "deposit": line.deposit,
            "vat_rate": line.vat_rate,
            "total": line.total,
            "left_total": left.total,
        }


@dataclass(frozen=True, slots=True)
class Chosen:
    """So much of line `n` of the receipt."""

    n: int
    quantity: Quantity

    @classmethod
    def of(cls, original: Original, n: int, quantity: Quantity | None, given: GivenBack) -> Chosen:
        """`quantity` None: one piece of what was sold in pieces, all that is left of what was weighed."""
        line = original.line(n)
        if quantity is None:
            quantity = ONE if line.quantity.is_whole else original.left(n, given).quantity
        return cls(n, quantity)


def put_back(basket: Basket, original: Original, chosen: Chosen, given: GivenBack, snapshot: int) -> Basket:
    """One more line that comes back. `given`: all that was given back before. Raises Refused `quantity-returned`."""
    line = original.line(chosen.n)
    part = part_of(line.unit_price, original.left(chosen.n, given), chosen.quantity)
    basket = basket.put_copy(_item(line), part, snapshot)
    about = {"original_receipt": original.receipt_no, "original_line": chosen.n}
    return basket.with_note(Note(RETURNED, len(basket.lines), about))


def change_back(basket: Basket, original: Original, n: int, quantity: Quantity, given: GivenBack) -> Basket:
    """Line `n` of the return with another quantity. `given`: what others gave back, without this line."""
    line = original.line(line_of(basket, n))
    part = part_of(line.unit_price, original.left(line.n, given), quantity)
    return basket.put_copy(_item(line), part, basket.snapshot or 0, n)


def line_of(basket: Basket, n: int) -> int:
    """The line of the receipt that line `n` of the return gives back. Raises Refused `line-not-found`."""
    for note in basket.notes:
        if note.kind == RETURNED and note.line == n:
            return int(note.about["original_line"])
    raise Refused("line-not-found", f"the return has no line {n}")


def on_drafts(baskets: Iterable[Basket], receipt_no: str, without: tuple[str, int] | None = None) -> dict[int, Given]:
    """What open and parked returns of a receipt give back. `without`: one line (its sale and its n) left out."""
    found: dict[int, Given] = {}
    for basket in baskets:
        if basket.original_receipt != receipt_no:
            continue
        for row in basket.lines:
            line = row.line
            if not line.voided and row.copied and (basket.id, line.n) != without:
                n = line_of(basket, line.n)
                back = Given(-line.quantity.thousandths, -line.total, -line.deposit)
                found[n] = found.get(n, NOTHING) + back
    return found


def together(*parts: GivenBack) -> dict[int, Given]:
    found: dict[int, Given] = {}
    for part in parts:
        for n, given in part.items():
            found[n] = found.get(n, NOTHING) + given
    return found


def _item(line: Line) -> Item:
    # No age is asked of whoever brings something back, and the deposit is the line's own, not the article's.
    return Item(line.article_id, line.code, line.name, line.unit, line.unit_price, 0, line.vat_rate, 0)
