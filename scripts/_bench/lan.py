"""Scanning while the LAN is noisy, against scanning in peace.

Twenty clients ask the LAN's /health without a pause, and one sends rubbish as a bundle again and again; they share one
process of their own. Noise and peace change in rounds, so that both see the same machine.
"""

from __future__ import annotations

import http.client
import itertools
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import _env
from _fleet import Register

from _bench import prepared
from _bench.harness import Measured, Place
from _bench.line import Cashier, Line
from _bench.syncs import codes_of_one_article
from _bench.timing import p50, p99

_CLIENTS = 20
_LINES = 10
_RUBBISH = b"\x00rubbish" * (1 << 17)  # a megabyte a time
_CALM_S = 1.0  # what the noise has left behind in the register's queues


def measure(place: Place) -> dict[str, Measured]:
    """The figure `lan_load_scan_p99`."""
    fleet = prepared.copied(place, prepared.small_shop(place), "lan")
    register = fleet.register(prepared.REGISTER)
    peace: list[float] = []
    noise: list[float] = []
    with prepared.running(fleet, office=False):
        line = Line(register.till_url)
        cashier = Cashier(line)
        cashier.begin("1", "1111")
        line.put("/offline", {"offline": True, "reason": "measuring"})
        _scan(cashier, 3)
        for _ in range(place.rounds(6, 2)):
            peace += _scan(cashier, place.rounds(30, 10))
            with _Noise(register):
                noise += _scan(cashier, place.rounds(30, 10))
            time.sleep(_CALM_S)
        line.close()
    how = (
        f"p99 of {len(noise)} scans (sales of {_LINES} lines, draft on disk) while {_CLIENTS} clients ask the LAN's"
        f" /health without a pause and one uploads rubbish, {p99(noise) * 1e3:.1f} ms (p50 {p50(noise) * 1e3:.2f}),"
        f" against {len(peace)} scans in peace in turns with them, {p99(peace) * 1e3:.1f} ms (p50"
        f" {p50(peace) * 1e3:.2f})"
    )
    return {"lan_load_scan_p99": Measured(p99(noise) / p99(peace), how)}


def _scan(cashier: Cashier, sales: int) -> list[float]:
    codes, times = codes_of_one_article(), list[float]()
    for _ in range(sales):
        sale = cashier.start()
        times += [cashier.scan(sale, code) for code in itertools.islice(codes, _LINES)]
        cashier.pay_cash(sale)
        cashier.complete(sale)
    return times


class _Noise:
    """The twenty-one, from when they have all begun until the block ends."""

    def __init__(self, register: Register) -> None:
        code = f"import sys; sys.path.insert(0, {str(_env.ROOT / 'scripts')!r}); from _bench.lan import main; main()"
        self._command = [sys.executable, "-c", code, register.lan_url]

    def __enter__(self) -> None:
        self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        if self._process.stdout.readline().strip() != "noisy":
            raise RuntimeError("the LAN's clients could not begin")

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


def main() -> None:
    """The noise itself, against the LAN listener named as the first argument, until it is killed."""
    where = urlsplit(sys.argv[1])
    address = (where.hostname or "", where.port or 80)
    begun = threading.Barrier(_CLIENTS + 2)
    for act in [_ask] * _CLIENTS + [_upload]:
        threading.Thread(target=_again_and_again, args=(act, address, begun), daemon=True).start()
    begun.wait()
    print("noisy", flush=True)
    sys.stdin.read()


def _again_and_again(
    act: Callable[[http.client.HTTPConnection], None], address: tuple[str, int], begun: threading.Barrier
) -> None:
    begun.wait()
    while True:
        connection = http.client.HTTPConnection(*address, timeout=30)
        try:
            while True:
                act(connection)
        except (OSError, http.client.HTTPException):
            connection.close()  # it was shown the door; it comes back


def _ask(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/health")
    connection.getresponse().read()


def _upload(connection: http.client.HTTPConnection) -> None:
    headers = {"Content-Type": "application/octet-stream", "Authorization": "Bearer rubbish"}
    connection.request("POST", "/snapshots", _RUBBISH, headers)
    connection.getresponse().read()
