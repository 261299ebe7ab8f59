"""Head office killed -9 at any moment of taking a journal home and posting it: every sale is on exactly one document or
one account, numbers have no gap, and all is equal to the register's own Z to the cent.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from poscore.sale import RETURN, Tender
from tests.support.booking import booking_site, close_shift, open_shift, post, reopened, with_customers
from tests.support.offices import Site
from tests.support.returning import Returning

ROOT = Path(__file__).resolve().parents[2]
CUSTOMERS = [f"C{n}" for n in range(1, 13)]
SALES, AT_ONCE = 120, 24
DAYS = ("2026-11-21", "2026-11-22")
LEDGERS = ("invoice", "account")
ROUNDS = int(os.environ.get("SOAK_ROUNDS", "1"))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = with_customers(booking_site(tmp_path), {name: f"Asiakas {name}" for name in CUSTOMERS})
    yield site
    site.office.close()


def journal(site: Site, chance: random.Random) -> tuple[Returning, dict[str, Any]]:
    """A till's day, and the file of it that the process reads."""
    till = site.enrol()
    open_shift(till, 1, DAYS[0])
    for n in range(SALES):
        if n == SALES // 2:
            close_shift(till, 1, DAYS[0])
            open_shift(till, 2, DAYS[1])
        cents, ledger = chance.randint(5, 5000), chance.choice([*LEDGERS, "card"])
        customer = chance.choice(CUSTOMERS) if ledger != "card" else None
        back = chance.random() < 0.2
        tenders = (Tender(1, ledger, -cents if back else cents),)
        kind = {"kind": RETURN} if back else {}
        day = DAYS[0] if n < SALES // 2 else DAYS[1]
        till.sell(cents, customer=customer, tenders=tenders, business_day=day, **kind)
    close_shift(till, 2, DAYS[1])
    last = len(till.written)
    batches = [till.records(range(first, min(first + AT_ONCE, last + 1))) for first in range(1, last + 1, AT_ONCE)]
    caller = {"store": "s1", "register": till.register, "epoch": till.epoch, "public_key": till.key.public}
    told = {"caller": {**caller, "time_zone": "Europe/Helsinki"}, "epoch": till.epoch, "head": till.signed_head()}
    return till, {**told, "batches": batches}


def killed_after(folder: Path, file: Path, while_s: float | None) -> bool:
    """Run it and kill it after a while, or let it end; whether it had come to its end."""
    command = [sys.executable, "-m", "tests.support.killable_books", str(folder), str(file)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with process, closing(process.stdout) as said:  # type: ignore[type-var]
        assert said is not None
        assert said.readline() == "ready\n"
        if while_s is not None:
            time.sleep(while_s)
            process.kill()
        return "done" in said.read()


def torment(site: Site, file: Path, chance: random.Random, times: int) -> int:
    """Kill it `times` times; how often it was still at work."""
    folder, killed = site.office.directory, 0
    site.office.storage.close()
    for _ in range(times):
        killed += not killed_after(folder, file, chance.uniform(0, 0.25))
    assert killed_after(folder, file, None)
    return killed


def prove(site: Site, till: Returning) -> None:
    """Straight from the tables, against the till's own documents."""
    records = [json.loads(text) for _, text in till.written]
    documents = [record["body"]["sale"] for record in records if record["type"] == "sale"]
    zs = {record["business_day"]: record["body"] for record in records if record["type"] == "shift-closed"}
    owed = {
        ledger: {
            one["id"]: tender["amount"] for one in documents for tender in one["tenders"] if tender["type"] == ledger
        }
        for ledger in LEDGERS
    }
    rows = site.office.storage.read
    with rows() as connection:
        on_documents = connection.exec_driver_sql(
            "SELECT s.sale_id, s.cents, i.no FROM invoice_sale s JOIN invoice i USING(no)"
        ).all()
        on_accounts = connection.exec_driver_sql(
            "SELECT e.source AS sale_id, e.amount AS cents FROM posting_item i"
            " JOIN posting_account a USING(run, ledger, customer)"
            " JOIN account_entry e ON e.store = i.store AND e.source = i.sale_id AND e.ledger = i.ledger"
            " WHERE i.ledger = 'account' AND a.posted_at IS NOT NULL"
        ).all()
        numbers = connection.exec_driver_sql("SELECT no, payable FROM invoice ORDER BY no").all()
        runs = connection.exec_driver_sql("SELECT DISTINCT state FROM posting_run").scalars().all()
        reports = connection.exec_driver_sql("SELECT business_day, report FROM day_report").all()
    assert Counter(sale for sale, _, _ in on_documents) == Counter(owed["invoice"].keys())
    assert {sale: cents for sale, cents, _ in on_documents} == owed["invoice"]
    assert Counter(sale for sale, _ in on_accounts) == Counter(owed["account"].keys())
    assert {row.sale_id: row.cents for row in on_accounts} == owed["account"]
    assert [no for no, _ in numbers] == list(range(1001, 1001 + len(numbers)))
    assert sum(payable for _, payable in numbers) == sum(owed["invoice"].values())
    assert runs == ["posted"]
    for day in DAYS:
        posted: Counter[str] = Counter()
        for of_day, report in reports:
            if of_day == day:
                posted.update(json.loads(report)["by_tender"])
        assert posted == Counter(zs[day]["by_tender"]), "cents equal to the register's own Z"
        assert [one["state"] for one in site.office.matching.of_day(day)] == ["matches"]


@pytest.mark.parametrize("seed", [1])
def test_killed_now_and_then_the_books_are_whole(site: Site, tmp_path: Path, seed: int) -> None:
    _killed(site, tmp_path, seed, times=2)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 2 + ROUNDS))
def test_killed_twenty_four_times_the_books_are_whole(site: Site, tmp_path: Path, seed: int) -> None:
    assert _killed(site, tmp_path, seed, times=24) >= 12, "most kills met it at work"


def _killed(site: Site, tmp_path: Path, seed: int, times: int) -> int:
    chance = random.Random(seed)
    till, told = journal(site, chance)
    file = tmp_path / "journal.json"
    file.write_text(json.dumps(told))
    killed = torment(site, file, chance, times)
    site = reopened(site)
    try:
        prove(site, till)
        assert post(site)["frozen"]["sales"] == 0
    finally:
        site.office.close()
    return killed
