"""A bundle's bytes onto the disk: bounded before they are read, hashed and synced while they come.

Nothing is believed here but the length and the hash that the caller's token claims.
"""

from __future__ import annotations

import hmac
from pathlib import Path
from typing import Protocol

from poscore.bundle import MAX_BUNDLE_BYTES
from poscore.errors import Refused, Untrusted
from register_svc.durable_files import CHUNK, SyncedFile


class Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


def receive(stream: Stream, length: int | None, expected_sha256: str, path: Path) -> None:
    """The `length` bytes of `stream` as the new file `path`; a file that is not whole and right is removed.

    Raises Refused `length-required` or `too-large`, Untrusted `damaged` when the stream ends early, Untrusted `token`
    when the bytes are not those that the sender signed, Fault `space`.
    """
    if not length:
        raise Refused("length-required", "a bundle comes with its Content-Length")
    if length > MAX_BUNDLE_BYTES:
        raise Refused("too-large", f"a bundle is at most {MAX_BUNDLE_BYTES} bytes")
    with SyncedFile(path) as file:
        while file.length < length:
            data = stream.read(min(CHUNK, length - file.length))
            if not data:
                raise Untrusted("damaged", f"the bundle ended after {file.length} of {length} bytes")
            file.write(data)
        if not hmac.compare_digest(file.digest(), expected_sha256):
            raise Untrusted("token", "the token was made for another body")
        file.finish()
