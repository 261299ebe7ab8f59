"""The chain's registers: which store each stands in, the keys it has signed with, and what it last said of itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Row, bindparam, select, update

from poscore.errors import Refused
from poscore.ids import check_id
from poscore.instants import instant_text
from server_push.storage import Storage, insert_new
from server_push.storage.tables.intake import journal_mark
from server_push.storage.tables.registers import register as register_table
from server_push.storage.tables.registers import register_epoch
from server_push.storage.tables.registers import store as store_table

NEW, ENROLLED = "new", "enrolled"  # added and waiting for its code to be used, or in use


@dataclass(frozen=True, slots=True)
class Register:
    """`epoch` 0: never enrolled. Everything after it is what the register said last; None before it has."""

    store: str
    register: str
    epoch: int
    acked_seq: int
    lan_url: str | None
    last_seen: str | None
    clock_offset_ms: int | None
    snapshot_active: int | None
    snapshot_seen: int | None
    offline: bool | None
    queued_records: int | None

    @property
    def state(self) -> str:
        return ENROLLED if self.epoch else NEW

    def to_wire(self) -> dict[str, Any]:
        return {
            "store": self.store,
            "register": self.register,
            "state": self.state,
            "epoch": self.epoch,
            "acked_seq": self.acked_seq,
            "last_seen": self.last_seen,
            "lan_url": self.lan_url,
            "snapshot": {"active": self.snapshot_active, "seen": self.snapshot_seen},
            "offline": self.offline,
            "queued_records": self.queued_records,
        }


@dataclass(frozen=True, slots=True)
class CheckIn:
    """What a register says of itself. `lan_url` None: as before. `health`: JSON values. `clock` is its own."""

    lan_url: str | None
    snapshot_active: int | None
    snapshot_seen: int | None
    offline: bool
    queued_records: int
    health: Any
    clock: datetime

    def __post_init__(self) -> None:
        if self.lan_url is not None:
            check_lan_url(self.lan_url)


class Registers:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def add(self, store: str, register: str, now: datetime, windows_name: str | None = None) -> bool:
        """False when it stands there already. Raises Refused `store-not-found`, `register-elsewhere`, `id-invalid`."""
        check_id(register, "register id")
        row = {"register": register, "store": store, "added_at": instant_text(now), "windows_name": windows_name}
        with self._storage.write() as connection:
            if connection.execute(select(store_table.c.store).where(store_table.c.store == store)).first() is None:
                hint = "server-push stores add makes one"
                raise Refused("store-not-found", f"there is no store {store!r}", hint=hint)
            if insert_new(connection, register_table, [row]):
                return True
            where = connection.execute(
                select(register_table.c.store).where(register_table.c.register == register)
            ).scalar_one()
        if where != store:
            detail = f"register {register!r} stands in store {where!r}; ids are unique in the chain"
            raise Refused("register-elsewhere", detail)
        return False

    def get(self, register: str) -> Register:
        """Raises Refused `register-not-found`."""
        with self._storage.read() as connection:
            row = connection.execute(_query().where(register_table.c.register == register)).one_or_none()
        if row is None:
            raise Refused("register-not-found", f"there is no register {register!r}")
        return _register(row)

    def list(self, store: str | None = None, after: str | None = None, limit: int | None = None) -> list[Register]:
        """By id, from the one behind `after`."""
        query = _query().order_by(register_table.c.register)
        if store is not None:
            query = query.where(register_table.c.store == store)
        if after is not None:
            query = query.where(register_table.c.register > after)
        with self._storage.read() as connection:
            return [_register(row) for row in connection.execute(query.limit(limit))]

    def key_of(self, register: str, epoch: int) -> dict[str, str] | None:
        """The public key of an epoch, be it open or closed; None when there was no such epoch."""
        mine = (register_epoch.c.register == register, register_epoch.c.epoch == epoch)
        with self._storage.read() as connection:
            text = connection.execute(select(register_epoch.c.public_key).where(*mine)).scalar()
        return None if text is None else dict(json.loads(text))

    def note(self, register: str, check_in: CheckIn, now: datetime) -> None:
        """Keep what a register says of itself."""
        said: dict[str, Any] = {
            "last_seen": instant_text(now),
            "clock_offset_ms": offset_ms(check_in.clock, now),
            "snapshot_active": check_in.snapshot_active,
            "snapshot_seen": check_in.snapshot_seen,
            "offline": int(check_in.offline),
            "queued_records": check_in.queued_records,
            "health": json.dumps(check_in.health, ensure_ascii=False),
        }
        if check_in.lan_url is not None:
            said["lan_url"] = check_in.lan_url
        with self._storage.write() as connection:
            _change(connection, register, said)


def check_lan_url(url: str) -> str:
    """`url` when it is where a register can be reached: scheme, host and port. Raises Refused `body-invalid`."""
    try:
        parts = urlsplit(url)
        bare = parts.path in ("", "/") and not parts.query and not parts.fragment and parts.username is None
        if parts.scheme in ("http", "https") and parts.hostname and bare and parts.port != 0:
            return url
    except ValueError:
        pass
    raise Refused("body-invalid", f"{url!r} is not an address such as http://192.168.1.21:8081")


def offset_ms(clock: datetime, now: datetime) -> int:
    """How far a register's clock runs ahead of ours."""
    return round((clock - now).total_seconds() * 1000)


# Put together once: it is carried out with every batch that comes home.
_CONTACT = (
    update(register_table)
    .where(register_table.c.register == bindparam("of"))
    .values(last_seen=bindparam("last_seen"), queued_records=bindparam("queued_records"))
)


def note_contact(connection: Connection, register: str, queued_records: int, at: str) -> None:
    """Within the transaction of a call that shows how much a register still has to return."""
    connection.execute(_CONTACT, {"of": register, "last_seen": at, "queued_records": queued_records})


def note_snapshot(connection: Connection, register: str, version: int | None) -> None:
    """What a push has learnt before the register tells it itself."""
    _change(connection, register, {"snapshot_active": version, "snapshot_seen": version})


def _change(connection: Connection, register: str, values: Mapping[str, Any]) -> None:
    connection.execute(update(register_table).where(register_table.c.register == register).values(**values))


def _query() -> Any:
    r, mark = register_table.c, journal_mark.c
    mine = (mark.store == r.store) & (mark.register == r.register) & (mark.epoch == r.epoch)
    said = (r.lan_url, r.last_seen, r.clock_offset_ms, r.snapshot_active, r.snapshot_seen, r.offline, r.queued_records)
    return select(r.store, r.register, r.epoch, mark.acked_seq, *said).outerjoin_from(
        register_table, journal_mark, mine
    )


def _register(row: Row[Any]) -> Register:
    return Register(
        row.store,
        row.register,
        row.epoch,
        row.acked_seq or 0,
        row.lan_url,
        row.last_seen,
        row.clock_offset_ms,
        row.snapshot_active,
        row.snapshot_seen,
        None if row.offline is None else bool(row.offline),
        row.queued_records,
    )
