"""Files that are whole after a kill or a power cut, on Linux and on Windows. What differs between the two stands here.

- A file is synced while it is written, every 4 MiB: one sync of 139 MB at the end makes every commit on that disk wait.
- A file is never renamed over one that may be open, and a directory is never renamed at all: Windows forbids both.
- A directory is synced where that exists; on Windows there is no such thing.
- A full disk is the Fault `space`, whatever the system calls it.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import queue
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from poscore.errors import Fault, Refused

# What may lie unwritten before a commit that comes along: 5 ms of an SSD, a fifth of a second of a slow card. Half as
# much gains nothing that can be measured, twice as much doubles the longest wait of a commit.
SYNC_EVERY = 4 << 20
# Stays in a processor's cache from where it is made to where it is hashed and written, and below the size of block that
# `heap` has mapped and unmapped each time: with 1 MiB a bundle's way in took half as much processor time again.
CHUNK = 256 << 10
# What may wait between whoever makes the bytes and the thread that writes them.
_CHUNKS_WAITING = 8

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# A virus scanner or an indexer holds a new file for moments (WinError 5 and 32).
_RETRIES_S = (0.05, 0.1, 0.2, 0.4)


class SyncedFile:
    """A new file, hashed and synced while it is written; after `finish` it is on disk. Leaving early removes it.

    >>> with SyncedFile(path) as file:
    ...     file.write(data)
    ...     file.finish()
    """

    def __init__(self, path: Path, every: int = SYNC_EVERY) -> None:
        self.path = path
        self.length = 0
        self._every = every
        self._unsynced = 0
        self._hash = hashlib.sha256()
        self._finished = False
        with naming_a_full_disk():
            self._file: IO[bytes] = path.open("xb", buffering=0)

    def write(self, data: bytes | memoryview) -> None:
        """Raises Fault `space`."""
        self.count(data)
        self.store(data)

    def count(self, data: bytes | memoryview) -> None:
        """Of a write, the half that is arithmetic: length and hash."""
        self._hash.update(data)
        self.length += len(data)

    def store(self, data: bytes | memoryview) -> None:
        """The half that waits for the disk. Raises Fault `space`."""
        with naming_a_full_disk():
            view = memoryview(data)
            while view:  # an unbuffered file may take a part
                view = view[self._file.write(view) :]
            self._unsynced += len(data)
            if self._unsynced >= self._every:
                sync(self._file)
                self._unsynced = 0

    def digest(self) -> str:
        """The hex SHA-256 of all that was written so far."""
        return self._hash.hexdigest()

    def finish(self) -> None:
        """Sync what is left and close: the file is on disk, and stays. Raises Fault `space`."""
        with naming_a_full_disk():
            sync(self._file)
        self._file.close()
        sync_directory(self.path.parent)
        self._finished = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._finished:
            self._file.close()
            self.path.unlink(missing_ok=True)


class WrittenBehind:
    """Writes to a SyncedFile in a thread of its own: the next bytes are made and hashed while the disk takes the last.

    Once the block has ended, everything is in the file. What goes wrong in writing is raised by a later `write` or by
    the end of the block; nothing is written after it.

    >>> with SyncedFile(path) as file:
    ...     with WrittenBehind(file) as behind:
    ...         behind.write(data)
    ...     file.finish()
    """

    def __init__(self, file: SyncedFile) -> None:
        self._file = file
        self._waiting: queue.Queue[bytes | None] = queue.Queue(_CHUNKS_WAITING)
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def write(self, data: bytes) -> None:
        """Raises what an earlier write failed with."""
        self._raise_failure()
        self._file.count(data)
        self._waiting.put(data)

    @property
    def length(self) -> int:
        """Of all that was given so far."""
        return self._file.length

    def _run(self) -> None:
        while (data := self._waiting.get()) is not None:
            if self._failure is None:  # afterwards it only takes away, so that nobody waits for room
                try:
                    self._file.store(data)
                except BaseException as failure:  # noqa: BLE001 - it is raised where the bytes come from
                    self._failure = failure

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._waiting.put(None)
        self._thread.join()
        if kind is None:
            self._raise_failure()


def sync(file: IO[bytes]) -> None:
    """The file's bytes to the disk (and no more of its description than reading them takes, where that is known)."""
    (getattr(os, "fdatasync", None) or os.fsync)(file.fileno())


def sync_directory(path: Path) -> None:
    """Make names that were added to or removed from `path` durable, where a directory can be synced."""
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace_file(path: Path, data: bytes, mode: int = 0o600) -> None:
    """`path` holds the old bytes or `data`, never a part. For small files that nobody keeps open. Raises Fault."""
    beside = path.with_name(f".{path.name}.new")
    with naming_a_full_disk():
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    for wait_s in (*_RETRIES_S, None):
        try:
            beside.replace(path)
            break
        except PermissionError:
            if wait_s is None:
                raise
            time.sleep(wait_s)
    sync_directory(path.parent)


def remove_directory(path: Path) -> bool:
    """Remove `path` with all in it; False when something holds on to it, to be tried again later."""
    shutil.rmtree(path, ignore_errors=True)
    return not path.exists()


def free_bytes(path: Path) -> int:
    """What this user may still write on the disk of `path`."""
    return shutil.disk_usage(path).free


@contextlib.contextmanager
def naming_a_full_disk() -> Iterator[None]:
    """A full disk, a used-up quota or a file past its limit becomes the Fault `space`."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            hint = "Free some space on the register's disk; everything stays as it was."
            raise Fault("space", f"the disk is full: {error.strerror}", hint) from error
        raise


class FolderLock:
    """This process alone works in `folder`. The system lets go of it when the process ends, however it ends.

    Raises Refused `already-running`.
    """

    def __init__(self, folder: Path) -> None:
        self._file = (folder / "lock").open("a+b")
        try:
            _lock(self._file)
        except OSError:
            self._file.close()
            raise Refused("already-running", f"another process works in {folder}") from None

    def release(self) -> None:
        self._file.close()


def _lock(file: IO[bytes]) -> None:
    if os.name == "nt":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
