"""Keys replaced: a new root, signed by two of the old root keys and two of the new, that every later bundle carries.

- Online keys (targets, sender) are replaced here, where they lie; root keys where the others lie, such as on a stick.
- The root is the commit: it is on disk before a new key takes an old one's name, and a kill on either side is finished
  or forgotten by whoever comes next.
- What is published is signed again when it is next sent; registers learn of all this from the bundle itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from poscore.errors import Fault, Refused
from server_push.bundles.durable import create_private, sync_directory
from server_push.bundles.keys import NEW, PREVIOUS_SENDER, ROLES, ROOTS, SENDER, TARGETS, Keys

if TYPE_CHECKING:
    from securesystemslib.signer._crypto_signer import CryptoSigner


@dataclass(frozen=True, slots=True)
class Rotated:
    """`version`: of the new root. `replaced`: names of the keys that were replaced."""

    version: int
    replaced: tuple[str, ...]


class Rotation:
    """`root_keys`: where the private root keys lie now; `root_passphrase`: theirs, if it is not the office's."""

    def __init__(self, keys: Keys, root_keys: Path | None = None, root_passphrase: bytes | None = None) -> None:
        self._keys = keys
        self._roots = Keys(root_keys or keys.folder, root_passphrase or keys.passphrase)

    def rotate(self, names: Sequence[str], now: datetime) -> Rotated:
        """Replace these keys (`targets`, `sender`, `root-1` …; `root` is all three); none: only a later date.

        Raises Refused `root-keys-missing`, `key-unknown`.
        """
        self._finish_replacing_roots()
        names = list(dict.fromkeys(part for name in names for part in (ROOTS if name == "root" else (name,))))
        if unknown := [name for name in names if name not in (*ROOTS, TARGETS, SENDER)]:
            raise Refused("key-unknown", f"there is no key called {', '.join(unknown)}: server-push keys show")
        return self._replace({name: self._key_id(name) for name in names}, now)

    def revoke(self, key: str, now: datetime) -> Rotated:
        """Replace a key that was lost or stolen, named as `rotate` names it or by the beginning of its id.

        Raises Refused as `rotate` does.
        """
        from server_push.bundles.metadata import key_ids

        self._finish_replacing_roots()
        if key in (*ROOTS, TARGETS, SENDER):
            done = self.rotate([key], now)
        else:
            named = self._named_ids()
            found = [key_id for key_id in key_ids(self._keys.newest_root()) if len(key) >= 8 and key_id.startswith(key)]
            if len(found) != 1:
                raise Refused("key-unknown", f"no key, or more than one, has an id that begins with {key}")
            done = self._replace({named.get(found[0]) or self._lost_root(named): found[0]}, now)
        if SENDER in done.replaced:
            (self._keys.folder / PREVIOUS_SENDER).unlink(missing_ok=True)  # a thief has it: nothing of ours uses it
        return done

    # -- within

    def _replace(self, replaced: dict[str, str], now: datetime) -> Rotated:
        from securesystemslib.signer._crypto_signer import CryptoSigner

        from server_push.bundles.metadata import Replacement, root_version, sign_next_root

        before = self._keys.newest_root()
        made = {name: CryptoSigner.generate_ed25519() for name in replaced}
        old_roots = self._root_signers()
        for name, signer in made.items():
            place = self._roots if name in ROOTS else self._keys
            (place.folder / f"{name}{NEW}").unlink(missing_ok=True)  # of an attempt that came to no root
            create_private(place.folder / f"{name}{NEW}", place.sealed(signer))
            sync_directory(place.folder)
        replacements = [Replacement(key_id, made[name].public_key) for name, key_id in replaced.items()]
        signers = [*old_roots, *(made[name] for name in made if name in ROOTS)]
        try:
            root = sign_next_root(before, replacements, signers, now)
        except Refused:
            for name in made:
                ((self._roots if name in ROOTS else self._keys).folder / f"{name}{NEW}").unlink()
            raise
        version = root_version(root)
        self._keys.add_root(version, root)
        self._finish_replacing_roots()
        self._keys.signer(TARGETS)  # gives the new online keys their names
        return Rotated(version, tuple(replaced))

    def _root_signers(self) -> list[CryptoSigner]:
        return [self._roots.signer(name) for name in ROOTS if (self._roots.folder / name).exists()]

    def _finish_replacing_roots(self) -> None:
        """Give new root keys their names when the newest root knows them; what came to no root is removed later."""
        from server_push.bundles.metadata import key_ids

        known = key_ids(self._keys.newest_root())
        for name in ROOTS:
            waiting = self._roots.folder / f"{name}{NEW}"
            if waiting.exists() and self._roots.signer(waiting.name).public_key.keyid in known:
                waiting.replace(self._roots.folder / name)
        sync_directory(self._roots.folder)

    def _key_id(self, name: str) -> str:
        """The id that the newest root gives a key. Raises Refused `root-keys-missing`, `key-unknown`."""
        from server_push.bundles.metadata import key_ids

        if name in ROOTS:
            for key_id, called in self._named_ids().items():
                if called == name:
                    return key_id
            hint = "to replace a lost one, name its id: server-push keys revoke ID --root-keys FOLDER"
            raise Refused("root-keys-missing", f"{name} is not at hand", hint)
        role = next(role for role, holder in ROLES.items() if holder == name)
        return next(key_id for key_id, roles in key_ids(self._keys.newest_root()).items() if role in roles)

    def _named_ids(self) -> dict[str, str]:
        """The names of the keys of which the private half is at hand."""
        found: dict[str, str] = {}
        for place, names in ((self._roots, ROOTS), (self._keys, (TARGETS, SENDER))):
            for name in names:
                if (place.folder / name).exists():
                    found[place.signer(name).public_key.keyid] = name
        return found

    def _lost_root(self, named: dict[str, str]) -> str:
        """The name under which a lost root key's successor is kept: the one that is not at hand."""
        for name in ROOTS:
            if name not in named.values():
                return name
        raise Fault("key-unknown", "every root key is at hand, so none of them can be the lost one")
