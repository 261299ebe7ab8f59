"""What goes wrong at a start, or under it, and must not keep a till from selling."""

from __future__ import annotations

import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from poscore.errors import Fault
from register_svc import service
from register_svc.catalog.price_book import PriceBook
from register_svc.register import Register, open_price_book
from register_svc.snapshots.slots import ActiveSnapshot
from register_svc.web.opening import Opening
from tests.register.web.conftest import Till, a_register, enrolled
from tests.support.builders import MILK, a_catalog


@contextmanager
def running(register: Register) -> Iterator[tuple[str, str]]:
    """Both listeners of `register`, as the service runs them; gives what it says when it is ready."""
    said: list[tuple[str, str]] = []
    ready, stopped = threading.Event(), threading.Event()

    def say_ready(till_url: str, lan_url: str) -> None:
        said.append((till_url, lan_url))
        ready.set()

    thread = threading.Thread(target=service.serve, args=(register, say_ready, stopped), daemon=True)
    thread.start()
    try:
        assert ready.wait(30)
        yield said[0]
    finally:
        stopped.set()
        thread.join(30)


def checks(till: Till) -> dict[str, Any]:
    return {check["name"]: check for check in till.get("/health").must(200)["checks"]}


def test_a_taken_lan_port_keeps_nobody_from_selling(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        enrolled(tmp_path)
        settings = tmp_path / "settings.toml"
        port = taken.getsockname()[1]
        before, after = settings.read_text(encoding="utf-8").split("[lan]")
        settings.write_text(f"{before}[lan]{after.replace('port = 0', f'port = {port}', 1)}", encoding="utf-8")

        with running(a_register(tmp_path)) as (till_url, lan_url):
            till = Till(int(till_url.rsplit(":", 1)[1]))
            assert lan_url == ""
            assert checks(till)["lan"]["status"] == "warn"
            till.ready()
            assert till.sold(MILK)["change"] >= 0
            till.close()


def test_a_taken_till_port_is_named(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        enrolled(tmp_path)
        settings = tmp_path / "settings.toml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text.replace("port = 0", f"port = {taken.getsockname()[1]}", 1), encoding="utf-8")
        register = a_register(tmp_path)

        with pytest.raises(Fault) as fault:
            service.till_server(register, Opening(register.health))

        assert fault.value.code == "port-taken"
        register.stop()


def test_an_unreadable_draft_is_set_aside_and_shown(tmp_path: Path) -> None:
    register = a_register(enrolled(tmp_path))
    with register.databases[0].write() as connection:
        connection.execute("INSERT INTO draft VALUES('r1-1-000001', 'open', x'00', '2026-11-22T20:00:00.000Z')")
    register.stop()

    again = a_register(tmp_path)

    assert list(again.sales.unreadable) == ["r1-1-000001"]
    assert "draft r1-1-000001" in {check.name for check in again.health.checks}
    rows = again.databases[0].reader.execute("SELECT sale_id FROM draft").fetchall()
    assert rows == [("r1-1-000001",)]  # kept for whoever can mend it
    again.stop()


def test_housekeeping_that_fails_ends_nothing(tmp_path: Path) -> None:
    register = a_register(enrolled(tmp_path))
    register.databases[0].look("DROP TABLE answer")

    register.forget_old_answers()

    register.stop()


def test_a_disk_that_refuses_is_a_clear_answer_and_changes_nothing(tmp_path: Path) -> None:
    register = a_register(enrolled(tmp_path))
    with running(register) as (till_url, _):
        till = Till(int(till_url.rsplit(":", 1)[1])).ready()
        sale = till.start()
        with closing(sqlite3.connect(tmp_path / "journal.db")) as other:
            other.execute("CREATE TRIGGER full BEFORE INSERT ON draft BEGIN SELECT RAISE(FAIL, 'disk I/O error'); END")
            other.commit()

            till.post(f"/sales/{sale}/lines", {"code": MILK}).problem(503, "disk-failed")

            other.execute("DROP TRIGGER full")
            other.commit()
        assert till.get(f"/sales/{sale}").must(200)["lines"] == []
        assert len(till.scan(sale, MILK)["lines"]) == 1
        till.close()


class TwoVersions:
    """Slots that say: 2 is sold from, 1 is the way back."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def active(self) -> ActiveSnapshot:
        at = "2026-11-22T20:00:00.000Z"
        return ActiveSnapshot(2, self._folder / "2" / "catalog.db", "", at, at)

    def listing(self) -> dict[str, Any]:
        return {"active": 2, "previous": 1, "seen": 2, "slots": []}


def two_versions(folder: Path) -> TwoVersions:
    for version in ("1", "2"):
        (folder / version).mkdir()
        a_catalog(folder / version / "catalog.db")
    return TwoVersions(folder)


def spoil(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])


def test_a_damaged_snapshot_is_left_for_the_one_before(tmp_path: Path) -> None:
    slots, book, troubles = two_versions(tmp_path), PriceBook(), dict[str, str]()
    spoil(tmp_path / "2" / "catalog.db")

    open_price_book(book, slots, troubles)

    assert book.require().version == 1
    assert list(troubles) == ["snapshot 2"]


def test_with_no_whole_snapshot_left_the_register_starts_and_says_so(tmp_path: Path) -> None:
    slots, book, troubles = two_versions(tmp_path), PriceBook(), dict[str, str]()
    for version in ("1", "2"):
        spoil(tmp_path / version / "catalog.db")

    open_price_book(book, slots, troubles)

    assert book.catalog is None
    assert sorted(troubles) == ["snapshot 1", "snapshot 2"]
