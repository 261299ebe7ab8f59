"""A test-side publisher: real python-tuf metadata, real catalogues, real zips, and every way to spoil them.

publisher = Publisher()
bundle = publisher.publish(3, catalog(articles={"6410405216120": ("A1", 129)}))
register.receive(bundle.zip())
"""

from __future__ import annotations

import hashlib
import io
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from backports import zstd
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (  # type: ignore[attr-defined]
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

from poscore.bundle import (
    ISSUED_AT,
    METADATA,
    TARGETS,
    TIMESTAMP_MEMBER,
    BundleInfo,
    catalog_target,
    delta_target,
    full_target,
)
from poscore.catalog_format import SCHEMA
from poscore.frames import SEGMENT, framed, window
from poscore.instants import instant_text
from tests.support.builders import STORE, a_catalog
from tests.support.clock import NOON

STAMP_LIFE = timedelta(days=7)
ROLE_LIFE = timedelta(days=90)
ROOT_LIFE = timedelta(days=730)


def catalog(padding: int = 0, spoil: Callable[[sqlite3.Connection], object] | None = None, **contents: Any) -> bytes:
    """The bytes of a catalogue file. `padding`: about so many bytes more that do not compress; `spoil`: a last change
    by hand; `contents`: what `a_catalog` takes."""
    with tempfile.TemporaryDirectory() as folder:
        path = a_catalog(Path(folder) / "catalog.db", **contents)
        connection = sqlite3.connect(path, isolation_level=None)
        if padding:
            connection.execute("CREATE TABLE padding(data BLOB)")
            for _ in range(max(1, padding >> 16)):
                connection.execute("INSERT INTO padding VALUES(randomblob(65536))")
        if spoil:
            spoil(connection)
        connection.close()
        return path.read_bytes()


def delta(base: bytes, content: bytes) -> bytes:
    """As FORMATS.md says it, with no part of head office's encoder."""
    frames = b""
    for index in range(-(-len(content) // SEGMENT)):
        offset, length = window(index, len(base))
        prefix = zstd.ZstdDict(base[offset : offset + length], is_raw=True).as_prefix
        parameter = zstd.CompressionParameter
        options: dict[int, int] = {
            parameter.compression_level: 10, parameter.window_log: 23, parameter.checksum_flag: 1
        }  # fmt: skip
        segment = content[index * SEGMENT : (index + 1) * SEGMENT]
        frames += framed(zstd.compress(segment, options=options, zstd_dict=prefix))
    return frames


@dataclass(frozen=True)
class Bundle:
    """Members by name, in the order in which they go into the zip."""

    version: int
    catalog_sha256: str
    members: dict[str, bytes]

    def zip(self, compression: int = zipfile.ZIP_STORED) -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", compression) as archive:
            for name, data in self.members.items():
                archive.writestr(name, data)
        return buffer.getvalue()

    def with_member(self, name: str, data: bytes) -> Bundle:
        return replace(self, members={**self.members, name: data})

    def without(self, name: str) -> Bundle:
        return replace(self, members={key: data for key, data in self.members.items() if key != name})

    @property
    def delta_member(self) -> str:
        return next(name for name in self.members if name.endswith(".delta"))

    @property
    def full_member(self) -> str:
        return next(name for name in self.members if name.endswith(".catalog.db.zst"))


@dataclass
class Publisher:
    """One small TUF repository of one store. Root: 2 of 3; one key each for targets and for snapshot + timestamp."""

    store: str = STORE
    now: datetime = NOON
    issued_at: datetime | None = None
    hashes_in_snapshot: bool = True
    root_keys: list[CryptoSigner] = field(default_factory=lambda: [CryptoSigner.generate_ed25519() for _ in range(3)])
    targets_key: CryptoSigner = field(default_factory=CryptoSigner.generate_ed25519)
    online_key: CryptoSigner = field(default_factory=CryptoSigner.generate_ed25519)
    roots: dict[int, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.roots:
            self.add_root()

    @property
    def root_v1(self) -> bytes:
        return self.roots[1]

    def root(self, version: int, expires: datetime | None = None) -> Root:
        root = Root(version=version, expires=expires or self.now + ROOT_LIFE, consistent_snapshot=True)
        for signer in self.root_keys:
            root.add_key(_key(signer), "root")
        root.roles["root"].threshold = 2
        root.add_key(_key(self.targets_key), "targets")
        for role in ("snapshot", "timestamp"):
            root.add_key(_key(self.online_key), role)
        return root

    def add_root(
        self, signers: list[CryptoSigner] | None = None, version: int | None = None, expires: datetime | None = None
    ) -> int:
        """Make the next root, signed by `signers` (two of the present root keys); its place in the chain."""
        place = len(self.roots) + 1
        self.roots[place] = _signed(self.root(version or place, expires), *(signers or self.root_keys[:2]))
        return place

    def publish(
        self,
        version: int,
        content: bytes,
        *,
        info: Mapping[str, Any] | None = None,
        path: str | None = None,
        expires: Mapping[str, datetime] | None = None,
        pack: Callable[[bytes], bytes] = zstd.compress,
        base: bytes | None = None,
        make_delta: Callable[[bytes, bytes], bytes] | None = None,
    ) -> Bundle:
        """A full bundle of `content`, or its changes to `base`, as `make_delta` makes them of the two.

        `info` replaces members of the signed description, `expires` dates by role.
        """
        packed = pack(content)
        described = _describe(self.store, version, content, self.now).to_wire() | dict(info or {})
        plain_target, full_path = path or catalog_target(self.store), full_target(self.store)
        targets = Targets(version=version, expires=(expires or {}).get("targets", self.now + ROLE_LIFE))
        plain = TargetFile.from_data(plain_target, content, ["sha256"])
        plain.unrecognized_fields["custom"] = described
        full = TargetFile.from_data(full_path, packed, ["sha256"])
        targets.targets = {plain_target: plain, full_path: full}
        files = {_member(full): packed}
        if base is not None:
            changes, base_sha256 = (make_delta or delta)(base, content), hashlib.sha256(base).hexdigest()
            target = TargetFile.from_data(delta_target(self.store, base_sha256), changes, ["sha256"])
            targets.targets[target.path] = target
            described["deltas"] = {base_sha256: target.path} | described["deltas"]
            files = {_member(target): changes}
        return self.wrap(version, self.sign_targets(targets), files, expires, hashlib.sha256(content).hexdigest())

    def stamp(self, bundle: Bundle, version: int) -> Bundle:
        """The same content under a new timestamp, as the sender makes it at each send."""
        snapshot = next(data for name, data in bundle.members.items() if name.endswith(".snapshot.json"))
        timestamp = Timestamp(version=version, expires=self.now + STAMP_LIFE)
        timestamp.snapshot_meta = self._meta(bundle.version, snapshot)
        timestamp.unrecognized_fields[ISSUED_AT] = instant_text(self.issued_at or self.now)
        return bundle.with_member(TIMESTAMP_MEMBER, _signed(timestamp, self.online_key))

    def sign_targets(self, targets: Targets) -> bytes:
        return _signed(targets, self.targets_key)

    def wrap(
        self,
        version: int,
        targets: bytes,
        files: Mapping[str, bytes],
        expires: Mapping[str, datetime] | None = None,
        catalog_sha256: str = "",
    ) -> Bundle:
        """Snapshot and timestamp over signed `targets`, and all of it as a bundle."""
        dates = {"snapshot": self.now + ROLE_LIFE, "timestamp": self.now + STAMP_LIFE} | dict(expires or {})
        snapshot = Snapshot(version=version, expires=dates["snapshot"])
        snapshot.meta["targets.json"] = self._meta(version, targets, hashes=self.hashes_in_snapshot)
        snapshot_bytes = _signed(snapshot, self.online_key)
        timestamp = Timestamp(version=version, expires=dates["timestamp"])
        timestamp.snapshot_meta = self._meta(version, snapshot_bytes)
        timestamp.unrecognized_fields[ISSUED_AT] = instant_text(self.issued_at or self.now)
        members = {TIMESTAMP_MEMBER: _signed(timestamp, self.online_key)}
        members |= {f"{METADATA}/{place}.root.json": data for place, data in self.roots.items() if place > 1}
        members |= {
            f"{METADATA}/{version}.snapshot.json": snapshot_bytes,
            f"{METADATA}/{version}.targets.json": targets,
        }
        return Bundle(version, catalog_sha256, members | dict(files))

    @staticmethod
    def _meta(version: int, data: bytes, hashes: bool = True) -> MetaFile:
        return MetaFile.from_data(version, data, ["sha256"]) if hashes else MetaFile(version)


def _describe(store: str, version: int, content: bytes, now: datetime) -> BundleInfo:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "catalog.db"
        path.write_bytes(content)
        connection = sqlite3.connect(path)
        try:
            count = connection.execute("SELECT count(*) FROM article").fetchone()[0]
            query = "SELECT code, article_id FROM code JOIN article ON article.id = code.article ORDER BY code LIMIT 8"
            probes = dict(connection.execute(query).fetchall())
        except sqlite3.DatabaseError:  # spoilt on purpose
            count, probes = 0, {}
        connection.close()
    return BundleInfo(
        store=store,
        version=version,
        schema=SCHEMA,
        articles=count,
        published_at=instant_text(now),
        full=full_target(store),
        probes=probes,
        deltas={},
    )


def _member(target: TargetFile) -> str:
    folder, _, name = target.path.rpartition("/")
    return f"{TARGETS}/{folder}/{target.hashes['sha256']}.{name}"


def _key(signer: CryptoSigner) -> Key:
    return signer.public_key


def _signed(role: Any, *signers: CryptoSigner) -> bytes:
    metadata = Metadata(role)
    for signer in signers:
        metadata.sign(signer, append=True)
    return metadata.to_bytes(JSONSerializer(compact=True))
