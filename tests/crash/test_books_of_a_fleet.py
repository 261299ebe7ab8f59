"""Real registers sell, head office is killed -9 while what they sold comes home and is posted: in the end every sale is
on exactly one document or account, numbers have no gap, and each day matches the Z reports to the cent.
"""

from __future__ import annotations

import contextlib
import os
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.fleet import DEMO_LISTS, TWO_TILLS, Fleet, Lost, Till, copied_shop, open_price, read_goods
from tests.support.processes import killed_at_random

pytestmark = pytest.mark.slow

SEEDS = range(1, 1 + int(os.environ.get("SOAK_ROUNDS", "1")))
MILK = read_goods(DEMO_LISTS.articles)["Kevytmaito 1 l"].code
CUSTOMERS = ("100", "101", "104")  # of the demo's list: invoice and account


@pytest.fixture
def fleet(tmp_path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with Fleet(copied_shop(tmp_path_factory, tmp_path / "shop"), TWO_TILLS) as fleet:
        yield fleet


def sell_something(till: Till, chance: random.Random) -> None:
    """On invoice, on account or for cash; now and then something of it comes back."""
    ledger = chance.choice(["invoice", "invoice", "account", "cash"])
    start = {"customer": chance.choice(CUSTOMERS)} if ledger != "cash" else {}
    priced = open_price("Sekalaista", chance.randint(1, 900), str(chance.randint(1, 3)))
    sold = till.sell([MILK, priced], pay=[ledger], **start)
    if ledger == "invoice" and chance.random() < 0.3:
        part = {"original_line": 2, "quantity": "1"}
        till.sell([part], pay=[ledger], kind="return", original_receipt=sold["receipt_no"], **start)


def try_to_post(fleet: Fleet) -> None:
    with contextlib.suppress(Lost):
        fleet.office.client.call("POST", "/api/posting-runs", {})


@pytest.mark.parametrize("seed", SEEDS)
def test_head_office_killed_while_it_posts_keeps_whole_books(fleet: Fleet, seed: int) -> None:
    chance = random.Random(seed)
    tills = [fleet.till("r1", patient=True), fleet.till("r2", "2", patient=True)]
    tills[1].go_offline()
    with killed_at_random(fleet.office.process, times=10, within_s=(0.05, 0.6), seed=seed) as torment:
        while not torment.over:
            sell_something(chance.choice(tills), chance)
            try_to_post(fleet)
    tills[1].go_online()
    for till in tills:
        till.close_shift(0)
    fleet.books_balance()
    assert fleet.office.command("post")["state"] == "posted"

    prove(fleet)


def prove(fleet: Fleet) -> None:
    owed = {
        sale["id"]: tender["amount"]
        for sale in fleet.books.sales()
        for tender in sale["tenders"]
        if tender["type"] == "invoice"
    }
    invoices: list[dict[str, Any]] = fleet.office.command("invoices", "list", "--limit", "1000")["items"]
    on_documents = [(sale["sale_id"], sale["payable"]) for one in invoices for sale in one["sales"]]
    assert Counter(number for number, _ in on_documents) == Counter(owed.keys())
    assert dict(on_documents) == owed
    assert [one["no"] for one in invoices] == list(range(1001, 1001 + len(invoices)))
    runs = fleet.office.client.get("/api/posting-runs")["items"]
    assert {run["state"] for run in runs} == {"posted"}
    assert sum(run["frozen"]["sales"] for run in runs) == len(fleet.books)
    for day in {sale["business_day"] for sale in fleet.books.sales()}:
        assert {one["state"] for one in fleet.office.command("match", day)["items"]} == {"matches"}
