"""Single cells of a list, checked: each function returns the value that is stored or raises `BadCell`."""

from __future__ import annotations

import json

from poscore.codes import MAX_CODE_LENGTH, code_key, is_gtin
from poscore.errors import Refused
from poscore.money import Cents, parse_cents
from server_push.assortment.report import BadCell

MAX_NAME = 120  # a receipt line has 42 characters and a search result one line; nobody's article needs more
MAX_ID = 64
MAX_PRICE: Cents = 10_000_000_00  # what is above is a code in the wrong column

_GTIN_LENGTHS = (8, 12, 13, 14)


def tidy(column: str, text: str) -> str:
    """`text` with single blanks between its words. Raises BadCell for what cannot be printed."""
    text = text.strip()
    if "\n" in text or "\r" in text:
        raise BadCell(column, "holds a line break: is a quotation mark not closed?")
    text = " ".join(text.split())
    if not text.isprintable():
        surrogate = any("\ud800" <= character <= "\udfff" for character in text)
        raise BadCell(column, "is not UTF-8 text" if surrogate else "holds a character that cannot be printed")
    return text


def name_of(column: str, text: str) -> str:
    name = tidy(column, text)
    if not name:
        raise BadCell(column, "is empty")
    if len(name) > MAX_NAME:
        raise BadCell(column, f"is longer than {MAX_NAME} characters")
    return name


def id_of(column: str, text: str) -> str:
    """An id as it stands: leading zeros stay, blanks inside are refused."""
    found = tidy(column, text)
    if not found:
        raise BadCell(column, "is empty")
    if " " in found or len(found) > MAX_ID:
        raise BadCell(column, f"{found[:40]!r} is not an id: no blanks, at most {MAX_ID} characters")
    return found


def short_text(column: str, text: str, most: int = 60) -> str:
    found = tidy(column, text)
    if len(found) > most:
        raise BadCell(column, f"is longer than {most} characters")
    return found


def cents_of(column: str, text: str) -> Cents:
    try:
        cents = parse_cents(text)
    except Refused as error:
        raise BadCell(column, error.detail) from None
    if cents < 0:
        raise BadCell(column, f"{text.strip()} is below zero")
    if cents > MAX_PRICE:
        raise BadCell(column, f"{text.strip()} is more than any article costs")
    return cents


def whole_of(column: str, text: str, most: int) -> int:
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit()) or int(digits) > most:
        raise BadCell(column, f"{digits[:40]!r} is not a whole number from 0 to {most}")
    return int(digits)


def one_of(column: str, text: str, choices: tuple[str, ...]) -> str:
    found = text.strip()
    if found not in choices:
        raise BadCell(column, f"{found[:40]!r} is not one of {', '.join(choices)}")
    return found


def codes_of(column: str, text: str) -> tuple[str, list[str]]:
    """The codes in a cell (separated by blanks) as the JSON list that is stored, and what is odd about them.

    An EAN of zeros is no EAN. A wrong check digit is kept, since a scanner may still read what is printed.
    """
    keys: dict[str, None] = {}
    odd = []
    for code in text.split():
        key = code_key(code)
        if len(key) > MAX_CODE_LENGTH or not key.isprintable():
            raise BadCell(column, f"{code[:40]!r} is not a code")
        if not key:
            odd.append(f"{code} is no code: the article has none of its own")
            continue
        if len(code) in _GTIN_LENGTHS and code.isascii() and code.isdigit() and not is_gtin(code):
            odd.append(f"{code} has a wrong check digit; kept as it is")
        keys[key] = None
    return json.dumps(list(keys), ensure_ascii=False, separators=(",", ":")), odd
