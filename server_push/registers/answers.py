"""Answers that are kept for an operator's Idempotency-Key, in the transaction of the change that they tell of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, delete, select

from poscore.idempotency import KEEP_S, Idempotency, Kept
from poscore.instants import instant_text
from server_push.storage import insert_new
from server_push.storage.tables.audit import kept_answer


@dataclass(frozen=True, slots=True)
class Once:
    """A call that is carried out once for its key. Without a key it is carried out each time it is made."""

    who: str
    key: Idempotency | None

    def carry_out(
        self, connection: Connection, now: datetime, status: int, change: Callable[[], dict[str, Any]]
    ) -> Kept:
        """What `change` answers, or what it answered the first time. Raises Refused `idempotency-key-reused`."""
        if self.key is None:
            return Kept(status, orjson.dumps(change()))
        c = kept_answer.c
        row = connection.execute(select(kept_answer).where(c.who == self.who, c.key == self.key.key)).one_or_none()
        if row is not None:
            self.key.must_be(row.fingerprint)
            return Kept(row.status, row.body)
        kept = Kept(status, orjson.dumps(change()))
        connection.execute(delete(kept_answer).where(c.at < instant_text(now - timedelta(seconds=KEEP_S))))
        new = {
            "who": self.who,
            "key": self.key.key,
            "fingerprint": self.key.fingerprint,
            "status": kept.status,
            "body": kept.body,
            "at": instant_text(now),
        }
        insert_new(connection, kept_answer, [new])
        return kept


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for a change, when, and under which key; `operator` is a token's name, or who is at the shell."""

    operator: str
    at: datetime
    idempotency: Idempotency | None = None


def answered(connection: Connection, asking: Asking, status: int, change: Callable[[], dict[str, Any]]) -> Kept:
    """What `change` answers, once for the key. Raises Refused `idempotency-key-reused`."""
    return Once(asking.operator, asking.idempotency).carry_out(connection, asking.at, status, change)
