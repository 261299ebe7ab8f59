"""What was asked of head office for sales under way, on disk before it is asked.

An answer may be lost, and the process killed while it waits for one.

asked     nobody knows yet what became of it; asked again by its id before anything else is asked for this sale
used      a tender of the draft rests on it
release   nothing rests on it any more; head office is told when it can be reached
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from register_svc.database import Database
from register_svc.journal.journal import Journal, Writing
from register_svc.till.authorizations import Wanted

TABLE = (
    "CREATE TABLE authorization(id TEXT PRIMARY KEY, sale_id TEXT NOT NULL, kind TEXT NOT NULL, customer TEXT NOT NULL,"
    " amount INTEGER NOT NULL, state TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID"
)

_ASKED, _USED, _RELEASE = "asked", "used", "release"


class Authorizations:
    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._db: Database = journal.db

    # --- of a sale under way; within the transaction of what happens to it

    def asked_for(self, sale_id: str) -> Sequence[Wanted]:
        """Those of whose fate nothing is known, in the order in which they were asked."""
        query = "SELECT id, sale_id, kind, customer, amount FROM authorization WHERE sale_id = ? AND state = ?"
        rows = self._db.reader.execute(f"{query} ORDER BY at, id", (sale_id, _ASKED))
        return [Wanted(*row) for row in rows]

    def unsaid(self, sale_id: str) -> Sequence[str]:
        """Ids of this sale that are let go, and head office has not heard of it yet."""
        query = "SELECT id FROM authorization WHERE sale_id = ? AND state = ? ORDER BY at, id"
        return [row[0] for row in self._db.reader.execute(query, (sale_id, _RELEASE))]

    def begin(self, writing: Writing, wanted: Wanted, at: str) -> None:
        values = (wanted.id, wanted.sale, wanted.kind, wanted.holder, wanted.amount, _ASKED, at)
        writing.connection.execute("INSERT INTO authorization VALUES(?, ?, ?, ?, ?, ?, ?)", values)

    def use(self, writing: Writing, id: str) -> None:
        """With the draft that has the tender."""
        _set(writing, _USED, id)

    def let_go(self, writing: Writing, id: str) -> None:
        """Nothing rests on it any more."""
        _set(writing, _RELEASE, id)

    def forget_sale(self, writing: Writing, sale_id: str) -> bool:
        """With the sale's end: what its tenders rest on is over with it. Whether there is anything to be released."""
        connection = writing.connection
        connection.execute("DELETE FROM authorization WHERE sale_id = ? AND state = ?", (sale_id, _USED))
        left = "UPDATE authorization SET state = ? WHERE sale_id = ? AND state = ?"
        return bool(connection.execute(left, (_RELEASE, sale_id, _ASKED)).rowcount)

    # --- by itself

    def is_asked(self, id: str) -> bool:
        """Whether nothing is known of it and nothing rests on it."""
        row = self._db.look("SELECT state FROM authorization WHERE id = ?", id)
        return row is not None and row[0] == _ASKED

    def to_release(self) -> Sequence[str]:
        rows: list[tuple[Any, ...]] = self._db.reader.execute(
            "SELECT id FROM authorization WHERE state = ? ORDER BY at, id", (_RELEASE,)
        ).fetchall()
        return [row[0] for row in rows]

    def forget(self, id: str) -> None:
        """Head office holds nothing under it: it said no, or has let go. Losing this costs asking again."""
        with self._journal.write(durable=False) as writing:
            writing.connection.execute("DELETE FROM authorization WHERE id = ?", (id,))


def _set(writing: Writing, state: str, id: str) -> None:
    writing.connection.execute("UPDATE authorization SET state = ? WHERE id = ?", (state, id))
