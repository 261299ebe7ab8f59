"""Days and months closed: only when nothing is in the way, or when a person signs with a reason.

- What was in the way is kept with the signature. Nothing is closed twice, and nothing opened again.
- What comes home for a closed day afterwards is accepted on its day, flagged `late`, and the next posting run's.
"""

from __future__ import annotations

import calendar
import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from poscore.errors import Refused
from poscore.idempotency import Kept
from poscore.instants import instant_text, parse_day
from server_push.intake.days import note_done
from server_push.registers.answers import Asking, answered
from server_push.registers.audit import Deed, note
from server_push.reports.gate import Blocker, blockers_of_day, blockers_of_month
from server_push.storage import Storage, insert_new
from server_push.storage.tables.registers import store as store_table
from server_push.storage.tables.reports import closing

_MONTH = re.compile(r"\d{4}-\d\d", re.ASCII)


class Closings:
    """`now`: the clock, for what was last heard of whom."""

    def __init__(self, storage: Storage, now: Callable[[], datetime]) -> None:
        self._storage, self._now = storage, now

    def show(self, period: str, store: str | None = None) -> list[dict[str, Any]]:
        """Each store's closing, or what is in its way. Raises Refused `period-invalid`, `store-not-found`."""
        _check(period)
        with self._storage.read() as connection:
            return [self._show(connection, at, period) for at in _stores(connection, store)]

    def close(self, asking: Asking, period: str, store: str | None, reason: str | None) -> Kept:
        """`reason`: of a person who signs for what is in the way. All of the stores, or none.

        Raises Refused `period-invalid`, `store-not-found`, and `not-ready` with the blockers.
        """
        _check(period)
        with self._storage.write() as connection:
            return answered(connection, asking, 200, lambda: self._close(connection, asking, period, (store, reason)))

    def _close(
        self, connection: Connection, asking: Asking, period: str, how: tuple[str | None, str | None]
    ) -> dict[str, Any]:
        store, reason = how
        open_ones = [at for at in _stores(connection, store) if _closed(connection, at, period) is None]
        in_the_way = {at: self._blockers(connection, at, period) for at in open_ones}
        wire = [blocker.to_wire() for found in in_the_way.values() for blocker in found]
        if wire and reason is None:
            hint = "mend what can be mended; for the rest sign with a reason"
            raise Refused("not-ready", f"{len(wire)} things keep {period} from being closed", hint=hint, blockers=wire)
        for at, found in in_the_way.items():
            self._keep(connection, asking, (at, period), (found, reason if found else None))
        shown = [self._show(connection, at, period) for at in _stores(connection, store)]
        return {"period": period, "items": shown}

    def _keep(
        self,
        connection: Connection,
        asking: Asking,
        what: tuple[str, str],
        signed: tuple[Sequence[Blocker], str | None],
    ) -> None:
        (store, period), (blockers, reason) = what, signed
        at = instant_text(asking.at)
        row = {
            "store": store,
            "period": period,
            "closed_at": at,
            "closed_by": asking.operator,
            "reason": reason,
            "blockers": json.dumps([blocker.to_wire() for blocker in blockers], ensure_ascii=False),
        }
        insert_new(connection, closing, [row])
        detail = {"store": store, "reason": reason, "blockers": len(blockers)}
        note(connection, Deed(asking.operator, "period-closed", period, detail), asking.at)
        note_done(connection, ((store, day) for day in _days(period)), at, f"closed by {asking.operator}")

    def _show(self, connection: Connection, store: str, period: str) -> dict[str, Any]:
        row = _closed(connection, store, period)
        if row is None:
            blockers = [blocker.to_wire() for blocker in self._blockers(connection, store, period)]
            nobody = {"closed_at": None, "closed_by": None, "reason": None}
            return {"store": store, "period": period, "closed": False, **nobody, "blockers": blockers}
        return {
            "store": store,
            "period": period,
            "closed": True,
            "closed_at": row.closed_at,
            "closed_by": row.closed_by,
            "reason": row.reason,
            "blockers": json.loads(row.blockers),
        }

    def _blockers(self, connection: Connection, store: str, period: str) -> list[Blocker]:
        if _MONTH.fullmatch(period):
            return list(blockers_of_month(connection, store, period))
        return list(blockers_of_day(connection, store, period, self._now()))


def _check(period: str) -> None:
    """Raises Refused `period-invalid`."""
    try:
        parse_day(f"{period}-01" if _MONTH.fullmatch(period) else period)
    except Refused:
        raise Refused(
            "period-invalid", f"{period[:40]!r} is neither a day nor a month, 2026-11-22 or 2026-11"
        ) from None


def _days(period: str) -> list[str]:
    if not _MONTH.fullmatch(period):
        return [period]
    year, month = map(int, period.split("-"))
    return [f"{period}-{day:02d}" for day in range(1, calendar.monthrange(year, month)[1] + 1)]


def _stores(connection: Connection, store: str | None) -> list[str]:
    """Raises Refused `store-not-found`."""
    found = list(connection.scalars(select(store_table.c.store).order_by(store_table.c.store)))
    if store is None:
        return found
    if store not in found:
        raise Refused("store-not-found", f"there is no store {store!r}")
    return [store]


def _closed(connection: Connection, store: str, period: str) -> Row[Any] | None:
    return connection.execute(select(closing).where(closing.c.store == store, closing.c.period == period)).one_or_none()
