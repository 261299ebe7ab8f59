"""Accounts: what customers owe and cards hold, and what registers hold of it for sales that are under way.

`account_entry` is read out of accepted sales in the order of their arrival, or entered by a person; `account_read` says
how far. A balance is the sum of its entries; `account_balance` is a cache of it. Amounts are cents, above 0 where the
holder owes more.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, text

from server_push.storage.metadata import metadata

account_read = Table(
    "account_read",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),  # always 1
    Column("arrival", BigInteger, nullable=False),
)

# What a person entered has no store, no register and epoch 0. `place` numbers all entries in the order in which they
# were made, so that a page has a next one.
account_entry = Table(
    "account_entry",
    metadata,
    Column("store", Text, primary_key=True),
    Column("register", Text, primary_key=True),
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("source", Text, primary_key=True),  # a receipt's number, or the id that was entered
    Column("ledger", Text, primary_key=True),  # account, payroll, bonus, gift-card
    Column("holder", Text, primary_key=True),  # a customer or a card; '' for a sale that names no customer
    Column("place", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),  # sale, return, payment, grant, correction
    Column("amount", BigInteger, nullable=False),
    Column("balance", BigInteger, nullable=False),  # with it
    Column("credit_limit", BigInteger),  # as it was then
    Column("business_day", Text, nullable=False),
    Column("at", Text, nullable=False),  # when head office had it
    Column("offline", Integer, nullable=False),
    Column("cashier", Text),
    Column("hold", Text),  # the authorisation that it rests on
    Column("flags", Text, nullable=False),  # what a person should look at, parted by blanks
    Column("reason", Text),
    Column("entered_by", Text),
)
Index("ix_account_entry_place", account_entry.c.place, unique=True)
Index("ix_account_entry_holder", account_entry.c.ledger, account_entry.c.holder, account_entry.c.place)
Index(
    "ix_account_entry_flagged",
    account_entry.c.place,
    sqlite_where=text("flags <> ''"),
    postgresql_where=text("flags <> ''"),
)

account_balance = Table(
    "account_balance",
    metadata,
    Column("ledger", Text, primary_key=True),
    Column("holder", Text, primary_key=True),
    Column("balance", BigInteger, nullable=False),
)

# An authorisation, by the id that its register chose. While it is `held` and has not expired it takes up its amount.
account_hold = Table(
    "account_hold",
    metadata,
    Column("register", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("store", Text, nullable=False),
    Column("sale_id", Text, nullable=False),
    Column("ledger", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("state", Text, nullable=False),  # held, refused, released, captured
    Column("code", Text),  # why it was refused
    Column("balance", BigInteger, nullable=False),  # as it was answered
    Column("credit_limit", BigInteger),
    Column("asked_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
)
Index("ix_account_hold_holder", account_hold.c.ledger, account_hold.c.holder, account_hold.c.state)
Index("ix_account_hold_sale_id", account_hold.c.sale_id)
Index("ix_account_hold_asked_at", account_hold.c.asked_at)
