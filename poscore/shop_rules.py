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

from poscore import reasons, roles
from poscore.catalog_format import ROLES
from poscore.errors import Refused

# Grouped by the part of the counter that they belong to.
DEFAULTS: Mapping[str, Any] = {
    # age: ask for an identity document from whoever looks younger than this (years)
    "age.ask_under": 30,
    # codes on goods
    # people: what each role may do; after how many minutes unused a session asks for the PIN again, 0 for never
    "people.permissions": roles.SHIPPED,
    "people.lock_after_min": 10,
    # discounts and prices: how many per cent a role may give without anybody's leave
    "discounts.limits": {"cashier": 10, "shift_lead": 100, "manager": 100},
    # reasons: what the screen offers, and where a cashier may type another
    **reasons.SHIPPED,
    # returns
    # tenders
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
    return reasons.faults_of(name, value) if name in reasons.SHIPPED else None


_KINDS = {bool: "true or false", int: "a whole number", str: "a text", list: "a list", dict: "an object"}
