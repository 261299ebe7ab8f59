"""Is this catalogue file fit to sell from? Asked before it is staged, and its probes again once the till sells from it.

The hash has proved that the file is what was published; so here: that SQLite can read all of it on this machine, that
it is of a kind this software knows, and that codes it should know lead to the right articles and to a price.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from poscore.bundle import BundleInfo
from poscore.catalog_format import SCHEMA
from poscore.errors import Untrusted
from register_svc.snapshots.around import PriceProbe

# Mapped pages count as this process's memory while they are looked at, so no more of them than this at a time.
_MMAP_BYTES = 16 << 20


def check_schema(info: BundleInfo) -> None:
    """Raises Untrusted `schema`: a later head office writes what this software cannot read."""
    if info.schema != SCHEMA:
        hint = "Update the register's software first."
        raise Untrusted("schema", f"the catalogue has schema {info.schema}, this register reads {SCHEMA}", hint)


def check(path: Path, info: BundleInfo, price_probe: PriceProbe) -> None:
    """The whole check. Raises Untrusted `schema` or `check`."""
    check_schema(info)
    try:
        with closing(_open(path)) as catalogue:
            catalogue.execute(f"PRAGMA mmap_size={_MMAP_BYTES}")
            _check_description(catalogue, info)
            if (found := catalogue.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
                raise Untrusted("check", f"the catalogue is damaged: {found}")
            _check_rows(catalogue, info)
            _look_up(catalogue, info.probes)
    except sqlite3.Error as error:
        raise Untrusted("check", f"the catalogue cannot be read: {error}") from None
    _price(path, info.probes, price_probe)


def probe(path: Path, info: BundleInfo, price_probe: PriceProbe) -> None:
    """What must still hold once the till sells from it. Raises Untrusted `check`."""
    try:
        with closing(_open(path)) as catalogue:
            _look_up(catalogue, info.probes)
    except sqlite3.Error as error:
        raise Untrusted("check", f"the catalogue cannot be read: {error}") from None
    _price(path, info.probes, price_probe)


def _open(path: Path) -> sqlite3.Connection:
    # immutable: no locks and no look for a journal; true only because this file is never written again
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, isolation_level=None)


def _check_description(catalogue: sqlite3.Connection, info: BundleInfo) -> None:
    meta = dict(catalogue.execute("SELECT key, value FROM meta WHERE key IN ('schema', 'store')"))
    if meta.get("schema") != str(info.schema):
        raise Untrusted("schema", f"the file has schema {meta.get('schema')}, its description says {info.schema}")
    if meta.get("store") != info.store:
        raise Untrusted("check", f"the file is the catalogue of store {meta.get('store')}")


def _check_rows(catalogue: sqlite3.Connection, info: BundleInfo) -> None:
    articles = catalogue.execute("SELECT count(*) FROM article").fetchone()[0]
    if articles != info.articles:
        raise Untrusted("check", f"the catalogue holds {articles} articles, {info.articles} were published")


def _look_up(catalogue: sqlite3.Connection, probes: Mapping[str, str]) -> None:
    query = "SELECT article_id FROM article JOIN code ON code.article = article.id WHERE code.code = ?"
    for code, article_id in probes.items():
        found = [row[0] for row in catalogue.execute(query, (code,))]
        if article_id not in found:
            raise Untrusted("check", f"code {code} leads to {found or 'nothing'}, not to {article_id}")


def _price(path: Path, probes: Mapping[str, str], price_probe: PriceProbe) -> None:
    try:
        price_probe(path, tuple(probes))
    except Exception as error:  # a probe that falls over is a till that would
        raise Untrusted("check", f"no sale can be priced from the catalogue: {error!r}") from error
