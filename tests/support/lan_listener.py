"""A register's LAN listener over a real way in for bundles, and head office's side of it."""

from __future__ import annotations

import hashlib
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from poscore.tokens import Claims, SigningKey, sign_token
from register_svc.health import Check, Health, Subject
from register_svc.settings import HeadOffice, Lan, Settings
from register_svc.snapshots.sender import Sender
from register_svc.snapshots.snapshots import Snapshots
from register_svc.web.lan_app import build_lan_app
from register_svc.web.lan_server import LanServer, create_lan_server
from tests.support.receiving import Receiving

REGISTER = "r1"


@dataclass
class Answered:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


@dataclass
class OnTheLan:
    """What the LAN app asks of a register, and who may call it."""

    receiving: Receiving
    key: SigningKey = field(default_factory=SigningKey.generate)
    version: str = "0.1.0"

    def __post_init__(self) -> None:
        clock = self.receiving.till.clock
        self.sender = Sender(self.receiving.state, self.key.public, REGISTER)
        self.health = Health(Subject(REGISTER, self.version, lambda: "ONLINE"), clock)
        self.health.add("journal", lambda: Check("journal", "pass"))
        self.health.refresh()
        office = HeadOffice(url="http://127.0.0.1:1")
        self.settings = Settings(head_office=office, lan=Lan(host="127.0.0.1", port=0))
        self.server: LanServer = create_lan_server(build_lan_app(self), self)
        self.port: int = self.server.effective_port

    @property
    def directory(self) -> Path:
        return self.receiving.folder

    @property
    def snapshots(self) -> Snapshots:
        return self.receiving.snapshots

    # -- head office ---------------------------------------------------------------------------------------------------

    def token(
        self, body: bytes = b"", audience: str = REGISTER, at: int | None = None, key: SigningKey | None = None
    ) -> str:
        issued_at = int(self.receiving.till.clock().timestamp()) if at is None else at
        digest = hashlib.sha256(body).hexdigest()
        return sign_token(key or self.key, Claims("head-office", audience, issued_at, "jti", digest))

    def post(self, path: str, body: bytes = b"", token: str | None = None, **headers: str) -> Answered:
        """`token`: that of head office for this body, unless another is given."""
        bearer = self.token(body) if token is None else token
        return self.ask("POST", path, body, {"Authorization": f"Bearer {bearer}", **headers})

    def command(self, path: str, **fields: Any) -> Answered:
        return self.post(path, json.dumps(fields).encode(), **{"Content-Type": "application/json"})

    # -- anybody -------------------------------------------------------------------------------------------------------

    def get(self, path: str) -> Answered:
        return self.ask("GET", path)

    def ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answered:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body or None, headers or {})
            response = connection.getresponse()
            return Answered(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    @contextmanager
    def wire(self) -> Iterator[socket.socket]:
        """A bare connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as wire:
            yield wire


@contextmanager
def serving(lan: OnTheLan) -> Iterator[OnTheLan]:
    listener = threading.Thread(target=lan.server.run, name="lan", daemon=True)
    listener.start()
    try:
        yield lan
    finally:
        lan.server.close()
        listener.join(10)
        assert not listener.is_alive()


def read_all(wire: socket.socket) -> bytes:
    """Until the other side closes."""
    received = b""
    while part := wire.recv(65536):
        received += part
    return received
