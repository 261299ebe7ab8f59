"""Reading what came home: pages by arrival, sums of a day, what is set aside."""

import pytest

from poscore import records
from poscore.errors import Fault
from poscore.sale import RETURN, Tender
from server_push.intake.entries import OPEN
from server_push.intake.sales import Sales, Which
from tests.support.returning import Returning, rehashed


@pytest.fixture
def sales(office) -> Sales:
    return Sales(office.storage)


def test_sales_come_in_pages_by_arrival(office, till, sales):
    for price in (100, 200, 300):
        till.sell(price)
    office.receive(till, till.records([3]))
    office.receive(till, till.records([1, 2]))

    first = sales.list(Which(), 0, 2)
    second = sales.list(Which(), int(first.next), 2)

    assert [item["seq"] for item in first.items + second.items] == [3, 1, 2]
    assert second.next is None


def test_a_sale_is_listed_as_the_register_wrote_it_with_what_head_office_knows(office, till, sales):
    till.sell(450, lines=2)
    office.receive(till, till.records())

    (item,) = sales.list(Which(), 0, 10).items

    document = Returning().document(450, lines=2)
    assert item == {
        **document,
        "store": "s1",
        "register": "r1",
        "epoch": 1,
        "seq": 1,
        "received_at": "2026-11-22T20:00:00.000Z",
        "status": "accepted",
    }


def test_training_is_listed_only_when_asked_for(office, till, sales):
    till.sell(100, training=True)
    till.sell(200)
    office.receive(till, till.records())

    assert [item["training"] for item in sales.list(Which(), 0, 10).items] == [False]
    assert [item["training"] for item in sales.list(Which(training=True), 0, 10).items] == [True]


def test_sales_are_found_by_store_register_and_day(office, till, sales):
    till.sell(100)
    till.sell(200, business_day="2026-11-21")
    office.receive(till, till.records())

    assert len(sales.list(Which(business_day="2026-11-21"), 0, 10).items) == 1
    assert len(sales.list(Which(store="s1", register="r1"), 0, 10).items) == 2
    assert sales.list(Which(store="s2"), 0, 10).items == []
    assert sales.list(Which(register="r2"), 0, 10).items == []


def test_a_quarantined_sale_is_listed_as_such(office, till, sales):
    document = till.document(1000)
    document["totals"]["due"] = 999
    till.write(records.SALE, {"sale": document})
    till.sell(500, customer="c-404")
    office.receive(till, till.records())

    listed = sales.list(Which(), 0, 10).items

    assert [(item["status"], item["totals"]["due"]) for item in listed] == [("quarantined", 999), ("quarantined", 500)]


def test_a_summary_adds_up_sales_and_returns_by_tender_and_rate(office, till, sales):
    till.sell(998, tenders=(Tender(1, "cash", 2000),))  # 10.00 after rounding, 10.00 back
    till.sell(1255)
    till.sell(500, kind=RETURN)
    office.receive(till, till.records())

    summary = sales.summary(Which(business_day="2026-11-22"))

    assert summary == {
        "sales": 3,
        "total": 998 + 1255 - 500,
        "rounding": 2,
        "by_tender": {"card": 755, "cash": 1000},
        "by_vat": [{"rate": 2550, "net": 795 + 1000 - 398, "tax": 203 + 255 - 102, "gross": 1753}],
        "quarantined": 0,
    }
    assert sum(summary["by_tender"].values()) == summary["total"] + summary["rounding"]


def test_a_summary_leaves_training_out_and_only_counts_what_is_set_aside(office, till, sales):
    till.sell(100, training=True)
    till.sell(200, customer="c-404")
    till.sell(300)
    office.receive(till, [*till.records(), rehashed("unreadable")], till.signed_head())

    summary = sales.summary(Which())

    assert (summary["sales"], summary["total"], summary["by_tender"]) == (1, 300, {"card": 300})
    assert summary["quarantined"] == 2


def test_training_that_is_set_aside_is_not_counted(office, till, sales):
    till.sell(200, customer="c-404", training=True)
    office.receive(till, till.records())

    assert sales.summary(Which())["quarantined"] == 0


def test_a_day_without_sales_sums_to_nothing(sales):
    assert sales.summary(Which(business_day="2026-01-01")) == {
        "sales": 0,
        "total": 0,
        "rounding": 0,
        "by_tender": {},
        "by_vat": [],
        "quarantined": 0,
    }


def test_sums_that_differ_are_a_fault_and_no_figure(office, till, sales):
    till.sell(300)
    office.receive(till, till.records())
    with office.storage.write() as connection:
        connection.exec_driver_sql("UPDATE sale_tender SET amount = 299")

    with pytest.raises(Fault) as fault:
        sales.summary(Which())

    assert fault.value.code == "sums-differ"


def test_what_is_set_aside_is_listed_with_its_bytes_and_why(office, till, sales):
    till.sell(200, customer="c-404")
    office.receive(till, [*till.records(), rehashed("unreadable")], till.signed_head())

    page = sales.quarantined(Which(), OPEN, 0, 1)

    assert page.items == [
        {
            "id": "r1-1-1",
            "store": "s1",
            "register": "r1",
            "epoch": 1,
            "seq": 1,
            "reason": "customer-unknown",
            "detail": "customer 'c-404' is not known",
            "type": "sale",
            "business_day": "2026-11-22",
            "training": False,
            "received_at": "2026-11-22T20:00:00.000Z",
            "record": till.written[0][1],
            "state": "open",
            "versions": [],
        }
    ]
    (second,) = sales.quarantined(Which(), OPEN, int(page.next), 1).items
    assert (second["record"], second["type"], second["reason"]) == ("unreadable", None, "record-unreadable")


def test_counts_tell_what_waits_for_a_person(office, till, sales):
    till.sell(200, customer="c-404")
    till.write("note", {}, prev_hash="0" * 64)
    office.receive(till, till.records())

    assert sales.counts() == {"quarantined": 1, "incidents": {"chain_break": 1}}
