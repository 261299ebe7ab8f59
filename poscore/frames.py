"""The framing of a delta: how one catalogue file is told as changes to another, segment by segment.

- The new file is cut into segments of 4 MiB, the last one shorter. Each is one frame, in their order: the length of the
  payload in four bytes, the most significant first, then the payload.
- A payload is a zstd frame whose prefix is a window of the base file: as many bytes at the same place, or the last
  4 MiB of a base that ends before. An empty payload says that the segment is its window, to the byte.
- So neither side ever holds more than a window, a segment and a frame, however large the catalogue.

Only arithmetic over bytes: no zstd, no disk.

    >>> window(1, 10_000_000)
    (4194304, 4194304)
    >>> window(2, 10_000_000)
    (5805696, 4194304)
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from poscore.errors import Untrusted

SEGMENT = 4 << 20
WINDOW_LOG = 23  # a window and a segment: what a frame may look back over
MIN_PREFIX = 8  # zstd takes nothing shorter; a base with fewer bytes is no prefix at all
# What zstd makes of bytes that do not compress: a little more than they were.
MAX_PAYLOAD = SEGMENT + SEGMENT // 256 + 64

_LENGTH = struct.Struct(">I")


def window(index: int, base_bytes: int) -> tuple[int, int]:
    """Offset and length of what the segment `index` (from 0) may refer to, in a base of so many bytes."""
    length = min(SEGMENT, base_bytes)
    return min(index * SEGMENT, base_bytes - length), length


def segment_bytes(index: int, total_bytes: int) -> int:
    """How long the segment `index` of a new file of `total_bytes` is; 0 beyond its end."""
    return max(0, min(SEGMENT, total_bytes - index * SEGMENT))


def framed(payload: bytes) -> bytes:
    """A frame. Raises ValueError for a payload that no reader takes."""
    if len(payload) > MAX_PAYLOAD:
        raise ValueError(f"a payload of {len(payload)} bytes is longer than the {MAX_PAYLOAD} of the worst segment")
    return _LENGTH.pack(len(payload)) + payload


class Frames:
    """Takes a delta in pieces of any length, and gives the payloads one after another.

    >>> frames = Frames()
    >>> list(frames.feed(framed(b"one")[:5])), list(frames.feed(framed(b"one")[5:]))
    ([], [b'one'])
    """

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Every payload that is whole now. Raises Untrusted `damaged` for one that is longer than it may be."""
        self._held += data
        while len(self._held) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._held)
            if length > MAX_PAYLOAD:
                raise Untrusted("damaged", f"a frame of the delta says that it has {length} bytes")
            end = _LENGTH.size + length
            if len(self._held) < end:
                return
            payload = bytes(self._held[_LENGTH.size : end])
            del self._held[:end]
            yield payload

    def end(self) -> None:
        """Raises Untrusted `damaged` when the delta ended inside a frame."""
        if self._held:
            raise Untrusted("damaged", "the delta ends in the middle of a frame")
