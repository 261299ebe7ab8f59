"""A dead register's journal, brought home from a file that `register-svc export-journal` wrote from its disk.

- One canonical JSON text a line, oldest first; SHA-256 of a line is the record's hash.
- The records go through intake by the same rules as those of a living register: each once, whatever came before.
- Nobody signs a file. Up to the last head that the register signed the chain proves itself; how many records lie beyond
  it is noted as an incident, with the file's hash, for a person to know.
- A last line without its end was torn; it is told and left out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from poscore.canonical import sha256_hex
from poscore.errors import Refused
from poscore.records import Record
from server_push.intake.intake import Intake
from server_push.intake.items import Origin, readable_record
from server_push.registers.registers import Registers
from server_push.registers.stores import Stores

_AT_ONCE = 500


@dataclass(slots=True)
class Rescued:
    """What became of the records of one epoch. `new`: not home before. `beyond`: after the last signed head."""

    store: str
    register: str
    epoch: int
    records: int = 0
    new: int = 0
    beyond: int = 0
    acked_seq: int = 0
    gap: dict[str, int] | None = None
    quarantined: list[dict[str, Any]] = field(default_factory=list)


class Rescue:
    def __init__(self, intake: Intake, stores: Stores, registers: Registers) -> None:
        self._intake, self._stores, self._registers = intake, stores, registers

    def bring(self, lines: Iterable[bytes], now: datetime) -> dict[str, Any]:
        """`lines`: of the file, with their ends.

        Raises Refused `file-not-a-journal`, `register-not-found`, `epoch-unknown`; what was brought until then is home.
        """
        digest, torn, unreadable = hashlib.sha256(), False, 0
        found: dict[Origin, Rescued] = {}
        batch: list[tuple[Record, str]] = []
        origin: Origin | None = None
        for line in lines:
            digest.update(line)
            if not line.endswith(b"\n"):
                torn = True
                break
            record = readable_record(line.rstrip(b"\r\n"))
            if record is None:
                unreadable += 1
                continue
            whose = Origin(record.store, record.register, record.epoch)
            if batch and (whose != origin or len(batch) == _AT_ONCE):
                self._take(batch, found, now)
                batch = []
            origin = whose
            batch.append((record, line.rstrip(b"\r\n").decode()))
        if batch:
            self._take(batch, found, now)
        if not found:
            raise Refused("file-not-a-journal", "the file holds no record of a journal, one JSON text a line")
        sha256 = digest.hexdigest()
        for one in found.values():
            self._note(one, sha256, now)
        return {"sha256": sha256, "torn": torn, "unreadable": unreadable, "journals": list(_wire(found.values()))}

    def _take(self, batch: list[tuple[Record, str]], found: dict[Origin, Rescued], now: datetime) -> None:
        first = batch[0][0]
        origin = Origin(first.store, first.register, first.epoch)
        if origin not in found:
            self._must_be_ours(origin)
            found[origin] = Rescued(origin.store, origin.register, origin.epoch)
        records = [(sha256_hex(text.encode()), text) for _, text in batch]
        zone = self._stores.get(origin.store).time_zone
        receipt, new, signed = self._intake.bring(origin, zone, records, now)
        one = found[origin]
        one.records += len(batch)
        one.new += new
        one.beyond += sum(record.seq > signed for record, _ in batch)
        said = receipt.to_wire()
        one.acked_seq, one.gap = said["acked_seq"], said["gap"]
        one.quarantined += said["quarantined"]

    def _must_be_ours(self, origin: Origin) -> None:
        at = self._registers.get(origin.register)
        if at.store != origin.store:
            raise Refused(
                "register-elsewhere", f"{origin.register} stands in {at.store}, the file is of {origin.store}"
            )
        if self._registers.key_of(origin.register, origin.epoch) is None:
            raise Refused("epoch-unknown", f"{origin.register} has had no epoch {origin.epoch}")

    def _note(self, one: Rescued, sha256: str, now: datetime) -> None:
        origin = Origin(one.store, one.register, one.epoch)
        detail = (
            f"{one.records} records came from a file (SHA-256 {sha256}), {one.new} of them new;"
            f" {one.beyond} lie beyond the last head that the register signed"
        )
        self._intake.note_import(origin, detail, sha256, now)


def _wire(found: Iterable[Rescued]) -> Iterator[dict[str, Any]]:
    return (asdict(one) for one in found)
