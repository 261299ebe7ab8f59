"""However a journal comes home and whenever it is posted – in any order, again, cut off, with repairs between – each
sale is on one document or account in the end, days add up, and numbers have no gap.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from poscore.sale import RETURN, Tender
from server_push.intake.repairs import Repair, Repairs
from server_push.posting.runs import PostingRuns
from server_push.registers.answers import Asking
from server_push.settings import Chain, Settings
from server_push.storage import upsert
from server_push.storage.tables.assortment import customer
from tests.support.intaking import NOW, Office
from tests.support.returning import Returning

LENGTH = 10
ASKING = Asking("anna", NOW)
RIGHT: dict[int, dict[str, Any]] = {}  # what a person says of those that are set aside, by seq


def journal() -> Returning:
    """Invoices, accounts, cash, returns, training, and two that a person must put right."""
    till = Returning()
    for n, (ledger, cents) in enumerate([("invoice", 300), ("account", 200), ("card", 100), ("invoice", 500)]):
        day = "2026-11-21" if n < 2 else "2026-11-22"
        till.sell(cents, customer="C1", tenders=(Tender(1, ledger, cents),), business_day=day)
    till.sell(700, customer="C2", training=True, tenders=(Tender(1, "invoice", 700),))
    till.sell(250, customer="C1", kind=RETURN, tenders=(Tender(1, "invoice", -250),))
    wrong = till.document(900, customer="C2", tenders=(Tender(1, "invoice", 900),))
    RIGHT[till.write("sale", {"sale": {**wrong, "totals": {**wrong["totals"], "due": 1}}})] = wrong
    till.sell(800, customer="C2", tenders=(Tender(1, "account", 800),))
    unknown = till.document(400, customer="c-404", tenders=(Tender(1, "invoice", 400),))
    RIGHT[till.write("sale", {"sale": unknown})] = {**unknown, "customer": "C2"}
    till.sell(50, customer="C2", tenders=(Tender(1, "invoice", 50),))
    assert till.head.seq == LENGTH
    return till


JOURNAL = journal()
DOCUMENTS = {seq: RIGHT.get(seq, json.loads(text)["body"]["sale"]) for seq, (_, text) in enumerate(JOURNAL.written, 1)}
COUNTED = [document for document in DOCUMENTS.values() if not document["training"]]

deliveries = st.lists(st.integers(1, LENGTH), min_size=1, max_size=LENGTH).map(lambda seqs: ("bring", seqs))
acts = st.lists(deliveries | st.sampled_from([("post", []), ("repair", [])]), max_size=9)


def an_office(folder: Path) -> Office:
    office = Office(folder)
    nothing = {"business_id": "", "address": "", "email": "", "tenders": "[]", "changed_at": "x"}
    with office.storage.write() as connection:
        upsert(connection, customer, [{"customer_id": one, "name": one, **nothing} for one in ("C1", "C2")])
    return office


def repair_all(office: Office) -> None:
    for (seq,) in office.rows("SELECT seq FROM quarantine WHERE state = 'open'"):
        Repairs(office.storage).repair(ASKING, f"r1-1-{seq}", Repair("selvitetty", sale=RIGHT[int(str(seq))]))


@settings(max_examples=40)
@given(acts)
def test_every_sale_is_posted_once_whatever_the_course(acts):
    with tempfile.TemporaryDirectory() as folder:
        office = an_office(Path(folder))
        chain = Settings(chain=Chain(name="Ketju Oy", business_id="1234567-1"))
        runs = PostingRuns(office.storage, chain, lambda: NOW)
        try:
            for act, seqs in [*acts, ("bring", range(1, LENGTH + 1)), ("repair", []), ("post", [])]:
                if act == "bring":
                    office.receive(JOURNAL, JOURNAL.records(seqs))
                elif act == "repair":
                    repair_all(office)
                else:
                    assert runs.post(ASKING)["state"] == "posted"
            prove(office)
        finally:
            office.storage.close()


def prove(office: Office) -> None:
    owed = {
        ledger: {one["id"]: one["tenders"][0]["amount"] for one in COUNTED if one["tenders"][0]["type"] == ledger}
        for ledger in ("invoice", "account")
    }
    assert dict(office.rows("SELECT sale_id, cents FROM invoice_sale")) == owed["invoice"]
    assert dict(office.rows("SELECT sale_id, cents FROM posting_item WHERE ledger = 'account'")) == owed["account"]
    entries = dict(office.rows("SELECT source, amount FROM account_entry WHERE ledger = 'account'"))
    assert entries == owed["account"]
    numbers = [no for (no,) in office.rows("SELECT no FROM invoice ORDER BY no")]
    assert numbers == list(range(1001, 1001 + len(numbers)))
    payable = office.rows("SELECT sum(payable) FROM invoice")[0][0]
    assert payable == sum(owed["invoice"].values())
    days: Counter[str] = Counter()
    for day, report in office.rows("SELECT business_day, report FROM day_report"):
        days[str(day)] += json.loads(str(report))["total"]
    assert days == Counter(
        {
            day: sum(one["totals"]["due"] for one in COUNTED if one["business_day"] == day)
            for day in ("2026-11-21", "2026-11-22")
        }
    )
