"""Signing in: PIN against the snapshot's cashiers, lock-out on disk, tokens in memory only.

- A wrong number and a wrong PIN look alike and cost alike.
- The fifth wrong PIN locks the number for five minutes; the lock survives a restart.
- After a restart every token is void: drafts, shift and mode belong to the register and are untouched.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from poscore import records
from poscore.errors import Refused
from register_svc.checkout.desk import Desk
from register_svc.database import Database, Migration
from register_svc.till.people import Attempts, Session

if TYPE_CHECKING:
    import sqlite_utils

PinCheck = Callable[[str, str], bool]
"""(pin, stored hash) → fits; slow on purpose."""

# Compared against when the number is unknown, so that the answer takes as long. Nobody's PIN makes this hash.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ibw$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
_MAX_SESSIONS = 100  # a kiosk that never signs out must not fill the memory; the oldest signs in again
_MAX_ROWS = 1000  # numbers that were tried and do not exist must not fill the disk


def _first(db: sqlite_utils.Database) -> None:
    db.execute(
        "CREATE TABLE sign_in_attempt(cashier TEXT PRIMARY KEY, failures INTEGER NOT NULL,"
        " locked_until INTEGER NOT NULL)"
    )


MIGRATIONS: tuple[Migration, ...] = (_first,)


class Sessions:
    def __init__(
        self,
        state: Database,
        desk: Desk,
        *,
        check_pin: PinCheck,
        new_token: Callable[[], str],
    ) -> None:
        self._state, self._desk = state, desk
        self._check_pin, self._new_token = check_pin, new_token
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}

    def sign_in(self, cashier_id: str, pin: str) -> dict[str, Any]:
        """Raises Refused `pin-wrong` or `locked-out`, Fault `no-snapshot`."""
        catalog = self._desk.book.require()
        with self._lock:  # one at a time: parallel guesses must count too
            now_s = int(self._desk.clock().timestamp())
            attempts = self._attempts(cashier_id)
            if attempts.retry_after(now_s):
                raise _locked(attempts, now_s)
            cashier = catalog.cashier(cashier_id)
            fits = self._check_pin(pin, cashier.pin_hash if cashier else _NOBODY)
            if cashier is None or not fits:
                raise self._failed(cashier_id, attempts.failed(now_s), now_s)
            if attempts.failures:
                self._forget(cashier_id)
        session = Session(self._new_token(), cashier.cashier_id, cashier.name, cashier.role)
        self._note(records.SIGNED_IN, {"cashier": session.cashier, "role": session.role})
        self._sessions[session.token] = session
        while len(self._sessions) > _MAX_SESSIONS:
            self._sessions.pop(next(iter(self._sessions)), None)
        return {
            "token": session.token,
            "cashier": session.cashier,
            "name": session.name,
            "role": session.role,
            "permissions": sorted(session.permissions),
        }

    def sign_out(self, session: Session) -> None:
        if self._sessions.pop(session.token, None):
            self._note(records.SIGNED_OUT, {"cashier": session.cashier})

    def find(self, authorization: str) -> Session:
        """The session of an Authorization header. Raises Refused `session-required`."""
        session = self._sessions.get(authorization[7:]) if authorization.startswith("Bearer ") else None
        if session is None:
            raise Refused("session-required", "sign in first")
        return session

    # --- within

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
