"""Whatever may be sent to the till app is answered as its OpenAPI document says, and never with a 500."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.definitions import OPENAPI_31

from register_svc.web.till_app import build_till_app
from tests.register.web.conftest import a_register, enrolled
from tests.support.builders import MILK

AT = "http://127.0.0.1"
# One folder for the whole module, so that a few examples for each of forty operations take seconds.
FEW = settings(max_examples=4, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
CHECKS = [
    schemathesis.checks.not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    directory: Path = enrolled(tmp_path_factory.mktemp("register"))
    register = a_register(directory)
    flask_app, _ = build_till_app(register)
    yield flask_app
    register.stop()


def signed_in(app: Any) -> dict[str, str]:
    """A manager's headers. Signing in anew costs 24 ms, and the example before may have signed out or been locked."""
    register = app.extensions.get("test-session")
    client = app.test_client()
    if register is None or client.get("/session", headers=register, base_url=AT).status_code != 200:
        body = {"cashier": "301", "pin": "1234"}
        told = client.post("/session", json=body, base_url=AT).get_json()
        app.extensions["test-session"] = {"Authorization": f"Bearer {told['token']}"}
    headers: dict[str, str] = app.extensions["test-session"]
    return headers


def known(app: Any, headers: dict[str, str], asked: dict[str, Any]) -> dict[str, Any]:
    """A shift is open, and what the path names is there: an open sale with a line, and a receipt."""
    client, at = app.test_client(), {"headers": headers, "base_url": AT}
    client.put("/session/training", json={"on": False}, **at)
    client.post("/shifts", json={"opening_float": 0}, **at)
    if "receipt_no" in asked:
        return {"receipt_no": a_sale(client, at, completed=True)}
    return {name: a_sale(client, at) if name == "id" else 1 for name in asked}


def a_sale(client: Any, at: dict[str, Any], *, completed: bool = False) -> str:
    sale: str = client.post("/sales", json={}, **at).get_json()["id"]
    client.post(f"/sales/{sale}/lines", json={"code": MILK}, **at)
    if completed:
        client.post(f"/sales/{sale}/tenders", json={"type": "cash"}, **at)
        client.post(f"/sales/{sale}/complete", json={}, **at)
    return sale


def test_any_request_is_answered_as_the_document_says(app: Any) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app, base_url=AT)
    operations: Any = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]
    for operation in operations:

        @FEW
        @given(case=operation.as_strategy())
        def check(case: Any) -> None:
            headers = signed_in(app)
            if case.path.startswith(("/sales", "/receipts", "/drawer", "/cash-movements")):
                case.path_parameters |= known(app, headers, case.path_parameters)
            response = case.call(headers={**(case.headers or {}), **headers})
            case.validate_response(response, checks=CHECKS)
            if response.status_code >= 400:
                body = json.loads(response.content)
                assert body["status"] == response.status_code
                assert {"type", "title", "detail", "code"} <= set(body)

        check()


def test_the_document_is_valid(app: Any) -> None:
    document = app.test_client().get("/openapi.json", base_url=AT).get_json()
    assert [error.message for error in jsonschema_rs.validator_for(OPENAPI_31).iter_errors(document)] == []
    assert len(document["paths"]) > 20
