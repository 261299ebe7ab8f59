"""Search as you type: the register's own function over the catalogue that head office published, without HTTP.

Its peer is the same index asked for its best matches (`ORDER BY rank`), which is what one writes first.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable

from _bench import prepared
from _bench.catalogue import typed_letters
from _bench.harness import Measured, Place
from _bench.timing import p50, p99
from register_svc.catalog.catalog import Catalog

_LIMIT = 20  # what the till's page asks for
_RANK_RATIO = 100
# The peer takes some hundred times longer: one round of it for several of ours, so that both have their tails.
_OURS_IN_A_ROUND = 8


def measure(place: Place) -> dict[str, Measured]:
    """The figure `search_p99_ms`."""
    path = prepared.large_catalogue(place)
    catalog = Catalog(path, 1)
    ranked = _ranked(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True))
    keys = typed_letters()
    found = sum(bool(catalog.search(text, _LIMIT)) for text in keys)  # and the pages are in memory now
    ours: list[float] = []
    theirs: list[float] = []
    rounds = place.rounds(4, 2)
    for _ in range(rounds):
        for _ in range(_OURS_IN_A_ROUND):
            ours += _times(lambda text: catalog.search(text, _LIMIT), keys)
        theirs += _times(ranked, keys)
    ratio = p99(theirs) / p99(ours)
    how = (
        f"Catalog.search, {place.articles:,} articles, limit {_LIMIT}, after each of {len(keys)} keys typed"
        f" ({found} with hits), {rounds * _OURS_IN_A_ROUND} times: p50 {p50(ours) * 1e3:.2f} ms, p99"
        f" {p99(ours) * 1e3:.2f} ms; the same index ORDER BY rank in turns with it: p99 {p99(theirs) * 1e3:.0f} ms,"
        f" {ratio:.0f} times as long, and {_RANK_RATIO} are asked for"
    )
    return {"search_p99_ms": Measured(p99(ours) * 1e3, how, holds=ratio >= _RANK_RATIO)}


def _ranked(connection: sqlite3.Connection) -> Callable[[str], object]:
    connection.execute(f"PRAGMA mmap_size={1 << 30}")
    sql = (
        "SELECT article.* FROM article_search JOIN article ON article.id = article_search.rowid"
        " WHERE article_search MATCH ? ORDER BY rank LIMIT ?"
    )

    def search(text: str) -> object:
        words = "".join(c if c.isalnum() else " " for c in text).split()
        return connection.execute(sql, (" ".join(f'"{word}"*' for word in words), _LIMIT)).fetchall()

    return search


def _times(search: Callable[[str], object], texts: list[str]) -> list[float]:
    times = []
    for text in texts:
        began = time.perf_counter()
        search(text)
        times.append(time.perf_counter() - began)
    return times
