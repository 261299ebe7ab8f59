"""An invoice or credit note as one JSON document, from sales that were paid with an invoice.

Rules (Value Added Tax Act 1501/1993, sections 209 b and 209 e):
- It names both parties, its number and date, the day of each delivery, quantity and kind of the goods, the price
  without tax, discounts, and for each rate the base and the tax.
- Base and tax of a rate are the sums of what the receipts said, to the cent; lines share their receipt's base.
- What was paid at the till by other means is `prepaid`; `payable` is what was paid with the invoice.
- In a credit note every quantity and sum is negative or 0, as in a return, and it names the invoice that it corrects.
- A deposit is a line of its own at the standard rate.

Nothing here reads the clock or the disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from poscore.errors import Refused
from poscore.money import Cents, divide, split
from poscore.pricing import BASIS_POINTS, taxes_of
from poscore.quantity import Quantity
from poscore.sale import RETURN, Line, Sale
from server_push.posting.parties import Buyer, Seller
from server_push.posting.references import rf_of, viite_of, virtual_barcode

INVOICE, CREDIT_NOTE = "invoice", "credit-note"
DEPOSIT = "Pantti"
NO_TAX = "Veroton myynti, AVL"  # why a rate of 0 was used


@dataclass(frozen=True, slots=True)
class Sold:
    """A sale on the document; `cents` of it were paid with the invoice. `original`: of a return."""

    store: str
    sale: Sale
    cents: Cents
    original: str | None = None

    @property
    def is_return(self) -> bool:
        return self.sale.header.kind == RETURN


@dataclass(frozen=True, slots=True)
class Numbered:
    """What the run gives a document. `corrects`: the invoice that a credit note is of, where it is known."""

    no: int
    run: int
    date: date
    corrects: int | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """`days`: of payment, where the buyer has no term of his own. `late_interest`: per cent a year, or empty."""

    seller: Seller
    days: int
    late_interest: str


@dataclass(frozen=True, slots=True)
class _Row:
    """A line with its part of a rate's base; cents."""

    name: str
    article_id: str | None
    quantity: str
    unit: str
    rate: int
    gross: Cents
    discount: Cents


def document_of(numbered: Numbered, terms: Terms, buyer: Buyer, sold: Sequence[Sold]) -> dict[str, Any]:
    """`sold`: sales alone, or returns alone."""
    kind = CREDIT_NOTE if sold[0].is_return else INVOICE
    viite = viite_of(numbered.no)
    payable = sum(one.cents for one in sold)
    taxes = _summed(row for one in sold for row in one.sale.to_wire()["taxes"])
    total = sum(row["gross"] for row in taxes)
    due = _due(numbered.date, terms, buyer) if kind == INVOICE else None
    return {
        "no": numbered.no,
        "kind": kind,
        "run": numbered.run,
        "date": numbered.date.isoformat(),
        "due_date": None if due is None else due.isoformat(),
        "corrects": numbered.corrects,
        "reference": viite,
        "rf_reference": rf_of(viite),
        "virtual_barcode": _barcode(terms.seller.iban, payable, viite, due) if kind == INVOICE else None,
        "late_interest": terms.late_interest or None,
        "currency": "EUR",
        "seller": terms.seller.to_wire(),
        "buyer": buyer.to_wire(),
        "sales": [_named(one) for one in sold],
        "lines": [line for n, one in enumerate(sold) for line in _lines(n, one)],
        "taxes": [{**row, "exemption": NO_TAX if row["rate"] == 0 else None} for row in taxes],
        "net": sum(row["net"] for row in taxes),
        "tax": sum(row["tax"] for row in taxes),
        "total": total,
        "prepaid": total - payable,
        "payable": payable,
    }


def _due(day: date, terms: Terms, buyer: Buyer) -> date:
    agreed = buyer.payment_term_days
    return day + timedelta(days=terms.days if agreed is None else agreed)


def _barcode(iban: str, payable: Cents, viite: str, due: date | None) -> str | None:
    try:
        return virtual_barcode(iban, payable, viite, due) if iban else None
    except Refused:  # a foreign account, or a million euros: the invoice is paid by its reference
        return None


def _named(one: Sold) -> dict[str, Any]:
    header = one.sale.header
    return {
        "sale_id": header.id,
        "store": one.store,
        "business_day": header.business_day,
        "original_receipt": one.original,
        "total": one.sale.totals.exact,
        "payable": one.cents,
    }


def _summed(rows: Iterable[Mapping[str, int]]) -> list[dict[str, int]]:
    """Tax rows of several receipts as one for each rate, ascending."""
    sums: dict[int, dict[str, int]] = {}
    for row in rows:
        so_far = sums.setdefault(row["rate"], {"rate": row["rate"], "net": 0, "tax": 0, "gross": 0})
        for name in ("net", "tax", "gross"):
            so_far[name] += row[name]
    return [sums[rate] for rate in sorted(sums)]


def _lines(place: int, one: Sold) -> Iterator[dict[str, Any]]:
    """Each line with its `net`; `sale` is its place in the document's `sales`."""
    rows = list(_rows(one.sale))
    nets = _nets(rows, {row.rate: row.net for row in one.sale.taxes})
    for row, net in zip(rows, nets, strict=True):
        discount = _without_tax(row.discount, row.rate)
        yield {
            "sale": place,
            "article_id": row.article_id,
            "name": row.name,
            "quantity": row.quantity,
            "unit": row.unit,
            "vat_rate": row.rate,
            "discount": discount,  # without tax, as is `net`
            "net": net,
            "gross": row.gross,
        }


def _rows(sale: Sale) -> Iterator[_Row]:
    lines = [line for line in sale.lines if not line.voided]
    standard = _standard_rate(sale, lines)
    for line in lines:
        goods = line.total - line.deposit
        shown = (line.name, line.article_id, line.quantity.text, line.unit, line.vat_rate)
        yield _Row(*shown, goods, line.discount)
        if line.deposit:
            yield _Row(DEPOSIT, None, line.quantity.text, line.unit, standard, line.deposit, 0)


def _standard_rate(sale: Sale, lines: Sequence[Line]) -> int:
    """The rate of the deposits: the document does not name it, and one of its rates explains it."""
    if not any(line.deposit for line in lines):
        return 0
    return next(row.rate for row in sale.taxes if taxes_of(lines, row.rate) == sale.taxes)


def _nets(rows: Sequence[_Row], net_of: Mapping[int, Cents]) -> list[Cents]:
    """The base of each rate shared over its lines in proportion to what they cost."""
    nets = [0] * len(rows)
    for rate, net in net_of.items():
        mine = [place for place, row in enumerate(rows) if row.rate == rate]
        parts = split(net, [abs(rows[place].gross) for place in mine]) if mine else []
        for place, part in zip(mine, parts, strict=True):
            nets[place] = part
    return nets


def _without_tax(cents: Cents, rate: int) -> Cents:
    return divide(cents * BASIS_POINTS, BASIS_POINTS + rate)


def unit_price_net(line: Mapping[str, Any]) -> str:
    """What one costs without tax and discount, with four decimals: `10.3147`. Of an invoice's line."""
    thousandths = abs(Quantity.parse(line["quantity"]).thousandths)
    # cents × 1000 / thousandths is cents for one; × 100 makes ten-thousandths of a euro of them
    exact = divide(abs(line["net"] + line["discount"]) * 100_000, thousandths)
    return f"{exact // 10_000}.{exact % 10_000:04d}"
