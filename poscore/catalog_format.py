"""The catalogue file `catalog.db`: what head office writes into it and a register reads from it.

- SQLite, `journal_mode=DELETE`, published alone and never written again; a register opens it `mode=ro&immutable=1`.
- Articles are numbered by popularity when a lineage starts, so that `ORDER BY id` is the useful order and a search
  stops early. An article keeps its number as long as the lineage lives.
- A reader refuses a file whose `meta.schema` it does not know.

This module holds names and DDL as constants; it opens nothing.
"""

from __future__ import annotations

SCHEMA = 2

# meta keys: schema, store, store_name, chain, business_id, time_zone, language, published_at, article_count,
# lineage_begun (instant, may be missing), receipt_header (JSON list of lines), receipt_footer (JSON list of lines)
DDL = (
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE article(
        id INTEGER PRIMARY KEY,
        article_id TEXT NOT NULL,
        name TEXT NOT NULL,
        price INTEGER NOT NULL,
        vat_code TEXT NOT NULL,
        department TEXT NOT NULL,
        unit TEXT NOT NULL,
        deposit INTEGER NOT NULL,
        age_limit INTEGER NOT NULL
    )""",
    "CREATE TABLE code(code TEXT NOT NULL, article INTEGER NOT NULL, PRIMARY KEY(code, article)) WITHOUT ROWID",
    # customers of this store only; tenders: JSON list of tender types; no address, no e-mail
    """CREATE TABLE customer(
        customer_id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        business_id TEXT NOT NULL,
        tenders TEXT NOT NULL,
        credit_limit INTEGER
    ) WITHOUT ROWID""",
    # pin_changed_at: an instant, or empty; a register counts a change of its own that is newer
    """CREATE TABLE cashier(
        cashier_id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        role TEXT NOT NULL,
        pin_hash TEXT NOT NULL,
        pin_changed_at TEXT NOT NULL
    ) WITHOUT ROWID""",
    # names, reason: JSON {"fi", "sv", "en"}; online, offline: "allow" or "deny"; reason says why OFFLINE denies
    """CREATE TABLE tender_type(
        type TEXT PRIMARY KEY,
        position INTEGER NOT NULL,
        names TEXT NOT NULL,
        online TEXT NOT NULL,
        offline TEXT NOT NULL,
        needs_customer INTEGER NOT NULL,
        reason TEXT
    ) WITHOUT ROWID""",
    """CREATE TABLE vat_rate(
        code TEXT NOT NULL,
        rate INTEGER NOT NULL,
        valid_from TEXT NOT NULL,
        valid_to TEXT,
        PRIMARY KEY(code, valid_from)
    ) WITHOUT ROWID""",
    # value: JSON; poscore.shop_rules says which settings there are and what counts on a day
    """CREATE TABLE setting(
        name TEXT NOT NULL,
        valid_from TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY(name, valid_from)
    ) WITHOUT ROWID""",
    # names: JSON {"fi", "sv", "en"}; kind, count, amount, percent_bp, max_times: poscore.promotions; valid_from …
    # hours: poscore.validity
    """CREATE TABLE promotion(
        promotion_id TEXT PRIMARY KEY,
        names TEXT NOT NULL,
        kind TEXT NOT NULL,
        count INTEGER NOT NULL,
        amount INTEGER,
        percent_bp INTEGER,
        max_times INTEGER,
        valid_from TEXT NOT NULL,
        valid_to TEXT NOT NULL,
        weekdays TEXT NOT NULL,
        hours TEXT NOT NULL
    ) WITHOUT ROWID""",
    """CREATE TABLE promotion_article(
        article INTEGER NOT NULL,
        promotion_id TEXT NOT NULL,
        PRIMARY KEY(article, promotion_id)
    ) WITHOUT ROWID""",
    "CREATE TABLE quick_key(position INTEGER PRIMARY KEY, article INTEGER NOT NULL, label TEXT NOT NULL)",
)

# Built after the rows are in: filling by id keeps FTS5 from flushing at every row.
INDEX_DDL = ("CREATE UNIQUE INDEX article_article_id ON article(article_id)",)
SEARCH_DDL = (
    "CREATE VIRTUAL TABLE article_search USING fts5(name, content='article', content_rowid='id', prefix='1 2 3',"
    ' tokenize="unicode61 remove_diacritics 2")'
)
SEARCH_FILL = "INSERT INTO article_search(rowid, name) SELECT id, name FROM article ORDER BY id"

TABLES = (
    *("meta", "article", "code", "customer", "cashier", "tender_type", "vat_rate", "setting"),
    *("promotion", "promotion_article", "quick_key"),
)
ALLOW, DENY = "allow", "deny"
ROLES = ("cashier", "shift_lead", "manager", "technician")

# A published catalogue is checked by looking up a few of its own codes; this many travel in the signed metadata.
PROBE_CODES = 8
