"""Which tender may be used: a table that travels in the snapshot, read against the register's mode and the customer.

The shipped table (head office writes it): cash and card always; invoice and account with a customer, OFFLINE too,
since the invoice or the account entry is made later in the posting run; payroll and bonus only ONLINE.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from poscore.catalog_format import ALLOW
from poscore.errors import Refused
from poscore.money import Cents
from poscore.pricing import CASH
from poscore.sale import Tender
from register_svc.till.articles import Customer
from register_svc.till.basket import Basket

# Adding or taking away one of these is synced to disk at once: somebody outside the register knows of it.
SETTLED_OUTSIDE = frozenset({"card", "account", "payroll", "bonus", "voucher"})

_NOTES: tuple[Cents, ...] = (500, 1000, 2000, 5000, 10000, 20000)


@dataclass(frozen=True, slots=True)
class TenderRule:
    """One row of the table. `names`, `reason`: texts by language (fi, sv, en)."""

    type: str
    names: Mapping[str, str]
    online: str
    offline: str
    needs_customer: bool
    reason: Mapping[str, str] | None


def refusal(rule: TenderRule, offline: bool, customer: Customer | None) -> Refused | None:
    """Why this tender cannot be used now, or None."""
    if offline and rule.offline != ALLOW:
        return Refused("tender-not-available-offline", f"{rule.type} cannot be used while the register is OFFLINE")
    if not offline and rule.online != ALLOW:
        return Refused("tender-not-available", f"{rule.type} cannot be used at this store")
    if rule.needs_customer:
        if customer is None:
            return Refused("customer-required", f"choose a customer before {rule.type}")
        if rule.type not in customer.tenders:
            return Refused("tender-not-for-customer", f"{customer.name} may not use {rule.type}")
    return None


def rule_of(rules: Mapping[str, TenderRule], kind: str) -> TenderRule:
    """Raises Refused `tender-unknown`."""
    rule = rules.get(kind)
    if rule is None:
        raise Refused("tender-unknown", f"{kind!r} is not a tender of this store")
    return rule


def check_tenders(
    tenders: Sequence[Tender], rules: Mapping[str, TenderRule], offline: bool, customer: Customer | None
) -> None:
    """Every tender once more, when the sale is completed: the mode may have changed since it was added."""
    for tender in tenders:
        error = refusal(rule_of(rules, tender.type), offline, customer)
        if error:
            raise error


def payment_options(
    basket: Basket,
    rules: Sequence[TenderRule],
    offline: bool,
    customer: Customer | None,
    refund_refusal: Callable[[str], Refused | None] = lambda _: None,
) -> dict[str, Any]:
    """What can be paid how right now, for the pay screen: it never has to do arithmetic.

    `refund_refusal`: why the money of a return cannot go back by a tender, or None.
    """
    left = basket.left()
    notes = [note for note in _NOTES if note > left.cash][:3] if left.cash > 0 and not basket.is_return else []
    return {
        "left": {"exact": left.exact, "cash": left.cash},
        "notes": notes,
        "tenders": [
            _option(rule, refund_refusal(rule.type) or refusal(rule, offline, customer), left.cash, left.exact)
            for rule in rules
        ],
    }


def _option(rule: TenderRule, error: Refused | None, cash: Cents, exact: Cents) -> dict[str, Any]:
    offline_reason = rule.reason if error and error.code == "tender-not-available-offline" else None
    return {
        "type": rule.type,
        "names": dict(rule.names),
        "allowed": error is None,
        "code": error.code if error else None,
        "reason": dict(offline_reason) if offline_reason else None,
        "needs_customer": rule.needs_customer,
        "amount": cash if rule.type == CASH else exact,
    }
