"""GS1 element strings and GS1 Digital Links: the few facts of them that a till uses.

- biip takes them apart. It is asked only about what the gate in `scans` took for one, because by itself it finds a
  message in nearly any digits; it is imported only then: 70 ms and some MiB that the usual day never pays.
- Nothing is believed that does not hold: a GTIN with a wrong check digit, a date that is none, two values of one kind.
- The address of a Digital Link is nobody's business: no line of it is ever opened.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from poscore.codes import is_gtin
from poscore.errors import Refused
from poscore.quantity import Quantity

if TYPE_CHECKING:
    from biip.gs1_element_strings import GS1ElementStrings

_GTIN, _LOT, _BEST_BEFORE, _EXPIRES = "01", "10", "15", "17"
_NET_WEIGHT_KG = "310"  # and a fourth digit: how many of its six are decimals


@dataclass(frozen=True, slots=True)
class Elements:
    """`gtin`: 14 digits. `expires`, `best_before`: days as text. `weight`: kilograms."""

    gtin: str
    lot: str | None
    expires: str | None
    best_before: str | None
    weight: Quantity | None


def elements_of_message(text: str) -> Mapping[str, str]:
    """Application identifier → value. Raises Refused `code-unreadable`."""
    from biip import ParseError
    from biip.gs1_messages import GS1Message

    try:
        return _by_identifier(GS1Message.parse(text).element_strings)
    except (ParseError, ValueError):
        raise _unreadable("it is no row of GS1 element strings") from None


def elements_of_link(text: str) -> Mapping[str, str]:
    """As `elements_of_message`, from a GS1 Digital Link."""
    from biip import ParseError
    from biip.gs1_digital_link_uris import GS1DigitalLinkURI

    try:
        return _by_identifier(GS1DigitalLinkURI.parse(text).element_strings)
    except (ParseError, ValueError):
        raise _unreadable("it is a web address and names no article") from None


def element_strings_of(elements: Mapping[str, str], business_day: str) -> Elements:
    """What the till uses of them. Raises Refused `code-unreadable`."""
    gtin = elements.get(_GTIN, "").zfill(14)
    if not is_gtin(gtin):
        raise _unreadable("it names no article")
    expires, best_before = (_day(elements.get(name), business_day) for name in (_EXPIRES, _BEST_BEFORE))
    return Elements(gtin, elements.get(_LOT), expires, best_before, _weight(elements))


def _by_identifier(found: GS1ElementStrings) -> Mapping[str, str]:
    elements: dict[str, str] = {}
    for one in found:
        if elements.setdefault(one.ai.ai, one.value) != one.value:
            raise _unreadable(f"it says {one.ai.data_title} twice")
    return elements


def _weight(elements: Mapping[str, str]) -> Quantity | None:
    for name, digits in elements.items():
        if name.startswith(_NET_WEIGHT_KG) and len(name) == 4:
            thousandths, rest = divmod(int(digits) * 1000, 10 ** int(name[3]))
            if rest or not thousandths:
                raise _unreadable(f"its weight, {digits} with {name[3]} decimals, is none that can be sold")
            return Quantity(thousandths)
    return None


def _day(digits: str | None, business_day: str) -> str | None:
    """YYMMDD as a day. Day 00 is the month's last, and the century the nearest: GS1 General Specifications 7.12.

    By the business day, since a till may not know what year it is: a dead battery shows the last century.
    """
    if digits is None:
        return None
    year, month, day = (int(digits[at : at + 2]) for at in (0, 2, 4))
    this = int(business_day[:4])
    year += this - this % 100
    year += 100 * ((year < this - 49) - (year > this + 50))
    try:
        last = monthrange(year, month)[1]
    except ValueError:
        raise _unreadable(f"{digits} is no date") from None
    if day > last:
        raise _unreadable(f"{digits} is no date")
    return f"{year}-{month:02d}-{day or last:02d}"


def _unreadable(why: str) -> Refused:
    return Refused("code-unreadable", f"the code cannot be read: {why}", "Scan it again, or use the article's EAN.")
