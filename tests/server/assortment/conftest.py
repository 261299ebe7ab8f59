"""An empty office to import into."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select

from server_push.storage import Storage
from server_push.storage.tables.assortment import article


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    storage = Storage.create(tmp_path / "office")
    yield storage
    storage.close()


@pytest.fixture
def rows_of(storage: Storage) -> Any:
    """rows_of() → {article_id: row}; rows_of(customer) → {customer_id: row}."""

    def read(table: Table = article) -> dict[str, Any]:
        with storage.read() as connection:
            return {row[0]: row for row in connection.execute(select(table))}

    return read
