"""Tenders at the counter: what may be taken, by the snapshot, the shop's policy, the customer and what comes back."""

from __future__ import annotations

from collections.abc import Callable

from poscore.errors import Refused
from register_svc.checkout.account_allowance import within_allowance
from register_svc.checkout.changes import CREATED, Change
from register_svc.checkout.desk import Desk
from register_svc.checkout.open_sales import OpenSales
from register_svc.checkout.restrictions import Restrictions
from register_svc.checkout.returning import Returns
from register_svc.checkout.wishes import NewTender
from register_svc.till.authorizations import VOUCHER
from register_svc.till.basket import Basket
from register_svc.till.tenders import SETTLED_OUTSIDE, must_be_within, refusal, rule_of


class Paying:
    def __init__(self, desk: Desk, open_sales: OpenSales, restrictions: Restrictions, returns: Returns) -> None:
        self._desk, self._open, self._restrictions, self._returns = desk, open_sales, restrictions, returns

    def adding(self, new: NewTender, offline: bool) -> Change:
        """The change that adds a tender. `offline`: by which rules; those of OFFLINE also hold where nobody answers."""

        def act(basket: Basket) -> Basket:
            self._restrictions.check_paying(basket)
            rule = rule_of(self._desk.tender_rules(), new.type)
            error = refusal(rule, offline, self._open.customer_of(basket))
            error = error or self._returns.refund_refusal(basket)(new.type)
            if error:
                raise error
            if new.type == VOUCHER and not new.reference:
                raise Refused("reference-required", "a gift card is taken by its number", "Scan or key in the card.")
            paid = basket.add_tender(new.type, new.amount, new.reference)
            return within_allowance(self._desk, must_be_within(rule, offline, paid), offline)

        return Change("tender", act, self._leave_for(new.type, offline), CREATED, new.type in SETTLED_OUTSIDE)

    def _leave_for(self, kind: str, offline: bool) -> Callable[[Basket], tuple[str, ...]]:
        """Whose leave the shop wants for a tender."""

        def takes(basket: Basket) -> tuple[str, ...]:
            policy = rule_of(self._desk.tender_rules(), kind).policy(offline)
            return (policy.permission,) if policy.permission and not basket.is_return else ()

        return takes
