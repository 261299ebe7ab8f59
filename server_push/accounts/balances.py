"""How accounts stand, as the database has it: cached balances, limits, and what is held."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from poscore.instants import instant_text
from poscore.money import Cents
from server_push.accounts.ledgers import BONUS, GIFT_CARD, Account, Standing
from server_push.storage import total_of
from server_push.storage.tables.accounts import account_balance, account_hold
from server_push.storage.tables.assortment import customer

# States of an authorisation.
HELD, REFUSED, RELEASED, CAPTURED = "held", "refused", "released", "captured"


@dataclass(frozen=True, slots=True)
class Limits:
    """`bonus_only_granted`: a member uses no more bonus than was granted; else up to the credit limit."""

    bonus_only_granted: bool = False

    def of(self, connection: Connection, accounts: Collection[Account]) -> dict[Account, Cents | None]:
        """Those of customers that are not known are None."""
        query = select(customer.c.customer_id, customer.c.credit_limit)
        named = {account.holder for account in accounts}
        agreed = dict(tuple(row) for row in connection.execute(query.where(customer.c.customer_id.in_(named))))
        return {account: self._of(account, agreed) for account in accounts}

    def _of(self, account: Account, agreed: dict[str, Cents | None]) -> Cents | None:
        if account.ledger == GIFT_CARD or (account.ledger == BONUS and self.bonus_only_granted):
            return 0
        return agreed.get(account.holder)


def balances_of(connection: Connection, accounts: Collection[Account]) -> dict[Account, Cents]:
    """By the cache; 0 for one without entries."""
    known, holders = account_balance.c, {account.holder for account in accounts}
    found = {
        Account(row.ledger, row.holder): row.balance
        for row in connection.execute(select(account_balance).where(known.holder.in_(holders)))
    }
    return {account: found.get(account, 0) for account in accounts}


def standing_of(connection: Connection, account: Account, limits: Limits, now: datetime) -> Standing:
    hold = account_hold.c
    mine = (hold.ledger == account.ledger, hold.holder == account.holder, hold.state == HELD)
    held = select(total_of(hold.amount)).where(*mine, hold.expires_at > instant_text(now))
    return Standing(
        balances_of(connection, [account])[account],
        int(connection.execute(held).scalar_one()),
        limits.of(connection, [account])[account],
    )
