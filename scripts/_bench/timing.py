"""What a set of times says, and taking them in turns.

- p99 is a time that was measured, by nearest rank; nothing is interpolated.
- Whatever is compared is taken in rounds, each round in an order of its own.
"""

from __future__ import annotations

import math
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence

Timed = Callable[[], float]
"""Does something once; the seconds that count."""


def percentile(times: Sequence[float], percent: float) -> float:
    """The smallest time that is not less than `percent` of them."""
    if not times:
        raise ValueError("nothing was measured")
    return sorted(times)[max(0, math.ceil(percent / 100 * len(times)) - 1)]


def p50(times: Sequence[float]) -> float:
    return statistics.median(times)


def p99(times: Sequence[float]) -> float:
    return percentile(times, 99)


def in_turns(cases: Mapping[str, Timed], rounds: int) -> dict[str, list[float]]:
    """Each case once a round; what each round gave."""
    order = random.Random(1)  # noqa: S311 - the same order in every run
    names, taken = list(cases), {name: list[float]() for name in cases}
    for _ in range(rounds):
        order.shuffle(names)
        for name in names:
            taken[name].append(cases[name]())
    return taken


def seconds(act: Callable[[], object]) -> float:
    """How long `act` takes once."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
