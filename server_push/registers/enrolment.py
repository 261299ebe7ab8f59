"""Enrolment: a person links a box to a register with a one-time code; both sides prove it, and neither sends it.

- A code lives 30 minutes, takes 5 wrong tries, and is burned by the first right one. Only its locator and MAC key are
  kept, and the key is wiped when the time is over.
- Whoever used a code may ask again until then, with the same key and nonce, and is answered the same: an answer that
  was lost on the way must not cost a technician another trip.
- Each enrolment opens a new epoch with a new key; the head that the old one had come to is noted and told.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from poscore.canonical import canonical_bytes, sha256_hex
from poscore.enrolment import (
    LIFE_S,
    MAX_TRIES,
    SECRET_BYTES,
    EnrolmentCode,
    head_office_proof,
    proofs_equal,
    register_proof,
)
from poscore.errors import PosError, Refused
from poscore.instants import instant_text, parse_instant
from poscore.records import genesis_hash
from server_push.registers.registers import check_lan_url, offset_ms
from server_push.storage import Storage, insert_new
from server_push.storage.tables.intake import journal_mark
from server_push.storage.tables.registers import enrolment_code, register_epoch
from server_push.storage.tables.registers import register as register_table
from server_push.storage.tables.registers import store as store_table

_LOG = logging.getLogger("offline-kassa.enrolment")


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """`text` is shown once, to the person who carries it to the register."""

    text: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class HeadOffice:
    """What every register is told of us. `root`: root v1 as it was signed; `sender_key`: JWK of the pushes' key."""

    office_id: str
    chain: str
    root: str
    sender_key: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Application:
    """What a register asks with. `clock` is an instant's text; `transcript` is all that `proof` covers."""

    locator: str
    public_key: Mapping[str, str]
    nonce: str
    lan_url: str
    clock: str
    proof: str

    def __post_init__(self) -> None:
        check_lan_url(self.lan_url)
        parse_instant(self.clock)

    @property
    def transcript(self) -> dict[str, Any]:
        return {
            "locator": self.locator,
            "public_key": dict(self.public_key),
            "nonce": self.nonce,
            "lan_url": self.lan_url,
            "clock": self.clock,
        }

    @property
    def applicant(self) -> str:
        """Who asks: the same key and nonce are the same attempt."""
        return sha256_hex(canonical_bytes({"public_key": dict(self.public_key), "nonce": self.nonce}))


class Enrolments:
    def __init__(self, storage: Storage, head_office: Callable[[], HeadOffice]) -> None:
        self._storage, self._head_office = storage, head_office

    def issue(self, store: str, register: str, random_bytes: Callable[[int], bytes], now: datetime) -> IssuedCode:
        """A new code for a register that has been added. Codes of it that nobody has used are void from now on."""
        root = self._head_office().root.encode()
        expires_at = now + timedelta(seconds=LIFE_S)
        with self._storage.write() as connection:
            _wipe(connection, now)
            mine = (enrolment_code.c.register == register, enrolment_code.c.used_at.is_(None))
            connection.execute(delete(enrolment_code).where(*mine))
            while True:
                code = EnrolmentCode.of(random_bytes(SECRET_BYTES), root)
                row = {
                    "locator": code.locator,
                    "store": store,
                    "register": register,
                    "mac_key": code.mac_key,
                    "made_at": instant_text(now),
                    "expires_at": instant_text(expires_at),
                }
                if insert_new(connection, enrolment_code, [row]):
                    return IssuedCode(code.text, expires_at)
                # The locator is taken (one in four thousand million): draw again.

    def accept(self, application: Application, now: datetime) -> dict[str, Any]:
        """The answer with its proof.

        Raises Refused `code-unknown`, `code-expired`, `code-used`, `code-wrong`, or `code-tries` after the fifth.
        """
        if not self._is_known(application.locator):
            # Anybody may call this; a guess must not cost the one writer's time.
            raise Refused("code-unknown", "this code is not known here", hint=_NEW_CODE)
        with self._storage.write() as connection:
            # A refusal is returned and not raised here: the tries it costs must be committed.
            outcome = self._accept(connection, application, now)
        if isinstance(outcome, PosError):
            _LOG.warning("enrolment refused: %s (locator %s)", outcome.code, application.locator)
            raise outcome
        return outcome

    def _is_known(self, locator: str) -> bool:
        mine = enrolment_code.c.locator == locator
        with self._storage.read() as connection:
            return connection.execute(select(enrolment_code.c.locator).where(mine)).first() is not None

    def _accept(self, connection: Connection, application: Application, now: datetime) -> dict[str, Any] | PosError:
        _wipe(connection, now)
        mine = enrolment_code.c.locator == application.locator
        row = connection.execute(select(enrolment_code).where(mine)).one_or_none()
        if row is None:  # a newer code took its place just now
            return Refused("code-unknown", "this code is not known here", hint=_NEW_CODE)
        if row.mac_key is None:
            return Refused("code-expired", "this code's thirty minutes are over", hint=_NEW_CODE)
        if row.failed_tries >= MAX_TRIES:
            return Refused("code-tries", "this code was tried too often", hint=_NEW_CODE)
        if not proofs_equal(register_proof(row.mac_key, application.transcript), application.proof):
            return _count_try(connection, row)
        if row.used_at is None:
            answer = self._open_epoch(connection, row, application, now)
        elif row.used_by == application.applicant:
            answer = json.loads(row.answer)
        else:
            return Refused("code-used", "this code has been used already", hint=_NEW_CODE)
        answer["now"] = instant_text(now)
        proof = head_office_proof(row.mac_key, {"request": application.transcript, "answer": answer})
        return {**answer, "proof": proof}

    def _open_epoch(
        self, connection: Connection, code: Row[Any], application: Application, now: datetime
    ) -> dict[str, Any]:
        office, at = self._head_office(), instant_text(now)
        mine = register_table.c.register == code.register
        old_epoch = int(connection.execute(select(register_table.c.epoch).where(mine)).scalar_one())
        epoch, previous = old_epoch + 1, _close_epoch(connection, code, old_epoch, at)
        insert_new(
            connection,
            register_epoch,
            [
                {
                    "store": code.store,
                    "register": code.register,
                    "epoch": epoch,
                    "public_key": json.dumps(dict(application.public_key), sort_keys=True),
                    "opened_at": at,
                }
            ],
        )
        said = {
            "epoch": epoch,
            "lan_url": application.lan_url,
            "last_seen": at,
            "clock_offset_ms": offset_ms(parse_instant(application.clock), now),
        }
        # What the old machine had is not what the new one has.
        forgotten = dict.fromkeys(("snapshot_active", "snapshot_seen", "offline", "queued_records", "health"))
        connection.execute(update(register_table).where(mine).values(**said, **forgotten))
        store = connection.execute(select(store_table).where(store_table.c.store == code.store)).one()
        answer = {
            "store": code.store,
            "register": code.register,
            "epoch": epoch,
            "chain": office.chain,
            "store_name": store.name,
            "time_zone": store.time_zone,
            "root": office.root,
            "sender_key": dict(office.sender_key),
            "audience": office.office_id,
            "pin_pepper": base64.b64encode(store.pin_pepper).decode(),
            "previous": previous,
        }
        _burn(connection, code, application, json.dumps(answer, ensure_ascii=False), at)
        return answer


_NEW_CODE = "`server-push registers add STORE REGISTER` makes a new code"


def _count_try(connection: Connection, code: Row[Any]) -> PosError:
    tries = code.failed_tries + 1
    connection.execute(
        update(enrolment_code).where(enrolment_code.c.locator == code.locator).values(failed_tries=tries)
    )
    if tries >= MAX_TRIES:
        return Refused("code-tries", "this code was tried too often", hint=_NEW_CODE)
    return Refused("code-wrong", "the code is wrong", hint="type it again", tries_left=MAX_TRIES - tries)


def _close_epoch(connection: Connection, code: Row[Any], epoch: int, at: str) -> dict[str, Any] | None:
    """Note how far the open epoch had come; None when there is none."""
    if epoch == 0:
        return None
    whose = {"store": code.store, "register": code.register, "epoch": epoch}
    mine = [journal_mark.c[name] == value for name, value in whose.items()]
    row = connection.execute(select(journal_mark.c.acked_seq, journal_mark.c.acked_hash).where(*mine)).one_or_none()
    seq, digest = (row.acked_seq, row.acked_hash) if row is not None else (0, genesis_hash(**whose))
    closing = update(register_epoch).where(*(register_epoch.c[name] == value for name, value in whose.items()))
    connection.execute(closing.values(closed_at=at, final_seq=seq, final_hash=digest))
    return {"epoch": epoch, "seq": seq, "hash": digest}


def _burn(connection: Connection, code: Row[Any], application: Application, answer: str, at: str) -> None:
    """Used up; the answer is kept for its repeat. Older codes of this register answer nobody any more."""
    others = (enrolment_code.c.register == code.register, enrolment_code.c.locator != code.locator)
    connection.execute(delete(enrolment_code).where(*others))
    mine = enrolment_code.c.locator == code.locator
    used = {"used_at": at, "used_by": application.applicant, "answer": answer}
    connection.execute(update(enrolment_code).where(mine).values(**used))


def _wipe(connection: Connection, now: datetime) -> None:
    """Secrets of codes whose time is over. Instants in their text form are in the order of time."""
    over = (enrolment_code.c.expires_at <= instant_text(now), enrolment_code.c.mac_key.is_not(None))
    connection.execute(update(enrolment_code).where(*over).values(mac_key=None, answer=None))
