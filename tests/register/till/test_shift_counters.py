"""A shift's report, worked out from the journal's own records."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from poscore import records
from poscore.records import Record
from poscore.sale import Sale
from register_svc.till.cash_count import CashCount
from register_svc.till.shift_report import Grand, Tally, x_report, z_report
from register_svc.till.shifts import Counters, Shift, count_records
from tests.support.strategies import Goods, Purchase, documents

few = settings(max_examples=30)  # drawing a day of sales is what takes the time
SHIFT = Shift(7, "2026-11-22", "2026-11-22T06:00:00.000Z", "101", 10_000, 3, 1)


def a_record(kind: str, body: dict[str, Any]) -> Record:
    return Record("s1", "r1", 1, 1, "", "2026-11-22T10:00:00.000Z", "2026-11-22", kind, body)


def counted(*facts: tuple[str, dict[str, Any]]) -> Counters:
    return count_records(a_record(kind, body) for kind, body in facts)


def a_body(sale: Sale, **beside: Any) -> dict[str, Any]:
    return {"sale": sale.to_wire(), "discounts": [], "notes": [], "original_receipt": None, **beside}


def of_sales(sales: list[Sale]) -> Counters:
    return counted(*((records.SALE, a_body(sale)) for sale in sales))


def a_document(**header: Any) -> Sale:
    return Purchase([Goods(1000, 250, 0, 1350, 0, voided=False)], 0, ["card"], [1000], 0).document(
        header.pop("kind", "sale"), **header
    )


def the_x(counters: Counters, before: Grand | None = None) -> dict[str, Any]:
    return x_report(Tally(SHIFT, counters, before or Grand()))


@few
@given(st.lists(documents(), max_size=3))
def test_every_figure_is_the_sum_over_the_sales(sales: list[Sale]) -> None:
    real = [sale for sale in sales if not sale.header.training]
    told = the_x(of_sales(sales))
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
    told = the_x(of_sales(sales))
    assert sum(told["by_tender"].values()) == told["total"] + told["rounding"]
    assert sum(row["gross"] for row in told["by_vat"]) == told["total"]
    assert all(row["net"] + row["tax"] == row["gross"] for row in told["by_vat"])
    assert [row["rate"] for row in told["by_vat"]] == sorted(row["rate"] for row in told["by_vat"])


@few
@given(st.lists(documents(), max_size=3))
def test_what_must_lie_in_the_drawer_is_float_and_cash_less_change_and_what_was_moved(sales: list[Sale]) -> None:
    moves = [("in", 5_000), ("out", 700), ("drop", 2_000)]
    facts: list[tuple[str, dict[str, Any]]] = [(records.SALE, a_body(sale)) for sale in sales]
    facts += [(records.CASH_MOVED, {"kind": kind, "amount": amount}) for kind, amount in moves]
    real = [sale for sale in sales if not sale.header.training]
    cash = sum(tender.amount for sale in real for tender in sale.tenders if tender.type == "cash")
    change = sum(sale.totals.change for sale in real)
    told = z_report(Tally(SHIFT, counted(*facts), Grand()), CashCount(12_345), "2026-11-22T18:00:00.000Z")
    expected = 10_000 + cash - change + 5_000 - 700 - 2_000
    assert told["cash"] == CashCount(12_345).found(expected)
    assert told["cash_movements"] == {"in": 5_000, "out": 700, "drop": 2_000}


def test_an_x_report_has_counted_nothing_yet() -> None:
    told = the_x(counted())
    assert (told["cash"]["expected"], told["cash"]["counted"], told["cash"]["difference"]) == (10_000, None, None)
    assert (told["closed_at"], told["no"], told["business_day"], told["opening_float"]) == (
        None,
        7,
        "2026-11-22",
        10_000,
    )


def test_events_are_counted_each_by_its_kind() -> None:
    aborted = {"sale": {"training": False}}
    told = the_x(
        counted(
            (records.SALE_ABORTED, aborted),
            (records.SALE_ABORTED, aborted),
            (records.RECEIPT_COPIED, {}),
            (records.DRAWER_OPENED, {}),
            (records.DRAWER_OPENED, {}),
            (records.DRAWER_OPENED, {}),
            (records.SIGNED_IN, {}),
            ("a-type-of-tomorrow", {}),
        )
    )
    assert told["counts"] == {
        "offline": 0,
        "aborted": 2,
        "training": 0,
        "copies": 1,
        "drawer_openings": 3,
        "voided_lines": 0,
        "discounts": 0,
        "price_overrides": 0,
        "returns_without_receipt": 0,
    }


def test_what_a_record_says_beside_its_document_is_counted_too() -> None:
    sold, given_back = a_document(), a_document(kind="return")
    given, price, other = {"line": 1}, {"kind": "price"}, {"kind": "comment"}
    told = the_x(
        counted(
            (records.SALE, a_body(sold, discounts=[given, given], notes=[price, other])),
            (records.SALE, a_body(sold, discounts=[given])),
            (records.SALE, a_body(given_back, original_receipt="r1-1-000001")),
            (records.SALE, a_body(given_back)),
            (records.SALE, a_body(a_document(kind="return", training=True), discounts=[given], notes=[price])),
        )
    )
    found = {name: told["counts"][name] for name in ("discounts", "price_overrides", "returns_without_receipt")}
    assert found == {"discounts": 3, "price_overrides": 1, "returns_without_receipt": 1}


@few
@given(st.lists(documents(), max_size=3), st.integers(0, 10**9), st.integers(-(10**9), 0))
def test_grand_totals_go_on_from_where_the_last_z_left_them(sales: list[Sale], sold: int, returned: int) -> None:
    told = the_x(of_sales(sales), Grand(sold, returned))
    assert told["grand"] == {
        "sales": sold + told["sales"]["total"],
        "returns": returned + told["returns"]["total"],
        "net": sold + returned + told["total"],
    }


@few
@given(documents())
def test_a_blind_x_tells_no_cash_and_nothing_that_it_follows_from(sale: Sale) -> None:
    tally = Tally(SHIFT, of_sales([sale]), Grand())
    seen, blind = x_report(tally), x_report(tally, blind=True)
    assert set(blind["cash"].values()) == {None}
    assert blind["by_tender"] is None
    assert (seen["blind"], blind["blind"]) == (False, True)
    hidden = {"cash", "by_tender", "blind"}
    assert {name: blind[name] for name in blind.keys() - hidden} == {name: seen[name] for name in seen.keys() - hidden}


def test_training_never_counts() -> None:
    aborted = (records.SALE_ABORTED, {"sale": {"training": True}})
    assert the_x(counted(aborted)) == the_x(counted())
