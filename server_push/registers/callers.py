"""Whose call this is: a register's token, verified with the key of its open epoch.

Clocks are not trusted. A token whose time is more than five minutes off ours is refused with our time in the answer,
so that the register can correct itself and go on; nothing is stranded by a wrong clock.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, select

from poscore.errors import Untrusted
from poscore.instants import instant_text
from poscore.tokens import unverified_issuer, verify_token
from server_push.storage import Storage
from server_push.storage.tables.registers import register as register_table
from server_push.storage.tables.registers import register_epoch
from server_push.storage.tables.registers import store as store_table

CLOCK_TOLERANCE_S = 5 * 60


def _named() -> Select[*tuple[Any, ...]]:
    r, e, s = register_table.c, register_epoch.c, store_table.c
    return (
        select(r.store, r.epoch, e.public_key, s.time_zone)
        .join_from(register_table, register_epoch, (e.register == r.register) & (e.epoch == r.epoch))
        .join(store_table, s.store == r.store)
        .where(r.register == bindparam("named"))
    )


_NAMED = _named()  # once: every call of a register asks it, and putting it together took as long as asking


class WrongClock(Untrusted):
    """A sound token of a register whose clock is off. Answer it with our time."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A register that has proved itself. `epoch` is its open one and `public_key` that one's."""

    store: str
    register: str
    epoch: int
    public_key: dict[str, str]
    time_zone: str


class Callers:
    """`audience`: this head office's id."""

    def __init__(self, storage: Storage, audience: str) -> None:
        self._storage, self._audience = storage, audience

    def of_token(self, token: str, body_hash: str, now: datetime) -> Caller:
        """`body_hash`: hex SHA-256 of the body as it was on the wire. Raises Untrusted `token`, WrongClock `clock`."""
        caller = self._named(unverified_issuer(token))
        claims = verify_token(token, caller.public_key, self._audience)
        if claims.body != body_hash:
            raise Untrusted("token", "the token was made for another body")
        if abs(now.timestamp() - claims.issued_at) > CLOCK_TOLERANCE_S:
            hint = "the register corrects itself by the time in this answer"
            raise WrongClock("clock", "the register's clock is off", hint=hint, now=instant_text(now))
        return caller

    def _named(self, register: str) -> Caller:
        with self._storage.read() as connection:
            row = connection.execute(_NAMED, {"named": register}).one_or_none()
        if row is None:
            raise Untrusted("token", "no register of that name is enrolled here")
        return Caller(row.store, register, row.epoch, dict(json.loads(row.public_key)), row.time_zone)
