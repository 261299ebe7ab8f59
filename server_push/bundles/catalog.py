"""Builds and carries on a store's `catalog.db`: one lineage of one file, from head office's articles.

- The first build numbers the articles by popularity and fills everything in order of number; its file is put in place
  whole.
- Afterwards the same file gets UPDATE, INSERT and DELETE of only what differs, in one transaction: a price change
  touches the page it stands on, so that what registers must fetch stays small. A file is never vacuumed.
- A kill leaves the old file or the new one. When nothing differs not a byte is written.
- Head office's database is attached read-only, and all is read from one moment of it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from poscore.catalog_format import DDL, INDEX_DDL, SCHEMA, SEARCH_DDL, SEARCH_FILL
from poscore.errors import Fault
from poscore.instants import parse_instant
from server_push.bundles.contents import QUICK_KEYS, Part, parts
from server_push.bundles.durable import put_in_place, sync_file
from server_push.bundles.store_profile import StoreProfile

FIELDS = ("name", "price", "vat_code", "department", "unit", "deposit", "age_limit")
_COLUMNS = ", ".join(("article_id", *FIELDS))

_CACHE_KIB = 96 * 1024
# FTS5 gathers this much before it writes a segment. A million names fit, so the first fill is one segment and needs no
# merging afterwards.
_HASH_BYTES = 96 << 20
# No merging on the lineage: a merge rewrites segments, and 0.1 % of new articles would cost a quarter of the full
# bundle. A fresh build, now and then, gathers them again.
_CRISIS_MERGE = 1000
_BEGUN = "lineage_begun"

# A code list of one, as nearly all are, is read without the JSON machinery.
_SINGLE = "(instr(codes, ',') = 0 AND instr(codes, '\\') = 0)"
_CODES = f"""
    SELECT coalesce(each.value, substr(codes, 3, length(codes) - 4)) AS code, coded.id AS article
    FROM coded LEFT JOIN json_each(CASE WHEN {_SINGLE} THEN NULL ELSE codes END) AS each
    WHERE length(codes) > 4 ORDER BY 1, 2"""  # '[]' has two characters


def refresh(path: Path, office: Path, profile: StoreProfile, published_at: str, *, fresh: bool, force: bool) -> bool:
    """Bring the lineage file to what head office holds now. True when its bytes have changed.

    `fresh` starts a new lineage; `force` writes a new `published_at` even when nothing differs.
    Raises Fault `lineage-damaged`.
    """
    if fresh or not path.exists() or _schema(path) != str(SCHEMA):
        build(path, office, profile, published_at)
        return True
    try:
        with _opened(path, office, profile) as lineage:
            return Lineage(lineage, profile).update(published_at, force)
    except sqlite3.DatabaseError as error:
        raise _damaged(path, str(error)) from error


def begun_at(path: Path) -> datetime | None:
    """When the lineage was begun; None when there is none, or one that does not say."""
    if not path.exists():
        return None
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as connection:
            found = connection.execute("SELECT value FROM meta WHERE key = ?", (_BEGUN,)).fetchone()
    except sqlite3.DatabaseError as error:
        raise _damaged(path, str(error)) from error
    return parse_instant(found[0]) if found else None


def build(path: Path, office: Path, profile: StoreProfile, published_at: str) -> None:
    """A new file in place of `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with _opened(new, office, profile, scratch=True) as connection:
        Lineage(connection, profile).fill(published_at)
    sync_file(new)
    _settle(path)
    put_in_place(new, path)


def _settle(path: Path) -> None:
    """End what a kill left of the old file: its journal, found beside the new one, would be rolled back into that."""
    if path.exists():
        with suppress(Fault):  # too damaged to be opened is too damaged to be carried on, which is why a new one comes
            _schema(path)
    path.with_name(f"{path.name}-journal").unlink(missing_ok=True)


class Lineage:
    """An open catalogue with `office` attached and the view `wanted` over it, inside a transaction."""

    def __init__(self, connection: sqlite3.Connection, profile: StoreProfile) -> None:
        self._connection = connection
        self._profile = profile
        self._changed = 0

    # -- the first time

    def fill(self, published_at: str) -> None:
        run = self._connection.execute
        for statement in DDL:
            run(statement)
        # Two passes, so that only what has been sold must be sorted.
        run(f"INSERT INTO article({_COLUMNS}) SELECT {_COLUMNS} FROM wanted WHERE popularity > 0"
            " ORDER BY popularity DESC, article_id")  # fmt: skip
        run(f"INSERT INTO article({_COLUMNS}) SELECT {_COLUMNS} FROM wanted WHERE popularity <= 0 ORDER BY article_id")
        for statement in INDEX_DDL:
            run(statement)
        run(f"INSERT OR IGNORE INTO code {_CODES}")
        run(SEARCH_DDL)
        for setting, value in (("automerge", 0), ("crisismerge", _CRISIS_MERGE), ("hashsize", _HASH_BYTES)):
            run("INSERT INTO article_search(article_search, rank) VALUES(?, ?)", (setting, value))
        run(SEARCH_FILL)
        self._small_tables()
        self._describe(published_at)

    # -- afterwards

    def update(self, published_at: str, force: bool) -> bool:
        self._articles()
        self._codes()
        self._small_tables()
        if self._changed or force:
            self._describe(published_at)
        return bool(self._changed) or force

    def _articles(self) -> None:
        run = self._connection.execute
        differs = " OR ".join(f"old.{field} IS NOT new.{field}" for field in FIELDS)
        new = ", ".join(f"new.{field} AS {field}" for field in FIELDS)
        run(
            f"CREATE TEMP TABLE changed AS SELECT old.id AS id, old.name AS old_name, {new} FROM wanted AS new"
            f" JOIN main.article AS old ON old.article_id = new.article_id WHERE {differs} ORDER BY id"
        )
        run(
            "CREATE TEMP TABLE gone AS SELECT id, name FROM main.article AS old WHERE NOT EXISTS"
            " (SELECT 1 FROM wanted AS new WHERE new.article_id = old.article_id) ORDER BY id"
        )
        run(
            f"CREATE TEMP TABLE added AS SELECT {_COLUMNS} FROM wanted AS new WHERE NOT EXISTS"
            " (SELECT 1 FROM main.article AS old WHERE old.article_id = new.article_id)"
            " ORDER BY popularity DESC, article_id"
        )
        # The index holds words, not texts: to take a name out it must be told the name that went in.
        out = "INSERT INTO article_search(article_search, rowid, name)"
        run(f"{out} SELECT 'delete', id, name FROM gone ORDER BY id")
        run(f"{out} SELECT 'delete', id, old_name FROM changed WHERE old_name IS NOT name ORDER BY id")
        self._run("DELETE FROM main.article WHERE id IN (SELECT id FROM gone)")
        settings = ", ".join(f"{field} = new.{field}" for field in FIELDS)
        self._run(f"UPDATE main.article SET {settings} FROM temp.changed AS new WHERE article.id = new.id")
        self._run(f"INSERT INTO main.article({_COLUMNS}) SELECT {_COLUMNS} FROM added ORDER BY rowid")
        into = "INSERT INTO article_search(rowid, name)"
        run(f"{into} SELECT id, name FROM changed WHERE old_name IS NOT name ORDER BY id")
        run(f"{into} SELECT id, article.name FROM added JOIN main.article USING(article_id) ORDER BY id")

    def _codes(self) -> None:
        self._connection.execute(
            "CREATE TEMP TABLE wanted_code(code, article, PRIMARY KEY(code, article)) WITHOUT ROWID"
        )
        self._connection.execute(f"INSERT OR IGNORE INTO temp.wanted_code {_CODES}")
        self._run(
            "DELETE FROM main.code WHERE NOT EXISTS (SELECT 1 FROM temp.wanted_code AS new"
            " WHERE new.code = main.code.code AND new.article = main.code.article)"
        )
        self._run("INSERT OR IGNORE INTO main.code SELECT code, article FROM temp.wanted_code ORDER BY 1, 2")

    # -- both times

    def _small_tables(self) -> None:
        for part in parts(self._profile):
            self._sync(part)
        # The most sold; where nothing has been sold yet, the first numbers, which stay the same from day to day.
        chosen = self._connection.execute(
            "SELECT id, article.name FROM wanted JOIN main.article USING(article_id)"
            " WHERE popularity > 0 ORDER BY popularity DESC, id LIMIT ?", (QUICK_KEYS,)
        ).fetchall()  # fmt: skip
        if not chosen:
            chosen = self._connection.execute(
                "SELECT id, name FROM main.article ORDER BY id LIMIT ?", (QUICK_KEYS,)
            ).fetchall()
        rows = [(position, *row) for position, row in enumerate(chosen, 1)]
        self._sync(Part("quick_key", ("position",), ("position", "article", "label"), rows))

    def _sync(self, part: Part) -> None:
        """Make a small table hold just the part's rows; rows that are right are not written again."""
        columns, key = ", ".join(part.columns), ", ".join(part.key)
        run = self._connection.execute
        run(f"CREATE TEMP TABLE part({columns}, PRIMARY KEY({key}))")
        if part.select:
            run(f"INSERT INTO temp.part {part.select}")
        else:
            marks = ", ".join("?" * len(part.columns))
            self._connection.executemany(f"INSERT INTO temp.part VALUES({marks})", part.rows)
        kept = f" AND key NOT IN ('published_at', 'article_count', '{_BEGUN}')" if part.table == "meta" else ""
        self._run(f"DELETE FROM main.{part.table} WHERE ({key}) NOT IN (SELECT {key} FROM temp.part){kept}")
        others = [column for column in part.columns if column not in part.key]
        settings = ", ".join(f"{column} = excluded.{column}" for column in others)
        differs = " OR ".join(f"{part.table}.{column} IS NOT excluded.{column}" for column in others)
        change = f"UPDATE SET {settings} WHERE {differs}" if others else "NOTHING"
        self._run(
            f"INSERT INTO main.{part.table}({columns}) SELECT {columns} FROM temp.part WHERE true ORDER BY {key}"
            f" ON CONFLICT({key}) DO {change}"
        )
        run("DROP TABLE temp.part")

    def _describe(self, published_at: str) -> None:
        articles = self._connection.execute("SELECT count(*) FROM main.article").fetchone()[0]
        self._connection.executemany(
            "INSERT INTO main.meta VALUES(?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value",
            [("published_at", published_at), ("article_count", str(articles))],
        )
        # A lineage from before there was this note counts from now.
        self._connection.execute("INSERT OR IGNORE INTO main.meta VALUES(?, ?)", (_BEGUN, published_at))

    def _run(self, statement: str) -> None:
        self._changed += max(self._connection.execute(statement).rowcount, 0)


@contextmanager
def _opened(path: Path, office: Path, profile: StoreProfile, scratch: bool = False) -> Iterator[sqlite3.Connection]:
    """`path` with `office` attached, in one transaction. A scratch file is synced by its caller."""
    uri = f"{path.absolute().as_uri()}?mode={'rwc' if scratch else 'rw'}"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
        run = connection.execute
        run(f"PRAGMA main.cache_size=-{_CACHE_KIB}")
        run("PRAGMA main.locking_mode=EXCLUSIVE")
        # One file that stands alone, as it is published: never a -wal beside it.
        run(f"PRAGMA main.journal_mode={'OFF' if scratch else 'DELETE'}")
        run(f"PRAGMA main.synchronous={'OFF' if scratch else 'FULL'}")
        run("ATTACH DATABASE ? AS office", (f"{office.absolute().as_uri()}?mode=ro",))
        run("BEGIN IMMEDIATE")
        run(f"CREATE TEMP VIEW wanted AS {_wanted(connection, profile.store)}")
        run("CREATE TEMP VIEW coded AS SELECT codes, id FROM wanted JOIN main.article USING(article_id)")
        try:
            yield connection
        except BaseException:
            run("ROLLBACK")
            raise
        run("COMMIT")


def _wanted(connection: sqlite3.Connection, store: str) -> str:
    """What the store sells: its own row of an article, else the one for all stores."""
    columns = f"{_COLUMNS}, codes, popularity"
    listed = f"SELECT {columns} FROM office.article AS article WHERE withdrawn = 0"
    own = connection.execute("SELECT 1 FROM office.article WHERE store <> '' AND withdrawn = 0 LIMIT 1").fetchone()
    if own is None:
        return f"{listed} AND store = ''"
    # `store` is an id of [a-z0-9-]: StoreProfile has checked it, and a view takes no parameters.
    return (
        f"{listed} AND (store = '{store}' OR store = '' AND NOT EXISTS (SELECT 1 FROM office.article AS own"
        f" WHERE own.article_id = article.article_id AND own.store = '{store}' AND own.withdrawn = 0))"
    )


def _schema(path: Path) -> str | None:
    try:
        # rw: after a kill the first to open the file rolls it back, which who may only read cannot.
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as connection:
            found = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
    except sqlite3.DatabaseError as error:
        raise _damaged(path, str(error)) from error
    return found[0] if found else None


def _damaged(path: Path, detail: str) -> Fault:
    hint = "server-push bundle STORE --fresh builds a new one; every register then fetches the whole file once"
    return Fault("lineage-damaged", f"{path} cannot be carried on: {detail}", hint)
