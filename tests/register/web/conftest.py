"""A register in a folder, its till app over real HTTP, and a client that knows the interface and nothing else."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from poscore.pins import PEPPER_BYTES, SALT_BYTES, hash_pin
from poscore.tokens import SigningKey
from register_svc.identity import FILE_NAME as IDENTITY_FILE
from register_svc.identity import Identity
from register_svc.register import Register, build
from register_svc.service import till_server
from register_svc.settings import FILE_NAME as SETTINGS_FILE
from register_svc.settings import HeadOffice, Lan, Offline, Settings
from register_svc.settings import Till as TillSettings
from register_svc.web.till_app import build_till_app
from tests.support.builders import CASHIERS, REGISTER, STORE, ACashier, a_catalog

PEPPER = b"p" * PEPPER_BYTES
PIN = "1234"
NOBODY_LISTENS = "http://127.0.0.1:9"  # the discard port: a call is refused at once


@cache
def pin_hash() -> str:
    return hash_pin(PIN, PEPPER, b"s" * SALT_BYTES)


def with_real_pins() -> list[ACashier]:
    return [ACashier(cashier.cashier_id, cashier.name, cashier.role, pin_hash()) for cashier in CASHIERS]


def enrolled(directory: Path) -> Path:
    """A folder as an enrolment leaves it; head office cannot be reached."""
    key = SigningKey.generate()
    identity = Identity(
        store=STORE,
        register=REGISTER,
        epoch=1,
        chain="Kyläkaupat",
        store_name="Kyläkauppa",
        time_zone="Europe/Helsinki",
        audience="office-1",
        sender_key=SigningKey.generate().public,
        root_v1="{}",
        locator="0123456789abcdef",
        private_key=key.private_text,
        pin_pepper=PEPPER,
    )
    settings = Settings(
        till=TillSettings(port=0),
        lan=Lan(host="127.0.0.1", port=0),
        head_office=HeadOffice(url=NOBODY_LISTENS),
        offline=Offline(mode="manual"),
    )
    (directory / IDENTITY_FILE).write_text(identity.to_text(), encoding="utf-8")
    (directory / SETTINGS_FILE).write_text(settings.to_toml(), encoding="utf-8")
    return directory


def a_register(directory: Path, **contents: Any) -> Register:
    """Built over `directory`, with a catalogue in use; nothing runs in the background."""
    register = build(directory)
    path = directory / "catalog.db"
    if not path.exists():
        a_catalog(path, **{"cashiers": with_real_pins(), **contents})
    register.book.switch(path, 1)
    return register


@dataclass(frozen=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def must(self, status: int) -> Any:
        assert self.status == status, self.body.decode()
        return self.json

    def problem(self, status: int, code: str) -> dict[str, Any]:
        body: dict[str, Any] = self.must(status)
        assert self.headers["Content-Type"] == "application/problem+json"
        assert (body["status"], body["code"]) == (status, code), body
        assert body["type"]
        assert body["title"]
        assert body["detail"]
        return body


class Till:
    """Calls over one connection. `token` goes with every call once somebody has signed in."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.token: str | None = None
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def close(self) -> None:
        self._connection.close()

    def call(self, method: str, path: str, body: Any = None, **headers: str | None) -> Reply:
        """`headers`: by name with _ for -; None leaves away one that would be sent by itself."""
        sent: dict[str, str | None] = {}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        if data is not None:
            sent["Content-Type"] = "application/json"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        given = {name: value for name, value in sent.items() if value is not None}
        self._connection.request(method, path, data, given)
        response = self._connection.getresponse()
        return Reply(response.status, response.msg, response.read())

    def get(self, path: str, **headers: str | None) -> Reply:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, key: str | None = None, **headers: str | None) -> Reply:
        if key:
            headers["Idempotency_Key"] = key
        return self.call("POST", path, {} if body is None else body, **headers)

    def sign_in(self, cashier: str = "101", pin: str = PIN) -> Any:
        told = self.post("/session", {"cashier": cashier, "pin": pin}).must(201)
        self.token = told["token"]
        return told

    # --- as in a shop

    def ready(self) -> Till:
        self.sign_in()
        self.post("/shifts", {"opening_float": 10_000}).must(201)
        return self

    def start(self, **new: Any) -> str:
        sale_id: str = self.post("/sales", new).must(201)["id"]
        return sale_id

    def scan(self, sale: str, code: str, quantity: str = "1") -> Any:
        return self.post(f"/sales/{sale}/lines", {"code": code, "quantity": quantity}).must(201)

    def pay(self, sale: str, kind: str, **more: Any) -> Any:
        return self.post(f"/sales/{sale}/tenders", {"type": kind, **more}).must(201)

    def sold(self, *codes: str, tender: str = "cash", **new: Any) -> Any:
        sale = self.start(**new)
        for code in codes:
            self.scan(sale, code)
        self.pay(sale, tender)
        return self.post(f"/sales/{sale}/complete").must(200)


def listen(server: Any, stopped: threading.Event) -> None:
    """As `server.run` does, but it ends; a service ends with its process."""
    while not stopped.is_set():
        server.asyncore.loop(timeout=0.02, map=server._map, count=1)
    server.task_dispatcher.shutdown()
    server.asyncore.close_all(server._map)


@contextmanager
def served(directory: Path) -> Iterator[Callable[..., Till]]:
    """Starts a till app in one folder; each call is a restart of the process as far as its memory goes."""
    running: list[tuple[threading.Event, threading.Thread, Register, Till]] = []

    def stop() -> None:
        stopped, thread, register, till = running.pop()
        till.close()
        stopped.set()
        thread.join(timeout=10)
        register.stop()

    def serve(**contents: Any) -> Till:
        while running:
            stop()
        register = a_register(directory, **contents)
        server = till_server(register, build_till_app(register)[0])
        stopped, till = threading.Event(), Till(server.effective_port)
        thread = threading.Thread(target=listen, args=(server, stopped), name="till", daemon=True)
        thread.start()
        running.append((stopped, thread, register, till))
        return till

    try:
        yield serve
    finally:
        while running:
            stop()


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Callable[..., Till]]:
    with served(enrolled(tmp_path)) as serve:
        yield serve


@pytest.fixture
def till(serving: Callable[..., Till]) -> Till:
    """Nobody signed in, no shift open."""
    return serving()
