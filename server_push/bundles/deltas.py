"""Deltas: a published catalogue told as changes to an earlier one, made when a register asks for it, and kept.

- Both files are read as they were published, so that what is being published meanwhile changes nothing.
- A delta is worth its while only when it is much smaller than the whole file; that it was not is kept as well.
- Memory is a window, a segment and what zstd needs for them, however large the catalogue.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from poscore.frames import MIN_PREFIX, SEGMENT, WINDOW_LOG, framed
from server_push.bundles.durable import put_in_place

# Level 10 finds every page of the base again. Level 3 misses most (18 MB where 10 gives 48 kB), 15 gains nothing and
# takes thirty times as long; long distance matching only adds to a window this small.
_LEVEL = 10
# Above a half of the whole file a register is better off without the work of rebuilding.
WORTH_WHILE = 0.5
_SUFFIX = ".delta"
_NAMED_BY = 32  # hex digits of a hash: enough to tell files apart, short enough for any file system


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Deltas:
    """Those of one store, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, base_sha256: str, new_sha256: str) -> Path:
        return self._folder / f"{new_sha256[:_NAMED_BY]}.{base_sha256[:_NAMED_BY]}{_SUFFIX}"

    def made(self, base: tuple[str, Path], new: tuple[str, Path]) -> Path | None:
        """The delta from `base` to `new` (each: hash of the plain file, the whole file as zstd); None: not worth it.

        Made when it is not there yet. One at a time: hold the store's lock.
        """
        path = self.path(base[0], new[0])
        if not path.exists():
            self._folder.mkdir(exist_ok=True)
            beside = path.with_suffix(".tmp")
            limit = int(new[1].stat().st_size * WORTH_WHILE)
            if not _make(base[1], new[1], beside, limit):
                beside.write_bytes(b"")
            put_in_place(beside, path)
        return path if path.stat().st_size else None

    def forget_others(self, new_sha256s: set[str]) -> None:
        """Remove every delta that leads to another file than these, and what a killed making left."""
        leads_to = {sha256[:_NAMED_BY] for sha256 in new_sha256s}
        for path in self._folder.glob("*"):
            if path.suffix != _SUFFIX or path.name.partition(".")[0] not in leads_to:
                path.unlink(missing_ok=True)


def facts(path: Path) -> tuple[str, int]:
    """Hash and length of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()


def _make(base: Path, new: Path, delta: Path, limit: int) -> bool:
    """Write the delta, synced. False when it would be longer than `limit`; then it is not whole."""
    from backports.zstd import ZstdFile

    length = 0
    with ZstdFile(base) as old, ZstdFile(new) as wanted, delta.open("wb") as file:
        windows = _windows(old)
        while segment := _read(wanted, SEGMENT):
            length += file.write(framed(_payload(next(windows), segment)))
            if length > limit:
                return False
        file.flush()
        os.fsync(file.fileno())
    return True


def _payload(window: bytes, segment: bytes) -> bytes:
    from backports.zstd import CompressionParameter, ZstdDict, compress

    if segment == window:
        return b""
    options: dict[int, int] = {
        CompressionParameter.compression_level: _LEVEL,
        CompressionParameter.window_log: WINDOW_LOG,
        CompressionParameter.checksum_flag: 1,  # a base that is off by one bit is noticed in the very segment
    }
    # A prefix serves one frame only.
    prefix = ZstdDict(window, is_raw=True).as_prefix if len(window) >= MIN_PREFIX else None
    return compress(segment, options=options, zstd_dict=prefix)


def _windows(base: _Readable) -> Iterator[bytes]:
    """What `poscore.frames.window` says of each segment, from a stream that only goes forward."""
    last = b""
    while True:
        part = _read(base, SEGMENT)
        last = part if len(part) == SEGMENT else (last + part)[-SEGMENT:]
        yield last


def _read(stream: _Readable, count: int) -> bytes:
    """`count` bytes, or fewer at the end."""
    parts: list[bytes] = []
    while count and (part := stream.read(count)):
        parts.append(part)
        count -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
