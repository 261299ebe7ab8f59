"""Names inside a bundle: one zip, every member stored, metadata of one small TUF repository per store.

- `metadata/timestamp.json`, `metadata/<v>.root.json` (from 2 on), `metadata/<v>.snapshot.json`,
  `metadata/<v>.targets.json`, `targets/<dir>/<sha256>.<name>` (consistent snapshots).
- The signed target is the plain `catalog.db`. What carries it (the full file as zstd, or a delta to a base that the
  register has) is a target of its own, named in the target's `custom`; whatever the transport, the rebuilt file must
  have the signed hash of the plain one.
- All versions come from one counter of the fleet, so that one store's bundle can never outrun another's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from poscore.errors import Untrusted

_OPTIONAL = ("activate_at", "files")
METADATA = "metadata"
TARGETS = "targets"
TIMESTAMP_MEMBER = "metadata/timestamp.json"
CONTENT_TYPE = "application/octet-stream"
BUNDLE_TOKEN = "Bundle-Token"  # header of a fetched bundle: the token that a push of these bytes would carry
MAX_MEMBERS = 64
MAX_BUNDLE_BYTES = 1 << 30  # a full bundle of a million articles is 53 MB; a gigabyte leaves room for pictures
ISSUED_AT = "issued_at"  # extra field of timestamp.json, an instant's text: tells a wrong clock from an old bundle


def catalog_target(store: str) -> str:
    """The target path that binds a store: a register asks for its own and finds no other."""
    return f"stores/{store}/catalog.db"


def full_target(store: str) -> str:
    """The whole catalogue as one zstd frame."""
    return f"stores/{store}/catalog.db.zst"


def delta_target(store: str, base_sha256: str) -> str:
    """The changes that make the catalogue of the file with that hash; poscore.frames says how they are written."""
    return f"stores/{store}/{base_sha256}.delta"


@dataclass(frozen=True, slots=True)
class BundleInfo:
    """The signed `custom` of the catalogue target.

    `full`: target path of the zstd file. `probes`: {code: article_id} to look up before the switch.
    `deltas`: {sha256 of a base: target path} of those that were made; the others have to fetch the full file.
    `activate_at`: an instant's text, or None for at once. `files`: target path of the list of the files beside the
    catalogue (poscore.side_files), or None when there are none.
    """

    store: str
    version: int
    schema: int
    articles: int
    published_at: str
    full: str
    probes: dict[str, str]
    deltas: dict[str, str]
    activate_at: str | None = None
    files: str | None = None

    def to_wire(self) -> dict[str, Any]:
        wire = {
            "store": self.store,
            "version": self.version,
            "schema": self.schema,
            "articles": self.articles,
            "published_at": self.published_at,
            "full": self.full,
            "probes": self.probes,
            "deltas": self.deltas,
            "activate_at": self.activate_at,
        }
        return wire if self.files is None else {**wire, "files": self.files}

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> BundleInfo:
        """Members that are not known are ignored: a later head office may say more. Raises Untrusted `damaged`."""
        try:
            return cls(**{name: wire[name] for name in cls.__slots__ if name not in _OPTIONAL or name in wire})
        except (KeyError, TypeError) as error:
            raise Untrusted("damaged", f"the catalogue's description is not readable: {error}") from None
