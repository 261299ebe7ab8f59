"""The nightly distribution as rows: what is set, which business dates have run, and which were missed.

A run's row and its rollout are made in one transaction, and the row's key is the business date: whoever looks at the
clock, and however often, a date runs once.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select

from poscore.errors import Refused
from poscore.instants import instant_text, parse_instant
from server_push.fleet.schedule import Run, Schedule
from server_push.registers.audit import Deed, note
from server_push.storage import Storage, insert_new, upsert
from server_push.storage.tables.fleet import distribution_schedule, schedule_run

NIGHTLY = "nightly"
STARTED, MISSED, NOBODY = "started", "missed", "nobody"  # of a run; nobody: there was no register to serve
_ITSELF = "schedule"
_SHOWN = 30

# Begins the rollout of a run within the transaction: its id. Raises Refused `nothing-to-push`.
Begin = Callable[[Connection, Run], str]


@dataclass(frozen=True, slots=True)
class _Standing:
    schedule: Schedule
    since: datetime


class Schedules:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def set(self, schedule: Schedule, who: str, now: datetime) -> None:
        """From now on; a time of today that has passed is not made up for."""
        with self._storage.write() as connection:
            _write(connection, schedule, now)
            note(connection, Deed(who, "schedule-set", NIGHTLY, schedule.to_wire()), now)

    def get(self) -> Schedule:
        with self._storage.read() as connection:
            return _read(connection).schedule

    def show(self, now: datetime) -> dict[str, Any]:
        """What is set, the next run, and the last ones, the newest first."""
        c = schedule_run.c
        query = select(schedule_run).where(c.schedule == NIGHTLY).order_by(c.business_date.desc()).limit(_SHOWN)
        with self._storage.read() as connection:
            schedule = _read(connection).schedule
            rows = connection.execute(query).all()
        runs = [
            {"business_date": row.business_date, "state": row.state, "at": row.at, "rollout": row.rollout}
            for row in rows
        ]
        following = schedule.next(now)
        return {
            **schedule.to_wire(),
            "next": following
            and {
                "business_date": following.business_date.isoformat(),
                "starts_at": instant_text(following.starts_at),
                "ends_at": instant_text(following.ends_at),
            },
            "runs": runs,
            "missed": sum(one["state"] == MISSED for one in runs),
        }

    def tick(self, begin: Begin, now: datetime) -> list[str]:
        """Begin what is due and note what was missed; the rollouts that were begun. Any number of times."""
        with self._storage.read() as connection:
            if _is_set(connection) and not _unsettled(connection, _read(connection), now):
                return []
        begun: list[str] = []
        with self._storage.write() as connection:
            if not _is_set(connection):
                _write(connection, Schedule(), now)
            for run in _unsettled(connection, _read(connection), now):
                rollout = _settle(connection, run, begin, now)
                begun += [rollout] if rollout else []
        return begun


def _settle(connection: Connection, run: Run, begin: Begin, now: datetime) -> str | None:
    day = run.business_date.isoformat()
    rollout: str | None = None
    state = MISSED
    if not run.is_missed(now):
        try:
            rollout, state = begin(connection, run), STARTED
        except Refused as refusal:
            if refusal.code != "nothing-to-push":
                raise
            state = NOBODY
    row = {"schedule": NIGHTLY, "business_date": day, "state": state, "at": instant_text(now), "rollout": rollout}
    insert_new(connection, schedule_run, [row])
    note(connection, Deed(_ITSELF, f"schedule-{state}", NIGHTLY, {"business_date": day, "rollout": rollout}), now)
    return rollout


def _unsettled(connection: Connection, standing: _Standing, now: datetime) -> list[Run]:
    c = schedule_run.c
    runs = list(standing.schedule.begun(standing.since, now))
    days = [run.business_date.isoformat() for run in runs]
    query = select(c.business_date).where(c.schedule == NIGHTLY, c.business_date.in_(days))
    settled = set(connection.execute(query).scalars())
    return [run for run in runs if run.business_date.isoformat() not in settled]


def _is_set(connection: Connection) -> bool:
    return connection.execute(select(distribution_schedule.c.name).limit(1)).first() is not None


def _read(connection: Connection) -> _Standing:
    """What is set; as shipped, before anybody has set anything."""
    query = select(distribution_schedule).where(distribution_schedule.c.name == NIGHTLY)
    row = connection.execute(query).one_or_none()
    if row is None:
        return _Standing(Schedule(), datetime.max.replace(tzinfo=UTC))
    days = tuple(json.loads(row.days))
    schedule = Schedule(row.local_time, row.tz, days, row.window_end, bool(row.enabled))
    return _Standing(schedule, parse_instant(row.since))


def _write(connection: Connection, schedule: Schedule, now: datetime) -> None:
    row = {
        "name": NIGHTLY,
        "local_time": schedule.at,
        "tz": schedule.tz,
        "days": json.dumps(list(schedule.days)),
        "window_end": schedule.window_end,
        "enabled": int(schedule.enabled),
        "since": instant_text(now),
    }
    upsert(connection, distribution_schedule, [row])
