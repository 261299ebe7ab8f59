"""Rollouts and groups as they stand, read within a transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from poscore.errors import Refused
from server_push.fleet.judging import Limits, Tally
from server_push.fleet.plan import Limit
from server_push.fleet.progress import GroupStanding
from server_push.fleet.stages import GroupState, RolloutState
from server_push.fleet.states import ENDED, State
from server_push.storage.tables.fleet import deployment, rollout, rollout_group


@dataclass(frozen=True, slots=True)
class Summary:
    """A rollout as a list shows it."""

    rollout: str
    state: RolloutState
    origin: str
    made_by: str
    started_at: str
    finished_at: str | None
    reason: str | None
    detail: str | None
    deadline: str | None
    counts: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def ended(self) -> int:
        return sum(count for state, count in self.counts.items() if State(state) in ENDED)

    def to_wire(self) -> dict[str, Any]:
        return {
            "rollout": self.rollout,
            "state": str(self.state),
            "origin": self.origin,
            "made_by": self.made_by,
            "started_at": self.started_at,
            "finished_at": self.finished_at,
            "reason": self.reason,
            "detail": self.detail,
            "deadline": self.deadline,
            "total": self.total,
            "ended": self.ended,
            "counts": self.counts,
        }


def rollout_row(connection: Connection, rollout_id: str) -> Row[Any]:
    """Raises Refused `rollout-not-found`."""
    row = connection.execute(select(rollout).where(rollout.c.rollout == rollout_id)).one_or_none()
    if row is None:
        hint = "server-push rollout list shows them"
        raise Refused("rollout-not-found", f"there is no rollout {rollout_id[:40]!r}", hint=hint)
    return row


def groups_of(connection: Connection, rollout_id: str) -> Sequence[Row[Any]]:
    query = select(rollout_group).where(rollout_group.c.rollout == rollout_id).order_by(rollout_group.c.n)
    return connection.execute(query).all()


def standings_of(connection: Connection, rollout_id: str) -> list[GroupStanding]:
    counts = counts_by_group(connection, rollout_id)
    return [
        GroupStanding(
            group.n,
            GroupState(group.state),
            Tally.of(counts.get(group.n, {})),
            Limits(
                group.success_percent,
                Limit.parse(group.error_limit),
                Limit.parse(group.unreachable_limit),
                group.accepted_errors,
                group.accepted_unreachable,
            ),
        )
        for group in groups_of(connection, rollout_id)
    ]


def counts_by_group(connection: Connection, rollout_id: str) -> dict[int, dict[State, int]]:
    c = deployment.c
    query = select(c.group_n, c.state, func.count().label("number")).where(c.rollout == rollout_id)
    counts: dict[int, dict[State, int]] = {}
    for row in connection.execute(query.group_by(c.group_n, c.state)):
        counts.setdefault(row.group_n, {})[State(row.state)] = row.number
    return counts


def counts_of(connection: Connection, ids: Sequence[str]) -> dict[str, dict[str, int]]:
    c = deployment.c
    query = select(c.rollout, c.state, func.count().label("number")).where(c.rollout.in_(ids))
    counts: dict[str, dict[str, int]] = {}
    for row in connection.execute(query.group_by(c.rollout, c.state)):
        counts.setdefault(row.rollout, {})[row.state] = row.number
    return counts


def summary_of(row: Row[Any], counts: dict[str, int]) -> Summary:
    return Summary(
        row.rollout,
        RolloutState(row.state),
        row.origin,
        row.made_by,
        row.started_at,
        row.finished_at,
        row.reason,
        row.detail,
        row.deadline,
        counts,
    )
