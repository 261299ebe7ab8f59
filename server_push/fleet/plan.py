"""How a rollout goes through a fleet, as data: groups with limits, and the patience with each register.

    Plan.staged()      canary (1 %), then 10 %, then all of it; a failed canary stops it
    Plan.at_once()     every register now, one try each; nothing stops the others

Nothing here reads the clock or the disk.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from poscore.errors import Refused

_LIMIT = re.compile(r"^([0-9]{1,6})(%?)$")
MAX_GROUPS = 20


@dataclass(frozen=True, slots=True)
class Limit:
    """A count (`3`) or a share (`5%`) of a group's registers."""

    value: int
    is_percent: bool

    def __post_init__(self) -> None:
        if self.is_percent and self.value > 100:
            raise _invalid(f"{self.value}% is more than all")

    @classmethod
    def parse(cls, text: str) -> Limit:
        """Raises Refused `body-invalid`."""
        found = _LIMIT.match(text)
        if found is None:
            raise _invalid(f"{text[:40]!r} is neither a number such as 3 nor a share such as 5%")
        return cls(int(found[1]), bool(found[2]))

    def __str__(self) -> str:
        return f"{self.value}%" if self.is_percent else str(self.value)

    def is_passed(self, count: int, total: int) -> bool:
        """Whether `count` of `total` is more than it allows. Without anything to count nothing is passed."""
        return count * 100 > self.value * total if self.is_percent else count > self.value

    def of(self, total: int) -> int:
        """How many of `total` it comes to, rounded up, so that 1 % of three is one."""
        return min(total, -(-total * self.value // 100) if self.is_percent else self.value)


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """`upto`: where it ends, counted from the rollout's first register.

    The next group opens when `success_percent` of it succeeded, or all of it has ended within the limits. More errors
    (refusals, and registers that went back) or more unreachable ones than their limits pause the rollout.
    """

    name: str
    upto: Limit
    success_percent: int = 75
    error_limit: Limit = Limit(5, True)
    unreachable_limit: Limit = Limit(50, True)

    def __post_init__(self) -> None:
        if not 0 < len(self.name) <= 40 or not self.name.isprintable():
            raise _invalid("a group has a name of at most 40 characters")
        if not 1 <= self.success_percent <= 100:
            raise _invalid("success_percent is from 1 to 100")

    def to_wire(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "upto": str(self.upto),
            "success_percent": self.success_percent,
            "error_limit": str(self.error_limit),
            "unreachable_limit": str(self.unreachable_limit),
        }


_ALL = Limit(100, True)
CANARY = GroupPlan("canary", Limit(1, True), 100, Limit(0, False))
STAGED = (CANARY, GroupPlan("10 %", Limit(10, True)), GroupPlan("100 %", _ALL))
AT_ONCE = (GroupPlan("all", _ALL, 100, _ALL, _ALL),)


@dataclass(frozen=True, slots=True)
class Plan:
    """`tries`: calls to a register that does not answer. `offer_wait_s`: how long it may then take to fetch by itself
    before it counts as unreachable. `canary`: registers that stand first, whatever else holds.
    """

    groups: tuple[GroupPlan, ...] = STAGED
    tries: int = 3
    offer_wait_s: int = 600
    canary: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= len(self.groups) <= MAX_GROUPS:
            raise _invalid(f"a rollout has 1 to {MAX_GROUPS} groups")
        if self.groups[-1].upto != _ALL:
            raise _invalid("the last group goes up to 100%")

    @classmethod
    def at_once(cls) -> Plan:
        return cls(AT_ONCE, tries=1, offer_wait_s=0)

    @classmethod
    def staged(cls) -> Plan:
        return cls()


@dataclass(frozen=True, slots=True)
class Member:
    """A register to be served. `fresh`: it was heard of lately, so it makes a canary that can tell something."""

    store: str
    register: str
    fresh: bool = True


def share_out(plan: Plan, members: Iterable[Member]) -> list[tuple[GroupPlan, list[Member]]]:
    """Who is in which group; groups that would be empty are left out.

    The order is by hash: the same registers go first every night, and they are spread over the stores.
    """
    ranked = sorted(members, key=lambda one: _rank(plan.canary, one))
    shared: list[tuple[GroupPlan, list[Member]]] = []
    begun = 0
    for group in plan.groups:
        count = group.upto.of(len(ranked))
        if group is plan.groups[0] and plan.canary:
            count = max(count, sum(one.register in plan.canary for one in ranked))
        if count > begun:
            shared.append((group, ranked[begun:count]))
            begun = count
    return shared


def _rank(canary: Sequence[str], one: Member) -> tuple[bool, bool, bytes]:
    return one.register not in canary, not one.fresh, sha256(one.register.encode()).digest()


def _invalid(detail: str) -> Refused:
    return Refused("body-invalid", detail)
