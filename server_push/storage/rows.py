"""Statements that SQLite and PostgreSQL spell differently.

- `insert_new` and `upsert` pick the right `INSERT … ON CONFLICT` of the two.
- `total_of` keeps a sum of cents an `int`: SQLite would give one, PostgreSQL a Decimal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Row, Table, cast, func
from sqlalchemy.dialects import postgresql, sqlite

Values = Mapping[str, Any]


def insert_new(connection: Connection, table: Table, rows: Sequence[Values]) -> list[Row[Any]]:
    """Insert what is not there yet, by any unique key; returns the keys of exactly the rows that were new."""
    if not rows:
        return []
    statement = _insert(connection, table).on_conflict_do_nothing().returning(*table.primary_key.columns)
    return list(connection.execute(statement, [dict(row) for row in rows]).all())


def upsert(connection: Connection, table: Table, rows: Sequence[Values], keep: Sequence[str] = ()) -> None:
    """Insert, or replace the columns given in the rows but for the key and those in `keep` (`created_at`)."""
    if not rows:
        return
    key = [column.name for column in table.primary_key.columns]
    statement = _insert(connection, table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in key and name not in keep}
    if changed:
        connection.execute(
            statement.on_conflict_do_update(index_elements=key, set_=changed), [dict(row) for row in rows]
        )
    else:
        connection.execute(statement.on_conflict_do_nothing(), [dict(row) for row in rows])


def total_of(column: ColumnElement[Any]) -> ColumnElement[int]:
    """The sum of a column of cents, 0 over no rows."""
    return cast(func.coalesce(func.sum(column), 0), BigInteger)


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
