"""What operators were answered under their Idempotency-Keys; kept for 48 hours."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from server_push.storage.metadata import metadata

kept_answer = Table(
    "kept_answer",
    metadata,
    Column("operator", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),  # of the request, as poscore.idempotency makes it
    Column("status", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", Text, nullable=False),
)
Index("ix_kept_answer_at", kept_answer.c.at)
