"""Head office's keys in `DIR/keys`: three of root (two must sign), one of targets, one of the sender.

- Private keys are PKCS8 PEM files that only their owner may read, encrypted when there is a passphrase. A service that
  runs by itself is told the passphrase by its environment (OFFLINE_KASSA_PASSPHRASE), which no file of ours holds.
- The root keys are needed only to change keys. `move_root` takes them to another place, a USB stick in a safe; until
  then a thief of this machine could become head office for good, and `status` says so.
- When a key is replaced (rotation.py) the new one waits as `NAME.new` until the root that names it is on disk; whoever
  then looks for a key first finishes what a kill cut short.
- `keys/root/N.root.json` are the signed roots, every one ever made, kept byte for byte.
- The sender's key signs the stamp of each bundle and the tokens of calls to registers.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poscore.errors import Fault, Refused
from poscore.tokens import SigningKey
from server_push.bundles.durable import create_private, sync_directory

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from securesystemslib.signer._crypto_signer import CryptoSigner

ROOTS = ("root-1", "root-2", "root-3")
TARGETS, SENDER = "targets", "sender"
PREVIOUS_SENDER = "sender.previous"
NEW = ".new"
PASSPHRASE = "OFFLINE_KASSA_PASSPHRASE"
# Which key signs for which role of the metadata.
ROLES = {"targets": TARGETS, "snapshot": SENDER, "timestamp": SENDER}


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key as `keys show` lists it. `here`: its private half lies in this folder."""

    name: str
    key_id: str
    roles: tuple[str, ...]
    here: bool

    def to_wire(self) -> dict[str, Any]:
        return {"name": self.name, "key_id": self.key_id, "roles": list(self.roles), "here": self.here}


def _of_the_environment() -> bytes | None:
    return os.environ.get(PASSPHRASE, "").encode() or None


class Keys:
    """`folder` is DIR/keys. `passphrase`: of keys that are encrypted, and of those that will be made."""

    def __init__(self, folder: Path, passphrase: bytes | None = None) -> None:
        self.folder = folder
        self.passphrase = passphrase if passphrase is not None else _of_the_environment()

    @classmethod
    def create(cls, folder: Path, now: datetime, passphrase: bytes | None = None) -> Keys:
        """New keys and root version 1. Raises Refused `keys-exist`."""
        from securesystemslib.signer._crypto_signer import CryptoSigner

        from server_push.bundles.metadata import sign_root

        keys = cls(folder, passphrase)
        if keys._root_path(1).exists():
            raise Refused("keys-exist", f"{folder} already holds the keys of a head office")
        keys._root_path(1).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        signers = {name: CryptoSigner.generate_ed25519() for name in (*ROOTS, TARGETS, SENDER)}
        for name, signer in signers.items():
            create_private(folder / name, keys.sealed(signer))
        roots = [signers[name] for name in ROOTS]
        online = {role: signers[name].public_key for role, name in ROLES.items()}
        # Last: with it the keys are whole, and without it `create` may be called again after removing the rest.
        create_private(keys._root_path(1), sign_root(roots, online, now))
        sync_directory(folder)
        return keys

    # -- what signs

    def signer(self, name: str) -> CryptoSigner:
        """Raises Fault `key-missing`, `key-unreadable` or `passphrase`."""
        from securesystemslib.signer._crypto_signer import CryptoSigner

        return CryptoSigner(self._private_key(name))

    def sender_signing_key(self) -> SigningKey:
        """What signs head office's calls to registers; its public half is pinned at enrolment."""
        return SigningKey(self._private_key(SENDER))

    def sender_keys(self) -> list[SigningKey]:
        """The present one, and the one before: it is believed until a register has seen the root of the present one."""
        present = self.sender_signing_key()
        before = PREVIOUS_SENDER if (self.folder / PREVIOUS_SENDER).exists() else None
        return [present] if before is None else [present, SigningKey(self._private_key(before))]

    def sealed(self, signer: CryptoSigner) -> bytes:
        """The private key as it is kept in a file."""
        from cryptography.hazmat.primitives import serialization as form

        if not self.passphrase:
            return signer.private_bytes
        key = form.load_pem_private_key(signer.private_bytes, None)
        locked = form.BestAvailableEncryption(self.passphrase)
        return key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, locked)

    def _private_key(self, name: str) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        self._finish_replacing()
        pem = self._private(name)
        encrypted = b"ENCRYPTED" in pem
        if encrypted and not self.passphrase:
            hint = f"{PASSPHRASE} in the environment, or --passphrase-file, says it"
            raise Fault("passphrase", f"the key {name} is encrypted, and there is no passphrase", hint)
        try:
            key = load_pem_private_key(pem, self.passphrase if encrypted else None)
        except (ValueError, TypeError) as error:
            code = "passphrase" if encrypted else "key-unreadable"
            raise Fault(code, f"the key {name} cannot be read: {error}") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise Fault("key-unreadable", f"the key {name} is no Ed25519 key")
        return key

    def _private(self, name: str) -> bytes:
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            raise Fault("key-missing", f"the key {name} cannot be read: {error}") from None

    def _finish_replacing(self) -> None:
        """Give new keys their names once the root names them. Any process may do it; each step may be done again."""
        waiting = [name for name in (TARGETS, SENDER) if (self.folder / f"{name}{NEW}").exists()]
        if not waiting:
            return
        from server_push.bundles.metadata import key_ids

        known = key_ids(self.newest_root())
        for name in waiting:
            with suppress(FileNotFoundError):  # another process was quicker
                if self._key_id_in(f"{name}{NEW}") not in known:
                    continue  # the root that will name it is not there yet, or never came
                if name == SENDER and (self.folder / name).exists() and self._key_id_in(name) not in known:
                    (self.folder / name).replace(self.folder / PREVIOUS_SENDER)
                (self.folder / f"{name}{NEW}").replace(self.folder / name)
        sync_directory(self.folder)

    def _key_id_in(self, file: str) -> str:
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
        from securesystemslib.signer._crypto_signer import CryptoSigner

        pem = (self.folder / file).read_bytes()
        key = load_pem_private_key(pem, self.passphrase if b"ENCRYPTED" in pem else None)
        return str(CryptoSigner(key).public_key.keyid)

    # -- the signed roots

    def root_bytes(self, version: int = 1) -> bytes:
        """A root as it was signed, to the byte. Version 1 is what registers pin. Raises Fault `key-missing`."""
        try:
            return self._root_path(version).read_bytes()
        except OSError as error:
            raise Fault("key-missing", f"root {version} cannot be read: {error}") from None

    def later_roots(self) -> dict[int, bytes]:
        """Every root from version 2 on: a register that missed some walks through all of them."""
        later: dict[int, bytes] = {}
        while (path := self._root_path(len(later) + 2)).exists():
            later[len(later) + 2] = path.read_bytes()
        return later

    def add_root(self, version: int, root: bytes) -> None:
        """Append to the chain; once there, it stays. Raises FileExistsError."""
        beside = self._root_path(version).with_suffix(NEW)
        beside.unlink(missing_ok=True)
        create_private(beside, root)
        if self._root_path(version).exists():
            raise FileExistsError(self._root_path(version))
        beside.replace(self._root_path(version))
        sync_directory(beside.parent)

    def newest_root(self) -> bytes:
        later = self.later_roots()
        return later[max(later)] if later else self.root_bytes()

    def _root_path(self, version: int) -> Path:
        return self.folder / "root" / f"{version}.root.json"

    # -- what a person looks after

    def show(self) -> list[KeyRow]:
        from server_push.bundles.metadata import key_ids

        roles_of = key_ids(self.newest_root())
        here = {self.signer(name).public_key.keyid: name for name in self._here((*ROOTS, TARGETS, SENDER))}
        return [
            KeyRow(here.get(key_id) or "-".join(roles), key_id, roles, key_id in here)
            for key_id, roles in roles_of.items()
        ]

    def root_keys_here(self) -> list[str]:
        """The root keys whose private half still lies on this machine; it should be none."""
        return self._here(ROOTS)

    def _here(self, names: Sequence[str]) -> list[str]:
        return [name for name in names if (self.folder / name).exists()]

    def move_root(self, destination: Path, passphrase: bytes | None = None) -> list[Path]:
        """Copy the private root keys to `destination`, read them back, and only then remove them here.

        With a `passphrase` they are encrypted there, whatever they were here.

        Raises Refused `keys-moved` when none is left, `destination-unfit` for a place inside the office's own folder or
        where such files lie already.
        """
        names = self.root_keys_here()
        if not names:
            raise Refused("keys-moved", "the root keys are not here any more")
        if destination.resolve().is_relative_to(self.folder.parent.resolve()):
            raise Refused("destination-unfit", f"{destination} lies in the head office's own folder")
        if any((destination / name).exists() for name in names):
            raise Refused("destination-unfit", f"{destination} already holds root keys")
        destination.mkdir(parents=True, exist_ok=True)
        there = Keys(destination, passphrase or self.passphrase)
        for name in names:
            private = there.sealed(self.signer(name)) if passphrase else self._private(name)
            create_private(destination / name, private)
            there.signer(name)  # can be read back, with its passphrase
            if (destination / name).read_bytes() != private:
                raise Fault("key-damaged", f"{destination / name} is not what was written; the key here was kept")
        sync_directory(destination)
        for name in names:
            (self.folder / name).unlink()
        sync_directory(self.folder)
        return [destination / name for name in names]
