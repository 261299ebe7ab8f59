"""Who may speak to the till app: this machine's own browser, and whoever is signed in.

Loopback is not authentication: any page the browser shows can reach 127.0.0.1. So a foreign Host (DNS rebinding) is
421, a foreign Origin is 403, and everything that is not open needs a session.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Request, request

from poscore.errors import Refused
from register_svc.register import Register
from register_svc.till.people import Session

CONTROL_HEADER, OVERRIDE_HEADER = "X-Register-Key", "Override"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def keep_foreigners_out(app: Flask) -> None:
    @app.before_request
    def check() -> None:
        host = request.headers.get("Host", "")
        if _hostname(host) not in _LOOPBACK:
            raise Refused("host-refused", "this service answers on loopback only")
        origin = request.headers.get("Origin")
        if origin is not None and origin != f"http://{host}":
            raise Refused("origin-refused", "another page may not use this register")


def session_guard(register: Register, request: Request) -> Session:
    """The session of a request, or the register's own commands by their key.

    Raises Refused `session-required` or `session-locked`.
    """
    key = request.headers.get(CONTROL_HEADER)
    if key is not None:
        return register.control_session(key)
    return register.sessions.find(request.headers.get("Authorization", ""), request.headers.get(OVERRIDE_HEADER))


def locked_session_guard(register: Register, request: Request) -> Session:
    """The session of a request, locked or not: to unlock it, or to sign out. Raises Refused `session-required`."""
    return register.sessions.find_locked(request.headers.get("Authorization", ""))


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
