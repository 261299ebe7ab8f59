"""The embedded engine: one job a store, so many stores at once, and nothing that stops it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from server_push.engines.embedded import Embedded


@dataclass
class Job:
    store: str
    act: Callable[[], None]

    def run(self) -> None:
        self.act()


@dataclass
class Rows:
    """What is due, as rows would say it: again and again until it is done."""

    stores: list[str]
    takes_s: float = 0.05
    done: list[str] = field(default_factory=list)
    now: list[str] = field(default_factory=list)
    most: int = 0
    ticks: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def tick(self, only: str | None = None) -> list[Job]:
        self.ticks += 1
        if self.ticks == 1:
            raise OSError("the disk is full")
        return [Job(store, lambda store=store: self.work(store)) for store in self.stores if store not in self.done]

    def is_waiting(self) -> bool:
        return False

    def renew(self) -> None:
        raise OSError("the database is locked")

    def work(self, store: str) -> None:
        with self.lock:
            assert store not in self.now, "one job a store"
            self.now.append(store)
            self.most = max(self.most, len(self.now))
        time.sleep(self.takes_s)
        with self.lock:
            self.now.remove(store)
            self.done.append(store)
        if store == "s0":
            raise ValueError("a job's own trouble")


def test_it_does_what_is_due_so_many_stores_at_once_whatever_goes_wrong():
    rows = Rows([f"s{n}" for n in range(9)])
    Embedded(rows, slots=3).carry_out("p1", lambda: len(rows.done) == 9)
    assert sorted(rows.done) == sorted(rows.stores)
    assert rows.most == 3


def test_woken_it_looks_at_once_and_stopped_it_waits_for_nobody():
    rows, chores = Rows(["s1"], takes_s=30), []

    def chore() -> None:
        chores.append(1)
        raise ValueError("a chore's own trouble")

    with Embedded(rows, slots=3, chores=[chore]) as engine:
        until = time.monotonic() + 10
        while not rows.now:
            engine.wake()
            assert time.monotonic() < until
            time.sleep(0.01)
        begun = time.monotonic()
    assert time.monotonic() - begun < 3
    assert chores
