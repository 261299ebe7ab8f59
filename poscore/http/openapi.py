"""The OpenAPI 3.1 document of declared routes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Protocol

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from poscore.http.models import Problem

_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
_SCHEMAS: dict[str, dict[str, Any]] = {
    "": {"type": "string"},
    "path": {"type": "string"},
    "int": {"type": "integer", "minimum": 0},
}
_REF = "#/components/schemas/{model}"


class DeclaredRoute(Protocol):
    @property
    def method(self) -> str: ...
    @property
    def rule(self) -> str: ...
    @property
    def summary(self) -> str: ...
    @property
    def access(self) -> str: ...
    @property
    def body(self) -> type[BaseModel] | None: ...
    @property
    def query(self) -> type[BaseModel] | None: ...
    @property
    def ok(self) -> Mapping[int, type[BaseModel] | None]: ...
    @property
    def problems(self) -> Sequence[int]: ...
    @property
    def idempotent(self) -> bool: ...


def document(
    title: str, version: str, operations: Sequence[DeclaredRoute], headers: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """`headers`: by access, those that a request which changes something may carry."""
    models = {model for operation in operations for model in _models(operation)} | {Problem}
    ordered = sorted(models, key=lambda model: model.__name__)
    _, schemas = models_json_schema([(model, "validation") for model in ordered], ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        path = _PARAMETER.sub(r"{\2}", operation.rule)
        paths.setdefault(path, {})[operation.method.lower()] = _operation(operation, headers)
    components: dict[str, Any] = {"schemas": schemas.get("$defs", {})}
    if any(operation.access != "open" for operation in operations):
        components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    return {"openapi": "3.1.0", "info": {"title": title, "version": version}, "paths": paths, "components": components}


def _models(operation: DeclaredRoute) -> Iterable[type[BaseModel]]:
    yield from (model for model in (operation.body, *operation.ok.values()) if model)


def _operation(operation: DeclaredRoute, headers: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": _SCHEMAS[kind]}
        for kind, name in _PARAMETER.findall(operation.rule)
    ]
    if operation.query:
        schema = operation.query.model_json_schema()
        parameters += [
            {"name": name, "in": "query", "required": name in schema.get("required", []), "schema": field}
            for name, field in schema.get("properties", {}).items()
        ]
    if operation.idempotent:
        schema = {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[ -~]+$"}
        parameters.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": schema})
    if operation.method != "GET":
        parameters += [
            {"name": name, "in": "header", "required": False, "schema": {"type": "string"}}
            for name in headers.get(operation.access, ())
        ]
    described: dict[str, Any] = {"summary": operation.summary, "responses": _responses(operation)}
    if parameters:
        described["parameters"] = parameters
    if operation.body:
        required = bool(operation.body.model_json_schema().get("required"))
        described["requestBody"] = {"required": required, "content": {"application/json": _ref(operation.body)}}
    if operation.access != "open":
        described["security"] = [{"bearer": []}]
    return described


def _responses(operation: DeclaredRoute) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, model in operation.ok.items():
        responses[str(status)] = {"description": HTTPStatus(status).phrase}
        if model:
            responses[str(status)]["content"] = {"application/json": _ref(model)}
    codes = set(operation.problems) | ({401} if operation.access != "open" else set())
    codes |= {415, 422} if operation.body else set()
    codes |= {422} if operation.query or operation.idempotent else set()
    for status in sorted(codes):
        content = {"application/problem+json": _ref(Problem)}
        responses[str(status)] = {"description": HTTPStatus(status).phrase, "content": content}
    return responses


def _ref(model: type[BaseModel]) -> dict[str, Any]:
    return {"schema": {"$ref": _REF.format(model=model.__name__)}}
