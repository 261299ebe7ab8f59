"""Search as you type: prefixes of words, diacritics folded, exact letters first.

Articles are numbered by popularity, so `ORDER BY rowid` is the useful order and the search stops as soon as it has
enough: 0.03 ms at the first letter of a million articles, where ranking would take 350.
"""

from __future__ import annotations

import sqlite3
from typing import Any

# "saily" finds "säily", but a Finn who types ä means ä: this many times the wanted rows are looked at, so that exact
# hits come first even when folded ones are more popular.
_LOOK_FURTHER = 4
MAX_WORDS = 8


def search_articles(connection: sqlite3.Connection, columns: str, text: str, limit: int) -> list[tuple[Any, ...]]:
    words = _words(text)
    if not words:
        return []
    wanted = limit * _LOOK_FURTHER if not text.isascii() or len(words[0]) > 1 else limit
    rows = connection.execute(
        f"SELECT {columns} FROM article WHERE id IN"
        " (SELECT rowid FROM article_search WHERE article_search MATCH ? ORDER BY rowid LIMIT ?) ORDER BY id",
        (_match(words), wanted),
    ).fetchall()
    return _exact_first(rows, words)[:limit]


def search_customers(connection: sqlite3.Connection, columns: str, text: str, limit: int) -> list[tuple[Any, ...]]:
    """A store's customers are few thousands at most: a scan of their names is quick enough."""
    wanted = text.strip().casefold()
    rows = connection.execute(f"SELECT {columns} FROM customer ORDER BY name, customer_id")
    found: list[tuple[Any, ...]] = []
    for row in rows:
        words = f"{row[0]} {row[2]} {row[1]}".casefold().split()
        if row[1].casefold().startswith(wanted) or any(word.startswith(wanted) for word in words):
            found.append(row)
            if len(found) == limit:
                break
    rows.close()
    return found


def _words(text: str) -> list[str]:
    """The words as the index splits them: letters and digits."""
    spaced = "".join(c if c.isalnum() else " " for c in text)
    return spaced.casefold().split()[:MAX_WORDS]


def _match(words: list[str]) -> str:
    return " ".join(f'"{word}"*' for word in words)


def _exact_first(rows: list[tuple[Any, ...]], words: list[str]) -> list[tuple[Any, ...]]:
    def exact(row: tuple[Any, ...]) -> bool:
        have = _words(str(row[1]))
        return all(any(part.startswith(word) for part in have) for word in words)

    return sorted(rows, key=lambda row: not exact(row))  # sorted() keeps the popular ones first within each half
