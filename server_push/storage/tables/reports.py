"""Days and months that were closed, store by store."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from server_push.storage.metadata import metadata

closing = Table(
    "closing",
    metadata,
    Column("store", Text, primary_key=True),
    Column("period", Text, primary_key=True),  # a business day or a month, 2026-11-22 or 2026-11
    Column("closed_at", Text, nullable=False),
    Column("closed_by", Text, nullable=False),
    Column("reason", Text),  # of whoever signed though something was in the way; else null
    Column("blockers", Text, nullable=False),  # JSON: what was in the way then
)
