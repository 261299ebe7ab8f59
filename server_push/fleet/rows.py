"""Rows of deployments within a transaction: one step along the table, who may be claimed, what a register may fetch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, update

from poscore.instants import instant_text
from server_push.fleet.patience import PULL
from server_push.fleet.stages import OPEN_GROUPS, RolloutState
from server_push.fleet.states import CLAIMED, LEFT_OUT, Event, State, after, from_states
from server_push.storage.tables.fleet import deployment, rollout, rollout_group
from server_push.storage.tables.registers import store as store_table

_OPEN = from_states(Event.SUPERSEDED)
_TO_FETCH = (State.PENDING, State.RETRY, State.OFFERED, State.UNREACHABLE)


@dataclass(frozen=True, slots=True)
class Target:
    """One register of a rollout."""

    rollout: str
    store: str
    register: str


@dataclass(frozen=True, slots=True)
class Deployment:
    rollout: str
    store: str
    register: str
    state: State
    version: int | None
    code: str | None
    detail: str | None
    group: int
    attempts: int
    next_at: str | None
    via: str | None
    changed_at: str
    activated_at: str | None

    @classmethod
    def of_row(cls, row: Row[Any]) -> Deployment:
        return cls(
            row.rollout,
            row.store,
            row.register,
            State(row.state),
            row.version,
            row.code,
            row.detail,
            row.group_n,
            row.attempts,
            row.next_at,
            row.via,
            row.changed_at,
            row.activated_at,
        )

    def to_wire(self) -> dict[str, Any]:
        """In short, as `push` tells it."""
        return {"register": self.register, "state": str(self.state), "version": self.version, "code": self.code}

    def in_full(self) -> dict[str, Any]:
        return {
            **self.to_wire(),
            "rollout": self.rollout,
            "store": self.store,
            "group": self.group,
            "detail": self.detail,
            "attempts": self.attempts,
            "next_at": self.next_at,
            "via": self.via,
            "changed_at": self.changed_at,
            "activated_at": self.activated_at,
        }


def move(connection: Connection, row: Row[Any], event: Event, now: datetime, **values: Any) -> State:
    """One step of a row along the table; its state. What stays open though nobody wants it any more ends here."""
    state = after(State(row.state), event)
    ended_by = _ended_by(connection, row) if state in _OPEN else None
    if ended_by is not None:
        state = after(state, ended_by)
        values |= {"next_at": None}
    c = deployment.c
    mine = (c.store == row.store, c.rollout == row.rollout, c.register == row.register)
    connection.execute(update(deployment).where(*mine).values(state=state, changed_at=instant_text(now), **values))
    return state


def offered(connection: Connection, store: str, register: str) -> Row[Any] | None:
    """The row that a register may fetch by: its newest, unless that has ended or its rollout does not run.

    A rollout that is over, and one that waits because too many cannot be reached, still gives to who comes.
    """
    c, r, g = deployment.c, rollout.c, rollout_group.c
    newest = (
        select(deployment, r.state.label("rollout_state"), r.reason.label("paused_by"), g.state.label("group_state"))
        .join(rollout, r.rollout == c.rollout)
        .join(rollout_group, (g.rollout == c.rollout) & (g.n == c.group_n))
        .where(c.register == register, c.store == store, c.state.not_in(list(LEFT_OUT)))
        .order_by(r.started_at.desc(), r.rollout.desc())
        .limit(1)
    )
    row = connection.execute(newest).one_or_none()
    if row is None or not (row.state in _TO_FETCH or (row.state in CLAIMED and row.via == PULL)):
        return None
    gives = row.rollout_state in (RolloutState.RUNNING, RolloutState.FINISHED)
    waits = row.rollout_state == RolloutState.PAUSED and row.paused_by == "unreachable-limit"
    open_group = row.group_state in OPEN_GROUPS or (waits and row.group_state == "error")
    return row if (gives or waits) and open_group else None


def claimable() -> Select[Any]:
    """Rows of open groups of running rollouts, with what their patience is."""
    c, r, g, s = deployment.c, rollout.c, rollout_group.c, store_table.c
    return (
        select(deployment, r.tries, r.offer_wait_s, func.coalesce(s.delivery, "auto").label("delivery"))
        .join(rollout, r.rollout == c.rollout)
        .join(rollout_group, (g.rollout == c.rollout) & (g.n == c.group_n))
        .outerjoin(store_table, s.store == c.store)
        .where(r.state == RolloutState.RUNNING, g.state.in_(OPEN_GROUPS))
    )


def line_is_full(connection: Connection, store: str, at_once: int, at: str) -> bool:
    """Whether as many transfers as may share the store's line are under way, whichever processes make them."""
    c = deployment.c
    sending = select(func.count()).where(
        c.store == store, c.claim.is_not(None), c.state == State.SENDING, c.claimed_until >= at
    )
    return bool(connection.execute(sending).scalar_one() >= at_once)


def is_worked_on(connection: Connection, store: str, register: str, at: str) -> bool:
    """Whether somebody who lives holds the register, for any rollout."""
    c = deployment.c
    held = select(c.rollout).where(
        c.store == store, c.register == register, c.claim.is_not(None), c.claimed_until >= at
    )
    return connection.execute(held.limit(1)).first() is not None


def _ended_by(connection: Connection, row: Row[Any]) -> Event | None:
    """Whether a row's rollout was canceled, or a newer one goes to its register, while somebody worked on it."""
    c, r = deployment.c, rollout.c
    own = connection.execute(select(r.state, r.started_at).where(r.rollout == row.rollout)).one()
    if own.state == RolloutState.CANCELED:
        return Event.CANCELED
    newer = (
        select(c.rollout)
        .join(rollout, r.rollout == c.rollout)
        .where(c.register == row.register, c.rollout != row.rollout, r.started_at > own.started_at)
        .where(r.state != RolloutState.CANCELED)
    )
    return Event.SUPERSEDED if connection.execute(newer.limit(1)).first() is not None else None


def row_of(target: Target) -> tuple[Any, ...]:
    """The conditions that name it."""
    c = deployment.c
    return c.store == target.store, c.rollout == target.rollout, c.register == target.register


def rows_of(rollout_id: str, states: Iterable[State]) -> Select[Any]:
    return select(deployment).where(deployment.c.rollout == rollout_id, deployment.c.state.in_(list(states)))
