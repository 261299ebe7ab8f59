"""Incidents in the order of their arrival, so that a person can read them page by page."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("incident", sa.Column("arrival", sa.BigInteger, nullable=False, server_default=sa.text("0")))
    # Those that are there already: by their instants, and within one by their key.
    op.execute(
        """UPDATE incident SET arrival = placed.place FROM (
            SELECT store, register, epoch, kind, seq, hash,
                row_number() OVER (ORDER BY at, store, register, epoch, kind, seq, hash) AS place
            FROM incident
        ) AS placed
        WHERE (incident.store, incident.register, incident.epoch, incident.kind, incident.seq, incident.hash)
            = (placed.store, placed.register, placed.epoch, placed.kind, placed.seq, placed.hash)"""
    )
    op.execute("INSERT INTO arrival_counter(name, value) SELECT 'incidents', coalesce(max(arrival), 0) FROM incident")
    op.create_index("ix_incident_arrival", "incident", ["arrival"])
