"""Every accepted sale on account is entered once, and the balance is the sum of what was entered."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from server_push.accounts import home
from server_push.registers.operators import Operator
from tests.support.accounts import Till, account, enter, stands
from tests.support.offices import Site


def test_a_sale_on_account_is_owed_and_its_return_is_owed_no_more(site: Site, r1: Till):
    bought = r1.owe(site, "C1", account=2_500)
    back = r1.owe(site, "C1", account=-1_000)

    shown = account(site, "C1")

    assert (shown["balance"], shown["limit"], shown["name"]) == (1_500, 10_000, "Rakennus Oy")
    assert [(one["receipt_no"], one["kind"], one["amount"], one["balance"]) for one in shown["entries"]] == [
        (bought, "sale", 2_500, 2_500),
        (back, "return", -1_000, 1_500),
    ]


def test_only_what_was_paid_on_account_is_owed(site: Site, r1: Till):
    r1.owe(site, "C1", account=600, card=400)
    r1.owe(site, "C1", card=900)
    r1.owe(site, "C1", account=5_000, training=True)

    assert account(site, "C1")["balance"] == 600


def test_a_sale_on_two_ledgers_is_two_entries(site: Site, r1: Till):
    sale = r1.owe(site, "E1", payroll=700, bonus=300)

    payroll, bonus = account(site, "E1", "payroll"), account(site, "E1", "bonus")

    assert [one["receipt_no"] for one in payroll["entries"] + bonus["entries"]] == [sale, sale]
    assert (payroll["balance"], bonus["balance"]) == (700, 300)
    shown = account(site, "E1")
    assert (shown["balance"], shown["payroll"]["balance"], shown["bonus"]["balance"]) == (0, 700, 300)


def test_a_sale_that_is_set_aside_is_not_entered(site: Site, r1: Till):
    r1.owe(site, "C-unknown", account=700)

    assert site.get("/api/quarantine").json["items"][0]["reason"] == "customer-unknown"
    assert site.get("/api/accounts/flags").json["items"] == []
    assert site.office.account_proof.check()["accounts"] == 0


def test_a_sale_that_names_no_customer_is_entered_and_flagged(site: Site, r1: Till):
    sale = r1.owe(site, None, account=700)

    (flagged,) = site.get("/api/accounts/flags?kind=without-customer").json["items"]

    assert (flagged["receipt_no"], flagged["holder"], flagged["amount"]) == (sale, None, 700)
    assert site.office.account_proof.check()["ok"]


def test_a_batch_that_comes_again_is_entered_once(site: Site, r1: Till):
    for _ in range(3):
        r1.owe(site, "C1", account=100)
    site.bring_home(r1)
    assert account(site, "C1")["balance"] == 300
    site.bring_home(r1)

    assert account(site, "C1")["balance"] == 300


def test_more_sales_than_are_read_at_once_are_all_read(site: Site, r1: Till, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(home, "_END", home._END.offset(2))
    for _ in range(10):
        r1.owe(site, "E1", payroll=100, bonus=10)

    shown = account(site, "E1")

    assert (shown["payroll"]["balance"], shown["bonus"]["balance"]) == (1_000, 100)
    assert site.office.account_proof.check()["ok"]


# -- what was not asked for --------------------------------------------------------------------------------------------


def test_an_offline_sale_beyond_the_limit_is_accepted_and_flagged(site: Site, r1: Till):
    r1.owe(site, "C1", account=9_000, offline=True)
    over = r1.owe(site, "C1", account=2_000, offline=True)

    flagged = site.get("/api/accounts/flags").json["items"]

    assert [one["flags"] for one in flagged] == [["without-authorization"], ["without-authorization", "over-limit"]]
    assert (flagged[1]["receipt_no"], flagged[1]["balance"], flagged[1]["limit"]) == (over, 11_000, 10_000)
    assert flagged[1]["offline"] is True
    assert stands(account(site, "C1")) == (11_000, 0, 10_000, 0)
    only = site.get("/api/accounts/flags?kind=over-limit&limit=1").json
    assert [one["receipt_no"] for one in only["items"]] == [over]


def test_flags_are_read_page_by_page(site: Site, r1: Till):
    sold = [r1.owe(site, "C1", account=100, offline=True) for _ in range(5)]

    found, after = [], "0"
    while after is not None:
        page = site.get(f"/api/accounts/flags?limit=2&after={after}").json
        found += [one["receipt_no"] for one in page["items"]]
        after = page["next"]

    assert found == sold


def test_what_is_given_back_needs_no_authorisation(site: Site, r1: Till):
    r1.owe(site, "E1", payroll=-500)

    assert account(site, "E1", "payroll")["entries"][0]["flags"] == []


# -- by hand -----------------------------------------------------------------------------------------------------------


def test_a_payment_lowers_what_is_owed_and_is_entered_once(site: Site, r1: Till):
    r1.owe(site, "C1", account=8_000)

    first = enter(site, "account/C1/entries/bank-1", kind="payment", amount=6_000)
    again = enter(site, "account/C1/entries/bank-1", kind="payment", amount=6_000)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert (first.json["amount"], first.json["entered_by"]) == (-6_000, "founder")
    assert stands(account(site, "C1")) == (2_000, 0, 10_000, 8_000)
    assert enter(site, "account/C1/entries/bank-1", kind="payment", amount=1).json["code"] == "entry-differs"


def test_what_does_not_fit_the_ledger_is_refused_and_changes_nothing(site: Site):
    refused = [
        enter(site, "account/C1/entries/1", kind="grant", amount=100),
        enter(site, "bonus/E1/entries/1", kind="payment", amount=100),
        enter(site, "account/C1/entries/1", kind="payment", amount=-100),
        enter(site, "account/C1/entries/1", kind="payment", amount=0),
        enter(site, "account/C1/entries/1", kind="correction", amount=-100),
        enter(site, "account/nobody/entries/1", kind="payment", amount=100),
        enter(site, "savings/C1/entries/1", kind="payment", amount=100),
        enter(site, "account/C1/entries/1", kind="payment", amount=100, business_day="2026-02-31"),
    ]

    assert [one.json["code"] for one in refused] == [
        *("entry-invalid",) * 4,
        "reason-required",
        "customer-not-found",
        "ledger-unknown",
        "day-invalid",
    ]
    assert site.office.account_proof.check()["accounts"] == 0


def test_who_may_only_read_enters_nothing(site: Site):
    reader = site.office.operators.add(Operator("erp", frozenset({"accounts:read"})), bytes(32), site.clock())
    headers = {"Authorization": f"Bearer {reader}"}
    body = {"kind": "payment", "amount": 1, "business_day": "2026-11-22"}

    assert site.get("/api/customers/C1/account", reader).status_code == 200
    assert site.client.put("/api/accounts/account/C1/entries/1", json=body, headers=headers).status_code == 403


# -- the proof ---------------------------------------------------------------------------------------------------------


def test_a_cache_that_is_wrong_is_found_and_made_anew(site: Site, r1: Till):
    r1.owe(site, "C1", account=2_500)
    account(site, "C1")
    with site.office.storage.write() as connection:
        connection.exec_driver_sql("UPDATE account_balance SET balance = 9")

    found = site.office.account_proof.check(rebuild=True)

    assert [(one["kind"], one["holder"], one["entries"], one["other"]) for one in found["findings"]] == [
        ("cache-differs", "C1", 2_500, 9)
    ]
    assert site.office.account_proof.check()["ok"]
    assert r1.asked(site, "C1", 7_501)["code"] == "credit-limit-exceeded"


def test_an_entry_that_no_sale_explains_is_found(site: Site, r1: Till):
    r1.owe(site, "C1", account=2_500)
    account(site, "C1")
    with site.office.storage.write() as connection:
        connection.exec_driver_sql("UPDATE account_entry SET amount = 2501")

    kinds = [one["kind"] for one in site.office.account_proof.check()["findings"]]

    assert kinds == ["sales-differ", "cache-differs"]


def test_what_is_new_is_found_by_its_index(site: Site, r1: Till):
    asked: list[tuple[str, Any]] = []
    event.listen(site.office.storage.engine, "before_cursor_execute", lambda *at: asked.append((at[2], at[3])))
    r1.owe(site, "C1", account=100)
    account(site, "C1")

    with site.office.storage.read() as connection:
        plans = [
            str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all())
            for statement, values in [*asked]
            if statement.startswith("SELECT") and "sale_tender" in statement
        ]

    assert len(plans) > 2
    assert all("ix_sale_tender_owed" in plan for plan in plans), plans
