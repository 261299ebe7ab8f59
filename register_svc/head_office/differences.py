"""Where head office has other records than this journal under the same epoch and number: a copied or set-back folder.

- What was learnt stays over restarts, in `state.db`. Nothing that is sent or answered later ends it: the next sales may
  go home well, and the ones before still stand beside others. A new enrolment does, for it opens a new epoch.
- The first finding keeps its words and its instant; the count of conflicts is the newest.

    differences.learn(1, 41, "head office has another record 41 in epoch 1 than this register", conflicts=3)
    differences.of(1) -> Difference(epoch=1, seq=41, ...)
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

_LOG = logging.getLogger("offline-kassa.courier")


@dataclass(frozen=True, slots=True)
class Difference:
    """`seq`: the number at which it was seen. `detail`: what head office said. `conflicts`: how many records it keeps
    beside others; 0 while it has not said. `since`: an instant's text.
    """

    epoch: int
    seq: int
    detail: str
    conflicts: int
    since: str


class Kept(Protocol):
    def differences(self) -> list[Difference]: ...

    def keep_difference(self, difference: Difference) -> None: ...


class Differences:
    """`instant`: now, as an instant's text."""

    def __init__(self, memory: Kept, instant: Callable[[], str]) -> None:
        self._memory, self._instant = memory, instant
        self._known = {one.epoch: one for one in memory.differences()}

    def of(self, epoch: int) -> Difference | None:
        return self._known.get(epoch)

    def learn(self, epoch: int, seq: int, detail: str, conflicts: int = 0) -> None:
        known = self._known.get(epoch)
        if known is None:
            _LOG.error(detail)
            self._keep(Difference(epoch, seq, detail, conflicts, self._instant()))
        elif conflicts > known.conflicts:
            self._keep(replace(known, conflicts=conflicts))

    def fewer(self, epoch: int, conflicts: int) -> bool:
        """Head office keeps fewer of them than it had: it was put back to a backup, and some are with us alone."""
        known = self._known.get(epoch)
        if known is None or conflicts >= known.conflicts:
            return False
        self._keep(replace(known, conflicts=conflicts))
        return True

    def _keep(self, difference: Difference) -> None:
        self._memory.keep_difference(difference)
        self._known[difference.epoch] = difference
