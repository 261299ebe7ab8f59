"""Whichever end is put back to an older copy of itself, no sale is lost in silence.

Real processes: head office's database is put back to a backup while a register sells nothing, and a register's folder
to an image of its disk while head office goes on.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.fleet import DEMO_LISTS, TWO_TILLS, Books, Fleet, Till, copied_shop, open_price, read_goods
from tests.support.processes import until

pytestmark = pytest.mark.slow

MILK = read_goods(DEMO_LISTS.articles)["Kevytmaito 1 l"].code
SHORTEST_CHECK_IN_S = 10


@pytest.fixture
def fleet(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    folder = copied_shop(tmp_path_factory, tmp_path / "shop")
    with (folder / "office" / "settings.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"[serve]\ncheck_in_s = {SHORTEST_CHECK_IN_S}\n")
    with Fleet(folder, TWO_TILLS) as fleet:
        yield fleet


def copied_database(fleet: Fleet) -> Path:
    """A backup of a head office that does not run."""
    backup = fleet.folder / "backup.db"
    shutil.copy(fleet.office.folder / "office.db", backup)
    return backup


def put_back(fleet: Fleet, backup: Path) -> None:
    """As an operator does it: stop, put the file back, start."""
    fleet.office.stop()
    for ending in ("-wal", "-shm"):
        (fleet.office.folder / f"office.db{ending}").unlink(missing_ok=True)
    shutil.copy(backup, fleet.office.folder / "office.db")
    fleet.office.start()


def enrol_anew(fleet: Fleet, register: str = "r1") -> None:
    at = fleet.register(register)
    at.stop()
    fleet.enrol(at)
    at.start()


def sell_some(till: Till, count: int) -> None:
    for n in range(count):
        till.sell([MILK, open_price("Sekalaista", 100 + n, "1")], pay=["cash"])


def check(fleet: Fleet, name: str, register: str = "r1") -> dict[str, Any]:
    return next(one for one in fleet.register(register).health()["checks"] if one["name"] == name)


def test_an_idle_register_brings_its_sales_home_to_a_head_office_that_was_put_back(fleet: Fleet) -> None:
    sell_some(fleet.till("r1"), 5)
    sell_some(fleet.till("r2"), 5)
    fleet.wait_until_home()
    enrol_anew(fleet)  # the first epoch is closed, and the second one open when the backup is made
    fleet.office.stop()
    backup = copied_database(fleet)
    fleet.office.start()
    for register in ("r1", "r2"):
        sell_some(fleet.till(register), 10)
    sales = fleet.books_balance()["sales"]
    assert sales == 30

    put_back(fleet, backup)

    assert fleet.office.summary()["sales"] == 10, "what came after the backup is gone"
    until(lambda: fleet.office.summary()["sales"] == sales, 60, "two idle registers to bring their sales home again")
    fleet.books_balance()
    fleet.journals_are_home()
    assert fleet.office.quarantine() == []
    assert fleet.office.incidents() == []
    assert [check(fleet, "queue", register)["status"] for register in ("r1", "r2")] == ["pass", "pass"]


def test_a_closed_epoch_that_the_backup_lacks_comes_home_again(fleet: Fleet) -> None:
    sell_some(fleet.till("r1"), 3)
    fleet.wait_until_home()
    fleet.cut("r1")
    sell_some(fleet.till("r1"), 8)
    at = fleet.register("r1")
    at.stop()
    fleet.heal("r1")
    code = fleet.office.command("registers", "add", TWO_TILLS.store, "r1")["code"]
    at.enrol(code, at.uplink.url, at.wires[1].url, force=True)
    fleet.office.stop()
    backup = copied_database(fleet)
    fleet.office.start()
    at.start()
    fleet.wait_until_home()
    assert fleet.office.summary()["sales"] == 11

    put_back(fleet, backup)

    assert fleet.office.summary()["sales"] == 3
    until(lambda: fleet.office.summary()["sales"] == 11, 60, "the closed epoch to come home again")
    fleet.books_balance()


def test_every_sale_of_a_register_that_was_set_back_is_at_head_office_and_the_register_says_so(fleet: Fleet) -> None:
    sell_some(fleet.till("r1"), 4)
    fleet.wait_until_home()
    at = fleet.register("r1")
    at.stop()
    image = fleet.folder / "r1-image"
    shutil.copytree(at.folder, image)
    at.start()
    sell_some(fleet.till("r1"), 6)
    fleet.wait_until_home()
    at.stop()
    shutil.rmtree(at.folder)
    shutil.copytree(image, at.folder)
    at.start()
    till = Till(at.till_url, "1", "1111", books=Books())
    till.sign_in()
    till.open_shift()
    answered = [till.sell([open_price("Toinen", 5_000 + n, "1")], pay=["card"]) for n in range(20)]
    fleet.wait_until_home()

    at.kill()
    at.start()

    until(lambda: check(fleet, "queue")["status"] == "fail", 30, "the register to say that it was set back")
    assert "Enrol this register anew" in check(fleet, "queue")["hint"]
    assert sorted(documents(fleet)) == sorted(one["receipt_no"] for one in answered)
    warnings = fleet.office.command("status")["warnings"]
    assert any("r1 was copied or set back" in warning for warning in warnings)

    enrol_anew(fleet)

    sell_some(fleet.till("r1"), 2)
    fleet.wait_until_home()
    until(lambda: check(fleet, "queue")["status"] == "pass", 30, "the new epoch to end it")


def documents(fleet: Fleet) -> list[str]:
    """Receipt numbers of the sales at 50.00 and more, wherever head office keeps them: each once."""
    kept = [record for item in fleet.office.incidents() if (record := item["record"])]
    sales = [body["sale"] for body in (json.loads(record)["body"] for record in kept) if "sale" in body]
    sales += fleet.office.sales()
    return [sale["receipt_no"] for sale in sales if sale["totals"]["gross"] >= 5_000]
