"""Statements that SQLite and PostgreSQL spell differently.

- `insert_new` and `upsert` pick the right `INSERT … ON CONFLICT` of the two.
- `total_of` keeps a sum of cents an `int`: SQLite would give one, PostgreSQL a Decimal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Insert, Row, Table, cast, func
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

Values = Mapping[str, Any]


def insert_new(connection: Connection, table: Table, rows: Sequence[Values]) -> list[Row[Any]]:
    """Insert what is not there yet, by any unique key; returns the keys of exactly the rows that were new."""
    if not rows:
        return []
    statement = _insert_new(table, connection.dialect.name)
    return list(connection.execute(statement, [dict(row) for row in rows]).all())


def upsert(connection: Connection, table: Table, rows: Sequence[Values], keep: Sequence[str] = ()) -> None:
    """Insert, or replace the columns given in the rows but for the key and those in `keep` (`created_at`)."""
    if not rows:
        return
    statement = _upsert(table, connection.dialect.name, tuple(rows[0]), tuple(keep))
    connection.execute(statement, [dict(row) for row in rows])


def total_of(column: ColumnElement[Any]) -> ColumnElement[int]:
    """The sum of a column of cents, 0 over no rows."""
    return cast(func.coalesce(func.sum(column), 0), BigInteger)


# Kept once made: putting such a statement together takes ten times as long as carrying it out for a row.
@lru_cache(maxsize=64)
def _insert_new(table: Table, dialect: str) -> ReturningInsert[Any]:
    return _insert(table, dialect).on_conflict_do_nothing().returning(*table.primary_key.columns)


@lru_cache(maxsize=64)
def _upsert(table: Table, dialect: str, given: tuple[str, ...], keep: tuple[str, ...]) -> Insert:
    key = [column.name for column in table.primary_key.columns]
    statement = _insert(table, dialect)
    changed = {name: statement.excluded[name] for name in given if name not in key and name not in keep}
    if not changed:
        return statement.on_conflict_do_nothing()
    return statement.on_conflict_do_update(index_elements=key, set_=changed)


def _insert(table: Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
