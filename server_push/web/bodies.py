"""Bodies as they came over the wire: bounded, hashed before anything is done to them, then inflated within bounds.

A register's token names the hash of the bytes on the wire, so it must be taken before zstd is undone.
"""

from __future__ import annotations

import hashlib
from io import BytesIO

from backports.zstd import DecompressionParameter, ZstdDecompressor, ZstdError
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
        plain = inflater.decompress(wire, MAX_BODY_BYTES + 1)
    except ZstdError as error:
        raise Untrusted("body-invalid", f"the body is not zstd: {error}") from None
    if len(plain) > MAX_BODY_BYTES:
        raise _too_large()
    if not inflater.eof or inflater.unused_data:
        raise Untrusted("body-invalid", "the body is not one whole zstd frame")
    return plain


def _too_large() -> Refused:
    return Refused("too-large", f"a body is at most {MAX_BODY_BYTES} bytes", hint="send fewer records at once")
