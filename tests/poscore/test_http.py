"""The HTTP layer both services share: strict bodies, problems that say what to do, and an honest OpenAPI document."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import Annotated, Any, Literal

import jsonschema_rs
import pytest
from flask import Flask, Request, Response
from pydantic import BaseModel, Field
from schemathesis.specs.openapi.definitions import OPENAPI_31
from werkzeug.test import Client, TestResponse

from poscore.errors import Fault, PosError, Refused, Untrusted
from poscore.http import Answer, Api, Call, Model, Whole
from poscore.http.models import DecimalText, NonEmpty, Positive
from poscore.http.problems import STATUS_OF_CODE
from poscore.http.security import secure

SECRET = "secret-of-the-inside"
MAX_BODY_BYTES = 2_000


class Part(Model):
    amount: Whole


class Order(Model):
    name: NonEmpty
    amount: Whole
    pieces: Positive = 1
    quantity: DecimalText | None = None
    kind: Literal["in", "out"] = "in"
    parts: tuple[Part, ...] = ()
    by_name: dict[str, Whole] | None = None


class Optional(Model):
    reason: str | None = None


class Page(Model):
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    after: str | None = None


class Told(Model):
    told: str


def an_app() -> Client:
    app = Flask("test")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    secure(app)
    api = Api(app, "A service", "1.2.3", {"session": guard})

    @api.route("POST", "/orders", body=Order, ok={201: Order}, idempotent=True)
    def make_order(call: Call) -> Answer:
        """Make an order.

        More that OpenAPI need not say.
        """
        key = call.idempotency
        headers = {"Location": "/orders/1"} | ({"X-Key": key.key, "X-Print": key.fingerprint.hex()} if key else {})
        return Answer(call.body, 201, headers)

    @api.route("POST", "/notes", body=Optional, ok={200: None})
    def note(call: Call) -> dict[str, Any]:
        return {"reason": call.body.reason}

    @api.route("GET", "/orders", query=Page, ok={200: None})
    def orders(call: Call) -> dict[str, Any]:
        """Orders, page by page."""
        return {"limit": call.query.limit, "after": call.query.after}

    @api.route("GET", "/orders/<int:n>/<name>", access="session", ok={200: Told}, problems=(404,))
    def order(call: Call, n: int, name: str) -> Model:
        """One order."""
        return Told(told=f"{call.caller} {n} {name}")

    @api.route("GET", "/raw", ok={200: None})
    def raw(_: Call) -> Answer:
        return Answer(b'{"already":"json"}')

    @api.route("GET", "/picture", ok={200: None})
    def picture(_: Call) -> Response:
        return Response(b"\x89PNG", mimetype="image/png", headers={"Cache-Control": "max-age=60"})

    @api.route("GET", "/raise/<kind>", ok={200: None})
    def fail(_: Call, kind: str) -> None:
        raise ERRORS[kind]

    return Client(app)


def guard(request: Request) -> str:
    if "Authorization" not in request.headers:
        raise Refused("session-required", "sign in first")
    return "Matti"


class _Model(BaseModel):
    x: int


def a_validation_error() -> Exception:
    try:
        _Model.model_validate({"x": SECRET})
    except ValueError as error:
        return error
    raise AssertionError


ERRORS: dict[str, Exception] = {
    "refused": Refused("not-paid", "2.50 is still to be paid", "Take the money.", left=250),
    "untrusted": Untrusted("damaged", "do not use this"),
    "fault": Fault("broken", "the disk is full"),
    "locked": Refused("locked-out", "wait", retry_after=300),
    "unexpected": KeyError(SECRET),
    "inside": a_validation_error(),
}


@pytest.fixture
def client() -> Client:
    return an_app()


def problem(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    """The body of a problem, once it is one: RFC 9457 with our members."""
    assert response.status_code == status, response.text
    assert response.mimetype == "application/problem+json"
    body: dict[str, Any] = json.loads(response.data)
    assert {"type", "title", "status", "detail", "code", "hint"} <= set(body)
    assert (body["status"], body["code"]) == (status, code)
    assert body["title"] == HTTPStatus(status).phrase
    assert body["type"] == f"urn:offline-kassa:problem:{code}"
    assert body["detail"]
    return body


def post(client: Client, body: Any, **options: Any) -> TestResponse:
    return client.post("/orders", json=body, **options)


ORDER = {"name": "pulla", "amount": 674}


# -- bodies --------------------------------------------------------------------------------------------------------


def test_a_good_body_is_answered_as_the_route_says(client: Client) -> None:
    response = post(client, ORDER)
    assert response.status_code == 201
    assert response.mimetype == "application/json"
    assert response.headers["Location"] == "/orders/1"
    assert response.json == {
        **ORDER,
        "pieces": 1,
        "quantity": None,
        "kind": "in",
        "parts": [],
        "by_name": None,
    }


@pytest.mark.parametrize("text", ["674.0", "6.74e2", "674"])
def test_a_whole_number_is_whole_however_json_writes_it(client: Client, text: str) -> None:
    body = f'{{"name":"pulla","amount":{text}}}'
    response = client.post("/orders", data=body, content_type="application/json")
    assert response.status_code == 201
    assert response.json is not None
    assert response.json["amount"] == 674


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"amount": 674.5}, "/amount"),
        ({"amount": "674"}, "/amount"),
        ({"amount": True}, "/amount"),
        ({"amount": None}, "/amount"),
        ({"amount": -1}, "/amount"),
        ({"amount": 9_000_000_000_000_01}, "/amount"),
        ({"amount": 1e300}, "/amount"),
        ({"pieces": 0}, "/pieces"),
        ({"name": ""}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"name": 5}, "/name"),
        ({"quantity": "two"}, "/quantity"),
        ({"quantity": 2}, "/quantity"),
        ({"quantity": "2\n"}, "/quantity"),
        ({"kind": "sideways"}, "/kind"),
        ({"surprise": 1}, "/surprise"),
        ({"a/b~c": 1}, "/a~1b~0c"),
        ({"parts": [{"amount": 1}, {"amount": -1}]}, "/parts/1/amount"),
        ({"parts": [{"amount": 1, "more": 1}]}, "/parts/0/more"),
        ({"by_name": {"a/b": -1}}, "/by_name/a~1b"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_body_that_does_not_fit_is_422_with_a_pointer_to_what(
    client: Client, changes: dict[str, Any], pointer: str
) -> None:
    body = problem(post(client, {**ORDER, **changes}), 422, "body-invalid")
    assert [error["pointer"] for error in body["errors"]] == [pointer]
    assert all(set(error) == {"pointer", "message"} and error["message"] for error in body["errors"])
    assert pointer in body["detail"]


def test_every_wrong_field_is_named(client: Client) -> None:
    body = problem(post(client, {"amount": -1, "surprise": 1}), 422, "body-invalid")
    assert {error["pointer"] for error in body["errors"]} == {"/name", "/amount", "/surprise"}


@pytest.mark.parametrize(
    "data", [b"{", b"", b"null", b"[]", b'"x"', b"\xff\xfe", b'{"name":"\\ud800","amount":1}', b"[" * 1500]
)
def test_a_body_that_is_no_object_is_422(client: Client, data: bytes) -> None:
    response = client.post("/orders", data=data, content_type="application/json")
    assert problem(response, 422, "body-invalid")["errors"]


@pytest.mark.parametrize("mimetype", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""])
def test_a_body_of_another_type_is_415(client: Client, mimetype: str) -> None:
    response = client.post("/orders", data=json.dumps(ORDER), content_type=mimetype)
    problem(response, 415, "not-json")


def test_the_type_may_name_its_characters(client: Client) -> None:
    response = client.post("/orders", data=json.dumps(ORDER), content_type="application/json; charset=utf-8")
    assert response.status_code == 201


def test_a_body_that_is_too_large_is_413(client: Client) -> None:
    problem(post(client, {**ORDER, "name": "x" * MAX_BODY_BYTES}), 413, "too-large")


def test_a_body_of_which_everything_is_optional_may_be_left_away(client: Client) -> None:
    assert client.post("/notes").json == {"reason": None}
    assert client.post("/notes", json={}).json == {"reason": None}


# -- queries -------------------------------------------------------------------------------------------------------


def test_a_query_is_read_from_its_texts(client: Client) -> None:
    assert client.get("/orders?limit=5&after=x").json == {"limit": 5, "after": "x"}
    assert client.get("/orders").json == {"limit": 20, "after": None}


@pytest.mark.parametrize(
    ("query", "pointer"), [("limit=0", "/limit"), ("limit=x", "/limit"), ("limit=", "/limit"), ("lmit=5", "/lmit")]
)
def test_a_query_that_does_not_fit_is_422(client: Client, query: str, pointer: str) -> None:
    body = problem(client.get(f"/orders?{query}"), 422, "query-invalid")
    assert [error["pointer"] for error in body["errors"]] == [pointer]


# -- idempotency keys --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["k", "x" * 128, "9f8c2a54-9d4c-4f39-8a3e-5f6f1f1d0c11", "a b!~"])
def test_an_idempotency_key_is_up_to_128_printable_characters(client: Client, key: str) -> None:
    assert post(client, ORDER, headers={"Idempotency-Key": key}).headers["X-Key"] == key


@pytest.mark.parametrize("key", ["", "x" * 129, "ä", "tab\there", "\x7f"])
def test_anything_else_is_no_key(client: Client, key: str) -> None:
    problem(post(client, ORDER, headers={"Idempotency-Key": key}), 422, "body-invalid")


def test_without_a_key_there_is_none(client: Client) -> None:
    assert "X-Key" not in post(client, ORDER).headers


def test_the_fingerprint_is_of_method_path_and_body(client: Client) -> None:
    def print_of(body: Any, key: str = "k") -> str:
        return post(client, body, headers={"Idempotency-Key": key}).headers["X-Print"]

    assert print_of(ORDER) == print_of(ORDER, "another key")
    assert print_of(ORDER) != print_of({**ORDER, "amount": 675})


# -- errors --------------------------------------------------------------------------------------------------------


def test_a_refusal_is_a_problem_with_all_that_it_carries(client: Client) -> None:
    body = problem(client.get("/raise/refused"), 409, "not-paid")
    assert (body["detail"], body["hint"], body["left"]) == ("2.50 is still to be paid", "Take the money.", 250)


def test_each_error_has_the_status_of_its_kind_unless_its_code_has_one(client: Client) -> None:
    problem(client.get("/raise/untrusted"), 422, "damaged")
    problem(client.get("/raise/fault"), 503, "broken")
    response = client.get("/raise/locked")
    problem(response, 429, "locked-out")
    assert response.headers["Retry-After"] == "300"


def test_an_error_in_a_guard_is_a_problem_too(client: Client) -> None:
    problem(client.get("/orders/1/x"), 401, "session-required")
    assert client.get("/orders/1/x", headers={"Authorization": "x"}).json == {"told": "Matti 1 x"}


def test_a_caller_who_may_not_is_told_so_before_the_body_is_read() -> None:
    app = Flask("test")
    api = Api(app, "A service", "1", {"session": guard})

    @api.route("POST", "/orders", access="session", body=Order, ok={201: None})
    def make_order(_: Call) -> None:
        raise AssertionError

    problem(Client(app).post("/orders", data=b"{"), 401, "session-required")


@pytest.mark.parametrize("kind", ["unexpected", "inside"])
def test_what_nobody_expected_is_500_and_says_nothing_of_the_inside(
    client: Client, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "offline-kassa.http"):
        response = client.get(f"/raise/{kind}")
    assert problem(response, 500, "internal")["hint"]
    assert SECRET not in response.text
    assert "Traceback" not in response.text
    assert SECRET in caplog.text  # the log has what the answer has not


def test_an_unknown_path_is_404(client: Client) -> None:
    problem(client.get("/nowhere"), 404, "not-found")


def test_another_method_is_405_and_says_which_are_allowed(client: Client) -> None:
    response = client.put("/orders", json=ORDER)
    problem(response, 405, "method-not-allowed")
    assert {"GET", "POST"} <= {method.strip() for method in response.headers["Allow"].split(",")}


@pytest.mark.parametrize(
    ("code", "status"),
    [
        *[("session-required", 401), ("pin-wrong", 401), ("locked-out", 429), ("permission-missing", 403)],
        *[("no-snapshot", 503), ("no-open-shift", 409), ("shift-open", 409), ("sale-not-open", 409), ("not-paid", 409)],
        *[("nothing-to-pay", 409), ("customer-required", 409), ("amount-too-large", 409), ("sale-not-found", 404)],
        *[("receipt-not-found", 404), ("body-invalid", 422), ("not-json", 415), ("too-large", 413), ("token", 401)],
        *[("article-not-found", 404), ("article-ambiguous", 409), ("tender-not-available-offline", 409)],
        *[("idempotency-key-reused", 422), ("head-office-unreachable", 409), ("head-office-refused", 409)],
        *[("rollback", 409), ("clock", 409), ("not-for-me", 409), ("space", 409), ("busy", 409)],
    ],
)
def test_the_codes_of_interfaces_have_their_statuses(code: str, status: int) -> None:
    assert STATUS_OF_CODE.get(code, 409) == status


@pytest.mark.parametrize("code", ["signature", "expired", "mix", "damaged"])
def test_a_bundle_that_is_not_sound_is_422(code: str) -> None:
    from poscore.http.problems import status_of

    assert status_of(Untrusted(code)) == 422


@pytest.mark.parametrize("code", sorted(STATUS_OF_CODE))
def test_every_status_has_a_title(code: str) -> None:
    assert HTTPStatus(STATUS_OF_CODE[code]).phrase


# -- headers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/raw", "/nowhere", "/raise/unexpected", "/openapi.json"])
def test_every_answer_carries_the_security_headers(client: Client, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "require-trusted-types-for 'script'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


def test_an_answer_that_is_json_already_goes_out_as_it_is(client: Client) -> None:
    response = client.get("/raw")
    assert (response.data, response.mimetype) == (b'{"already":"json"}', "application/json")


def test_a_response_is_left_alone(client: Client) -> None:
    response = client.get("/picture")
    assert (response.mimetype, response.headers["Cache-Control"]) == ("image/png", "max-age=60")


# -- OpenAPI -------------------------------------------------------------------------------------------------------


@pytest.fixture
def described(client: Client) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(client.get("/openapi.json").data)
    return document


def test_the_document_is_valid_openapi_31(described: dict[str, Any]) -> None:
    validator = jsonschema_rs.validator_for(OPENAPI_31)
    assert [error.message for error in validator.iter_errors(described)] == []
    assert described["openapi"] == "3.1.0"
    assert described["info"] == {"title": "A service", "version": "1.2.3"}


def test_every_reference_of_the_document_leads_somewhere(described: dict[str, Any]) -> None:
    names = described["components"]["schemas"]
    for text in json.dumps(described).split('"$ref": "')[1:]:
        assert text.partition('"')[0].rpartition("/")[2] in names


def test_the_document_says_what_the_routes_take_and_answer(described: dict[str, Any]) -> None:
    paths = described["paths"]
    assert set(paths) == {"/orders", "/notes", "/orders/{n}/{name}", "/raw", "/picture", "/raise/{kind}"}
    making, looking, one = paths["/orders"]["post"], paths["/orders"]["get"], paths["/orders/{n}/{name}"]["get"]
    assert making["summary"] == "Make an order."
    assert set(making["responses"]) == {"201", "415", "422"}
    assert making["requestBody"]["required"] is True
    assert [parameter["name"] for parameter in making["parameters"]] == ["Idempotency-Key"]
    assert paths["/notes"]["post"]["requestBody"]["required"] is False
    assert [(p["name"], p["in"], p["required"]) for p in looking["parameters"]] == [
        ("limit", "query", False),
        ("after", "query", False),
    ]
    assert [(p["name"], p["in"], p["schema"]["type"]) for p in one["parameters"]] == [
        ("n", "path", "integer"),
        ("name", "path", "string"),
    ]
    assert set(one["responses"]) == {"200", "401", "404"}
    assert one["security"] == [{"bearer": []}]
    assert "security" not in making


def test_a_minimum_survives_into_the_document(described: dict[str, Any]) -> None:
    amount = described["components"]["schemas"]["Order"]["properties"]["amount"]
    assert (amount["type"], amount["minimum"]) == ("integer", 0)
    assert described["components"]["schemas"]["Order"]["additionalProperties"] is False


def test_a_document_of_open_routes_speaks_of_no_tokens() -> None:
    app = Flask("test")
    api = Api(app, "Open", "1")

    @api.route("GET", "/livez", ok={200: None})
    def alive(_: Call) -> None:
        raise AssertionError

    assert "securitySchemes" not in api.openapi()["components"]


def test_every_known_code_is_a_kebab_case_word() -> None:
    assert all(code == code.lower() and " " not in code and "_" not in code for code in STATUS_OF_CODE)
    assert isinstance(ERRORS["refused"], PosError)
