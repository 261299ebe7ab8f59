"""The numbers of the counter: named settings, each from a first day on, kept by head office, carried in the snapshot.

- A setting is a JSON value. Its default here is what ships, and its type is the type of every other value.
- On a day the newest row whose first day is not after it counts; the default where there is none.
- A register takes no notice of names that it does not know: head office may be newer.

Nothing here reads the clock or the disk.

    >>> rules_on([("age.ask_under", "2026-01-01", 25)], "2026-06-01")["age.ask_under"]
    25
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from poscore.errors import Refused

# Grouped by the part of the counter that they belong to.
DEFAULTS: Mapping[str, Any] = {
    # age: ask for an identity document from whoever looks younger than this (years)
    "age.ask_under": 30,
    # codes on goods
    # discounts and prices
    # returns: the most that one return without a receipt may give back (cents)
    "returns.cap_without_receipt": 10_000,
    # what a sale was paid with -> what its return may be refunded with; `none` for a return without a receipt
    "returns.refund_tenders": {
        "cash": ["cash"],
        "card": ["card"],
        "invoice": ["invoice"],
        "account": ["account"],
        "payroll": ["payroll"],
        "bonus": ["bonus"],
        "voucher": ["voucher"],
        "none": ["cash"],
    },
    # up to so much (cents), over all returns of a receipt, cash is given for what was paid by card
    "returns.cash_for_card_cap": 2_000,
    # tenders
    # the drawer and shifts
    # receipts
}

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


_KINDS = {bool: "true or false", int: "a whole number", str: "a text", list: "a list", dict: "an object"}
