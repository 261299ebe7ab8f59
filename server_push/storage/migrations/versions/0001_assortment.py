"""Articles, customers, cashiers; what has been published."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "article",
        sa.Column("article_id", sa.Text, primary_key=True),
        sa.Column("store", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("codes", sa.Text, nullable=False),
        sa.Column("price", sa.BigInteger, nullable=False),
        sa.Column("vat_code", sa.Text, nullable=False),
        sa.Column("department", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("deposit", sa.BigInteger, nullable=False),
        sa.Column("age_limit", sa.Integer, nullable=False),
        sa.Column("popularity", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("withdrawn", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("changed_at", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_article_own",
        "article",
        ["store", "article_id"],
        sqlite_where=sa.text("store <> ''"),
        postgresql_where=sa.text("store <> ''"),
    )
    op.create_index(
        "ix_article_popular",
        "article",
        ["popularity", "article_id"],
        sqlite_where=sa.text("popularity > 0"),
        postgresql_where=sa.text("popularity > 0"),
    )
    op.create_table(
        "customer",
        sa.Column("customer_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("business_id", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("tenders", sa.Text, nullable=False),
        sa.Column("credit_limit", sa.BigInteger),
        sa.Column("payment_term_days", sa.Integer),
        sa.Column("withdrawn", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("changed_at", sa.Text, nullable=False),
    )
    op.create_table(
        "cashier",
        sa.Column("cashier_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("sealed_pin", sa.LargeBinary, nullable=False),
        sa.Column("withdrawn", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("changed_at", sa.Text, nullable=False),
    )
    op.create_table(
        "version_counter",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "publication",
        sa.Column("store", sa.Text, primary_key=True),
        sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("published_at", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("full_sha256", sa.Text, nullable=False),
        sa.Column("full_bytes", sa.BigInteger, nullable=False),
        sa.Column("articles", sa.Integer, nullable=False),
        sa.Column("info", sa.Text, nullable=False),
        sa.Column("targets_version", sa.BigInteger, nullable=False),
        sa.Column("targets_expires", sa.Text, nullable=False),
        sa.Column("targets", sa.LargeBinary, nullable=False),
        sa.Column("snapshot_version", sa.BigInteger, nullable=False),
        sa.Column("snapshot_expires", sa.Text, nullable=False),
        sa.Column("snapshot", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "cashier_pin_hash",
        sa.Column("store", sa.Text, primary_key=True),
        sa.Column("cashier_id", sa.Text, primary_key=True),
        sa.Column("made_of", sa.Text, nullable=False),
        sa.Column("pin_hash", sa.Text, nullable=False),
    )
