"""The price book's row in the health list: its version and its age."""

from __future__ import annotations

from datetime import datetime

from poscore.instants import parse_instant
from register_svc.catalog.price_book import PriceBook
from register_svc.health import FAIL, PASS, WARN, Check

NAME = "catalog"

# Prices come every night at 22:00; a register that missed one night and half a day more deserves a look.
_OLD_AFTER_S = 36 * 3600


def catalog_check(book: PriceBook, now: datetime) -> Check:
    """Without a snapshot the register cannot sell; with an old one it sells and says how old."""
    catalog = book.catalog
    if catalog is None:
        hint = "Send a snapshot from head office: server-push push."
        return Check(NAME, FAIL, {"version": None, "age_s": None}, hint)
    published_at = catalog.meta["published_at"]
    age_s = max(0, int((now - parse_instant(published_at)).total_seconds()))
    value = {"version": catalog.version, "published_at": published_at, "age_s": age_s}
    if age_s > _OLD_AFTER_S:
        return Check(NAME, WARN, value, "Prices are old: check the line to head office and its nightly push.")
    return Check(NAME, PASS, value)
