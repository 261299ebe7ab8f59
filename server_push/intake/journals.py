"""How far each journal of a register has come home, as the register is told at every check-in.

A head office that was put back to an older backup has less than its registers believe: they learn it from this, and
send again what is missing, without anybody selling.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select

from poscore.records import genesis_hash
from server_push.intake.mark import SEQUENCE_CONFLICT
from server_push.storage import Storage
from server_push.storage.tables.intake import incident, journal_mark
from server_push.storage.tables.registers import register_epoch


@dataclass(frozen=True, slots=True)
class JournalEnd:
    """`seq`, `hash`: the watermark, 0 with the genesis hash before the first record.

    `conflicts`: how many other records came whose numbers were taken.
    """

    epoch: int
    seq: int
    hash: str
    conflicts: int

    def to_wire(self) -> dict[str, Any]:
        return asdict(self)


class Journals:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def ends(self, store: str, register: str) -> list[JournalEnd]:
        """Of every epoch that the register has had, the oldest first."""
        e, mark, i = register_epoch.c, journal_mark.c, incident.c
        conflicts = (
            select(func.count())
            .where(i.store == e.store, i.register == e.register, i.epoch == e.epoch, i.kind == SEQUENCE_CONFLICT)
            .scalar_subquery()
        )
        same = (mark.store == e.store) & (mark.register == e.register) & (mark.epoch == e.epoch)
        query = (
            select(e.epoch, mark.acked_seq, mark.acked_hash, conflicts)
            .outerjoin_from(register_epoch, journal_mark, same)
            .where(e.store == store, e.register == register)
            .order_by(e.epoch)
        )
        with self._storage.read() as connection:
            return [
                JournalEnd(epoch, seq or 0, digest or genesis_hash(store, register, epoch), count)
                for epoch, seq, digest, count in connection.execute(query)
            ]
