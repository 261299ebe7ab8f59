"""The one-time enrolment code and the proofs that both sides give; the secret itself never travels.

CODE = base32 of (128-bit secret ‖ first 128 bits of SHA-256(root v1)), 52 characters, read in any case, with blanks
and hyphens between groups allowed.

- `locator` finds the code's row at head office: made from the first 32 bits of the secret, so that a wrong code with
  a right beginning costs one of its tries.
- `mac_key` is all that head office keeps: it proves and checks, and does not give the secret back.
- Each proof is an HMAC over a canonical transcript that names its side, so neither can be played back as the other.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from poscore.canonical import canonical_bytes
from poscore.errors import Refused

SECRET_BYTES = 16
CODE_LENGTH = 52
LIFE_S = 30 * 60
MAX_TRIES = 5


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    secret: bytes
    root_hash: bytes  # the first 16 bytes of SHA-256(root v1)

    @classmethod
    def of(cls, secret: bytes, root_v1: bytes) -> EnrolmentCode:
        return cls(secret, hashlib.sha256(root_v1).digest()[:SECRET_BYTES])

    @classmethod
    def parse(cls, text: str) -> EnrolmentCode:
        """Raises Refused `code-invalid`."""
        plain = "".join(text.split()).replace("-", "").upper()
        try:
            raw = base64.b32decode(plain + "=" * (-len(plain) % 8)) if len(plain) == CODE_LENGTH else b""
        except ValueError:  # also of a letter outside ASCII
            raw = b""
        if len(raw) != 2 * SECRET_BYTES:
            raise Refused("code-invalid", f"an enrolment code has {CODE_LENGTH} letters and digits")
        return cls(raw[:SECRET_BYTES], raw[SECRET_BYTES:])

    @property
    def text(self) -> str:
        return base64.b32encode(self.secret + self.root_hash).decode().rstrip("=")

    @property
    def locator(self) -> str:
        return _derive(self.secret[:4], b"locator").hex()[:16]

    @property
    def mac_key(self) -> bytes:
        return _derive(self.secret, b"mac")

    def fits_root(self, root_v1: bytes) -> bool:
        return hmac.compare_digest(hashlib.sha256(root_v1).digest()[:SECRET_BYTES], self.root_hash)


def register_proof(mac_key: bytes, transcript: dict[str, Any]) -> str:
    """The register's proof over what it asks for (its key, nonce and addresses), as hex."""
    return _prove(mac_key, "register", transcript)


def head_office_proof(mac_key: bytes, transcript: dict[str, Any]) -> str:
    """Head office's proof over the register's transcript and its own answer, as hex."""
    return _prove(mac_key, "head-office", transcript)


def proofs_equal(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())


def _prove(mac_key: bytes, side: str, transcript: dict[str, Any]) -> str:
    message = canonical_bytes({"side": side, "transcript": transcript})
    return hmac.new(mac_key, message, hashlib.sha256).hexdigest()


def _derive(secret: bytes, purpose: bytes) -> bytes:
    return hmac.new(b"offline-kassa/enrolment/1/" + purpose, secret, hashlib.sha256).digest()
