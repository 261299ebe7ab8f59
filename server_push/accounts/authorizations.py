"""Authorisations: a register asks whether a customer may pay so much on account, and the amount is held for its sale.

- The register chooses the id. The same asking again is answered as before, so one whose answer was lost is simply asked
  again; the same id for anything else is refused.
- What is held takes up its amount until the sale has come home (an entry takes its place), it is let go, or its time is
  over. One whose time is over is decided anew when it is asked for again.
- Two registers that ask at once never get more than there is: each decides in one writing transaction, with every sale
  that has come home entered first.
- An id that was let go stays so: an asking that a slow line delivers after that holds nothing.

A refusal is an answer and not an error: it is kept, and says why with the code that the cashier sees.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from poscore.errors import Refused
from poscore.ids import ReceiptNo
from poscore.instants import instant_text
from poscore.money import Cents
from server_push.accounts.balances import CAPTURED, HELD, REFUSED, RELEASED, Limits, standing_of
from server_push.accounts.home import up_to_date
from server_push.accounts.ledgers import BONUS, GIFT_CARD, OF_CUSTOMERS, Account, Standing
from server_push.registers.callers import Caller
from server_push.storage import Storage, upsert
from server_push.storage.tables.accounts import account_balance, account_hold
from server_push.storage.tables.assortment import customer
from server_push.storage.tables.intake import sale

# States as they are told beside `refused`, `released` and `captured`.
APPROVED, EXPIRED = "approved", "expired"
# Longer than any register stays OFFLINE: a sale that comes home late still finds what was allowed for it.
_REMEMBERED = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Asked:
    """`id`: chosen by the register. `sale`: the receipt number of a sale of that register. `amount`: cents, above 0."""

    id: str
    sale: str
    account: Account
    amount: Cents


class Authorizations:
    """`held_for`: how long an amount is held for a sale that does not come home."""

    def __init__(self, storage: Storage, limits: Limits, held_for: timedelta) -> None:
        self._storage, self._limits, self._held_for = storage, limits, held_for

    def ask(self, caller: Caller, asked: Asked, now: datetime) -> dict[str, Any]:
        """Raises Refused `permission-missing`, `authorization-differs`, `authorization-settled`."""
        if ReceiptNo.parse(asked.sale).register != caller.register:
            raise Refused("permission-missing", f"{asked.sale} is no sale of {caller.register}")
        with up_to_date(self._storage, self._limits) as connection:
            row = _find(connection, caller, asked.id)
            if row is None or _is_over(row, asked, now):
                _must_be_open(connection, caller, asked.sale)
                self._decide(connection, caller, asked, now)
                _forget_old(connection, now)
                row = _find(connection, caller, asked.id)
            assert row is not None, "it has just been decided"
            return _wire(row, now)

    def get(self, caller: Caller, id: str, now: datetime) -> dict[str, Any]:
        """Raises Refused `authorization-not-found`: head office was never asked, or has forgotten it."""
        with up_to_date(self._storage, self._limits) as connection:
            row = _find(connection, caller, id)
        if row is None:
            raise Refused("authorization-not-found", f"{caller.register} has asked for no authorisation {id}")
        return _wire(row, now)

    def release(self, caller: Caller, id: str, now: datetime) -> dict[str, Any]:
        """Hold nothing under this id from now on, whether it was asked for yet or not."""
        with up_to_date(self._storage, self._limits) as connection:
            row = _find(connection, caller, id)
            if row is None:
                upsert(connection, account_hold, [_never_asked(caller, id, now)])
            elif row.state == HELD:
                mine = (account_hold.c.register == caller.register, account_hold.c.id == id)
                connection.execute(update(account_hold).where(*mine).values(state=RELEASED))
            row = _find(connection, caller, id)
            assert row is not None, "it is there by now"
            return _wire(row, now)

    def _decide(self, connection: Connection, caller: Caller, asked: Asked, now: datetime) -> None:
        """Replaces what was decided under this id and is over."""
        mine = (account_hold.c.register == caller.register, account_hold.c.id == asked.id)
        connection.execute(delete(account_hold).where(*mine))
        standing = standing_of(connection, asked.account, self._limits, now)
        code = _refusal(connection, asked, standing)
        taken = asked.amount if code is None else 0
        row = {
            "register": caller.register,
            "id": asked.id,
            "store": caller.store,
            "sale_id": asked.sale,
            "ledger": asked.account.ledger,
            "holder": asked.account.holder,
            "amount": asked.amount,
            "state": HELD if code is None else REFUSED,
            "code": code,
            "balance": standing.balance + standing.held + taken,
            "credit_limit": standing.limit,
            "asked_at": instant_text(now),
            "expires_at": instant_text(now + self._held_for),
        }
        upsert(connection, account_hold, [row])


def _find(connection: Connection, caller: Caller, id: str) -> Row[Any] | None:
    mine = (account_hold.c.register == caller.register, account_hold.c.id == id)
    return connection.execute(select(account_hold).where(*mine)).one_or_none()


def _is_over(row: Row[Any], asked: Asked, now: datetime) -> bool:
    """Whether what was decided under this id holds no longer. Raises Refused `authorization-differs`."""
    before = (row.sale_id, row.ledger, row.holder, row.amount)
    again = (asked.sale, asked.account.ledger, asked.account.holder, asked.amount)
    was_asked = row.sale_id != ""
    if was_asked and before != again:
        raise Refused("authorization-differs", f"{asked.id} was asked for something else before")
    return bool(row.state == HELD and row.expires_at <= instant_text(now))


def _must_be_open(connection: Connection, caller: Caller, sale_id: str) -> None:
    query = select(func.count()).where(sale.c.store == caller.store, sale.c.sale_id == sale_id)
    if connection.execute(query).scalar():
        raise Refused("authorization-settled", f"{sale_id} is completed and has come home")


def _refusal(connection: Connection, asked: Asked, standing: Standing) -> str | None:
    """Why not; None when it may be."""
    ledger, holder = asked.account.ledger, asked.account.holder
    if ledger in OF_CUSTOMERS:
        query = select(customer.c.tenders).where(customer.c.customer_id == holder, customer.c.withdrawn == 0)
        tenders = connection.execute(query).scalar()
        if tenders is None:
            return "customer-not-found"
        if ledger not in json.loads(tenders):
            return "tender-not-for-customer"
    else:
        loaded = select(func.count()).where(account_balance.c.ledger == GIFT_CARD, account_balance.c.holder == holder)
        if not connection.execute(loaded).scalar():
            return "gift-card-not-found"
    if standing.allows(asked.amount):
        return None
    is_prepaid = ledger in (BONUS, GIFT_CARD) and not standing.limit  # what is missing is money that was put there
    return "balance-insufficient" if is_prepaid else "credit-limit-exceeded"


def _never_asked(caller: Caller, id: str, now: datetime) -> dict[str, Any]:
    """So that an asking that comes later holds nothing."""
    nothing = {"sale_id": "", "ledger": "", "holder": "", "amount": 0, "balance": 0, "credit_limit": None, "code": None}
    at = instant_text(now)
    named = {"register": caller.register, "id": id, "store": caller.store}
    return {**named, **nothing, "state": RELEASED, "asked_at": at, "expires_at": at}


def _forget_old(connection: Connection, now: datetime) -> None:
    connection.execute(delete(account_hold).where(account_hold.c.asked_at < instant_text(now - _REMEMBERED)))


def _wire(row: Row[Any], now: datetime) -> dict[str, Any]:
    """`balance`: as it was when this was decided, with all that was held and this itself."""
    state = row.state
    if state == HELD:
        state = APPROVED if row.expires_at > instant_text(now) else EXPIRED
    is_card = row.ledger == GIFT_CARD
    code = row.code if state == REFUSED else None if state in (APPROVED, CAPTURED) else f"authorization-{state}"
    return {
        "id": row.id,
        "sale": row.sale_id or None,
        "kind": row.ledger or None,
        "customer": (row.holder or None) if not is_card else None,
        "card": row.holder if is_card else None,
        "amount": row.amount,
        "state": state,
        "approved": state in (APPROVED, CAPTURED),
        "code": code,
        "balance": row.balance,
        "limit": row.credit_limit,
        "available": Standing(row.balance, 0, row.credit_limit).available,
        "expires_at": row.expires_at,
    }
