"""Rollouts in groups, with limits, tries and windows; how a store's registers are reached."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_EVERYBODY = "INSERT INTO rollout_group (rollout, n, name, state, success_percent, error_limit, unreachable_limit)"


def upgrade() -> None:
    for column in (
        sa.Column("origin", sa.Text, nullable=False, server_default=sa.text("'push'")),
        sa.Column("made_by", sa.Text, nullable=False, server_default=sa.text("''")),
        sa.Column("reason", sa.Text),
        sa.Column("detail", sa.Text),
        sa.Column("tries", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.Column("offer_wait_s", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("deadline", sa.Text),
    ):
        op.add_column("rollout", column)
    op.create_index("ix_rollout_started_at", "rollout", ["started_at"])
    op.create_table(
        "rollout_group",
        sa.Column("rollout", sa.Text, primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("success_percent", sa.Integer, nullable=False),
        sa.Column("error_limit", sa.Text, nullable=False),
        sa.Column("unreachable_limit", sa.Text, nullable=False),
        sa.Column("accepted_errors", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("accepted_unreachable", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("opened_at", sa.Text),
        sa.Column("finished_at", sa.Text),
    )
    for column in (
        sa.Column("group_n", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("next_at", sa.Text),
        sa.Column("via", sa.Text),
        sa.Column("activated_at", sa.Text),
    ):
        op.add_column("deployment", column)
    op.create_index("ix_deployment_register", "deployment", ["register", "changed_at"])
    op.create_index(
        "ix_deployment_claimed",
        "deployment",
        ["store", "register"],
        sqlite_where=sa.text("claim IS NOT NULL"),
        postgresql_where=sa.text("claim IS NOT NULL"),
    )
    # Pushes of before knew no groups: one that holds every register.
    op.execute(f"{_EVERYBODY} SELECT rollout, 0, 'all', state, 100, '100%', '100%' FROM rollout")
    op.add_column("store", sa.Column("delivery", sa.Text, nullable=False, server_default=sa.text("'auto'")))
    op.create_table(
        "audit",
        sa.Column("n", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_index("ix_audit_about", "audit", ["about", "n"])
    op.create_table(
        "kept_answer",
        sa.Column("who", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
    )
    op.create_index("ix_kept_answer_at", "kept_answer", ["at"])
    op.create_table(
        "distribution_schedule",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("local_time", sa.Text, nullable=False),
        sa.Column("tz", sa.Text, nullable=False),
        sa.Column("days", sa.Text, nullable=False),
        sa.Column("window_end", sa.Text, nullable=False),
        sa.Column("enabled", sa.Integer, nullable=False),
        sa.Column("since", sa.Text, nullable=False),
    )
    op.create_table(
        "schedule_run",
        sa.Column("schedule", sa.Text, primary_key=True),
        sa.Column("business_date", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("rollout", sa.Text),
    )
