"""Reasons that a cashier gives: one of those that the shop offers, or another where the shop allows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poscore.errors import Refused
from poscore.reasons import FREE_TEXT, LANGUAGES, name_of


def offered(rules: Mapping[str, Any], purpose: str) -> dict[str, Any]:
    """What the screen shows: reasons with their texts, and whether another may be typed."""
    rows = rules[name_of(purpose)]
    items = [{"reason": row["reason"], "texts": {name: row[name] for name in LANGUAGES}} for row in rows]
    return {"items": items, "next": None, "free_text": purpose in rules[FREE_TEXT]}


def check_reason(rules: Mapping[str, Any], purpose: str, reason: str) -> str:
    """`reason`. Raises Refused `reason-unknown`."""
    known = purpose in rules[FREE_TEXT] or any(row["reason"] == reason for row in rules[name_of(purpose)])
    if not known:
        raise Refused("reason-unknown", f"{reason!r} is none of the reasons for this")
    return reason
