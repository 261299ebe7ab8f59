"""Whatever may be sent to head office is answered as its OpenAPI document says, and never with a 500."""

from __future__ import annotations

import json
from collections.abc import Iterator
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

from tests.support.offices import Site, new_site
from tests.support.returning import Returning

AT = "http://127.0.0.1"
FEW = settings(max_examples=12, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
CHECKS = [
    schemathesis.checks.not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Returning]]:
    """An office that has something to show: sales, training, something set aside, an incident, a published bundle."""
    site = new_site(tmp_path_factory.mktemp("site"))
    till = site.enrol()
    till.sell(500)
    till.sell(300, customer="c-404")
    till.sell(100, training=True)
    site.bring_home(till)
    till.write("note", {}, prev_hash="0" * 64)
    site.bring_home(till)
    site.check_in(till)
    site.office.publisher.publish("s1", site.clock())
    yield site, till
    site.office.close()


def token(site: Site, till: Returning, case: Any) -> str:
    """What the call needs to be let in: a register's calls are signed over the very body."""
    of_registers = ("/check-in", "/journal", "/bundle", "/claims", "/release", "/{receipt_no}")
    if not case.path.endswith(of_registers) and not case.path.startswith("/api/authorizations"):
        return site.token
    if "register" in case.path_parameters:
        case.path_parameters["register"] = "r1"
    body = json.dumps(case.body).encode() if isinstance(case.body, dict | list) else b""
    return till.token(body, site.office.office_id, site.clock())


def test_any_request_is_answered_as_the_document_says(shop: tuple[Site, Returning]) -> None:
    site, till = shop
    schema = schemathesis.openapi.from_wsgi("/openapi.json", site.client.application, base_url=AT)
    operations: Any = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]
    let_in = set()
    for operation in operations:

        @FEW
        @given(case=operation.as_strategy())
        def check(case: Any) -> None:
            headers = {**(case.headers or {}), "Authorization": f"Bearer {token(site, till, case)}"}
            response = case.call(headers=headers)
            case.validate_response(response, checks=CHECKS)
            if response.status_code not in (401, 415):
                let_in.add(case.path)
            if response.status_code >= 400:
                body = json.loads(response.content)
                assert body["status"] == response.status_code
                assert {"type", "title", "detail", "code"} <= set(body)

        check()
    assert let_in == {operation.path for operation in operations}, "every route was reached behind its guard"


def test_the_document_is_valid(shop: tuple[Site, Returning]) -> None:
    document = shop[0].client.get("/openapi.json").get_json()
    assert [error.message for error in jsonschema_rs.validator_for(OPENAPI_31).iter_errors(document)] == []
