"""The till app over real HTTP: statuses, codes and shapes as interfaces fix them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.register.web.conftest import Till, a_register, enrolled
from tests.support.builders import APPLES, BEER, COFFEE, COLA, MILK, AnArticle, APromotion

SALE_KEYS = [
    *("id", "receipt_no", "state", "kind", "offline", "training", "business_day", "cashier", "customer", "lines"),
    *("tenders", "totals", "taxes", "snapshot"),
]
LINE_KEYS = [
    *("n", "article_id", "code", "name", "quantity", "unit", "unit_price", "discount", "deposit", "vat_rate", "total"),
    "voided",
]
TOTAL_KEYS = ["gross", "discount", "rounding", "due", "paid", "change"]


@pytest.fixture
def ready(till: Till) -> Till:
    """A cashier signed in and a shift open."""
    return till.ready()


# -- signing in ----------------------------------------------------------------------------------------------------


def test_signing_in_tells_who_and_what_for(till: Till) -> None:
    told = till.sign_in("101")
    assert told["cashier"] == "101"
    assert isinstance(told["token"], str)
    assert len(told["token"]) >= 32
    assert set(told["permissions"]) >= {"sell", "shift"}
    assert till.get("/session").must(200)["cashier"] == "101"


def test_signing_out_ends_it(till: Till) -> None:
    till.sign_in()
    till.call("DELETE", "/session").must(200)
    till.get("/session").problem(401, "session-required")


def test_the_fifth_wrong_pin_is_429_with_a_time_to_wait_also_after_a_restart(serving: Callable[..., Till]) -> None:
    till = serving()
    for _ in range(4):
        till.post("/session", {"cashier": "101", "pin": "9999"}).problem(401, "pin-wrong")
    reply = till.post("/session", {"cashier": "101", "pin": "9999"})
    reply.problem(429, "locked-out")
    assert reply.headers["Retry-After"] == "300"
    again = serving().post("/session", {"cashier": "101", "pin": "1234"})
    again.problem(429, "locked-out")
    assert 1 <= int(again.headers["Retry-After"]) <= 300


@pytest.mark.parametrize(
    "body", [{"cashier": "101"}, {"cashier": 101, "pin": "1234"}, {"cashier": "101", "pin": "1234", "x": 1}]
)
def test_a_sign_in_of_a_wrong_shape_is_422(till: Till, body: Any) -> None:
    assert till.post("/session", body).problem(422, "body-invalid")["errors"]


# -- a sale --------------------------------------------------------------------------------------------------------


def test_a_whole_sale(ready: Till) -> None:
    started = ready.post("/sales", {}).must(201)
    assert list(started) == [*SALE_KEYS, "notes", "discounts", "promotions", "asks", "authorizations"]
    assert (started["id"], started["receipt_no"], started["state"]) == ("r1-1-000001", "r1-1-000001", "open")
    assert (started["kind"], started["training"], started["offline"], started["customer"]) == (
        "sale",
        False,
        False,
        None,
    )
    sale = started["id"]
    view = ready.scan(sale, COLA, "2")
    assert list(view) == [*SALE_KEYS, "notes", "discounts", "promotions", "asks", "authorizations"]
    assert view["lines"] == [
        {
            "n": 1,
            "article_id": "A3",
            "code": COLA,
            "name": "Kola 0,5 l",
            "quantity": "2",
            "unit": "kpl",
            "unit_price": 215,
            "discount": 0,
            "deposit": 40,
            "vat_rate": 1350,
            "total": 430,
            "voided": False,
        }
    ]
    assert list(view["lines"][0]) == LINE_KEYS
    assert list(view["totals"]) == TOTAL_KEYS
    ready.scan(sale, APPLES, "0,35")
    view = ready.pay(sale, "cash", amount=1000)
    assert view["tenders"] == [{"n": 1, "type": "cash", "amount": 1000, "reference": None}]
    done = ready.post(f"/sales/{sale}/complete").must(200)
    assert list(done) == ["receipt_no", "change", "sale", "receipt_text", "qr", "authorizations"]
    assert (done["receipt_no"], done["change"], done["sale"]["state"]) == (sale, 465, "completed")
    assert done["sale"]["lines"][1]["quantity"] == "0.350"
    assert done["sale"]["totals"] == {
        "gross": 535,
        "discount": 0,
        "rounding": 0,
        "due": 535,
        "paid": 1000,
        "change": 465,
    }
    # Deposits at the standard rate, goods at their own.
    assert done["sale"]["taxes"] == [
        {"rate": 1350, "net": 436, "tax": 59, "gross": 495},
        {"rate": 2550, "net": 32, "tax": 8, "gross": 40},
    ]
    assert ready.get(f"/sales/{sale}").must(200) == done["sale"]
    assert ready.get(f"/receipts/{sale}").must(200)["receipt_text"] == done["receipt_text"]


def test_lines_by_article_by_open_price_and_by_code(ready: Till) -> None:
    sale = ready.start()
    ready.post(f"/sales/{sale}/lines", {"article_id": "A6"}).must(201)
    body = {"open": {"name": "Kukka", "unit_price": 1500, "vat_code": "reduced"}, "quantity": "2"}
    view = ready.post(f"/sales/{sale}/lines", body).must(201)
    assert [line["total"] for line in view["lines"]] == [35, 3000]
    for wrong in ({}, {"code": MILK, "article_id": "A1"}, {"code": MILK, "open": body["open"]}):
        ready.post(f"/sales/{sale}/lines", wrong).problem(422, "body-invalid")


def test_changing_voiding_discounting(ready: Till) -> None:
    sale = ready.start()
    ready.scan(sale, MILK)
    ready.scan(sale, COFFEE)
    assert ready.call("PATCH", f"/sales/{sale}/lines/1", {"quantity": "3"}).must(200)["totals"]["due"] == 1182
    assert ready.call("DELETE", f"/sales/{sale}/lines/2").must(200)["lines"][1]["voided"] is True
    view = ready.post(f"/sales/{sale}/discounts", {"percent": "10.0", "reason": "kylki"}).must(201)
    assert view["totals"]["discount"] == 39
    ready.sign_in("301")  # who may give more than a cashier
    view = ready.post(f"/sales/{sale}/discounts", {"line": 1, "amount": 100, "reason": "rikki"}).must(201)
    assert (view["lines"][0]["discount"], view["totals"]["due"]) == (129, 258)
    for wrong in (
        {"percent": "10", "amount": 1, "reason": "x"},
        {"reason": "x"},
        {"percent": "0", "reason": "x"},
        {"percent": "100.01", "reason": "x"},
        {"percent": "-5", "reason": "x"},
        {"percent": "10.0"},
    ):
        ready.post(f"/sales/{sale}/discounts", wrong).problem(422, "body-invalid")


@pytest.mark.parametrize("quantity", ["0", "-1", "-0.5"])
def test_a_quantity_that_is_not_more_than_zero_is_422(ready: Till, quantity: str) -> None:
    ready.sign_in("201")
    for new in ({"kind": "sale"}, {"kind": "return", "reason": "viallinen"}):
        sale = ready.start(**new)
        ready.post(f"/sales/{sale}/lines", {"code": MILK, "quantity": quantity}).problem(422, "quantity-invalid")
        ready.scan(sale, MILK)
        ready.call("PATCH", f"/sales/{sale}/lines/1", {"quantity": quantity}).problem(422, "quantity-invalid")


@pytest.mark.parametrize("quantity", ["two", "1.2345", "", 2, "1e3", "12345678"])
def test_what_is_no_quantity_is_422(ready: Till, quantity: Any) -> None:
    sale = ready.start()
    ready.post(f"/sales/{sale}/lines", {"code": MILK, "quantity": quantity}).problem(422, "body-invalid")


def test_a_code_of_nothing_and_a_code_of_several(serving: Callable[..., Till]) -> None:
    twins = [AnArticle("B1", "Yksi", codes=("1234567890128",)), AnArticle("B2", "Kaksi", codes=("1234567890128",))]
    till = serving(articles=twins).ready()
    sale = till.start()
    till.post(f"/sales/{sale}/lines", {"code": "999"}).problem(404, "article-not-found")
    told = till.post(f"/sales/{sale}/lines", {"code": "1234567890128"}).problem(409, "article-ambiguous")
    assert [candidate["article_id"] for candidate in told["candidates"]] == ["B1", "B2"]
    assert till.get("/articles/1234567890128").problem(409, "article-ambiguous")["candidates"] == told["candidates"]
    till.get("/articles/999").problem(404, "article-not-found")


def test_a_return_is_negative_in_every_answer(ready: Till) -> None:
    sold = ready.sold(COLA, tender="card")
    back = ready.start(kind="return", original_receipt=sold["receipt_no"])
    view = ready.scan(back, COLA)
    assert (view["lines"][0]["quantity"], view["lines"][0]["total"], view["lines"][0]["unit_price"]) == (
        "-1",
        -215,
        215,
    )
    view = ready.pay(back, "cash")
    assert view["tenders"][0]["amount"] == -215
    done = ready.post(f"/sales/{back}/complete").must(200)
    assert (done["change"], done["sale"]["totals"]["due"]) == (0, -215)
    ready.post("/sales", {"kind": "return", "original_receipt": "r1-1-000099"}).problem(404, "receipt-not-found")


def test_a_line_of_a_receipt_comes_back_by_its_number(ready: Till) -> None:
    receipt = ready.sold(COLA, COLA, tender="cash")["receipt_no"]
    back = ready.start(kind="return", original_receipt=receipt)
    line = {"original_line": 2}
    view = ready.post(f"/sales/{back}/lines", line, key="line").must(201)
    assert ready.post(f"/sales/{back}/lines", line, key="line").must(201) == view
    assert view["notes"][0]["about"] == {"original_receipt": receipt, "original_line": 2}
    lines = ready.get(f"/receipts/{receipt}/returnable").must(200)["lines"]
    assert [(one["n"], one["returned"], one["left"]) for one in lines] == [(1, "0", "1"), (2, "1", "0")]
    told = ready.post(f"/sales/{back}/lines", line).problem(409, "quantity-returned")
    assert told["left"] == "0"
    ready.post(f"/sales/{back}/lines", {**line, "code": COLA}).problem(422, "body-invalid")
    ready.post(f"/sales/{back}/lines", {"code": MILK}).problem(404, "not-on-receipt")
    told = ready.post(f"/sales/{back}/tenders", {"type": "card"}).problem(409, "refund-tender-not-allowed")
    assert told["allowed"] == ["cash"]
    ready.get("/receipts/r1-1-000099/returnable").problem(404, "receipt-not-found")
    ready.get("/receipts/r2-1-000001/returnable").problem(409, "head-office-unreachable")


def test_a_plain_return_names_neither_receipt_nor_reason(ready: Till) -> None:
    back = ready.start(kind="return")
    ready.post(f"/sales/{back}/lines", {"code": MILK, "quantity": "100"}).must(201)
    ready.post(f"/sales/{back}/tenders", {"type": "card"}).must(201)
    assert ready.post(f"/sales/{back}/complete").must(200)["sale"]["totals"]["due"] == -12_900


def test_what_cannot_be_is_refused_with_its_code(ready: Till) -> None:
    sale = ready.start()
    ready.post(f"/sales/{sale}/tenders", {"type": "cash"}).problem(409, "nothing-to-pay")
    ready.scan(sale, MILK)
    ready.post(f"/sales/{sale}/complete").problem(409, "not-paid")
    ready.post(f"/sales/{sale}/tenders", {"type": "card", "amount": 130}).problem(409, "amount-too-large")
    ready.post(f"/sales/{sale}/tenders", {"type": "invoice"}).problem(409, "customer-required")
    ready.post(f"/sales/{sale}/tenders", {"type": "card", "amount": 0}).problem(422, "body-invalid")
    ready.post(f"/sales/{sale}/tenders", {"type": "card", "amount": -129}).problem(422, "body-invalid")
    ready.post(f"/sales/{sale}/tenders", {"type": "shells"}).problem(409, "tender-unknown")
    ready.post(f"/sales/{sale}/customer", {"customer": "C9"}).problem(404, "customer-not-found")
    ready.call("DELETE", f"/sales/{sale}/lines/9").problem(404, "line-not-found")
    ready.call("DELETE", f"/sales/{sale}/tenders/9").problem(404, "tender-not-found")
    ready.get("/sales/r1-1-000099").problem(404, "sale-not-found")
    ready.post("/sales/r1-1-000099/complete").problem(404, "sale-not-found")
    ready.get("/receipts/r1-1-000099").problem(404, "receipt-not-found")
    ready.get(f"/receipts/{sale}").problem(404, "receipt-not-found")
    ready.post("/shifts", {"opening_float": 0}).problem(409, "shift-open")
    ready.post("/sales", {"surprise": 1}).problem(422, "body-invalid")
    ready.call("PUT", "/sales", {}).problem(405, "method-not-allowed")
    ready.get("/nowhere").problem(404, "not-found")


def test_without_a_shift_nothing_is_sold(till: Till) -> None:
    till.sign_in()
    till.post("/sales", {}).problem(409, "no-open-shift")
    till.get("/shifts/current").problem(409, "no-open-shift")
    till.get("/shifts/99/report").problem(404, "shift-not-found")


def test_a_number_larger_than_any_column_is_merely_not_found(ready: Till) -> None:
    huge = "9" * 40
    ready.get(f"/shifts/{huge}/report").problem(404, "shift-not-found")
    sale = ready.start()
    ready.call("DELETE", f"/sales/{sale}/lines/{huge}").problem(404, "line-not-found")
    ready.call("DELETE", f"/sales/{sale}/tenders/{huge}").problem(404, "tender-not-found")


def test_special_tenders_are_refused_offline(ready: Till) -> None:
    ready.call("PUT", "/offline", {"offline": True, "reason": "linja poikki"}).must(200)
    sale = ready.start(customer="C1")
    ready.scan(sale, MILK)
    for tender in ("payroll", "bonus"):
        ready.post(f"/sales/{sale}/tenders", {"type": tender}).problem(409, "tender-not-available-offline")
    ready.pay(sale, "account")
    done = ready.post(f"/sales/{sale}/complete").must(200)
    assert done["sale"]["offline"] is True
    assert "*** OFFLINE ***" in done["receipt_text"]


def test_the_mode_is_told_and_online_needs_head_office(ready: Till) -> None:
    told = ready.call("PUT", "/offline", {"offline": True, "reason": "linja poikki"}).must(200)
    assert list(told) == [
        *("offline", "since", "reason", "by", "head_office_reachable", "queued_records", "queued_sales"),
        *("oldest_queued_at", "returning"),
    ]
    assert (told["offline"], told["by"], told["reason"], told["returning"]) == (True, "101", "linja poikki", None)
    ready.sold(MILK)
    ready.sold(MILK, training=True)
    after = ready.get("/offline").must(200)
    assert after["queued_sales"] == 1
    assert after["queued_records"] > told["queued_records"]
    ready.call("PUT", "/offline", {"offline": False}).problem(409, "head-office-unreachable")
    assert ready.get("/offline").must(200)["offline"] is True


def test_the_mode_survives_a_restart(serving: Callable[..., Till]) -> None:
    serving().ready().call("PUT", "/offline", {"offline": True}).must(200)
    assert serving().get("/offline").must(200)["offline"] is True


def test_parking_resuming_aborting_and_lists(ready: Till) -> None:
    sale = ready.start()
    ready.scan(sale, MILK)
    assert ready.post(f"/sales/{sale}/park").must(200)["state"] == "parked"
    ready.post(f"/sales/{sale}/lines", {"code": MILK}).problem(409, "sale-not-open")
    listed = ready.get("/sales?state=parked").must(200)
    assert ([one["id"] for one in listed["items"]], listed["next"]) == ([sale], None)
    assert ready.post(f"/sales/{sale}/resume").must(200)["state"] == "open"
    assert ready.post(f"/sales/{sale}/abort").must(200)["state"] == "aborted"
    assert [one["id"] for one in ready.get("/sales?state=aborted").must(200)["items"]] == [sale]
    ready.post(f"/sales/{sale}/complete").problem(409, "sale-not-open")
    done = [ready.sold(MILK)["receipt_no"] for _ in range(3)]
    day = ready.get("/shifts/current").must(200)["business_day"]
    page = ready.get(f"/sales?state=completed&business_day={day}&limit=2").must(200)
    assert ([one["id"] for one in page["items"]], page["next"]) == (done[:0:-1], done[1])
    rest = ready.get(f"/sales?state=completed&limit=2&after={page['next']}").must(200)
    assert ([one["id"] for one in rest["items"]], rest["next"]) == ([done[0]], None)
    ready.get("/sales?state=forgotten").problem(422, "query-invalid")


def test_a_copy_says_kopio(ready: Till) -> None:
    number = ready.sold(MILK)["receipt_no"]
    assert "*** KOPIO ***" in ready.post(f"/receipts/{number}/copy").must(201)["receipt_text"]


def test_articles_and_customers_are_looked_up(ready: Till) -> None:
    assert ready.get(f"/articles/{MILK}").must(200)["name"] == "Maito 1 l"
    found = ready.get("/articles?q=mai&limit=5").must(200)
    assert ([article["article_id"] for article in found["items"]], found["next"]) == (["A1"], None)
    assert ready.get("/customers?q=rak").must(200)["items"][0]["customer_id"] == "C1"
    assert ready.get("/customers/C1").must(200)["name"] == "Rakennus Oy"
    ready.get("/customers/C9").problem(404, "customer-not-found")
    ready.get("/articles?limit=0").problem(422, "query-invalid")
    ready.get("/articles?page=2").problem(422, "query-invalid")


def test_a_shift_from_open_to_z(ready: Till) -> None:
    ready.sold(MILK)
    assert ready.post("/cash-movements", {"kind": "in", "amount": 500, "reason": "vaihto"}).must(201)["amount"] == 500
    ready.post("/drawer/open", {"reason": "vaihto"}).must(201)
    x = ready.get("/shifts/current/report").must(200)
    assert (x["no"], x["total"], x["cash"]["expected"]) == (1, 129, 10_630)
    open_sale = ready.start()
    ready.scan(open_sale, MILK)
    body = {"counted": {"cash": 10_630, "denominations": {"2000": 5, "500": 1, "10": 13}}}
    ready.post("/shifts/current/close", body).problem(409, "sale-open")
    ready.post(f"/sales/{open_sale}/abort").must(200)
    z = ready.post("/shifts/current/close", body).must(200)
    assert (z["cash"]["difference"], z["counts"]["drawer_openings"]) == (0, 1)
    assert ready.get("/shifts/1/report").must(200) == z
    ready.post("/shifts/current/close", body).problem(409, "no-open-shift")
    ready.post("/cash-movements", {"kind": "sideways", "amount": 1, "reason": "x"}).problem(422, "body-invalid")


def test_reports_have_text_and_are_printed(ready: Till) -> None:
    assert "*** X-RAPORTTI ***" in ready.get("/shifts/current/report").must(200)["text"]
    assert "*** X REPORT ***" in ready.get("/shifts/current/report?language=en").must(200)["text"]
    ready.get("/shifts/current/report?language=la").problem(422, "query-invalid")
    first = ready.post("/shifts/current/report/print", key="p1").must(201)
    assert ready.post("/shifts/current/report/print", key="p1").must(201) == first
    ready.post("/shifts/1/report/print").problem(404, "shift-not-found")
    ready.post("/shifts/current/close", {"counted": {"cash": 10_000}}).must(200)
    printed = ready.post("/shifts/1/report/print", {"language": "sv"}).must(201)
    assert "*** Z-RAPPORT 1 ***" in printed["text"]
    ready.post("/shifts/current/report/print").problem(409, "no-open-shift")


def test_a_drawer_goes_from_shift_to_shift(ready: Till) -> None:
    assert ready.get("/shifts/next").must(200) == {"opening_float": None}
    too_much = {"counted": {"cash": 10_000}, "leave_in_drawer": 10_001}
    ready.post("/shifts/current/close", too_much).problem(409, "left-more-than-counted")
    strange = {"counted": {"cash": 300, "denominations": {"300": 1}}}
    ready.post("/shifts/current/close", strange).problem(422, "body-invalid")
    z = ready.post("/shifts/current/close", {"counted": {"cash": 10_000}, "leave_in_drawer": 4_000}).must(200)
    assert z["cash"]["dropped"] == 6_000
    assert ready.get("/shifts/next").must(200) == {"opening_float": 4_000}


def test_a_blind_count_over_the_wire(serving: Callable[..., Till]) -> None:
    till = serving(settings={"shift.blind_count": True, "shift.max_difference": 100}).ready()
    till.sold(MILK)
    assert "see-expected-cash" not in till.get("/session").must(200)["permissions"]
    x = till.get("/shifts/current/report").must(200)
    assert (x["blind"], x["cash"]["expected"], x["by_tender"]) == (True, None, None)
    body = {"counted": {"cash": 9_000}}
    problem = till.post("/shifts/current/close", body).problem(409, "difference-reason-required")
    assert "difference" not in problem
    till.sign_in("201")
    assert till.get("/shifts/current/report").must(200)["cash"]["expected"] == 10_130
    problem = till.post("/shifts/current/close", body).problem(409, "difference-reason-required")
    assert problem["difference"] == -1_130
    till.sign_in("101")
    z = till.post("/shifts/current/close", {**body, "reason": "rulla jäi laskematta"}).must(200)
    assert (z["cash"]["difference"], z["cash"]["reason"]) == (-1_130, "rulla jäi laskematta")


def test_receipts_in_other_languages_and_as_drafts(ready: Till) -> None:
    sale = ready.start()
    ready.scan(sale, MILK)
    draft = ready.get(f"/sales/{sale}/receipt-draft?language=sv").must(200)
    assert list(draft) == ["receipt_text"]
    assert "*** UTKAST – EJ KVITTO ***" in draft["receipt_text"]
    ready.get("/sales/r1-1-000099/receipt-draft").problem(404, "sale-not-found")
    ready.pay(sale, "cash")
    done = ready.post(f"/sales/{sale}/complete").must(200)
    assert done["qr"]["text"] == f"{sale}|{done['qr']['hash']}"
    ready.get(f"/sales/{sale}/receipt-draft").problem(409, "sale-not-open")
    assert ready.get(f"/receipts/{sale}").must(200)["qr"] == done["qr"]
    assert "TOTAL " in ready.get(f"/receipts/{sale}?language=en").must(200)["receipt_text"]
    assert "*** KOPIA ***" in ready.post(f"/receipts/{sale}/copy", {"language": "sv"}).must(201)["receipt_text"]
    ready.get(f"/receipts/{sale}?language=").problem(422, "query-invalid")


# -- bodies --------------------------------------------------------------------------------------------------------


def test_bodies_that_are_no_json_or_too_large(ready: Till) -> None:
    ready.post("/sales", b"kind=sale", Content_Type="application/x-www-form-urlencoded").problem(415, "not-json")
    ready.post("/sales", b"{").problem(422, "body-invalid")
    assert ready.post("/sales", b'{"kind":"sale","x":"' + b"x" * 70_000 + b'"}').status == 413


def test_a_whole_number_may_be_written_with_a_point(ready: Till) -> None:
    sale = ready.start()
    ready.scan(sale, MILK)
    view = ready.post(f"/sales/{sale}/tenders", b'{"type":"cash","amount":200.0}').must(201)
    assert view["tenders"][0]["amount"] == 200
    ready.post(f"/sales/{sale}/tenders", b'{"type":"cash","amount":200.5}').problem(422, "body-invalid")


# -- idempotency ---------------------------------------------------------------------------------------------------


def test_a_repeat_with_the_same_key_gets_the_first_answer_and_status(ready: Till) -> None:
    first = ready.post("/sales", {}, key="start")
    again = ready.post("/sales", {}, key="start")
    assert (again.status, again.body) == (first.status, first.body) == (201, first.body)
    sale = first.json["id"]
    line = ready.post(f"/sales/{sale}/lines", {"code": MILK}, key="line")
    assert ready.post(f"/sales/{sale}/lines", {"code": MILK}, key="line").body == line.body
    changed = ready.call("PATCH", f"/sales/{sale}/lines/1", {"quantity": "2"}, Idempotency_Key="patch")
    assert (
        ready.call("PATCH", f"/sales/{sale}/lines/1", {"quantity": "2"}, Idempotency_Key="patch").body == changed.body
    )
    ready.post(f"/sales/{sale}/tenders", {"type": "card"}, key="pay").must(201)
    ready.post(f"/sales/{sale}/tenders", {"type": "card"}, key="pay").must(201)
    done = ready.post(f"/sales/{sale}/complete", key="done")
    assert ready.post(f"/sales/{sale}/complete", key="done").body == done.body
    assert len(ready.get(f"/sales/{sale}").must(200)["tenders"]) == 1
    ready.post("/sales", {"kind": "return"}, key="start").problem(422, "idempotency-key-reused")


def test_a_repeat_after_a_restart_and_by_another_cashier_gets_the_first_answer(serving: Callable[..., Till]) -> None:
    """The scope of a key is the register, not the session."""
    till = serving().ready()
    sale = till.start()
    till.scan(sale, MILK)
    till.pay(sale, "cash")
    done = till.post(f"/sales/{sale}/complete", key="done")
    again = serving()
    again.sign_in("201")
    repeat = again.post(f"/sales/{sale}/complete", key="done")
    assert (repeat.status, repeat.body) == (done.status, done.body)
    assert len(again.get("/sales?state=completed").must(200)["items"]) == 1


@pytest.mark.parametrize("key", ["x" * 129, "ä"])
def test_a_key_that_is_none_is_422(ready: Till, key: str) -> None:
    ready.post("/sales", {}, key=key.encode().decode("latin-1")).problem(422, "body-invalid")
    assert ready.get("/sales").must(200)["items"] == []


def test_every_post_about_money_takes_a_key(ready: Till) -> None:
    paths = ready.get("/openapi.json").must(200)["paths"]
    for path, item in paths.items():
        for method in {"post", "patch"} & set(item):
            if path.split("/")[1] in ("sales", "shifts", "cash-movements", "receipts", "drawer"):
                assert "Idempotency-Key" in {parameter["name"] for parameter in item[method]["parameters"]}, path


# -- the journal behind it ---------------------------------------------------------------------------------------------


def test_the_register_journals_its_start_and_its_mode_as_the_format_says(tmp_path: Path) -> None:
    golden = json.loads((Path(__file__).parents[2] / "poscore" / "golden" / "records.json").read_text(encoding="utf-8"))
    register = a_register(enrolled(tmp_path))
    register.start()
    try:
        register.link.go_offline("101", "linja poikki")
        written = {record.type: record.body for record in register.desk.reader.between(1, 1)}
    finally:
        register.stop()
    for kind in ("register-started", "mode-changed"):
        assert set(written[kind]) == set(golden["bodies"][kind]), kind
    assert written["mode-changed"] == {"mode": "OFFLINE", "by": "101", "reason": "linja poikki"}


# -- scanned codes and ages ------------------------------------------------------------------------------------------


def test_a_digital_link_is_looked_up_with_its_slashes_and_sold(ready: Till) -> None:
    link = f"https://id.gs1.org/01/0{MILK}/10/L1?17=701231"
    found = ready.get(f"/articles/{quote(link, safe='')}").must(200)
    assert (found["article_id"], found["scan"]["lot"]["expires"]) == ("A1", "2070-12-31")
    sold = ready.scan(ready.start(), link)
    assert (sold["lines"][0]["code"], sold["notes"][0]["kind"]) == (link, "lot")
    ready.get(f"/articles/{quote('https://example.com/a//b', safe='')}").problem(422, "code-unreadable")


def test_a_code_that_is_no_article_is_a_problem_of_its_own(ready: Till) -> None:
    sale = ready.start()
    for code, status, problem in (
        ("9901234567899", 409, "code-is-coupon"),
        ("9801234567892", 409, "code-is-refund-receipt"),
        ("]C1nonsense", 422, "code-unreadable"),
    ):
        ready.post(f"/sales/{sale}/lines", {"code": code}).problem(status, problem)


def test_the_age_is_asked_answered_once_and_kept(ready: Till) -> None:
    sale = ready.start()
    assert ready.scan(sale, BEER)["asks"] == [{"kind": "age", "line": 1, "limit": 18, "ask_under": 30}]
    refused = ready.post(f"/sales/{sale}/tenders", {"type": "cash"}).problem(409, "age-check-required")
    assert refused["limit"] == 18
    ready.post(f"/sales/{sale}/age", {"confirmed": "yes"}).problem(422, "body-invalid")
    ready.post(f"/sales/{sale}/age", {"confirmed": True, "how": "guessed"}).problem(422, "body-invalid")
    first = ready.post(f"/sales/{sale}/age", {"confirmed": True, "how": "document"}, key="k1").must(200)
    assert first["asks"] == []
    assert ready.post(f"/sales/{sale}/age", {"confirmed": True, "how": "document"}, key="k1").must(200) == first
    ready.post(f"/sales/{sale}/age", {"confirmed": True}).problem(409, "age-check-not-asked")
    ready.pay(sale, "cash")


# -- promotions ----------------------------------------------------------------------------------------------------


def test_a_price_check_tells_what_is_offered_and_a_sale_what_was_given(serving: Callable[..., Till]) -> None:
    offer = APromotion("T", "multi-buy", ["A1"], 2, amount=200, name="2 kpl 2,00")
    till = serving(promotions=[offer]).ready()

    names = {"fi": "2 kpl 2,00", "sv": "2 kpl 2,00 sv", "en": "2 kpl 2,00 en"}
    terms = {"kind": "multi-buy", "count": 2, "amount": 200, "percent_bp": None, "max_times": None}
    assert till.get(f"/articles/{MILK}").must(200)["promotions"] == [{"promotion_id": "T", "names": names, **terms}]
    assert till.get(f"/articles/{COFFEE}").must(200)["promotions"] == []

    sale = till.post("/sales", {}).must(201)["id"]
    answer = till.post(f"/sales/{sale}/lines", {"code": MILK, "quantity": "2"}).must(201)
    given = [{"promotion_id": "T", "names": names, "amount": 58, "lines": [{"n": 1, "amount": 58}]}]
    assert answer["promotions"] == given
    assert till.get(f"/sales/{sale}").must(200)["promotions"] == given


def test_a_receipt_is_queued_as_a_file_and_by_mail_only_where_that_is_set_up(ready: Till) -> None:
    done = ready.sold(MILK)
    path = f"/receipts/{done['receipt_no']}/send"
    queued = ready.post(path, {"to": "file"}, key="s1").must(202)
    assert queued == {"receipt_no": done["receipt_no"], "to": "file", "state": "waiting"}
    ready.post(path, {"to": "email", "address": "a@example.fi"}).problem(409, "email-not-set-up")
    for wrong in (
        {"to": "email"},
        {"to": "file", "address": "a@example.fi"},
        {"to": "email", "address": "a@b\nCc: c@d"},
    ):
        ready.post(path, wrong).problem(422, "body-invalid")
    ready.post("/receipts/r1-1-000099/send", {"to": "file"}).problem(404, "receipt-not-found")
