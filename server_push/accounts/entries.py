"""Entries: what changed an account, each once, numbered in the order in which they were made.

- An entry is never changed and never taken away: what was wrong is corrected by another one.
- Whoever writes entries writes the cached balances in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, tuple_, update

from poscore.money import Cents
from server_push.accounts.balances import Limits, balances_of
from server_push.accounts.ledgers import Account
from server_push.storage import insert_new, upsert
from server_push.storage.tables.accounts import account_balance, account_entry
from server_push.storage.tables.intake import arrival_counter

SALE, RETURN, PAYMENT, GRANT, CORRECTION = "sale", "return", "payment", "grant", "correction"
OVER_LIMIT, WITHOUT_AUTHORIZATION, WITHOUT_CUSTOMER = "over-limit", "without-authorization", "without-customer"

_COUNTER = "account-entries"


@dataclass(frozen=True, slots=True)
class Source:
    """What an entry comes of; without a store, a register and an epoch it was entered by a person under an id."""

    id: str
    store: str = ""
    register: str = ""
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """`amount`: cents, above 0 when more is owed. `about`: further columns of its row. `flags`: beside over-limit."""

    account: Account
    source: Source
    kind: str
    amount: Cents
    about: dict[str, Any]
    flags: tuple[str, ...] = ()


def post(connection: Connection, entries: Sequence[Entry], limits: Limits) -> None:
    """Add those that are new, in their order. The transaction must be one that writes."""
    there = _there(connection, entries)
    entries = [entry for entry in entries if (entry.source, entry.account) not in there]
    if not entries:
        return
    accounts = {entry.account for entry in entries}
    balances, agreed = balances_of(connection, accounts), limits.of(connection, accounts)
    first = _next_places(connection, len(entries))
    rows = []
    for place, entry in enumerate(entries, first):
        account, limit = entry.account, agreed[entry.account]
        balance = balances[account] = balances[account] + entry.amount
        beyond = limit is not None and entry.amount > 0 and balance > limit
        rows.append(
            {
                "store": entry.source.store,
                "register": entry.source.register,
                "epoch": entry.source.epoch,
                "source": entry.source.id,
                "ledger": account.ledger,
                "holder": account.holder,
                "place": place,
                "kind": entry.kind,
                "amount": entry.amount,
                "balance": balance,
                "credit_limit": limit,
                "flags": " ".join((*entry.flags, *((OVER_LIMIT,) if beyond else ()))),
                **_NOTHING_MORE,
                **entry.about,
            }
        )
    insert_new(connection, account_entry, rows)
    kept = [{"ledger": one.ledger, "holder": one.holder, "balance": balances[one]} for one in accounts]
    upsert(connection, account_balance, kept)


_NOTHING_MORE: dict[str, Any] = {"offline": 0, "cashier": None, "hold": None, "reason": None, "entered_by": None}


def _there(connection: Connection, entries: Sequence[Entry]) -> set[tuple[Source, Account]]:
    row = account_entry.c
    asked = {(entry.source.store, entry.source.register, entry.source.epoch, entry.source.id) for entry in entries}
    query = select(row.source, row.store, row.register, row.epoch, row.ledger, row.holder)
    found = connection.execute(query.where(tuple_(row.store, row.register, row.epoch, row.source).in_(asked)))
    return {(Source(*source), Account(ledger, holder)) for *source, ledger, holder in found}


def _next_places(connection: Connection, count: int) -> int:
    """The first of `count` places."""
    value = arrival_counter.c.value
    taken = update(arrival_counter).where(arrival_counter.c.name == _COUNTER).values(value=value + count)
    last = connection.execute(taken.returning(value)).scalar()
    if last is None:
        insert_new(connection, arrival_counter, [{"name": _COUNTER, "value": 0}])
        return _next_places(connection, count)
    return int(last) - count + 1
