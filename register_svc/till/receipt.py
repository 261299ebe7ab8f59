"""The receipt's text: one renderer for paper, preview and reprint.

Content by Act 658/2013: trader with contact and Y-tunnus, date, receipt number, quantity and kind of goods, sum paid
and VAT by rate. Beyond the law: time, register, cashier number, tenders with the card masked, rounding, deposits, the
marks OFFLINE, KOPIO, HARJOITUS, PALAUTUS and LUONNOS, and the record's hash. An account sale shows the balance and the
limit that head office told; OFFLINE nobody knows them.

The amounts between the two rules sum to the total: a deposit has a line of its own, and the article's is without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from poscore.sale import Line, Sale
from register_svc.till.card_number import masked
from register_svc.till.paper import Paper, clean, money

_HASH_SHOWN = 16  # hex digits: nobody finds another receipt that has them


@dataclass(frozen=True, slots=True)
class Printed:
    """What a receipt shows beside the sale. `at`: instant's text of the completion; `hash`: of its record.

    `comments`: line and text; the line is None for the whole sale.
    """

    at: str
    customer_name: str | None = None
    original_receipt: str | None = None
    hash: str | None = None
    copy: bool = False
    draft: bool = False
    comments: tuple[tuple[int | None, str], ...] = ()
    promotions: Sequence[Mapping[str, Any]] = ()  # what they gave, as the record keeps it
    told: Sequence[Mapping[str, Any]] = ()  # by head office, of tenders that it was asked about (authorizations.shown)


def receipt_text(sale: Sale, printed: Printed, paper: Paper) -> str:
    """The whole receipt."""
    return paper.text(
        (
            *_marks(sale, printed, paper),
            *(paper.centred(line) for line in paper.letterhead.header),
            *_head(sale, printed, paper),
            paper.rule,
            *_goods(sale, printed, paper),
            paper.rule,
            *_sums(sale, paper),
            *_standing(printed, paper),
            "",
            *paper.taxes(row.to_wire() for row in sale.taxes),
            *_delivery_note(sale, printed, paper),
            *_closing(printed, paper),
        )
    )


def qr(receipt_no: str, digest: str) -> dict[str, Any]:
    """What the receipt's QR code holds: its number, and the hash that its record has in the journal."""
    return {"receipt_no": receipt_no, "hash": digest, "text": f"{receipt_no}|{digest}"}


def _marks(sale: Sale, printed: Printed, paper: Paper) -> Iterator[str]:
    marks = (
        (printed.draft, paper.words["draft"]),
        (sale.header.offline, "OFFLINE"),
        (printed.copy, paper.words["copy"]),
        (sale.header.training, paper.words["training"]),
        (sale.header.is_return, paper.words["return"]),
    )
    return (paper.mark(mark) for is_set, mark in marks if is_set)


def _head(sale: Sale, printed: Printed, paper: Paper) -> Iterator[str]:
    words, header = paper.words, sale.header
    yield paper.row(f"{words['receipt']} {header.receipt_no}", paper.moment(printed.at))
    register = header.receipt_no.rsplit("-", 2)[0]
    yield paper.row(f"{words['register']} {register}", f"{words['cashier']} {clean(header.cashier or '-')}")
    if header.customer:
        yield _customer(sale, printed, paper)
    if printed.original_receipt:
        yield f"{words['original']} {printed.original_receipt}"


def _customer(sale: Sale, printed: Printed, paper: Paper) -> str:
    return clean(f"{paper.words['customer']} {sale.header.customer} {printed.customer_name or ''}".rstrip())


def _goods(sale: Sale, printed: Printed, paper: Paper) -> Iterator[str]:
    for line in sale.lines:
        if not line.voided:
            yield from _line(line, paper)
            yield from _discounts(line, printed, paper)
            yield from (f"  {clean(text)}" for n, text in printed.comments if n == line.n)
    yield from (clean(text) for n, text in printed.comments if n is None)


def _discounts(line: Line, printed: Printed, paper: Paper) -> Iterator[str]:
    """What took how much off a line: each promotion by its name, then what the cashier gave."""
    rest = line.discount
    for given in printed.promotions:
        for part in given["lines"]:
            if part["n"] == line.n:
                rest -= part["amount"]
                yield paper.sum(f"  {clean(_name(given['names'], paper))}", -part["amount"])
    if rest:
        yield paper.sum(f"  {paper.words['discount']}", -rest)


def _name(names: Mapping[str, str], paper: Paper) -> str:
    return names.get(paper.letterhead.language) or names.get("fi") or paper.words["discount"]


def _line(line: Line, paper: Paper) -> Iterator[str]:
    full = line.total + line.discount
    if not line.deposit:
        yield from _article(line, full, line.unit_price, paper)
        return
    each = _deposit_each(line)
    if each is None:  # told as a part of the price
        yield from _article(line, full, line.unit_price, paper)
        yield f"  {paper.words['deposit_included']} {money(line.deposit)}"
    else:
        yield from _article(line, full - line.deposit, line.unit_price - each, paper)
        count = "" if _is_one(line) else f" {_quantity(line)} x {money(each)}"
        yield paper.sum(f"  {paper.words['deposit']}{count}", line.deposit)


def _article(line: Line, amount: int, unit_price: int, paper: Paper) -> Iterator[str]:
    yield paper.sum(clean(line.name), amount)
    if not _is_one(line):
        yield f"  {_quantity(line)} {clean(line.unit)} x {money(unit_price)}"


def _deposit_each(line: Line) -> int | None:
    """The deposit on one piece; None where pieces are not whole, or do not share it evenly."""
    pieces, part = divmod(abs(line.quantity.thousandths), 1000)
    return None if part or abs(line.deposit) % pieces else abs(line.deposit) // pieces


def _is_one(line: Line) -> bool:
    return abs(line.quantity.thousandths) == 1000


def _quantity(line: Line) -> str:
    return line.quantity.text.replace(".", ",")


def _sums(sale: Sale, paper: Paper) -> Iterator[str]:
    words, totals = paper.words, sale.totals
    yield paper.row(words["total"], f"{money(totals.exact)} EUR")
    if totals.rounding:
        yield paper.sum(words["rounding"], totals.rounding)
    for tender in sale.tenders:
        reference = clean(tender.reference or "")
        shown = masked(reference) if tender.type == "card" else reference
        yield paper.sum(f"{words[tender.type]} {shown}".rstrip(), tender.amount)
    if totals.change:
        yield paper.sum(words["change"], totals.change)


def _standing(printed: Printed, paper: Paper) -> Iterator[str]:
    """How the customer's account stands with this sale; the newest answer is the whole of it."""
    newest = [one for one in printed.told if one["type"] == "account" and one["answered"]][-1:]
    for told in newest:
        yield paper.sum(paper.words["account_balance"], told["balance"])
        if told["limit"] is not None:
            yield paper.sum(paper.words["account_limit"], told["limit"])


def _delivery_note(sale: Sale, printed: Printed, paper: Paper) -> Iterator[str]:
    """Goods on invoice leave with a note that the customer signs; the invoice is made at head office later."""
    words = paper.words
    invoiced = sum(tender.amount for tender in sale.tenders if tender.type == "invoice")
    if not invoiced:
        return
    yield ""
    if sale.header.is_return:
        yield words["credit_follows"]
        return
    yield paper.rule
    yield paper.centred(words["delivery_note"])
    if sale.header.customer:
        yield _customer(sale, printed, paper)
    yield paper.row(words["lines"], str(sum(not line.voided for line in sale.lines)))
    yield paper.sum(words["to_invoice"], invoiced)
    yield words["invoice_follows"]
    yield ""
    yield ""
    yield paper.rule
    yield words["received_by"]


def _closing(printed: Printed, paper: Paper) -> Iterator[str]:
    if printed.hash:
        yield ""
        yield f"{paper.words['check']} {printed.hash[:_HASH_SHOWN]}"
    if paper.letterhead.footer:
        yield ""
        yield from (paper.centred(line) for line in paper.letterhead.footer)
