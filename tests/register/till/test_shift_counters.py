"""A shift's report, worked out from the journal's own records."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poscore import records
from poscore.errors import Refused
from poscore.records import Record
from poscore.sale import Sale
from register_svc.till.shifts import Counters, Shift, check_count, count_records, report
from tests.support.strategies import documents

few = settings(max_examples=30)  # drawing a day of sales is what takes the time
SHIFT = Shift(7, "2026-11-22", "2026-11-22T06:00:00.000Z", "101", 10_000, 3, 1)


def a_record(kind: str, body: dict[str, Any]) -> Record:
    return Record("s1", "r1", 1, 1, "", "2026-11-22T10:00:00.000Z", "2026-11-22", kind, body)


def counted(*facts: tuple[str, dict[str, Any]]) -> Counters:
    return count_records(a_record(kind, body) for kind, body in facts)


def of_sales(sales: list[Sale]) -> Counters:
    return counted(*((records.SALE, {"sale": sale.to_wire()}) for sale in sales))


@few
@given(st.lists(documents(), max_size=3))
def test_every_figure_is_the_sum_over_the_sales(sales: list[Sale]) -> None:
    real = [sale for sale in sales if not sale.header.training]
    told = report(SHIFT, of_sales(sales), None, None)
    sold = [sale for sale in real if not sale.header.is_return]
    given_back = [sale for sale in real if sale.header.is_return]
    assert told["sales"] == {"count": len(sold), "total": sum(sale.totals.exact for sale in sold)}
    assert told["returns"] == {"count": len(given_back), "total": sum(sale.totals.exact for sale in given_back)}
    assert told["total"] == sum(sale.totals.exact for sale in real)
    assert told["rounding"] == sum(sale.totals.rounding for sale in real)
    assert told["discount"] == sum(sale.totals.discount for sale in real)
    assert told["counts"]["offline"] == sum(sale.header.offline for sale in real)
    assert told["counts"]["training"] == len(sales) - len(real)


@few
@given(st.lists(documents(), max_size=3))
def test_tenders_and_taxes_add_up_to_the_total(sales: list[Sale]) -> None:
    told = report(SHIFT, of_sales(sales), None, None)
    assert sum(told["by_tender"].values()) == told["total"] + told["rounding"]
    assert sum(row["gross"] for row in told["by_vat"]) == told["total"]
    assert all(row["net"] + row["tax"] == row["gross"] for row in told["by_vat"])
    assert [row["rate"] for row in told["by_vat"]] == sorted(row["rate"] for row in told["by_vat"])


@few
@given(st.lists(documents(), max_size=3))
def test_what_must_lie_in_the_drawer_is_float_and_cash_less_change_and_what_was_moved(sales: list[Sale]) -> None:
    moves = [("in", 5_000), ("out", 700), ("drop", 2_000)]
    facts: list[tuple[str, dict[str, Any]]] = [(records.SALE, {"sale": sale.to_wire()}) for sale in sales]
    facts += [(records.CASH_MOVED, {"kind": kind, "amount": amount}) for kind, amount in moves]
    real = [sale for sale in sales if not sale.header.training]
    cash = sum(tender.amount for sale in real for tender in sale.tenders if tender.type == "cash")
    change = sum(sale.totals.change for sale in real)
    told = report(SHIFT, counted(*facts), 12_345, "2026-11-22T18:00:00.000Z")
    expected = 10_000 + cash - change + 5_000 - 700 - 2_000
    assert told["cash"] == {"expected": expected, "counted": 12_345, "difference": 12_345 - expected}
    assert told["cash_movements"] == {"in": 5_000, "out": 700, "drop": 2_000}


def test_an_x_report_has_counted_nothing_yet() -> None:
    told = report(SHIFT, counted(), None, None)
    assert told["cash"] == {"expected": 10_000, "counted": None, "difference": None}
    assert (told["closed_at"], told["no"], told["business_day"], told["opening_float"]) == (
        None,
        7,
        "2026-11-22",
        10_000,
    )


def test_events_are_counted_each_by_its_kind() -> None:
    aborted = {"sale": {"training": False}}
    told = report(
        SHIFT,
        counted(
            (records.SALE_ABORTED, aborted),
            (records.SALE_ABORTED, aborted),
            (records.RECEIPT_COPIED, {}),
            (records.DRAWER_OPENED, {}),
            (records.DRAWER_OPENED, {}),
            (records.DRAWER_OPENED, {}),
            (records.SIGNED_IN, {}),
            ("a-type-of-tomorrow", {}),
        ),
        None,
        None,
    )
    assert told["counts"] == {
        "offline": 0,
        "aborted": 2,
        "training": 0,
        "copies": 1,
        "drawer_openings": 3,
        "voided_lines": 0,
    }


def test_training_never_counts() -> None:
    aborted = (records.SALE_ABORTED, {"sale": {"training": True}})
    assert report(SHIFT, counted(aborted), None, None) == report(SHIFT, counted(), None, None)


@pytest.mark.parametrize("denominations", [None, {}, {"2000": 3, "500": 1}, {"5": 0, "2000": 3, "500": 1}])
def test_a_count_that_adds_up_is_taken(denominations: dict[str, int] | None) -> None:
    check_count(0 if denominations == {} else 6_500, denominations)


@pytest.mark.parametrize(
    ("denominations", "code"),
    [({"2000": 3}, "count-differs"), ({}, "count-differs"), ({"twenty": 3}, "body-invalid")],
)
def test_a_count_that_does_not_is_refused(denominations: dict[str, int], code: str) -> None:
    with pytest.raises(Refused) as refused:
        check_count(6_500, denominations)
    assert refused.value.code == code
