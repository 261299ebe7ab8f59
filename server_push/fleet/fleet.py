"""The fleet: rollouts begun over registers, and what is to be done for them now.

    rollout = fleet.begin(registers, Order("push", "anna", Plan.at_once()))
    for work in fleet.tick(): work.run()          # an engine does this

Everything is said by rows; this holds nothing that a killed process would lose.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from poscore.instants import parse_instant
from server_push.fleet.delivering import Leases, Progress, Silence, StoreJob, Tools
from server_push.fleet.plan import Member, Plan
from server_push.fleet.rollouts import Beginning, Rollouts, begin
from server_push.fleet.rows import Deployment
from server_push.fleet.stages import RolloutState
from server_push.fleet.states import UNSERVED, State
from server_push.registers.registers import Register

# Heard of within three check-ins: it is on.
_FRESH = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Order:
    """`origin`: push, schedule, price or api. `deadline`: when nothing more is begun."""

    origin: str
    made_by: str
    plan: Plan
    deadline: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    rollout: str
    state: str
    registers: Sequence[Deployment]

    @property
    def all_served(self) -> bool:
        ended = self.state in (RolloutState.FINISHED, RolloutState.RUNNING)
        return ended and not any(one.state in UNSERVED for one in self.registers)

    def to_wire(self) -> dict[str, Any]:
        return {
            "rollout": self.rollout,
            "state": self.state,
            "registers": [one.to_wire() for one in self.registers],
        }


@dataclass(frozen=True, slots=True)
class Work:
    """A store's part of a rollout, due now."""

    job: StoreJob
    store: str
    count: int

    def run(self) -> None:
        self.job.run(self.count)


@dataclass(frozen=True, slots=True)
class Fleet:
    """`tools`: what bringing needs; `leases`: what this process holds."""

    tools: Tools
    rollouts: Rollouts
    progress: Progress = field(default_factory=Silence)
    leases: Leases = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "leases", Leases(self.tools))

    def watched(self, progress: Progress) -> Fleet:
        """The same fleet, whose work `progress` hears of."""
        return Fleet(self.tools, self.rollouts, progress)

    # -- beginning -----------------------------------------------------------------------------------------------------

    def begin(self, registers: Sequence[Register], order: Order) -> str:
        """A new rollout to these registers; its id. Raises Refused `nothing-to-push`."""
        new = self._new(order)
        self.rollouts.begin(new, self.members(registers), self.tools.now())
        return new.rollout

    def begin_within(self, connection: Connection, registers: Sequence[Register], order: Order) -> str:
        """The same, within the caller's transaction."""
        new = self._new(order)
        begin(connection, new, self.members(registers), self.tools.now())
        return new.rollout

    def members(self, registers: Sequence[Register]) -> list[Member]:
        now = self.tools.now()
        return [Member(one.store, one.register, _is_fresh(one, now)) for one in registers]

    def _new(self, order: Order) -> Beginning:
        return Beginning(self.tools.new_id(), order.origin, order.made_by, order.plan, order.deadline)

    # -- for an engine -------------------------------------------------------------------------------------------------

    def tick(self, only: str | None = None) -> list[Work]:
        """Take rollouts a step on, and say what is due in which store. Any number of times, anywhere."""
        now = self.tools.now()
        self.tools.deployments.release(now)
        due: list[Work] = []
        for rollout in self.rollouts.running() if only is None else [only]:
            if self.rollouts.tick(rollout, now) is RolloutState.RUNNING:
                due += [
                    Work(StoreJob(self.tools, self.leases, rollout, store, self.progress), store, count)
                    for store, count in self.tools.deployments.due_stores(rollout, now)
                ]
        return due

    def is_waiting(self) -> bool:
        return bool(self.rollouts.running())

    def renew(self) -> None:
        self.leases.renew()

    # -- looking -------------------------------------------------------------------------------------------------------

    def outcome(self, rollout: str) -> Outcome:
        return Outcome(rollout, self.rollouts.state(rollout), self.tools.deployments.of(rollout))


class Served:
    """Whether there is nothing left to wait for: each register has ended, or the rollout was stopped.

    A register that has it and waits for an open sale is waited for as long as such a sale can hold it back.
    """

    def __init__(self, fleet: Fleet, rollout: str) -> None:
        self._fleet, self._rollout = fleet, rollout
        self._has_been_staged: set[str] = set()
        self._only_these_since: float | None = None
        self._looked_at = 0.0

    def __call__(self) -> bool:
        tools = self._fleet.tools
        if self._fleet.rollouts.tick(self._rollout, tools.now()) is not RolloutState.RUNNING:
            return True
        now = time.monotonic()
        if now - self._looked_at < tools.limits.activate_every_s:
            return False
        self._looked_at = now
        left = tools.deployments.unended(self._rollout)
        self._has_been_staged |= {register for register, state in left if state is State.STAGED}
        if any(register not in self._has_been_staged for register, _ in left):
            self._only_these_since = None
            return False
        self._only_these_since = self._only_these_since or now
        return now - self._only_these_since > tools.limits.staged_wait_s


def _is_fresh(register: Register, now: datetime) -> bool:
    return register.last_seen is not None and now - parse_instant(register.last_seen) < _FRESH
