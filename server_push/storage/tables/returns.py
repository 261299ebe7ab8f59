"""Returns: what came home of them, and what registers are about to give back.

`return_home*` is read out of accepted returns in the order of their arrival; `return_read` says how far. Quantities are
thousandths; everything is positive.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from server_push.storage.metadata import metadata

return_read = Table(
    "return_read",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),  # always 1
    Column("arrival", BigInteger, nullable=False),
)

return_home = Table(
    "return_home",
    metadata,
    Column("return_no", Text, primary_key=True),
    Column("arrival", BigInteger, nullable=False),
    Column("store", Text, nullable=False),
    Column("register", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("business_day", Text, nullable=False),
    Column("received_at", Text, nullable=False),
    Column("receipt_no", Text),  # that it was bought on; null without one
    Column("total", BigInteger, nullable=False),
    Column("reason", Text),
    Column("cashier", Text),
)
Index("ix_return_home_arrival", return_home.c.arrival, unique=True)

return_home_line = Table(
    "return_home_line",
    metadata,
    Column("return_no", Text, primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("receipt_no", Text, nullable=False),
    Column("n", Integer, nullable=False),  # the line of that receipt
    Column("quantity", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("deposit", BigInteger, nullable=False),
)
Index("ix_return_home_line_receipt_no", return_home_line.c.receipt_no)

# What a return holds until its record is home, it is released, or it expires. Named by the return. `revision` grows
# with each asking; one that is released has no receipt and no lines.
return_claim = Table(
    "return_claim",
    metadata,
    Column("id", Text, primary_key=True),
    Column("store", Text, nullable=False),
    Column("register", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("receipt_no", Text),
    Column("revision", BigInteger, nullable=False),
    Column("expires_at", Text, nullable=False),
)
Index("ix_return_claim_receipt_no", return_claim.c.receipt_no)
Index("ix_return_claim_expires_at", return_claim.c.expires_at)

return_claim_line = Table(
    "return_claim_line",
    metadata,
    Column("claim", Text, primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("quantity", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("deposit", BigInteger, nullable=False),
)
