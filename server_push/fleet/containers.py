"""Bundles on their way: written once for all who get the same, removed after the last.

    with containers.of("s1") as shipment: shipment.container(have=7)

Each is stamped when it is made; who joins within minutes gets the very same bytes.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from server_push.bundles.parcels import Parcels
from server_push.bundles.publishing import Publisher
from server_push.fleet.wire import Container

_JOINED_WITHIN_S = 600.0  # a stamp lives for days; this only keeps what is sent near what was asked for
_LEFT_BEHIND_S = 24 * 3600  # longer than any transfer


@dataclass(frozen=True, slots=True)
class Shipment:
    """A store's newest version, and the ways to bring it."""

    version: int
    _parcels: Parcels

    def container(self, have: int | None = None) -> Container:
        """For registers that have the version `have`; None: the whole file. Raises Fault `bundle-missing`."""
        parcel = self._parcels.of(have)
        return Container(parcel.path, parcel.version, parcel.sha256)


@dataclass(eq=False)
class _Shared:
    shipment: Shipment
    folder: Path
    made_at: float
    holders: int = field(default=0)


class Containers:
    """`scratch`: a folder on the data disk. `new_id`: names nobody has had before."""

    def __init__(
        self, publisher: Publisher, scratch: Path, now: Callable[[], datetime], new_id: Callable[[], str]
    ) -> None:
        self._publisher, self._scratch, self._now, self._new_id = publisher, scratch, now, new_id
        self._lock = threading.Lock()
        self._making: dict[str, threading.Lock] = {}
        self._shared: dict[str, _Shared] = {}

    @contextmanager
    def of(self, store: str) -> Iterator[Shipment]:
        """The store's newest published bundle. Raises Refused `not-published`."""
        shared = self._join(store)
        try:
            yield shared.shipment
        finally:
            self._leave(shared)

    def sweep(self) -> None:
        """Remove what processes that were killed have left."""
        self._scratch.mkdir(exist_ok=True)
        for left in self._scratch.iterdir():
            if time.time() - left.stat().st_mtime > _LEFT_BEHIND_S:
                shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)

    def _join(self, store: str) -> _Shared:
        with self._lock:
            making = self._making.setdefault(store, threading.Lock())
        with making:  # others of the store wait for the one that begins it
            version = self._publisher.newest(store).version
            with self._lock:
                shared = self._shared.get(store)
                fits = shared is not None and shared.shipment.version == version and shared.holders > 0
                if fits and shared is not None and time.monotonic() - shared.made_at < _JOINED_WITHIN_S:
                    shared.holders += 1
                    return shared
            folder = self._scratch / f"{store}-{self._new_id()}"
            folder.mkdir(parents=True)
            parcels = Parcels(self._publisher, store, folder, self._now)
            made = _Shared(Shipment(version, parcels), folder, time.monotonic(), 1)
            with self._lock:
                self._shared[store] = made
            return made

    def _leave(self, shared: _Shared) -> None:
        with self._lock:
            shared.holders -= 1
            if shared.holders:
                return
        shutil.rmtree(shared.folder, ignore_errors=True)
