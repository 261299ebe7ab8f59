"""What persons make of records and incidents, and the shifts of registers."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "quarantine_version",
        sa.Column("store", sa.Text, primary_key=True),
        sa.Column("register", sa.Text, primary_key=True),
        sa.Column("epoch", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("arrival", sa.BigInteger),
    )
    for name in ("closed_at", "closed_by", "closing"):
        op.add_column("incident", sa.Column(name, sa.Text))
    shift_event = op.create_table(
        "shift_event",
        sa.Column("store", sa.Text, primary_key=True),
        sa.Column("register", sa.Text, primary_key=True),
        sa.Column("epoch", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("arrival", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("business_day", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_shift_event_business_day", "shift_event", ["store", "business_day"])
    _note_shifts_of_before(shift_event)


def _note_shifts_of_before(shift_event: sa.Table) -> None:
    """Out of the records that are home already, but for those that are set aside."""
    connection = op.get_bind()
    rows = connection.exec_driver_sql(
        "SELECT r.store, r.register, r.epoch, r.seq, r.arrival, b.record FROM journal_record r"
        " JOIN journal_body b ON b.store = r.store AND b.arrival = r.arrival"
        " LEFT JOIN quarantine q ON q.store = r.store AND q.arrival = r.arrival WHERE q.store IS NULL"
    )
    for partition in rows.partitions(1000):
        found = []
        for store, register, epoch, seq, arrival, data in partition:
            record = json.loads(data) if b'"type":"shift-' in bytes(data) else {}
            if record.get("type") in ("shift-opened", "shift-closed") and record.get("business_day"):
                about = {"kind": record["type"], "business_day": record["business_day"], "at": record["at"]}
                about["body"] = json.dumps(record["body"], ensure_ascii=False)
                key = {"store": store, "register": register, "epoch": epoch, "seq": seq, "arrival": arrival}
                found.append({**key, **about})
        if found:
            connection.execute(shift_event.insert(), found)
