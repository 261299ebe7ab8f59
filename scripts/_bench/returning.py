"""Ten thousand sales on their way home, against putting the same rows into the same tables in one transaction.

The register's own service sends its journal to a head office of its own process, as after a long time OFFLINE; what is
timed begins when staff ask for ONLINE and ends when the register knows that every record is acknowledged. The peer has
nothing to send, verify or read: it has the very rows that head office made of the records, and one executemany a table.
"""

from __future__ import annotations

import itertools
import json
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from _fleet import Fleet

from _bench import prepared
from _bench.harness import Measured, Place
from _bench.line import Line
from _bench.syncs import codes_of_one_article
from _bench.timing import p50, seconds
from poscore.quantity import ONE
from register_svc.checkout.sales import NewLine, NewSale, NewTender
from register_svc.register import build
from register_svc.till.people import Session

_LINES = 10
_TABLES = ("journal_record", "journal_body", "sale", "sale_line", "sale_tender")
_GIVE_UP_S = 300.0


def measure(place: Place) -> dict[str, Measured]:
    """The figure `return_vs_executemany`, in sales a second over sales a second."""
    sales = 500 if place.quick else 10_000
    shop = prepared.kept(place, f"shop-{sales}-unsent", lambda folder: _sell(place, folder, sales), _SHAPED_BY)
    returns: list[float] = []
    limits: list[float] = []
    rows = 0
    for _ in range(place.rounds(3, 2)):
        fleet = prepared.copied(place, shop, "returning")
        with prepared.running(fleet):
            returns.append(_return(fleet))
            home = fleet.office.summary()["sales"]
        if home != sales:
            raise RuntimeError(f"{sales} sales were returned and head office has {home}")
        rows, took = _same_rows(fleet.office.folder / "office.db", fleet.folder / "limit.db")
        limits.append(took)
    how = (
        f"{sales:,} sales of {_LINES} lines from asking for ONLINE to the last acknowledgement, register and head"
        f" office as processes of their own, {sales / p50(returns):,.0f} sales a second, against one durable"
        f" executemany transaction of the {rows:,} rows that they became (records, bodies, sales, lines, tenders; same"
        f" tables and indexes), {sales / p50(limits):,.0f} a second; median of {len(returns)} in turns"
    )
    return {"return_vs_executemany": Measured(p50(limits) / p50(returns), how)}


# The journal that is returned is made by these.
_SHAPED_BY = ("register_svc/checkout/*.py", "register_svc/journal/*.py", "register_svc/till/*.py")


def _sell(place: Place, folder: Path, sales: int) -> None:
    """A shop whose register has sold OFFLINE: set OFFLINE by its service, then sold without HTTP to save minutes."""
    shutil.copytree(prepared.small_shop(place), folder, dirs_exist_ok=True)
    fleet = prepared.placed(folder)
    with prepared.running(fleet, office=False):
        line = Line(fleet.register(prepared.REGISTER).till_url)
        line.sign_in("1", "1111")
        line.post("/shifts", {"opening_float": 10_000})
        line.put("/offline", {"offline": True, "reason": "the line is down"})
        line.close()
    register, session = build(fleet.register(prepared.REGISTER).folder), Session("", "1", "Aino", "cashier")
    codes: Iterator[str] = codes_of_one_article()
    for _ in range(sales):
        sale = json.loads(register.sales.start(session, NewSale(), None).body)["id"]
        for code in itertools.islice(codes, _LINES):
            register.sales.add_line(session, sale, NewLine(ONE, code), None)
        register.sales.add_tender(session, sale, NewTender("cash"), None)
        register.sales.complete(session, sale, None)
    register.stop()


def _return(fleet: Fleet) -> float:
    """Seconds until everything is home."""
    register = fleet.register(prepared.REGISTER)
    line = Line(register.till_url)
    line.sign_in("1", "1111")
    began = time.perf_counter()
    line.put("/offline", {"offline": False})
    while json.loads(line.get("/offline"))["queued_records"]:
        if time.perf_counter() - began > _GIVE_UP_S:
            raise RuntimeError(f"the journal is not home after {_GIVE_UP_S:.0f} s")
        time.sleep(0.02)
    took = time.perf_counter() - began
    line.close()
    return took


def _same_rows(office: Path, path: Path) -> tuple[int, float]:
    """How many rows the sales became, and the seconds for all of them in one transaction of an empty database."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(f"{office.resolve().as_uri()}?mode=ro", uri=True)) as source:
        tables = ", ".join(f"'{name}'" for name in _TABLES)
        schema = [row[0] for row in source.execute(f"SELECT sql FROM sqlite_master WHERE tbl_name IN ({tables})")]
        rows = {name: source.execute(f"SELECT * FROM {name}").fetchall() for name in _TABLES}
    with closing(sqlite3.connect(path, isolation_level=None)) as limit:
        limit.execute("PRAGMA journal_mode=WAL")
        limit.execute("PRAGMA synchronous=FULL")
        for statement in filter(None, schema):
            limit.execute(statement)
        return sum(map(len, rows.values())), seconds(lambda: _insert(limit, rows))


def _insert(limit: sqlite3.Connection, rows: dict[str, list[tuple[object, ...]]]) -> None:
    limit.execute("BEGIN IMMEDIATE")
    for name, values in rows.items():
        limit.executemany(f"INSERT INTO {name} VALUES({', '.join('?' * len(values[0]))})", values)
    limit.execute("COMMIT")
