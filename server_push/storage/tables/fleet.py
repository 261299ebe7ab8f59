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
    Column("origin", Text, nullable=False, server_default=text("'push'")),  # push, schedule, price, api, first
    Column("made_by", Text, nullable=False, server_default=text("''")),
    Column("reason", Text),  # why it is paused, as a code; null otherwise
    Column("detail", Text),
    Column("tries", Integer, nullable=False, server_default=text("1")),
    Column("offer_wait_s", Integer, nullable=False, server_default=text("0")),
    Column("deadline", Text),  # when the window closes: nothing is begun from here after it
)
Index("ix_rollout_started_at", rollout.c.started_at)

# The stages that a rollout goes through, 0 first. `accepted_*`: what a person has seen and let pass.
rollout_group = Table(
    "rollout_group",
    metadata,
    Column("rollout", Text, primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("success_percent", Integer, nullable=False),
    Column("error_limit", Text, nullable=False),
    Column("unreachable_limit", Text, nullable=False),
    Column("accepted_errors", Integer, nullable=False, server_default=text("0")),
    Column("accepted_unreachable", Integer, nullable=False, server_default=text("0")),
    Column("opened_at", Text),
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
    Column("group_n", Integer, nullable=False, server_default=text("0")),
    Column("next_at", Text),  # not to be looked at before; null: at once
    Column("via", Text),  # push or pull: how it goes there, or went
    Column("activated_at", Text),
)
Index("ix_deployment_rollout", deployment.c.rollout, deployment.c.state)
Index("ix_deployment_register", deployment.c.register, deployment.c.changed_at)
# Who works where right now: a handful of rows, whatever the history.
Index(
    "ix_deployment_claimed",
    deployment.c.store,
    deployment.c.register,
    sqlite_where=text("claim IS NOT NULL"),
    postgresql_where=text("claim IS NOT NULL"),
)

# The nightly distribution. `since`: the instant from which its times count.
distribution_schedule = Table(
    "distribution_schedule",
    metadata,
    Column("name", Text, primary_key=True),
    Column("local_time", Text, nullable=False),
    Column("tz", Text, nullable=False),
    Column("days", Text, nullable=False),  # JSON list, Monday is 1
    Column("window_end", Text, nullable=False),
    Column("enabled", Integer, nullable=False),
    Column("since", Text, nullable=False),
)

# One row for each business date whose time has come, be it begun or missed.
schedule_run = Table(
    "schedule_run",
    metadata,
    Column("schedule", Text, primary_key=True),
    Column("business_date", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("rollout", Text),
)
