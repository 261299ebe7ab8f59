"""Goods that only somebody old enough may buy: the till asks, the cashier answers, the record keeps the answer.

- What is asked follows from the lines and the notes alone, so it survives a kill and is the same for every screen.
- One answer covers the sale up to its age limit; a later line with a higher limit asks again.
- No tender and no completion while a question is open. A no takes the goods off the sale, and is kept as well.
- No birth date is asked for, and none is kept.
- Returns and training ask nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from poscore.errors import Refused
from register_svc.till.basket import Basket
from register_svc.till.notes import Note

AGE = "age"  # the kind of the note, and of the question
CONFIRMED, REFUSED = "confirmed", "refused"


@dataclass(frozen=True, slots=True)
class Ask:
    """`line`: the first line with the highest age limit that nobody has answered for; `limit` in years."""

    line: int
    limit: int


@dataclass(frozen=True, slots=True)
class AgeAnswer:
    """`how`: `looks-older` or `document`, or None when it was not said. `at`: an instant."""

    confirmed: bool
    how: str | None
    cashier: str
    at: str


def open_ask(basket: Basket) -> Ask | None:
    """The one question that is open, or None."""
    if basket.is_return or basket.training:
        return None
    answered = _answered_for(basket)
    limit = max((row.item.age_limit for row in basket.lines if not row.line.voided), default=0)
    if limit <= answered:
        return None
    line = next(row.line.n for row in basket.lines if row.item.age_limit == limit and not row.line.voided)
    return Ask(line, limit)


def must_be_answered(basket: Basket) -> None:
    """Raises Refused `age-check-required`."""
    ask = open_ask(basket)
    if ask:
        hint = "Answer with POST /sales/{id}/age."
        raise Refused("age-check-required", f"check first that the customer is {ask.limit}", hint, limit=ask.limit)


def answer_age(basket: Basket, answer: AgeAnswer) -> Basket:
    """The answer as a note; a no voids every line above what was confirmed. Raises Refused `age-check-not-asked`."""
    ask = open_ask(basket)
    if ask is None:
        raise Refused("age-check-not-asked", "nothing on this sale asks for an age")
    about = {
        "limit": ask.limit,
        "result": CONFIRMED if answer.confirmed else REFUSED,
        "how": answer.how,
        "cashier": answer.cashier,
        "at": answer.at,
    }
    answered = _answered_for(basket)
    basket = basket.with_note(Note(AGE, None, about))
    if not answer.confirmed:
        for row in basket.lines:
            if row.item.age_limit > answered and not row.line.voided:
                basket = basket.void_line(row.line.n)
    return basket


def _answered_for(basket: Basket) -> int:
    said = (note.about for note in basket.notes if note.kind == AGE)
    return max((about["limit"] for about in said if about["result"] == CONFIRMED), default=0)
