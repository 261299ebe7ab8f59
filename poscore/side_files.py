"""The files that travel beside the catalogue: pictures, a logo for the receipt, layouts.

- The list of all of them is a signed target, `stores/<store>/files.json`: canonical JSON
  `[{"path", "sha256", "bytes"}]`, sorted by path. What a path holds is believed by its hash alone.
- The contents that a register lacks travel in one member, `files.pack`, which needs no signature: for each content 32
  bytes of hash, eight bytes of length, the most significant first, and the content. A content is there once, whatever
  the number of its paths.

Nothing here reads or writes a file.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from poscore.canonical import canonical_bytes, parse_json
from poscore.errors import Refused, Untrusted

PACK_MEMBER = "files.pack"
MAX_LIST_BYTES = 5_000_000  # some thirty thousand files
MAX_PATH = 200

_HEADER = struct.Struct(">32sQ")
_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
_FOREIGN = frozenset('\\:*?"<>|')  # what one system or another gives a meaning of its own


def files_target(store: str) -> str:
    return f"stores/{store}/files.json"


@dataclass(frozen=True, slots=True)
class SideFile:
    """`path`: with `/`, relative, of the same form on every system. Raises Refused `path-invalid`."""

    path: str
    sha256: str
    bytes: int

    def __post_init__(self) -> None:
        parts = self.path.split("/")
        fits = self.path.isprintable() and len(self.path) <= MAX_PATH and not _FOREIGN & set(self.path)
        if not fits or not all(part and part == part.strip(". ") for part in parts):
            raise Refused("path-invalid", f"{self.path!r} is not a name that a file can have on every system")
        if not _HASH.fullmatch(self.sha256) or self.bytes < 0:
            raise Refused("path-invalid", f"{self.path!r} has no hash, or no length")


def list_bytes(files: Iterable[SideFile]) -> bytes:
    """The list as it is signed."""
    ordered = sorted(files, key=lambda file: file.path)
    return canonical_bytes([{"path": one.path, "sha256": one.sha256, "bytes": one.bytes} for one in ordered])


def read_list(data: bytes) -> tuple[SideFile, ...]:
    """Raises Untrusted `damaged` for anything that is not the agreed form."""
    try:
        files = tuple(SideFile(one["path"], one["sha256"], one["bytes"]) for one in parse_json(data))
    except (ValueError, KeyError, TypeError, AttributeError, Refused) as error:
        raise Untrusted("damaged", f"the list of files cannot be read: {error}") from None
    if len({one.path for one in files}) != len(files):
        raise Untrusted("damaged", "the list of files names one of them twice")
    return files


def contents(files: Iterable[SideFile]) -> dict[str, int]:
    """The contents that files have, each once: length by hash."""
    return {one.sha256: one.bytes for one in files}


def header(sha256: str, length: int) -> bytes:
    """What stands before a content in a pack."""
    return _HEADER.pack(bytes.fromhex(sha256), length)


class Pack:
    """Takes a pack in pieces of any length; gives (hash, length, a part of the content), parts in their order.

    The first part of each content may be empty, so that a content without bytes is seen as well.
    """

    def __init__(self) -> None:
        self._held = b""
        self._sha256, self._length, self._left = "", 0, 0

    def feed(self, data: bytes) -> Iterator[tuple[str, int, bytes]]:
        self._held += data
        while True:
            if not self._left:
                if len(self._held) < _HEADER.size:
                    return
                raw, self._length = _HEADER.unpack_from(self._held)
                self._held, self._left, self._sha256 = self._held[_HEADER.size :], self._length, raw.hex()
                yield self._sha256, self._length, b""
            part, self._held = self._held[: self._left], self._held[self._left :]
            if not part:
                if self._left:
                    return
                continue
            self._left -= len(part)
            yield self._sha256, self._length, part

    def end(self) -> None:
        """Raises Untrusted `damaged` when the pack ended inside a content."""
        if self._held or self._left:
            raise Untrusted("damaged", "the pack of files ends in the middle of one")
