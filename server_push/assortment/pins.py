"""Cashiers' PINs at head office: sealed, so that a hash can be made for a store that is added later.

AES-256-GCM under `DIR/keys/pins.key`, bound to the cashier's id: a sealed PIN that is copied to another row does not
open. A hash could not do this: its pepper differs from store to store.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from poscore.errors import Fault

KEY_FILE = "pins.key"
_KEY_BYTES, _NONCE_BYTES = 32, 12


class PinVault:
    def __init__(self, key: bytes, randomness: Callable[[int], bytes] = os.urandom) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._cipher = AESGCM(key)
        self._randomness = randomness

    @classmethod
    def at(cls, keys: Path) -> PinVault:
        """The vault of an office; its key is made at first use."""
        path = keys / KEY_FILE
        keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(handle, "wb") as file:
                file.write(os.urandom(_KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
        key = path.read_bytes()
        if len(key) != _KEY_BYTES:
            raise Fault("key-damaged", f"{path} is not a key", hint="restore it from a backup")
        return cls(key)

    def seal(self, cashier_id: str, pin: str) -> bytes:
        nonce = self._randomness(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, pin.encode(), cashier_id.encode())

    def open(self, cashier_id: str, sealed: bytes) -> str:
        """Raises Fault `pin-sealed` when it was sealed with another key or for another cashier."""
        from cryptography.exceptions import InvalidTag

        try:
            pin = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], cashier_id.encode())
        except (InvalidTag, ValueError):
            raise Fault(
                "pin-sealed", f"the PIN of cashier {cashier_id} does not open", hint="import the cashiers again"
            ) from None
        return pin.decode()
