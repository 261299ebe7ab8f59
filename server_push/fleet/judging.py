"""What becomes of a group, by how its registers stand. Pure: counts in, a verdict out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from server_push.fleet.plan import Limit
from server_push.fleet.states import ENDED, ERRORS, LEFT_OUT, SUCCEEDED, State

ERROR_LIMIT, UNREACHABLE_LIMIT = "error-limit", "unreachable-limit"


@dataclass(frozen=True, slots=True)
class Limits:
    """`accepted_*`: how many a person has seen and let pass; only more than these stop the group again."""

    success_percent: int
    errors: Limit
    unreachable: Limit
    accepted_errors: int = 0
    accepted_unreachable: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """A group's registers, counted. `total` leaves out those that a newer rollout took or a person canceled."""

    total: int
    succeeded: int
    errors: int
    unreachable: int
    ended: int

    @classmethod
    def of(cls, counts: Mapping[State, int]) -> Tally:
        def number(states: frozenset[State]) -> int:
            return sum(counts.get(state, 0) for state in states)

        left_out = number(LEFT_OUT)
        return cls(
            sum(counts.values()) - left_out,
            number(SUCCEEDED),
            number(ERRORS),
            counts.get(State.UNREACHABLE, 0),
            number(ENDED) - left_out,
        )


class Word(StrEnum):
    WAIT = "wait"
    PASS = "pass"
    HALT = "halt"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason`: ERROR_LIMIT or UNREACHABLE_LIMIT of a halt, with a sentence."""

    word: Word
    reason: str = ""
    detail: str = ""


def judge(tally: Tally, limits: Limits) -> Verdict:
    """A halt comes first: a group that has passed its share may still pass a limit."""
    if tally.errors > limits.accepted_errors and limits.errors.is_passed(tally.errors, tally.total):
        detail = f"{tally.errors} of {tally.total} registers failed; the limit is {limits.errors}"
        return Verdict(Word.HALT, ERROR_LIMIT, detail)
    too_many = limits.unreachable.is_passed(tally.unreachable, tally.total)
    if tally.unreachable > limits.accepted_unreachable and too_many:
        detail = f"{tally.unreachable} of {tally.total} registers cannot be reached; the limit is {limits.unreachable}"
        return Verdict(Word.HALT, UNREACHABLE_LIMIT, detail)
    if tally.ended >= tally.total or tally.succeeded * 100 >= limits.success_percent * tally.total:
        return Verdict(Word.PASS)
    return Verdict(Word.WAIT)
