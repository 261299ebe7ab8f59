"""Days of a store that are over for the books: posted, or closed by a person.

What comes home for such a day is accepted on its own day and flagged `late`: the next posting run takes it, with a
supplement to the day's report. Nothing posted is opened anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, bindparam, select

from server_push.storage import insert_new
from server_push.storage.tables.intake import day_done

# Once: it is asked with every batch that holds a sale.
_DONE = select(day_done.c.business_day).where(
    day_done.c.store == bindparam("of_store"), day_done.c.business_day.in_(bindparam("days", expanding=True))
)


def note_done(connection: Connection, days: Iterable[tuple[str, str]], at: str, by: str) -> None:
    """From now on what comes home for these (store, business day) is late. `by`: what ended them, for a person."""
    rows = [{"store": store, "business_day": day, "at": at, "by": by} for store, day in days]
    insert_new(connection, day_done, rows)


def done_among(connection: Connection, store: str, days: Collection[str]) -> set[str]:
    return set(connection.scalars(_DONE, {"of_store": store, "days": list(days)})) if days else set()
