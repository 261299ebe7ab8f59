"""A journal in a real file, for each test its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from register_svc.database import Database
from register_svc.journal.journal import Journal, Owner
from register_svc.journal.schema import MIGRATIONS

OWNER = Owner("s1", "r1", 1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def db(path: Path) -> Iterator[Database]:
    database = Database(path, MIGRATIONS)
    yield database
    database.close()


@pytest.fixture
def journal(db: Database) -> Journal:
    return Journal(db, OWNER)
