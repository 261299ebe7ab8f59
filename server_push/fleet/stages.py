"""What a rollout and its groups may go through, as tables: `{(State, Event): State}`.

    rollout   running ⇄ paused → canceled        group   scheduled → running → finished
                 ↓ ↑ finished                                            ⇅ error

A missing pair is a refusal. Nothing here reads the clock or the disk.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType

from poscore.errors import Refused


class RolloutState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    CANCELED = "canceled"
    FINISHED = "finished"


class RolloutEvent(StrEnum):
    PAUSED = "a person or a limit stops it"
    RESUMED = "it goes on"
    CANCELED = "a person ends it"
    DONE = "every register has ended"
    RETRIED = "a person wants its failed registers tried again"


ROLLOUT_TABLE = MappingProxyType(
    {
        (RolloutState.RUNNING, RolloutEvent.PAUSED): RolloutState.PAUSED,
        (RolloutState.PAUSED, RolloutEvent.PAUSED): RolloutState.PAUSED,  # by a person, after a limit did
        (RolloutState.RUNNING, RolloutEvent.RESUMED): RolloutState.RUNNING,
        (RolloutState.PAUSED, RolloutEvent.RESUMED): RolloutState.RUNNING,
        (RolloutState.RUNNING, RolloutEvent.CANCELED): RolloutState.CANCELED,
        (RolloutState.PAUSED, RolloutEvent.CANCELED): RolloutState.CANCELED,
        (RolloutState.CANCELED, RolloutEvent.CANCELED): RolloutState.CANCELED,
        (RolloutState.RUNNING, RolloutEvent.DONE): RolloutState.FINISHED,
        (RolloutState.RUNNING, RolloutEvent.RETRIED): RolloutState.RUNNING,
        (RolloutState.PAUSED, RolloutEvent.RETRIED): RolloutState.RUNNING,
        (RolloutState.FINISHED, RolloutEvent.RETRIED): RolloutState.RUNNING,
    }
)


class GroupState(StrEnum):
    SCHEDULED = "scheduled"
    RUNNING = "running"
    FINISHED = "finished"
    ERROR = "error"


class GroupEvent(StrEnum):
    OPENED = "its turn has come"
    PASSED = "enough of its registers succeeded"
    HALTED = "a limit is passed"
    REOPENED = "a person lets it go on"


GROUP_TABLE = MappingProxyType(
    {
        (GroupState.SCHEDULED, GroupEvent.OPENED): GroupState.RUNNING,
        (GroupState.RUNNING, GroupEvent.PASSED): GroupState.FINISHED,
        (GroupState.RUNNING, GroupEvent.HALTED): GroupState.ERROR,
        (GroupState.FINISHED, GroupEvent.HALTED): GroupState.ERROR,  # a register went back afterwards
        (GroupState.ERROR, GroupEvent.REOPENED): GroupState.RUNNING,
        (GroupState.FINISHED, GroupEvent.REOPENED): GroupState.RUNNING,  # its failed registers are tried again
        (GroupState.RUNNING, GroupEvent.REOPENED): GroupState.RUNNING,
    }
)

# Groups whose registers are worked on. One that has finished may still have stragglers.
OPEN_GROUPS = (GroupState.RUNNING, GroupState.FINISHED)


def rollout_after(state: RolloutState, event: RolloutEvent) -> RolloutState:
    """The state that follows. Raises Refused `rollout-state`."""
    try:
        return ROLLOUT_TABLE[state, event]
    except KeyError:
        raise Refused("rollout-state", f"a rollout that is {state} cannot take: {event}") from None


def group_after(state: GroupState, event: GroupEvent) -> GroupState:
    """The state that follows. Raises Refused `group-state`."""
    try:
        return GROUP_TABLE[state, event]
    except KeyError:
        raise Refused("group-state", f"a group that is {state} cannot take: {event}") from None
