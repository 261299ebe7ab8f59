"""What operators and ERPs see over HTTP, and what they may not."""

import os

import pytest
from prometheus_client.parser import text_string_to_metric_families

from server_push.registers.operators import (
    READ_INVOICES,
    READ_POSTING,
    READ_QUARANTINE,
    READ_REGISTERS,
    READ_SALES,
    TOKEN_BYTES,
    Operator,
)
from tests.support.offices import Site
from tests.support.returning import Returning

PATHS = {
    "/api/registers": READ_REGISTERS,
    "/api/sales": READ_SALES,
    "/api/sales/summary": READ_SALES,
    "/api/quarantine": READ_QUARANTINE,
    "/api/incidents": READ_QUARANTINE,
    "/api/posting-runs": READ_POSTING,
    "/api/invoices": READ_INVOICES,
}


@pytest.mark.parametrize("path", PATHS)
def test_without_a_token_nothing_is_shown(site: Site, path):
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer ok-guess"}):
        answer = site.client.get(path, headers=headers)
        assert (answer.status_code, answer.json["code"]) == (401, "token")


@pytest.mark.parametrize("path", PATHS)
def test_a_scope_opens_its_own_paths_and_no_other(site: Site, path):
    operator = Operator("erp", frozenset({PATHS[path]}))
    token = site.office.operators.add(operator, os.urandom(TOKEN_BYTES), site.clock())

    for other, scope in PATHS.items():
        answer = site.get(other, token)
        assert answer.status_code == (200 if scope == PATHS[path] else 403), other
        if answer.status_code == 403:
            assert (answer.json["code"], answer.json["scope"]) == ("permission-missing", scope)


def test_a_registers_token_shows_no_sales(site: Site):
    till = site.enrol()
    token = till.token(b"", site.office.office_id, site.clock())

    assert site.get("/api/sales", token).status_code == 401


def test_sales_are_paged_through_and_none_is_missed_while_more_arrive(site: Site):
    till = site.enrol()
    for _ in range(5):
        till.sell()
    site.bring_home(till)
    seen, after = [], ""
    while after is not None:
        page = site.get(f"/api/sales?limit=2&after={after}").json
        seen += [item["seq"] for item in page["items"]]
        after = page["next"]
        if len(till.written) < 8:
            till.sell()
            site.bring_home(till)

    assert seen == list(range(1, 9))


def test_sales_and_their_sums_are_filtered_alike(site: Site):
    one, two = site.enrol("r1"), site.enrol("r2")
    one.sell(100)
    one.sell(200, business_day="2026-11-21")
    two.sell(400)
    for till in (one, two):
        site.bring_home(till)

    for query, total in (
        ("", 700),
        ("register=r1", 300),
        ("business_day=2026-11-22", 500),
        ("register=r1&business_day=2026-11-21&store=s1", 200),
        ("store=s2", 0),
        ("store=&register=&business_day=", 700),
    ):
        listed = site.get(f"/api/sales?{query}").json["items"]
        assert sum(item["totals"]["gross"] for item in listed) == total, query
        assert site.get(f"/api/sales/summary?{query}").json["total"] == total, query


def test_training_shows_only_when_asked_for(site: Site):
    till = site.enrol()
    till.sell(100, training=True)
    till.sell(200)
    site.bring_home(till)

    assert [item["training"] for item in site.get("/api/sales").json["items"]] == [False]
    assert [item["training"] for item in site.get("/api/sales?training=false").json["items"]] == [False]
    assert [item["training"] for item in site.get("/api/sales?training=true").json["items"]] == [True]


def test_what_is_set_aside_is_listed(site: Site):
    till = site.enrol()
    till.sell(500, customer="c-404")
    assert site.bring_home(till).json["quarantined"] == [{"seq": 1, "reason": "customer-unknown"}]

    (item,) = site.get("/api/quarantine").json["items"]

    assert (item["id"], item["reason"], item["record"]) == ("r1-1-1", "customer-unknown", till.written[0][1])
    assert site.get("/api/sales/summary").json["quarantined"] == 1


def test_records_whose_number_was_taken_are_listed_in_pages(site: Site):
    till = site.enrol()
    for _ in range(3):
        till.sell(500)
    site.bring_home(till)
    back = Returning(key=till.key)
    for _ in range(3):
        back.sell(700)
    site.bring_home(back)
    query = "/api/incidents?register=r1&epoch=1&kind=sequence_conflict&limit=2"

    first = site.get(query).json
    second = site.get(f"{query}&after={first['next']}").json

    items = first["items"] + second["items"]
    assert [(item["seq"], item["record"]) for item in items] == [(n, back.written[n - 1][1]) for n in (1, 2, 3)]
    assert second["next"] is None
    assert site.get("/api/incidents?register=r2").json == {"items": [], "next": None}


@pytest.mark.parametrize(
    "path",
    [
        "/api/sales?limit=0",
        "/api/sales?limit=1001",
        "/api/sales?limit=many",
        "/api/sales?after=x",
        "/api/sales?training=perhaps",
        "/api/sales?business_day=2026-02-30",
        "/api/sales?business_day=22.11.2026",
        "/api/sales?store=Iso+Kauppa",
        "/api/sales?colour=blue",
        "/api/sales/summary?business_day=yesterday",
        "/api/registers?after=%00",
        "/api/quarantine?limit=-1",
        "/api/incidents?epoch=0",
        "/api/incidents?kind=Sequence+Conflict",
        "/api/incidents?after=first",
    ],
)
def test_a_question_that_does_not_fit_is_refused(site: Site, path):
    answer = site.get(path)

    assert (answer.status_code, answer.json["code"]) == (422, "query-invalid")


def test_registers_are_listed_in_pages(site: Site):
    for name in ("r1", "r2", "r3"):
        site.enrol(name)

    first = site.get("/api/registers?limit=2").json
    second = site.get(f"/api/registers?limit=2&after={first['next']}").json

    assert [item["register"] for item in first["items"] + second["items"]] == ["r1", "r2", "r3"]
    assert second["next"] is None


# -- the service itself ------------------------------------------------------------------------------------------------


def test_the_service_says_whether_it_lives_and_is_ready(site: Site):
    assert site.client.get("/livez").json == {"status": "pass"}
    assert site.client.get("/readyz").json == {"status": "pass", "missing": []}


def test_a_service_whose_database_is_gone_is_not_ready(site: Site, monkeypatch):
    site.office.storage.close()
    site.office.storage.path.unlink()

    answer = site.client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json["missing"] == ["database"]


def test_figures_name_no_store_no_person_and_no_amount(site: Site):
    till = site.enrol()
    till.sell(98765, cashier="cashier-7", customer="c-404")
    site.bring_home(till)

    text = site.client.get("/metrics").text

    figures = {s.name: s.value for family in text_string_to_metric_families(text) for s in family.samples}
    assert figures["office_records_returned_total"] == 1
    assert figures["office_quarantine_open"] == 1
    assert figures["office_registers"] == 1
    assert "98765" not in text
    assert "cashier-7" not in text


def test_every_route_is_described(site: Site):
    described = site.client.get("/openapi.json").json

    assert described["openapi"].startswith("3.1")
    assert set(described["paths"]) == {
        "/api/enrolments",
        "/api/registers",
        "/api/registers/{register}/bundle",
        "/api/registers/{register}/check-in",
        "/api/rollouts",
        "/api/rollouts/{rollout}",
        "/api/rollouts/{rollout}/pause",
        "/api/rollouts/{rollout}/resume",
        "/api/rollouts/{rollout}/cancel",
        "/api/rollouts/{rollout}/retry",
        "/api/schedule",
        "/api/articles",
        "/api/articles/{article_id}",
        "/api/fleet",
        "/api/fleet/{register}",
        "/api/audit",
        "/api/registers/{register}/journal",
        "/api/registers/{register}/receipts/{receipt_no}",
        "/api/returns/claims",
        "/api/returns/claims/{id}/release",
        "/api/returns/flags",
        "/api/authorizations",
        "/api/authorizations/{id}",
        "/api/authorizations/{id}/release",
        "/api/customers/{id}/account",
        "/api/accounts/{ledger}/{holder}",
        "/api/accounts/{ledger}/{holder}/entries/{id}",
        "/api/accounts/flags",
        "/api/sales",
        "/api/sales/summary",
        "/api/quarantine",
        "/api/quarantine/{id}",
        "/api/quarantine/{id}/repair",
        "/api/quarantine/{id}/reject",
        "/api/incidents",
        "/api/incidents/{id}/close",
        "/api/posting-runs",
        "/api/posting-runs/{id}",
        "/api/day-reports/{business_day}",
        "/api/invoices",
        "/api/invoices/{no}",
        "/api/matching/{business_day}",
        "/api/periods/{period}",
        "/api/periods/{period}/close",
        "/api/reports/{by}",
        "/api/poslog/{business_day}",
        "/livez",
        "/readyz",
        "/metrics",
    }
    gap = described["components"]["schemas"]["GapView"]["properties"]
    assert set(gap) == {"from", "to"}


@pytest.mark.parametrize("path", ["/", "/api", "/api/nothing", "/static/x.js"])
def test_what_is_not_there_is_a_problem(site: Site, path):
    answer = site.client.get(path)

    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_every_answer_carries_the_security_headers(site: Site):
    for path in ("/livez", "/api/sales", "/nowhere"):
        headers = site.client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
