"""The signed metadata: a small TUF repository for each store, all of them under the chain's one root.

- Versions come from the caller, who draws them from one counter of the fleet.
- A file is signed once and its bytes are kept; nothing here serialises signed metadata again.
- Who vouches for what: timestamp → snapshot → targets by version, length and hash; targets → the plain `catalog.db` and
  the files that carry it.

This module imports tuf, so nothing that only imports articles loads it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from tuf.api.exceptions import UnsignedMetadataError
from tuf.api.metadata import (  # type: ignore[attr-defined]  # they are there; only not re-exported by name
    Key,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.api.serialization.json import JSONSerializer

from poscore.bundle import ISSUED_AT, BundleInfo
from poscore.errors import Refused
from poscore.instants import instant_text

if TYPE_CHECKING:
    from securesystemslib.signer._crypto_signer import CryptoSigner

# A bundle may wait a week for a shop's line; what is not renewed by then is stamped anew when it is sent. The root is
# renewed yearly, and a register that was off for a year must still find its way.
TIMESTAMP_LIFE = timedelta(days=7)
SNAPSHOT_LIFE = timedelta(days=30)
TARGETS_LIFE = timedelta(days=90)
ROOT_LIFE = timedelta(days=2 * 365)
ROOT_THRESHOLD = 2

_Signed = TypeVar("_Signed", Root, Targets, Snapshot, Timestamp)


@dataclass(frozen=True, slots=True)
class File:
    """A file as metadata names it."""

    target: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What targets vouch for: the plain file, its description, and the files that carry it, whole or as deltas."""

    plain: File
    info: BundleInfo
    carried: File
    deltas: tuple[File, ...] = ()
    files: File | None = None

    def beside(self, files: File | None) -> Catalogue:
        """The same, with this list of files beside it."""
        return replace(self, info=replace(self.info, files=files.target if files else None), files=files)

    def activated(self, at: datetime | None) -> Catalogue:
        """The same, to be sold from at an instant and not before; None: at once."""
        return replace(self, info=replace(self.info, activate_at=None if at is None else instant_text(at)))

    def with_delta(self, base_sha256: str, delta: File) -> Catalogue:
        """The same, with one more way to it."""
        deltas = {**self.info.deltas, base_sha256: delta.target}
        return replace(self, info=replace(self.info, deltas=deltas), deltas=(*self.deltas, delta))


@dataclass(frozen=True, slots=True)
class SignedFile:
    """Signed metadata, to the byte."""

    version: int
    expires: datetime
    data: bytes


def sign_root(roots: Sequence[CryptoSigner], online: Mapping[str, Key], now: datetime) -> bytes:
    """Root version 1. `online`: the public key of each other role."""
    root = Root(version=1, expires=_whole(now + ROOT_LIFE), consistent_snapshot=True)
    for signer in roots:
        root.add_key(signer.public_key, "root")
    root.roles["root"].threshold = ROOT_THRESHOLD
    for role, key in online.items():
        root.add_key(key, role)
    return _signed(root, roots)


@dataclass(frozen=True, slots=True)
class Replacement:
    """A key of root metadata that gives its roles to another one."""

    key_id: str
    by: Key


def sign_next_root(
    before: bytes, replaced: Sequence[Replacement], signers: Sequence[CryptoSigner], now: datetime
) -> bytes:
    """The root that follows `before`, with some keys replaced, or only a later date.

    `signers`: every private root key at hand, old and new; those that neither root knows are left out. Raises Refused
    `root-keys-missing` when they are not enough for the old root or for the new one.
    """
    old = Metadata[Root].from_bytes(before)
    new = Metadata[Root].from_bytes(before).signed
    new.version += 1
    new.expires = _whole(now + ROOT_LIFE)
    for one in replaced:
        for role in [name for name, holder in new.roles.items() if one.key_id in holder.keyids]:
            new.revoke_key(one.key_id, role)
            new.add_key(one.by, role)
    known = {*old.signed.roles["root"].keyids, *new.roles["root"].keyids}
    data = _signed(new, [signer for signer in signers if signer.public_key.keyid in known])
    signed = Metadata[Root].from_bytes(data)
    try:
        for judge in (old.signed, signed.signed):
            judge.verify_delegate("root", signed.signed_bytes, signed.signatures)
    except UnsignedMetadataError as error:
        hint = f"{ROOT_THRESHOLD} of the root keys must be at hand: --root-keys FOLDER says where they lie"
        raise Refused("root-keys-missing", f"the new root cannot be signed: {error}", hint) from None
    return data


def root_version(root: bytes) -> int:
    return Metadata[Root].from_bytes(root).signed.version


def signed_by(data: bytes) -> set[str]:
    """The ids of the keys that signed some metadata, by their own account."""
    return {signature["keyid"] for signature in json.loads(data)["signatures"]}


def key_ids(root: bytes) -> dict[str, tuple[str, ...]]:
    """The roles of each key id of a signed root."""
    signed = Metadata[Root].from_bytes(root).signed
    roles: dict[str, tuple[str, ...]] = {}
    for role, holder in signed.roles.items():
        for key_id in holder.keyids:
            roles[key_id] = (*roles.get(key_id, ()), role)
    return roles


def sign_targets(signer: CryptoSigner, version: int, now: datetime, catalogue: Catalogue) -> SignedFile:
    """The plain catalogue, which is what a register must end up with, and the files that carry it."""
    plain = catalogue.plain
    targets = {
        plain.target: TargetFile(
            plain.bytes, {"sha256": plain.sha256}, plain.target, {"custom": catalogue.info.to_wire()}
        ),
        **{
            carried.target: TargetFile(carried.bytes, {"sha256": carried.sha256}, carried.target)
            for carried in (catalogue.carried, *catalogue.deltas, *((catalogue.files,) if catalogue.files else ()))
        },
    }
    expires = _whole(now + TARGETS_LIFE)
    return SignedFile(version, expires, _signed(Targets(version=version, expires=expires, targets=targets), [signer]))


def named_files(targets: bytes, names: Iterable[str]) -> tuple[File, ...]:
    """What signed targets say of the files of those names; they were ours, and are not judged again."""
    signed = json.loads(targets)["signed"]["targets"]
    return tuple(File(name, signed[name]["hashes"]["sha256"], signed[name]["length"]) for name in names)


def sign_snapshot(signer: CryptoSigner, version: int, now: datetime, targets: SignedFile) -> SignedFile:
    expires = _whole(now + SNAPSHOT_LIFE)
    meta = {"targets.json": MetaFile.from_data(targets.version, targets.data, ["sha256"])}
    signed = Snapshot(version=version, expires=expires, meta=meta)
    return SignedFile(version, expires, _signed(signed, [signer]))


def sign_timestamp(signer: CryptoSigner, version: int, now: datetime, snapshot: SignedFile) -> SignedFile:
    """Made anew at each send: it says when that was, so that a wrong clock can be told from an old bundle."""
    expires = _whole(now + TIMESTAMP_LIFE)
    meta = MetaFile.from_data(snapshot.version, snapshot.data, ["sha256"])
    issued = {ISSUED_AT: instant_text(now)}
    signed = Timestamp(version=version, expires=expires, snapshot_meta=meta, unrecognized_fields=issued)
    return SignedFile(version, expires, _signed(signed, [signer]))


def _signed(signed: _Signed, signers: Sequence[CryptoSigner]) -> bytes:
    metadata = Metadata(signed)
    for signer in signers:
        metadata.sign(signer, append=True)  # without append each signature would clear those before it
    return metadata.to_bytes(JSONSerializer(compact=True))


def _whole(at: datetime) -> datetime:
    """TUF knows no fractions of a second."""
    return at.astimezone(UTC).replace(microsecond=0)
