"""Syncs of the disk for a completed sale, counted by strace over the whole register process.

A count is no time, so nothing that else runs on the machine can change it. ONLINE a real head office takes the sales in
while they are made; its own process is not counted.
"""

from __future__ import annotations

import csv
import itertools
import os
import re
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from _fleet import DEMO_LISTS, Fleet, Process

from _bench import prepared
from _bench.harness import CannotMeasure, Measured, Place
from _bench.line import Cashier, Line

_LINES = 10
_CALLS = "fsync,fdatasync,sync,syncfs"
# "<... fdatasync resumed>" is the second half of a call that another thread interrupted: counted once.
_CALL = re.compile(rb"\b(?:fsync|fdatasync|sync|syncfs)\(")
_HOME_S = 60.0


def measure(place: Place) -> dict[str, Measured]:
    """The figure `sale_fsyncs`: the worse of the two modes."""
    strace = _strace(place)
    fleet = prepared.copied(place, prepared.small_shop(place), "syncs")
    trace = fleet.folder / "syscalls"
    register = fleet.register(prepared.REGISTER)
    register.process = Process(
        "the register under strace",
        # -D: the register is our own child and strace its grandchild, so that ending it ends the register.
        [
            strace,
            "-D",
            "-f",
            "-qq",
            "--seccomp-bpf",
            "-e",
            f"trace={_CALLS}",
            "-o",
            str(trace),
            *register.process.command,
        ],
        fleet.folder / "traced.log",
    )
    sales = place.rounds(1_000, 50)
    with prepared.running(fleet):
        line = Line(register.till_url)
        cashier = Cashier(line)
        cashier.begin("1", "1111")
        per_sale = {mode: _count(fleet, cashier, mode, sales, trace) for mode in ("ONLINE", "OFFLINE")}
        line.close()
        home = _home_again(fleet)
    if home != 2 * sales:
        raise RuntimeError(f"{2 * sales} sales were made and head office has {home}")
    how = (
        f"{_CALLS.replace(',', ', ')} of the whole register process (strace -f) for each completed cash sale of"
        f" {_LINES} scanned lines, drafts on disk, over {sales} sales in each mode: ONLINE with a head office"
        f" receiving {per_sale['ONLINE']:.3f}, OFFLINE {per_sale['OFFLINE']:.3f}; the larger counts"
    )
    return {"sale_fsyncs": Measured(max(per_sale.values()), how)}


def _count(fleet: Fleet, cashier: Cashier, mode: str, sales: int, trace: Path) -> float:
    cashier.line.put("/offline", {"offline": mode == "OFFLINE"})
    codes = codes_of_one_article()
    _sell(cashier, codes)  # whatever a first sale brings about
    _settle(fleet, mode)
    before = calls_in(trace)
    for _ in range(sales - 1):
        _sell(cashier, codes)
    _settle(fleet, mode)
    return (calls_in(trace) - before) / (sales - 1)


def _sell(cashier: Cashier, codes: Iterator[str]) -> None:
    sale = cashier.start()
    for code in itertools.islice(codes, _LINES):
        cashier.scan(sale, code)
    cashier.pay_cash(sale)
    cashier.complete(sale)


def _settle(fleet: Fleet, mode: str) -> None:
    """Until what was sold ONLINE is home: its watermark belongs to the sale too."""
    if mode == "ONLINE":
        fleet.wait_until_home(_HOME_S)
    else:
        time.sleep(0.3)


def _home_again(fleet: Fleet) -> int:
    """Sales at head office once the register is ONLINE again."""
    line = Line(fleet.register(prepared.REGISTER).till_url)
    line.sign_in("1", "1111")
    line.put("/offline", {"offline": False})
    line.close()
    fleet.wait_until_home(_HOME_S)
    return int(fleet.office.summary()["sales"])


def calls_in(trace: Path) -> int:
    return len(_CALL.findall(trace.read_bytes()))


def codes_of_one_article() -> Iterator[str]:
    """Codes of the demo's list that mean one article each, which anybody may buy, round and round."""
    with DEMO_LISTS.articles.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if not row["age_limit"]]
    articles = Counter(code for row in rows for code in row["gtin"].split())
    return itertools.cycle([code for code, count in articles.items() if count == 1])


def _strace(place: Place) -> str:
    """The program, installed first where that can be done. Raises CannotMeasure."""
    found = shutil.which("strace")
    if found is None and hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        place.say("   installing strace")
        subprocess.run(["apt-get", "install", "-y", "-qq", "strace"], stdout=subprocess.DEVNULL, check=False)
        found = shutil.which("strace")
    if found is None:
        raise CannotMeasure("strace is not installed: apt-get install -y strace (Linux only)")
    try:
        subprocess.run([found, "-qq", "-o", os.devnull, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", b"") or str(error).encode()
        raise CannotMeasure(f"strace may not trace here: {said.decode(errors='replace').strip()}") from None
    return found
