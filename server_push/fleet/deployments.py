"""The rows of a rollout's registers: who works on each, and how it ended. They are the truth.

- Whoever works on a register claims its row by compare-and-set; a claim runs out when its holder has died.
- A result counts only from the holder of the claim: two workers never overwrite each other.
- A row is claimed only while its rollout runs and its group is open: a pause bites within one transfer. And only while
  fewer than so many transfers share the store's line, whichever processes make them.
- No step waits for the disk: what a power cut takes back is done again, and a register that has it says so.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select, update

from poscore.errors import Refused
from poscore.instants import instant_text
from server_push.fleet.patience import PULL, PUSH, Next, Patience
from server_push.fleet.rows import Deployment, Target, claimable, is_worked_on, line_is_full, move, offered, row_of
from server_push.fleet.stages import OPEN_GROUPS
from server_push.fleet.states import ENDED, Event, State
from server_push.registers.registers import note_snapshot
from server_push.storage import Storage
from server_push.storage.tables.fleet import deployment, rollout, rollout_group

PUSHED, FETCHED = PUSH, PULL  # how a bundle gets there
_DUE = (State.PENDING, State.RETRY, State.STAGED)
# A register that fetched it switches by itself, and says so at its check-in.
_NOT_ITS_OWN = or_(deployment.c.state != State.STAGED, deployment.c.via.is_(None), deployment.c.via != FETCHED)


@dataclass(frozen=True, slots=True)
class Claim:
    """A register's row, held by `worker`. `patience`: how this try stands among those it may have."""

    target: Target
    worker: str
    patience: Patience


@dataclass(frozen=True, slots=True)
class Result:
    """How it ended for now. `code`: why not, as the register or the wire said; `detail` for a person."""

    event: Event
    code: str | None = None
    detail: str | None = None
    wait: timedelta | None = None

    @classmethod
    def of(cls, following: Next, code: str, detail: str) -> Result:
        return cls(following.event, code, detail, following.wait)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who claims, how many transfers may share the store's line, and how long the claim lasts unless it is renewed.

    `version`: what is brought, where that is known beforehand.
    """

    worker: str
    at_once: int
    lasts: timedelta
    via: str = PUSHED
    version: int | None = None


class Deployments:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    # -- claiming ------------------------------------------------------------------------------------------------------

    def claim_next(self, rollout_id: str, store: str, holder: Holder, now: datetime) -> Claim | None:
        """The store's next register that is due, held from now on; None when none is, or the store's line is full."""
        at = instant_text(now)
        c = deployment.c
        due = (
            claimable()
            .where(c.store == store, c.rollout == rollout_id, c.state.in_(_DUE))
            .where(or_(c.next_at.is_(None), c.next_at <= at), _NOT_ITS_OWN)
            .order_by(c.attempts, c.register)
        )
        with self._storage.write(durable=False) as connection:
            if line_is_full(connection, store, holder.at_once, at):
                return None
            for row in connection.execute(due):
                if not is_worked_on(connection, row.store, row.register, at):
                    return _take(connection, row, holder, now)
        return None

    def claim_fetch(self, store: str, register: str, holder: Holder, now: datetime) -> Claim:
        """What a register should fetch, held by it. Raises Refused `nothing-to-fetch`, `too-many-requests`."""
        at = instant_text(now)
        with self._storage.write(durable=False) as connection:
            row = offered(connection, store, register)
            if row is None:
                raise Refused("nothing-to-fetch", f"there is nothing for {register} to fetch")
            if row.claim != holder.worker:
                if is_worked_on(connection, store, register, at):
                    raise Refused("too-many-requests", f"{register} is being sent it already", retry_after=15)
                if line_is_full(connection, store, holder.at_once, at):
                    raise Refused("too-many-requests", "the store's line is in use", retry_after=5)
            return _take(connection, row, holder, now)

    def sent(self, claim: Claim, lasts: timedelta, now: datetime) -> bool:
        """The register has the bytes: the store's line is free, the row stays held."""
        return self._change(claim, Event.SENT, {"claimed_until": instant_text(now + lasts)}, now)

    def settle(self, claim: Claim, result: Result, now: datetime) -> bool:
        """Note a result and give the row back; False when the claim has passed to somebody else."""
        at = instant_text(now)
        values: dict[str, Any] = {
            "code": result.code,
            "detail": result.detail,
            "claim": None,
            "claimed_until": None,
            "next_at": None if result.wait is None else instant_text(now + result.wait),
        }
        if result.event is Event.ACTIVATED:
            values["activated_at"] = at
        return self._change(claim, result.event, values, now)

    def note_version(self, claim: Claim, version: int) -> None:
        mine = update(deployment).where(*row_of(claim.target), deployment.c.claim == claim.worker)
        with self._storage.write(durable=False) as connection:
            connection.execute(mine.values(version=version))

    def _change(self, claim: Claim, event: Event, values: dict[str, Any], now: datetime) -> bool:
        mine = select(deployment).where(*row_of(claim.target), deployment.c.claim == claim.worker)
        with self._storage.write(durable=False) as connection:
            row = connection.execute(mine).one_or_none()
            if row is None:
                return False
            move(connection, row, event, now, **values)
            if event is Event.ACTIVATED:
                note_snapshot(connection, row.register, row.version)
        return True

    def renew(self, workers: Collection[str], lasts: timedelta, now: datetime) -> None:
        """Their holders live: what they hold lasts on."""
        if not workers:
            return
        longer = instant_text(now + lasts)
        held = update(deployment).where(deployment.c.claim.in_(list(workers)), deployment.c.claimed_until < longer)
        with self._storage.write(durable=False) as connection:
            connection.execute(held.values(claimed_until=longer))

    def release(self, now: datetime) -> int:
        """Give back what the dead held, for the next try; how many rows."""
        at = instant_text(now)
        dead = select(deployment).where(deployment.c.claim.is_not(None), deployment.c.claimed_until < at)
        with self._storage.read() as connection:
            if connection.execute(dead.limit(1)).first() is None:
                return 0
        with self._storage.write(durable=False) as connection:
            rows = connection.execute(dead).all()
            for row in rows:
                move(connection, row, Event.LOST, now, claim=None, claimed_until=None, next_at=None)
        return len(rows)

    # -- leaving to the check-in ---------------------------------------------------------------------------------------

    def offer(self, rollout_id: str, store: str, version: int, wait: timedelta, now: datetime) -> int:
        """Leave a store's registers to fetch it by themselves; how many."""
        c = deployment.c
        due = claimable().where(c.store == store, c.rollout == rollout_id, c.state.in_((State.PENDING, State.RETRY)))
        with self._storage.write() as connection:
            rows = connection.execute(due).all()
            for row in rows:
                move(
                    connection,
                    row,
                    Event.OFFERED,
                    now,
                    version=version,
                    via=FETCHED,
                    next_at=instant_text(now + wait),
                )
        return len(rows)

    def fail_store(self, rollout_id: str, store: str, result: Result, now: datetime) -> None:
        """What keeps a whole store from being served, such as a bundle that cannot be made."""
        c = deployment.c
        due = claimable().where(c.store == store, c.rollout == rollout_id, c.state.in_((State.PENDING, State.RETRY)))
        with self._storage.write() as connection:
            for row in connection.execute(due).all():
                move(connection, row, result.event, now, code=result.code, detail=result.detail)

    # -- looking -------------------------------------------------------------------------------------------------------

    def of(self, rollout_id: str) -> list[Deployment]:
        query = select(deployment).where(deployment.c.rollout == rollout_id).order_by(deployment.c.register)
        with self._storage.read() as connection:
            return [Deployment.of_row(row) for row in connection.execute(query)]

    def unended(self, rollout_id: str) -> list[tuple[str, State]]:
        """Registers with which something may still happen from here."""
        c = deployment.c
        query = select(c.register, c.state).where(c.rollout == rollout_id, c.state.not_in(list(ENDED)))
        with self._storage.read() as connection:
            return [(row.register, State(row.state)) for row in connection.execute(query)]

    def of_register(self, register: str, limit: int) -> list[Deployment]:
        """The newest first."""
        query = select(deployment).where(deployment.c.register == register).order_by(deployment.c.changed_at.desc())
        with self._storage.read() as connection:
            return [Deployment.of_row(row) for row in connection.execute(query.limit(limit))]

    def newest(self) -> dict[str, Deployment]:
        """Of each register what it was last to get, by register."""
        c, r = deployment.c, rollout.c
        last = (
            select(c.register, func.max(r.started_at).label("at"))
            .join(rollout, r.rollout == c.rollout)
            .group_by(c.register)
            .subquery()
        )
        query = (
            select(deployment)
            .join(rollout, r.rollout == c.rollout)
            .join(last, and_(last.c.register == c.register, last.c.at == r.started_at))
        )
        with self._storage.read() as connection:
            return {row.register: Deployment.of_row(row) for row in connection.execute(query)}

    def due_stores(self, rollout_id: str, now: datetime) -> list[tuple[str, int]]:
        """Stores where somebody has to be served, and how many; by store."""
        c = deployment.c
        at = instant_text(now)
        due = (
            select(c.store, func.count().label("number"))
            .join(rollout_group, (rollout_group.c.rollout == c.rollout) & (rollout_group.c.n == c.group_n))
            .where(c.rollout == rollout_id, c.state.in_(_DUE), rollout_group.c.state.in_(OPEN_GROUPS))
            .where(or_(c.next_at.is_(None), c.next_at <= at), _NOT_ITS_OWN)
            .group_by(c.store)
            .order_by(c.store)
        )
        with self._storage.read() as connection:
            return [(row.store, row.number) for row in connection.execute(due)]

    def has_published(self, rollout_id: str, store: str) -> bool:
        """Whether a register of the store has been given a version by this rollout: the others get no newer data."""
        c = deployment.c
        given = select(c.register).where(c.store == store, c.rollout == rollout_id, c.version.is_not(None))
        with self._storage.read() as connection:
            return connection.execute(given.limit(1)).first() is not None


def _take(connection: Connection, row: Row[Any], holder: Holder, now: datetime) -> Claim:
    target = Target(row.rollout, row.store, row.register)
    again = row.claim == holder.worker
    values = {
        "claim": holder.worker,
        "claimed_until": instant_text(now + holder.lasts),
        "attempts": row.attempts + 1,
        "via": holder.via,
        "version": row.version if holder.version is None else holder.version,
        "code": None,
        "detail": None,
        "next_at": None,
    }
    if again:  # a register that lost the bytes on the way asks for them again
        values["state"] = State.SENDING
        connection.execute(update(deployment).where(*row_of(target)).values(**values))
    else:
        move(connection, row, Event.CLAIMED, now, **values)
    wait = timedelta(seconds=getattr(row, "offer_wait_s", 0))
    delivery, tries = getattr(row, "delivery", "pull"), getattr(row, "tries", 1)
    return Claim(target, holder.worker, Patience(delivery, row.attempts + 1, tries, wait))
