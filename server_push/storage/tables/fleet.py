"""What is to be sent to which register, and how far it has come. This is the truth; whatever wakes the work is not."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, text

from server_push.storage.metadata import metadata

rollout = Table(
    "rollout",
    metadata,
    Column("rollout", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("finished_at", Text),
)

# One row for each register of a rollout. Whoever works on a row claims it by compare-and-set on state and claim.
deployment = Table(
    "deployment",
    metadata,
    Column("store", Text, primary_key=True),
    Column("rollout", Text, primary_key=True),
    Column("register", Text, primary_key=True),
    Column("version", BigInteger),
    Column("state", Text, nullable=False),
    Column("code", Text),  # why it failed, as the register or the wire said
    Column("detail", Text),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("claim", Text),  # who works on it now
    Column("claimed_until", Text),  # after this instant the claim is void: its holder has died
    Column("changed_at", Text, nullable=False),
)
Index("ix_deployment_rollout", deployment.c.rollout, deployment.c.state)
