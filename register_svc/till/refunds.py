"""How the money of a return goes back: by what the sale was paid with, as the shop's settings say.

- `returns.refund_tenders` names, for each tender of the sale, those that its return may be refunded with; a sale paid
  in several ways allows what each of its tenders does.
- For what was paid by card, cash is given while all returns of the receipt stay within `returns.cash_for_card_cap`.
- Without a receipt a return goes by the row `none`; where the shop has set so it says why, and stays within
  `returns.cap_without_receipt`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from poscore.errors import Refused
from poscore.money import Cents
from poscore.pricing import CASH
from register_svc.till.basket import Basket
from register_svc.till.notes import Note

RETURN_REASON = "return-reason"
"""The kind of the note; `about` is `{"reason"}`, for the whole return."""

_CARD, _NO_RECEIPT = "card", "none"


@dataclass(frozen=True, slots=True)
class Refund:
    """What is to be given back. `paid_with`: tenders of the sale, None without a receipt.

    `before`: what earlier and other returns of the receipt give back.
    """

    due: Cents
    paid_with: Sequence[str] | None
    before: Cents = 0

    def allowed(self, rules: Mapping[str, Any]) -> list[str]:
        """The tenders that may be used, in the order of the settings."""
        table: Mapping[str, Sequence[str]] = rules["returns.refund_tenders"]
        paid = [_NO_RECEIPT] if self.paid_with is None else self.paid_with
        found = [kind for tender in paid for kind in table.get(tender, ())]
        if _CARD in paid and self.before + self.due <= rules["returns.cash_for_card_cap"]:
            found.append(CASH)
        return list(dict.fromkeys(found))

    def refusal(self, kind: str, rules: Mapping[str, Any]) -> Refused | None:
        """Why the money cannot go back this way, or None."""
        allowed = self.allowed(rules)
        if kind in allowed:
            return None
        said = ", ".join(allowed) or "nothing"
        return Refused("refund-tender-not-allowed", f"this return is refunded by {said}, not {kind}", allowed=allowed)


def with_reason(basket: Basket, reason: str | None, rules: Mapping[str, Any]) -> Basket:
    """A return without a receipt, with why, if that is told. Raises Refused `reason-required` where it must be."""
    if reason is None or not reason.strip():
        if rules["returns.reason_without_receipt"]:
            raise Refused("reason-required", "say why this is returned without a receipt")
        return basket
    return basket.with_note(Note(RETURN_REASON, None, {"reason": reason.strip()}))


def check_cap(basket: Basket, rules: Mapping[str, Any]) -> Basket:
    """The basket. Raises Refused `return-cap-exceeded` for a return without a receipt of more than the shop allows."""
    cap = rules["returns.cap_without_receipt"]
    if cap and basket.is_return and basket.original_receipt is None and due_of(basket) > cap:
        raise Refused("return-cap-exceeded", f"without a receipt at most {cap} cents are given back", cap=cap)
    return basket


def due_of(basket: Basket) -> Cents:
    """What the return gives back, before cash rounding."""
    return -sum(row.line.total for row in basket.lines if not row.line.voided)
