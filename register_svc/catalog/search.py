"""Search as you type: prefixes of words, diacritics folded, exact letters first.

- Articles are numbered by popularity, so `ORDER BY rowid` is the useful order and the search stops as soon as it has
  enough: 0.03 ms at the first letter of a million articles, where ranking would take 350.
- The index knows prefixes of up to three letters by heart. For a longer one it first collects every article that has
  it, 2 ms for a common word; so a longer word is asked for by its first three letters, and read in order until enough
  rows have the rest of it too. A rare word is then not found soon enough, and costs little to ask for whole.
"""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Iterable
from typing import Any

Row = tuple[Any, ...]

# The longest of `prefix='1 2 3'` in poscore.catalog_format.SEARCH_DDL.
_BY_HEART = 3
# Rows read by first letters alone. What comes less often than limit in 300 has few enough articles to be collected.
_LOOK_AT = 300
# "saily" finds "säily", but a Finn who types ä means ä: this many times the wanted rows are looked at, so that exact
# hits come first even when folded ones are more popular.
_LOOK_FURTHER = 4
MAX_WORDS = 8


def search_articles(connection: sqlite3.Connection, columns: str, text: str, limit: int) -> list[Row]:
    """`columns` of the articles whose names have the words of `text`."""
    words = _words(text)
    if not words:
        return []
    begun = [word[:_BY_HEART] for word in words]
    if begun != words:
        hits = _Hits(words, limit)
        hits.take(_names(connection, begun, _LOOK_AT), certain=False)
        if hits.are_enough:
            return _articles(connection, columns, hits.best())
    hits = _Hits(words, limit)
    hits.take(_names(connection, words, limit * _LOOK_FURTHER), certain=True)
    return _articles(connection, columns, hits.best())


def search_customers(connection: sqlite3.Connection, columns: str, text: str, limit: int) -> list[Row]:
    """A store's customers are few thousands at most: a scan of their names is quick enough."""
    wanted = text.strip().casefold()
    rows = connection.execute(f"SELECT {columns} FROM customer ORDER BY name, customer_id")
    found: list[Row] = []
    for row in rows:
        words = f"{row[0]} {row[2]} {row[1]}".casefold().split()
        if row[1].casefold().startswith(wanted) or any(word.startswith(wanted) for word in words):
            found.append(row)
            if len(found) == limit:
                break
    rows.close()
    return found


class _Hits:
    """Numbers of articles with the wanted words, those with the exact letters apart from the folded ones."""

    def __init__(self, words: list[str], limit: int) -> None:
        self._words, self._limit = words, limit
        self._folded_words = [_fold(word) for word in words]
        self._exact: list[int] = []
        self._folded: list[int] = []

    def take(self, names: Iterable[tuple[int, str]], certain: bool) -> None:
        """Names in the order of popularity. `certain`: the index says that they have the words, folded or not."""
        for number, written in names:
            name = written.casefold()
            if _has(name, self._words):
                self._exact.append(number)
                if len(self._exact) == self._limit:
                    return
            elif certain or _has(_fold(name), self._folded_words):
                self._folded.append(number)

    @property
    def are_enough(self) -> bool:
        return len(self._exact) + len(self._folded) >= self._limit

    def best(self) -> list[int]:
        return (self._exact + self._folded)[: self._limit]


def _names(connection: sqlite3.Connection, words: list[str], limit: int) -> sqlite3.Cursor:
    """(number, name) of articles with a word for each of `words` that begins with it, the popular ones first."""
    match = " ".join(f'"{word}"*' for word in words)
    return connection.execute(
        "SELECT article.id, article.name FROM article_search JOIN article ON article.id = article_search.rowid"
        " WHERE article_search MATCH ? ORDER BY article_search.rowid LIMIT ?",
        (match, limit),
    )


def _articles(connection: sqlite3.Connection, columns: str, numbers: list[int]) -> list[Row]:
    """The whole rows, only of those that are shown: a row costs four times what its name costs."""
    sql = f"SELECT {columns} FROM article WHERE id = ?"
    return [connection.execute(sql, (number,)).fetchone() for number in numbers]


def _words(text: str) -> list[str]:
    """The words as the index splits them: letters and digits."""
    spaced = "".join(c if c.isalnum() else " " for c in text)
    return spaced.casefold().split()[:MAX_WORDS]


def _has(text: str, words: list[str]) -> bool:
    """Whether each of `words` begins a word of `text`."""
    for word in words:
        at = text.find(word)
        while at > 0 and text[at - 1].isalnum():
            at = text.find(word, at + 1)
        if at < 0:
            return False
    return True


class _Folding(dict[int, str]):
    """Letters without their diacritics, as `remove_diacritics 2` has them; each is worked out once."""

    def __missing__(self, letter: int) -> str:
        parts = unicodedata.normalize("NFD", chr(letter))
        self[letter] = folded = "".join(c for c in parts if not unicodedata.combining(c))
        return folded


_FOLDING = _Folding()


def _fold(text: str) -> str:
    if text.isascii():
        return text
    text = text.replace("ä", "a").replace("ö", "o")  # nearly all there is in Finnish, at a tenth of the table's time
    return text if text.isascii() else text.translate(_FOLDING)
