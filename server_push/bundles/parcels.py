"""A store's newest bundle on its way to registers: whole, and as changes to what they have, each written once.

    parcels = Parcels(publisher, "s1", folder, now)
    smallest_first(active, lambda have: wire.send(parcels.of(have), …))

Whoever cannot make use of the changes says so, and is sent the whole file in the same breath.
"""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, TypeVar, cast

from poscore.errors import PosError
from server_push.bundles.publishing import Publisher

# What a register says when changes are of no use to it: the base is not there, or the file did not come out right.
WANTS_WHOLE = frozenset(("base", "hash", "damaged"))

_Answer = TypeVar("_Answer")


def smallest_first(have: int | None, attempt: Callable[[int | None], _Answer]) -> _Answer:
    """`attempt` with the changes to the version `have`, then with the whole file when the register asks for it.

    `attempt` is to raise what the register refused with; everything else that it raises is passed on.
    """
    if have is not None:
        try:
            return attempt(have)
        except PosError as error:
            if error.code not in WANTS_WHOLE:
                raise
    return attempt(None)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A bundle on disk, stamped when it was written. `sha256`: hex, of the file. `base`: the version it changes."""

    path: Path
    version: int
    sha256: str
    base: int | None


class Parcels:
    """Those of one store, in `folder`, which the caller makes and removes. Any thread may ask."""

    def __init__(self, publisher: Publisher, store: str, folder: Path, now: Callable[[], datetime]) -> None:
        self._publisher, self._store, self._folder, self._now = publisher, store, folder, now
        self._lock = threading.Lock()
        self._written: dict[int | None, Parcel] = {}

    def of(self, have: int | None = None) -> Parcel:
        """For registers that have the version `have`, the smallest; None: the whole file.

        Raises Refused `not-published`, Fault `bundle-missing`.
        """
        with self._lock:  # all who have the same wait for the one that writes it
            if have not in self._written:
                made = self._write(have)
                # Changes that are not worth their while come as the whole file, which is then everybody's.
                self._written[have] = self._written.setdefault(made.base, made)
            return self._written[have]

    def _write(self, have: int | None) -> Parcel:
        path = self._folder / f"{'whole' if have is None else have}.zip"
        with path.open("xb") as file:
            hashed = _Hashed(file)
            sent = self._publisher.write_container(self._store, cast("IO[bytes]", hashed), self._now(), have)
        return Parcel(path, sent.version, hashed.sha256.hexdigest(), sent.base)


class _Hashed(io.RawIOBase):
    """A file being written, and the hash of what was."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.sha256 = file, hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.sha256.update(data)
        return self._file.write(data)
