"""Alko's price list: 30 columns, CSV or XLSX.

- The price holds the deposit: price − litre price × size, where that is a deposit somebody charges.
- Buyers are 18, and 20 from 22 % of alcohol up; accessories and non-alcoholic drinks have no limit.
- Alcoholic drinks and accessories carry the standard VAT rate; what is non-alcoholic is food.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from server_push.assortment.articles import UNIT, ArticleRow, whole_record
from server_push.assortment.cells import cents_of, codes_of, id_of, name_of, short_text
from server_push.assortment.report import BadCell, Log
from server_push.assortment.sheets import Layout, Sheet

NUMBER, NAME, SIZE, PRICE, LITRE_PRICE = "Numero", "Nimi", "Pullokoko", "Hinta", "Litrahinta"
KIND, STRENGTH, EAN = "Tyyppi", "Alkoholi-%", "EAN"
COLUMNS = (NUMBER, NAME, SIZE, PRICE, LITRE_PRICE, KIND, STRENGTH, EAN)
LAYOUT = Layout(
    "alko",
    COLUMNS,
    (
        *("Valmistaja", "Uutuus", "Hinnastojärjestyskoodi", "Alatyyppi", "Erityisryhmä", "Oluttyyppi", "Valmistusmaa"),
        *("Alue", "Vuosikerta", "Etikettimerkintöjä", "Huomautus", "Rypäleet", "Luonnehdinta", "Pakkaustyyppi"),
        *("Suljentatyyppi", "Hapot g/l", "Sokeri g/l", "Kantavierrep-%", "Väri EBC", "Katkerot EBU"),
        *("Energia kcal/100 ml", "Valikoima"),
    ),
)

# Cents for a container (526/2013 and what Palpa charges: glass and small plastic, can, plastic, large plastic), and
# for packs of cans.
DEPOSITS = (0, 10, 15, 20, 40, *(15 * cans for cans in range(2, 25)))

_ACCESSORIES, _ALCOHOL_FREE = "lahja- ja juomatarvikkeet", "alkoholittomat"
_ALCOHOLIC_FROM = Decimal("1.2")  # the alcohol act's own limit, per cent
_SPIRITS_FROM = Decimal(22)


def alko_rows(sheet: Sheet, log: Log) -> Iterator[ArticleRow]:
    places = [sheet.place(column) or 0 for column in COLUMNS]
    for number, record in enumerate(sheet.records, sheet.first_row):
        cells = whole_record(number, record, sheet, log, lambda row: tuple(row[place] for place in places))
        if cells:
            try:
                yield _row(number, cells, log)
            except BadCell as bad:
                log.refuse(number, bad, cells, cells[0])


def _row(number: int, cells: tuple[str, ...], log: Log) -> ArticleRow:
    article_no, name, size, price, litre_price, kind, strength, ean = cells
    article_id = id_of(NUMBER, article_no)
    name = name_of(NAME, name)
    codes, odd = codes_of(EAN, ean)
    cents = cents_of(PRICE, price)
    group = short_text(KIND, kind).lower()
    alcohol = _decimal(STRENGTH, strength)
    deposit, doubt = (0, "") if group == _ACCESSORIES else deposit_in(cents, litre_price, size)
    for reason in odd:
        log.note(number, EAN, reason)
    if doubt:
        log.note(number, LITRE_PRICE, doubt)
    vat_code = "reduced" if group == _ALCOHOL_FREE else "standard"
    return number, article_id, "", name, codes, cents, vat_code, group, UNIT, deposit, age_limit(group, alcohol)


def age_limit(group: str, alcohol: Decimal) -> int:
    if group in (_ACCESSORIES, _ALCOHOL_FREE) or alcohol < _ALCOHOLIC_FROM:
        return 0
    return 20 if alcohol >= _SPIRITS_FROM else 18


def deposit_in(cents: int, litre_price: str, size: str) -> tuple[int, str]:
    """The deposit inside a price, in cents, or 0 and why it is not known.

    The litre price is rounded to the cent, so the difference is sure to half a cent for each litre.
    """
    if not litre_price.strip() or not size.strip():
        return 0, "no litre price or size: the deposit is not known, taken as none"
    litres = _decimal(SIZE, size.strip().removesuffix("l"))
    left = cents - litres * cents_of(LITRE_PRICE, litre_price)
    nearest = min(DEPOSITS, key=lambda deposit: abs(deposit - left))
    if abs(nearest - left) > litres / 2:
        euros = (left / 100).quantize(Decimal("0.01"))
        return 0, f"price less litre price × size leaves {euros}, which is no deposit; taken as none"
    return nearest, ""


def _decimal(column: str, text: str) -> Decimal:
    try:
        value = Decimal(text.strip().replace(",", ".") or 0)
    except InvalidOperation:
        raise BadCell(column, f"{text.strip()[:40]!r} is not a number") from None
    if not (value.is_finite() and 0 <= value <= 1000):
        raise BadCell(column, f"{text.strip()[:40]!r} is not a size or strength")
    return value
