"""When a tender may be used, as the setting `tenders.policy` gives it over the shipped table.

`{"account": {"offline": "cap(20000)", "reason": {"fi", "sv", "en"}}}`: by tender what counts `online` and `offline`,
each of them one of

- `allow`, `deny`
- `cap(CENTS)`: at most so much on one sale
- `pin(ROLE)`: with the leave of somebody of that role (`shift_lead` or `manager`) or a higher one

and `reason`, why it is refused, in three languages. What is left away stays as it ships: OFFLINE cash, card, invoice
and account work, payroll, bonus and voucher do not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from poscore.catalog_format import ALLOW, DENY
from poscore.money import MAX_CENTS, Cents
from poscore.roles import TENDER_BY_LEAD, TENDER_BY_MANAGER
from poscore.sale import TENDER_TYPES

SETTING = "tenders.policy"
LANGUAGES = ("fi", "sv", "en")
CAP, PIN = "cap", "pin"
PERMISSION_OF_ROLE = {"shift_lead": TENDER_BY_LEAD, "manager": TENDER_BY_MANAGER}

_CAP = re.compile(r"cap\((\d{1,12})\)", re.ASCII)
_PIN = re.compile(r"pin\((\w+)\)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Policy:
    """`limit`: cents on one sale, of a `cap`; `permission`: what a `pin` takes."""

    kind: str
    limit: Cents | None = None
    permission: str | None = None

    @classmethod
    def parse(cls, text: str) -> Policy:
        """What is not understood denies: a register older than its head office must not take more than it should."""
        cap, pin = _CAP.fullmatch(text), _PIN.fullmatch(text)
        if cap:
            return cls(CAP, limit=int(cap[1]))
        if pin and pin[1] in PERMISSION_OF_ROLE:
            return cls(PIN, permission=PERMISSION_OF_ROLE[pin[1]])
        return cls(ALLOW if text == ALLOW else DENY)


def fault_in(value: Mapping[str, Any]) -> str | None:
    """What is wrong with the setting's value, as the end of a sentence; None when nothing is."""
    for tender, row in value.items():
        if tender not in TENDER_TYPES:
            return f"names the tender {tender}; there are: {', '.join(TENDER_TYPES)}"
        if not isinstance(row, dict) or not row.keys() <= {"online", "offline", "reason"}:
            return 'says for a tender "online", "offline" and "reason"'
        for mode in ("online", "offline"):
            if mode in row and not _is_known(row[mode]):
                return f"has {row[mode]!r}; there are: allow, deny, cap(CENTS), pin(shift_lead), pin(manager)"
        reason = row.get("reason")
        if reason is not None and not _is_reason(reason):
            return "gives the reason as an object of texts: fi, sv, en"
    return None


def _is_known(text: Any) -> bool:
    if not isinstance(text, str):
        return False
    policy = Policy.parse(text)
    return policy.limit <= MAX_CENTS if policy.limit is not None else policy.kind != DENY or text == DENY


def _is_reason(reason: Any) -> bool:
    texts = [reason.get(language) for language in LANGUAGES] if isinstance(reason, dict) else [None]
    return len(reason) == len(LANGUAGES) and all(isinstance(text, str) and text.strip() for text in texts)
