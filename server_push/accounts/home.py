"""Entries out of what came home: every accepted sale that was paid on account is entered once, and ends its holds.

- Sales are read in the order of their arrival, each once. Whoever asks how an account stands has it brought up to date
  first, in the transaction of the question: so intake knows nothing of accounts, and no answer counts a sale twice.
- A sale takes the place of what was held for it, whether that had expired or not. What was held for it and not used is
  let go.
- A sale that no authorisation covers (OFFLINE, or head office did not answer) is entered like any other, and flagged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, select, update

from poscore.money import Cents
from poscore.sale import RETURN as RETURN_KIND
from server_push.accounts.balances import CAPTURED, HELD, RELEASED, Limits
from server_push.accounts.entries import RETURN, SALE, WITHOUT_AUTHORIZATION, WITHOUT_CUSTOMER, Entry, Source, post
from server_push.accounts.ledgers import BY_TENDER, GIFT_CARD, Account
from server_push.intake.entries import ACCEPTED, LATE
from server_push.storage import Storage, upsert
from server_push.storage.tables.accounts import account_balance, account_hold, account_read
from server_push.storage.tables.intake import OWED, sale, sale_tender

COUNTED = (ACCEPTED, LATE)
# Tenders read in one transaction while there are many: a chain's evening must not keep its sales from coming home.
_AT_ONCE = 2_000

_SAME = (
    (sale_tender.c.store == sale.c.store)
    & (sale_tender.c.business_day == sale.c.business_day)
    & (sale_tender.c.arrival == sale.c.arrival)
)
# `OWED` as it stands in the index, word for word: that is how SQLite knows that the index serves.
_BETWEEN = (OWED, sale_tender.c.arrival > bindparam("read"))
_END: Select[Any] = (
    select(sale_tender.c.arrival).where(*_BETWEEN).order_by(sale_tender.c.arrival).limit(1).offset(_AT_ONCE - 1)
)
_LAST: Select[Any] = select(func.max(sale_tender.c.arrival)).where(*_BETWEEN)
_TENDERS: Select[Any] = (
    select(sale, sale_tender.c.type, sale_tender.c.amount, sale_tender.c.reference)
    .select_from(sale_tender)
    .join(sale, _SAME)
    .where(*_BETWEEN, sale_tender.c.arrival <= bindparam("upto"))
    .where(sale.c.training == 0, sale.c.status.in_(COUNTED))
    .order_by(sale_tender.c.arrival, sale_tender.c.n)
)


@contextmanager
def up_to_date(storage: Storage, limits: Limits) -> Iterator[Connection]:
    """One transaction that may write, in which every sale that has come home is entered."""
    while True:
        with storage.read() as connection:
            if connection.execute(_END, {"read": _read(connection)}).scalar() is None:
                break
        with storage.write() as connection:
            _read_on(connection, limits)
    with storage.write() as connection:
        while _read_on(connection, limits):
            pass
        yield connection


def _read(connection: Connection) -> int:
    return int(connection.execute(select(account_read.c.arrival)).scalar() or 0)


def _read_on(connection: Connection, limits: Limits) -> bool:
    """Enter the next sales; whether there may be more."""
    read = _read(connection)
    full = connection.execute(_END, {"read": read}).scalar()
    upto = full if full is not None else connection.execute(_LAST, {"read": read}).scalar()
    if upto is None:
        return False
    sold = connection.execute(_TENDERS, {"read": read, "upto": upto}).all()
    _enter(connection, sold, limits)
    upsert(connection, account_read, [{"one": 1, "arrival": upto}])
    return full is not None


def _enter(connection: Connection, tenders: Sequence[Row[Any]], limits: Limits) -> None:
    holds = _holds_for(connection, {row.sale_id for row in tenders})
    cards = _cards_among(connection, {row.reference for row in tenders if BY_TENDER[row.type] == GIFT_CARD})
    entries: list[Entry] = []
    ended: dict[str, list[dict[str, str]]] = {CAPTURED: [], RELEASED: []}
    for _, rows in groupby(tenders, lambda row: row.arrival):
        sold = list(rows)
        of_sale = holds.get((sold[0].register, sold[0].sale_id), [])
        amounts = _by_account(sold, cards)
        entries += [_entry(sold[0], account, amount, of_sale) for account, amount in amounts.items()]
        for hold in of_sale:
            used = Account(hold.ledger, hold.holder) in amounts
            ended[CAPTURED if used else RELEASED].append({"its_register": hold.register, "its_id": hold.id})
    post(connection, entries, limits)
    for state, ids in ended.items():
        if ids:
            mine = (account_hold.c.register == bindparam("its_register"), account_hold.c.id == bindparam("its_id"))
            connection.execute(update(account_hold).where(*mine).values(state=state), ids)


def _by_account(tenders: Sequence[Row[Any]], cards: set[str]) -> dict[Account, Cents]:
    """What one sale adds to each account; vouchers that are no gift cards add nothing."""
    found: dict[Account, Cents] = {}
    for tender in tenders:
        ledger = BY_TENDER[tender.type]
        if ledger == GIFT_CARD and tender.reference not in cards:
            continue
        account = Account(ledger, tender.reference if ledger == GIFT_CARD else tender.customer or "")
        found[account] = found.get(account, 0) + tender.amount
    return found


def _entry(sold: Row[Any], account: Account, amount: Cents, holds: Sequence[Row[Any]]) -> Entry:
    mine = [hold for hold in holds if (hold.ledger, hold.holder) == (account.ledger, account.holder)]
    covered = amount <= sum(hold.amount for hold in mine)  # what is given back needs no cover
    flags = (WITHOUT_AUTHORIZATION,) if not covered else ()
    about = {
        "business_day": sold.business_day,
        "at": sold.received_at,
        "offline": sold.offline,
        "cashier": sold.cashier,
        "hold": mine[0].id if mine else None,
    }
    return Entry(
        account,
        Source(sold.sale_id, sold.store, sold.register, sold.epoch),
        RETURN if sold.kind == RETURN_KIND else SALE,
        amount,
        about,
        flags if account.holder else (*flags, WITHOUT_CUSTOMER),
    )


def _holds_for(connection: Connection, sale_ids: set[str]) -> dict[tuple[str, str], list[Row[Any]]]:
    """By register and sale: what was allowed, be it expired by now."""
    query = select(account_hold).where(account_hold.c.sale_id.in_(sale_ids), account_hold.c.state == HELD)
    found: dict[tuple[str, str], list[Row[Any]]] = {}
    for row in connection.execute(query.order_by(account_hold.c.asked_at, account_hold.c.id)):
        found.setdefault((row.register, row.sale_id), []).append(row)
    return found


def _cards_among(connection: Connection, references: set[str | None]) -> set[str]:
    known = account_balance.c
    query = select(known.holder).where(known.ledger == GIFT_CARD, known.holder.in_(references - {None}))
    return set(connection.scalars(query))
