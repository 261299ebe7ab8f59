"""The office's database: transactions, migrations, and the statements that the two databases spell differently."""

import importlib
import os
import pkgutil
import sqlite3
import threading
import zipfile
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import OperationalError

from poscore.errors import Refused
from server_push.storage import Storage, insert_new, total_of, upsert
from server_push.storage import tables as table_modules
from server_push.storage.metadata import metadata
from server_push.storage.migrate import head
from server_push.storage.tables.bundles import version_counter

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def storage(tmp_path: Path):
    storage = Storage.create(tmp_path)
    yield storage
    storage.close()


def test_the_migrations_lead_to_just_the_tables_that_the_rooms_declare(storage: Storage) -> None:
    for module in pkgutil.iter_modules(table_modules.__path__):
        importlib.import_module(f"{table_modules.__name__}.{module.name}")
    with storage.read() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)

    assert differences == []


def test_every_sales_key_starts_with_the_store() -> None:
    importlib.import_module(f"{table_modules.__name__}.intake")
    for name in ("sale", "sale_line", "sale_tender"):
        if name in metadata.tables:
            assert next(iter(metadata.tables[name].primary_key.columns)).name == "store"


def test_the_migrations_travel_in_the_wheel(tmp_path: Path) -> None:
    from hatchling.builders.wheel import WheelBuilder

    wheel = next(iter(WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])))

    names = zipfile.ZipFile(wheel).namelist()
    here = [path.name for path in (ROOT / "server_push/storage/migrations/versions").glob("*.py")]
    assert here
    assert {f"server_push/storage/migrations/versions/{name}" for name in here} <= set(names)
    assert "server_push/storage/migrations/env.py" in names


def test_opening_again_changes_nothing_and_a_later_version_is_refused(tmp_path: Path) -> None:
    storage = Storage.create(tmp_path)
    Storage.open(tmp_path).close()
    with storage.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    storage.close()

    with pytest.raises(Refused) as refused:
        Storage.open(tmp_path)

    assert refused.value.code == "database-newer"
    assert head() < "9999"


def test_incidents_of_before_are_numbered_in_the_order_of_their_instants(tmp_path: Path) -> None:
    Storage.create(tmp_path).close()
    old = sqlite3.connect(tmp_path / "office.db")
    for statement in (
        "DROP TABLE promotion",  # of a later revision
        "DROP INDEX ix_incident_arrival",
        "ALTER TABLE incident DROP COLUMN arrival",
        "DELETE FROM arrival_counter",
        "UPDATE alembic_version SET version_num = '0003'",
        "INSERT INTO incident VALUES('s1', 'r1', 1, 'gap_open', 7, '', '', '2026-11-23', NULL)",
        "INSERT INTO incident VALUES('s1', 'r1', 1, 'gap_open', 9, '', '', '2026-11-22', NULL)",
    ):
        old.execute(statement)
    old.commit()
    old.close()

    storage = Storage.open(tmp_path)

    with storage.read() as connection:
        assert connection.execute(text("SELECT seq, arrival FROM incident ORDER BY arrival")).all() == [(9, 1), (7, 2)]
        assert connection.execute(text("SELECT name, value FROM arrival_counter")).all() == [("incidents", 2)]
    storage.close()


def test_two_programs_that_open_a_new_office_at_once_migrate_it_once(tmp_path: Path) -> None:
    (tmp_path / "office.db").touch()
    failures: list[BaseException] = []

    def open_it() -> None:
        try:
            Storage.open(tmp_path).close()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []


def test_an_office_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no head office"):
        Storage.open(tmp_path)
    Storage.create(tmp_path).close()
    with pytest.raises(Refused, match="already holds"):
        Storage.create(tmp_path)
    if os.name != "nt":
        assert (tmp_path / "office.db").stat().st_mode & 0o777 == 0o600


def test_who_reads_in_order_to_write_loses_no_update(storage: Storage) -> None:
    with storage.write() as connection:
        upsert(connection, version_counter, [{"name": "n", "value": 0}])

    def count() -> None:
        for _ in range(50):
            with storage.write() as connection:
                value = connection.execute(select(version_counter.c.value)).scalar_one()
                connection.execute(update(version_counter).values(value=value + 1))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with storage.read() as connection:
        assert connection.execute(select(version_counter.c.value)).scalar_one() == 200


def test_a_reading_transaction_cannot_write_and_sees_one_moment(storage: Storage) -> None:
    with storage.write() as connection:
        upsert(connection, version_counter, [{"name": "n", "value": 1}])
    with storage.read() as connection:
        assert connection.execute(select(version_counter.c.value)).scalar_one() == 1
        with storage.write() as writing:
            writing.execute(update(version_counter).values(value=2))
        assert connection.execute(select(version_counter.c.value)).scalar_one() == 1
        with pytest.raises(OperationalError, match="readonly"):
            connection.execute(delete(version_counter))


def test_a_transaction_that_raises_leaves_nothing(storage: Storage) -> None:
    def fail_in_the_middle() -> None:
        with storage.write() as connection:
            upsert(connection, version_counter, [{"name": "n", "value": 1}])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_in_the_middle()

    with storage.read() as connection:
        assert connection.execute(select(version_counter)).all() == []


def test_insert_new_names_just_the_rows_that_were_new(storage: Storage) -> None:
    with storage.write() as connection:
        first = insert_new(connection, version_counter, [{"name": "a", "value": 1}, {"name": "b", "value": 2}])
        again = insert_new(connection, version_counter, [{"name": "b", "value": 9}, {"name": "c", "value": 3}])
        total = connection.execute(select(total_of(version_counter.c.value))).scalar_one()

    assert [row.name for row in first] == ["a", "b"]
    assert [row.name for row in again] == ["c"]
    assert (total, type(total)) == (6, int)


def test_upsert_replaces_all_but_the_key_and_what_is_to_be_kept(storage: Storage) -> None:
    with storage.write() as connection:
        upsert(connection, version_counter, [{"name": "a", "value": 1}])
        upsert(connection, version_counter, [{"name": "a", "value": 5}, {"name": "b", "value": 6}])
        upsert(connection, version_counter, [{"name": "a", "value": 7}], keep=["value"])
        found = connection.execute(select(version_counter).order_by(version_counter.c.name)).all()
        nothing = connection.execute(
            select(total_of(version_counter.c.value)).where(version_counter.c.value > 9)
        ).scalar()

    assert [tuple(row) for row in found] == [("a", 5), ("b", 6)]
    assert nothing == 0
