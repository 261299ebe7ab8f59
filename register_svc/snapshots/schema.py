"""What this room keeps in state.db.

- `snapshot_slot`: a version of the store's data that has come in, from BUILDING on. `wanted` is the intent to switch to
  it (`now`, or `after:<business day>`), `source` what it is built from (a file in incoming/ and the member in it).
- `snapshot_active`: one row, the pointer. Changing it is the switch. `starts`: of the register, while it is on trial.
- `tuf_metadata`: the trusted metadata's bytes, by file name: a high-water mark that may be ahead of the active slot.
- `sender_seen`: the newest `iat` of each sender of calls, which is also the newest time that head office has sworn to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite_utils


def _create(database: sqlite_utils.Database) -> None:
    database.table("snapshot_slot").create(
        {
            "version": int,
            "state": str,
            "reason": str,
            "sha256": str,
            "bytes": int,
            "info": str,
            "source": str,
            "wanted": str,
            "received_at": str,
            "activated_at": str,
        },
        pk="version",
        not_null={"state", "sha256", "bytes", "info", "source", "received_at"},
        strict=True,
    )
    database.table("snapshot_active").create(
        {"id": int, "version": int, "previous": int}, pk="id", not_null={"version"}, strict=True
    )
    database.table("tuf_metadata").create({"name": str, "data": bytes}, pk="name", not_null={"data"}, strict=True)
    database.table("sender_seen").create(
        {"issuer": str, "issued_at": int}, pk="issuer", not_null={"issued_at"}, strict=True
    )


def _count_starts(database: sqlite_utils.Database) -> None:
    database.execute("ALTER TABLE snapshot_active ADD COLUMN starts INTEGER NOT NULL DEFAULT 0")


MIGRATIONS = [_create, _count_starts]
