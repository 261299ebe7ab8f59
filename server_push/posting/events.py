"""The log of posting runs: who did what to which run, with counts and cents. It is only ever added to."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, func, select

from server_push.storage import insert_new
from server_push.storage.tables.posting import posting_event


def note(connection: Connection, run: int, at: str, by: str, what: str, **about: Any) -> None:
    n = connection.scalar(select(func.max(posting_event.c.n)).where(posting_event.c.run == run)) or 0
    text = json.dumps(about, ensure_ascii=False, sort_keys=True)
    insert_new(connection, posting_event, [{"run": run, "n": n + 1, "at": at, "by": by, "what": what, "about": text}])


def events_of(connection: Connection, run: int) -> list[dict[str, Any]]:
    query = select(posting_event).where(posting_event.c.run == run).order_by(posting_event.c.n)
    return [
        {"n": row.n, "at": row.at, "by": row.by, "what": row.what, "about": json.loads(row.about)}
        for row in connection.execute(query)
    ]
