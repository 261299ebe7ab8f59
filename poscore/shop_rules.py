"""The numbers of the counter: named settings, each from a first day on, kept by head office, carried in the snapshot.

- A setting is a JSON value. Its default here is what ships, and its type is the type of every other value.
- On a day the newest row whose first day is not after it counts; the default where there is none.
- A register takes no notice of names that it does not know: head office may be newer.

Nothing here reads the clock or the disk.

    >>> rules_on([("age.ask_under", "2026-01-01", 25)], "2026-06-01")["age.ask_under"]
    25
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from poscore import quick_keys, reasons, roles, tender_policy
from poscore.catalog_format import ROLES
from poscore.codes import code_key
from poscore.errors import Refused

# Grouped by the part of the counter that they belong to.
DEFAULTS: Mapping[str, Any] = {
    # age: ask for an identity document from whoever looks younger than this (years)
    "age.ask_under": 30,
    # alcohol: sold from this local time of the store until that one (Alcohol Act 1102/2017: 9 to 21); what is sold with
    # an age limit in a department whose name holds one of these words is alcohol, and so is what has no department
    "alcohol.from": "09:00",
    "alcohol.until": "21:00",
    "alcohol.departments": [
        *("alkoholi", "olut", "oluet", "siideri", "lonkero", "juomasekoitu", "hanapakkau", "viini", "viina", "vodka"),
        *("viski", "ginit", "rommi", "konjak", "brandy", "likööri", "katkero", "samppanj"),
    ],
    # codes on goods
    # what a 13-digit code of the shop's own means, by its first two digits: `none` (not in use here), `plain` (a code
    # like any other), `weight-N` (kilograms with N decimals) or `price-N` (euros with N decimals). 23 to 25 are GS1
    # Finland's.
    "codes.prefix_02": "none",
    "codes.prefix_20": "none",
    "codes.prefix_21": "none",
    "codes.prefix_22": "none",
    "codes.prefix_23": "weight-3",
    "codes.prefix_24": "weight-2",
    "codes.prefix_25": "weight-1",
    "codes.prefix_26": "none",
    "codes.prefix_27": "none",
    "codes.prefix_28": "none",
    "codes.prefix_29": "none",
    # how many digits before the check digit are the weight or price
    "codes.measure_digits": 4,
    # how a 13-digit code begins that is a coupon, and one that is a refund receipt (GS1 General Specifications 1.4)
    "codes.coupon_prefixes": ["981", "982", "983", "984", "99"],
    "codes.refund_prefixes": ["980"],
    # goods that must not be sold: a GTIN, and the lot where it is only that one
    "codes.recalled": [],
    # people: what each role may do; after how many minutes unused a session asks for the PIN again, 0 for never
    "people.permissions": roles.SHIPPED,
    "people.lock_after_min": 10,
    # discounts and prices: how many per cent a role may give without anybody's leave; it ships without a limit
    "discounts.limits": {"cashier": 100, "shift_lead": 100, "manager": 100},
    # reasons: what the screen offers, and where a cashier may type another
    **reasons.SHIPPED,
    # returns: the most that one return without a receipt may give back (cents; 0: any sum), and whether it says why
    "returns.cap_without_receipt": 0,
    "returns.reason_without_receipt": False,
    # what a sale was paid with -> what its return may be refunded with; `none` for a return without a receipt
    "returns.refund_tenders": {
        "cash": ["cash"],
        "card": ["card"],
        "invoice": ["invoice"],
        "account": ["account"],
        "payroll": ["payroll"],
        "bonus": ["bonus"],
        "voucher": ["voucher"],
        "none": ["cash", "card", "invoice", "account"],
    },
    # up to so much (cents), over all returns of a receipt, cash is given for what was paid by card
    "returns.cash_for_card_cap": 2_000,
    # keys of the screen: pages of the shop's own; without one, what sells most
    quick_keys.SETTING: [],
    # tenders: when each may be used, over what ships
    tender_policy.SETTING: {},
    # the most that sales on account may come to OFFLINE, over all that head office has not got yet (cents; 0: any sum)
    "accounts.offline_allowance": 0,
    # the drawer and shifts: the count is taken from whoever may not see what to expect
    "shift.blind_count": False,
    # a difference of more than this asks for a reason (cents); 0 never asks
    "shift.max_difference": 0,
    # receipts and reports: characters on a line of the paper, 32, 42 or 48
    "receipt.columns": 42,
}

_DAY_MIN = 24 * 60
SettingRow = tuple[str, str, Any]
"""(name, first day as text, value)"""


def rules_on(rows: Iterable[SettingRow], day: str) -> Mapping[str, Any]:
    """Every setting as it is on `day` (YYYY-MM-DD)."""
    found = {name: value for name, first, value in sorted(rows, key=lambda row: row[1]) if first <= day}
    return {name: found.get(name, default) for name, default in DEFAULTS.items()}


def check_setting(name: str, value: Any) -> None:
    """Raises Refused `setting-unknown` or `setting-invalid`."""
    if name not in DEFAULTS:
        raise Refused("setting-unknown", f"there is no setting {name!r}", hint=f"There are: {', '.join(DEFAULTS)}.")
    wanted = type(DEFAULTS[name])
    if type(value) is not wanted:
        raise Refused("setting-invalid", f"{name} is {_KINDS[wanted]}, such as {DEFAULTS[name]!r}")
    shape = next((one for start, one in _SHAPES.items() if name.startswith(start)), None)
    if shape and not shape.fits(value):
        raise Refused("setting-invalid", f"{name} is {shape.said}")
    fault = _fault(name, value)
    if fault:
        raise Refused("setting-invalid", f"{name} {fault}")


def _fault(name: str, value: Any) -> str | None:
    """What would only be noticed at a till: as the end of a sentence."""
    if name == "people.permissions":
        return roles.mistake_in(value)
    if name == "people.lock_after_min":
        return None if 0 <= value <= _DAY_MIN else f"is from 0 to {_DAY_MIN} minutes"
    if name == "discounts.limits":
        sound = value.keys() <= set(ROLES) and all(type(one) is int and 0 <= one <= 100 for one in value.values())
        return None if sound else "is whole per cents by role, from 0 to 100"
    if name == quick_keys.SETTING:
        return quick_keys.fault_in(value)
    if name == tender_policy.SETTING:
        return tender_policy.fault_in(value)
    return reasons.faults_of(name, value) if name in reasons.SHIPPED else None


_KINDS = {bool: "true or false", int: "a whole number", str: "a text", list: "a list", dict: "an object"}


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a value must look like beyond its kind, where a wrong one would only be noticed with a customer waiting."""

    said: str
    fits: Callable[[Any], bool]


def _text_like(pattern: str) -> Callable[[Any], bool]:
    return lambda value: re.fullmatch(pattern, value, re.ASCII) is not None


def _each(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: all(map(fits, value))


def _is_recall(one: Any) -> bool:
    if not isinstance(one, dict) or not {"gtin"} <= one.keys() <= {"gtin", "lot"}:
        return False
    return all(isinstance(text, str) and text.strip() for text in one.values()) and bool(code_key(one["gtin"]))


_HOUR = _Shape("a time of the day from 00:00 to 24:00", _text_like(r"([01]\d|2[0-3]):[0-5]\d|24:00"))
_PREFIXES = _Shape(
    "a list of first digits, such as ['980']", _each(lambda one: isinstance(one, str) and one.isdigit() and bool(one))
)
_SHAPES: Mapping[str, _Shape] = {  # by how the name begins
    "alcohol.from": _HOUR,
    "alcohol.until": _HOUR,
    "alcohol.departments": _Shape("a list of words", _each(lambda one: isinstance(one, str) and one.strip() != "")),
    "codes.prefix_": _Shape(
        "none, plain, weight-0 to weight-3 or price-0 to price-2", _text_like(r"none|plain|weight-[0-3]|price-[0-2]")
    ),
    "codes.measure_digits": _Shape("from 3 to 6", lambda value: 3 <= value <= 6),
    "codes.coupon_prefixes": _PREFIXES,
    "codes.refund_prefixes": _PREFIXES,
    "codes.recalled": _Shape(
        "a list such as [{'gtin': '6410405216120', 'lot': 'L1'}], lot only where it is one", _each(_is_recall)
    ),
}
