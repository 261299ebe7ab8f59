"""An open sale: lines, discounts and tenders, and every rule about changing them.

- A basket is frozen; each act gives a new one or raises Refused, and the old one is untouched.
- Lines copy all they need, so a new snapshot never changes a price that the customer has seen.
- Discounts are kept as they were given; the lines' shares are worked out anew at each change, promotions first.
- Once a tender is on it the lines are frozen: nobody edits what somebody has started to pay.
- The client sends positive quantities and amounts; a return turns every sign here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from poscore.errors import Refused
from poscore.money import Cents
from poscore.pricing import CASH, Left, is_settled, left_to_pay, totals_of
from poscore.quantity import Quantity
from poscore.returns import Part
from poscore.sale import COMPLETED, OPEN, RETURN, Header, Line, Sale, Tender
from register_svc.till.card_number import masked
from register_svc.till.discounts import Discount, shares
from register_svc.till.item import Item
from register_svc.till.notes import Note
from register_svc.till.promotions import Given, Goods, best, parts_by_line

CARD = "card"
MAX_LINES = 2_000  # the longest real invoice known has 675


@dataclass(frozen=True, slots=True)
class BasketLine:
    """`wire`: how a draft keeps it, worked out once because a draft is kept anew at every scan. Not to be changed.

    `copied`: of an older receipt, with its discount; no price list and no discount of today touches it.
    `goods`: what promotions ask of it, for the same reason; None where there are none. Whoever changes no more than the
    discount passes them on.
    """

    item: Item
    line: Line
    copied: bool = False
    goods: Goods | None = field(default=None, repr=False, compare=False)
    wire: Mapping[str, Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        copied = {"copied": True} if self.copied else {}
        object.__setattr__(self, "wire", {**self.item.to_wire(), **_line_wire(self.line), **copied})
        if self.item.promotions and self.goods is None:
            object.__setattr__(self, "goods", _goods(self.item, self.line))


@dataclass(frozen=True, slots=True)
class Basket:
    """`standard_rate`: VAT of deposits on the sale's business day, basis points. `given`: by promotions."""

    id: str
    kind: str
    training: bool
    business_day: str
    cashier: str
    standard_rate: int
    started_at: str
    snapshot: int | None = None
    customer: str | None = None
    original_receipt: str | None = None
    state: str = OPEN
    lines: tuple[BasketLine, ...] = ()
    tenders: tuple[Tender, ...] = ()
    discounts: tuple[Discount, ...] = ()
    notes: tuple[Note, ...] = ()
    given: tuple[Given, ...] = ()

    # --- lines

    def add_line(self, item: Item, quantity: Quantity, snapshot: int) -> Basket:
        """One more line at the end. `quantity` > 0."""
        self._must_be_changeable()
        if len(self.lines) >= MAX_LINES:
            raise Refused("sale-too-long", f"a sale has at most {MAX_LINES} lines")
        row = self._row(len(self.lines) + 1, item, quantity)
        changed = replace(self, lines=(*self.lines, row), snapshot=self.snapshot or snapshot)
        return changed._discounted() if self.discounts or item.promotions else changed

    def change_quantity(self, n: int, quantity: Quantity) -> Basket:
        self._must_be_changeable()
        return self._with_line(self._row(n, self._line(n).item, quantity))

    def change_price(self, n: int, unit_price: Cents) -> Basket:
        """Another price for the line's goods, which no promotion lowers further.

        Raises Refused `price-below-deposit` or `return-as-sold`.
        """
        self._must_be_changeable()
        row = self._line(n)
        if self.original_receipt is not None:
            raise Refused("return-as-sold", "what is returned on a receipt goes back at what was paid for it")
        if unit_price < row.item.deposit:
            raise Refused("price-below-deposit", f"the deposit alone is {row.item.deposit} cents")
        quantity = -row.line.quantity if self.is_return else row.line.quantity
        return self._with_line(self._row(n, replace(row.item, unit_price=unit_price, promotions=()), quantity))

    def void_line(self, n: int) -> Basket:
        """The line stays listed and counts nowhere."""
        self._must_be_changeable()
        row = self._line(n)
        line = replace(row.line, voided=True, discount=0, total=row.line.total + row.line.discount)
        return self._with_line(BasketLine(row.item, line))

    def put_copy(self, item: Item, part: Part, snapshot: int, n: int | None = None) -> Basket:
        """A part of a line of an older receipt as it was sold: at the end, or in place of line `n`."""
        self._must_be_changeable()
        if n is None and len(self.lines) >= MAX_LINES:
            raise Refused("sale-too-long", f"a sale has at most {MAX_LINES} lines")
        sign = self._sign
        line = Line(
            self._line(n).line.n if n is not None else len(self.lines) + 1,
            item.article_id,
            item.code,
            item.name,
            Quantity(sign * part.quantity.thousandths),
            item.unit,
            part.unit_price,
            sign * part.discount,
            sign * part.deposit,
            item.vat_rate,
            sign * part.total,
        )
        row = BasketLine(replace(item, unit_price=part.unit_price), line, copied=True)
        if n is not None:
            return self._with_line(row)
        return replace(self, lines=(*self.lines, row), snapshot=self.snapshot or snapshot)

    # --- discounts, customer

    def add_discount(self, discount: Discount) -> Basket:
        """Raises Refused `discount-too-large` for an amount above what it is taken from."""
        self._must_be_changeable()
        if discount.line is not None:
            base = abs(self._line(discount.line).line.total)
        else:
            base = abs(sum(row.line.total for row in self.lines if not row.line.voided))
        if base == 0 or (discount.amount or 0) > base:
            raise Refused("discount-too-large", "the discount is larger than what it is taken from")
        return replace(self, discounts=(*self.discounts, discount))._discounted()

    def remove_discount(self, n: int) -> Basket:
        """`n`: its place among those given, from 1. Raises Refused `discount-not-found`."""
        self._must_be_changeable()
        if not 1 <= n <= len(self.discounts):
            raise Refused("discount-not-found", f"the sale has no discount {n}")
        return replace(self, discounts=(*self.discounts[: n - 1], *self.discounts[n:]))._discounted()

    def with_customer(self, customer: str | None) -> Basket:
        self._must_be_changeable()
        return replace(self, customer=customer)

    # --- notes

    def with_note(self, note: Note) -> Basket:
        """One more thing that goes into the record beside the sale; allowed whatever is on the sale already."""
        self._must_be_open()
        if note.line is not None:
            self._line(note.line)
        return replace(self, notes=(*self.notes, note))

    # --- tenders

    def left(self) -> Left:
        """What is still to be paid, always ≥ 0: in a return what is still to be given back."""
        left = left_to_pay(totals_of((row.line for row in self.lines), self.tenders), self.tenders)
        return Left(abs(left.exact), abs(left.cash))

    def add_tender(self, kind: str, amount: Cents | None, reference: str | None) -> Basket:
        """`amount` None settles what is left. Only cash in a sale may be more than that: it gives change.

        A card's number goes no further than here: neither draft nor record nor screen has it.
        """
        self._must_be_open()
        left = self.left()
        wanted = left.cash if kind == CASH else left.exact
        if wanted <= 0:
            raise Refused("nothing-to-pay", "nothing is left to pay")
        given = wanted if amount is None else amount
        gives_change = kind == CASH and not self.is_return
        if given > wanted and not gives_change:
            raise Refused("amount-too-large", "only cash gives change: the amount is more than what is left to pay")
        number = 1 + max((tender.n for tender in self.tenders), default=0)
        told = masked(reference) if kind == CARD and reference else reference
        tender = Tender(number, kind, self._sign * given, told)
        return replace(self, tenders=(*self.tenders, tender))

    def remove_tender(self, n: int) -> Basket:
        self._must_be_open()
        rest = tuple(tender for tender in self.tenders if tender.n != n)
        if len(rest) == len(self.tenders):
            raise Refused("tender-not-found", f"the sale has no tender {n}")
        return replace(self, tenders=rest)

    # --- the document

    def document(self, offline: bool, state: str | None = None) -> Sale:
        """The sale as everybody outside sees it. Raises Refused `not-paid` for a completed one with a rest."""
        header = Header(
            self.id,
            self.id,
            state or self.state,
            self.kind,
            offline,
            self.training,
            self.business_day,
            self.cashier,
            self.customer,
            self.snapshot,
        )
        return Sale.of(header, tuple(row.line for row in self.lines), self.tenders, self.standard_rate)

    def completed(self, offline: bool) -> Sale:
        """The final document. Raises Refused `sale-not-open`, `sale-empty` or `not-paid`."""
        self._must_be_open()
        if all(row.line.voided for row in self.lines):
            raise Refused("sale-empty", "there is nothing to sell on this sale")
        if not is_settled(totals_of((row.line for row in self.lines), self.tenders)):
            raise Refused("not-paid", "the sale is not paid in full")
        return self.document(offline, COMPLETED)

    @property
    def is_return(self) -> bool:
        return self.kind == RETURN

    @property
    def is_empty(self) -> bool:
        return not self.lines and not self.tenders

    # --- storage

    def to_wire(self) -> dict[str, Any]:
        """The draft as it is kept on disk; only this module reads it back."""
        return {
            **{name: getattr(self, name) for name in _PLAIN_FIELDS},
            "lines": [row.wire for row in self.lines],
            "tenders": [tender.to_wire() for tender in self.tenders],
            "discounts": [asdict(discount) for discount in self.discounts],
            "notes": [note.to_wire() for note in self.notes],
            "given": [given.wire for given in self.given],
        }

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Basket:
        return cls(
            **{name: wire[name] for name in _PLAIN_FIELDS},
            lines=tuple(_row_from_wire(row) for row in wire["lines"]),
            tenders=tuple(Tender.from_wire(tender) for tender in wire["tenders"]),
            discounts=tuple(Discount(**discount) for discount in wire["discounts"]),
            notes=tuple(Note.from_wire(note) for note in wire.get("notes", ())),
            given=tuple(Given.from_wire(given) for given in wire.get("given", ())),
        )

    # --- within

    @property
    def _sign(self) -> int:
        return -1 if self.is_return else 1

    def _row(self, n: int, item: Item, quantity: Quantity) -> BasketLine:
        if quantity.thousandths <= 0:
            raise Refused("quantity-invalid", "a quantity is more than 0")
        signed = -quantity if self.is_return else quantity
        total, deposit = signed.times(item.unit_price), signed.times(item.deposit)
        line = Line(
            n,
            item.article_id,
            item.code,
            item.name,
            signed,
            item.unit,
            item.unit_price,
            0,
            deposit,
            item.vat_rate,
            total,
        )
        return BasketLine(item, line)

    def _line(self, n: int) -> BasketLine:
        if not 1 <= n <= len(self.lines):
            raise Refused("line-not-found", f"the sale has no line {n}")
        row = self.lines[n - 1]
        if row.line.voided:
            raise Refused("line-voided", f"line {n} has been voided")
        return row

    def _with_line(self, row: BasketLine) -> Basket:
        at = row.line.n - 1
        return replace(self, lines=(*self.lines[:at], row, *self.lines[at + 1 :]))._discounted()

    def _discounted(self) -> Basket:
        """The same lines with every discount worked out anew: promotions, then those on lines, then on the sale."""
        given = best(row.goods for row in self.lines if row.goods)
        off = parts_by_line(given, len(self.lines))
        fulls = [0 if row.line.voided or row.copied else abs(row.line.total + row.line.discount) for row in self.lines]
        parts = shares(self.discounts, [full - part for full, part in zip(fulls, off, strict=True)])
        reduced = zip(self.lines, off, parts, strict=True)
        rows = (_reduced(row, self._sign * (promoted + part)) for row, promoted, part in reduced)
        return replace(self, lines=tuple(rows), given=tuple(one.signed(self._sign) for one in given))

    def _must_be_open(self) -> None:
        if self.state != OPEN:
            raise Refused("sale-not-open", f"the sale is {self.state}")

    def _must_be_changeable(self) -> None:
        self._must_be_open()
        if self.tenders:
            raise Refused("sale-has-tenders", "take the tenders away before changing what is being paid")


_PLAIN_FIELDS = (
    "id",
    "kind",
    "training",
    "business_day",
    "cashier",
    "standard_rate",
    "started_at",
    "snapshot",
    "customer",
    "original_receipt",
    "state",
)


def _reduced(row: BasketLine, discount: Cents) -> BasketLine:
    line = row.line
    if line.voided or row.copied or line.discount == discount:
        return row
    changed = replace(line, discount=discount, total=line.total + line.discount - discount)
    return BasketLine(row.item, changed, goods=row.goods)


def _goods(item: Item, line: Line) -> Goods | None:
    if item.article_id is None or line.voided:
        return None
    quantity = line.quantity if line.quantity.thousandths > 0 else -line.quantity
    return Goods(line.n, item.article_id, quantity, item.unit, item.unit_price, item.deposit, item.promotions)


def _line_wire(line: Line) -> dict[str, Any]:
    return {
        "n": line.n,
        "quantity": line.quantity.text,
        "discount": line.discount,
        "deposit": line.deposit,
        "total": line.total,
        "voided": line.voided,
    }


def _row_from_wire(wire: Mapping[str, Any]) -> BasketLine:
    item = Item.from_wire(wire)
    line = Line(
        wire["n"],
        item.article_id,
        item.code,
        item.name,
        Quantity.parse(wire["quantity"]),
        item.unit,
        item.unit_price,
        wire["discount"],
        wire["deposit"],
        item.vat_rate,
        wire["total"],
        wire["voided"],
    )
    return BasketLine(item, line, wire.get("copied", False))
