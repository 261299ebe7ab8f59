"""What this room needs of the register around it, and how it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from register_svc.snapshots.slots import ActiveSnapshot
from register_svc.snapshots.states import State

When = Literal["now", "day_change"]

# Prices a sale of these codes in memory from the catalogue file. Raises PosError when it cannot.
PriceProbe = Callable[[Path, tuple[str, ...]], None]


@dataclass(frozen=True, slots=True)
class Around:
    """The register's side of a switch.

    backup: journal, drafts and state, verified; raises when there is none. between_receipts: runs the switch with the
    till held still, or returns False while an open sale forbids it. on_switched: called inside it, after the commit.
    business_day: the current one; a switch wanted at `day_change` waits until it is another. receipts: something that
    is another after each receipt; trial_s: how long a version is on trial while there is none.
    """

    backup: Callable[[], None]
    between_receipts: Callable[[Callable[[], None]], bool]
    on_switched: Callable[[ActiveSnapshot], None]
    price_probe: PriceProbe
    business_day: Callable[[], str]
    now: Callable[[], datetime]
    receipts: Callable[[], object]
    trial_s: float = 600.0


class Standing(NamedTuple):
    """Where a version stands. `pending`: what was asked for is saved, and happens when it can."""

    version: int
    state: State
    pending: bool = False
