"""The next steps of a rollout, by how its groups stand. Pure: standings in, steps out.

Groups are gone through in their order; each is opened when the one before it has passed. A limit that is passed, be it
in a group that has finished, pauses the rollout. A pause for too many unreachable registers ends by itself when enough
of them have come to fetch what is theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server_push.fleet.judging import UNREACHABLE_LIMIT, Limits, Tally, Verdict, Word, judge
from server_push.fleet.stages import GroupEvent, GroupState, RolloutEvent, RolloutState


@dataclass(frozen=True, slots=True)
class GroupStanding:
    n: int
    state: GroupState
    tally: Tally
    limits: Limits


@dataclass(frozen=True, slots=True)
class GroupStep:
    n: int
    event: GroupEvent


@dataclass(frozen=True, slots=True)
class RolloutStep:
    event: RolloutEvent
    verdict: Verdict | None = None


Step = GroupStep | RolloutStep


def next_steps(state: RolloutState, paused_by: str | None, groups: Sequence[GroupStanding]) -> list[Step]:
    """What is to be done now; empty when nothing is."""
    if state is RolloutState.PAUSED and paused_by == UNREACHABLE_LIMIT:
        return _those_who_came_back(groups)
    if state is not RolloutState.RUNNING:
        return []
    steps: list[Step] = []
    for group in groups:
        if group.state is GroupState.SCHEDULED:
            return [*steps, GroupStep(group.n, GroupEvent.OPENED)]
        verdict = judge(group.tally, group.limits)
        if verdict.word is Word.HALT:
            return [GroupStep(group.n, GroupEvent.HALTED), RolloutStep(RolloutEvent.PAUSED, verdict)]
        if group.state is GroupState.RUNNING:
            if verdict.word is Word.WAIT:
                return steps
            steps.append(GroupStep(group.n, GroupEvent.PASSED))
    if all(group.tally.ended >= group.tally.total for group in groups):
        steps.append(RolloutStep(RolloutEvent.DONE))
    return steps


def _those_who_came_back(groups: Sequence[GroupStanding]) -> list[Step]:
    halted = [group for group in groups if group.state is GroupState.ERROR]
    if any(judge(group.tally, group.limits).word is Word.HALT for group in halted):
        return []
    reopened: list[Step] = [GroupStep(group.n, GroupEvent.REOPENED) for group in halted]
    return [*reopened, RolloutStep(RolloutEvent.RESUMED)]
