"""Fetching what a check-in offered, in a thread of its own: check-ins and sales go on meanwhile.

- The bundle goes through the same door as a pushed one, with the same token of head office over its bytes.
- Told to come later (`Retry-After`), or cut off, it comes later; a bundle that the door refuses is told to head office
  at the next check-in and not fetched again until head office offers it anew.
- When the register sells from it, head office hears of it at once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from poscore.errors import Fault, PosError
from register_svc.head_office.client import HeadOfficeClient
from register_svc.head_office.line import Stream
from register_svc.head_office.rounds import Rhythm

_LOG = logging.getLogger("offline-kassa.link")

_NEVER_S = 24 * 3600.0
_TRIES = 10
_AFTER_A_CUT_S = 15.0
# Building a million articles takes a minute, and an open sale may hold the switch for five more.
_WAITS_FOR_THE_SWITCH_S = 600.0
_LOOKS_EVERY_S = 0.5


class Door(Protocol):
    """The register's own door for bundles.

    `take`: raises PosError for what is not taken; the version. `is_settled`: whether that version has been switched to,
    or has ended otherwise; it asks for the switch.
    """

    def take(self, stream: Stream, length: int | None, token: str) -> int: ...
    def is_settled(self, version: int) -> bool: ...


class Fetching:
    """`door` is set once the register stands. `on_settled`: something that head office should hear of soon."""

    def __init__(
        self, client: HeadOfficeClient, jittered: Callable[[float], float], on_settled: Callable[[], None]
    ) -> None:
        self._client, self._jittered, self._on_settled = client, jittered, on_settled
        self.door: Door | None = None
        self.refused: dict[str, Any] | None = None  # for the check-in: {version, code, detail}
        self._lock = threading.Lock()
        self._wanted: int | None = None
        self._tries = 0
        self._stopped = threading.Event()
        self._rhythm = Rhythm("fetch", self._fetch)

    def start(self) -> None:
        self._rhythm.start(_NEVER_S)

    def stop(self) -> None:
        self._stopped.set()
        self._rhythm.stop()

    def offered(self, snapshot: dict[str, Any]) -> None:
        """A check-in's answer names what this register should have. Returns at once."""
        version = snapshot.get("version")
        if type(version) is not int or self.door is None:
            return
        with self._lock:
            self._wanted, self._tries = version, 0
        self._rhythm.act_now()

    def _fetch(self) -> float:
        with self._lock:
            version = self._wanted
            self._wanted = None
        if version is None or self.door is None:
            return _NEVER_S
        try:
            taken = self._client.fetch_bundle(self.door.take, self._stopped.is_set)
        except PosError as error:
            if isinstance(error, Fault) and error.code == "head-office-unreachable":
                return self._later(version, error)
            if error.code == "head-office-refused":  # nothing to fetch any more, such as after a cancel
                _LOG.info("nothing is fetched: %s", error.detail)
                return _NEVER_S
            _LOG.warning("snapshot %s was fetched and not taken: %s", version, error.detail)
            self.refused = {"version": version, "code": error.code, "detail": error.detail[:400]}
            self._on_settled()
            return _NEVER_S
        self.refused = None
        self._wait_until_settled(taken)
        self._on_settled()
        return _NEVER_S

    def _later(self, version: int, fault: Fault) -> float:
        self._tries += 1
        if self._tries >= _TRIES:
            _LOG.warning("snapshot %s is not fetched before the next check-in: %s", version, fault.detail)
            return _NEVER_S
        with self._lock:
            self._wanted = self._wanted or version
        return self._jittered(max(float(fault.extra.get("retry_after_s") or 0.0), _AFTER_A_CUT_S))

    def _wait_until_settled(self, version: int) -> None:
        until = time.monotonic() + _WAITS_FOR_THE_SWITCH_S
        while self.door is not None and time.monotonic() < until and not self._stopped.wait(_LOOKS_EVERY_S):
            try:
                if self.door.is_settled(version):
                    return
            except PosError as error:
                _LOG.warning("snapshot %s is not switched to: %s", version, error.detail)
                return
