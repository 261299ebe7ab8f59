"""What a payroll office or a bonus scheme takes over: one row for each purchase, as CSV.

- By business day, or by the day on which it came home. Business days are what the employee knows; but a sale that comes
  home late belongs to a day that may have been exported. Whoever exports month after month by `came_home`, once the
  month is over, has every purchase exactly once.
- Amounts are euros with two decimals and a point, as in the lists that are imported; a return is negative.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select

from poscore.errors import Refused
from poscore.instants import parse_day
from poscore.money import format_cents
from server_push.accounts.balances import Limits
from server_push.accounts.home import up_to_date
from server_push.accounts.ledgers import BONUS, PAYROLL
from server_push.storage import Storage
from server_push.storage.tables.accounts import account_entry
from server_push.storage.tables.assortment import customer

EXPORTED = (PAYROLL, BONUS)
COLUMNS = (
    *("customer_id", "name", "business_day", "came_home_at", "store", "register", "receipt_no", "kind", "amount"),
    *("cashier", "offline", "authorization"),
)


@dataclass(frozen=True, slots=True)
class Period:
    """Both days are included. `by_arrival`: days (UTC) on which the purchases came home, not business days."""

    first: str
    last: str
    by_arrival: bool = False

    def __post_init__(self) -> None:
        if parse_day(self.first) > parse_day(self.last):
            raise Refused("period-invalid", f"{self.first} is after {self.last}")


class Exports:
    def __init__(self, storage: Storage, limits: Limits) -> None:
        self._storage, self._limits = storage, limits

    def rows(self, ledger: str, period: Period) -> list[dict[str, Any]]:
        """By customer, then in the order of their arrival; cents. Raises Refused `ledger-unknown`."""
        if ledger not in EXPORTED:
            raise Refused("ledger-unknown", f"what is exported is {' or '.join(EXPORTED)}")
        entry = account_entry.c
        day = func.substr(entry.at, 1, 10) if period.by_arrival else entry.business_day
        query = (
            select(account_entry, customer.c.name)
            .join(customer, customer.c.customer_id == entry.holder, isouter=True)
            .where(entry.ledger == ledger, entry.store != "", day >= period.first, day <= period.last)
            .order_by(entry.holder, entry.place)
        )
        with up_to_date(self._storage, self._limits) as connection:
            return [_row(row) for row in connection.execute(query)]


def as_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """With a header line."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({**row, "amount": format_cents(row["amount"]), "offline": int(row["offline"])} for row in rows)
    return out.getvalue()


def _row(row: Row[Any]) -> dict[str, Any]:
    return {
        "customer_id": row.holder,
        "name": row.name or "",
        "business_day": row.business_day,
        "came_home_at": row.at,
        "store": row.store,
        "register": row.register,
        "receipt_no": row.source,
        "kind": row.kind,
        "amount": row.amount,
        "cashier": row.cashier or "",
        "offline": bool(row.offline),
        "authorization": row.hold or "",
    }
