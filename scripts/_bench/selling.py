"""Scanning and completing over HTTP, each against a call that goes the same way and does the least that could be done.

One cashier sells sale after sale of ten lines; within each sale the two calls of the yardstick come right beside what
they are compared with, so that all four see the same machine. The register is OFFLINE: nothing of head office's work is
in it.
"""

from __future__ import annotations

import sqlite3
import sys
from itertools import islice
from pathlib import Path

import _env
from _fleet import Process

from _bench import prepared
from _bench.harness import Measured, Place
from _bench.line import Cashier, Line
from _bench.timing import p50, p99

_LINES = 10
_WARM_UP = 20
_RECORD_BYTES = 2_900  # of a cash sale of ten lines; what it is today is measured and said


def measure(place: Place) -> dict[str, Measured]:
    """The figures `sale_vs_commit` and `scan_vs_noop`."""
    fleet = prepared.copied(place, prepared.large_shop(place), "selling")
    register = fleet.register(prepared.REGISTER).folder
    till = yardstick(register, _RECORD_BYTES)
    try:
        line = Line(till.start()[0])
        times = _sell(place, Cashier(line), place.rounds(600, 60))
        line.close()
    except Exception as error:
        error.add_note(till.tail())
        raise
    finally:
        till.stop()
    size = _usual_record(register)
    complete, commit, scan, noop = (times[name] for name in ("complete", "commit", "scan", "noop"))
    sale_how = (
        f"p50 of POST /sales/ID/complete, ten scanned lines, cash, against a POST through the same Api, session check,"
        f" body and key that only commits {_RECORD_BYTES} bytes (the sale's record has {size}), one after the other in"
        f" {len(complete)} sales, OFFLINE: {_ms(complete)} and {_ms(commit)}"
    )
    scan_how = (
        f"p50 of the tenth scan of a sale, {place.articles:,} articles, draft on disk, whole sale answered, against a"
        f" POST through the same Api, session check, body and key that does nothing, {len(scan)} of each in turns,"
        f" OFFLINE: {_ms(scan)} and {_ms(noop)}"
    )
    return {
        "sale_vs_commit": Measured(p50(complete) / p50(commit), sale_how),
        "scan_vs_noop": Measured(p50(scan) / p50(noop), scan_how),
    }


def yardstick(register: Path, record_bytes: int) -> Process:
    """The register in the folder `register`, not yet started, with the two calls to compare with."""
    # By this file's folder, since the service and not a script is the program.
    code = f"import sys; sys.path.insert(0, {str(_env.ROOT / 'scripts')!r}); from _bench.yardstick import main; main()"
    command = [sys.executable, "-c", code, str(register), str(record_bytes)]
    return Process("the yardstick", command, register.parent / "yardstick.log")


def _sell(place: Place, cashier: Cashier, sales: int) -> dict[str, list[float]]:
    line, codes = cashier.line, prepared.codes(place)
    cashier.begin("1", "1111")
    line.put("/offline", {"offline": True, "reason": "measuring"})
    times: dict[str, list[float]] = {"scan": [], "noop": [], "complete": [], "commit": []}
    for number in range(-_WARM_UP, sales):
        sale = cashier.start()
        *others, last = islice(codes, _LINES)
        for code in others:
            cashier.scan(sale, code)
        took = {"scan": cashier.scan(sale, last)}
        line.post("/yardstick/noop", {"code": last})
        took["noop"] = line.took
        cashier.pay_cash(sale)
        took["complete"] = cashier.complete(sale)
        line.post("/yardstick/commit", {})
        took["commit"] = line.took
        if number >= 0:
            for name, seconds in took.items():
                times[name].append(seconds)
    return times


def _usual_record(register: Path) -> int:
    """Bytes of the last record of the journal: a sale."""
    with sqlite3.connect(f"{(register / 'journal.db').resolve().as_uri()}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT length(record) FROM journal ORDER BY id DESC LIMIT 20").fetchall()
    return int(p50([row[0] for row in rows]))


def _ms(times: list[float]) -> str:
    return f"{p50(times) * 1e3:.2f} ms (p99 {p99(times) * 1e3:.1f})"
