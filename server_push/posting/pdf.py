"""An invoice as PDF: one A4 page or more, the payment part at the end, all fonts embedded.

- The same document gives the same bytes: neither time nor chance is in the file.
- The bank barcode is Code 128, code set C throughout: 54 digits in 27 symbols.

Nothing here reads the clock.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from io import BytesIO
from typing import Any, Literal
from xml.sax.saxutils import escape

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from poscore.money import Cents, format_cents
from server_push.posting.document import CREDIT_NOTE, unit_price_net
from server_push.posting.references import in_groups

Document = Mapping[str, Any]

# Bitstream Vera, which reportlab carries and whose licence lets it be embedded.
_PLAIN, _BOLD = "Vera", "VeraBd"
_WIDTH = A4[0] - 40 * mm
_LINE = colors.HexColor("#999999")
# Finance Finland's guide: bars of at least 10 mm, modules of 0.25 to 0.33 mm.
_BAR_HEIGHT, _BAR_WIDTH = 12 * mm, 0.3 * mm


def pdf_of(document: Document) -> bytes:
    """`document`: as server_push.posting.document makes it."""
    fonts()
    target = BytesIO()
    title = f"{_title(document)} {document['no']}"
    pages = SimpleDocTemplate(
        target,
        pagesize=A4,
        title=title,
        author=_shown(document["seller"]["name"]),
        invariant=1,
        lang="fi",
        initialFontName=_PLAIN,
        leftMargin=20 * mm,
        rightMargin=20 * mm,
        topMargin=18 * mm,
        bottomMargin=18 * mm,
    )

    def number(canvas: Any, at: Any) -> None:
        canvas.setFont(_PLAIN, 7)
        canvas.drawRightString(A4[0] - 20 * mm, 10 * mm, _shown(f"{title} – sivu {at.page}"))

    pages.build(_parts(document), onFirstPage=number, onLaterPages=number)
    return target.getvalue()


@cache
def fonts() -> None:
    """Made known once a process; only the glyphs that are used are embedded."""
    for name in (_PLAIN, _BOLD):
        pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))


@cache
def _glyphs() -> frozenset[int]:
    """The code points that the font has."""
    return frozenset(TTFont(_PLAIN, f"{_PLAIN}.ttf").face.charWidths)


def barcode(digits: str) -> Code128:
    """The bank barcode as a drawing. An even number of digits: reportlab begins in code set C and stays there."""
    return Code128(digits, barHeight=_BAR_HEIGHT, barWidth=_BAR_WIDTH, quiet=True, humanReadable=False)


def _parts(document: Document) -> list[Flowable]:
    return [
        _head(document),
        Spacer(1, 8 * mm),
        _buyer(document),
        Spacer(1, 8 * mm),
        _lines(document),
        Spacer(1, 5 * mm),
        KeepTogether([_sums(document), Spacer(1, 8 * mm), _payment(document)]),
    ]


def _title(document: Document) -> str:
    return "Hyvityslasku" if document["kind"] == CREDIT_NOTE else "Lasku"


def _head(document: Document) -> Table:
    seller = document["seller"]
    where = [seller["street"], f"{seller['postal_code']} {seller['city']}".strip(), seller["phone"], seller["email"]]
    ids = [f"Y-tunnus {seller['business_id']}", f"ALV {seller['vat_id']}"]
    left = [_text(seller["name"], bold=True), *(_text(one) for one in [*where, *ids] if one)]
    told = [
        ("Laskun numero", str(document["no"])),
        ("Päiväys", _day(document["date"])),
        ("Eräpäivä", _day(document["due_date"]) if document["due_date"] else ""),
        ("Viitenumero", in_groups(document["reference"])),
        ("Hyvitetty lasku", "" if document["corrects"] is None else str(document["corrects"])),
        ("Viivästyskorko", f"{document['late_interest']} %" if document["late_interest"] else ""),
    ]
    rows: list[list[Any]] = [[_text(_title(document).upper(), bold=True, size=14), ""]]
    rows += [[_text(name), _text(value, bold=True)] for name, value in told if value]
    right = Table(rows, colWidths=[35 * mm, 45 * mm], style=_tight([("SPAN", (0, 0), (-1, 0))]))
    return Table([[left, right]], colWidths=[_WIDTH - 80 * mm, 80 * mm], style=_tight())


def _buyer(document: Document) -> Table:
    buyer = document["buyer"]
    place = f"{buyer['postal_code']} {buyer['city']}".strip()
    rows = [buyer["name"], buyer["street"], place]
    rows += [f"Y-tunnus {buyer['business_id']}" if buyer["business_id"] else ""]
    rows += [f"Asiakasnumero {buyer['customer']}" if buyer["customer"] else ""]
    return Table([[_text(row)] for row in rows if row], colWidths=[_WIDTH], style=_tight())


def _lines(document: Document) -> Table:
    """Under a heading for each receipt with its number and day of delivery."""
    heads = ("Tuote", "Määrä", "á alv 0 %", "Alennus", "Alv %", "Veroton")
    rows: list[list[Any]] = [[_text(head, bold=True, right=place > 0) for place, head in enumerate(heads)]]
    spans = []
    shown = None
    for line in document["lines"]:
        if line["sale"] != shown:
            shown = line["sale"]
            sale = document["sales"][shown]
            spans.append(len(rows))
            rows.append(
                [_text(f"Kuitti {sale['sale_id']}, toimitettu {_day(sale['business_day'])}", bold=True)] + [""] * 5
            )
        figures = (
            f"{line['quantity'].replace('.', ',')} {line['unit']}",
            unit_price_net(line).replace(".", ","),
            _euros(line["discount"]) if line["discount"] else "",
            _percent(line["vat_rate"]),
            _euros(line["net"]),
        )
        rows.append([_text(line["name"]), *(_text(figure, right=True) for figure in figures)])
    style = [("LINEBELOW", (0, 0), (-1, 0), 0.6, _LINE), *(("SPAN", (0, at), (-1, at)) for at in spans)]
    widths = [_WIDTH - 108 * mm, 24 * mm, 24 * mm, 20 * mm, 16 * mm, 24 * mm]
    return Table(rows, colWidths=widths, repeatRows=1, style=_tight(style))


def _sums(document: Document) -> Table:
    rows: list[list[Any]] = [[_text(name, bold=True, right=True) for name in ("Alv %", "Veroton", "Vero", "Yhteensä")]]
    for row in document["taxes"]:
        shown = (_percent(row["rate"]), *(_euros(row[name]) for name in ("net", "tax", "gross")))
        rows.append([_text(one, right=True) for one in shown])
    rows.append([_text("Yhteensä", bold=True, right=True), *(
        _text(_euros(document[name]), bold=True, right=True) for name in ("net", "tax", "total")
    )])  # fmt: skip
    notes = sorted({row["exemption"] for row in document["taxes"] if row["exemption"]})
    if document["prepaid"]:
        rows.append(["", "", _text("Maksettu kassalla", right=True), _text(_euros(document["prepaid"]), right=True)])
    name = "Hyvitetään" if document["kind"] == CREDIT_NOTE else "Maksettava"
    rows.append(["", "", _text(f"{name} EUR", bold=True, right=True),
                 _text(_euros(document["payable"]), bold=True, right=True)])  # fmt: skip
    rows += [[_text(note), "", "", ""] for note in notes]
    style = [
        ("LINEBELOW", (0, 0), (-1, 0), 0.6, _LINE),
        ("LINEABOVE", (2, -1 - len(notes)), (-1, -1 - len(notes)), 0.6, _LINE),
    ]
    return Table(rows, colWidths=[_WIDTH - 105 * mm, 35 * mm, 35 * mm, 35 * mm], style=_tight(style))


def _payment(document: Document) -> Table:
    seller = document["seller"]
    rows: list[list[Any]] = []
    if document["kind"] != CREDIT_NOTE:
        told = (
            ("Saaja", seller["name"]),
            ("Tilinumero", f"{_iban(seller['iban'])}  {seller['bic']}".strip()),
            ("Viitenumero", f"{in_groups(document['reference'])}   ({document['rf_reference']})"),
            ("Eräpäivä", _day(document["due_date"])),
            ("Maksettava", f"{_euros(document['payable'])} EUR"),
        )
        rows += [[_text(name), _text(value, bold=True)] for name, value in told if value]
    if document["virtual_barcode"]:
        rows.append([_text("Virtuaaliviivakoodi"), _text(document["virtual_barcode"], size=7)])
        rows.append([barcode(document["virtual_barcode"]), ""])
    style = [("LINEABOVE", (0, 0), (-1, 0), 0.6, _LINE)]
    return Table(rows or [["", ""]], colWidths=[35 * mm, _WIDTH - 35 * mm], style=_tight(style))


# -- how it looks ------------------------------------------------------------------------------------------------------


def _text(text: str, *, bold: bool = False, right: bool = False, size: float = 8) -> Paragraph:
    return Paragraph(escape(_shown(text)), _style(bold, right, size))


@cache
def _style(bold: bool, right: bool, size: float) -> ParagraphStyle:
    font = _BOLD if bold else _PLAIN
    side: Literal[0, 2] = 2 if right else 0  # as reportlab counts: left, right
    return ParagraphStyle(f"{font}{size}{side}", fontName=font, fontSize=size, leading=size * 1.3, alignment=side)


def _tight(more: Sequence[Any] = ()) -> TableStyle:
    padding = [(f"{side}PADDING", (0, 0), (-1, -1), 1) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]
    every = ((0, 0), (-1, -1))
    return TableStyle([("VALIGN", *every, "TOP"), ("FONTNAME", *every, _PLAIN), *padding, *more])


def _shown(text: str) -> str:
    """What the font lacks without its accents, else as a question mark."""
    known = _glyphs()
    shown = []
    for one in unicodedata.normalize("NFC", text):
        if ord(one) in known:
            shown.append(one)
            continue
        bare = [part for part in unicodedata.normalize("NFKD", one) if ord(part) in known]
        shown.append("".join(bare) or "?")
    return "".join(shown)


def _euros(cents: Cents) -> str:
    return format_cents(cents, ",")


def _percent(rate: int) -> str:
    whole, part = divmod(rate, 100)
    return f"{whole},{part:02d}".rstrip("0").rstrip(",") if part else str(whole)


def _day(day: str) -> str:
    year, month, date = day.split("-")
    return f"{int(date)}.{int(month)}.{year}"


def _iban(iban: str) -> str:
    return " ".join(iban[place : place + 4] for place in range(0, len(iban), 4))
