"""Stores, registers and enrolment as a test sees them: a real database, and the box that a technician enrols."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from poscore.enrolment import EnrolmentCode, register_proof
from poscore.instants import instant_text
from poscore.pins import PEPPER_BYTES
from poscore.tokens import SigningKey
from server_push.registers.enrolment import Application, Enrolments, HeadOffice
from server_push.registers.registers import Registers
from server_push.registers.stores import Store, Stores
from tests.support.databases import new_storage

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
ROOT = '{"signatures": [], "signed": {"_type": "root"}}'
HEAD_OFFICE = HeadOffice("office-1", "Ketju Oy", ROOT, SigningKey.generate().public)


class Chain:
    def __init__(self, directory: Path) -> None:
        self.storage = new_storage(directory)
        self.stores = Stores(self.storage)
        self.stores.add(Store("s1", "Keskusta", os.urandom(PEPPER_BYTES)), NOW)
        self.registers = Registers(self.storage)
        self.registers.add("s1", "r1", NOW)
        self.enrolments = Enrolments(self.storage, lambda: HEAD_OFFICE)
        self.now = NOW

    def issue(self, register: str = "r1") -> EnrolmentCode:
        return EnrolmentCode.parse(self.enrolments.issue("s1", register, os.urandom, self.now).text)

    def enrol(self, code: EnrolmentCode, key: SigningKey | None = None) -> dict[str, Any]:
        return self.enrolments.accept(application(code, key or SigningKey.generate()), self.now)

    def passes(self, **span: float) -> None:
        self.now += timedelta(**span)

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        with self.storage.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]


def application(code: EnrolmentCode, key: SigningKey, **changed: str) -> Application:
    """A register's request with its proof; what is `changed` is changed before the proof is made."""
    asked: dict[str, Any] = {
        "locator": code.locator,
        "public_key": key.public,
        "nonce": "a-nonce-of-sixteen",
        "lan_url": "http://192.168.1.21:8081",
        "clock": instant_text(NOW),
        **changed,
    }
    return Application(**asked, proof=register_proof(code.mac_key, asked))
