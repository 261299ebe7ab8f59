"""Time, ids and chance, as the link takes them: the real ones, or a test's."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from poscore.instants import instant_text


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _token_id() -> str:
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class World:
    """`now`: this machine's clock, aware UTC. `monotonic`: seconds that never go back. `chance`: 0…1, for jitter."""

    now: Callable[[], datetime] = _utc_now
    monotonic: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    new_id: Callable[[], str] = _token_id

    def instant(self) -> str:
        return instant_text(self.now())

    def jittered(self, seconds: float, spread: float = 0.2) -> float:
        """`seconds`, up to `spread` of it more or less: a thousand tills that start together do not stay together."""
        return seconds * (1 - spread + 2 * spread * self.chance())
