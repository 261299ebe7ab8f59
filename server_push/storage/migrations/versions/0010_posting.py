"""Posting runs, their invoices and day reports; days that are done."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "day_done",
        sa.Column("store", sa.Text, primary_key=True),
        sa.Column("business_day", sa.Text, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
    )
    op.create_table(
        "posting_run",
        sa.Column("run", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("active", sa.Integer),
        sa.Column("started_by", sa.Text, nullable=False),
        sa.Column("started_at", sa.Text, nullable=False),
        sa.Column("ended_at", sa.Text),
        sa.Column("invoice_date", sa.Text, nullable=False),
        sa.Column("per_sale", sa.Integer, nullable=False),
        sa.Column("after_arrival", sa.BigInteger, nullable=False),
        sa.Column("last_arrival", sa.BigInteger, nullable=False),
        sa.Column("frozen", sa.Text),
        sa.Column("difference", sa.Text),
    )
    op.create_table(
        "posting_event",
        sa.Column("run", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
    )
    op.create_table(
        "posting_item",
        sa.Column("store", sa.Text, primary_key=True),
        sa.Column("arrival", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("ledger", sa.Text, primary_key=True),
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("customer", sa.Text, nullable=False),
        sa.Column("business_day", sa.Text, nullable=False),
        sa.Column("sale_id", sa.Text, nullable=False),
        sa.Column("cents", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "posting_account",
        sa.Column("run", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("ledger", sa.Text, primary_key=True),
        sa.Column("customer", sa.Text, primary_key=True),
        sa.Column("sales", sa.Integer, nullable=False),
        sa.Column("cents", sa.BigInteger, nullable=False),
        sa.Column("posted_at", sa.Text),
    )
    op.create_table(
        "day_report",
        sa.Column("store", sa.Text, primary_key=True),
        sa.Column("business_day", sa.Text, primary_key=True),
        sa.Column("run", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("supplement", sa.Integer, nullable=False),
        sa.Column("sales", sa.Integer, nullable=False),
        sa.Column("cents", sa.BigInteger, nullable=False),
        sa.Column("report", sa.Text),
        sa.Column("posted_at", sa.Text),
    )
    op.create_table(
        "number_series",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "invoice",
        sa.Column("no", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("customer", sa.Text, nullable=False),
        sa.Column("invoice_date", sa.Text, nullable=False),
        sa.Column("due_date", sa.Text),
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("payable", sa.BigInteger, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "invoice_sale",
        sa.Column("store", sa.Text, primary_key=True),
        sa.Column("sale_id", sa.Text, primary_key=True),
        sa.Column("no", sa.BigInteger, nullable=False),
        sa.Column("cents", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_posting_run_active", "posting_run", ["active"], unique=True)
    op.create_index("ix_posting_item_account", "posting_item", ["run", "ledger", "customer"])
    op.create_index("uq_posting_item_sale", "posting_item", ["store", "sale_id", "ledger"], unique=True)
    op.create_index("ix_day_report_run", "day_report", ["run"])
    op.create_index("ix_invoice_customer", "invoice", ["customer", "no"])
    op.create_index("ix_invoice_run", "invoice", ["run", "no"])
    op.create_index("ix_invoice_sale_no", "invoice_sale", ["no"])
    op.create_index("ix_invoice_sale_sale_id", "invoice_sale", ["sale_id"])
