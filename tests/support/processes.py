"""Real processes: started, waited for, killed -9 at a bad moment, and started again."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from _fleet.processes import Process, free_port, in_use, run_json, until

__all__ = ["Process", "Torment", "free_port", "in_use", "killed_at_random", "run_json", "until"]


@dataclass(slots=True)
class Torment:
    """How long the process lived each time, and whether it has been killed as often as was asked."""

    lived_s: list[float] = field(default_factory=list)
    over: bool = False


@contextmanager
def killed_at_random(process: Process, times: int, within_s: tuple[float, float], seed: int) -> Iterator[Torment]:
    """Kill `process` and start it again, `times` times, each after a random while; the block runs meanwhile.

    The block's end waits for the last restart. A start that fails is raised there.
    """
    chance = random.Random(seed)
    torment = Torment()
    failed: list[BaseException] = []

    def kill_and_start() -> None:
        try:
            for _ in range(times):
                while_s = chance.uniform(*within_s)
                time.sleep(while_s)
                process.kill()
                torment.lived_s.append(while_s)
                process.start()
        except BaseException as error:  # noqa: BLE001 - raised by the caller below
            failed.append(error)
        torment.over = True

    tormentor = threading.Thread(target=kill_and_start, name=f"kill-{process.name}")
    tormentor.start()
    try:
        yield torment
    finally:
        tormentor.join()
        if failed:
            raise failed[0]
