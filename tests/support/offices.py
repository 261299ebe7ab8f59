"""Whole head offices for tests, quickly: founded once, copied for each test."""

from __future__ import annotations

import functools
import json
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from poscore.enrolment import EnrolmentCode, register_proof
from poscore.instants import instant_text
from poscore.pins import PEPPER_BYTES
from server_push.office import Office, World
from server_push.registers.stores import Store
from server_push.settings import Chain
from server_push.web.app import build_app
from tests.support.returning import Returning

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


@dataclass
class Clock:
    """The time that an office is told."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Site:
    """An office with the store s1, its operator's token, and its API."""

    office: Office
    token: str
    clock: Clock
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = build_app(self.office).test_client()

    def backup(self) -> bytes:
        """The database as it is now, for `put_back`."""
        self.office.storage.close()
        return self.office.storage.path.read_bytes()

    def put_back(self, backup: bytes) -> None:
        self.office.storage.close()
        self.office.storage.path.write_bytes(backup)

    def reopen(self) -> None:
        """As after a restart: what stands in its settings counts from now on."""
        self.office.close()
        self.office = Office.open(self.office.directory, World(now=self.clock))
        self.client = build_app(self.office).test_client()

    # -- as an operator

    def get(self, path: str, token: str | None = None) -> TestResponse:
        return self.client.get(path, headers={"Authorization": f"Bearer {token or self.token}"})

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        """As the founder, or with another `token`."""
        token = headers.pop("token", self.token)
        return self.client.open(path, method=method, json=body, headers={"Authorization": f"Bearer {token}", **headers})

    # -- as a register

    def fetch(self, till: Returning) -> TestResponse:
        """The bundle that a check-in offered, to its last byte."""
        token = till.token(b"", self.office.office_id, self.clock())
        path = f"/api/registers/{till.register}/bundle"
        answer = self.client.get(path, headers={"Authorization": f"Bearer {token}"}, buffered=True)
        answer.close()
        return answer

    def is_at(self, register: str, url: str) -> None:
        """Where head office reaches it."""
        with self.office.storage.write() as connection:
            connection.exec_driver_sql("UPDATE register SET lan_url = ? WHERE register = ?", (url, register))

    def enrol(self, register: str = "r1") -> Returning:
        """A register of s1, with a key of its own and a code that was used."""
        self.office.registers.add("s1", register, self.clock())
        code = self.code(register)
        till = Returning(register=register)
        answer = self.ask_to_enrol(code, till)
        assert answer.status_code == 201, answer.json
        till.epoch = answer.json["epoch"]
        return till

    def code(self, register: str = "r1") -> EnrolmentCode:
        issued = self.office.enrolments.issue("s1", register, os.urandom, self.clock())
        return EnrolmentCode.parse(issued.text)

    def ask_to_enrol(self, code: EnrolmentCode, till: Returning, **changed: Any) -> TestResponse:
        """`changed` is changed after the proof was made."""
        asked = {
            "locator": code.locator,
            "public_key": till.key.public,
            "nonce": "0123456789abcdef",
            "lan_url": "http://127.0.0.1:9",
            "clock": instant_text(self.clock()),
        }
        proof = register_proof(code.mac_key, asked)
        return self.client.post("/api/enrolments", json={**asked, "proof": proof, **changed})

    def call(self, till: Returning, path: str, body: bytes, **changed: Any) -> TestResponse:
        """A register's POST, signed now for this body unless `changed` says otherwise."""
        encoding, audience = changed.pop("encoding", None), changed.pop("audience", self.office.office_id)
        token = till.token(changed.pop("signed_for", body), audience, changed.pop("at", self.clock()), **changed)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if encoding:
            headers["Content-Encoding"] = encoding
        return self.client.post(path, data=body, headers=headers)

    def bring_home(self, till: Returning, body: bytes | None = None, **changed: Any) -> TestResponse:
        return self.call(till, f"/api/registers/{till.register}/journal", body or till.batch(), **changed)

    def check_in(self, till: Returning, **said: Any) -> TestResponse:
        report = {
            "lan_url": "http://127.0.0.1:9",
            "snapshot": {"active": None, "seen": None},
            "offline": False,
            "queued_records": 0,
            "health": {"status": "pass"},
            "clock": instant_text(self.clock()),
            **said,
        }
        return self.call(till, f"/api/registers/{till.register}/check-in", json.dumps(report).encode())


def new_site(directory: Path) -> Site:
    """A founded office with one store."""
    clock = Clock()
    folder = directory / "office"
    shutil.copytree(_template(), folder)
    office = Office.open(folder, World(now=clock))
    office.stores.add(Store("s1", "Keskusta", os.urandom(PEPPER_BYTES)), NOW)
    return Site(office, (folder / "token").read_text(), clock)


@functools.cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="office-template-")) / "office"
    office, token = Office.found(folder, Chain(name="Ketju Oy", business_id="1234567-1"), World(now=lambda: NOW))
    office.close()
    (folder / "token").write_text(token)
    return folder
