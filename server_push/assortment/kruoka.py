"""K-Ruoka's grocery list: EAN, name, category, store, price per kg or litre, unit, size of the pack.

- A pack costs size × unit price. What has no size, or an in-store weight code (23, 24, 25), is sold by weight: its
  price is the price of a kilogram or litre.
- The store is where the price was seen, not one of ours: an article is taken once, for all stores, and a repeat from
  another store is told when its price differs.
- Food carries the reduced VAT rate, all else the standard rate, by category.
- A price of 999.999 with the unit Unknown is the list's way of saying that it knows none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from server_push.assortment.articles import UNIT, ArticleRow, whole_record
from server_push.assortment.cells import MAX_PRICE, codes_of, id_of, name_of, short_text
from server_push.assortment.report import BadCell, Log
from server_push.assortment.sheets import Layout, Sheet

EAN, NAME, CATEGORY, STORE = "EAN-code", "Name", "Category", "Store"
PRICE, MEASURE, SIZE = "Price per Unit", "Unit", "Size (kg)"
COLUMNS = (EAN, NAME, CATEGORY, STORE, PRICE, MEASURE, SIZE)
LAYOUT = Layout("kruoka", COLUMNS, ("Discount valid starting", "Discount valid until"))

# GS1 Finland: 23, 24 and 25 carry the weight in the code itself; the till multiplies it by the price of a kilogram.
WEIGHT_PREFIXES = ("23", "24", "25")
# How words of categories begin that are not food. Food is the rule on this list, so these are the ones that are named.
NOT_FOOD = (
    *("alkoholi", "oluet", "siiderit", "viinit", "lonkerot", "tupak", "savuk", "nikotiini", "lemmik", "kissa", "koira"),
    *("kosmetiik", "hygieni", "hius", "ihonhoi", "suunhoi", "hammas", "pesuain", "pyyki", "tiskiain", "puhdistus"),
    *(
        "siivous",
        "paperi",
        "vaipa",
        "kodin",
        "koti",
        "keittiö",
        "kynttil",
        "paristo",
        "kukat",
        "lelu",
        "vaattee",
        "suka",
    ),
    *("lahja", "lehdet", "kirjat", "grillaus", "juhla", "puutarha", "auto"),
)
# Beside the unit `kpl` a size tells the price of a kilogram where that gives a price anybody asks, else of a piece.
_LEAST_PACK = Decimal(50)


def kruoka_rows(sheet: Sheet, log: Log) -> Iterator[ArticleRow]:
    places = [sheet.place(column) or 0 for column in COLUMNS]
    seen: dict[str, tuple[int, str, set[str]]] = {}
    for number, record in enumerate(sheet.records, sheet.first_row):
        cells = whole_record(number, record, sheet, log, lambda row: tuple(row[place] for place in places))
        if not cells:
            continue
        try:
            row = _row(number, cells, log)
        except BadCell as bad:
            log.refuse(number, bad, cells, cells[0])
            continue
        where = cells[3].strip()
        first = seen.setdefault(row[1], (number, f"{row[5]} {row[8]}", {where}))
        if first[0] == number:
            yield row
        elif where in first[2]:
            log.reject(number, EAN, f"{row[1]} of {where or 'no store'} stands already in row {first[0]}", row[1])
        else:
            first[2].add(where)
            if first[1] != f"{row[5]} {row[8]}":
                log.note(number, PRICE, f"{row[1]} has another price in {where}; that of row {first[0]} is taken")


def _row(number: int, cells: tuple[str, ...], log: Log) -> ArticleRow:
    ean, name, category, _, price, measure, size = cells
    article_id = id_of(EAN, ean)
    name = name_of(NAME, name)
    codes, odd = codes_of(EAN, ean)
    department = short_text(CATEGORY, category, 80)
    cents, unit, doubt = priced(article_id, price, measure.strip(), size)
    for reason in odd:
        log.note(number, EAN, reason)
    if doubt:
        log.note(number, PRICE, doubt)
    return number, article_id, "", name, codes, cents, vat_code_of(department), department, unit, 0, 0


def priced(ean: str, price: str, measure: str, size: str) -> tuple[int, str, str]:
    """Price in cents, unit, and what is doubtful about it."""
    if measure not in ("kg", "l", UNIT):
        raise BadCell(MEASURE, f"{measure[:40]!r} is not kg, l or {UNIT}: the price is not known")
    per_unit = _decimal(PRICE, price) * 100
    # Sizes come from binary fractions (0.7000000000000001): a tenth of a gram is finer than any pack is weighed.
    amount = _decimal(SIZE, size).quantize(Decimal("0.0001")) if size.strip() else None
    if amount is None and measure == UNIT:
        return _rounded(per_unit), UNIT, ""
    if amount is None:
        in_store = ean.startswith("2")
        return _rounded(per_unit), measure, "" if in_store else f"no size: sold by the {measure}"
    if ean.startswith(WEIGHT_PREFIXES) and len(ean) == 13:
        return _rounded(per_unit), measure, ""
    pack = per_unit * amount
    if measure == UNIT:
        if pack >= _LEAST_PACK:
            return _rounded(pack), UNIT, f"unit {UNIT} beside a size: the price is taken as that of a kilogram"
        return _rounded(per_unit), UNIT, f"unit {UNIT} beside a size: the price is taken as that of a piece"
    cents = _rounded(pack)
    return cents, UNIT, "" if cents >= 20 else f"a pack of {size.strip()[:8]} {measure} costs only {cents} cents"


def vat_code_of(category: str) -> str:
    words = re.findall(r"\w+", category.casefold())
    return "standard" if any(word.startswith(NOT_FOOD) for word in words) else "reduced"


def _rounded(cents: Decimal) -> int:
    whole = int(cents.quantize(Decimal(1), ROUND_HALF_UP))
    if whole > MAX_PRICE:
        raise BadCell(PRICE, "is more than any article costs")
    return whole


def _decimal(column: str, text: str) -> Decimal:
    try:
        value = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        raise BadCell(column, f"{text.strip()[:40]!r} is not a number") from None
    if not (value.is_finite() and 0 <= value <= 100_000):
        raise BadCell(column, f"{text.strip()[:40]!r} is out of range")
    return value
