"""Returns that a person should look at.

- `without-receipt`: nobody can tell that it was bought here.
- `claims-crossed`: with this return more of a receipt's line has come back than was sold: two registers gave it back,
  one of them OFFLINE, or a claim had ended before its return was completed.
- `receipt-unknown`: the receipt that it names has not come home. It ends when that does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from poscore.errors import Refused
from poscore.quantity import Quantity
from poscore.returns import sold
from server_push.returns.home import bring_up_to_date, receipt_of
from server_push.storage import Storage
from server_push.storage.tables.returns import return_home, return_home_line

WITHOUT_RECEIPT, CLAIMS_CROSSED, RECEIPT_UNKNOWN = "without-receipt", "claims-crossed", "receipt-unknown"
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class WhichReturns:
    """None is any."""

    store: str | None = None
    register: str | None = None
    business_day: str | None = None


class Flags:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def list(self, which: WhichReturns, after: int, limit: int) -> dict[str, Any]:
        """Flagged returns in the order of their arrival, after arrival `after`."""
        with self._storage.write() as connection:
            bring_up_to_date(connection)
        items: list[dict[str, Any]] = []
        with self._storage.read() as connection:
            for flagged in _flagged(connection, which, after):
                items.append(flagged)
                if len(items) > limit:
                    break
        shown = items[:limit]
        more = str(shown[-1]["arrival"]) if len(items) > limit else None
        return {"items": [{k: v for k, v in item.items() if k != "arrival"} for item in shown], "next": more}


def _flagged(connection: Connection, which: WhichReturns, after: int) -> Iterator[dict[str, Any]]:
    home = return_home
    wanted = [home.c[name] == getattr(which, name) for name in which.__slots__ if getattr(which, name) is not None]
    query = select(home).where(home.c.arrival > after, *wanted).order_by(home.c.arrival)
    for row in connection.execute(query):
        kind, lines = _kind(connection, row)
        if kind is not None:
            yield {
                "arrival": row.arrival,
                "kind": kind,
                "return_no": row.return_no,
                **{name: getattr(row, name) for name in ("store", "register", "business_day", "received_at")},
                "original_receipt": row.receipt_no,
                "total": -row.total,
                "reason": row.reason,
                "cashier": row.cashier,
                "lines": lines,
            }


def _kind(connection: Connection, row: Row[Any]) -> tuple[str | None, Sequence[dict[str, Any]]]:
    if row.receipt_no is None:
        return WITHOUT_RECEIPT, []
    try:
        document = receipt_of(connection, row.receipt_no)
    except Refused:
        return RECEIPT_UNKNOWN, []
    quantities = {line["n"]: sold(line).thousandths for line in document["lines"] if not line["voided"]}
    crossed = [
        {"n": n, "sold": Quantity(quantities.get(n, 0)).text, "returned": Quantity(so_far).text}
        for n, so_far in _so_far(connection, row)
        if so_far > quantities.get(n, 0)
    ]
    return (CLAIMS_CROSSED if crossed else None), crossed


def _so_far(connection: Connection, row: Row[Any]) -> Iterator[tuple[int, int]]:
    """For each line of the receipt that this return gave back: all that had come back of it by then."""
    line, home = return_home_line, return_home
    mine = select(line.c.n).where(line.c.return_no == row.return_no)
    query = (
        select(line.c.n, func.sum(line.c.quantity))
        .join(home, home.c.return_no == line.c.return_no)
        .where(line.c.receipt_no == row.receipt_no, line.c.n.in_(mine), home.c.arrival <= row.arrival)
        .group_by(line.c.n)
        .order_by(line.c.n)
    )
    for n, quantity in connection.execute(query):
        yield n, int(quantity)
