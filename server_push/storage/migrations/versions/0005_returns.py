"""Returns over all registers: what came home of them, and what registers are about to give back."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "return_read",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("arrival", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "return_home",
        sa.Column("return_no", sa.Text, primary_key=True),
        sa.Column("arrival", sa.BigInteger, nullable=False),
        sa.Column("store", sa.Text, nullable=False),
        sa.Column("register", sa.Text, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("business_day", sa.Text, nullable=False),
        sa.Column("received_at", sa.Text, nullable=False),
        sa.Column("receipt_no", sa.Text),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("cashier", sa.Text),
    )
    op.create_index("ix_return_home_arrival", "return_home", ["arrival"], unique=True)
    op.create_table(
        "return_home_line",
        sa.Column("return_no", sa.Text, primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("receipt_no", sa.Text, nullable=False),
        sa.Column("n", sa.Integer, nullable=False),
        sa.Column("quantity", sa.BigInteger, nullable=False),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("deposit", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_return_home_line_receipt_no", "return_home_line", ["receipt_no"])
    op.create_table(
        "return_claim",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("store", sa.Text, nullable=False),
        sa.Column("register", sa.Text, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("receipt_no", sa.Text),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.Text, nullable=False),
    )
    op.create_index("ix_return_claim_receipt_no", "return_claim", ["receipt_no"])
    op.create_index("ix_return_claim_expires_at", "return_claim", ["expires_at"])
    op.create_table(
        "return_claim_line",
        sa.Column("claim", sa.Text, primary_key=True),
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("quantity", sa.BigInteger, nullable=False),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("deposit", sa.BigInteger, nullable=False),
    )
    # So that returns are found among the sales of years.
    only = sa.text("kind = 'return'")
    op.create_index("ix_sale_return", "sale", ["arrival"], sqlite_where=only, postgresql_where=only)
