"""A caller's Idempotency-Key, and the answer that is kept for it.

The key's scope is the register or the operator, not the session. Key and answer are stored in the transaction of the
change, so a retry after a kill gets the first answer and status; the same key with another request is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from poscore.errors import Refused

KEEP_S = 48 * 3600


@dataclass(frozen=True, slots=True)
class Idempotency:
    """`fingerprint`: SHA-256 over method, path and body of the request."""

    key: str
    fingerprint: bytes

    def must_be(self, fingerprint: bytes) -> None:
        """Raises Refused `idempotency-key-reused` when the key was first used for another request."""
        if self.fingerprint != fingerprint:
            raise Refused("idempotency-key-reused", "this Idempotency-Key was used for another request")


@dataclass(frozen=True, slots=True)
class Kept:
    """The first answer: status and the JSON bytes that went out."""

    status: int
    body: bytes
