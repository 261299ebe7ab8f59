"""The files that came beside the catalogues: each content once, under its hash, whatever the versions that name it.

- A content that is here is not sent again; one that comes is hashed while it is written, and belongs to a signed list.
- Each version has its own list, `snapshots/<version>/files.json`; a path is looked up in that of the active one.
- Contents that no list names are removed when versions are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from poscore.errors import Untrusted
from poscore.side_files import MAX_LIST_BYTES, PACK_MEMBER, Pack, SideFile, contents, read_list
from register_svc.durable_files import SyncedFile, sync_directory
from register_svc.snapshots.slots import FileList

if TYPE_CHECKING:
    from register_svc.snapshots.container import Container

LIST = "files.json"
_PART = ".part"


class SideFiles:
    """`folder`: files/ of the register; `versions`: snapshots/."""

    def __init__(self, folder: Path, versions: Path) -> None:
        self._folder, self._versions = folder, versions

    def take(self, container: Container, wanted: FileList, version: int) -> None:
        """Bring in what `wanted` names and is not here; then the version's list, which makes it whole.

        Raises Untrusted `base` when something is neither here nor in the bundle, `hash` when it is not what was signed.
        """
        data = _read_list(container, wanted)
        needed = contents(read_list(data))
        self._folder.mkdir(exist_ok=True)
        missing = {sha: length for sha, length in needed.items() if not self._has(sha, length)}
        if missing and PACK_MEMBER in container:
            self._unpack(container, missing)
        if missing:
            raise Untrusted("base", f"{len(missing)} files are neither here nor in the bundle", "Send all of them.")
        with SyncedFile(self._versions / str(version) / LIST) as file:
            file.write(data)
            file.finish()

    def find(self, version: int, path: str) -> Path | None:
        """Where the content of `path` lies in that version; None when the version has no such file."""
        for one in self._listed(version):
            if one.path == path:
                return self._folder / one.sha256
        return None

    def forget_others(self, versions: Iterable[int]) -> None:
        """Remove every content that none of these versions names."""
        if not self._folder.exists():
            return
        named = {one.sha256 for version in versions for one in self._listed(version)}
        for path in self._folder.iterdir():
            if path.name not in named:
                with suppress(OSError):  # somebody reads it: another time
                    path.unlink()

    # -- within

    def _listed(self, version: int) -> tuple[SideFile, ...]:
        try:
            return read_list((self._versions / str(version) / LIST).read_bytes())
        except FileNotFoundError:
            return ()

    def _has(self, sha256: str, length: int) -> bool:
        path = self._folder / sha256
        return path.is_file() and path.stat().st_size == length

    def _unpack(self, container: Container, missing: dict[str, int]) -> None:
        """Take out of `missing` what the pack brings; what it was not asked for is passed over."""
        pack, file = Pack(), None
        try:
            for chunk in container.chunks(PACK_MEMBER):
                for sha256, length, part in pack.feed(chunk):
                    if not part and file is not None:
                        file = self._close(file, missing)
                    if not part and missing.get(sha256) == length:
                        (self._folder / f"{sha256}{_PART}").unlink(missing_ok=True)  # a killed attempt's
                        file = SyncedFile(self._folder / f"{sha256}{_PART}")
                    if part and file is not None:
                        file.write(part)
            pack.end()
            if file is not None:
                file = self._close(file, missing)
        finally:
            if file is not None:
                file.__exit__(None, None, None)
        sync_directory(self._folder)

    @staticmethod
    def _close(file: SyncedFile, missing: dict[str, int]) -> None:
        sha256 = file.path.stem
        with file:
            if file.digest() != sha256:
                raise Untrusted("hash", f"the file {sha256} in the bundle is another")
            file.finish()
        file.path.replace(file.path.with_suffix(""))
        del missing[sha256]


def _read_list(container: Container, wanted: FileList) -> bytes:
    if wanted.member not in container or not container.size(wanted.member) == wanted.bytes <= MAX_LIST_BYTES:
        raise Untrusted("hash", f"the bundle holds no {wanted.member!r} of {wanted.bytes} bytes")
    data = b"".join(container.chunks(wanted.member))
    if hashlib.sha256(data).hexdigest() != wanted.sha256:
        raise Untrusted("hash", f"{wanted.member!r} is not what was signed")
    return data
