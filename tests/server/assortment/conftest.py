"""An empty office to import into."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select

from server_push.assortment.importing import import_articles
from server_push.storage import Storage
from server_push.storage.tables.assortment import article
from tests.support.pricelists import NOW


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    storage = Storage.create(tmp_path / "office")
    yield storage
    storage.close()


@pytest.fixture
def rows_of(storage: Storage) -> Any:
    """rows_of() → {article_id: row}; rows_of(customer) → {customer_id: row}."""
    return lambda table=article: read_rows(storage, table)


def read_rows(storage: Storage, table: Table) -> dict[str, Any]:
    with storage.read() as connection:
        return {row[0]: row for row in connection.execute(select(table))}


@pytest.fixture(scope="module")
def imported(shared_data: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Any:
    """The report and the rows of the module's whole real list (`LIST`), imported once for all that look at it."""
    storage = Storage.create(tmp_path_factory.mktemp("imported"))
    report = import_articles(storage, shared_data / request.module.LIST, NOW)
    rows = read_rows(storage, article)
    storage.close()
    return report, rows
