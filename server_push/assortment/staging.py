"""Compares a million rows with what is there and applies the difference: set by set, in SQL, in one transaction.

    staging = Staging(connection, ARTICLES)
    staging.fill(rows, log)             # into a temporary table; no lock is held
    staging.apply(now, log, ...)        # counted, then written and committed

- Staging writes to temporary tables only, so that nobody waits while a list is read and checked.
- What is counted is counted under the write lock, before anything is written: a dry run gives the same numbers.
- A key that stands twice in the list is taken once, from its first row.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from server_push.assortment.report import ImportReport, Log

# Pages kept in memory while staging and while applying; what is more goes to a temporary file.
_CACHE_KIB = 64 * 1024


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the kinds of list. `counted`: fields whose changes are counted each."""

    table: str
    key: tuple[str, ...]
    fields: tuple[str, ...]
    key_column: str  # what the list calls the key
    counted: tuple[str, ...] = ("name",)

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.key, *self.fields)


ARTICLES = Kind(
    "article",
    ("article_id", "store"),
    ("name", "codes", "price", "vat_code", "department", "unit", "deposit", "age_limit"),
    "article_id",
    ("price", "name", "codes"),
)
CUSTOMERS = Kind(
    "customer",
    ("customer_id",),
    ("name", "business_id", "address", "email", "tenders", "credit_limit", "payment_term_days"),
    "customer_id",
)
PROMOTIONS = Kind(
    "promotion",
    ("promotion_id", "store"),
    (
        *("name", "name_sv", "name_en", "kind", "articles", "count", "amount", "percent_bp", "max_times"),
        *("valid_from", "valid_to", "weekdays", "hours"),
    ),
    "promotion_id",
)
CASHIERS = Kind("cashier", ("cashier_id",), ("name", "role", "sealed_pin"), "cashier_id")


class Staging:
    def __init__(self, connection: sqlite3.Connection, kind: Kind) -> None:
        self._connection = connection
        self._kind = kind
        self._key = ", ".join(kind.key)
        self._match = " AND ".join(f"old.{column} = new.{column}" for column in kind.key)
        self._differs = " OR ".join(f"old.{column} IS NOT new.{column}" for column in kind.fields)

    def fill(self, rows: Iterable[tuple[Any, ...]], log: Log) -> None:
        run, kind = self._connection.execute, self._kind
        run(f"PRAGMA main.cache_size=-{_CACHE_KIB}")
        run(f"PRAGMA temp.cache_size=-{_CACHE_KIB}")
        run("PRAGMA temp.journal_mode=MEMORY")
        run(f"CREATE TEMP TABLE staged(row INTEGER PRIMARY KEY, {', '.join(kind.columns)})")
        run("BEGIN")  # touches temporary tables only: the office goes on writing
        marks = ", ".join("?" * (len(kind.columns) + 1))
        self._connection.executemany(f"INSERT INTO temp.staged VALUES({marks})", rows)
        self._refuse_repeats(log)
        run("CREATE TEMP TABLE lost(about TEXT PRIMARY KEY) WITHOUT ROWID")
        self._connection.executemany("INSERT INTO temp.lost VALUES(?)", [(about,) for about in log.lost])
        run("COMMIT")

    def _refuse_repeats(self, log: Log) -> None:
        run = self._connection.execute
        try:
            run(f"CREATE UNIQUE INDEX temp.staged_key ON staged({self._key})")
            return
        except sqlite3.IntegrityError:
            pass
        run(f"CREATE INDEX temp.staged_key ON staged({self._key})")
        repeats = f"""SELECT row, first, {self._kind.key[0]} FROM (
            SELECT row, {self._key}, first_value(row) OVER (PARTITION BY {self._key} ORDER BY row) AS first
            FROM temp.staged) WHERE row <> first"""
        run(f"CREATE TEMP TABLE repeated AS {repeats}")
        for row, first, key in run("SELECT * FROM temp.repeated ORDER BY row"):
            log.reject(row, self._kind.key_column, f"{key} stands already in row {first}", str(key))
        run("DELETE FROM temp.staged WHERE row IN (SELECT row FROM temp.repeated)")

    def apply(self, now: str, log: Log, *, complete: bool, dry_run: bool) -> ImportReport:
        """What differs, written unless `dry_run`. The report has no findings yet."""
        run = self._connection.execute
        run("BEGIN" if dry_run else "BEGIN IMMEDIATE")
        try:
            difference = self._compare()
            absent = self._absent(difference, log) if complete else ""
            withdrawn = run(f"SELECT count(*) {absent}").fetchone()[0] if absent else 0
            if not dry_run:
                self._add_and_change(difference, now)
                if withdrawn:
                    self._withdraw(absent, now)
            run("COMMIT")
        except BaseException:
            run("ROLLBACK")
            raise
        return ImportReport(
            added=difference["new"] + difference["back"],
            changed=difference["changed"],
            unchanged=difference["listed"] - difference["new"] - difference["back"] - difference["changed"],
            withdrawn=withdrawn,
            price_changed=difference.get("price", 0),
            name_changed=difference["name"],
            codes_changed=difference.get("codes", 0),
        )

    def _compare(self) -> dict[str, int]:
        """listed: all good rows; new; back: was withdrawn, is listed again; changed; and changed by field."""
        run, kind = self._connection.execute, self._kind
        listed = run("SELECT count(*) FROM temp.staged").fetchone()[0]
        names = ("new", "back", "changed", *kind.counted)
        if run(f"SELECT 1 FROM main.{kind.table} LIMIT 1").fetchone() is None:
            return dict.fromkeys(names, 0) | {"listed": listed, "new": listed}
        conditions = [
            "old.withdrawn IS NULL",
            "old.withdrawn = 1",
            f"old.withdrawn = 0 AND ({self._differs})",
            *(f"old.withdrawn = 0 AND old.{field} IS NOT new.{field}" for field in kind.counted),
        ]
        counts = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in conditions)
        found = run(
            f"SELECT {counts} FROM (SELECT * FROM temp.staged ORDER BY {self._key}) AS new"
            f" LEFT JOIN main.{kind.table} AS old ON {self._match}"
        ).fetchone()
        return dict(zip(names, found, strict=True)) | {"listed": listed}

    def _absent(self, difference: dict[str, int], log: Log) -> str:
        """FROM and WHERE of what the list lacks. A row that was refused is not lacking: nobody said it is gone."""
        if difference["listed"] == 0:
            log.note(0, "", "the list has no good row, so nothing is withdrawn")
            return ""
        if not log.knows_all_lost:
            log.note(0, "", "some refused rows do not say whom they are about, so nothing is withdrawn")
            return ""
        return (
            f"FROM main.{self._kind.table} AS old WHERE old.withdrawn = 0"
            f" AND NOT EXISTS (SELECT 1 FROM temp.staged AS new WHERE {self._match})"
            f" AND old.{self._kind.key[0]} NOT IN (SELECT about FROM temp.lost)"
        )

    def _add_and_change(self, difference: dict[str, int], now: str) -> None:
        run, kind = self._connection.execute, self._kind
        fields = ", ".join(kind.fields)
        if difference["new"]:
            # In key order: the table is built from its left to its right end and no page is split.
            run(
                f"INSERT INTO main.{kind.table}({self._key}, {fields}, changed_at)"
                f" SELECT {self._key}, {fields}, ? FROM temp.staged AS new WHERE NOT EXISTS"
                f" (SELECT 1 FROM main.{kind.table} AS old WHERE {self._match}) ORDER BY {self._key}",
                (now,),
            )
        if difference["back"] or difference["changed"]:
            settings = ", ".join(f"{column} = new.{column}" for column in kind.fields)
            run(
                f"UPDATE main.{kind.table} AS old SET {settings}, withdrawn = 0, changed_at = ?"
                f" FROM temp.staged AS new WHERE {self._match} AND (old.withdrawn = 1 OR {self._differs})",
                (now,),
            )

    def _withdraw(self, absent: str, now: str) -> None:
        self._connection.execute(
            f"UPDATE main.{self._kind.table} SET withdrawn = 1, changed_at = ? WHERE ({self._key}) IN"
            f" (SELECT {self._key} {absent})",
            (now,),
        )
