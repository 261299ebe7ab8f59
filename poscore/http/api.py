"""Typed functions as routes, and OpenAPI 3.1 written from the same declarations.

- A route parses, calls one function, answers; whatever it raises becomes a problem.
- A body is read by a strict pydantic model straight from the bytes; unknown fields are refused.
- `access` names the guard that says who calls; a guard raises or returns the caller.

    @api.route("POST", "/sales/<id>/tenders", access="session", body=AddTender, ok={201: SaleView}, idempotent=True)
    def add_tender(call: Call, id: str) -> Answer: ...
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Flask, Request, Response, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException

from poscore.errors import PosError, Refused
from poscore.http import openapi, problems
from poscore.idempotency import Idempotency

_LOG = logging.getLogger("offline-kassa.http")
_JSON = "application/json"
Guard = Callable[[Request], Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One parsed request. `body` and `query` are instances of the models that the route names."""

    caller: Any
    body: Any
    query: Any
    idempotency: Idempotency | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes out: `content` is JSON values, a model, or bytes that are JSON already."""

    content: Any
    status: int = 200
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """A declared route, kept for OpenAPI."""

    method: str
    rule: str
    summary: str
    access: str
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    ok: Mapping[int, type[BaseModel] | None]
    problems: Sequence[int]
    idempotent: bool


class Api:
    """The routes of one WSGI app. `guards`: name of an access → function of the request; `open` needs none."""

    def __init__(self, app: Flask, title: str, version: str, guards: Mapping[str, Guard] | None = None) -> None:
        self.app, self.title, self.version = app, title, version
        self.guards: dict[str, Guard] = dict(guards or {})
        self.headers: dict[str, Sequence[str]] = {}  # what a guard reads beside Authorization, for the document
        self.operations: list[Operation] = []
        self._document: tuple[int, bytes] = (-1, b"")
        app.register_error_handler(PosError, problems.of_pos_error)
        app.register_error_handler(HTTPException, problems.of_http)
        app.register_error_handler(Exception, _unexpected)
        app.add_url_rule("/openapi.json", "openapi", self._openapi)

    def route(  # noqa: PLR0913  # an operation has this many sides; each is said once, by name
        self,
        method: str,
        rule: str,
        *,
        access: str = "open",
        body: type[BaseModel] | None = None,
        query: type[BaseModel] | None = None,
        ok: Mapping[int, type[BaseModel] | None],
        problems: Sequence[int] = (),
        idempotent: bool = False,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare a route. `idempotent`: the Idempotency-Key is read; keeping the answer is the service's work."""

        def declare(function: Callable[..., Any]) -> Callable[..., Any]:
            summary = (function.__doc__ or function.__name__).strip().partition("\n")[0]
            self.operations.append(
                Operation(method, rule, summary, access, body, query, ok, tuple(problems), idempotent)
            )
            guard = None if access == "open" else self.guards[access]
            view = _view(function, guard, body, query, idempotent)
            self.app.add_url_rule(rule, f"{method} {rule}", view, methods=[method])
            return function

        return declare

    def _openapi(self) -> Response:
        # It takes 25 ms to write, and anybody may ask for it: once is enough.
        if self._document[0] != len(self.operations):
            self._document = len(self.operations), orjson.dumps(self.openapi())
        return Response(self._document[1], mimetype=_JSON)

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI 3.1 document of every declared route."""
        return openapi.document(self.title, self.version, self.operations, self.headers)


def _view(
    function: Callable[..., Any],
    guard: Guard | None,
    body: type[BaseModel] | None,
    query: type[BaseModel] | None,
    idempotent: bool,
) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        caller = guard(request) if guard else None
        try:
            parsed = _read_body(body) if body else None
        except ValidationError as error:
            return problems.of_validation(error)
        try:
            asked = query.model_validate_strings(request.args.to_dict(), strict=False) if query else None
        except ValidationError as error:
            return problems.of_validation(error, "query-invalid")
        key = _idempotency() if idempotent else None
        return respond(function(Call(caller, parsed, asked, key), **path))

    return view


def _read_body(model: type[BaseModel]) -> BaseModel:
    raw = request.get_data(cache=True)
    if not raw:
        return model.model_validate({})  # a body of which every field is optional may be left away
    if request.mimetype != _JSON:
        raise Refused("not-json", "the body must be application/json")
    return model.model_validate_json(raw)


def _idempotency() -> Idempotency | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not 1 <= len(key) <= 128 or not key.isascii() or not key.isprintable():
        raise Refused("body-invalid", "an Idempotency-Key is 1 to 128 printable characters")
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode())
    digest.update(request.get_data(cache=True))
    return Idempotency(key, digest.digest())


def respond(answer: Any) -> Response:
    """An Answer, a Response, a model or plain JSON values as a Response."""
    if isinstance(answer, Response):
        return answer
    if not isinstance(answer, Answer):
        answer = Answer(answer)
    content = answer.content
    if isinstance(content, BaseModel):
        content = content.model_dump_json().encode()
    elif not isinstance(content, bytes):
        content = orjson.dumps(content)
    response = Response(content, answer.status, mimetype=_JSON)
    if answer.headers:
        response.headers.update(answer.headers)
    return response


def _unexpected(error: Exception) -> Response:
    _LOG.exception("a request failed", exc_info=error)
    hint = "The log has the details; retry, and call support when it comes back."
    return problems.problem(500, "internal", "something went wrong inside the service", hint)
