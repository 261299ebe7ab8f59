"""Which tender may be used: a table that travels in the snapshot, read against the register's mode and the customer.

The shipped table (head office writes it): cash and card always; invoice and account with a customer, OFFLINE too,
since the invoice or the account entry is made later in the posting run; payroll and bonus only ONLINE. The shop's own
policy (poscore.tender_policy) is laid over it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from poscore.catalog_format import DENY
from poscore.errors import Refused
from poscore.money import Cents
from poscore.pricing import CASH
from poscore.tender_policy import SETTING, Policy
from register_svc.till.articles import Customer
from register_svc.till.basket import Basket

ACCOUNT = "account"
# Adding or taking away one of these is synced to disk at once: somebody outside the register knows of it.
SETTLED_OUTSIDE = frozenset({"card", ACCOUNT, "payroll", "bonus", "voucher"})

_NOTES: tuple[Cents, ...] = (500, 1000, 2000, 5000, 10000, 20000)


@dataclass(frozen=True, slots=True)
class TenderRule:
    """One row of the table. `names`, `reason`: texts by language; `online`, `offline`: a policy's text."""

    type: str
    names: Mapping[str, str]
    online: str
    offline: str
    needs_customer: bool
    reason: Mapping[str, str] | None

    def policy(self, offline: bool) -> Policy:
        return Policy.parse(self.offline if offline else self.online)


def with_policy(table: Mapping[str, TenderRule], settings: Mapping[str, Any]) -> Mapping[str, TenderRule]:
    """The table with the shop's own policy over it."""
    own = settings[SETTING]
    return {kind: replace(rule, **own[kind]) if kind in own else rule for kind, rule in table.items()}


def refusal(rule: TenderRule, offline: bool, customer: Customer | None) -> Refused | None:
    """Why this tender cannot be used now, or None."""
    if rule.policy(offline).kind == DENY:
        told = {"reason": dict(rule.reason)} if rule.reason else {}
        if offline:
            said = f"{rule.type} cannot be used while the register is OFFLINE"
            return Refused("tender-not-available-offline", said, None, **told)
        return Refused("tender-not-available", f"{rule.type} cannot be used at this store", None, **told)
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


def must_be_within(rule: TenderRule, offline: bool, basket: Basket) -> Basket:
    """The basket. Raises Refused `tender-above-cap` when more of a tender is on it than may be; a return has no cap."""
    limit = rule.policy(offline).limit
    if limit is not None and not basket.is_return and taken(basket, rule.type) > limit:
        said = f"at most {limit} cents of a sale may be paid by {rule.type}"
        raise Refused("tender-above-cap", said, None, limit=limit)
    return basket


def must_be_allowed(before: Cents, now: Cents, allowance: Cents) -> None:
    """`before`: sold on account OFFLINE and not yet at head office. Raises Refused `account-allowance-used`."""
    if before + now > allowance:
        left = max(0, allowance - before)
        said = f"OFFLINE this register may sell {allowance} cents on account; {left} are left"
        raise Refused("account-allowance-used", said, "It begins anew once the sales have gone home.", left=left)


def check_tenders(basket: Basket, rules: Mapping[str, TenderRule], offline: bool, customer: Customer | None) -> None:
    """Every tender once more, when the sale is completed: the mode may have changed since it was added."""
    for kind in {tender.type for tender in basket.tenders}:
        rule = rule_of(rules, kind)
        error = refusal(rule, offline, customer)
        if error:
            raise error
        must_be_within(rule, offline, basket)


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
            _option(rule, refund_refusal(rule.type) or refusal(rule, offline, customer), _most(rule, offline, basket))
            for rule in rules
        ],
    }


def taken(basket: Basket, kind: str) -> Cents:
    """What is on the sale of one tender, always ≥ 0."""
    return abs(sum(tender.amount for tender in basket.tenders if tender.type == kind))


def _most(rule: TenderRule, offline: bool, basket: Basket) -> Cents:
    """What is left to pay, as far as this tender may pay it."""
    left = basket.left().cash if rule.type == CASH else basket.left().exact
    limit = rule.policy(offline).limit
    return left if limit is None or basket.is_return else max(0, min(left, limit - taken(basket, rule.type)))


def _option(rule: TenderRule, error: Refused | None, amount: Cents) -> dict[str, Any]:
    refused = error is not None and error.code in ("tender-not-available", "tender-not-available-offline")
    reason = rule.reason if refused else None
    return {
        "type": rule.type,
        "names": dict(rule.names),
        "allowed": error is None,
        "code": error.code if error else None,
        "reason": dict(reason) if reason else None,
        "needs_customer": rule.needs_customer,
        "amount": amount,
    }
