"""The one schema. Each room has a module in `tables`; migrations are written by hand and a test compares the two.

Rules (they let the same schema live on SQLite and on PostgreSQL, and be spread over several machines later):
- Money is BIGINT cents, VAT basis points, days and instants ISO text (`poscore.instants`).
- Ids are business keys or counters in a row, never a database's own series; sales have the store first in their key.
- No foreign key from a store's rows to another store's.
"""

from __future__ import annotations

from sqlalchemy import MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
