"""What a scanned text means: which article, and what the code itself says of the pack in the customer's hand.

- A code that the price list has is an article, whatever it looks like. Only what it does not have is read any further.
- The digits of a shop's own codes (02, 20 to 29) mean what the settings say: a weight, a price, or nothing more.
- Coupons, refund receipts and zeros are never goods. An ISSN (977) is a code like any other.
- An AIM symbology prefix (`]C1`, `]E0`) says what the scanner read; it is no part of the code.

    >>> from poscore.shop_rules import DEFAULTS
    >>> scan = read_scan("2312345012999", DEFAULTS, "2026-11-22")
    >>> scan.keys, scan.weight.text
    (('2312345000002',), '1.299')
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from poscore.codes import check_digit, code_key, is_gtin
from poscore.errors import Refused
from poscore.money import Cents
from poscore.quantity import Quantity
from register_svc.till.gs1 import element_strings_of, elements_of_link, elements_of_message
from register_svc.till.lots import Lot

_FRAMING = " \t\r\n\x02\x03\x04\x1d\x1e"  # what drivers, keyboards and scanners put around a code
_GS1_MESSAGES = frozenset(("C1", "e0", "e1", "e2", "d2", "Q3", "J1"))  # AIM: GS1-128, DataBar, DataMatrix, QR, DotCode
_EAN_WITH_ADD_ON = "E3"  # EAN-13 and the number of an issue behind it


@dataclass(frozen=True, slots=True)
class Scan:
    """`code`: what was scanned. `keys`: under which the price list may know the article, the likeliest first.

    `weight` in kilograms and `price` for the whole pack: at most one of them, when the code says it.
    """

    code: str
    keys: tuple[str, ...]
    weight: Quantity | None = None
    price: Cents | None = None
    lot: Lot | None = None


def without_framing(text: str) -> tuple[str, str]:
    """The AIM symbology (`C1`; empty when the scanner did not say) and the code itself.

    >>> without_framing("]E06410405216120\\r")
    ('E0', '6410405216120')
    """
    text = text.strip(_FRAMING)
    if text[:1] != "]" or len(text) <= 3:
        return "", text
    symbology, code = text[1:3], text[3:].strip(_FRAMING)
    return symbology, code[:13] if symbology == _EAN_WITH_ADD_ON else code


def read_scan(text: str, rules: Mapping[str, Any], business_day: str) -> Scan:
    """The meaning of a code that the price list does not have as it stands.

    Raises Refused `code-unreadable`, `code-is-coupon`, `code-is-refund-receipt` or `code-not-used`.
    """
    symbology, code = without_framing(text)
    if symbology in _GS1_MESSAGES or (not symbology and _is_message(code)):
        return _of_elements(code, elements_of_message(code), business_day)
    if code[:8].lower().startswith(("http://", "https://")):
        return _of_elements(code, elements_of_link(code), business_day)
    key = code_key(code)
    if len(key) != 13 or not is_gtin(key):
        return Scan(code, (key,))
    _must_be_goods(key, rules)
    return _of_the_shop(code, key, rules)


def _is_message(code: str) -> bool:
    """Element strings from a scanner that sends no symbology. Only a GTIN in front of them is proof enough.

    Without this gate 13 digits that begin with 97 to 99 would be read as somebody's internal information.
    """
    return len(code) >= 16 and code.startswith("01") and is_gtin(code[2:16])


def _of_elements(code: str, elements: Mapping[str, str], business_day: str) -> Scan:
    found = element_strings_of(elements, business_day)
    gtin = found.gtin  # 14 digits, also when the article has an EAN-8
    keys = (gtin[6:], gtin[1:]) if gtin.startswith("000000") else (gtin.removeprefix("0"),)
    return Scan(code, keys, found.weight, lot=Lot(keys[0], found.lot, found.expires, found.best_before))


def _must_be_goods(key: str, rules: Mapping[str, Any]) -> None:
    if key.startswith(tuple(rules["codes.refund_prefixes"])):
        raise Refused("code-is-refund-receipt", f"{key} is a refund receipt and not an article")
    if key.startswith(tuple(rules["codes.coupon_prefixes"])):
        raise Refused("code-is-coupon", f"{key} is a coupon and not an article")


def _of_the_shop(code: str, key: str, rules: Mapping[str, Any]) -> Scan:
    """Two digits of prefix, the item, the measure, a check digit: GS1 Finland's layout, and by settings others."""
    setting = f"codes.prefix_{key[:2]}"
    meaning = rules.get(setting, "plain")
    if meaning == "none":
        hint = f"Say what they mean at head office: server-push settings set {setting} plain|weight-N|price-N"
        raise Refused("code-not-used", f"this shop does not use codes that begin with {key[:2]}", hint)
    kind, _, decimals = meaning.partition("-")
    digits = rules["codes.measure_digits"]
    item, measure = key[: 12 - digits], int(key[12 - digits : 12])
    if kind == "plain" or measure == 0:
        return Scan(code, (key,))
    base = item + "0" * digits
    keys = (base + check_digit(base),)
    if kind == "weight":
        return Scan(code, keys, weight=Quantity(measure * 10 ** (3 - int(decimals))))
    return Scan(code, keys, price=measure * 10 ** (2 - int(decimals)))
