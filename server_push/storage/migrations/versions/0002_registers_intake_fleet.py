"""Stores, registers and enrolment; what comes home; what is sent out."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "office",
        sa.Column("office_id", sa.Text, primary_key=True),
        sa.Column("made_at", sa.Text, nullable=False),
    )
    op.create_table(
        "operator_token",
        sa.Column("token_hash", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("made_at", sa.Text, nullable=False),
        sa.Column("revoked_at", sa.Text),
    )
    op.create_table(
        "store",
        sa.Column("store", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("time_zone", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("pin_pepper", sa.LargeBinary, nullable=False),
        sa.Column("added_at", sa.Text, nullable=False),
    )
    op.create_table(
        "register",
        sa.Column("register", sa.Text, primary_key=True),
        sa.Column("store", sa.Text, nullable=False),
        sa.Column("added_at", sa.Text, nullable=False),
        sa.Column("windows_name", sa.Text),
        sa.Column("epoch", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("lan_url", sa.Text),
        sa.Column("last_seen", sa.Text),
        sa.Column("clock_offset_ms", sa.BigInteger),
        sa.Column("snapshot_active", sa.BigInteger),
        sa.Column("snapshot_seen", sa.BigInteger),
        sa.Column("offline", sa.Integer),
        sa.Column("queued_records", sa.BigInteger),
        sa.Column("health", sa.Text),
    )
    op.create_index("ix_register_store", "register", ["store", "register"])
    op.create_table(
        "register_epoch",
        sa.Column("store", sa.Text, primary_key=True),
        sa.Column("register", sa.Text, primary_key=True),
        sa.Column("epoch", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("public_key", sa.Text, nullable=False),
        sa.Column("opened_at", sa.Text, nullable=False),
        sa.Column("closed_at", sa.Text),
        sa.Column("final_seq", sa.BigInteger),
        sa.Column("final_hash", sa.Text),
    )
    op.create_table(
        "enrolment_code",
        sa.Column("locator", sa.Text, primary_key=True),
        sa.Column("store", sa.Text, nullable=False),
        sa.Column("register", sa.Text, nullable=False),
        sa.Column("mac_key", sa.LargeBinary),
        sa.Column("made_at", sa.Text, nullable=False),
        sa.Column("expires_at", sa.Text, nullable=False),
        sa.Column("failed_tries", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("used_at", sa.Text),
        sa.Column("used_by", sa.Text),
        sa.Column("answer", sa.Text),
    )
    op.create_table(
        "journal_mark",
        sa.Column("store", sa.Text, primary_key=True),
        sa.Column("register", sa.Text, primary_key=True),
        sa.Column("epoch", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("acked_seq", sa.BigInteger, nullable=False),
        sa.Column("acked_hash", sa.Text, nullable=False),
        sa.Column("last_seq", sa.BigInteger, nullable=False),
        sa.Column("head_seq", sa.BigInteger, nullable=False),
        sa.Column("head_hash", sa.Text, nullable=False),
        sa.Column("head", sa.Text, nullable=False),
        sa.Column("gap_since", sa.Text),
    )
    op.create_table(
        "journal_record",
        sa.Column("store", sa.Text, primary_key=True),
        sa.Column("register", sa.Text, primary_key=True),
        sa.Column("epoch", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("arrival", sa.BigInteger, nullable=False),
        sa.Column("damaged", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "journal_body",
        sa.Column("store", sa.Text, primary_key=True),
        sa.Column("arrival", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("received_at", sa.Text, nullable=False),
        sa.Column("record", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "arrival_counter",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "sale",
        sa.Column("store", sa.Text, primary_key=True),
        sa.Column("business_day", sa.Text, primary_key=True),
        sa.Column("arrival", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("register", sa.Text, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("sale_id", sa.Text),
        sa.Column("kind", sa.Text),
        sa.Column("training", sa.Integer, nullable=False),
        sa.Column("offline", sa.Integer),
        sa.Column("cashier", sa.Text),
        sa.Column("customer", sa.Text),
        sa.Column("snapshot", sa.BigInteger),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("received_at", sa.Text, nullable=False),
        sa.Column("gross", sa.BigInteger),
        sa.Column("discount", sa.BigInteger),
        sa.Column("rounding", sa.BigInteger),
        sa.Column("due", sa.BigInteger),
        sa.Column("paid", sa.BigInteger),
        sa.Column("change", sa.BigInteger),
        sa.Column("taxes", sa.Text),
        sa.Column("status", sa.Text, nullable=False),
        sa.CheckConstraint("status = 'quarantined' OR gross IS NOT NULL", name="sums"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sale_arrival", "sale", ["arrival"], unique=True)
    op.create_index("ix_sale_id", "sale", ["store", "sale_id"])
    op.create_table(
        "sale_line",
        sa.Column("store", sa.Text, primary_key=True),
        sa.Column("business_day", sa.Text, primary_key=True),
        sa.Column("arrival", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("article_id", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("quantity", sa.BigInteger, nullable=False),
        sa.Column("unit_price", sa.BigInteger, nullable=False),
        sa.Column("discount", sa.BigInteger, nullable=False),
        sa.Column("deposit", sa.BigInteger, nullable=False),
        sa.Column("vat_rate", sa.Integer, nullable=False),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("voided", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sale_tender",
        sa.Column("store", sa.Text, primary_key=True),
        sa.Column("business_day", sa.Text, primary_key=True),
        sa.Column("arrival", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("reference", sa.Text),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "quarantine",
        sa.Column("store", sa.Text, primary_key=True),
        sa.Column("register", sa.Text, primary_key=True),
        sa.Column("epoch", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("arrival", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("type", sa.Text),
        sa.Column("business_day", sa.Text, nullable=False),
        sa.Column("training", sa.Integer, nullable=False),
        sa.Column("received_at", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
    )
    op.create_index("ix_quarantine_arrival", "quarantine", ["arrival"], unique=True)
    op.create_table(
        "incident",
        sa.Column("store", sa.Text, primary_key=True),
        sa.Column("register", sa.Text, primary_key=True),
        sa.Column("epoch", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("record", sa.LargeBinary),
    )
    op.create_table(
        "odd_delivery",
        sa.Column("store", sa.Text, primary_key=True),
        sa.Column("register", sa.Text, primary_key=True),
        sa.Column("epoch", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
    )
    op.create_table(
        "rollout",
        sa.Column("rollout", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("started_at", sa.Text, nullable=False),
        sa.Column("finished_at", sa.Text),
    )
    op.create_table(
        "deployment",
        sa.Column("store", sa.Text, primary_key=True),
        sa.Column("rollout", sa.Text, primary_key=True),
        sa.Column("register", sa.Text, primary_key=True),
        sa.Column("version", sa.BigInteger),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("detail", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("claim", sa.Text),
        sa.Column("claimed_until", sa.Text),
        sa.Column("changed_at", sa.Text, nullable=False),
    )
    op.create_index("ix_deployment_rollout", "deployment", ["rollout", "state"])
