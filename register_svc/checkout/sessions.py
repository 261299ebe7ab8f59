"""Signing in: PIN against the snapshot's cashiers, lock-out on disk, tokens in memory only.

- A wrong number and a wrong PIN look alike and cost alike.
- The fifth wrong PIN locks the number for five minutes, wherever it was typed; the lock survives a restart.
- A session that is not used for a while (`people.lock_after_min`) asks for its PIN again; nothing of the sale is lost.
- Somebody else's PIN gives leave for one action (`overrides.py`).
- After a restart every token is void: drafts, shift and mode belong to the register and are untouched.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from poscore import records
from poscore.errors import Refused
from poscore.roles import PERMISSIONS, TRAINING, Roles
from register_svc.checkout.desk import Desk
from register_svc.checkout.overrides import LIVES, use_of
from register_svc.checkout.pins import Pins
from register_svc.database import Database, Migration
from register_svc.till.people import NOT_BY_OVERRIDE, SHIPPED_ROLES, Attempts, Cashier, Override, Session
from register_svc.till.pins import check_new_pin

if TYPE_CHECKING:
    import sqlite_utils

_MAX_SESSIONS = 100  # a kiosk that never signs out must not fill the memory; the oldest signs in again
_MAX_ROWS = 1000  # numbers that were tried and do not exist must not fill the disk


def _first(db: sqlite_utils.Database) -> None:
    db.execute(
        "CREATE TABLE sign_in_attempt(cashier TEXT PRIMARY KEY, failures INTEGER NOT NULL,"
        " locked_until INTEGER NOT NULL)"
    )


MIGRATIONS: tuple[Migration, ...] = (_first,)


@dataclass(slots=True)
class _Place:
    """Somebody's place at the register, as long as the token lives. `used_at`: by the register's clock."""

    session: Session
    used_at: datetime
    locked: bool = False


class Sessions:
    def __init__(self, state: Database, desk: Desk, pins: Pins, new_token: Callable[[], str]) -> None:
        self._state, self._desk, self._pins, self._new_token = state, desk, pins, new_token
        self._lock = threading.Lock()
        self._places: dict[str, _Place] = {}
        self._read_roles: tuple[Any, Roles] = (None, SHIPPED_ROLES)

    def sign_in(self, cashier_id: str, pin: str) -> dict[str, Any]:
        """Raises Refused `pin-wrong` or `locked-out`, Fault `no-snapshot`."""
        cashier = self._verified(cashier_id, pin)
        session = Session(self._new_token(), cashier.cashier_id, cashier.name, cashier.role, self._roles())
        self._note(records.SIGNED_IN, {"cashier": session.cashier, "role": session.role})
        self._places[session.token] = _Place(session, self._desk.clock())
        while len(self._places) > _MAX_SESSIONS:
            self._places.pop(next(iter(self._places)), None)
        return {"token": session.token, **self.show(session)}

    def show(self, session: Session) -> dict[str, Any]:
        """Who it is, and what they may do today."""
        return {
            "cashier": session.cashier,
            "name": session.name,
            "role": session.role,
            "permissions": sorted(session.permissions),
            "training": session.training,
            "lock_after_min": self._lock_after_min(),
        }

    def sign_out(self, session: Session) -> None:
        if self._places.pop(session.token, None):
            if session.training:
                self._note(records.TRAINING_ENDED, {"cashier": session.cashier})
            self._note(records.SIGNED_OUT, {"cashier": session.cashier})

    def find(self, authorization: str, override: str | None = None) -> Session:
        """The session of an Authorization header, with the leave that an Override header brings.

        Raises Refused `session-required` or `session-locked`. An override that is not for this session, or has been
        used, is none: a request that is tried again after it went through has its answer already.
        """
        place, now = self._place(authorization), self._desk.clock()
        place.locked = place.locked or self._is_idle(place, now)
        if place.locked:
            who = {"cashier": place.session.cashier, "name": place.session.name}
            raise Refused("session-locked", "the register was not used for a while: type your PIN", None, **who)
        place.used_at = now
        given = self._desk.overrides.find(override, place.session.token, now) if override else None
        return self._as_of_now(place.session, given)

    def find_locked(self, authorization: str) -> Session:
        """The session of an Authorization header, locked or not. Raises Refused `session-required`."""
        return self._as_of_now(self._place(authorization).session, None)

    def unlock(self, session: Session, pin: str) -> dict[str, Any]:
        """By the session's own PIN. Raises Refused `pin-wrong` or `locked-out`."""
        self._verified(_own_number(session), pin)
        place = self._place_of(session)
        place.locked, place.used_at = False, self._desk.clock()
        return self.show(session)

    def give_leave(self, session: Session, cashier_id: str, pin: str, permission: str) -> dict[str, Any]:
        """Leave for one action of `session`, by the PIN of somebody who may do it.

        Raises Refused `permission-unknown`, `pin-wrong`, `locked-out`, or `permission-missing` when they may not.
        """
        _own_number(session)
        if permission not in PERMISSIONS - NOT_BY_OVERRIDE:
            raise Refused("permission-unknown", f"nobody gives leave for {permission}")
        giver = self._verified(cashier_id, pin)
        if permission not in self._roles().of(giver.role):
            said = f"the role {giver.role} may not give leave for this ({permission})"
            raise Refused("permission-missing", said, permission=permission)
        override = Override(self._new_token(), permission, giver.cashier_id)
        self._desk.overrides.give(override, session.token, self._desk.clock())
        lives_s = int(LIVES.total_seconds())
        return {"token": override.token, "permission": permission, "by": giver.cashier_id, "expires_in_s": lives_s}

    def change_pin(self, session: Session, old: str, new: str) -> dict[str, Any]:
        """The session's own. Raises Refused `pin-wrong`, `locked-out`, `pin-weak` or `pin-invalid`.

        Tried again after it went through, the old PIN is wrong. No answer is kept under a key: the fingerprint of a
        request that is two PINs would give them away.
        """
        cashier = self._verified(_own_number(session), old)
        changed_at = self._pins.change(cashier, check_new_pin(new, old, cashier.cashier_id))
        return {"cashier": cashier.cashier_id, "changed_at": changed_at}

    def train(self, session: Session, on: bool) -> dict[str, Any]:
        """Begin or end training: what is started then is training. Raises Refused `permission-missing`."""
        place = self._place_of(session)
        with self._desk.lock:
            if on != place.session.training:
                leave = session.leave_for(TRAINING) if on else None
                kind = records.TRAINING_STARTED if on else records.TRAINING_ENDED
                with self._desk.writing(use_of(session, leave, kind)) as writing:
                    shift = self._desk.shifts.current()
                    day = shift.business_day if shift else None
                    writing.append(kind, self._desk.now(), day, {"cashier": session.cashier})
                place.session = replace(place.session, training=on)
        self._desk.after_commit()
        return self.show(self._as_of_now(place.session, None))

    # --- within

    def _place(self, authorization: str) -> _Place:
        place = self._places.get(authorization[7:]) if authorization.startswith("Bearer ") else None
        if place is None:
            raise Refused("session-required", "sign in first")
        return place

    def _place_of(self, session: Session) -> _Place:
        return self._place(f"Bearer {session.token}")

    def _is_idle(self, place: _Place, now: datetime) -> bool:
        minutes = self._lock_after_min()
        return minutes > 0 and abs(now - place.used_at) >= timedelta(minutes=minutes)

    def _lock_after_min(self) -> int:
        return int(self._desk.rules()["people.lock_after_min"])

    def _as_of_now(self, session: Session, override: Override | None) -> Session:
        """A new snapshot, or a new day, may have changed what the role may do."""
        roles = self._roles()
        if roles is session.roles and override is None:
            return session
        return replace(session, roles=roles, override=override)

    def _roles(self) -> Roles:
        table: Mapping[str, Any] = self._desk.rules()["people.permissions"]
        if table is not self._read_roles[0]:
            self._read_roles = table, Roles.read(table)
        return self._read_roles[1]

    def _verified(self, cashier_id: str, pin: str) -> Cashier:
        """Whose number and PIN these are. Raises Refused `pin-wrong` or `locked-out`, Fault `no-snapshot`."""
        catalog = self._desk.book.require()
        with self._lock:  # one at a time: parallel guesses must count too
            now_s = int(self._desk.clock().timestamp())
            attempts = self._attempts(cashier_id)
            if attempts.retry_after(now_s):
                raise _locked(attempts, now_s)
            cashier = catalog.cashier(cashier_id)
            if not self._pins.fits(cashier, pin) or cashier is None:
                raise self._failed(cashier_id, attempts.failed(now_s), now_s)
            if attempts.failures:
                self._forget(cashier_id)
        return cashier

    def _attempts(self, cashier_id: str) -> Attempts:
        row = self._state.reader.execute(
            "SELECT failures, locked_until FROM sign_in_attempt WHERE cashier = ?", (cashier_id,)
        ).fetchone()
        return Attempts(*row) if row else Attempts()

    def _failed(self, cashier_id: str, attempts: Attempts, now_s: int) -> Refused:
        with self._state.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO sign_in_attempt VALUES(?, ?, ?)",
                (cashier_id, attempts.failures, attempts.locked_until),
            )
            connection.execute(
                "DELETE FROM sign_in_attempt WHERE rowid NOT IN"
                " (SELECT rowid FROM sign_in_attempt ORDER BY rowid DESC LIMIT ?)",
                (_MAX_ROWS,),
            )
        if not attempts.locked_until:
            return Refused("pin-wrong", "the number or the PIN is wrong")
        self._note(records.LOCKED_OUT, {"cashier": cashier_id})
        return _locked(attempts, now_s)

    def _forget(self, cashier_id: str) -> None:
        with self._state.write() as connection:
            connection.execute("DELETE FROM sign_in_attempt WHERE cashier = ?", (cashier_id,))

    def _note(self, kind: str, body: dict[str, Any]) -> None:
        self._desk.journal.append(kind, self._desk.now(), None, body)
        self._desk.after_commit()


def _locked(attempts: Attempts, now_s: int) -> Refused:
    wait_s = attempts.retry_after(now_s)
    return Refused("locked-out", f"too many wrong PINs: try again in {wait_s} seconds", retry_after=wait_s)


def _own_number(session: Session) -> str:
    if session.cashier is None:
        raise Refused("session-required", "sign in first: the register's own commands have no PIN")
    return session.cashier
