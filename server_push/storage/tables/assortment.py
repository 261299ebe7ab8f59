"""What is sold, to whom and by whom."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text, text

from server_push.storage.metadata import metadata

# One row for each article and store; store '' holds for every store that has no row of its own.
article = Table(
    "article",
    metadata,
    Column("article_id", Text, primary_key=True),
    Column("store", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("codes", Text, nullable=False),  # JSON list of code keys (poscore.codes.code_key), for json_each
    Column("price", BigInteger, nullable=False),  # cents, incl. VAT and deposit
    Column("vat_code", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("deposit", BigInteger, nullable=False),  # cents, a part of price
    Column("age_limit", Integer, nullable=False),  # 0: none
    Column("popularity", Integer, nullable=False, server_default=text("0")),  # no import touches it
    Column("withdrawn", Integer, nullable=False, server_default=text("0")),  # 1: was in a list, is in none now
    Column("changed_at", Text, nullable=False),
    sqlite_with_rowid=False,  # read and compared in key order: the key is the table
)
# Few rows have a store of their own; this finds them without reading the million that have none.
Index("ix_article_own", article.c.store, article.c.article_id, sqlite_where=text("store <> ''"),
      postgresql_where=text("store <> ''"))  # fmt: skip
# What has been sold, which is where a catalogue's numbering and quick keys begin.
Index(
    "ix_article_popular",
    article.c.popularity,
    article.c.article_id,
    sqlite_where=text("popularity > 0"),
    postgresql_where=text("popularity > 0"),
)

customer = Table(
    "customer",
    metadata,
    Column("customer_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("business_id", Text, nullable=False),
    Column("address", Text, nullable=False),  # stays at head office, as does email
    Column("email", Text, nullable=False),
    Column("tenders", Text, nullable=False),  # JSON list of tender types
    Column("credit_limit", BigInteger),  # cents; null: none was agreed
    Column("payment_term_days", Integer),
    Column("withdrawn", Integer, nullable=False, server_default=text("0")),
    Column("changed_at", Text, nullable=False),
)

# The numbers of the counter (poscore.shop_rules); store '' holds for every store without a row of its own for the day.
shop_setting = Table(
    "shop_setting",
    metadata,
    Column("name", Text, primary_key=True),
    Column("store", Text, primary_key=True),
    Column("valid_from", Text, primary_key=True),  # business day
    Column("value", Text, nullable=False),  # JSON
    Column("changed_at", Text, nullable=False),
)

# Campaign prices, multi-buys, mix-and-match (poscore.promotions); store '' holds for every store without its own row.
promotion = Table(
    "promotion",
    metadata,
    Column("promotion_id", Text, primary_key=True),
    Column("store", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_sv", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("articles", Text, nullable=False),  # JSON list of article ids, for json_each
    Column("count", Integer, nullable=False),
    Column("amount", BigInteger),  # cents, incl. VAT, without deposit
    Column("percent_bp", Integer),
    Column("max_times", Integer),  # on one receipt; null: always
    Column("valid_from", Text, nullable=False),  # poscore.validity: local moments of the store, or instants
    Column("valid_to", Text, nullable=False),
    Column("weekdays", Text, nullable=False),
    Column("hours", Text, nullable=False),
    Column("withdrawn", Integer, nullable=False, server_default=text("0")),
    Column("changed_at", Text, nullable=False),
)

cashier = Table(
    "cashier",
    metadata,
    Column("cashier_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),  # poscore.catalog_format.ROLES
    Column("sealed_pin", LargeBinary, nullable=False),  # AES-GCM under DIR/keys/pins.key
    Column("withdrawn", Integer, nullable=False, server_default=text("0")),
    Column("changed_at", Text, nullable=False),
)

# PINs that cashiers changed at a till, as their records told: the newest of each store. Only a hash came home, and it
# holds under that store's pepper only.
cashier_pin_change = Table(
    "cashier_pin_change",
    metadata,
    Column("store", Text, primary_key=True),
    Column("cashier_id", Text, primary_key=True),
    Column("pin_hash", Text, nullable=False),
    Column("changed_at", Text, nullable=False),  # instant by the register's clock, never after its arrival
)
