"""Posting runs: what each of them marked, and what became of it.

Cents are as in the sales: negative in a return. A run's scope is a range of arrivals, so that no sale is in two runs
and none between them.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from server_push.storage.metadata import metadata

posting_run = Table(
    "posting_run",
    metadata,
    Column("run", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("active", Integer),  # 1 until it is posted, then null: at most one is active
    Column("started_by", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("ended_at", Text),
    Column("invoice_date", Text, nullable=False),  # of everything that it makes, however long it takes
    Column("per_sale", Integer, nullable=False),  # 1: an invoice for each sale; 0: for each customer
    Column("after_arrival", BigInteger, nullable=False),  # the scope: arrivals after this one
    Column("last_arrival", BigInteger, nullable=False),  # up to and with this one
    Column("frozen", Text),  # JSON: counts and cents as marked
    Column("difference", Text),  # why it failed
)
Index("ix_posting_run_active", posting_run.c.active, unique=True)

# What happened to a run, in its order. Rows are only ever added.
posting_event = Table(
    "posting_event",
    metadata,
    Column("run", Integer, primary_key=True, autoincrement=False),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("about", Text, nullable=False),  # JSON
)

# A sale's tender that somebody owes, marked by the run. One sale is once in each ledger, whatever runs there are.
posting_item = Table(
    "posting_item",
    metadata,
    Column("store", Text, primary_key=True),
    Column("arrival", BigInteger, primary_key=True, autoincrement=False),
    Column("ledger", Text, primary_key=True),  # invoice, account, payroll, bonus
    Column("run", Integer, nullable=False),
    Column("customer", Text, nullable=False),  # '' for a sale that names none
    Column("business_day", Text, nullable=False),
    Column("sale_id", Text, nullable=False),
    Column("cents", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_posting_item_account", posting_item.c.run, posting_item.c.ledger, posting_item.c.customer)
Index("uq_posting_item_sale", posting_item.c.store, posting_item.c.sale_id, posting_item.c.ledger, unique=True)

# The work of a run: one transaction for each row.
posting_account = Table(
    "posting_account",
    metadata,
    Column("run", Integer, primary_key=True, autoincrement=False),
    Column("ledger", Text, primary_key=True),
    Column("customer", Text, primary_key=True),
    Column("sales", Integer, nullable=False),
    Column("cents", BigInteger, nullable=False),
    Column("posted_at", Text),
)

# A day of a store as a run found it; `supplement` 0 is its report, later ones add what came home afterwards.
day_report = Table(
    "day_report",
    metadata,
    Column("store", Text, primary_key=True),
    Column("business_day", Text, primary_key=True),
    Column("run", Integer, primary_key=True, autoincrement=False),
    Column("supplement", Integer, nullable=False),
    Column("sales", Integer, nullable=False),
    Column("cents", BigInteger, nullable=False),  # Σ (gross − discount)
    Column("report", Text),  # JSON; null until it is made
    Column("posted_at", Text),
)
Index("ix_day_report_run", day_report.c.run)

number_series = Table(
    "number_series",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),  # the last number that was given
)

# Invoices and credit notes. The document is frozen: every form of it (JSON, PDF, XML) is made of this text.
invoice = Table(
    "invoice",
    metadata,
    Column("no", BigInteger, primary_key=True, autoincrement=False),
    Column("run", Integer, nullable=False),
    Column("kind", Text, nullable=False),  # invoice, credit-note
    Column("customer", Text, nullable=False),
    Column("invoice_date", Text, nullable=False),
    Column("due_date", Text),
    Column("reference", Text, nullable=False),
    Column("payable", BigInteger, nullable=False),  # negative in a credit note
    Column("document", Text, nullable=False),
)
Index("ix_invoice_customer", invoice.c.customer, invoice.c.no)
Index("ix_invoice_run", invoice.c.run, invoice.c.no)

# Which document a sale is on: one, for ever.
invoice_sale = Table(
    "invoice_sale",
    metadata,
    Column("store", Text, primary_key=True),
    Column("sale_id", Text, primary_key=True),
    Column("no", BigInteger, nullable=False),
    Column("cents", BigInteger, nullable=False),
)
Index("ix_invoice_sale_no", invoice_sale.c.no)
Index("ix_invoice_sale_sale_id", invoice_sale.c.sale_id)
