"""What a register believes, and what a bundle's verification says: the nouns of trust.py, without the weight of tuf.

The stored metadata is read here only for what it says about itself; it was verified before it was stored.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from poscore.bundle import ISSUED_AT, BundleInfo, catalog_target
from poscore.errors import PosError, Refused
from poscore.instants import parse_instant
from register_svc.snapshots.slots import Source


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a register believes from its enrolment on: its store, and the bytes of the first root."""

    store: str
    root: bytes


@dataclass(frozen=True, slots=True)
class Moment:
    """When it is: our clock, and the time that head office swore to in this very call, if it did."""

    now: datetime
    sworn: datetime | None = None


@dataclass(frozen=True, slots=True)
class Possessions:
    """What the register has when a bundle comes: the trusted metadata by file name, the hashes of its catalogues."""

    metadata: Mapping[str, bytes]
    catalogues: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A catalogue that the metadata vouches for. `sha256` and `bytes` are those of the plain file."""

    info: BundleInfo
    sha256: str
    bytes: int
    source: Source


@dataclass(frozen=True, slots=True)
class Verdict:
    """Either a catalogue or a refusal; and the metadata to be kept, which a refusal may have brought forward."""

    metadata: dict[str, bytes]
    catalogue: Catalogue | None
    refusal: PosError | None


def seen_version(metadata: Mapping[str, bytes], store: str) -> int | None:
    """The newest version that head office has been seen to vouch for; it may be ahead of what could be applied.

    Metadata are signed anew from time to time over the same catalogue. So it is the number of the catalogue, or that of
    the metadata while the catalogue is not known: a bundle was refused before its description could be trusted.
    """
    timestamp, snapshot, targets = (_signed(metadata, f"{role}.json") for role in ("timestamp", "snapshot", "targets"))
    if timestamp is None:
        return None
    version: int = timestamp["meta"]["snapshot.json"]["version"]
    if snapshot is None or targets is None or snapshot["version"] != version:
        return version
    if snapshot["meta"]["targets.json"]["version"] != targets["version"]:
        return version
    catalogue = targets["targets"].get(catalog_target(store), {})
    described = catalogue.get("custom", {}).get("version")
    return described if isinstance(described, int) else version


def stamping_key(root: bytes) -> dict[str, str] | None:
    """The public key, as a JWK, of whoever a root trusts to stamp bundles; None when it is of no kind that we know."""
    signed = json.loads(root)["signed"]
    for key_id in signed["roles"]["timestamp"]["keyids"]:
        key = signed["keys"].get(key_id, {})
        if key.get("keytype") == "ed25519":
            x = base64.urlsafe_b64encode(bytes.fromhex(key["keyval"]["public"])).rstrip(b"=").decode()
            return {"crv": "Ed25519", "kty": "OKP", "x": x}
    return None


def newest_issued(metadata: Mapping[str, bytes]) -> datetime | None:
    """When head office made the newest stamp that was trusted; None when it did not say."""
    timestamp = _signed(metadata, "timestamp.json")
    try:
        return parse_instant(timestamp[ISSUED_AT]) if timestamp else None
    except (KeyError, TypeError, Refused):
        return None


def _signed(metadata: Mapping[str, bytes], name: str) -> dict[str, Any] | None:
    data = metadata.get(name)
    if data is None:
        return None
    signed: dict[str, Any] = json.loads(data)["signed"]
    return signed
