"""Day reports: what a store took on a business day, as a run found it, and supplements for what came home later."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, select, update

from server_push.intake.sales import sums_of
from server_push.posting.scope import Scope
from server_push.storage import Storage
from server_push.storage.tables.intake import sale
from server_push.storage.tables.posting import day_report


def post_day(connection: Connection, scope: Scope, store: str, business_day: str, at: str) -> None:
    """Make the report of a day that the scope holds. One that is made already stays as it is."""
    row = day_report.c
    mine = (row.store == store, row.business_day == business_day, row.run == scope.run, row.report.is_(None))
    found = sums_of(connection, (sale.c.store == store, sale.c.business_day == business_day, *scope.of_sales()))
    text = json.dumps(found, sort_keys=True)
    connection.execute(update(day_report).where(*mine).values(report=text, posted_at=at))


class DayReports:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def of(self, business_day: str, store: str | None = None) -> list[dict[str, Any]]:
        """The reports of a day and their supplements, by store."""
        wanted = [day_report.c.business_day == business_day, day_report.c.report.is_not(None)]
        if store is not None:
            wanted.append(day_report.c.store == store)
        query = select(day_report).where(*wanted).order_by(day_report.c.store, day_report.c.supplement)
        with self._storage.read() as connection:
            return [
                {
                    "store": row.store,
                    "business_day": row.business_day,
                    "run": row.run,
                    "supplement": row.supplement,
                    "posted_at": row.posted_at,
                    **json.loads(row.report),
                }
                for row in connection.execute(query)
            ]
