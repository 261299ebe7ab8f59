"""The chain's stores and registers, who may call head office, and the keys that their calls are verified with."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text, text

from server_push.storage.metadata import metadata

# One row: who this head office is. Its id is the audience of every register's token.
office = Table(
    "office",
    metadata,
    Column("office_id", Text, primary_key=True),
    Column("made_at", Text, nullable=False),
)

operator_token = Table(
    "operator_token",
    metadata,
    Column("token_hash", Text, primary_key=True),  # hex SHA-256; the token itself is shown once and kept nowhere
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),  # JSON list; "*" is every scope
    Column("made_at", Text, nullable=False),
    Column("revoked_at", Text),
)

store = Table(
    "store",
    metadata,
    Column("store", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),  # JSON list of lines for the receipt's head
    Column("time_zone", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("pin_pepper", LargeBinary, nullable=False),  # travels at enrolment, never in a bundle
    Column("added_at", Text, nullable=False),
    Column("delivery", Text, nullable=False, server_default=text("'auto'")),  # push, pull or auto
)

# A register's id is unique in the chain. What it said of itself is the newest check-in's, or enrolment's.
register = Table(
    "register",
    metadata,
    Column("register", Text, primary_key=True),
    Column("store", Text, nullable=False),
    Column("added_at", Text, nullable=False),
    Column("windows_name", Text),  # as OFFLINEKASSAT.TXT had it
    Column("epoch", Integer, nullable=False, server_default=text("0")),  # the open one; 0 until the first enrolment
    Column("lan_url", Text),
    Column("last_seen", Text),
    Column("clock_offset_ms", BigInteger),  # the register's clock less ours
    Column("snapshot_active", BigInteger),
    Column("snapshot_seen", BigInteger),
    Column("offline", Integer),
    Column("queued_records", BigInteger),
    Column("health", Text),  # JSON as it came
)
Index("ix_register_store", register.c.store, register.c.register)

# Each enrolment opens an epoch with a key of its own. `final_*` is the last acknowledged head, noted when it closed.
register_epoch = Table(
    "register_epoch",
    metadata,
    Column("store", Text, primary_key=True),
    Column("register", Text, primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("public_key", Text, nullable=False),  # JWK
    Column("opened_at", Text, nullable=False),
    Column("closed_at", Text),
    Column("final_seq", BigInteger),
    Column("final_hash", Text),
)

# One-time codes. `mac_key` and `answer` are wiped when the code's time is over.
enrolment_code = Table(
    "enrolment_code",
    metadata,
    Column("locator", Text, primary_key=True),
    Column("store", Text, nullable=False),
    Column("register", Text, nullable=False),
    Column("mac_key", LargeBinary),
    Column("made_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("failed_tries", Integer, nullable=False, server_default=text("0")),
    Column("used_at", Text),
    Column("used_by", Text),  # hash over the public key and nonce that used it
    Column("answer", Text),  # JSON less `now` and `proof`, for the repeat of a call whose answer was lost
)
