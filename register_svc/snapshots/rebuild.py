"""A catalogue out of a delta and the base that it changes, segment by segment: never more than a few MiB at a time.

What comes out is believed by nobody: whoever calls compares it with the signed hash. Here is only seen to that a delta,
however wrong, takes no more memory, disk or time than the signed length allows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from poscore.errors import Untrusted
from poscore.frames import MIN_PREFIX, WINDOW_LOG, Frames, segment_bytes, window
from register_svc.durable_files import CHUNK


def rebuilt(base: Path, delta: Iterable[bytes], total_bytes: int) -> Iterator[bytes]:
    """The new file in pieces of at most CHUNK bytes. Raises Untrusted `hash` where the delta does not fit its base."""
    frames, index = Frames(), 0
    with base.open("rb", buffering=0) as file:
        base_bytes = file.seek(0, 2)
        for chunk in delta:
            for payload in frames.feed(chunk):
                expected = segment_bytes(index, total_bytes)
                if not expected:
                    raise Untrusted("hash", f"the delta makes more than the signed {total_bytes} bytes")
                yield from _segment(payload, _window(file, index, base_bytes), expected)
                index += 1
    frames.end()


def _segment(payload: bytes, prefix: bytes, expected: int) -> Iterator[bytes]:
    if not payload:
        view = memoryview(prefix)
        yield from (bytes(view[start : start + CHUNK]) for start in range(0, len(prefix), CHUNK))
        return
    from backports.zstd import DecompressionParameter, ZstdDecompressor, ZstdDict, ZstdError

    zstd = ZstdDecompressor(
        zstd_dict=ZstdDict(prefix, is_raw=True).as_prefix if len(prefix) >= MIN_PREFIX else None,
        options={DecompressionParameter.window_log_max: WINDOW_LOG},
    )
    made, data = 0, payload
    try:
        while not zstd.eof:
            plain = zstd.decompress(data, max_length=CHUNK)
            data = b""
            made += len(plain)
            if made > expected or (not plain and zstd.needs_input):
                break
            yield plain
    except ZstdError as error:
        raise Untrusted("hash", f"a segment cannot be rebuilt from the base: {error}") from None
    if made != expected or not zstd.eof:
        raise Untrusted("hash", f"a segment came to {made} bytes instead of {expected}")


def _window(base: IO[bytes], index: int, base_bytes: int) -> bytes:
    offset, length = window(index, base_bytes)
    base.seek(offset)
    parts = bytearray()
    while len(parts) < length and (part := base.read(length - len(parts))):  # unbuffered: a part may come
        parts += part
    return bytes(parts)
