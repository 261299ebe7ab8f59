"""The zip that a bundle travels in: every member stored, at most 64 of them, and nothing read before that is known.

The directory of a zip is at its end, so a bundle that was cut anywhere is refused before anything of it is believed.
Nothing here trusts a name or a byte: what a member holds is judged by the metadata's hashes.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from poscore.bundle import MAX_MEMBERS
from poscore.errors import Untrusted
from register_svc.durable_files import CHUNK

# End of central directory: signature, disk numbers (2), entries here, entries in all, its bytes, its offset, comment.
_END = struct.Struct("<4s4H2LH")
# An entry of the directory is 46 bytes and a name; python's zipfile reads the whole directory into memory.
_MAX_DIRECTORY = MAX_MEMBERS * 1024
_ENCRYPTED = 0x1


class Container:
    """An open bundle. Raises Untrusted `damaged` for anything that is not the agreed form."""

    def __init__(self, path: Path) -> None:
        _check_end(path)
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
            raise Untrusted("damaged", f"the bundle is not a whole zip: {error}") from None
        self._members = {info.filename: info for info in self._zip.infolist()}
        try:
            self._check_members()
        except Untrusted:
            self._zip.close()
            raise

    def _check_members(self) -> None:
        infos = self._zip.infolist()
        if len(infos) > MAX_MEMBERS or len(self._members) != len(infos):
            raise Untrusted("damaged", f"the bundle holds {len(infos)} members, or one of them twice")
        for info in infos:
            stored = info.compress_type == zipfile.ZIP_STORED and info.compress_size == info.file_size
            if not stored or info.flag_bits & _ENCRYPTED:
                raise Untrusted("damaged", f"{info.filename!r} is compressed or encrypted; members must be stored")
            if info.header_offset < 0:  # reading there would be the disk's error, not the bundle's
                raise Untrusted("damaged", f"{info.filename!r} lies before the beginning of the file")

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def size(self, name: str) -> int:
        return self._members[name].file_size

    def chunks(self, name: str) -> Iterator[bytes]:
        """The member's bytes, at most CHUNK at a time. Raises Untrusted `damaged` when its checksum does not hold."""
        try:
            with self._zip.open(self._members[name]) as member:
                while data := member.read(CHUNK):
                    yield data
        except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
            raise Untrusted("damaged", f"{name!r} is damaged: {error}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()


def _check_end(path: Path) -> None:
    """How many members there are, and how long their directory is, before that is read into memory."""
    with path.open("rb") as file:
        length = file.seek(0, 2)
        if length < _END.size:
            raise Untrusted("damaged", "the bundle is too short to be a zip")
        file.seek(length - _END.size)
        signature, _, _, here, members, directory, _, comment = _END.unpack(file.read(_END.size))
    if signature != b"PK\5\6" or comment or here != members:
        raise Untrusted("damaged", "the bundle does not end as a zip does: it was cut, or carries a comment")
    if members > MAX_MEMBERS or directory > _MAX_DIRECTORY:
        raise Untrusted("damaged", f"the bundle names {members} members; {MAX_MEMBERS} is the most")
