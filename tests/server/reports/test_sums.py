"""Sums by what one asks for, each against the sales themselves; CSV, POSLog, backups."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from poscore.sale import RETURN, Tender
from server_push.__main__ import main
from server_push.reports.poslog import NAMESPACE
from server_push.storage import upsert
from server_push.storage.backup import back_up, check
from server_push.storage.tables.assortment import article
from tests.support.booking import close_shift, open_shift, post, sell_on

DAYS = "from=2026-11-21&to=2026-11-22"


@pytest.fixture
def sold(site, till):
    """Two registers, two days, sales and a return, cash with change and rounding, training."""
    rows = [
        {
            "article_id": name,
            "store": store,
            "name": name,
            "codes": "[]",
            "price": 100,
            "vat_code": "standard",
            "department": department,
            "unit": "kpl",
            "deposit": 0,
            "age_limit": 0,
            "changed_at": "x",
        }
        for name, store, department in (("A1", "", "Maito"), ("A2", "", "Leipä"), ("A2", "s1", "Paisto"))
    ]
    with site.office.storage.write() as connection:
        upsert(connection, article, rows)
    till.sell(998, tenders=(Tender(1, "cash", 2000),), article_id="A1")
    till.sell(500, lines=2, article_id="A2", cashier="102", business_day="2026-11-21")
    till.sell(250, kind=RETURN)
    till.sell(100, training=True)
    other = site.enrol("r2")
    sell_on(other, "invoice", "C1", 700)
    for one in (till, other):
        site.bring_home(one)
    return site


def by(site, kind, query=DAYS):
    return {item["key"]: item for item in site.get(f"/api/reports/{kind}?{query}").json["items"]}


def totals(found):
    return {key: item["total"] for key, item in found.items()}


def test_sums_by_day_store_register_and_cashier(sold):
    assert totals(by(sold, "day")) == {"2026-11-21": 1000, "2026-11-22": 1448}
    assert totals(by(sold, "store")) == {"s1": 2448}
    assert totals(by(sold, "register")) == {"r1": 1748, "r2": 700}
    assert totals(by(sold, "cashier")) == {"101": 1448, "102": 1000}
    one = by(sold, "register")["r1"]
    assert (one["sales"], one["returns"], one["rounding"]) == (2, 1, 2)


def test_sums_by_tender_vat_department_and_hour(sold):
    assert totals(by(sold, "tender")) == {"card": 750, "cash": 1000, "invoice": 700}
    assert totals(by(sold, "vat")) == {"2550": 2448}
    assert totals(by(sold, "department")) == {"": 500 - 250 + 700, "Maito": 998, "Paisto": 500}
    assert totals(by(sold, "hour")) == {"14": 2448}, "noon in UTC is two in Helsinki"


def test_every_report_sums_to_the_same(sold):
    summary = sold.get("/api/sales/summary").json
    for kind in ("day", "store", "register", "cashier", "vat", "department", "hour"):
        assert sum(totals(by(sold, kind)).values()) == summary["total"], kind
    assert totals(by(sold, "tender")) == summary["by_tender"]


def test_a_report_is_narrowed_by_days_store_and_register(sold):
    assert totals(by(sold, "day", "from=2026-11-22")) == {"2026-11-22": 1448}
    assert totals(by(sold, "day", f"{DAYS}&register=r2")) == {"2026-11-22": 700}
    assert by(sold, "tender", f"{DAYS}&store=s2") == {}


def test_a_report_comes_as_csv_by_accept_or_by_name(sold):
    path = f"/api/reports/register?{DAYS}"
    named = sold.get(f"{path}&format=csv")
    accepted = sold.client.get(path, headers={"Authorization": f"Bearer {sold.token}", "Accept": "text/csv"})

    assert named.text == accepted.text
    assert named.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(named.text), delimiter=";"))
    assert rows[0] == {"register": "r1", "sales": "2", "returns": "1", "total": "17.48", "rounding": "0.02"}
    refused = sold.client.get(path, headers={"Authorization": f"Bearer {sold.token}", "Accept": "image/png"})
    assert refused.json["code"] == "not-acceptable"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/reports/moon?from=2026-11-22", "report-unknown"),
        ("/api/reports/day", "query-invalid"),
        ("/api/reports/day?from=2026-02-30", "query-invalid"),
        ("/api/reports/day?from=2026-02-01&to=x", "query-invalid"),
        ("/api/matching/2026-02-30", "query-invalid"),
        ("/api/poslog/x", "query-invalid"),
    ],
)
def test_a_question_that_does_not_fit_is_refused(site, path, code):
    assert site.get(path).json["code"] == code


# -- POSLog ------------------------------------------------------------------------------------------------------------


def test_a_day_as_poslog_has_every_transaction_with_its_sums(sold):
    answer = sold.get("/api/poslog/2026-11-22")

    assert answer.mimetype == "application/xml"
    root = ET.fromstring(answer.data)
    at = {"p": NAMESPACE}
    transactions = root.findall("p:Transaction", at)
    assert root.tag == f"{{{NAMESPACE}}}POSLog"
    numbers = [one.findtext("p:RetailTransaction/p:ReceiptNumber", None, at) for one in transactions]
    assert numbers == ["r1-1-000001", "r1-1-000003", "r2-1-000001"]
    first, back = transactions[:2]
    identity = [first.findtext(f"p:{name}", None, at) for name in ("RetailStoreID", "WorkstationID", "SequenceNumber")]
    assert identity == ["s1", "r1", "1"]
    total = first.find("p:RetailTransaction/p:Total[@TotalType='TransactionGrandAmount']", at)
    assert total is not None
    assert total.text == "10.00"
    assert back.find("p:RetailTransaction/p:LineItem/p:Return", at) is not None
    assert first.find("p:RetailTransaction/p:LineItem/p:Tender/p:Amount", at).text == "20.00"
    for one in transactions:
        lines = one.findall("p:RetailTransaction/p:LineItem/p:SequenceNumber", at)
        assert [line.text for line in lines] == [str(n) for n in range(1, len(lines) + 1)]


# -- backups -----------------------------------------------------------------------------------------------------------


def test_a_backup_is_the_whole_database_and_verified(sold, tmp_path):
    post(sold)
    file = tmp_path / "office-backup.db"

    made = back_up(sold.office.storage.path, file)

    assert (made.findings, made.counts["sale"], made.counts["invoice"]) == ((), 5, 1)
    assert check(file) == made
    assert {path.name for path in tmp_path.iterdir() if path.name.startswith("office-backup")} == {"office-backup.db"}
    assert file.stat().st_mode & 0o077 == 0
    with closing(sqlite3.connect(file)) as copy:
        assert copy.execute("SELECT count(*) FROM sale").fetchone() == (5,)


def test_a_backup_overwrites_nothing_and_a_damaged_one_is_found(sold, tmp_path):
    file = tmp_path / "copy.db"
    back_up(sold.office.storage.path, file)
    folder = sold.office.directory

    again = CliRunner().invoke(main, ["backup", str(file), "--dir", str(folder), "--json"])
    assert json.loads(again.stderr)["code"] == "file-exists"

    sound = CliRunner().invoke(main, ["restore", "--check", str(file), "--json"])
    assert (sound.exit_code, json.loads(sound.stdout)["ok"]) == (0, True)
    data = bytearray(file.read_bytes())
    page = 8192
    data[page : 4 * page] = bytes(3 * page)
    file.write_bytes(data)
    broken = CliRunner().invoke(main, ["restore", "--check", str(file), "--json"])
    assert (broken.exit_code, json.loads(broken.stdout)["ok"]) == (1, False)
    file.write_bytes(b"no database at all")
    assert CliRunner().invoke(main, ["restore", "--check", str(file)]).exit_code == 1


def test_a_backup_whose_sums_do_not_hold_says_so(sold, tmp_path):
    file = tmp_path / "copy.db"
    back_up(sold.office.storage.path, file)
    with closing(sqlite3.connect(file)) as copy:
        copy.execute("UPDATE sale SET due = due + 1 WHERE seq = 1 AND register = 'r1'")
        copy.commit()

    assert check(file).findings == ("the sums of 1 sales do not hold",)


# -- the command line --------------------------------------------------------------------------------------------------


def told(folder, *words, code=0):
    result = CliRunner().invoke(main, [*map(str, words), "--dir", str(folder), "--json"])
    assert result.exit_code == code, result.output
    return json.loads(result.stdout or result.stderr)


def test_the_books_are_kept_from_the_command_line(site, till, tmp_path):
    open_shift(till)
    sell_on(till, "invoice", "C1", 1250)
    sell_on(till, "invoice", "c-404", 100)
    document = json.loads(till.written[-1][1])["body"]["sale"]
    close_shift(till, sales={"count": 1}, total=1250, by_tender={"invoice": 1250}, by_vat=[])
    site.bring_home(till)
    folder = site.office.directory
    site.office.storage.close()

    (aside,) = told(folder, "quarantine", "list")["items"]
    right = tmp_path / "right.json"
    right.write_text(json.dumps({**document, "customer": "C2"}))
    assert told(folder, "quarantine", "repair", aside["id"], "--reason", "oikea asiakas", "--sale", right)["status"]
    assert told(folder, "quarantine", "reject", aside["id"], "--reason", "x", code=1)["code"] == "quarantine-settled"
    assert told(folder, "post", "--dry-run")["frozen"]["sales"] == 2
    assert told(folder, "post")["state"] == "posted"
    assert [one["payable"] for one in told(folder, "invoices", "list")["items"]] == [1250, 100]
    shown = told(folder, "invoices", "show", 1001, "--pdf", tmp_path / "a.pdf", "--xml", tmp_path / "a.xml")
    assert shown["payable"] == 1250
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "a.xml").read_bytes().startswith(b"<?xml")
    assert told(folder, "match", "2026-11-22", code=1)["items"][0]["state"] == "differs"
    assert told(folder, "periods", "close", "2026-11-22", code=1)["code"] == "not-ready"
    closed = told(folder, "periods", "close", "2026-11-22", "--sign", "korjattu asiakas")
    assert closed["items"][0]["closed_by"].startswith("command: ")
    assert told(folder, "periods", "show", "2026-11-22")["items"][0]["reason"] == "korjattu asiakas"
    assert told(folder, "report", "day", "--from", "2026-11-22")["items"][0]["total"] == 1350
    table = CliRunner().invoke(main, ["report", "day", "--from", "2026-11-22", "--csv", "--dir", str(folder)])
    assert table.stdout.startswith("day;sales;returns;total;rounding\n")
    assert told(folder, "poslog", "2026-11-22", tmp_path / "day.xml")["bytes"] == (tmp_path / "day.xml").stat().st_size
    assert told(folder, "backup", tmp_path / "b.db")["ok"]
    assert told(folder, "incidents", "list")["items"] == []
    journal = tmp_path / "journal.jsonl"
    journal.write_bytes(b"".join(text.encode() + b"\n" for _, text in till.written))
    assert told(folder, "journal", "import", journal)["journals"][0]["new"] == 0
    (incident,) = told(folder, "incidents", "list")["items"]
    assert told(folder, "incidents", "close", incident["id"], "--reason", "luettu")["state"] == "closed"
