"""Search as you type: what it finds and in which order, however it goes about it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import pytest

from poscore.catalog_format import DDL, SEARCH_DDL, SEARCH_FILL
from register_svc.catalog.search import search_articles


def shelf(names: Sequence[str]) -> sqlite3.Connection:
    """A catalogue with `names`, the most popular first."""
    connection = sqlite3.connect(":memory:")
    for statement in DDL:
        connection.execute(statement)
    rows = [(number, f"a{number}", name) for number, name in enumerate(names, 1)]
    connection.executemany("INSERT INTO article VALUES(?, ?, ?, 100, 'reduced', '', 'kpl', 0, 0)", rows)
    connection.execute(SEARCH_DDL)
    connection.execute(SEARCH_FILL)
    return connection


def found(connection: sqlite3.Connection, text: str, limit: int = 20) -> list[str]:
    return [row[0] for row in search_articles(connection, "name", text, limit)]


def test_every_word_that_is_typed_begins_a_word_of_the_name() -> None:
    catalogue = shelf(["Maito kevyt 1 l", "Kevytmaito 1 l", "Maito rasvaton 1 l", "Maitorahka kevyt"])
    assert found(catalogue, "maito kev") == ["Maito kevyt 1 l", "Maitorahka kevyt"]


def test_the_popular_ones_come_first() -> None:
    catalogue = shelf([f"Olut {number}" for number in range(1, 30)])
    assert found(catalogue, "olut", 3) == ["Olut 1", "Olut 2", "Olut 3"]


def test_a_letter_without_its_dots_finds_the_one_with_dots() -> None:
    catalogue = shelf(["Säilyke", "Crème fraîche", "Ångström-leipä"])
    assert found(catalogue, "sailyke") == ["Säilyke"]
    assert found(catalogue, "creme frai") == ["Crème fraîche"]
    assert found(catalogue, "angstrom") == ["Ångström-leipä"]


def test_exact_letters_come_before_more_popular_folded_ones() -> None:
    catalogue = shelf([*(f"Säästö {number}" for number in range(40)), "Saastoinen"])
    assert found(catalogue, "saast", 5)[0] == "Saastoinen"
    assert found(catalogue, "sääst", 2) == ["Säästö 0", "Säästö 1"]


def test_a_rare_word_is_found_behind_many_that_begin_alike() -> None:
    catalogue = shelf([*(f"Maito {number}" for number in range(500)), "Maissi", "Maissi tölkki"])
    assert found(catalogue, "mais") == ["Maissi", "Maissi tölkki"]


@pytest.mark.parametrize("text", ["", "  ", "-", '"', "* AND OR NOT", "maito*", 'ma"ito', "a b c d e f g h i j k"])
def test_nothing_that_is_typed_is_an_error(text: str) -> None:
    assert isinstance(found(shelf(["Maito"]), text), list)


@pytest.mark.parametrize("text", ["m", "mai", "mait", "maitor", "maito lu", "luo mai", "säilyk", "sämp 1"])
@pytest.mark.parametrize("limit", [1, 5, 20])
def test_reading_by_first_letters_finds_what_the_index_finds_by_whole_words(text: str, limit: int) -> None:
    things = ("Maito", "Maitorahka", "Maissi", "Sailor", "Säilyke", "Sämpylä", "Luomumaito")
    catalogue = shelf([f"{things[n * n % 7]} {('luomu', 'luumu', 'iso')[n % 3]} {n % 11}" for n in range(1500)])
    by_whole_words = catalogue.execute(
        "SELECT article.name FROM article_search JOIN article ON article.id = article_search.rowid"
        " WHERE article_search MATCH ? ORDER BY article_search.rowid LIMIT ?",
        (" ".join(f'"{word}"*' for word in text.split()), limit),
    )
    assert found(catalogue, text, limit) == [row[0] for row in by_whole_words]
