"""Campaign prices, multi-buys and mix-and-match, for all stores or one."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "promotion",
        sa.Column("promotion_id", sa.Text, primary_key=True),
        sa.Column("store", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_sv", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("articles", sa.Text, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("amount", sa.BigInteger),
        sa.Column("percent_bp", sa.Integer),
        sa.Column("max_times", sa.Integer),
        sa.Column("valid_from", sa.Text, nullable=False),
        sa.Column("valid_to", sa.Text, nullable=False),
        sa.Column("weekdays", sa.Text, nullable=False),
        sa.Column("hours", sa.Text, nullable=False),
        sa.Column("withdrawn", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("changed_at", sa.Text, nullable=False),
    )
