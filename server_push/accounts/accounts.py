"""Accounts as an operator sees and keeps them: how one stands, what a person enters, what a person should look at.

- A payment lowers what is owed, a grant is bonus to be used or money on a gift card, a correction is either way and
  says why. Each has an id that whoever enters it chose, so that entering it again changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, text

from poscore.errors import Refused
from poscore.instants import instant_text, parse_day
from poscore.money import Cents
from server_push.accounts.authorizations import APPROVED
from server_push.accounts.balances import HELD, Limits, standing_of
from server_push.accounts.entries import CORRECTION, GRANT, PAYMENT, Entry, Source, post
from server_push.accounts.home import up_to_date
from server_push.accounts.ledgers import ACCOUNT, BONUS, GIFT_CARD, OF_CUSTOMERS, PAYROLL, Account, Standing
from server_push.storage import Storage, total_of
from server_push.storage.tables.accounts import account_entry, account_hold
from server_push.storage.tables.assortment import customer

# What a person may enter in which ledger, and what becomes of the amount that was typed.
_SIGNS = {PAYMENT: -1, GRANT: -1, CORRECTION: 1}
_FIT = {
    ACCOUNT: (PAYMENT, CORRECTION),
    PAYROLL: (PAYMENT, CORRECTION),
    BONUS: (GRANT, CORRECTION),
    GIFT_CARD: (GRANT, CORRECTION),
}


@dataclass(frozen=True, slots=True)
class ByHand:
    """What a person enters. `amount`: cents, above 0 but for a correction, which raises or lowers what is owed."""

    id: str
    kind: str
    amount: Cents
    business_day: str
    reason: str | None
    by: str

    def __post_init__(self) -> None:
        parse_day(self.business_day)
        if self.kind not in _SIGNS:
            raise Refused("entry-invalid", f"an entry by hand is one of {', '.join(_SIGNS)}")
        if self.amount == 0 or (self.amount < 0 and self.kind != CORRECTION):
            raise Refused("entry-invalid", f"the amount of a {self.kind} is more than 0")
        if self.kind == CORRECTION and not (self.reason or "").strip():
            raise Refused("reason-required", "a correction says why")


class Accounts:
    def __init__(self, storage: Storage, limits: Limits) -> None:
        self._storage, self._limits = storage, limits

    def show(self, account: Account, after: int, limit: int, now: datetime) -> dict[str, Any]:
        """How it stands, with its entries after place `after`.

        `balance` is the sum of all its entries; what is held for sales under way is not in it. Raises Refused
        `customer-not-found` or `account-not-found`.
        """
        with up_to_date(self._storage, self._limits) as connection:
            name = _name_of(connection, account)
            standing = standing_of(connection, account, self._limits, now)
            mine = (account_entry.c.ledger == account.ledger, account_entry.c.holder == account.holder)
            balance = int(connection.execute(select(total_of(account_entry.c.amount)).where(*mine)).scalar_one())
            entries = select(account_entry).where(*mine, account_entry.c.place > after)
            rows = connection.execute(entries.order_by(account_entry.c.place).limit(limit + 1)).all()
            return {
                "ledger": account.ledger,
                "holder": account.holder,
                "name": name,
                **_told(Standing(balance, standing.held, standing.limit)),
                "holds": _holds(connection, account, now),
                **_page(rows, limit),
            }

    def of_customer(self, customer_id: str, after: int, limit: int, now: datetime) -> dict[str, Any]:
        """The customer's `account`, and beside it how the other ledgers stand."""
        shown = self.show(Account(ACCOUNT, customer_id), after, limit, now)
        with self._storage.read() as connection:
            others = [Account(ledger, customer_id) for ledger in OF_CUSTOMERS if ledger != ACCOUNT]
            standings = {one.ledger: _told(standing_of(connection, one, self._limits, now)) for one in others}
        return {"customer": customer_id, **shown, **standings}

    def enter(self, account: Account, by_hand: ByHand, now: datetime) -> tuple[dict[str, Any], bool]:
        """The entry, and whether it is new.

        Raises Refused `entry-invalid` where it does not fit the ledger, `entry-differs` for another one under its id,
        `customer-not-found`.
        """
        if by_hand.kind not in _FIT[account.ledger]:
            raise Refused("entry-invalid", f"{account.ledger} takes {' and '.join(_FIT[account.ledger])}")
        amount = _SIGNS[by_hand.kind] * by_hand.amount
        with up_to_date(self._storage, self._limits) as connection:
            if account.ledger != GIFT_CARD:  # a card begins with the first money on it
                _name_of(connection, account)
            before = _by_hand(connection, account, by_hand.id)
            if before is None:
                about = {
                    "business_day": by_hand.business_day,
                    "at": instant_text(now),
                    "reason": by_hand.reason,
                    "entered_by": by_hand.by,
                }
                post(connection, [Entry(account, Source(by_hand.id), by_hand.kind, amount, about)], self._limits)
            elif (before.kind, before.amount, before.business_day) != (by_hand.kind, amount, by_hand.business_day):
                raise Refused("entry-differs", f"{by_hand.id} was entered before, and otherwise")
            entered = _by_hand(connection, account, by_hand.id)
            assert entered is not None, "it has just been entered"
            return _entry(entered), before is None

    def flagged(self, kind: str | None, after: int, limit: int) -> dict[str, Any]:
        """Entries that a person should look at, in their order. `kind`: a flag, or None for any."""
        with up_to_date(self._storage, self._limits) as connection:
            # Word for word as in the index: that is how SQLite knows that it serves.
            query = select(account_entry).where(text("flags <> ''"), account_entry.c.place > after)
            if kind is not None:
                query = query.where(account_entry.c.flags.contains(kind, autoescape=True))
            rows = connection.execute(query.order_by(account_entry.c.place).limit(limit + 1)).all()
        page = _page(rows, limit)
        return {"items": page["entries"], "next": page["next"]}


def _name_of(connection: Connection, account: Account) -> str | None:
    """The customer's; None for a gift card. Raises Refused `customer-not-found`, `account-not-found`."""
    if account.ledger == GIFT_CARD:
        known = select(func.count()).where(
            account_entry.c.ledger == GIFT_CARD, account_entry.c.holder == account.holder
        )
        if not connection.execute(known).scalar():
            raise Refused("account-not-found", f"there is no gift card {account.holder}")
        return None
    query = select(customer.c.name).where(customer.c.customer_id == account.holder)
    name = connection.execute(query).scalar()
    if name is None:
        raise Refused("customer-not-found", f"there is no customer {account.holder}")
    return str(name)


def _told(standing: Standing) -> dict[str, Any]:
    return {
        "balance": standing.balance,
        "limit": standing.limit,
        "held": standing.held,
        "available": standing.available,
    }


def _holds(connection: Connection, account: Account, now: datetime) -> list[dict[str, Any]]:
    hold = account_hold.c
    mine = (hold.ledger == account.ledger, hold.holder == account.holder, hold.state == HELD)
    query = select(account_hold).where(*mine, hold.expires_at > instant_text(now)).order_by(hold.asked_at, hold.id)
    return [
        {
            "id": row.id,
            "register": row.register,
            "sale": row.sale_id,
            "amount": row.amount,
            "state": APPROVED,
            "asked_at": row.asked_at,
            "expires_at": row.expires_at,
        }
        for row in connection.execute(query)
    ]


def _by_hand(connection: Connection, account: Account, id: str) -> Row[Any] | None:
    entry = account_entry.c
    mine = (entry.store == "", entry.register == "", entry.epoch == 0, entry.source == id)
    whose = (entry.ledger == account.ledger, entry.holder == account.holder)
    return connection.execute(select(account_entry).where(*mine, *whose)).one_or_none()


def _page(rows: Any, limit: int) -> Mapping[str, Any]:
    shown = rows[:limit]
    return {
        "entries": [_entry(row) for row in shown],
        "next": str(shown[-1].place) if len(rows) > limit else None,
    }


def _entry(row: Row[Any]) -> dict[str, Any]:
    """`balance` and `limit`: as they were with it."""
    is_sale = row.store != ""
    return {
        "kind": row.kind,
        "amount": row.amount,
        "balance": row.balance,
        "limit": row.credit_limit,
        "ledger": row.ledger,
        "holder": row.holder or None,
        "business_day": row.business_day,
        "at": row.at,
        "store": row.store or None,
        "register": row.register or None,
        "receipt_no": row.source if is_sale else None,
        "id": None if is_sale else row.source,
        "offline": bool(row.offline),
        "cashier": row.cashier,
        "authorization": row.hold,
        "flags": row.flags.split(),
        "reason": row.reason,
        "entered_by": row.entered_by,
    }
