"""PIN hashes: argon2id(HMAC-SHA256(store pepper, PIN)).

A slow hash alone does not save a stolen table of four-digit PINs (10,000 × 24 ms is four minutes); the pepper, which
travels at enrolment and never in a bundle, does. Checked at sign-in only, never in the sale path.
"""

from __future__ import annotations

import hashlib
import hmac
import re

from poscore.errors import Refused

SALT_BYTES = 16
PEPPER_BYTES = 32
# t=2, 19 MiB, p=1: 24 ms on a small machine, the smaller of OWASP's two equal choices for argon2id.
_ITERATIONS, _MEMORY_KIB, _LANES, _LENGTH = 2, 19 * 1024, 1, 32
_PIN = re.compile(r"[0-9]{4,12}", re.ASCII)
# Every hash that is made here, and nothing that would cost more to check.
PIN_HASH = re.compile(r"\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}", re.ASCII)


def check_pin(pin: str) -> str:
    """`pin` when it is 4 to 12 digits. Raises Refused `pin-invalid`."""
    if not _PIN.fullmatch(pin):
        raise Refused("pin-invalid", "a PIN is 4 to 12 digits")
    return pin


def hash_pin(pin: str, pepper: bytes, salt: bytes) -> str:
    """The PHC text of the hash. `salt`: SALT_BYTES of randomness, of its own for each hash."""
    # Imported late: 19 ms that a starting register need not pay.
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    argon = Argon2id(salt=salt, length=_LENGTH, iterations=_ITERATIONS, lanes=_LANES, memory_cost=_MEMORY_KIB)
    return argon.derive_phc_encoded(_keyed(pin, pepper))


def verify_pin(pin: str, pepper: bytes, stored: str) -> bool:
    """True when `pin` made `stored`. A damaged `stored` is False, not an error."""
    from cryptography.exceptions import InvalidKey
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    try:
        Argon2id.verify_phc_encoded(_keyed(pin, pepper), stored)
    except (InvalidKey, ValueError):
        return False
    return True


def _keyed(pin: str, pepper: bytes) -> bytes:
    return hmac.new(pepper, pin.encode(), hashlib.sha256).digest()
