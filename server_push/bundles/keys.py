"""Head office's keys in `DIR/keys`: three of root (two must sign), one of targets, one of the sender.

- Private keys are unencrypted PKCS8 PEM files that only their owner may read.
- The root keys are needed only to change keys. `move_root` takes them to another place, a USB stick in a safe; until
  then a thief of this machine could become head office for good, and `status` says so.
- `keys/root/N.root.json` are the signed roots, every one ever made, kept byte for byte.
- The sender's key signs the stamp of each bundle and the tokens of calls to registers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from poscore.errors import Fault, Refused
from poscore.tokens import SigningKey
from server_push.bundles.durable import create_private, sync_directory

if TYPE_CHECKING:
    from securesystemslib.signer._crypto_signer import CryptoSigner

ROOTS = ("root-1", "root-2", "root-3")
TARGETS, SENDER = "targets", "sender"
ROOT_THRESHOLD = 2
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


class Keys:
    """`folder` is DIR/keys."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def create(cls, folder: Path, now: datetime) -> Keys:
        """New keys and root version 1. Raises Refused `keys-exist`."""
        from securesystemslib.signer._crypto_signer import CryptoSigner

        from server_push.bundles.metadata import sign_root

        keys = cls(folder)
        if keys._root_path(1).exists():
            raise Refused("keys-exist", f"{folder} already holds the keys of a head office")
        keys._root_path(1).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        signers = {name: CryptoSigner.generate_ed25519() for name in (*ROOTS, TARGETS, SENDER)}
        for name, signer in signers.items():
            create_private(folder / name, signer.private_bytes)
        roots = [signers[name] for name in ROOTS]
        online = {role: signers[name].public_key for role, name in ROLES.items()}
        # Last: with it the keys are whole, and without it `create` may be called again after removing the rest.
        create_private(keys._root_path(1), sign_root(roots, online, now))
        sync_directory(folder)
        return keys

    # -- what signs

    def signer(self, name: str) -> CryptoSigner:
        """Raises Fault `key-missing` or `key-unreadable`."""
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
        from securesystemslib.signer._crypto_signer import CryptoSigner

        try:
            return CryptoSigner(load_pem_private_key(self._private(name), None))
        except (ValueError, TypeError) as error:
            raise Fault("key-unreadable", f"the key {name} cannot be read: {error}") from None

    def sender_signing_key(self) -> SigningKey:
        """What signs head office's calls to registers; its public half is pinned at enrolment."""
        return SigningKey.from_pem(self._private(SENDER))

    def _private(self, name: str) -> bytes:
        try:
            return (self.folder / name).read_bytes()
        except OSError as error:
            raise Fault("key-missing", f"the key {name} cannot be read: {error}") from None

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

    def _root_path(self, version: int) -> Path:
        return self.folder / "root" / f"{version}.root.json"

    # -- what a person looks after

    def show(self) -> list[KeyRow]:
        from server_push.bundles.metadata import key_ids

        later = self.later_roots()
        newest = later[max(later)] if later else self.root_bytes()
        roles_of = key_ids(newest)
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

    def move_root(self, destination: Path) -> list[Path]:
        """Copy the private root keys to `destination`, read them back, and only then remove them here.

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
        for name in names:
            private = self._private(name)
            create_private(destination / name, private)
            if (destination / name).read_bytes() != private:
                raise Fault("key-damaged", f"{destination / name} is not what was written; the key here was kept")
        sync_directory(destination)
        for name in names:
            (self.folder / name).unlink()
        sync_directory(self.folder)
        return [destination / name for name in names]
