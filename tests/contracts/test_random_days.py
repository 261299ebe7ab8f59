"""Whatever happens at a counter in a day: the drawer, the Z, the documents and head office have the same sums."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from poscore import records
from poscore.money import cash_rounding
from poscore.quantity import Quantity
from poscore.records import Record
from server_push.intake.sales import Sales, Which
from tests.support.builders import ARTICLES, KEY, MILK, ACounter, APromotion, a_counter, told
from tests.support.clock import NOON
from tests.support.days import Act, Day, codes, days, quantities
from tests.support.intaking import Office
from tests.support.returning import Returning

OFFERS = (
    APromotion("T", "multi-buy", ["A1"], 2, amount=200),
    APromotion("C", "price", ["A4"], amount=199),
    APromotion("F", "mix-and-match", ["A1", "A3", "A5"], 3),
    APromotion("P", "mix-and-match", ["A2", "A3"], 2, percent_bp=1250, max_times=2),
)
SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)
NO_LIMIT = {"discounts.limits": {"cashier": 100}}  # whoever takes goods away under a discount asks nobody
few = settings(max_examples=8, deadline=None, suppress_health_check=SLOW)


@contextmanager
def a_day(acts: list[Act]) -> Iterator[Day]:
    with tempfile.TemporaryDirectory() as folder:
        counter = a_counter(Path(folder), promotions=OFFERS, settings=NO_LIMIT)
        day = Day(counter)
        try:
            yield day.live(acts)
        finally:
            day.counter.db.close()
            day.counter.state.close()


def shifts_of(counter: ACounter) -> list[list[Record]]:
    """The records of each closed shift, without its opening and its Z."""
    found: list[list[Record]] = []
    for record in counter.reader.between(1, 1):
        if record.type == records.SHIFT_OPENED:
            found.append([])
        elif record.type != records.SHIFT_CLOSED and found:
            found[-1].append(record)
    return found[:-1]  # the last one is open


def documents(shift: list[Record]) -> list[dict[str, Any]]:
    sales = [record.body["sale"] for record in shift if record.type == records.SALE]
    return [sale for sale in sales if not sale["training"]]


@few
@given(days)
def test_what_lies_in_the_drawer_is_float_and_cash_less_change_and_what_was_moved(acts: list[Act]) -> None:
    with a_day(acts) as day:
        for z, shift in zip(day.zs, shifts_of(day.counter), strict=True):
            cash = sum(
                tender["amount"] for sale in documents(shift) for tender in sale["tenders"] if tender["type"] == "cash"
            )
            change = sum(sale["totals"]["change"] for sale in documents(shift))
            moves = [record.body for record in shift if record.type == records.CASH_MOVED]
            moved = sum(move["amount"] if move["kind"] == "in" else -move["amount"] for move in moves)
            assert z["cash"]["expected"] == z["opening_float"] + cash - change + moved
            assert z["cash"]["counted"] == z["cash"]["expected"] + z["cash"]["difference"]
            assert z["cash"]["counted"] == z["cash"]["left_in_drawer"] + z["cash"]["dropped"]


@few
@given(days)
def test_a_z_is_the_sum_of_its_documents_and_grand_totals_chain(acts: list[Act]) -> None:
    with a_day(acts) as day:
        for z, shift in zip(day.zs, shifts_of(day.counter), strict=True):
            exact = dict.fromkeys(("sale", "return"), 0)
            for sale in documents(shift):
                exact[sale["kind"]] += sale["totals"]["gross"] - sale["totals"]["discount"]
            assert (z["sales"]["total"], z["returns"]["total"]) == (exact["sale"], exact["return"])
            assert z["total"] == sum(row["gross"] for row in z["by_vat"])
            assert z["total"] + z["rounding"] == sum(z["by_tender"].values())
        zs = [{"no": 0, "grand": {"sales": 0, "returns": 0, "net": 0}}, *day.zs]
        for before, z in pairwise(zs):
            assert z["no"] == before["no"] + 1
            assert z["grand"]["sales"] == before["grand"]["sales"] + z["sales"]["total"]
            assert z["grand"]["returns"] == before["grand"]["returns"] + z["returns"]["total"]
            assert z["grand"]["net"] == z["grand"]["sales"] + z["grand"]["returns"]
        assert day.counter.verdict().findings == ()


@few
@given(days)
def test_all_zs_together_are_head_offices_summary(acts: list[Act]) -> None:
    with a_day(acts) as day, tempfile.TemporaryDirectory() as folder:
        office, till = Office(Path(folder)), Returning(key=KEY)
        with office.storage.write() as connection:
            connection.exec_driver_sql(
                "INSERT INTO customer(customer_id, name, business_id, address, email, tenders, changed_at)"
                " VALUES('C1', 'Rakennus Oy', '7654321-0', '', '', '[]', '')"
            )
        till.written = [
            (digest, data.decode()) for _, digest, data in day.counter.reader.rows_after(1, 0, 10_000, 1 << 30)
        ]
        office.receive(till, till.records())
        summary = Sales(office.storage).summary(Which())
        assert summary["quarantined"] == 0
        assert summary["sales"] == sum(z["sales"]["count"] + z["returns"]["count"] for z in day.zs)
        assert summary["total"] == sum(z["total"] for z in day.zs) == day.zs[-1]["grand"]["net"]
        assert summary["rounding"] == sum(z["rounding"] for z in day.zs)
        assert nonzero(summary["by_tender"]) == nonzero(added(z["by_tender"] for z in day.zs))
        for name in ("net", "tax", "gross"):
            by_rate = added({row["rate"]: row[name] for row in z["by_vat"]} for z in day.zs)
            assert {row["rate"]: row[name] for row in summary["by_vat"]} == by_rate


def added(parts: Any) -> dict[Any, int]:
    sums: dict[Any, int] = {}
    for part in parts:
        for name, amount in part.items():
            sums[name] = sums.get(name, 0) + amount
    return sums


def nonzero(sums: dict[str, int]) -> dict[str, int]:
    return {name: amount for name, amount in sums.items() if amount}


# -- no order changes a total --------------------------------------------------------------------------------------

PRICES = {code: article.price for article in ARTICLES for code in article.codes}


@few
@given(
    st.lists(st.tuples(codes, quantities), min_size=1, max_size=5),
    st.randoms(use_true_random=False),
    st.none() | st.integers(1, 9_000),
)
def test_no_order_of_scans_voids_discounts_parking_and_kills_changes_a_total(
    goods: list[tuple[str, str]], chance: Any, percent_bp: int | None
) -> None:
    gross = sum(Quantity.parse(quantity).times(PRICES[code]) for code, quantity in goods)
    discount = (gross * percent_bp + 5_000) // 10_000 if percent_bp else 0
    due = gross - discount
    with tempfile.TemporaryDirectory() as folder:
        counter = a_counter(Path(folder), settings=NO_LIMIT)
        for _ in range(2):  # two ways to the same basket
            counter, sale = scanned_somehow(counter, goods, percent_bp, chance)
            counter.check_age(sale)
            counter.pay(sale, "cash", due + 5)
            done = counter.complete(sale)["sale"]["totals"]
            assert (done["gross"], done["discount"]) == (gross, discount)
            assert done["due"] == due + cash_rounding(due)
        assert counter.x_report()["total"] == 2 * due
        assert counter.verdict().findings == ()
        counter.db.close()
        counter.state.close()


@few
@given(st.lists(st.tuples(codes, quantities), min_size=1, max_size=6), st.randoms(), st.none() | st.integers(1, 9_000))
def test_no_order_of_scans_changes_what_promotions_give(
    goods: list[tuple[str, str]], chance: Any, percent_bp: int | None
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        counter = a_counter(Path(folder), promotions=OFFERS, settings=NO_LIMIT)
        ways = []
        for _ in range(2):
            counter, sale = scanned_somehow(counter, goods, percent_bp, chance)
            view = counter.sales.look.view(sale)
            given = {one["promotion_id"]: one["amount"] for one in view["promotions"]}
            ways.append((given, view["totals"], view["taxes"] if percent_bp is None else None))
            told(counter.sales.abort(counter.session, sale, None))
        assert ways[0] == ways[1]
        counter.db.close()
        counter.state.close()


def scanned_somehow(
    counter: ACounter, goods: list[tuple[str, str]], percent_bp: int | None, chance: Any
) -> tuple[ACounter, str]:
    """The goods in any order, with mistakes that are voided, the discount at any time, parked and killed in between."""
    counter.clock.set("2026-11-22T10:00:00.000Z" if counter.clock.at == NOON else counter.clock.text)
    sale, steps = counter.start(), [("scan", *one) for one in goods]
    steps += [("mistake", MILK, "3")] * chance.randint(0, 2) + [("park", "", "")] + [("kill", "", "")]
    chance.shuffle(steps)
    discount_at = chance.randint(1, len(steps))
    pending = percent_bp
    for at, (what, code, quantity) in enumerate(steps, 1):
        if what == "scan":
            counter.scan(sale, code, quantity)
        elif what == "mistake":
            lines = counter.scan(sale, code, quantity)["lines"]
            told(counter.sales.void_line(counter.session, sale, lines[-1]["n"]))
        elif what == "park":
            told(counter.sales.park(counter.session, sale, None))
            told(counter.sales.resume(counter.session, sale, None))
        else:
            counter = counter.restarted()
        anything = any(not line["voided"] for line in counter.sales.look.view(sale)["lines"])
        if pending and at >= discount_at and anything:
            counter.discount(sale, percent_bp=pending)
            pending = None
    return counter, sale
