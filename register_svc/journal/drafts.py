"""Open and parked sales on disk. They survive a kill; only the journal makes a sale final."""

from __future__ import annotations

from dataclasses import dataclass

from backports import zstd

from register_svc.database import Database
from register_svc.journal.journal import unpack


@dataclass(frozen=True, slots=True)
class Draft:
    sale_id: str
    state: str
    document: bytes
    changed_at: str


def load_drafts(db: Database) -> list[Draft]:
    """Every draft, oldest change first. One that cannot be unpacked has an empty document; its row stays as it is."""
    rows = db.reader.execute("SELECT sale_id, state, document, changed_at FROM draft ORDER BY changed_at, sale_id")
    return [Draft(sale_id, state, _unpacked(document), changed_at) for sale_id, state, document, changed_at in rows]


def _unpacked(document: bytes) -> bytes:
    try:
        return unpack(document)
    except (zstd.ZstdError, TypeError):
        return b""
