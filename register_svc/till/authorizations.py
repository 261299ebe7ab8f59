"""Tenders that head office is asked about: what is wanted, what it decided, and what the sale keeps of that.

- Account, payroll and bonus are asked for while the register is ONLINE, and a voucher, which is a gift card: its
  reference names the card. What is given back, and training, is not.
- A tender that was asked for bears a note: the authorisation's id and, when head office answered, balance and limit.
  Without an answer it says so. The note goes with its tender.
- The balance is shown and printed only where head office told it, and never OFFLINE.

Note kind `authorization`: `{"tender", "type", "id", "answered", "balance", "limit"}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from poscore.money import Cents
from poscore.sale import Tender
from register_svc.till.basket import Basket
from register_svc.till.notes import Note

AUTHORIZATION = "authorization"
VOUCHER, GIFT_CARD = "voucher", "gift-card"  # the tender, and what head office calls it
ASKED = frozenset({"account", "payroll", "bonus", VOUCHER})

_SHOWN = ("tender", "type", "answered", "balance", "limit")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. `id`: nobody has had it before. `kind`: the tender type. `holder`: whose account it is, a
    customer's or a card's. `amount`: cents, above 0.
    """

    id: str
    sale: str
    kind: str
    holder: str
    amount: Cents

    def is_for(self, tender: Tender, basket: Basket) -> bool:
        """Whether it was asked for this very tender of this sale."""
        return (self.sale, self.kind, self.holder, self.amount) == (
            *(basket.id, tender.type, holder_of(basket, tender), tender.amount),
        )

    def to_wire(self) -> dict[str, Any]:
        whose = {"kind": GIFT_CARD, "card": self.holder} if self.kind == VOUCHER else self._of_customer()
        return {"id": self.id, "sale": self.sale, **whose, "amount": self.amount}

    def _of_customer(self) -> dict[str, str]:
        return {"kind": self.kind, "customer": self.holder}


@dataclass(frozen=True, slots=True)
class Decision:
    """What head office answered. `code`: why not. `balance`: owed with this one. `limit`: None where there is none."""

    approved: bool
    code: str | None
    balance: Cents
    limit: Cents | None

    @property
    def available(self) -> Cents | None:
        return None if self.limit is None else max(self.limit - self.balance, 0)


def holder_of(basket: Basket, tender: Tender) -> str | None:
    """Whose account a tender is taken from: the card of a voucher, the customer of every other."""
    return tender.reference if tender.type == VOUCHER else basket.customer


def is_asked_for(basket: Basket, tender: Tender) -> bool:
    known = tender.type in ASKED and holder_of(basket, tender) is not None
    return known and not basket.is_return and not basket.training


def with_decision(basket: Basket, wanted: Wanted, decision: Decision | None) -> Basket:
    """The basket, whose newest tender was asked for. `decision`: None when no answer came."""
    about = {
        "tender": basket.tenders[-1].n,
        "type": wanted.kind,
        "id": wanted.id,
        "answered": decision is not None,
        "balance": decision.balance if decision else None,
        "limit": decision.limit if decision else None,
    }
    return basket.with_note(Note(AUTHORIZATION, None, about))


def without_tender(basket: Basket, n: int) -> Basket:
    """The basket without tender `n` and what was noted of it."""
    rest = tuple(note for note in basket.notes if not _is_of(note, n))
    return replace(basket.remove_tender(n), notes=rest)


def id_of(basket: Basket, n: int) -> str | None:
    """Under which id tender `n` was asked for; None for one that was not."""
    return next((note.about["id"] for note in basket.notes if _is_of(note, n)), None)


def shown(notes: Iterable[Mapping[str, Any]], offline: bool) -> list[dict[str, Any]]:
    """For the answer and the receipt: of each tender that was asked for, what head office said. OFFLINE: nothing."""
    if offline:
        return []
    return [{name: note["about"][name] for name in _SHOWN} for note in notes if note["kind"] == AUTHORIZATION]


def _is_of(note: Note, n: int) -> bool:
    return note.kind == AUTHORIZATION and note.about["tender"] == n
