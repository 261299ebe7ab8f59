"""Rollouts and their groups as rows: begun, gone through, stopped and let go on by persons.

- Beginning a rollout supersedes what older ones still had to bring to its registers: there is no chain.
- `tick` may be called by anybody any number of times; it does what the rows ask for and nothing twice.
- What a person does is noted in the audit log in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from poscore.errors import Refused
from poscore.instants import instant_text, parse_instant
from server_push.fleet.plan import Member, Plan, share_out
from server_push.fleet.progress import GroupStep, Step, next_steps
from server_push.fleet.rows import Deployment, move, rows_of
from server_push.fleet.stages import (
    GroupEvent,
    GroupState,
    RolloutEvent,
    RolloutState,
    group_after,
    rollout_after,
)
from server_push.fleet.standing import (
    Summary,
    counts_by_group,
    counts_of,
    groups_of,
    rollout_row,
    standings_of,
    summary_of,
)
from server_push.fleet.states import Event, State, from_states
from server_push.registers.audit import Deed, note
from server_push.storage import Storage, insert_new
from server_push.storage.tables.fleet import deployment, rollout, rollout_group

BY_HAND, WINDOW_CLOSED = "by-hand", "window-closed"
_ENGINE = "head office"  # who did what nobody did by hand
_AT_ONCE = 500  # bound values in one statement
_MOST_STEPS = 200  # a rollout has at most twenty groups, each opened and passed


@dataclass(frozen=True, slots=True)
class Beginning:
    """`origin`: push, schedule, price, api or first. `deadline`: when its window closes; None for never."""

    rollout: str
    origin: str
    made_by: str
    plan: Plan
    deadline: datetime | None = None


def begin(
    connection: Connection, new: Beginning, members: Sequence[Member], now: datetime, *, is_open: bool = False
) -> None:
    """A new rollout over `members`, within the caller's transaction. Raises Refused `nothing-to-push`.

    `is_open`: its first group's turn has come already; otherwise the next tick opens it.
    """
    if not members:
        raise Refused("nothing-to-push", "there is no such register", hint="server-push registers list shows them")
    at = _its_own_instant(connection, now)
    plan = new.plan
    row = {
        "rollout": new.rollout,
        "state": RolloutState.RUNNING,
        "started_at": at,
        "origin": new.origin,
        "made_by": new.made_by,
        "tries": plan.tries,
        "offer_wait_s": plan.offer_wait_s,
        "deadline": None if new.deadline is None else instant_text(new.deadline),
    }
    insert_new(connection, rollout, [row])
    for n, (group, mine) in enumerate(share_out(plan, members)):
        limits = group.to_wire()
        limits.pop("upto")
        groups = [{"rollout": new.rollout, "n": n, "state": GroupState.SCHEDULED, **limits}]
        insert_new(connection, rollout_group, groups)
        rows = [
            {
                "store": one.store,
                "rollout": new.rollout,
                "register": one.register,
                "state": State.PENDING,
                "changed_at": at,
                "group_n": n,
            }
            for one in mine
        ]
        insert_new(connection, deployment, rows)
    if is_open:
        _move_group(connection, new.rollout, 0, GroupEvent.OPENED, now)
    _supersede(connection, new.rollout, [one.register for one in members], at)
    detail = {"origin": new.origin, "registers": len(members)}
    note(connection, Deed(new.made_by, "rollout-begun", new.rollout, detail), now)


def _its_own_instant(connection: Connection, now: datetime) -> str:
    """Now, or a millisecond after the rollout before: which of two is the newer one is never in doubt."""
    last = connection.execute(select(func.max(rollout.c.started_at))).scalar()
    at = instant_text(now)
    if last is None or last < at:
        return at
    return instant_text(parse_instant(last) + timedelta(milliseconds=1))


def _supersede(connection: Connection, rollout_id: str, registers: Sequence[str], at: str) -> None:
    c = deployment.c
    for start in range(0, len(registers), _AT_ONCE):
        some = registers[start : start + _AT_ONCE]
        older = (c.register.in_(some), c.rollout != rollout_id, c.state.in_(from_states(Event.SUPERSEDED)))
        values = {"state": State.SUPERSEDED, "next_at": None, "changed_at": at}
        connection.execute(update(deployment).where(*older).values(**values))


class Rollouts:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def begin(self, new: Beginning, members: Sequence[Member], now: datetime) -> None:
        """Raises Refused `nothing-to-push`."""
        with self._storage.write() as connection:
            begin(connection, new, members, now)

    # -- going on by themselves ----------------------------------------------------------------------------------------

    def running(self) -> list[str]:
        """Ids of those with something to do, the oldest first."""
        live = (RolloutState.RUNNING, RolloutState.PAUSED)
        query = select(rollout.c.rollout).where(rollout.c.state.in_(live)).order_by(rollout.c.started_at)
        with self._storage.read() as connection:
            return list(connection.execute(query).scalars())

    def tick(self, rollout_id: str, now: datetime) -> RolloutState:
        """Give up what has waited long enough, judge the groups, open the next; the rollout's state."""
        for _ in range(_MOST_STEPS):
            with self._storage.read() as connection:
                found, late = self._look(connection, rollout_id, now)
            if not late and not found[1]:
                return found[0]
            with self._storage.write() as connection:  # looked at anew: somebody else may have been here
                self._give_up(connection, rollout_id, now)
                (_, steps), _ = self._look(connection, rollout_id, now)
                for step in steps:
                    self._take_step(connection, rollout_id, step, now)
        raise AssertionError(f"rollout {rollout_id} does not come to rest")

    def _look(
        self, connection: Connection, rollout_id: str, now: datetime
    ) -> tuple[tuple[RolloutState, list[Step]], bool]:
        row = rollout_row(connection, rollout_id)
        steps = next_steps(RolloutState(row.state), row.reason, standings_of(connection, rollout_id))
        late = connection.execute(_late(row, now).limit(1)).first() is not None
        return (RolloutState(row.state), steps), late

    def _give_up(self, connection: Connection, rollout_id: str, now: datetime) -> None:
        row = rollout_row(connection, rollout_id)
        groups = {group.n: group.state for group in groups_of(connection, rollout_id)}
        closed = _is_closed(row, now)
        for one in connection.execute(_late(row, now)).all():
            never_open = groups[one.group_n] == GroupState.SCHEDULED
            values: dict[str, Any] = {"next_at": None}
            if closed:
                values |= {"code": one.code or WINDOW_CLOSED}
            elif one.code is None:
                values |= {"code": "not-fetched", "detail": "it has not come to fetch it"}
            move(connection, one, Event.CANCELED if never_open else Event.UNREACHED, now, **values)

    def _take_step(self, connection: Connection, rollout_id: str, step: Step, now: datetime) -> None:
        if isinstance(step, GroupStep):
            _move_group(connection, rollout_id, step.n, step.event, now)
            return
        reason = step.verdict.reason if step.verdict else None
        detail = step.verdict.detail if step.verdict else None
        state = _move_rollout(connection, rollout_id, step.event, now, reason=reason, detail=detail)
        if state is not RolloutState.FINISHED:
            deed = Deed(_ENGINE, f"rollout-{step.event.name.lower()}", rollout_id, {"reason": reason})
            note(connection, deed, now)

    # -- by hand -------------------------------------------------------------------------------------------------------

    def pause(self, rollout_id: str, who: str, now: datetime) -> None:
        """Nothing more is begun; what is on its way arrives. Raises Refused `rollout-not-found`, `rollout-state`."""
        with self._storage.write() as connection:
            _move_rollout(connection, rollout_id, RolloutEvent.PAUSED, now, reason=BY_HAND)
            note(connection, Deed(who, "rollout-paused", rollout_id), now)

    def resume(self, rollout_id: str, who: str, now: datetime) -> None:
        """Go on. What had stopped it is taken for seen: only more of it stops it again."""
        with self._storage.write() as connection:
            _move_rollout(connection, rollout_id, RolloutEvent.RESUMED, now)
            for group in standings_of(connection, rollout_id):
                if group.state is GroupState.ERROR:
                    seen = {"accepted_errors": group.tally.errors, "accepted_unreachable": group.tally.unreachable}
                    _move_group(connection, rollout_id, group.n, GroupEvent.REOPENED, now, **seen)
            note(connection, Deed(who, "rollout-resumed", rollout_id), now)

    def cancel(self, rollout_id: str, who: str, now: datetime) -> None:
        """End it: nobody who has not begun gets it, by push or by check-in."""
        with self._storage.write() as connection:
            _move_rollout(connection, rollout_id, RolloutEvent.CANCELED, now)
            for row in connection.execute(rows_of(rollout_id, from_states(Event.CANCELED))).all():
                move(connection, row, Event.CANCELED, now, next_at=None)
            note(connection, Deed(who, "rollout-canceled", rollout_id), now)

    def retry(self, rollout_id: str, who: str, now: datetime) -> int:
        """Try again whoever failed, went back or was not reached; how many. Raises Refused `nothing-to-retry`."""
        with self._storage.write() as connection:
            _move_rollout(connection, rollout_id, RolloutEvent.RETRIED, now, finished_at=None, deadline=None)
            again: set[int] = set()
            count = 0
            for row in connection.execute(rows_of(rollout_id, from_states(Event.RETRIED))).all():
                state = move(connection, row, Event.RETRIED, now, attempts=0, next_at=None, code=None, detail=None)
                if state is State.PENDING:
                    again.add(row.group_n)
                    count += 1
            if not count:
                raise Refused("nothing-to-retry", "nobody of it failed, or newer rollouts went to all who did")
            for group in groups_of(connection, rollout_id):
                if group.n in again and group.state != GroupState.SCHEDULED:
                    fresh = {"accepted_errors": 0, "accepted_unreachable": 0}
                    _move_group(connection, rollout_id, group.n, GroupEvent.REOPENED, now, **fresh)
            note(connection, Deed(who, "rollout-retried", rollout_id, {"registers": count}), now)
        return count

    # -- looking -------------------------------------------------------------------------------------------------------

    def state(self, rollout_id: str) -> RolloutState:
        """Raises Refused `rollout-not-found`."""
        with self._storage.read() as connection:
            return RolloutState(rollout_row(connection, rollout_id).state)

    def list(self, limit: int = 50, before: str | None = None, store: str | None = None) -> list[Summary]:
        """The newest first, from those that started before `before`."""
        query = select(rollout).order_by(rollout.c.started_at.desc(), rollout.c.rollout).limit(limit)
        if before is not None:
            query = query.where(rollout.c.started_at < before)
        if store is not None:
            mine = select(deployment.c.rollout).where(deployment.c.store == store)
            query = query.where(rollout.c.rollout.in_(mine))
        with self._storage.read() as connection:
            rows = connection.execute(query).all()
            counts = counts_of(connection, [row.rollout for row in rows])
        return [summary_of(row, counts.get(row.rollout, {})) for row in rows]

    def show(self, rollout_id: str) -> dict[str, Any]:
        """A rollout whole: its groups and every register. Raises Refused `rollout-not-found`."""
        with self._storage.read() as connection:
            row = rollout_row(connection, rollout_id)
            counts = counts_of(connection, [rollout_id]).get(rollout_id, {})
            by_group = counts_by_group(connection, rollout_id)
            groups = [
                {
                    "n": group.n,
                    "name": group.name,
                    "state": group.state,
                    "success_percent": group.success_percent,
                    "error_limit": group.error_limit,
                    "unreachable_limit": group.unreachable_limit,
                    "counts": {str(state): count for state, count in by_group.get(group.n, {}).items()},
                }
                for group in groups_of(connection, rollout_id)
            ]
            query = select(deployment).where(deployment.c.rollout == rollout_id).order_by(deployment.c.register)
            registers = [Deployment.of_row(one).in_full() for one in connection.execute(query)]
        return {**summary_of(row, counts).to_wire(), "groups": groups, "registers": registers}


def _is_closed(row: Row[Any], now: datetime) -> bool:
    return row.deadline is not None and row.deadline <= instant_text(now)


def _late(row: Row[Any], now: datetime) -> Any:
    """Registers that nothing more is tried with: their time to fetch is over, or the rollout's window."""
    if row.state not in (RolloutState.RUNNING, RolloutState.PAUSED):
        return rows_of(row.rollout, ())
    if _is_closed(row, now):
        return rows_of(row.rollout, (State.PENDING, State.RETRY, State.OFFERED))
    return rows_of(row.rollout, (State.OFFERED,)).where(deployment.c.next_at <= instant_text(now))


def _move_rollout(
    connection: Connection, rollout_id: str, event: RolloutEvent, now: datetime, **values: Any
) -> RolloutState:
    state = rollout_after(RolloutState(rollout_row(connection, rollout_id).state), event)
    ended = state in (RolloutState.FINISHED, RolloutState.CANCELED)
    values = {"reason": None, "detail": None, **({"finished_at": instant_text(now)} if ended else {}), **values}
    connection.execute(update(rollout).where(rollout.c.rollout == rollout_id).values(state=state, **values))
    return state


def _move_group(
    connection: Connection, rollout_id: str, n: int, event: GroupEvent, now: datetime, **values: Any
) -> None:
    mine = (rollout_group.c.rollout == rollout_id, rollout_group.c.n == n)
    state = group_after(GroupState(connection.execute(select(rollout_group.c.state).where(*mine)).scalar_one()), event)
    if event is GroupEvent.OPENED:
        values["opened_at"] = instant_text(now)
    values["finished_at"] = instant_text(now) if state is GroupState.FINISHED else None
    connection.execute(update(rollout_group).where(*mine).values(state=state, **values))
