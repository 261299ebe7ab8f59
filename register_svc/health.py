"""How this register is: one list of checks, shown by /health, the till's header, the phone page and head office.

- The list is made in the background every two seconds and served from memory, so that nobody on the LAN can slow the
  till by asking.
- A check that cannot be made is a failed check with the reason, never a missing one. A list that is no longer renewed
  says so.
- `since` is when a check took its present status.

    health = Health(Subject("r1", version, lambda: link.mode.name), now)
    health.add("disk", lambda: disk_check(folder))
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import orjson

from poscore.instants import instant_text
from register_svc.durable_files import free_bytes
from register_svc.metrics import Labels, Metrics

_LOG = logging.getLogger("offline-kassa.health")

Status = Literal["pass", "warn", "fail"]
PASS: Status = "pass"
WARN: Status = "warn"
FAIL: Status = "fail"
_GRAVITY: dict[Status, int] = {PASS: 0, WARN: 1, FAIL: 2}

REFRESH_EVERY_S = 2.0
_STALE_AFTER_S = 10.0  # one slow disk is no alarm, five missed rounds are

# What a register needs to sell. Anything else may be broken and the shop stays open.
NEEDED_TO_SELL = frozenset({"journal", "catalog"})

# A day of sales takes a few MB, a price list of a million articles 150 MB, twice while it is changed.
_DISK_WARN_BYTES = 1 << 30
_DISK_FAIL_BYTES = 100 << 20


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `value`: JSON for a person; `hint`: what a technician should do."""

    name: str
    status: Status
    value: Any = None
    hint: str | None = None
    since: str | None = None

    def to_wire(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "status": self.status,
            "value": self.value,
            "since": self.since,
            "hint": self.hint,
        }


def worst(checks: Iterable[Check]) -> Status:
    return max((check.status for check in checks), key=_GRAVITY.__getitem__, default=PASS)


def missing_to_sell(checks: Iterable[Check]) -> list[str]:
    """Names of needed checks that failed or were not made. Being OFFLINE is no obstacle."""
    sound = {check.name for check in checks if check.status != FAIL}
    return sorted(NEEDED_TO_SELL - sound)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose health it is. `mode` gives ONLINE or OFFLINE."""

    register: str
    version: str
    mode: Callable[[], str]


class Health:
    """`now`: this machine's clock."""

    def __init__(
        self, subject: Subject, now: Callable[[], datetime], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._subject, self._now, self._monotonic = subject, now, monotonic
        self.metrics = Metrics()
        self.metrics.gauge("check_status", "0 pass, 1 warn, 2 fail, for each check", self._figures)
        self._providers: list[tuple[str, Callable[[], Check | Iterable[Check]]]] = []
        self._refreshing = threading.Lock()
        self._since: dict[str, tuple[Status, str]] = {}
        self._checks: tuple[Check, ...] = ()
        self._ready: tuple[str, bytes] = ("", b"")  # the mode that it says, and the answer
        self._made_at: float | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, name: str, provider: Callable[[], Check | Iterable[Check]]) -> None:
        """`provider` gives one check, or several (a register's devices). `name`: what it is called if it raises."""
        self._providers.append((name, provider))

    # -- serving ---------------------------------------------------------------------------------------------------

    def as_bytes(self) -> bytes:
        """The answer of GET /health, from memory. A mode that has just changed is the only thing it is renewed for."""
        made_at = self._made_at
        if made_at is not None and self._monotonic() - made_at > _STALE_AFTER_S:
            return self._encoded((*self._checks, self._standing_still(made_at)))
        if made_at is None or self._ready[0] != self._subject.mode():
            self.refresh()
        return self._ready[1]

    def to_wire(self) -> dict[str, Any]:
        """The same as values, for a check-in."""
        wire: dict[str, Any] = orjson.loads(self.as_bytes())
        return wire

    @property
    def checks(self) -> tuple[Check, ...]:
        if self._made_at is None:
            self.refresh()
        return self._checks

    def missing_to_sell(self) -> list[str]:
        """What keeps this register from selling; empty when it can."""
        return missing_to_sell(self.checks)

    def _figures(self) -> dict[Labels, float]:
        return {(("check", check.name),): _GRAVITY[check.status] for check in self.checks}

    # -- making ----------------------------------------------------------------------------------------------------

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="health", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(5)

    def _run(self) -> None:
        while not self._stop.is_set():
            self.refresh()
            self._stop.wait(REFRESH_EVERY_S)

    def refresh(self) -> None:
        """Look at everything now."""
        with self._refreshing:
            at = instant_text(self._now())
            self._checks = tuple(self._dated(check, at) for check in self._look())
            self._ready = (self._subject.mode(), self._encoded(self._checks))
            self._made_at = self._monotonic()

    def _look(self) -> Iterable[Check]:
        for name, provider in self._providers:
            try:
                seen = provider()
                yield from (seen,) if isinstance(seen, Check) else tuple(seen)
            except Exception as error:  # noqa: BLE001 - whatever it is, the list says so
                if self._since.get(name, (PASS, ""))[0] != FAIL:
                    _LOG.exception("the check %s could not be made", name)
                yield Check(name, FAIL, f"{type(error).__name__}: {error}", "See the register's log.")

    def _dated(self, check: Check, at: str) -> Check:
        known = self._since.get(check.name)
        if known is None or known[0] != check.status:
            known = self._since[check.name] = (check.status, check.since or at)
        return replace(check, since=known[1])

    def _standing_still(self, made_at: float) -> Check:
        age_s = int(self._monotonic() - made_at)
        return Check("health", FAIL, f"not renewed for {age_s} s", "Restart the register service.")

    def _encoded(self, checks: tuple[Check, ...]) -> bytes:
        return orjson.dumps(
            {
                "status": worst(checks),
                "register": self._subject.register,
                "version": self._subject.version,
                "mode": self._subject.mode(),
                "checks": [check.to_wire() for check in checks],
            }
        )


def disk_check(folder: Path) -> Check:
    """Room on the disk that holds the register."""
    free = free_bytes(folder)
    if free >= _DISK_WARN_BYTES:
        return Check("disk", PASS, {"free_bytes": free})
    hint = "Free some space on the register's disk; without any, nothing can be sold."
    return Check("disk", FAIL if free < _DISK_FAIL_BYTES else WARN, {"free_bytes": free}, hint)
