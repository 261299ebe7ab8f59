"""The push form of a bundle: one zip whose every member is stored, under the names of `poscore.bundle`."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from poscore.bundle import METADATA, TARGETS, TIMESTAMP_MEMBER
from poscore.side_files import PACK_MEMBER
from server_push.bundles.metadata import File, SignedFile
from server_push.bundles.side_files import Pack

_CHUNK = 1 << 20
# A zip wants a date; the same contents shall be the same bytes.
_DATE = (1980, 1, 1, 0, 0, 0)


def members(
    later_roots: Mapping[int, bytes], stamp: SignedFile, snapshot: SignedFile, targets: SignedFile
) -> dict[str, bytes]:
    """The metadata by name, the stamp first."""
    return {
        TIMESTAMP_MEMBER: stamp.data,
        **{f"{METADATA}/{version}.root.json": data for version, data in later_roots.items()},
        f"{METADATA}/{snapshot.version}.snapshot.json": snapshot.data,
        f"{METADATA}/{targets.version}.targets.json": targets.data,
    }


def target_member(file: File) -> str:
    """Where a target lies: by its hash, so that no two versions ever share a name."""
    directory, _, name = file.target.rpartition("/")
    return f"{TARGETS}/{directory}/{file.sha256}.{name}"


def write(
    target: Path | IO[bytes],
    metadata: Mapping[str, bytes],
    files: Sequence[tuple[File, Path]],
    pack: Pack | None = None,
) -> int:
    """Write the zip to a new file or an open stream. Its length."""
    if isinstance(target, Path):
        with target.open("wb") as stream:
            return write(stream, metadata, files, pack)
    counted = _Counted(target)
    with zipfile.ZipFile(counted, "w", zipfile.ZIP_STORED) as zipped:  # type: ignore[call-overload]  # writes only
        for name, data in metadata.items():
            zipped.writestr(_entry(name), data)
        for file, path in files:
            entry = _entry(target_member(file))
            entry.file_size = file.bytes
            with path.open("rb") as source, zipped.open(entry, "w") as member:
                while chunk := source.read(_CHUNK):
                    member.write(chunk)
        if pack is not None and pack.contents:
            entry = _entry(PACK_MEMBER)
            entry.file_size = pack.length
            with zipped.open(entry, "w") as member:
                pack.write(member)
    return counted.written


def _entry(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, _DATE)


class _Counted:
    """A stream that only goes forward, as a request's body does; zipfile then writes each size behind its member."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.written = 0

    def write(self, data: bytes) -> int:
        self._stream.write(data)
        self.written += len(data)
        return len(data)

    def flush(self) -> None:
        self._stream.flush()
