"""The rows of a rollout: what is to be sent where, who works on it, how it ended. They are the truth.

- Whoever works on a register claims its row by compare-and-set; a claim runs out when its holder has died.
- A result counts only from the holder of the claim: two workers never overwrite each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update

from poscore.instants import instant_text
from server_push.fleet.states import FINISHED, RUNNING, TABLE, Event, State, after
from server_push.storage import Storage, insert_new
from server_push.storage.tables.fleet import deployment, rollout

_CLAIMABLE = tuple(str(state) for state, event in TABLE if event is Event.CLAIMED)


@dataclass(frozen=True, slots=True)
class Target:
    """One register of a rollout."""

    rollout: str
    store: str
    register: str


@dataclass(frozen=True, slots=True)
class Result:
    """How it ended for now. `code`: why not, as the register or the wire said; `detail` for a person."""

    event: Event
    code: str | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Deployment:
    register: str
    state: State
    version: int | None
    code: str | None

    def to_wire(self) -> dict[str, Any]:
        return {"register": self.register, "state": str(self.state), "version": self.version, "code": self.code}


class Deployments:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def begin(self, rollout_id: str, registers: Iterable[tuple[str, str]], now: datetime) -> list[Target]:
        """A new rollout over (store, register) pairs."""
        at = instant_text(now)
        targets = [Target(rollout_id, store, register) for store, register in registers]
        rows = [
            {
                "store": target.store,
                "rollout": rollout_id,
                "register": target.register,
                "state": State.PENDING,
                "changed_at": at,
            }
            for target in targets
        ]
        with self._storage.write() as connection:
            insert_new(connection, rollout, [{"rollout": rollout_id, "state": RUNNING, "started_at": at}])
            insert_new(connection, deployment, rows)
        return targets

    def claim(self, target: Target, worker: str, version: int | None, lasts: timedelta, now: datetime) -> bool:
        """True when `worker` now holds the register's row, for as long as `lasts`; False when another does."""
        at = instant_text(now)
        free = or_(deployment.c.claim.is_(None), deployment.c.claimed_until < at)
        taking = update(deployment).where(*_row(target), deployment.c.state.in_(_CLAIMABLE), free)
        values = {
            "state": State.SENDING,
            "version": version,
            "claim": worker,
            "claimed_until": instant_text(now + lasts),
            "attempts": deployment.c.attempts + 1,
            "code": None,
            "detail": None,
            "changed_at": at,
        }
        with self._storage.write() as connection:
            return connection.execute(taking.values(**values)).rowcount == 1

    def settle(self, target: Target, worker: str, result: Result, now: datetime) -> bool:
        """Note a result and give the row back; False when the claim has passed to somebody else."""
        state = after(State.SENDING, result.event)
        values = {
            "state": state,
            "code": result.code,
            "detail": result.detail,
            "claim": None,
            "claimed_until": None,
            "changed_at": instant_text(now),
        }
        with self._storage.write() as connection:
            mine = update(deployment).where(*_row(target), deployment.c.claim == worker)
            return connection.execute(mine.values(**values)).rowcount == 1

    def finish(self, rollout_id: str, now: datetime) -> str:
        """Close the rollout when nobody works on it any more; its state."""
        open_rows = select(deployment.c.register).where(
            deployment.c.rollout == rollout_id, deployment.c.state.in_((State.PENDING, State.SENDING))
        )
        with self._storage.write() as connection:
            if connection.execute(open_rows.limit(1)).first() is not None:
                return RUNNING
            mine = update(rollout).where(rollout.c.rollout == rollout_id)
            connection.execute(mine.values(state=FINISHED, finished_at=instant_text(now)))
        return FINISHED

    def of(self, rollout_id: str) -> list[Deployment]:
        query = select(deployment).where(deployment.c.rollout == rollout_id).order_by(deployment.c.register)
        with self._storage.read() as connection:
            return [
                Deployment(row.register, State(row.state), row.version, row.code) for row in connection.execute(query)
            ]


def _row(target: Target) -> tuple[Any, ...]:
    c = deployment.c
    return c.store == target.store, c.rollout == target.rollout, c.register == target.register
