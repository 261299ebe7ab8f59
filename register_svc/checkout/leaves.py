"""What an act at the counter takes beside the right to sell, and whose leave it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poscore.roles import DISCOUNT_OVER_LIMIT, RETURN, RETURN_WITHOUT_RECEIPT, SELL, TRAINING
from poscore.sale import RETURN as RETURN_KIND
from register_svc.checkout.changes import Change
from register_svc.checkout.overrides import Use, use_of
from register_svc.checkout.wishes import NewSale
from register_svc.till.allowance import goes_beyond, limit_bp
from register_svc.till.basket import Basket
from register_svc.till.people import Session


def leave_to_start(session: Session, new: NewSale) -> Use | None:
    """Raises Refused `permission-missing` or `training-mixed`."""
    session.must(SELL)
    session.must_match(new.training)
    takes = []
    if new.kind == RETURN_KIND:
        takes.append(RETURN if new.original_receipt else RETURN_WITHOUT_RECEIPT)
    if new.training and not session.training:
        takes.append(TRAINING)
    return _leave(session, takes, f"start-{new.kind}", None)


def leave_to_change(
    session: Session, change: Change, baskets: tuple[Basket, Basket], rules: Mapping[str, Any]
) -> Use | None:
    """`baskets`: before and after. Raises Refused `permission-missing`."""
    before, after = baskets
    takes = list(change.takes(after))
    if after.discounts and goes_beyond(before, after, limit_bp(rules, session.role)):
        takes.append(DISCOUNT_OVER_LIMIT)
    return _leave(session, takes, change.what, after.id)


def _leave(session: Session, takes: list[str], what: str, sale: str | None) -> Use | None:
    """One override stands in for one permission: whoever lacks two of them asks somebody else to do it."""
    overrides = [session.leave_for(permission) for permission in takes]
    return use_of(session, next(filter(None, overrides), None), what, sale)
