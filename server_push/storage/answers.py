"""The first answer to a request under an Idempotency-Key, kept in the transaction of what the request changed.

with storage.write() as connection:
    return answered(connection, asking, lambda: (201, change(connection)))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, delete, select

from poscore.idempotency import KEEP_S, Idempotency, Kept
from poscore.instants import instant_text
from server_push.storage.rows import insert_new
from server_push.storage.tables.answers import kept_answer


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for a change, and under which key; `operator` is the name of a token, or of whoever is at the shell."""

    operator: str
    at: datetime
    idempotency: Idempotency | None = None


def answered(connection: Connection, asking: Asking, act: Callable[[], tuple[int, dict[str, Any]]]) -> Kept:
    """What was answered before, or what `act` (status, JSON values) makes now. What it refuses is not kept.

    Raises Refused `idempotency-key-reused`.
    """
    asked = asking.idempotency
    if asked is None:
        status, content = act()
        return Kept(status, orjson.dumps(content))
    mine = (kept_answer.c.operator == asking.operator, kept_answer.c.key == asked.key)
    row = connection.execute(select(kept_answer).where(*mine)).one_or_none()
    if row is not None:
        asked.must_be(row.fingerprint)
        return Kept(row.status, row.body)
    status, content = act()
    kept = Kept(status, orjson.dumps(content))
    old = instant_text(asking.at - timedelta(seconds=KEEP_S))
    connection.execute(delete(kept_answer).where(kept_answer.c.at < old))
    given = {"operator": asking.operator, "key": asked.key, "fingerprint": asked.fingerprint}
    said = {"status": kept.status, "body": kept.body, "at": instant_text(asking.at)}
    insert_new(connection, kept_answer, [{**given, **said}])
    return kept
