"""The sale document: what a register commits, prints, returns, and head office keeps.

Rules:
- A document that breaks its own arithmetic cannot be built: lines, totals, taxes and tenders are checked together.
- In a return every quantity, discount, deposit, total, tax, tender and sum is negative or 0; `unit_price` stays ≥ 0.
- `Sale.from_wire(sale.to_wire())` is the same document, and its canonical bytes are the same bytes.
- Voided lines stay listed and count nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from poscore.errors import PosError, Refused
from poscore.money import MAX_CENTS, Cents
from poscore.pricing import BASIS_POINTS, CASH, Totals, is_settled, taxes_agree, taxes_of, totals_of
from poscore.quantity import Quantity
from poscore.vat import TaxRow, tax_row_from_wire

SALE, RETURN = "sale", "return"
OPEN, PARKED, COMPLETED, ABORTED = "open", "parked", "completed", "aborted"
TENDER_TYPES = (CASH, "card", "invoice", "account", "payroll", "bonus", "voucher")

_HEADER = ("id", "receipt_no", "state", "kind", "offline", "training", "business_day", "cashier", "customer")
_FIELDS = frozenset((*_HEADER, "lines", "tenders", "totals", "taxes", "snapshot"))
_KINDS = frozenset((SALE, RETURN))
_STATES = frozenset((OPEN, PARKED, COMPLETED, ABORTED))
_LINE_INTS = itemgetter("n", "unit_price", "discount", "deposit", "vat_rate", "total")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a sale. `deposit` is a part of `total`; `vat_rate` is in basis points."""

    n: int
    article_id: str | None
    code: str | None
    name: str
    quantity: Quantity
    unit: str
    unit_price: Cents
    discount: Cents
    deposit: Cents
    vat_rate: int
    total: Cents
    voided: bool = False

    def __post_init__(self) -> None:
        sign = self.quantity.thousandths
        if self.unit_price < 0:
            raise ValueError(f"line {self.n}: a unit price cannot be negative")
        if not 0 <= self.vat_rate < BASIS_POINTS:
            raise ValueError(f"line {self.n}: {self.vat_rate} is not a VAT rate in basis points")
        if self.total != self.quantity.times(self.unit_price) - self.discount:
            raise ValueError(f"line {self.n}: total {self.total} is not quantity × unit price − discount")
        if sign == 0 or self.discount * sign < 0 or self.deposit * sign < 0 or self.total * sign < 0:
            raise ValueError(f"line {self.n}: quantity, discount, deposit and total must have one sign")

    def to_wire(self) -> dict[str, Any]:
        return {
            "n": self.n,
            "article_id": self.article_id,
            "code": self.code,
            "name": self.name,
            "quantity": self.quantity.text,
            "unit": self.unit,
            "unit_price": self.unit_price,
            "discount": self.discount,
            "deposit": self.deposit,
            "vat_rate": self.vat_rate,
            "total": self.total,
            "voided": self.voided,
        }

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Line:
        _must_be_whole(_LINE_INTS(wire))
        return cls(**{**wire, "quantity": Quantity.parse(wire["quantity"])})


@dataclass(frozen=True, slots=True)
class Tender:
    """One payment; cash as handed over. `reference` is what the terminal or the customer's order gave, or None."""

    n: int
    type: str
    amount: Cents
    reference: str | None = None

    def __post_init__(self) -> None:
        if self.type not in TENDER_TYPES:
            raise ValueError(f"{self.type!r} is not a tender type")

    def to_wire(self) -> dict[str, Any]:
        return {"n": self.n, "type": self.type, "amount": self.amount, "reference": self.reference}

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Tender:
        _must_be_whole((wire["n"], wire["amount"]))
        return cls(**wire)


@dataclass(frozen=True, slots=True)
class Header:
    """Everything about a sale but its sums. `cashier` and `customer` are ids; `snapshot` is a version."""

    id: str
    receipt_no: str
    state: str
    kind: str
    offline: bool
    training: bool
    business_day: str
    cashier: str | None
    customer: str | None
    snapshot: int | None

    def __post_init__(self) -> None:
        if self.kind not in _KINDS:
            raise ValueError(f"{self.kind!r} is not a kind of sale")
        if self.state not in _STATES:
            raise ValueError(f"{self.state!r} is not a state of a sale")

    @property
    def is_return(self) -> bool:
        return self.kind == RETURN


@dataclass(frozen=True, slots=True)
class Sale:
    """Header, lines and tenders with the totals and taxes that follow from them."""

    header: Header
    lines: tuple[Line, ...]
    tenders: tuple[Tender, ...]
    totals: Totals
    taxes: tuple[TaxRow, ...]

    @classmethod
    def of(cls, header: Header, lines: tuple[Line, ...], tenders: tuple[Tender, ...], standard_rate: int) -> Sale:
        """The document of these lines and tenders. `standard_rate`: the VAT rate of deposits, basis points."""
        return cls(header, lines, tenders, totals_of(lines, tenders), taxes_of(lines, standard_rate))

    def __post_init__(self) -> None:
        totals, sign = self.totals, -1 if self.header.is_return else 1
        if totals.exact * sign < 0 or any(line.quantity.thousandths * sign < 0 for line in self.lines):
            raise ValueError(f"a {self.header.kind} cannot have lines of the other sign")
        if any(tender.amount * sign <= 0 for tender in self.tenders):
            raise ValueError(f"a {self.header.kind} cannot have tenders of the other sign")
        if abs(totals.gross) > MAX_CENTS or abs(totals.paid) > MAX_CENTS:
            raise Refused("amount-too-large", "the sums of this sale are larger than a register can keep")
        cash = sum(tender.amount for tender in self.tenders if tender.type == CASH)
        if totals.change > max(cash, 0):
            raise ValueError("change comes from cash only")
        if self.header.state == COMPLETED and not is_settled(totals):
            raise ValueError(f"{totals.due - totals.paid} is still to be paid")
        if self.header.state == COMPLETED and totals.paid - totals.change != totals.due:
            raise ValueError(f"tenders {totals.paid} − change {totals.change} is not due {totals.due}")

    def to_wire(self) -> dict[str, Any]:
        header = self.header
        return {
            "id": header.id,
            "receipt_no": header.receipt_no,
            "state": header.state,
            "kind": header.kind,
            "offline": header.offline,
            "training": header.training,
            "business_day": header.business_day,
            "cashier": header.cashier,
            "customer": header.customer,
            "lines": [line.to_wire() for line in self.lines],
            "tenders": [tender.to_wire() for tender in self.tenders],
            "totals": self.totals.to_wire(),
            "taxes": [row.to_wire() for row in self.taxes],
            "snapshot": header.snapshot,
        }

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Sale:
        """The document of parsed JSON, checked in full: sums and taxes are computed again and compared.

        Raises Refused `sale-invalid` with the reason.
        """
        try:
            return cls._read(wire)
        except (KeyError, TypeError, ValueError, AttributeError, PosError) as error:
            raise Refused("sale-invalid", f"not a sale document: {error}") from None

    @classmethod
    def _read(cls, wire: Mapping[str, Any]) -> Sale:
        if wire.keys() != _FIELDS:
            raise ValueError(f"fields {sorted(_FIELDS ^ wire.keys())} are missing or unknown")
        header = Header(**{name: wire[name] for name in _HEADER}, snapshot=wire["snapshot"])
        lines = tuple(Line.from_wire(line) for line in wire["lines"])
        tenders = tuple(Tender.from_wire(tender) for tender in wire["tenders"])
        totals = totals_of(lines, tenders)
        _must_be_whole(wire["totals"].values())
        if totals.to_wire() != wire["totals"]:
            raise ValueError(f"totals are {wire['totals']}, lines and tenders give {totals.to_wire()}")
        taxes = tuple(tax_row_from_wire(row) for row in wire["taxes"])
        if not taxes_agree(lines, taxes):
            raise ValueError("taxes do not follow from the lines")
        return cls(header, lines, tenders, totals, taxes)


def _must_be_whole(values: Iterable[Any]) -> None:
    """JSON's 1.0 and true equal 1, and neither is a number of cents."""
    if any(type(value) is not int for value in values):
        raise ValueError("numbers are whole")
