"""Who did what at head office: noted in the transaction that did it, never changed, readable by operators.

with storage.write() as connection:
    …
    note(connection, Deed("anna", "rollout-paused", rollout_id), now)
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from poscore.instants import instant_text
from server_push.storage import Storage, insert_new
from server_push.storage.tables.audit import audit


@dataclass(frozen=True, slots=True)
class Deed:
    """`who`: the name of an operator's token, or of who used a command line. `about`: the id of what it was done to."""

    who: str
    act: str
    about: str
    detail: Mapping[str, Any] = field(default_factory=dict)


def note(connection: Connection, deed: Deed, now: datetime) -> None:
    # The writer's lock is held from the transaction's start, so nobody takes the number in between.
    n = connection.execute(select(func.coalesce(func.max(audit.c.n), 0))).scalar_one() + 1
    row = {
        "n": n,
        "at": instant_text(now),
        "who": deed.who,
        "act": deed.act,
        "about": deed.about,
        "detail": json.dumps(dict(deed.detail), ensure_ascii=False),
    }
    insert_new(connection, audit, [row])


class Audit:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def note(self, deed: Deed, now: datetime) -> None:
        """Of what had no transaction of its own here, such as an import."""
        with self._storage.write() as connection:
            note(connection, deed, now)

    def list(self, before: int | None = None, about: str | None = None, limit: int = 100) -> list[dict[str, Any]]:
        """The newest first, from the one before `before`."""
        query = select(audit).order_by(audit.c.n.desc()).limit(limit)
        if before is not None:
            query = query.where(audit.c.n < before)
        if about is not None:
            query = query.where(audit.c.about == about)
        with self._storage.read() as connection:
            return [
                {
                    "n": row.n,
                    "at": row.at,
                    "who": row.who,
                    "act": row.act,
                    "about": row.about,
                    "detail": json.loads(row.detail),
                }
                for row in connection.execute(query)
            ]
