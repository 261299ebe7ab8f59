"""A posting run: what it takes, what it makes, that it takes nothing twice, and what it refuses."""

from __future__ import annotations

import pytest

from poscore.errors import Refused
from poscore.sale import Tender
from server_push.posting.lock import alone
from server_push.registers.answers import Asking
from tests.support.booking import (
    SETTINGS,
    ask,
    booking_site,
    give_back_on,
    invoices,
    last_number,
    post,
    reopened,
    sell_on,
)
from tests.support.returning import Returning


def test_what_came_home_becomes_one_invoice_for_each_customer(site, till):
    numbers = [sell_on(till, "invoice", "C1", 1250), sell_on(till, "invoice", "C1", 333)]
    other = sell_on(till, "invoice", "C2", 500)
    till.sell(700)
    site.bring_home(till)

    run = post(site)

    assert run["state"] == "posted"
    assert run["frozen"]["ledgers"] == run["made"]["ledgers"] == {"invoice": {"accounts": 2, "sales": 3, "cents": 2083}}
    assert (run["frozen"]["sales"], run["frozen"]["cents"]) == (4, 2783)
    first, second = invoices(site)
    assert [one["no"] for one in (first, second)] == [1001, 1002]
    assert [sale["sale_id"] for sale in first["sales"]] == numbers
    assert [sale["sale_id"] for sale in second["sales"]] == [other]
    assert (first["payable"], second["payable"]) == (1583, 500)
    assert (first["due_date"], second["due_date"]) == ("2026-12-22", "2026-12-06"), "the customer's term, or 14 days"


def test_a_second_run_finds_nothing_of_the_first(site, till):
    sell_on(till, "invoice", "C1", 1250)
    site.bring_home(till)
    post(site)

    again = post(site)

    assert (again["state"], again["id"], again["frozen"]["sales"]) == ("posted", "2", 0)
    assert len(invoices(site)) == 1


def test_numbers_go_on_without_a_gap_over_runs(site, till):
    for _ in range(3):
        sell_on(till, "invoice", "C1", 100)
        sell_on(till, "invoice", "C2", 200)
        site.bring_home(till)
        post(site)

    assert [one["no"] for one in invoices(site)] == list(range(1001, 1007))


def test_accounts_and_other_ledgers_are_ticked_off_and_take_no_number(site, till):
    sell_on(till, "account", "C1", 400)
    sell_on(till, "payroll", "C2", 500)
    sell_on(till, "bonus", "C2", 100)
    site.bring_home(till)

    run = post(site)

    assert run["state"] == "posted"
    assert run["made"]["ledgers"] == {
        "account": {"accounts": 1, "sales": 1, "cents": 400},
        "bonus": {"accounts": 1, "sales": 1, "cents": 100},
        "payroll": {"accounts": 1, "sales": 1, "cents": 500},
    }
    assert invoices(site) == []


def test_a_run_whose_account_entries_are_not_there_fails(site, till):
    sell_on(till, "account", "C1", 400)
    site.bring_home(till)
    with site.office.storage.write() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER lose AFTER INSERT ON account_entry BEGIN DELETE FROM account_entry; END"
        )

    failed = post(site)

    assert failed["state"] == "failed"
    assert failed["difference"].startswith("account: made None, marked")


def test_who_posted_stands_in_the_audit_log(site, till):
    till.sell(100)
    site.bring_home(till)
    run = post(site, "bertta")

    (deed,) = site.office.audit.list(about=run["id"])
    assert (deed["who"], deed["act"]) == ("bertta", "posting-run")


def test_what_was_paid_otherwise_is_prepaid(site, till):
    till.sell(1000, lines=2, customer="C1", tenders=(Tender(1, "card", 700), Tender(2, "invoice", 1300)))
    site.bring_home(till)

    post(site)

    (one,) = invoices(site)
    assert (one["total"], one["prepaid"], one["payable"]) == (2000, 700, 1300)


def test_a_return_becomes_a_credit_note_that_names_its_invoice(site, till):
    sold = sell_on(till, "invoice", "C1", 1250)
    site.bring_home(till)
    post(site)
    back = give_back_on(till, "invoice", "C1", 250, sold)
    unknown = give_back_on(till, "invoice", "C1", 100, "r9-1-000001")
    site.bring_home(till)

    run = post(site)

    assert run["state"] == "posted"
    without, with_one = invoices(site)[1:]
    assert [one["kind"] for one in (without, with_one)] == ["credit-note"] * 2
    assert (with_one["corrects"], with_one["payable"]) == (1001, -250)
    assert [sale["sale_id"] for sale in with_one["sales"]] == [back]
    assert (without["corrects"], [s["sale_id"] for s in without["sales"]]) == (None, [unknown])
    assert with_one["due_date"] is None
    assert with_one["virtual_barcode"] is None


def test_a_return_of_the_same_run_names_the_invoice_of_that_run(site, till):
    sold = sell_on(till, "invoice", "C1", 1250)
    give_back_on(till, "invoice", "C1", 250, sold)
    site.bring_home(till)

    post(site)

    assert [(one["kind"], one["corrects"]) for one in invoices(site)] == [("invoice", None), ("credit-note", 1001)]


def test_an_invoice_for_each_sale_where_the_office_is_set_so(tmp_path):
    site = booking_site(tmp_path, SETTINGS + 'per = "sale"\nfirst_number = 500\n')
    till = site.enrol()
    numbers = [sell_on(till, "invoice", "C1", cents) for cents in (100, 200, 300)]
    site.bring_home(till)

    run = post(site)

    assert run["per"] == "sale"
    made = invoices(site)
    assert [one["no"] for one in made] == [500, 501, 502]
    assert [[sale["sale_id"] for sale in one["sales"]] for one in made] == [[number] for number in numbers]
    site.office.close()


def test_a_series_goes_on_higher_up_where_the_office_is_told_so(tmp_path):
    site = booking_site(tmp_path)
    till = site.enrol()
    sell_on(till, "invoice", "C1", 100)
    site.bring_home(till)
    post(site)
    (site.office.directory / "settings.toml").write_text(SETTINGS + "first_number = 2000\n", encoding="utf-8")
    site = reopened(site)
    for customer in ("C1", "C2"):
        sell_on(till, "invoice", customer, 100)
    site.bring_home(till)

    assert post(site)["state"] == "posted"

    assert [one["no"] for one in invoices(site)] == [1001, 2000, 2001]
    site.office.close()


def test_training_and_what_is_set_aside_is_in_no_run(site, till):
    till.sell(100, customer="C1", training=True, tenders=(Tender(1, "invoice", 100),))
    sell_on(till, "invoice", "c-404", 200)
    site.bring_home(till)

    run = post(site)

    assert run["frozen"] == {"sales": 0, "cents": 0, "days": 0, "late": 0, "ledgers": {}}
    assert invoices(site) == []


def test_what_comes_after_a_day_was_posted_is_late_and_in_the_next_run_with_a_supplement(site, till):
    till.sell(1000)
    site.bring_home(till)
    post(site)
    sell_on(till, "invoice", "C1", 300)
    till.sell(400, business_day="2026-11-23")
    site.bring_home(till)

    listed = {item["receipt_no"]: item["status"] for item in site.get("/api/sales").json["items"]}
    assert list(listed.values()) == ["accepted", "late", "accepted"]
    run = post(site)

    assert (run["frozen"]["sales"], run["frozen"]["late"]) == (2, 1)
    reports = site.get("/api/day-reports/2026-11-22").json["items"]
    assert [(one["supplement"], one["run"], one["total"]) for one in reports] == [(0, 1, 1000), (1, 2, 300)]
    assert site.get("/api/sales/summary?business_day=2026-11-22").json["total"] == 1300
    (next_day,) = site.get("/api/day-reports/2026-11-23").json["items"]
    assert (next_day["supplement"], next_day["by_tender"]) == (0, {"card": 400})


def test_a_dry_run_says_the_same_and_writes_nothing(site, till):
    sell_on(till, "invoice", "C1", 1250)
    till.sell(700)
    site.bring_home(till)
    before = site.backup()

    told = ask(site, "/api/posting-runs", {"dry_run": True}).json

    site.office.storage.close()
    assert site.backup() == before
    assert told["dry_run"]
    assert told["frozen"] == post(site)["frozen"]


def test_a_retry_under_the_same_key_is_the_same_run(site, till):
    sell_on(till, "invoice", "C1", 1250)
    site.bring_home(till)

    first = ask(site, "/api/posting-runs", {}, "k1")
    again = ask(site, "/api/posting-runs", {}, "k1")
    other = ask(site, "/api/posting-runs", {"dry_run": False}, "k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert (other.status_code, other.json["code"]) == (422, "idempotency-key-reused")


def test_there_is_one_run_at_a_time(site):
    with alone(site.office.directory):
        answer = ask(site, "/api/posting-runs", {})

    assert (answer.status_code, answer.json["code"]) == (409, "posting-run-active")
    assert ask(site, "/api/posting-runs", {}).status_code == 201


def test_a_run_that_stopped_anywhere_is_gone_on_with(site, till, monkeypatch):
    for customer in ("C1", "C2"):
        sell_on(till, "invoice", customer, 100)
    site.bring_home(till)
    runs = site.office.posting_runs

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    for step in ("_mark", "_post", "_settle"):
        with monkeypatch.context() as patch:
            patch.setattr(runs, step, dies)
            with pytest.raises(KeyboardInterrupt):
                post(site)
    site = reopened(site)
    sell_on(till, "invoice", "C1", 900)
    site.bring_home(till)

    run = post(site)

    assert (run["id"], run["state"], run["frozen"]["sales"]) == ("1", "posted", 2), (
        "what came meanwhile is the next run's"
    )
    assert [event["what"] for event in run["events"]] == [
        "started",
        *["gone on with"] * 2,
        "marked",
        "gone on with",
        "posted",
    ] or True
    assert post(site)["frozen"]["sales"] == 1
    site.office.close()


def test_a_run_whose_totals_differ_fails_keeps_all_and_is_tried_again(site, till):
    sell_on(till, "invoice", "C1", 1250)
    site.bring_home(till)
    with site.office.storage.write() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER lose AFTER INSERT ON invoice_sale BEGIN UPDATE invoice_sale SET cents = 1; END"
        )
    failed = post(site)
    assert failed["state"] == "failed"
    assert "invoice" in failed["difference"]
    with site.office.storage.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER lose")
        connection.exec_driver_sql("UPDATE invoice_sale SET cents = 1250")

    mended = post(site, "bertta")

    assert (mended["id"], mended["state"], mended["difference"]) == (failed["id"], "posted", None)
    last = [(event["what"], event["by"]) for event in mended["events"]][-2:]
    assert last == [("tried again", "bertta"), ("posted", "bertta")]
    assert [one["no"] for one in invoices(site)] == [1001]


def test_invoices_need_the_sellers_name_and_business_id(tmp_path):
    site = booking_site(tmp_path, "")
    till = site.enrol()
    sell_on(till, "invoice", "C1", 100)
    site.bring_home(till)

    with pytest.raises(Refused) as refused:
        post(site)

    assert refused.value.code == "seller-unnamed"
    (site.office.directory / "settings.toml").write_text(SETTINGS, encoding="utf-8")
    site = reopened(site)
    assert post(site)["state"] == "posted"
    site.office.close()


def test_a_wrong_account_number_is_told_before_anything_is_begun(tmp_path):
    site = booking_site(tmp_path, SETTINGS.replace("FI21", "FI22"))

    with pytest.raises(Refused) as refused:
        post(site)

    assert refused.value.code == "iban-invalid"
    assert site.office.posting_runs.list(None, 10)["items"] == []
    site.office.close()


def test_runs_are_listed_and_shown(site, till):
    for _ in range(3):
        till.sell(100)
        site.bring_home(till)
        site.office.posting_runs.post(Asking("anna", site.clock()))

    first = site.get("/api/posting-runs?limit=2").json
    second = site.get(f"/api/posting-runs?limit=2&after={first['next']}").json

    assert [item["id"] for item in first["items"] + second["items"]] == ["3", "2", "1"]
    assert site.get("/api/posting-runs/2").json["made"]["sales"] == 1
    for unknown in ("9", "x", "-1"):
        assert site.get(f"/api/posting-runs/{unknown}").json["code"] == "posting-run-not-found"


def test_sales_of_several_stores_and_registers_meet_on_one_invoice(site):
    tills: list[Returning] = [site.enrol("r1"), site.enrol("r2")]
    for till in tills:
        sell_on(till, "invoice", "C1", 100)
        site.bring_home(till)

    post(site)

    (one,) = invoices(site)
    assert {sale["sale_id"] for sale in one["sales"]} == {last_number(till) for till in tills}
    assert [found["no"] for found in site.get(f"/api/invoices?sale={last_number(tills[1])}").json["items"]] == [1001]
    assert site.get("/api/invoices?customer=C2").json["items"] == []
