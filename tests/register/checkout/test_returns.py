"""Returns at the counter: exactly what was paid, never more than was sold, OFFLINE and over restarts."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poscore.errors import PosError
from poscore.quantity import Quantity
from poscore.returns import Given
from poscore.vat import FINLAND, VatRate, VatTable
from register_svc.checkout.sales import NewSale
from register_svc.till.people import Session
from tests.support.builders import APPLES, BEER, COLA, MILK, ACounter, AnArticle, a_counter, a_key, told

MANAGER = Session("", "301", "Maija Manager", "manager")
TECHNICIAN = Session("", "901", "Teppo Tekniikka", "technician")


def code(act: Callable[..., Any], *args: Any, **named: Any) -> str:
    with pytest.raises(PosError) as refused:
        act(*args, **named)
    return refused.value.code


def bought(counter: ACounter, *lines: tuple[str, str], discount: int = 0, tender: str = "cash", **new: Any) -> str:
    """A receipt number."""
    sale = counter.start(**new)
    for scanned, quantity in lines:
        counter.scan(sale, scanned, quantity)
    if discount:
        counter.discount(sale, amount=discount)
    counter.check_age(sale)
    counter.pay(sale, tender)
    return str(counter.complete(sale)["receipt_no"])


def returning(counter: ACounter, receipt_no: str, **new: Any) -> str:
    return counter.start(kind="return", original_receipt=receipt_no, **new)


def put(counter: ACounter, back: str, n: int, quantity: str | None = None, key: Any = None) -> dict[str, Any]:
    return counter.add(back, quantity or "1", key, original_line=n, counted=quantity is not None)


def returned(counter: ACounter, receipt_no: str, *lines: tuple[int, str], tender: str = "cash") -> dict[str, Any]:
    """A whole return's document."""
    back = returning(counter, receipt_no)
    for n, quantity in lines:
        put(counter, back, n, quantity)
    if counter.sales.look.view(back)["totals"]["due"]:
        counter.pay(back, tender)
    done: dict[str, Any] = counter.complete(back)["sale"]
    return done


def left(counter: ACounter, receipt_no: str) -> dict[int, tuple[str, str]]:
    """(returned, left) by line."""
    lines = counter.sales.returns.returnable(receipt_no)["lines"]
    return {line["n"]: (line["returned"], line["left"]) for line in lines}


# -- a line comes back as it was sold ------------------------------------------------------------------------------


def test_a_line_copies_what_was_sold_whatever_the_price_list_says_today(counter: ACounter) -> None:
    receipt = bought(counter, (COLA, "3"), discount=100)
    counter.use_catalog(2, articles=[AnArticle("A3", "Kola uusi", 999, (COLA,), vat_code="standard")])

    back = returning(counter, receipt)
    view = put(counter, back, 1, "3")

    assert view["lines"][0] == {
        "n": 1,
        "article_id": "A3",
        "code": COLA,
        "name": "Kola 0,5 l",
        "quantity": "-3",
        "unit": "kpl",
        "unit_price": 215,
        "discount": -100,
        "deposit": -60,
        "vat_rate": 1350,
        "total": -545,
        "voided": False,
    }
    assert view["notes"] == [
        {"kind": "returned", "line": 1, "about": {"original_receipt": receipt, "original_line": 1}}
    ]


def test_a_return_of_everything_is_the_sale_with_its_sign_turned(counter: ACounter) -> None:
    receipt = bought(counter, (MILK, "2"), (COLA, "3"), (BEER, "1"), (APPLES, "0.350"), discount=77)
    sold = counter.reader.record_of_sale(receipt).body["sale"]

    back = returned(counter, receipt, (1, "2"), (2, "3"), (3, "1"), (4, "0.350"))

    assert back["totals"]["gross"] == -sold["totals"]["gross"]
    assert back["totals"]["discount"] == -sold["totals"]["discount"]
    assert back["taxes"] == [
        {"rate": row["rate"], "net": -row["net"], "tax": -row["tax"], "gross": -row["gross"]} for row in sold["taxes"]
    ]


def test_the_deposit_counts_at_the_standard_rate_of_the_day_of_the_sale(opened: Callable[..., ACounter]) -> None:
    then, now = (
        VatRate("standard", 2400, date(2013, 1, 1), date(2026, 11, 21)),
        VatRate("standard", 2550, date(2026, 11, 22)),
    )
    table = VatTable([*(rate for rate in FINLAND.rates if rate.code != "standard"), then, now])
    counter = opened(vat=table, shift=False)
    counter.clock.advance(days=-1)
    counter.open_shift()
    receipt = bought(counter, (COLA, "2"))
    counter.close_shift(10_430)
    counter.clock.advance(days=1)
    counter.open_shift()

    back = returned(counter, receipt, (1, "2"))

    assert [(row["rate"], row["gross"]) for row in back["taxes"]] == [(1350, -390), (2400, -40)]


def test_a_scan_finds_the_line_of_the_receipt_with_something_left(counter: ACounter) -> None:
    receipt = bought(counter, (MILK, "1"), (COLA, "1"), (MILK, "2"))
    back = returning(counter, receipt)
    for _ in range(3):
        view = counter.scan(back, MILK)
    assert [note["about"]["original_line"] for note in view["notes"]] == [1, 3, 3]
    assert code(counter.scan, back, MILK) == "quantity-returned"
    assert code(counter.scan, back, BEER) == "not-on-receipt"
    assert code(counter.add, back, open=("Muu", 100, "standard")) == "not-on-receipt"
    assert counter.add(back, article_id="A3")["lines"][-1]["name"] == "Kola 0,5 l"


def test_what_was_weighed_comes_back_whole_unless_the_cashier_says_how_much(counter: ACounter) -> None:
    receipt = bought(counter, (APPLES, "0.350"), (MILK, "2"))
    back = returning(counter, receipt)
    assert put(counter, back, 1)["lines"][0]["quantity"] == "-0.350"
    assert put(counter, back, 2)["lines"][1]["quantity"] == "-1"


def test_a_discount_does_not_touch_what_goes_back_at_what_was_paid(counter: ACounter) -> None:
    receipt = bought(counter, (MILK, "2"))
    back = returning(counter, receipt)
    put(counter, back, 1, "2")
    assert code(counter.discount, back, amount=10) == "return-as-sold"


def test_a_line_of_a_receipt_can_only_be_named_in_a_return_of_one(counter: ACounter) -> None:
    assert code(put, counter, counter.start(), 1, "1") == "receipt-required"
    assert code(put, counter, counter.start(kind="return"), 1, "1") == "receipt-required"


# -- how much is left ----------------------------------------------------------------------------------------------


def test_what_is_left_counts_completed_returns_and_open_ones(counter: ACounter) -> None:
    receipt = bought(counter, (MILK, "5"))
    returned(counter, receipt, (1, "2"))
    parked = returning(counter, receipt)
    put(counter, parked, 1, "1")
    told(counter.sales.park(counter.session, parked, None))
    assert left(counter, receipt) == {1: ("3", "2")}

    back = returning(counter, receipt)
    assert code(put, counter, back, 1, "3") == "quantity-returned"
    put(counter, back, 1, "2")
    assert code(put, counter, back, 1, "1") == "quantity-returned"
    told(counter.sales.abort(counter.session, parked, None))
    put(counter, back, 1, "1")


def test_a_voided_line_of_a_return_gives_nothing_back(counter: ACounter) -> None:
    receipt = bought(counter, (MILK, "1"))
    back = returning(counter, receipt)
    put(counter, back, 1, "1")
    told(counter.sales.void_line(counter.session, back, 1))
    assert left(counter, receipt) == {1: ("0", "1")}
    put(counter, back, 1, "1")
    counter.pay(back, "cash")
    counter.complete(back)
    assert left(counter, receipt) == {1: ("1", "0")}


def test_another_quantity_is_worked_out_anew(counter: ACounter) -> None:
    receipt = bought(counter, (MILK, "3"), discount=10)  # 3.77 for three
    back = returning(counter, receipt)
    put(counter, back, 1, "1")
    view = told(counter.sales.change_quantity(counter.session, back, 1, Quantity(3000), None))
    assert (view["lines"][0]["total"], view["lines"][0]["discount"]) == (-377, -10)
    assert code(counter.sales.change_quantity, counter.session, back, 1, Quantity(4000), None) == "quantity-returned"
    view = told(counter.sales.change_quantity(counter.session, back, 1, Quantity(1000), None))
    assert view["lines"][0]["total"] == -126


@pytest.mark.parametrize("lines", [[(1, "1")], [(9, "1")]])
def test_a_voided_or_missing_line_of_the_receipt_cannot_come_back(
    counter: ACounter, lines: list[tuple[int, str]]
) -> None:
    sale = counter.start()
    counter.scan(sale, MILK)
    counter.scan(sale, COLA)
    told(counter.sales.void_line(counter.session, sale, 1))
    counter.pay(sale, "cash")
    counter.complete(sale)
    back = returning(counter, sale)
    assert code(put, counter, back, *lines[0]) == "line-not-found"


def test_practice_stays_among_itself(counter: ACounter) -> None:
    real, practised = bought(counter, (MILK, "1")), bought(counter, (MILK, "1"), training=True)
    assert code(returning, counter, practised) == "receipt-not-returnable"
    assert code(returning, counter, real, training=True) == "receipt-not-returnable"
    back = returning(counter, practised, training=True)
    put(counter, back, 1, "1")
    counter.pay(back, "cash")
    counter.complete(back)
    assert left(counter, practised) == {1: ("1", "0")}
    assert left(counter, real) == {1: ("0", "1")}


def test_a_return_that_was_killed_goes_on_where_it_was(counter: ACounter) -> None:
    receipt = bought(counter, (COLA, "3"), discount=100)
    returned(counter, receipt, (1, "1"))
    back = returning(counter, receipt)
    put(counter, back, 1, "1")

    again = counter.restarted()
    assert left(again, receipt) == {1: ("2", "1")}
    put(again, back, 1, "1", key=a_key("once"))
    put(again, back, 1, "1", key=a_key("once"))
    again.pay(back, "cash")
    done = again.complete(back)["sale"]
    assert done["totals"]["gross"] - done["totals"]["discount"] == -(545 - 182)
    assert left(again, receipt) == {1: ("3", "0")}
    assert again.verdict().ok
    again.db.close()
    again.state.close()


# -- without a receipt ---------------------------------------------------------------------------------------------


def test_a_return_without_a_receipt_says_why_where_the_shop_wants_it(opened: Callable[..., ACounter]) -> None:
    counter = opened(settings={"returns.reason_without_receipt": True})
    start = counter.sales.start
    assert code(start, TECHNICIAN, NewSale("return", reason="viallinen"), None) == "permission-missing"
    assert code(start, MANAGER, NewSale("return"), None) == "reason-required"
    assert code(start, MANAGER, NewSale("return", reason="  "), None) == "reason-required"
    assert code(start, MANAGER, NewSale("sale", reason="x"), None) == "body-invalid"
    view = told(start(MANAGER, NewSale("return", reason="viallinen"), None))
    assert view["notes"] == [{"kind": "return-reason", "line": None, "about": {"reason": "viallinen"}}]
    assert view["receipt_no"].endswith("000001")  # what is refused takes no number


def test_without_a_receipt_no_more_is_given_back_than_the_shop_allows(opened: Callable[..., ACounter]) -> None:
    counter = opened(settings={"returns.cap_without_receipt": 500})
    back = counter.start(kind="return")
    counter.scan(back, MILK, "3")
    assert code(counter.scan, back, MILK) == "return-cap-exceeded"
    change = counter.sales.change_quantity
    assert code(change, counter.session, back, 1, Quantity(4000), None) == "return-cap-exceeded"
    counter.pay(back, "cash")
    assert counter.complete(back)["sale"]["totals"]["gross"] == -387


# -- how the money goes back ---------------------------------------------------------------------------------------


def allowed(counter: ACounter, back: str) -> list[str]:
    return [tender["type"] for tender in counter.sales.look.payment(back)["tenders"] if tender["allowed"]]


@pytest.mark.parametrize(
    ("paid", "refunds"), [("cash", ["cash"]), ("card", ["cash", "card"]), ("invoice", ["invoice"])]
)
def test_the_money_goes_back_the_way_it_came(counter: ACounter, paid: str, refunds: list[str]) -> None:
    receipt = bought(counter, (MILK, "2"), tender=paid, customer="C1")
    back = returning(counter, receipt)
    put(counter, back, 1, "2")
    assert counter.sales.look.view(back)["customer"] == "C1"
    assert allowed(counter, back) == refunds
    assert code(counter.pay, back, "account") == "refund-tender-not-allowed"
    counter.pay(back, refunds[-1])
    counter.complete(back)


def test_cash_for_what_was_paid_by_card_ends_at_the_cap_of_all_returns(opened: Callable[..., ACounter]) -> None:
    counter = opened(settings={"returns.cash_for_card_cap": 300})
    receipt = bought(counter, (MILK, "3"), tender="card")
    returned(counter, receipt, (1, "2"), tender="cash")  # 2.58
    back = returning(counter, receipt)
    put(counter, back, 1, "1")
    with pytest.raises(PosError) as refused:
        counter.pay(back, "cash")
    assert (refused.value.code, refused.value.extra) == ("refund-tender-not-allowed", {"allowed": ["card"]})
    counter.pay(back, "card")


def test_a_sale_paid_in_several_ways_goes_back_in_any_of_them(opened: Callable[..., ACounter]) -> None:
    counter = opened(settings={"returns.cash_for_card_cap": 0})
    sale = counter.start()
    counter.scan(sale, MILK)
    counter.pay(sale, "card", 100)
    counter.pay(sale, "cash")
    back = returning(counter, counter.complete(sale)["receipt_no"])
    put(counter, back, 1)
    assert allowed(counter, back) == ["cash", "card"]


def test_without_a_receipt_the_money_goes_back_as_the_shop_says(opened: Callable[..., ACounter]) -> None:
    counter = opened(settings={"returns.refund_tenders": {"none": ["cash"]}})
    back = counter.start(kind="return")
    counter.scan(back, MILK)
    assert allowed(counter, back) == ["cash"]
    assert code(counter.pay, back, "card") == "refund-tender-not-allowed"


# -- head office ---------------------------------------------------------------------------------------------------

OTHER = "r2-1-000007"


@pytest.fixture
def another(counter: ACounter) -> ACounter:
    """A counter whose head office knows a receipt of r2: three colas for 5.45."""
    receipt = bought(counter, (COLA, "3"), discount=100, tender="card")
    document = counter.reader.record_of_sale(receipt).body["sale"]
    counter.office.sales[OTHER] = {**document, "id": OTHER, "receipt_no": OTHER}
    counter.office.answers = True
    counter.office.asked.clear()
    return counter


def test_a_receipt_of_another_register_comes_back_by_head_office(another: ACounter) -> None:
    another.office.elsewhere[OTHER] = {1: Given(1000, 182, 20)}
    assert left(another, OTHER) == {1: ("1", "2")}
    back = returning(another, OTHER)
    assert code(put, another, back, 1, "3") == "quantity-returned"
    put(another, back, 1, "1")
    assert another.office.claims == {back: {1: Quantity(1000)}}
    put(another, back, 1, "1")
    another.pay(back, "card")
    done = another.complete(back)["sale"]
    assert [line["total"] for line in done["lines"]] == [-182, -181]
    assert left(another, OTHER) == {1: ("3", "0")}


def test_completing_never_asks_head_office(another: ACounter) -> None:
    back = returning(another, OTHER)
    put(another, back, 1, "1")
    another.pay(back, "card")
    assert another.office.asked == ["receipt", "claim", "receipt", "claim", "receipt"]
    another.office.answers = False
    another.complete(back)
    assert len(another.office.asked) == 5


def test_a_return_of_another_registers_receipt_survives_a_restart(another: ACounter) -> None:
    back = returning(another, OTHER)
    put(another, back, 1, "1")
    again = another.restarted()
    again.office = again.sales.returns._office = another.office
    put(again, back, 1, "2")
    again.pay(back, "card")
    assert again.complete(back)["sale"]["totals"]["paid"] == -545
    assert again.db.reader.execute("SELECT count(*) FROM foreign_receipt").fetchone() == (0,)
    again.db.close()
    again.state.close()


def test_offline_only_this_registers_own_receipts_come_back(another: ACounter) -> None:
    began = returning(another, OTHER)
    another.mode.is_offline = True
    assert code(returning, another, OTHER) == "head-office-unreachable"
    assert code(another.sales.returns.returnable, OTHER) == "head-office-unreachable"
    assert code(put, another, began, 1, "1") == "head-office-unreachable"
    returned(another, "r1-1-000001", (1, "1"), tender="card")


def test_an_own_receipt_comes_back_though_head_office_is_silent_or_has_not_got_it(counter: ACounter) -> None:
    receipt = bought(counter, (MILK, "2"))
    returned(counter, receipt, (1, "1"))
    counter.office.answers = True
    returned(counter, receipt, (1, "1"))
    assert counter.office.claims == {}


def test_online_an_own_receipt_that_came_back_elsewhere_does_not_come_back_again(another: ACounter) -> None:
    own = "r1-1-000001"
    another.office.sales[own] = another.reader.record_of_sale(own).body["sale"]
    another.office.elsewhere[own] = {1: Given(2000, 363, 40)}
    back = returning(another, own)
    assert code(put, another, back, 1, "2") == "quantity-returned"
    assert put(another, back, 1, "1")["lines"][0]["total"] == -(545 - 363)


def test_a_return_that_is_given_up_lets_go_of_what_it_held(another: ACounter) -> None:
    back = returning(another, OTHER)
    put(another, back, 1, "1")
    told(another.sales.abort(another.session, back, None))
    assert another.office.claims == {}


def test_a_retry_is_answered_without_asking_again(another: ACounter) -> None:
    back = another.start(a_key("start"), kind="return", original_receipt=OTHER)
    first = put(another, back, 1, "3", key=a_key("line"))
    asked = list(another.office.asked)
    assert put(another, back, 1, "3", key=a_key("line")) == first
    assert another.start(a_key("start"), kind="return", original_receipt=OTHER) == back
    assert another.office.asked == asked


# -- any day -------------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(
    lines=st.lists(
        st.tuples(st.sampled_from([MILK, COLA, BEER, APPLES]), st.integers(1, 4), st.integers(1, 3000)),
        min_size=1,
        max_size=3,
    ),
    discount=st.integers(0, 300),
    chance=st.randoms(use_true_random=False),
)
def test_whatever_parts_come_back_and_whatever_dies_in_between_it_is_what_was_paid(
    lines: list[tuple[str, int, int]], discount: int, chance: random.Random
) -> None:
    with TemporaryDirectory() as folder:
        counter = a_counter(Path(folder))
        quantities = [Quantity(grams if scanned == APPLES else pieces * 1000) for scanned, pieces, grams in lines]
        sale = counter.start()
        for (scanned, _, _), quantity in zip(lines, quantities, strict=True):
            counter.scan(sale, scanned, quantity.text)
        due = counter.sales.look.view(sale)["totals"]["due"]
        if 0 < discount < due:
            counter.discount(sale, amount=discount)
        counter.check_age(sale)
        if due:
            counter.pay(sale, "cash")
        receipt = str(counter.complete(sale)["receipt_no"])
        sold = counter.reader.record_of_sale(receipt).body["sale"]

        rest = {n: quantity.thousandths for n, quantity in enumerate(quantities, 1)}
        documents, keys = [], 0
        while any(rest.values()):
            back = returning(counter, receipt)
            for n in [n for n in rest if rest[n] and chance.random() < 0.7] or [n for n in rest if rest[n]][:1]:
                whole = quantities[n - 1].is_whole
                part = chance.randint(1, rest[n] // 1000) * 1000 if whole else chance.randint(1, rest[n])
                assert code(put, counter, back, n, Quantity(rest[n] + 1).text) == "quantity-returned"
                keys += 1
                for _ in range(chance.choice([1, 1, 2])):
                    put(counter, back, n, Quantity(part).text, key=a_key(f"line-{keys}"))
                rest[n] -= part
                if chance.random() < 0.2:
                    counter = counter.restarted()
            if counter.sales.look.view(back)["totals"]["due"]:
                counter.pay(back, "cash")
            documents.append(counter.complete(back)["sale"])

        gross = {row["rate"]: row["gross"] for row in sold["taxes"]}
        for row in (row for document in documents for row in document["taxes"]):
            gross[row["rate"]] += row["gross"]
        exact = sum(document["totals"]["gross"] - document["totals"]["discount"] for document in documents)
        assert exact == -(sold["totals"]["gross"] - sold["totals"]["discount"])
        assert set(gross.values()) == {0}
        assert all(part == "0" for _, part in left(counter, receipt).values())
        assert counter.verdict().ok
        counter.db.close()
        counter.state.close()
