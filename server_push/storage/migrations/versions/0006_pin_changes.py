"""PINs that were changed at a till, and when each hash was made."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("cashier_pin_hash", sa.Column("changed_at", sa.Text, nullable=False, server_default=sa.text("''")))
    op.create_table(
        "cashier_pin_change",
        sa.Column("store", sa.Text, primary_key=True),
        sa.Column("cashier_id", sa.Text, primary_key=True),
        sa.Column("pin_hash", sa.Text, nullable=False),
        sa.Column("changed_at", sa.Text, nullable=False),
    )
