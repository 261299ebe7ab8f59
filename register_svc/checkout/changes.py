"""What a cashier does to lines and prices by hand: what each takes, and what it leaves in the record.

A `Change` says what to do to the basket and which permissions it takes; `Sales.change` checks and commits it. Whatever
brings a discount past the role's limit takes `discount-over-limit` beside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from poscore.errors import Refused
from poscore.money import Cents
from poscore.quantity import Quantity
from poscore.roles import DISCOUNT, PRICE_OVERRIDE, PRICE_ZERO, VOID_LINE
from poscore.sale import Sale
from register_svc.checkout.goods import must_be_counted
from register_svc.checkout.overrides import Use
from register_svc.journal.journal import Writing
from register_svc.till.articles import Customer
from register_svc.till.basket import Basket
from register_svc.till.comments import comment
from register_svc.till.discounts import Discount
from register_svc.till.notes import Note
from register_svc.till.people import Session
from register_svc.till.reasons import check_reason
from register_svc.till.shifts import PRICE_NOTE

CREATED, DONE = 201, 200
Rules = Mapping[str, Any]


def nothing(_: Writing) -> None:
    """Nothing stands beside this change."""


@dataclass(frozen=True, slots=True)
class Change:
    """`what`: the verb, as an override's record names it; `takes`: the permissions of the change that came out.

    `beside`: what is written with it, in the same transaction.
    """

    what: str
    act: Callable[[Basket], Basket]
    takes: Callable[[Basket], tuple[str, ...]] = lambda _: ()
    status: int = DONE
    durable: bool = False
    beside: Callable[[Writing], None] = nothing


@dataclass(frozen=True, slots=True)
class Ending:
    """How a draft ends: its final document, and what the record says beside it. `kind`: of the record."""

    basket: Basket
    sale: Sale
    kind: str
    customer: Customer | None = None
    use: Use | None = None


@dataclass(frozen=True, slots=True)
class NewPrice:
    """For line `n`; `quantity` None leaves it as it is."""

    n: int
    unit_price: Cents
    reason: str
    quantity: Quantity | None = None


def voiding(n: int) -> Change:
    return Change("void-line", lambda basket: basket.void_line(n), lambda _: (VOID_LINE,))


def discounting(discount: Discount, rules: Rules) -> Change:
    def act(basket: Basket) -> Basket:
        if basket.original_receipt is not None:
            raise Refused("return-as-sold", "what is returned on a receipt goes back at what was paid for it")
        check_reason(rules, "discount", discount.reason)
        return basket.add_discount(discount)

    return Change("discount", act, lambda _: (DISCOUNT,), CREATED)


def undoing_discount(n: int) -> Change:
    return Change("remove-discount", lambda basket: basket.remove_discount(n), lambda _: (DISCOUNT,))


def pricing(new: NewPrice, session: Session, rules: Rules) -> Change:
    """Note kind `price`: `{"before", "after", "reason", "by"}`. Giving goods away takes a permission of its own."""

    def act(basket: Basket) -> Basket:
        check_reason(rules, "price", new.reason)
        changed = basket.change_price(new.n, new.unit_price)
        if new.quantity is not None:
            must_be_counted(basket, new.n)
            changed = changed.change_quantity(new.n, new.quantity)
        before = basket.lines[new.n - 1].item.unit_price
        about = {"before": before, "after": new.unit_price, "reason": new.reason, "by": session.cashier}
        return changed.with_note(Note(PRICE_NOTE, new.n, about))

    def takes(changed: Basket) -> tuple[str, ...]:
        is_free = new.unit_price == changed.lines[new.n - 1].item.deposit
        return (PRICE_ZERO if is_free else PRICE_OVERRIDE,)

    return Change("price", act, takes)


def commenting(text: str, line: int | None, session: Session) -> Change:
    note = comment(text, line, session.cashier)
    return Change("comment", lambda basket: basket.with_note(note), status=CREATED)
