"""What came home: every record's bytes as they were received, and what has been read out of them.

`arrival` numbers the records in the order in which they were stored, over all stores; incidents have numbers of their
own.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, LargeBinary, Table, Text, text

from server_push.storage.metadata import metadata

# How far each journal has come. `acked_*` is the end of the unbroken part, `last_seq` the highest record stored,
# `head_*` the highest head that the register signed, `gap_since` when a hole below `last_seq` was first seen.
journal_mark = Table(
    "journal_mark",
    metadata,
    Column("store", Text, primary_key=True),
    Column("register", Text, primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("acked_seq", BigInteger, nullable=False),
    Column("acked_hash", Text, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("head_seq", BigInteger, nullable=False),
    Column("head_hash", Text, nullable=False),
    Column("head", Text, nullable=False),  # the JWS
    Column("gap_since", Text),
)

# Narrow on purpose: "is it here already?" is asked of this table for every record that comes, also again.
journal_record = Table(
    "journal_record",
    metadata,
    Column("store", Text, primary_key=True),
    Column("register", Text, primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),  # as the register gave it, 32 bytes
    Column("arrival", BigInteger, nullable=False),
    # 1: the bytes do not have this hash; they give way to those that do. 2: a person has settled what they stand for.
    Column("damaged", Integer, nullable=False),
    sqlite_with_rowid=False,
)

journal_body = Table(
    "journal_body",
    metadata,
    Column("store", Text, primary_key=True),
    Column("arrival", BigInteger, primary_key=True, autoincrement=False),
    Column("received_at", Text, nullable=False),
    Column("record", LargeBinary, nullable=False),  # the canonical bytes, never changed
)

arrival_counter = Table(
    "arrival_counter",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

# Completed sales and returns. A quarantined one whose sums do not hold has no sums, no lines and no tenders here.
sale = Table(
    "sale",
    metadata,
    Column("store", Text, primary_key=True),
    Column("business_day", Text, primary_key=True),
    Column("arrival", BigInteger, primary_key=True, autoincrement=False),
    Column("register", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("sale_id", Text),
    Column("kind", Text),
    Column("training", Integer, nullable=False),
    Column("offline", Integer),
    Column("cashier", Text),
    Column("customer", Text),
    Column("snapshot", BigInteger),
    Column("at", Text, nullable=False),  # the register's clock
    Column("received_at", Text, nullable=False),  # ours
    Column("gross", BigInteger),
    Column("discount", BigInteger),
    Column("rounding", BigInteger),
    Column("due", BigInteger),
    Column("paid", BigInteger),
    Column("change", BigInteger),
    Column("taxes", Text),  # JSON [{rate, net, tax, gross}]
    Column("status", Text, nullable=False),
    CheckConstraint("status = 'quarantined' OR gross IS NOT NULL", name="sums"),
    sqlite_with_rowid=False,
)
Index("ix_sale_arrival", sale.c.arrival, unique=True)
Index("ix_sale_id", sale.c.store, sale.c.sale_id)
# So that returns are found among the sales of years.
Index("ix_sale_return", sale.c.arrival, sqlite_where=sale.c.kind == "return", postgresql_where=sale.c.kind == "return")

sale_line = Table(
    "sale_line",
    metadata,
    Column("store", Text, primary_key=True),
    Column("business_day", Text, primary_key=True),
    Column("arrival", BigInteger, primary_key=True, autoincrement=False),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("article_id", Text),
    Column("name", Text, nullable=False),
    Column("quantity", BigInteger, nullable=False),  # thousandths
    Column("unit_price", BigInteger, nullable=False),
    Column("discount", BigInteger, nullable=False),
    Column("deposit", BigInteger, nullable=False),
    Column("vat_rate", Integer, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("voided", Integer, nullable=False),
    sqlite_with_rowid=False,
)

sale_tender = Table(
    "sale_tender",
    metadata,
    Column("store", Text, primary_key=True),
    Column("business_day", Text, primary_key=True),
    Column("arrival", BigInteger, primary_key=True, autoincrement=False),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("type", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("reference", Text),
    sqlite_with_rowid=False,
)
# So that what is owed is found among the tenders of years.
OWED = text("type IN ('account', 'payroll', 'bonus', 'voucher')")
Index("ix_sale_tender_owed", sale_tender.c.arrival, sqlite_where=OWED, postgresql_where=OWED)

# Records that a person must look at. They are stored like any other and never hold up those behind them.
quarantine = Table(
    "quarantine",
    metadata,
    Column("store", Text, primary_key=True),
    Column("register", Text, primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("arrival", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("type", Text),  # null when the record cannot be read
    Column("business_day", Text, nullable=False),  # of the record, or of its arrival when it does not tell
    Column("training", Integer, nullable=False),
    Column("received_at", Text, nullable=False),
    Column("state", Text, nullable=False),
)
Index("ix_quarantine_arrival", quarantine.c.arrival, unique=True)

# What a person made of a record that was set aside. The record itself stays in journal_body as it came; a repaired one
# has an arrival and a body of its own.
quarantine_version = Table(
    "quarantine_version",
    metadata,
    Column("store", Text, primary_key=True),
    Column("register", Text, primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("action", Text, nullable=False),  # repaired, rejected
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("arrival", BigInteger),  # null when it was rejected
)

# Shifts as registers opened and closed them; `body` is the record's, of a closed one the Z report.
shift_event = Table(
    "shift_event",
    metadata,
    Column("store", Text, primary_key=True),
    Column("register", Text, primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("arrival", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),  # as the record's type
    Column("business_day", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("body", Text, nullable=False),  # JSON
)
Index("ix_shift_event_business_day", shift_event.c.store, shift_event.c.business_day)

# What a person must know of though nothing is held back: forks, broken chains, heads that went backwards, old gaps.
incident = Table(
    "incident",
    metadata,
    Column("store", Text, primary_key=True),
    Column("register", Text, primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", Text, primary_key=True),  # of what was not as it should be; '' when there is none
    Column("detail", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("record", LargeBinary),  # the bytes that were not taken
    Column("arrival", BigInteger, nullable=False, server_default=text("0")),
    Column("closed_at", Text),  # null while it is open
    Column("closed_by", Text),
    Column("closing", Text),  # why
)
# Not unique: an incident is inserted unless it is there already, and must never be left out for its number.
Index("ix_incident_arrival", incident.c.arrival)

# Days of a store that were posted or closed: what comes home for them afterwards is late.
day_done = Table(
    "day_done",
    metadata,
    Column("store", Text, primary_key=True),
    Column("business_day", Text, primary_key=True),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),  # what ended it
)

# Bytes that cannot tell their own seq, with the seq that their place gave them. Those without the hash that they came
# with are asked for again, and taken as they are when the same come a third time.
odd_delivery = Table(
    "odd_delivery",
    metadata,
    Column("store", Text, primary_key=True),
    Column("register", Text, primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("digest", Text, primary_key=True),  # over the bytes and the hash they came with
    Column("seq", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
)
