"""Real processes: started, waited for, killed -9 at a bad moment, and started again."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from _fleet.processes import Process, free_port, in_use, run_json, until

__all__ = ["Process", "free_port", "in_use", "killed_at_random", "run_json", "until"]


@contextmanager
def killed_at_random(process: Process, times: int, within_s: tuple[float, float], seed: int) -> Iterator[list[float]]:
    """Kill `process` and start it again, `times` times, each after a random while; the block runs meanwhile.

    Gives the list of how long it lived each time. The block's end waits for the last restart. A start that fails is
    raised there.
    """
    chance = random.Random(seed)
    lived: list[float] = []
    failed: list[BaseException] = []

    def torment() -> None:
        try:
            for _ in range(times):
                pause = chance.uniform(*within_s)
                time.sleep(pause)
                process.kill()
                lived.append(pause)
                process.start()
        except BaseException as error:  # noqa: BLE001 - raised by the caller below
            failed.append(error)

    tormentor = threading.Thread(target=torment, name=f"kill-{process.name}")
    tormentor.start()
    try:
        yield lived
    finally:
        tormentor.join()
        if failed:
            raise failed[0]
