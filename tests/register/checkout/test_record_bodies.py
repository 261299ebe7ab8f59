"""What the counter writes into the journal is what FORMATS.md says: the same members as the golden vectors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from poscore import records
from poscore.errors import Refused
from register_svc.checkout.changes import NewPrice
from register_svc.checkout.shifts import Report
from tests.support.builders import COLA, MILK, ACounter, APromotion, told

GOLDEN = Path(__file__).parents[2] / "poscore" / "golden" / "records.json"
# Written by the register around the counter.
ELSEWHERE = {records.REGISTER_STARTED, records.MODE_CHANGED, records.SNAPSHOT_ACTIVATED}


def shape(value: Any) -> Any:
    """The members of an object, and of what it holds."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items() if key not in ("by_tender", "denominations")}
    if isinstance(value, list):
        return shape(value[0]) if value and isinstance(value[0], dict) else []
    return None


def test_every_body_has_the_members_that_the_format_states(counter: ACounter) -> None:
    counter.use_catalog(2, promotions=[APromotion("MILK", "price", ["A1"], amount=99)])
    counter.sign_in()
    counter.sessions.train(counter.session, True)
    counter.sessions.change_pin(counter.seen(), "1234", "4711")
    counter.sessions.sign_out(counter.seen())
    counter.sign_in("101", "4711")
    for _ in range(5):
        with pytest.raises(Refused):
            counter.sessions.sign_in("999", "0000")
    for verb in ("complete", "abort"):
        sale = counter.start(customer="C1")
        counter.scan(sale, MILK)
        counter.scan(sale, COLA)
        counter.discount(sale, percent_bp=1000)
        if verb == "complete":
            counter.pay(sale, "card", 100, "ref")
            counter.pay(sale, "cash")
            counter.complete(sale)
        else:
            told(counter.sales.abort(counter.session, sale, None))
    counter.copy("r1-1-000001")
    counter.shifts.print_report(counter.session, Report(), None)
    told(counter.shifts.move_cash(counter.session, "drop", 100, "tilitys", None))
    told(counter.shifts.open_drawer(counter.session, "vaihto", None))
    priced = counter.start()
    counter.scan(priced, MILK)
    counter.leave("price-override")
    told(counter.sales.change_price(counter.session, priced, NewPrice(1, 100, "agreed"), None))
    told(counter.sales.abort(counter.session, priced, None))
    counter.close_shift(10_000, {"5000": 2})

    golden: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))["bodies"]
    written = {record.type: record.body for record in counter.reader.between(1, 1)}
    assert set(written) == set(golden) - ELSEWHERE
    for kind, body in written.items():
        assert set(body) == set(golden[kind]), kind
        assert shape(body).keys() == shape(golden[kind]).keys()
    for kind in (records.SALE, records.SHIFT_CLOSED):
        assert shape(written[kind]) == shape(golden[kind]), kind
