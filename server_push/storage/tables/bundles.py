"""What has been published, byte for byte, and the counters that publishing draws from."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, Text, text

from server_push.storage.metadata import metadata

# One row `fleet`: every version of every store's metadata is drawn from it, so that none can outrun another.
version_counter = Table(
    "version_counter",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

# A published catalogue. `targets` and `snapshot` are the signed bytes as they were made; they are never built again
# from their parts, only replaced by newly signed ones before they expire.
publication = Table(
    "publication",
    metadata,
    Column("store", Text, primary_key=True),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("published_at", Text, nullable=False),
    Column("sha256", Text, nullable=False),  # of the plain catalog.db
    Column("bytes", BigInteger, nullable=False),
    Column("full_sha256", Text, nullable=False),  # of the whole file as zstd
    Column("full_bytes", BigInteger, nullable=False),
    Column("articles", Integer, nullable=False),
    Column("info", Text, nullable=False),  # JSON of poscore.bundle.BundleInfo
    Column("targets_version", BigInteger, nullable=False),
    Column("targets_expires", Text, nullable=False),
    Column("targets", LargeBinary, nullable=False),
    Column("snapshot_version", BigInteger, nullable=False),
    Column("snapshot_expires", Text, nullable=False),
    Column("snapshot", LargeBinary, nullable=False),
)

# argon2id is slow on purpose and salted: kept, so that a cashier's hash is made once and stays the same byte for byte.
cashier_pin_hash = Table(
    "cashier_pin_hash",
    metadata,
    Column("store", Text, primary_key=True),
    Column("cashier_id", Text, primary_key=True),
    Column("made_of", Text, nullable=False),  # hash over sealed PIN and pepper: when it differs, the hash is made anew
    Column("pin_hash", Text, nullable=False),
    Column("changed_at", Text, nullable=False, server_default=text("''")),  # instant when this PIN was set, or empty
)
