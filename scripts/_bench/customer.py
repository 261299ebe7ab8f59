"""A customer who buys one thing after another, in cash, and notes how long each completion took.

    python -m _bench.customer TILL_URL

Says `shopping` once the first sale is done. Each line on its standard input is answered with a JSON list of seconds,
one for each sale since the line before; the end of the input ends it.
"""

from __future__ import annotations

import json
import sys
import threading
import time

from _bench.line import Cashier, Line

# A cashier is not a machine gun: between two sales there is a moment in which a switch can happen.
_BETWEEN_S = 0.002


def main() -> None:
    waits: list[float] = []
    asked, ended = threading.Event(), threading.Event()

    def listen() -> None:
        for _ in sys.stdin:
            asked.set()
        ended.set()

    line = Line(sys.argv[1])
    cashier = Cashier(line)
    cashier.begin("1", "1111")
    _buy(cashier)
    print("shopping", flush=True)
    threading.Thread(target=listen, daemon=True).start()
    while not ended.is_set():
        waits.append(_buy(cashier))
        if asked.is_set():
            asked.clear()
            print(json.dumps(waits), flush=True)
            waits.clear()
        time.sleep(_BETWEEN_S)
    line.close()


def _buy(cashier: Cashier) -> float:
    """Seconds until the sale was on disk."""
    sale = cashier.start()
    cashier.line.post(f"/sales/{sale}/lines", {"open": {"name": "Kahvi", "unit_price": 250, "vat_code": "reduced"}})
    cashier.pay_cash(sale)
    return cashier.complete(sale)


if __name__ == "__main__":
    main()
