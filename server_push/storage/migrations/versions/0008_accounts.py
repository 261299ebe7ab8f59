"""Accounts: entries out of sales, their balances, and what registers hold for sales under way."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "account_read",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("arrival", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "account_entry",
        sa.Column("store", sa.Text, primary_key=True),
        sa.Column("register", sa.Text, primary_key=True),
        sa.Column("epoch", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("ledger", sa.Text, primary_key=True),
        sa.Column("holder", sa.Text, primary_key=True),
        sa.Column("place", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("balance", sa.BigInteger, nullable=False),
        sa.Column("credit_limit", sa.BigInteger),
        sa.Column("business_day", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("offline", sa.Integer, nullable=False),
        sa.Column("cashier", sa.Text),
        sa.Column("hold", sa.Text),
        sa.Column("flags", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("entered_by", sa.Text),
    )
    op.create_index("ix_account_entry_place", "account_entry", ["place"], unique=True)
    op.create_index("ix_account_entry_holder", "account_entry", ["ledger", "holder", "place"])
    flagged = sa.text("flags <> ''")
    op.create_index(
        "ix_account_entry_flagged", "account_entry", ["place"], sqlite_where=flagged, postgresql_where=flagged
    )
    op.create_table(
        "account_balance",
        sa.Column("ledger", sa.Text, primary_key=True),
        sa.Column("holder", sa.Text, primary_key=True),
        sa.Column("balance", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "account_hold",
        sa.Column("register", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("store", sa.Text, nullable=False),
        sa.Column("sale_id", sa.Text, nullable=False),
        sa.Column("ledger", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("balance", sa.BigInteger, nullable=False),
        sa.Column("credit_limit", sa.BigInteger),
        sa.Column("asked_at", sa.Text, nullable=False),
        sa.Column("expires_at", sa.Text, nullable=False),
    )
    op.create_index("ix_account_hold_holder", "account_hold", ["ledger", "holder", "state"])
    op.create_index("ix_account_hold_sale_id", "account_hold", ["sale_id"])
    op.create_index("ix_account_hold_asked_at", "account_hold", ["asked_at"])
    # So that what is owed is found among the tenders of years.
    owed = sa.text("type IN ('account', 'payroll', 'bonus', 'voucher')")
    op.create_index("ix_sale_tender_owed", "sale_tender", ["arrival"], sqlite_where=owed, postgresql_where=owed)
