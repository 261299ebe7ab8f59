"""How much may be sold on account while head office cannot be asked: so much over all that it has not got yet."""

from __future__ import annotations

from register_svc.checkout.desk import Desk
from register_svc.till.basket import Basket
from register_svc.till.tenders import ACCOUNT, must_be_allowed, taken

_SETTING = "accounts.offline_allowance"


def within_allowance(desk: Desk, basket: Basket, offline: bool) -> Basket:
    """The basket. Raises Refused `account-allowance-used`. Training, returns and whatever is sold ONLINE need none.

    `offline`: head office is not asked, or did not answer.
    """
    allowance = desk.rules()[_SETTING]
    on_account = taken(basket, ACCOUNT)
    if allowance and on_account and offline and not basket.training and not basket.is_return:
        owner, unsent = desk.journal.owner, desk.mode.unsent().records
        before = desk.reader.last_seq(owner.epoch) - unsent
        must_be_allowed(desk.reader.on_account_offline(owner.epoch, before), on_account, allowance)
    return basket
