"""The receipt's text: one renderer for paper, preview and reprint.

Content by Act 658/2013: trader with contact and Y-tunnus, date, receipt number, quantity and kind of goods, sum paid
and VAT by rate. Beyond the law: time, register, cashier number, tenders, rounding, deposits, and the marks OFFLINE,
KOPIO, HARJOITUS and PALAUTUS. An account sale shows no balance: OFFLINE nobody knows it.

Every line is at most `columns` wide. Control characters never pass: a name must not open a drawer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from poscore.instants import parse_instant
from poscore.money import Cents
from poscore.sale import Line, Sale
from register_svc.till.texts import texts

COLUMNS = 42  # font A of the usual 80 mm printer


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What the snapshot says about the shop. `header` and `footer` are whole lines."""

    header: tuple[str, ...]
    footer: tuple[str, ...]
    language: str
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class Printed:
    """What a receipt shows beside the sale. `at`: instant's text of the completion."""

    at: str
    customer_name: str | None = None
    original_receipt: str | None = None
    copy: bool = False


def receipt_text(sale: Sale, printed: Printed, letterhead: Letterhead, columns: int = COLUMNS) -> str:
    """The whole receipt, lines joined by newlines, with a newline at the end."""
    lines = [
        *_marks(sale, printed, letterhead.language, columns),
        *(_clean(line).center(columns).rstrip() for line in letterhead.header),
        *_head(sale, printed, letterhead, columns),
        "-" * columns,
        *_goods(sale, letterhead.language, columns),
        "-" * columns,
        *_sums(sale, letterhead.language, columns),
        "",
        *_taxes(sale, letterhead.language, columns),
        *_closing(sale, letterhead, columns),
    ]
    if any(len(line) > columns for line in lines):  # seldom: most names fit
        lines = [part for line in lines for part in _fold(line, columns)]
    return "\n".join(lines) + "\n"


def _marks(sale: Sale, printed: Printed, language: str, columns: int) -> Iterator[str]:
    words = texts(language)
    marks = (
        (sale.header.offline, "OFFLINE"),
        (printed.copy, words["copy"]),
        (sale.header.training, words["training"]),
        (sale.header.is_return, words["return"]),
    )
    for set_, mark in marks:
        if set_:
            yield f"*** {mark} ***".center(columns).rstrip()


def _head(sale: Sale, printed: Printed, letterhead: Letterhead, columns: int) -> Iterator[str]:
    words, header = texts(letterhead.language), sale.header
    local = parse_instant(printed.at).astimezone(letterhead.zone)
    moment = f"{local.day}.{local.month}.{local.year} {local:%H:%M}"
    yield _row(f"{words['receipt']} {header.receipt_no}", moment, columns)
    register = header.receipt_no.rsplit("-", 2)[0]
    yield _row(f"{words['register']} {register}", f"{words['cashier']} {_clean(header.cashier or '-')}", columns)
    if header.customer:
        yield _clean(f"{words['customer']} {header.customer} {printed.customer_name or ''}".rstrip())
    if printed.original_receipt:
        yield f"{words['original']} {printed.original_receipt}"


def _goods(sale: Sale, language: str, columns: int) -> Iterator[str]:
    words = texts(language)
    for line in sale.lines:
        if line.voided:
            continue
        yield _row(_clean(line.name), _money(line.total + line.discount), columns)
        if line.quantity.text not in ("1", "-1"):
            yield f"  {_quantity(line)} {_clean(line.unit)} x {_money(line.unit_price)}"
        if line.deposit:
            yield f"  {words['deposit']} {_money(line.deposit)}"
        if line.discount:
            yield _row(f"  {words['discount']}", _money(-line.discount), columns)


def _sums(sale: Sale, language: str, columns: int) -> Iterator[str]:
    words, totals = texts(language), sale.totals
    yield _row(words["total"], f"{_money(totals.exact)} EUR", columns)
    if totals.rounding:
        yield _row(words["rounding"], _money(totals.rounding), columns)
    for tender in sale.tenders:
        reference = f" {_clean(tender.reference)}" if tender.reference else ""
        yield _row(words[tender.type] + reference, _money(tender.amount), columns)
    if totals.change:
        yield _row(words["change"], _money(totals.change), columns)


def _taxes(sale: Sale, language: str, columns: int) -> Iterator[str]:
    words = texts(language)
    net = tax = (columns - 7) // 3
    gross = columns - 5 - net - tax  # wide enough for its Finnish word even on 32 columns
    widths = (("net", net - 1), ("tax", tax - 1), ("gross", gross - 1))  # 1 for the blank that keeps sums apart
    yield f"{words['vat']:<5}" + "".join(f" {words[name]:>{width}}" for name, width in widths)
    for row in sale.taxes:
        sums = row.to_wire()
        yield f"{_money(row.rate):<5}" + "".join(f" {_money(sums[name]):>{width}}" for name, width in widths)


def _closing(sale: Sale, letterhead: Letterhead, columns: int) -> Iterator[str]:
    if any(tender.type == "invoice" for tender in sale.tenders):
        yield ""
        yield texts(letterhead.language)["invoice_follows"]
    if letterhead.footer:
        yield ""
        yield from (_clean(line).center(columns).rstrip() for line in letterhead.footer)


def _row(left: str, right: str, columns: int) -> str:
    """Left and right on one line; a text too long for it takes lines of its own above."""
    room = columns - len(right) - 1
    if room < columns // 4:  # too little to wrap into: the right side has a line of its own
        return f"{left}\n{right:>{columns}}"
    if len(left) <= room:
        return f"{left:<{room}} {right}"
    parts = _wrap(left, room)
    return "\n".join([*parts[:-1], f"{parts[-1]:<{room}} {right}"])


def _wrap(text: str, room: int) -> list[str]:
    parts: list[str] = []
    while len(text) > room:
        cut = text.rfind(" ", 1, room + 1)
        cut = cut if cut > 0 else room
        parts.append(text[:cut])
        text = text[cut:].lstrip()
    return [*parts, text]


def _fold(line: str, columns: int) -> Sequence[str]:
    return [part for piece in line.split("\n") for part in (_wrap(piece, columns) if len(piece) > columns else [piece])]


def _clean(text: str) -> str:
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def _money(cents: Cents) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100},{abs(cents) % 100:02d}"


def _quantity(line: Line) -> str:
    return line.quantity.text.replace(".", ",")
