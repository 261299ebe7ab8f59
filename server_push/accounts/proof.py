"""Whether the accounts add up: sales against entries, entries against cached balances. Mends the cache, and only that.

What the sales make is summed here a second time, straight from their tenders, so that a mistake in how they are entered
shows. Gift cards are left out of that sum: which vouchers are cards is known only from their entries.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, delete, select

from poscore.money import Cents
from server_push.accounts.balances import Limits
from server_push.accounts.home import COUNTED, up_to_date
from server_push.accounts.ledgers import OF_CUSTOMERS, Account
from server_push.storage import Storage, total_of, upsert
from server_push.storage.tables.accounts import account_balance, account_entry
from server_push.storage.tables.intake import OWED, sale, sale_tender

SALES_DIFFER, CACHE_DIFFERS = "sales-differ", "cache-differs"


@dataclass(frozen=True, slots=True)
class Finding:
    """`entries`: what the entries make; `other`: what the sales make, or what the cache says."""

    kind: str
    ledger: str
    holder: str
    entries: Cents
    other: Cents


class Proof:
    def __init__(self, storage: Storage, limits: Limits) -> None:
        self._storage, self._limits = storage, limits

    def check(self, *, rebuild: bool = False) -> dict[str, Any]:
        """What does not add up. `rebuild`: the cache is made anew out of the entries, after it was compared."""
        with up_to_date(self._storage, self._limits) as connection:
            sums = _sums_of_entries(connection, of_sales=False)
            found = [*_compared(SALES_DIFFER, _sums_of_entries(connection, of_sales=True), _sums_of_sales(connection))]
            found += _compared(CACHE_DIFFERS, sums, _cached(connection))
            if rebuild:
                connection.execute(delete(account_balance))
                rows = [{"ledger": one.ledger, "holder": one.holder, "balance": sum_} for one, sum_ in sums.items()]
                upsert(connection, account_balance, rows)
            return {
                "ok": not found,
                "accounts": len(sums),
                "findings": [asdict(finding) for finding in found],
                "rebuilt": rebuild,
            }


def _compared(kind: str, entries: dict[Account, Cents], other: dict[Account, Cents]) -> Iterator[Finding]:
    for one in sorted({*entries, *other}, key=lambda account: (account.ledger, account.holder)):
        if entries.get(one, 0) != other.get(one, 0):
            yield Finding(kind, one.ledger, one.holder, entries.get(one, 0), other.get(one, 0))


def _sums_of_entries(connection: Connection, *, of_sales: bool) -> dict[Account, Cents]:
    entry = account_entry.c
    query = select(entry.ledger, entry.holder, total_of(entry.amount)).group_by(entry.ledger, entry.holder)
    if of_sales:
        query = query.where(entry.store != "", entry.ledger.in_(OF_CUSTOMERS))
    return {Account(ledger, holder): int(total) for ledger, holder, total in connection.execute(query)}


def _sums_of_sales(connection: Connection) -> dict[Account, Cents]:
    same = (sale_tender.c.store == sale.c.store) & (sale_tender.c.arrival == sale.c.arrival)
    same &= sale_tender.c.business_day == sale.c.business_day
    query = (
        select(sale_tender.c.type, sale.c.customer, total_of(sale_tender.c.amount))
        .select_from(sale_tender)
        .join(sale, same)
        .where(OWED, sale_tender.c.type != "voucher", sale.c.training == 0, sale.c.status.in_(COUNTED))
        .group_by(sale_tender.c.type, sale.c.customer)
    )
    return {Account(kind, customer or ""): int(total) for kind, customer, total in connection.execute(query)}


def _cached(connection: Connection) -> dict[Account, Cents]:
    return {Account(row.ledger, row.holder): row.balance for row in connection.execute(select(account_balance))}
