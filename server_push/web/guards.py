"""Who calls: operators by token and scope, registers by the key of their enrolment."""

from __future__ import annotations

from collections.abc import Callable

from flask import Request

from poscore.errors import Refused, Untrusted
from server_push.office import Office
from server_push.registers.callers import Caller
from server_push.registers.operators import SCOPES, Operator
from server_push.web.bodies import body_hash

REGISTER = "register"
_SCHEME = "Bearer "


def guards(office: Office) -> dict[str, Callable[[Request], object]]:
    """By the name that a route gives as its `access`: `register`, or a scope."""

    def register(request: Request) -> Caller:
        return office.callers.of_token(_bearer(request), body_hash(), office.now())

    def operator(scope: str) -> Callable[[Request], Operator]:
        def guard(request: Request) -> Operator:
            caller = office.operators.of_token(_bearer(request))
            caller.require(scope)
            return caller

        return guard

    return {REGISTER: register, **{scope: operator(scope) for scope in SCOPES}}


def must_be(caller: Caller, register: str) -> None:
    """Raises Refused `permission-missing` when a register calls in another's name."""
    if caller.register != register:
        raise Refused("permission-missing", f"{caller.register} may not speak for {register[:40]!r}")


def _bearer(request: Request) -> str:
    header = request.headers.get("Authorization", "")
    if not header.startswith(_SCHEME):
        raise Untrusted("token", "a bearer token is missing")
    return header[len(_SCHEME) :].strip()
