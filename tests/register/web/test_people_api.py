"""People over HTTP: leave by another PIN, the own PIN, the lock, training, reasons, prices and comments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.register.web.conftest import PIN, Till
from tests.support.builders import COLA, MILK


@pytest.fixture
def ready(till: Till) -> Till:
    return till.ready()


def leave(till: Till, permission: str, cashier: str = "301") -> str:
    body = {"cashier": cashier, "pin": PIN, "permission": permission}
    told = till.post("/session/override", body).must(201)
    assert (told["permission"], told["by"], told["expires_in_s"]) == (permission, cashier, 60)
    token: str = told["token"]
    return token


def test_the_problem_names_the_permission_and_a_managers_pin_passes_once(ready: Till) -> None:
    sale = ready.start()
    ready.scan(sale, MILK)
    path, body = f"/sales/{sale}/discounts", {"percent": "50", "reason": "damaged"}
    missing = ready.post(path, body, key="d1").problem(403, "permission-missing")
    assert missing["permission"] == "discount-over-limit"
    token = leave(ready, missing["permission"])
    view = ready.post(path, body, key="d1", Override=token).must(201)
    assert view["discounts"] == [{"n": 1, "line": None, "percent": "50", "amount": None, "reason": "damaged"}]
    again = ready.post(path, {**body, "percent": "60"}, key="d2", Override=token)
    assert again.problem(403, "permission-missing")["permission"] == "discount-over-limit"
    view = ready.call("DELETE", f"/sales/{sale}/discounts/1").must(200)
    assert view["discounts"] == []
    ready.call("DELETE", f"/sales/{sale}/discounts/1").problem(404, "discount-not-found")


def test_a_retry_after_a_kill_needs_no_other_pin(serving: Callable[..., Till]) -> None:
    till = serving().ready()
    sale = till.start()
    till.scan(sale, MILK)
    path, body = f"/sales/{sale}/lines/1", {"unit_price": 100, "reason": "agreed", "quantity": "2"}
    till.call("PATCH", path, body, Idempotency_Key="p").problem(403, "permission-missing")
    token = leave(till, "price-override", "201")
    first = till.call("PATCH", path, body, Idempotency_Key="p", Override=token).must(200)
    assert first["lines"][0]["total"] == 200
    assert first["notes"][0]["about"] == {"before": 129, "after": 100, "reason": "agreed", "by": "101"}

    again = serving()
    again.sign_in()
    assert again.call("PATCH", path, body, Idempotency_Key="p", Override=token).must(200) == first
    again.call("PATCH", path, body, Idempotency_Key="q", Override=token).problem(403, "permission-missing")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "body-invalid"),
        ({"unit_price": 100}, 422, "body-invalid"),
        ({"reason": "agreed"}, 422, "body-invalid"),
        ({"quantity": "2", "reason": "agreed"}, 422, "body-invalid"),
        ({"unit_price": -1, "reason": "agreed"}, 422, "body-invalid"),
        ({"unit_price": 19, "reason": "agreed"}, 409, "price-below-deposit"),
    ],
)
def test_a_line_is_changed_by_quantity_or_by_a_price_with_its_reason(
    till: Till, body: dict[str, Any], status: int, code: str
) -> None:
    till.sign_in("301")
    till.post("/shifts", {"opening_float": 0}).must(201)
    sale = till.start()
    till.scan(sale, COLA)
    till.call("PATCH", f"/sales/{sale}/lines/1", body).problem(status, code)


def test_a_comment_is_on_the_receipt(ready: Till) -> None:
    sale = ready.start()
    ready.scan(sale, MILK)
    ready.post(f"/sales/{sale}/comments", {"line": 1, "text": "Lahjapaketti"}, key="c").must(201)
    ready.post(f"/sales/{sale}/comments", {"text": "x\u0007"}).problem(422, "body-invalid")
    ready.post(f"/sales/{sale}/comments", {"line": 9, "text": "x"}).problem(404, "line-not-found")
    ready.pay(sale, "cash")
    assert "  Lahjapaketti\n" in ready.post(f"/sales/{sale}/complete").must(200)["receipt_text"]


def test_leave_is_not_given_by_a_wrong_pin_nor_by_whoever_may_not(ready: Till) -> None:
    def ask(**changed: str) -> Any:
        return ready.post("/session/override", {"cashier": "301", "pin": PIN, "permission": "no-sale", **changed})

    ask(pin="9999").problem(401, "pin-wrong")
    ask(cashier="901").problem(403, "permission-missing")
    ask(permission="sell").problem(422, "permission-unknown")
    for _ in range(3):
        ask(pin="9999").problem(401, "pin-wrong")
    ask(pin="9999").problem(429, "locked-out")


def test_a_pin_is_changed_and_holds_after_a_restart(serving: Callable[..., Till]) -> None:
    till = serving()
    till.sign_in()
    till.post("/session/pin", {"old": PIN, "new": "1111"}).problem(422, "pin-weak")
    till.post("/session/pin", {"old": PIN, "new": "47"}).problem(422, "pin-invalid")
    till.post("/session/pin", {"old": "9999", "new": "4711"}).problem(401, "pin-wrong")
    assert till.post("/session/pin", {"old": PIN, "new": "4711"}).must(200)["cashier"] == "101"
    again = serving()
    again.post("/session", {"cashier": "101", "pin": PIN}).problem(401, "pin-wrong")
    assert again.sign_in(pin="4711")["cashier"] == "101"
    assert again.sign_in("201")["cashier"] == "201"


def test_unlocking_takes_the_token_and_the_pin(ready: Till) -> None:
    assert ready.post("/session/unlock", {"pin": PIN}).must(200)["cashier"] == "101"
    ready.post("/session/unlock", {"pin": "9999"}).problem(401, "pin-wrong")
    ready.post("/session/unlock", {"pin": PIN}, Authorization=None).problem(401, "session-required")


def test_training_is_the_sessions_and_what_it_starts(ready: Till) -> None:
    real = ready.start()
    assert ready.call("PUT", "/session/training", {"on": True}).must(200)["training"] is True
    assert ready.get("/session").must(200)["training"] is True
    assert ready.post("/sales", {}).must(201)["training"] is True
    ready.post("/sales", {"training": False}).problem(409, "training-mixed")
    ready.post(f"/sales/{real}/lines", {"code": MILK}).problem(409, "training-mixed")
    ready.post("/drawer/open", {"reason": "x"}).problem(409, "training-on")
    ready.call("PUT", "/session/training", {"on": False}).must(200)
    assert ready.post("/sales", {}).must(201)["training"] is False


@pytest.mark.parametrize("purpose", ["discount", "price", "void", "return", "drawer", "cash"])
def test_the_screen_gets_the_reasons_in_three_languages(ready: Till, purpose: str) -> None:
    told = ready.get(f"/reasons?for={purpose}").must(200)
    assert told["next"] is None
    assert told["free_text"] is True
    assert all(one["reason"] and one["texts"].keys() == {"fi", "sv", "en"} for one in told["items"])
    assert told["items"]


def test_there_are_no_reasons_for_love(ready: Till) -> None:
    ready.get("/reasons?for=love").problem(422, "query-invalid")
    ready.get("/reasons").problem(422, "query-invalid")


def test_reports_take_their_permission(serving: Callable[..., Till]) -> None:
    till = serving(settings={"people.permissions": {"cashier": ["sell", "shift"]}}).ready()
    assert till.get("/shifts/current/report").problem(403, "permission-missing")["permission"] == "report-x"
    assert till.get("/shifts/1/report").problem(403, "permission-missing")["permission"] == "report-z"
