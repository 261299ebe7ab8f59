"""Bodies as they came over the wire: bounded, hashed before anything is done to them, then inflated within bounds.

A register's token names the hash of the bytes on the wire, so it must be taken before zstd is undone.
"""

from __future__ import annotations

import hashlib
from io import BytesIO

from backports.zstd import DecompressionParameter, ZstdDecompressor, ZstdError, get_frame_info
from flask import Flask, g, request

from poscore.errors import Refused, Untrusted

MAX_BODY_BYTES = 4 << 20  # of the wire and of what is inside, each
# A frame may not ask for more memory than this window (2^23 = 8 MiB), whatever it says of itself.
_WINDOW_LOG_MAX = 23


def bound_bodies(app: Flask) -> None:
    """Take every body in before its route runs."""

    @app.before_request
    def take_in() -> None:
        environ = request.environ
        length = request.headers.get("Content-Length", "")
        if length and int(length) > MAX_BODY_BYTES:
            raise _too_large()
        wire = environ["wsgi.input"].read(int(length)) if length else b""
        g.body_hash = hashlib.sha256(wire).hexdigest()
        plain = _plain(wire, request.headers.get("Content-Encoding", ""))
        environ["wsgi.input"] = BytesIO(plain)
        environ["CONTENT_LENGTH"] = str(len(plain))


def body_hash() -> str:
    """Hex SHA-256 of the request's body as it was on the wire."""
    return str(g.body_hash)


def _plain(wire: bytes, encoding: str) -> bytes:
    if encoding in ("", "identity"):
        return wire
    if encoding != "zstd":
        raise Refused("encoding-unknown", f"a body may be zstd, not {encoding[:40]!r}")
    inflater = ZstdDecompressor(options={DecompressionParameter.window_log_max: _WINDOW_LOG_MAX})
    try:
        said = _said_size(wire)
        if said is not None and said > MAX_BODY_BYTES:
            raise _too_large()
        # A frame that says its size, and may not grow past it, is inflated into one piece of memory of that size;
        # without it zstd fills a window first, whose fresh pages cost more than the inflating.
        plain = inflater.decompress(wire, MAX_BODY_BYTES + 1 if said is None else -1)
    except ZstdError as error:
        raise Untrusted("body-invalid", f"the body is not zstd: {error}") from None
    if len(plain) > MAX_BODY_BYTES:
        raise _too_large()
    if not inflater.eof or inflater.unused_data:
        raise Untrusted("body-invalid", "the body is not one whole zstd frame")
    return plain


def _said_size(frame: bytes) -> int | None:
    return get_frame_info(frame).decompressed_size


def _too_large() -> Refused:
    return Refused("too-large", f"a body is at most {MAX_BODY_BYTES} bytes", hint="send fewer records at once")
