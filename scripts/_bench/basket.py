"""The fiftieth scan of a sale full of promotions and discounts, against a call that goes the same way and does nothing.

A cashier scans fifty lines, most of them in mix-and-match, multi-buys and campaigns, with a discount of her own on a
line and on the sale; the yardstick's call comes beside each of the last ten scans. The register is OFFLINE.
"""

from __future__ import annotations

import json
import random

from _bench import offers, prepared
from _bench.harness import Measured, Place
from _bench.line import Cashier, Line
from _bench.selling import yardstick
from _bench.timing import p50, p99

_LAST = 10  # of the fifty scans, those that are timed
_WARM_UP = 3


def measure(place: Place) -> dict[str, Measured]:
    """The figure `basket50_vs_noop`."""
    fleet = prepared.copied(place, prepared.promoting_shop(place), "basket")
    till = yardstick(fleet.register(prepared.REGISTER).folder, 1)
    try:
        line = Line(till.start()[0])
        scan, noop, given = _fill(Cashier(line), place.rounds(60, 8))
        line.close()
    except Exception as error:
        error.add_note(till.tail())
        raise
    finally:
        till.stop()
    how = (
        f"p50 of scans 41 to 50 of a sale, {given} promotions given and two discounts on it, draft on disk, whole sale"
        f" answered, against a POST through the same Api, session check, body and key that does nothing, {len(scan)} of"
        f" each in turns, OFFLINE: {_ms(scan)} and {_ms(noop)}"
    )
    return {"basket50_vs_noop": Measured(p50(scan) / p50(noop), how, holds=given >= 10)}


def _fill(cashier: Cashier, sales: int) -> tuple[list[float], list[float], int]:
    """Times of scans and of no-ops, and how many promotions the last sale was given."""
    line, codes, order = cashier.line, offers.codes(), random.Random(1)  # noqa: S311 - the same order in every run
    cashier.begin("1", "1111")
    line.put("/offline", {"offline": True, "reason": "measuring"})
    scans, noops, given = list[float](), list[float](), 0
    for number in range(-_WARM_UP, sales):
        sale, goods = cashier.start(), order.sample(codes, len(codes))
        for code in goods[:-_LAST]:
            cashier.scan(sale, code)
        line.post(f"/sales/{sale}/discounts", {"line": 1, "percent": "10", "reason": "kylki"})
        line.post(f"/sales/{sale}/discounts", {"amount": 100, "reason": "kanta-asiakas"})
        for code in goods[-_LAST:]:
            took = cashier.scan(sale, code)
            line.post("/yardstick/noop", {"code": code})
            if number >= 0:
                scans.append(took)
                noops.append(line.took)
        given = len(json.loads(line.get(f"/sales/{sale}"))["promotions"])
        line.post(f"/sales/{sale}/abort", {})
    return scans, noops, given


def _ms(times: list[float]) -> str:
    return f"{p50(times) * 1e3:.2f} ms (p99 {p99(times) * 1e3:.1f})"
