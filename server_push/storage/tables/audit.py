"""Who did what at head office. Rows are only ever added."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from server_push.storage.metadata import metadata

audit = Table(
    "audit",
    metadata,
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),  # the name of an operator's token, or `command: user` of a command line
    Column("act", Text, nullable=False),  # kebab-case: rollout-paused
    Column("about", Text, nullable=False),  # the id of what it was done to
    Column("detail", Text, nullable=False),  # JSON
)
Index("ix_audit_about", audit.c.about, audit.c.n)

# The first answer to an operator's call with an Idempotency-Key, kept for 48 hours.
kept_answer = Table(
    "kept_answer",
    metadata,
    Column("who", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", Text, nullable=False),
)
Index("ix_kept_answer_at", kept_answer.c.at)
