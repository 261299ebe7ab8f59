"""Moves a database on to the schema that this version expects, in one transaction.

Migrations are files `migrations/versions/NNNN_name.py` with revision `NNNN`, each after the one before. Alembic is
loaded only when the file is behind.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from poscore.errors import Refused

_MIGRATIONS = Path(__file__).parent / "migrations"


def head() -> str:
    """The newest revision that this version knows."""
    return max(path.name[:4] for path in (_MIGRATIONS / "versions").glob("[0-9][0-9][0-9][0-9]_*.py"))


def revision_of(connection: Connection) -> str | None:
    """The revision that the database stands at; None when it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def upgrade(engine: Engine) -> None:
    """To the newest revision. Raises Refused `database-newer`."""
    with engine.connect().execution_options(writes=False) as connection, connection.begin():
        if _is_current(connection):
            return
    # Held from the start: of two processes that begin together, the second waits and then finds nothing to do.
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if not _is_current(connection):
            _run(connection)


def _is_current(connection: Connection) -> bool:
    found = revision_of(connection)
    if found is not None and found > head():
        raise Refused(
            "database-newer",
            f"the database is at revision {found}, this version knows {head()}",
            hint="a later version of the program has opened it; install that one",
        )
    return found == head()


def _run(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
