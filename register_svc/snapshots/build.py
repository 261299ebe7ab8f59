"""The catalogue file out of a verified bundle: one new file that is the signed one to the byte, or none.

- The member's own signed hash is checked before a byte of it is decoded, so that only head office's bytes reach zstd.
- Of a delta the base is hashed too: a file that the disk has changed is no base any more, and its answer is `base`.
- Decoding is bounded by the signed length, and by a window that keeps the register's memory small.
- The plain file's hash must be the signed one: however it travelled, no decoder is ever trusted.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from poscore.errors import Refused, Untrusted
from register_svc.durable_files import CHUNK, SyncedFile, WrittenBehind, free_bytes, sync_directory
from register_svc.snapshots.slots import Slot, Source

if TYPE_CHECKING:
    from register_svc.snapshots.container import Container

# Incoming zip, new file, and room for the journal to grow meanwhile: less than this free, and nothing is begun.
SPACE_FACTOR = 2.2
# 16 MiB. Level 3 needs 2 and level 19 needs 8; a default decoder would take 128 if a frame asked for it.
_WINDOW_LOG_MAX = 24


def check_space(folder: Path, catalogue_bytes: int) -> None:
    """Raises Refused `space`."""
    free, needed = free_bytes(folder), int(catalogue_bytes * SPACE_FACTOR)
    if free < needed:
        hint = "Free some space on the register's disk, then send the bundle again."
        raise Refused("space", f"{needed} bytes are needed for the new snapshot and {free} are free", hint)


@dataclass(frozen=True, slots=True)
class Base:
    """The catalogue that a delta changes: its slot, and where its file lies."""

    slot: Slot
    path: Path


def build(bundle: Path, slot: Slot, path: Path, base: Base | None = None) -> None:
    """Make `path` (in a new directory of its own) from `bundle`. What is not finished is removed.

    Raises Untrusted `hash`, or `base` when the file that a delta changes is not what it was; Fault `space`.
    """
    from register_svc.snapshots.container import Container  # zipfile: 8 ms that a starting register need not pay

    try:
        path.parent.mkdir(parents=True)
        with Container(bundle) as container:
            _check_member(container, slot.source)
            with SyncedFile(path) as file:
                with WrittenBehind(file) as behind:
                    if base is None:
                        _decode(container, slot, behind)
                    else:
                        _rebuild(container, slot, base, behind)
                if file.length != slot.bytes or file.digest() != slot.sha256:
                    raise Untrusted("hash", "the catalogue in the bundle is not the one that was signed")
                file.finish()
        sync_directory(path.parent.parent)
    except Untrusted as error:
        if error.code == "base":
            raise
        raise Untrusted("hash", error.detail) from None  # damaged or not: it is not what was signed


def check_file(path: Path, slot: Slot) -> None:
    """That a file built earlier is still the signed one, to the byte. Raises Untrusted `hash`."""
    try:
        with path.open("rb") as file:
            whole = file.seek(0, 2) == slot.bytes and file.seek(0) == 0
            whole = whole and hashlib.file_digest(file, "sha256").hexdigest() == slot.sha256
    except OSError as error:
        raise Untrusted("hash", f"the catalogue of version {slot.version} cannot be read: {error}") from None
    if not whole:
        raise Untrusted("hash", f"the catalogue of version {slot.version} is not the one that was signed any more")


def _check_member(container: Container, source: Source) -> None:
    if source.member not in container:
        raise Untrusted("damaged", f"the bundle holds no {source.member!r}")
    digest = hashlib.sha256()
    for chunk in container.chunks(source.member):
        digest.update(chunk)
    if container.size(source.member) != source.bytes or digest.hexdigest() != source.sha256:
        raise Untrusted("hash", f"{source.member!r} is not what was signed")


def _rebuild(container: Container, slot: Slot, base: Base, file: WrittenBehind) -> None:
    """The base is hashed beside it, which costs a second core nothing; what is made of a wrong one is thrown away."""
    from concurrent.futures import ThreadPoolExecutor

    from register_svc.snapshots.rebuild import rebuilt

    with ThreadPoolExecutor(1, thread_name_prefix="base") as beside:
        checking = beside.submit(check_file, base.path, base.slot)
        try:
            for plain in rebuilt(base.path, container.chunks(slot.source.member), slot.bytes):
                file.write(plain)
        finally:
            if isinstance(wrong := checking.exception(), Untrusted):
                raise Untrusted("base", wrong.detail, "Send the whole file, and look at the register's disk.") from None


def _decode(container: Container, slot: Slot, file: WrittenBehind) -> None:
    from backports.zstd import DecompressionParameter, ZstdDecompressor, ZstdError

    zstd = ZstdDecompressor(options={DecompressionParameter.window_log_max: _WINDOW_LOG_MAX})
    try:
        for chunk in container.chunks(slot.source.member):
            data = chunk
            while not zstd.eof:
                plain = zstd.decompress(data, max_length=CHUNK)
                data = b""
                if file.length + len(plain) > slot.bytes:
                    raise Untrusted("hash", f"the catalogue is longer than the signed {slot.bytes} bytes")
                file.write(plain)
                if zstd.needs_input:
                    break
    except ZstdError as error:
        raise Untrusted("hash", f"the catalogue cannot be unpacked: {error}") from None
