"""As much of a head office as intake needs, on a real database."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from poscore.pins import PEPPER_BYTES
from server_push.intake.intake import Delivery, Intake, Receipt
from server_push.registers.callers import Caller
from server_push.registers.registers import Registers
from server_push.registers.stores import Store, Stores
from tests.support.databases import new_storage
from tests.support.returning import Returning

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


class Office:
    def __init__(self, directory: Path) -> None:
        self.storage = new_storage(directory)
        Stores(self.storage).add(Store("s1", "Keskusta", bytes(PEPPER_BYTES)), NOW)
        self.registers = Registers(self.storage)
        self.registers.add("s1", "r1", NOW)
        self.intake = Intake(self.storage, self.registers)
        self.now = NOW

    def receive(self, till: Returning, records: list[tuple[str, str]], head: str | None = None) -> Receipt:
        caller = Caller(till.store, till.register, till.epoch, till.key.public, "Europe/Helsinki")
        delivery = Delivery(till.epoch, head or till.signed_head(), records)
        return self.intake.receive(caller, delivery, self.now)

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        with self.storage.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]

    def incidents(self) -> list[tuple[object, ...]]:
        return self.rows("SELECT kind, seq FROM incident ORDER BY kind, seq")
