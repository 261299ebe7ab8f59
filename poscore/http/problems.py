"""Errors as RFC 9457 problems: one status for each stable code."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import orjson
from flask import Response
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from poscore.errors import Fault, PosError, Refused, Untrusted

MIMETYPE = "application/problem+json"

# A code not named here has its class's status: Refused 409, Untrusted 422, Fault 503.
STATUS_OF_CODE = {
    "session-required": 401,
    "session-locked": 401,
    "pin-wrong": 401,
    "token": 401,
    "clock-token": 401,
    "locked-out": 429,
    "too-many-requests": 429,
    "permission-missing": 403,
    "origin-refused": 403,
    "host-refused": 421,
    "no-snapshot": 503,
    "sale-not-found": 404,
    "receipt-not-found": 404,
    "article-not-found": 404,
    "customer-not-found": 404,
    "line-not-found": 404,
    "not-on-receipt": 404,
    "tender-not-found": 404,
    "discount-not-found": 404,
    "shift-not-found": 404,
    "snapshot-not-found": 404,
    "store-not-found": 404,
    "account-not-found": 404,
    "authorization-not-found": 404,
    "ledger-unknown": 404,
    "register-not-found": 404,
    "rollout-not-found": 404,
    "posting-run-not-found": 404,
    "invoice-not-found": 404,
    "quarantine-not-found": 404,
    "incident-not-found": 404,
    "repair-invalid": 422,
    "report-unknown": 404,
    "period-invalid": 422,
    "not-acceptable": 406,
    "code-unknown": 404,
    "code-wrong": 401,
    "code-tries": 429,
    "not-found": 404,
    "body-invalid": 422,
    "query-invalid": 422,
    "quantity-invalid": 422,
    "code-unreadable": 422,
    "amount-invalid": 422,
    "day-invalid": 422,
    "instant-invalid": 422,
    "id-invalid": 422,
    "receipt-no-invalid": 422,
    "reason-required": 422,
    "reference-required": 422,
    "pin-invalid": 422,
    "pin-weak": 422,
    "permission-unknown": 422,
    "entry-invalid": 422,
    "reason-unknown": 422,
    "idempotency-key-reused": 422,
    "not-json": 415,
    "encoding-unknown": 415,
    "too-large": 413,
    "precondition-failed": 412,
    "precondition-required": 428,
    # a bundle that is sound but not for now (409), or not sound (422)
    "rollback": 409,
    "clock": 409,
    "not-for-me": 409,
    "space": 409,
    "busy": 409,
}
_STATUS_OF_CLASS: tuple[tuple[type[PosError], int], ...] = ((Refused, 409), (Untrusted, 422), (Fault, 503))


def status_of(error: PosError) -> int:
    of_class = next(status for kind, status in _STATUS_OF_CLASS if isinstance(error, kind))
    return STATUS_OF_CODE.get(error.code, of_class)


def problem(status: int, code: str, detail: str, hint: str | None = None, **extra: Any) -> Response:
    """A problem answer. `retry_after` in `extra` (whole seconds) also becomes the Retry-After header."""
    body: dict[str, Any] = {
        "type": f"urn:offline-kassa:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "hint": hint,
        **extra,
    }
    response = Response(orjson.dumps(body), status, mimetype=MIMETYPE)
    if "retry_after" in extra:
        response.headers["Retry-After"] = str(extra["retry_after"])
    return response


def of_pos_error(error: PosError) -> Response:
    return problem(status_of(error), error.code, error.detail, error.hint, **error.extra)


def of_validation(error: ValidationError, code: str = "body-invalid") -> Response:
    errors = [
        {"pointer": "".join(f"/{_escaped(part)}" for part in item["loc"]), "message": item["msg"]}
        for item in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    what = "; ".join(f"{e['pointer'] or '/'}: {e['message']}" for e in errors[:3])
    return problem(422, code, f"the request does not fit: {what}", errors=errors)


def _escaped(part: int | str) -> str:
    """One step of a JSON Pointer (RFC 6901)."""
    return str(part).replace("~", "~0").replace("/", "~1")


def of_http(error: HTTPException) -> Response:
    """Werkzeug's own refusals (404, 405, 413 …), keeping headers such as Allow."""
    status = error.code or 500
    code = {413: "too-large", 415: "not-json"}.get(status, (error.name or "error").lower().replace(" ", "-"))
    response = problem(status, code, error.description or error.name)
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response
