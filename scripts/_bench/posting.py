"""A posting run over many sales, and whether ten times as many cost ten times as much.

Every sale was paid with an invoice by one of 400 customers, so that each is on an invoice and in a day report; the run
is what `server-push post` does, on a database with every table and index. The sales come home by intake itself; that
is not timed.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from _bench import prepared
from _bench.harness import Measured, Place
from _bench.timing import p50, seconds
from poscore.canonical import sha256_hex
from poscore.ids import ReceiptNo
from poscore.quantity import ONE
from poscore.records import SALE, Head, Record, genesis_hash
from poscore.sale import COMPLETED, Header, Line, Sale, Tender
from poscore.tokens import SigningKey, sign_head
from server_push.intake.intake import Delivery
from server_push.office import Office, World
from server_push.registers.answers import Asking
from server_push.registers.callers import Caller
from server_push.settings import Chain
from server_push.storage import upsert
from server_push.storage.tables.assortment import customer

ACCOUNTS = 400
_FEW, _MANY = 13_000, 130_000
_LINES, _AT_ONCE, _STANDARD = 3, 500, 2550
_NOW = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
_AT, _DAYS = "2026-11-22T12:00:00.000Z", 7


def measure(place: Place) -> dict[str, Measured]:
    """The figure `posting_scale`: what a sale costs among many, over what it costs among a tenth of them."""
    few, many = (_FEW // 10, _MANY // 10) if place.quick else (_FEW, _MANY)
    took = {count: _timed(place, count) for count in (few, many)}
    each = {count: p50(times) / count for count, times in took.items()}
    how = (
        f"a posting run over {few:,} sales of {ACCOUNTS} customers: {p50(took[few]):.2f} s; over {many:,}:"
        f" {p50(took[many]):.2f} s; {1e6 * each[few]:.0f} and {1e6 * each[many]:.0f} µs a sale; median of"
        f" {len(took[few])} and {len(took[many])} in turns; every sale on one invoice, numbers without a gap"
    )
    return {"posting_scale": Measured(each[many] / each[few], how)}


# The sales that are posted are made by these.
_SHAPED_BY = ("server_push/intake/*.py", "server_push/storage/**/*.py", "poscore/*.py")


def _timed(place: Place, count: int) -> list[float]:
    filled = prepared.kept(place, f"unposted-{count}", lambda folder: _fill(folder, count), _SHAPED_BY)
    times = []
    for _ in range(place.rounds(3, 1)):
        folder = place.fresh("posting")
        shutil.copytree(filled / "office", folder / "office")
        office = Office.open(folder / "office", World())
        times.append(seconds(lambda office=office: _post(office, count)))  # type: ignore[misc]
        office.close()
        _prove(folder / "office" / "office.db", count)
    return times


def _post(office: Office, count: int) -> None:
    run = office.posting_runs.post(Asking("bench", office.now()))
    if (run["state"], run["frozen"]["sales"]) != ("posted", count):
        raise RuntimeError(f"the run is {run['state']} with {run['frozen']}: {run['difference']}")


def _prove(database: Path, count: int) -> None:
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as reading:
        (on_invoices,) = reading.execute("SELECT count(*) FROM invoice_sale").fetchone()
        first, last, documents = reading.execute("SELECT min(no), max(no), count(*) FROM invoice").fetchone()
    if on_invoices != count or last - first + 1 != documents:
        raise RuntimeError(f"{on_invoices} of {count} sales are on {documents} invoices from {first} to {last}")


def _fill(folder: Path, count: int) -> None:
    office, _ = Office.found(folder / "office", Chain(name="Ketju Oy", business_id="1234567-1"), World())
    nothing = {"address": "", "email": "", "credit_limit": None, "payment_term_days": 14, "changed_at": _AT}
    rows = [
        {
            "customer_id": f"C{n}",
            "name": f"Asiakas {n}",
            "business_id": "7654321-5",
            "tenders": '["invoice"]',
            **nothing,
        }
        for n in range(ACCOUNTS)
    ]
    with office.storage.write() as connection:
        upsert(connection, customer, rows)
    key = SigningKey.generate()
    caller = Caller("s1", "r1", 1, key.public, "Europe/Helsinki")
    written = _written(count)
    while some := [record for _, record in zip(range(_AT_ONCE), written, strict=False)]:
        head = Head("r1", 1, some[-1][0], some[-1][1])
        delivery = Delivery(1, sign_head(key, head), [(digest, text) for _, digest, text in some])
        office.intake.receive(caller, delivery, _NOW)
    office.close()


def _written(count: int) -> Iterator[tuple[int, str, str]]:
    """(seq, hash, text) of a journal of sales."""
    prev = genesis_hash("s1", "r1", 1)
    for n in range(1, count + 1):
        day = f"2026-11-{1 + n * _DAYS // (count + 1):02d}"
        data = Record("s1", "r1", 1, n, prev, _AT, day, SALE, {"sale": _sale(n, day).to_wire()}).encoded()
        prev = sha256_hex(data)
        yield n, prev, data.decode()


def _sale(n: int, day: str) -> Sale:
    price, number = 100 + n % 900, ReceiptNo("r1", 1, n).text
    lines = tuple(
        Line(at, f"A{at}", None, f"Tuote {at}", ONE, "kpl", price, 0, 0, _STANDARD, price)
        for at in range(1, _LINES + 1)
    )
    header = Header(number, number, COMPLETED, "sale", False, False, day, "1", f"C{n * 7919 % ACCOUNTS}", 1)
    return Sale.of(header, lines, (Tender(1, "invoice", price * _LINES),), _STANDARD)
