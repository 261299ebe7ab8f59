"""The LAN app: what a phone and head office reach. No sale route answers here.

- Every GET is open and shows no customer, cashier name or amount.
- Every POST needs head office's token, made for this register and for this very body.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Protocol

from flask import Flask, Request

from poscore.errors import Untrusted
from poscore.http import Api
from poscore.http.security import secure
from register_svc.health import Health
from register_svc.settings import Settings
from register_svc.web.health_routes import add_health_routes
from register_svc.web.pages import add_pages
from register_svc.web.snapshot_routes import Snapshots, add_lan_snapshot_routes

PUSH_PATH = "/snapshots"
_SCHEME = "Bearer "


class Claims(Protocol):
    @property
    def issued_at(self) -> int: ...
    @property
    def body(self) -> str: ...


class Sender(Protocol):
    """Who may call; `accept` notes the call, and compares the body's hash unless that is left to the reader."""

    def read(self, token: str) -> Claims: ...
    def accept(self, token: str, body_sha256: str | None) -> Claims: ...


class LanRegister(Protocol):
    """The parts of a Register that the LAN sees."""

    @property
    def settings(self) -> Settings: ...
    @property
    def version(self) -> str: ...
    @property
    def directory(self) -> Path: ...
    @property
    def snapshots(self) -> Snapshots: ...
    @property
    def sender(self) -> Sender: ...
    @property
    def health(self) -> Health: ...


def build_lan_app(register: LanRegister) -> Flask:
    """The WSGI app."""
    app = Flask("register_svc.lan", static_folder=None)
    secure(app)
    api = Api(
        app, "Offline-kassa: LAN", register.version, {"head-office": lambda asked: _guard(register.sender, asked)}
    )
    add_health_routes(api, register.health)
    add_lan_snapshot_routes(api, register.snapshots)
    add_pages(app, till=False)
    return app


def bearer(header: str) -> str:
    """The token of an Authorization header. Raises Untrusted `token`."""
    if not header.startswith(_SCHEME):
        raise Untrusted("token", "head office's token is missing")
    return header[len(_SCHEME) :].strip()


def _guard(sender: Sender, asked: Request) -> Any:
    """The claims of a call; a bundle's hash is compared while it is received, every other body's here."""
    token = bearer(asked.headers.get("Authorization", ""))
    if asked.path == PUSH_PATH:
        return sender.accept(token, None)
    return sender.accept(token, hashlib.sha256(asked.get_data(cache=True)).hexdigest())
