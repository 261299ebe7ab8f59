"""What a register's check-in says of its snapshots, and what it should fetch.

- The inventory settles rows: what a register fetched by itself, and what became of a pushed one afterwards (good, or
  gone back from). A row that a push holds is left to that push.
- What is offered is the register's own newest row, or, when it has nothing to sell from, its store's current snapshot
  in a rollout of its own. There is one row, one bundle and one verification, however it gets there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from poscore.instants import instant_text
from server_push.fleet.deployments import FETCHED, PUSHED
from server_push.fleet.patience import PASSING
from server_push.fleet.plan import AT_ONCE, Member, Plan
from server_push.fleet.rollouts import Beginning, begin
from server_push.fleet.rows import move, offered
from server_push.fleet.states import CLAIMED, LEFT_OUT, SUCCEEDED, TABLE, Event, State
from server_push.storage import Storage
from server_push.storage.tables.fleet import deployment, rollout

FIRST = "first"  # the origin of a rollout that a register's first check-in begins
_ITSELF = "check-in"
# States in which a register's word that it went wrong is news.
_UNDER_WAY = (State.SENDING, State.INSTALLING, State.STAGED)


@dataclass(frozen=True, slots=True)
class SlotSaid:
    """A slot of a register, in its own words: TRIAL, GOOD, ROLLED_BACK, BAD, …"""

    version: int
    state: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RefusedSaid:
    """What a register fetched and did not take."""

    version: int
    code: str
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Inventory:
    """`active`: what it sells from; None when it has nothing. `slots`: none from registers of before."""

    active: int | None
    slots: tuple[SlotSaid, ...] = ()
    refused: RefusedSaid | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """`version`: to be fetched; None when there is nothing. `soon`: come again early, something is under way."""

    version: int | None = None
    soon: bool = False


class CheckIns:
    """`fetched_within`: how long what is offered may lie before it counts as unreachable."""

    def __init__(self, storage: Storage, fetched_within: timedelta) -> None:
        self._storage, self._fetched_within = storage, fetched_within

    def hear(self, one: Member, said: Inventory, newest: int | None, new_id: str, now: datetime) -> Offer:
        """Settle what the inventory settles, and answer. `newest`: the store's current version, if it has one."""
        with self._storage.read() as connection:
            is_news = any(True for _ in _news(connection, one, said)) or self._wants(connection, one, said, newest)
            if not is_news:
                return Offer(soon=_is_awaited(connection, one))
        with self._storage.write() as connection:
            for row, event, values in list(_news(connection, one, said)):
                move(connection, row, event, now, **values(now))
            for row, event, values in list(_news(connection, one, said)):  # activated, and then good
                move(connection, row, event, now, **values(now))
            return self._offer(connection, one, said, newest, (new_id, now))

    def _wants(self, connection: Connection, one: Member, said: Inventory, newest: int | None) -> bool:
        if newest is None:
            return False
        return offered(connection, one.store, one.register) is not None or _is_new(connection, one, said)

    def _offer(
        self, connection: Connection, one: Member, said: Inventory, newest: int | None, first: tuple[str, datetime]
    ) -> Offer:
        if newest is None:
            return Offer()
        new_id, now = first
        row = offered(connection, one.store, one.register)
        if row is None and _is_new(connection, one, said):
            row = self._first(connection, one, newest, new_id, now)
        if row is None:
            return Offer(soon=_is_awaited(connection, one))
        if row.version is None and row.state != State.UNREACHABLE:
            return Offer(soon=True)  # its rollout has not published yet: what it should get does not exist
        if said.active == newest:
            move(connection, row, Event.ACTIVATED, now, **_ended(now), activated_at=instant_text(now), version=newest)
            return Offer()
        return Offer(newest)

    def _first(self, connection: Connection, one: Member, newest: int, new_id: str, now: datetime) -> Row[Any] | None:
        wait = self._fetched_within
        plan = Plan(AT_ONCE, tries=1, offer_wait_s=int(wait.total_seconds()))
        begin(connection, Beginning(new_id, FIRST, _ITSELF, plan), [one], now, is_open=True)
        row = connection.execute(_newest(one)).one()
        till = instant_text(now + wait)
        move(connection, row, Event.OFFERED, now, version=newest, via=FETCHED, next_at=till)
        return offered(connection, one.store, one.register)


def _newest(one: Member) -> Any:
    c, r = deployment.c, rollout.c
    return (
        select(deployment, r.state.label("rollout_state"))
        .join(rollout, r.rollout == c.rollout)
        .where(c.register == one.register, c.store == one.store)
        .order_by(r.started_at.desc(), r.rollout.desc())
        .limit(1)
    )


def _is_new(connection: Connection, one: Member, said: Inventory) -> bool:
    """It has nothing to sell from, and nothing is on its way or has failed: a person looks after those."""
    if said.active is not None:
        return False
    row = connection.execute(_newest(one)).one_or_none()
    return row is None or row.state in SUCCEEDED or row.state in LEFT_OUT


def _is_awaited(connection: Connection, one: Member) -> bool:
    row = connection.execute(_newest(one)).one_or_none()
    return row is not None and row.rollout_state == "running" and row.state in (State.PENDING, State.RETRY, *CLAIMED)


def _news(connection: Connection, one: Member, said: Inventory) -> Iterator[tuple[Row[Any], Event, Any]]:
    """Rows that the inventory moves, each with its event and what is noted with it."""
    slots = {slot.version: slot for slot in said.slots}
    if said.active is not None and said.active not in slots:
        slots[said.active] = SlotSaid(said.active, "TRIAL")
    for row in _newest_by_version(connection, one, set(slots) | ({said.refused.version} if said.refused else set())):
        if row.claim is not None and row.via == PUSHED:
            continue
        event, code, detail = _meaning(row, slots.get(row.version), said)
        if event is not None and (State(row.state), event) in TABLE:
            yield row, event, _Noting(event, code, detail)


def _newest_by_version(connection: Connection, one: Member, versions: set[int]) -> list[Row[Any]]:
    c, r = deployment.c, rollout.c
    query = (
        select(deployment)
        .join(rollout, r.rollout == c.rollout)
        .where(c.register == one.register, c.store == one.store, c.version.in_(sorted(versions)))
        .where(c.state.not_in(list(LEFT_OUT)))
        .order_by(r.started_at, r.rollout)
    )
    return list({row.version: row for row in connection.execute(query)}.values())


def _meaning(row: Row[Any], slot: SlotSaid | None, said: Inventory) -> tuple[Event | None, str | None, str | None]:
    state = State(row.state)
    refused = said.refused
    if slot is None or slot.state == "BAD":
        if refused is not None and refused.version == row.version and state in CLAIMED:
            event = Event.OFFERED if refused.code in PASSING else Event.REFUSED
            return event, refused.code, refused.detail
        if slot is not None and state in _UNDER_WAY:
            return Event.REFUSED, slot.reason or "check", "the register found it bad"
    elif slot.state in ("TRIAL", "GOOD"):
        if state is State.ACTIVATED:
            return (Event.CONFIRMED if slot.state == "GOOD" else None), None, None
        if state is not State.CONFIRMED and (state is not State.PENDING or said.active == row.version):
            return Event.ACTIVATED, None, None
    elif slot.state == "ROLLED_BACK":
        reason = slot.reason or "rolled-back"
        if state in SUCCEEDED:
            return Event.ROLLED_BACK, reason, "the register went back to the one before"
        if state in _UNDER_WAY:
            return Event.REFUSED, reason, "the register went back to the one before"
    elif slot.state == "STAGED" and state in CLAIMED:
        return Event.TAKEN, "sale-open", "it switches by itself when the open sale has ended"
    return None, None, None


@dataclass(frozen=True, slots=True)
class _Noting:
    event: Event
    code: str | None
    detail: str | None

    def __call__(self, now: datetime) -> dict[str, Any]:
        values = {**_ended(now), "code": self.code, "detail": self.detail}
        if self.event is Event.ACTIVATED:
            values["activated_at"] = instant_text(now)
        if self.event is Event.OFFERED:
            values["next_at"] = instant_text(now + timedelta(hours=1))
        return values


def _ended(_now: datetime) -> dict[str, Any]:
    return {"claim": None, "claimed_until": None, "next_at": None, "code": None, "detail": None}
