"""What came home of returns, and the receipts that they are of.

Returns are read out of what intake has accepted, in the order of arrival, each once: whoever asks has it brought up to
date first, in the transaction of the question. So intake knows nothing of returns.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import Connection, func, select

from poscore.errors import Refused
from poscore.ids import ReceiptNo
from poscore.returns import NOTHING, Given, returned_lines
from poscore.sale import RETURN, SALE
from server_push.intake.entries import ACCEPTED, LATE
from server_push.storage import insert_new, upsert
from server_push.storage.tables.intake import journal_body, sale
from server_push.storage.tables.registers import register
from server_push.storage.tables.returns import return_home, return_home_line, return_read

_COUNTED = (ACCEPTED, LATE)
_WITH_BODY = (journal_body.c.store == sale.c.store) & (journal_body.c.arrival == sale.c.arrival)
_AT_ONCE = 500


def bring_up_to_date(connection: Connection) -> None:
    """Read the returns that have come home since it was last done. The transaction must be one that writes."""
    read = int(connection.execute(select(return_read.c.arrival)).scalar() or 0)
    last = int(connection.execute(select(func.max(sale.c.arrival))).scalar() or 0)
    if last <= read:
        return
    query = (
        select(sale, journal_body.c.record)
        .join(journal_body, _WITH_BODY)
        .where(sale.c.kind == RETURN, sale.c.training == 0, sale.c.status.in_(_COUNTED))
        .where(sale.c.arrival > read, sale.c.arrival <= last)
        .order_by(sale.c.arrival)
    )
    for rows in connection.execute(query).partitions(_AT_ONCE):
        _add(connection, rows)
    upsert(connection, return_read, [{"one": 1, "arrival": last}])


def receipt_of(connection: Connection, receipt_no: str) -> dict[str, Any]:
    """The document of a sale of any register. Raises Refused `receipt-not-found`, `receipt-not-returnable`."""
    number = ReceiptNo.parse(receipt_no)
    store = connection.execute(select(register.c.store).where(register.c.register == number.register)).scalar()
    query = (
        select(sale.c.kind, sale.c.training, journal_body.c.record)
        .join(journal_body, _WITH_BODY)
        .where(sale.c.store == store, sale.c.sale_id == receipt_no, sale.c.status.in_(_COUNTED))
    )
    row = connection.execute(query).one_or_none() if store is not None else None
    if row is None:
        raise Refused("receipt-not-found", f"head office has no receipt {receipt_no} (yet)")
    if row.training or row.kind != SALE:
        what = "training" if row.training else "a return"
        raise Refused("receipt-not-returnable", f"nothing can be returned of {receipt_no}: it is {what}")
    document: dict[str, Any] = orjson.loads(row.record)["body"]["sale"]
    return document


def given_back(connection: Connection, receipt_no: str, without: tuple[str, int] | None = None) -> dict[int, Given]:
    """What came home, by line. `without`: a register and its epoch whose own returns do not count."""
    line, home = return_home_line, return_home
    query = select(line, home.c.register, home.c.epoch).join(home, home.c.return_no == line.c.return_no)
    found: dict[int, Given] = {}
    for row in connection.execute(query.where(line.c.receipt_no == receipt_no)):
        if (row.register, row.epoch) != without:
            found[row.n] = found.get(row.n, NOTHING) + Given(row.quantity, row.total, row.deposit)
    return found


def is_home(connection: Connection, return_no: str) -> bool:
    query = select(func.count()).where(return_home.c.return_no == return_no)
    return bool(connection.execute(query).scalar())


def _add(connection: Connection, rows: Iterable[Any]) -> None:
    homes, lines = [], []
    for row in rows:
        body = orjson.loads(row.record)["body"]
        homes.append(
            {
                "return_no": row.sale_id,
                **{name: getattr(row, name) for name in ("arrival", "store", "register", "epoch", "business_day")},
                "received_at": row.received_at,
                "receipt_no": _text(body.get("original_receipt")),
                "total": row.discount - row.gross,
                "reason": _reason(body),
                "cashier": row.cashier,
            }
        )
        lines += [
            {
                "return_no": row.sale_id,
                "line": one.line,
                "receipt_no": one.original,
                "n": one.original_line,
                "quantity": one.given.thousandths,
                "total": one.given.total,
                "deposit": one.given.deposit,
            }
            for one in returned_lines(body)
        ]
    insert_new(connection, return_home, homes)
    insert_new(connection, return_home_line, lines)


def _reason(body: dict[str, Any]) -> str | None:
    try:
        return next((_text(one["about"]["reason"]) for one in body["notes"] if one["kind"] == "return-reason"), None)
    except (KeyError, TypeError):
        return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
