"""Prices set by hand, discounts given and taken away, comments: on the draft, in the record, on the receipt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from poscore import records
from poscore.errors import Refused
from poscore.quantity import Quantity
from poscore.sale import Sale
from register_svc.checkout.changes import NewPrice
from register_svc.till.discounts import Discount
from tests.support.builders import COFFEE, COLA, MILK, ACounter, a_key, told


def refused(act: Callable[..., Any], *args: Any) -> Refused:
    with pytest.raises(Refused) as error:
        act(*args)
    return error.value


@pytest.fixture
def manager(counter: ACounter) -> ACounter:
    counter.sign_in("301")
    return counter


def a_sale(counter: ACounter, *codes: str) -> str:
    sale = counter.start()
    for code in codes:
        counter.scan(sale, code)
    return sale


def price(counter: ACounter, sale: str, new: NewPrice, key: str | None = None) -> dict[str, Any]:
    return told(counter.sales.change_price(counter.session, sale, new, a_key(key) if key else None))


# -- prices --------------------------------------------------------------------------------------------------------


def test_another_price_is_a_note_and_counts_on_the_z(manager: ACounter) -> None:
    sale = a_sale(manager, MILK, COFFEE)
    view = price(manager, sale, NewPrice(2, 700, "shelf-price", Quantity.parse("3")))
    assert (view["lines"][1]["unit_price"], view["lines"][1]["total"]) == (700, 2_100)
    about = {"before": 795, "after": 700, "reason": "shelf-price", "by": "301"}
    assert view["notes"] == [{"kind": "price", "line": 2, "about": about}]
    manager.pay(sale, "cash")
    manager.complete(sale)
    assert manager.records(records.SALE)[0]["notes"] == view["notes"]
    assert manager.x_report()["counts"]["price_overrides"] == 1


def test_a_price_that_was_set_survives_a_kill_and_is_set_once(manager: ACounter) -> None:
    sale = a_sale(manager, COFFEE)
    first = price(manager, sale, NewPrice(1, 700, "agreed"), "k")
    again = manager.restarted()
    again.session = manager.session
    assert price(again, sale, NewPrice(1, 700, "agreed"), "k") == first
    assert len(again.sales.look.view(sale)["notes"]) == 1
    again.db.close()
    again.state.close()


def test_a_deposit_is_never_given_away(manager: ACounter) -> None:
    sale = a_sale(manager, COLA)
    assert refused(price, manager, sale, NewPrice(1, 19, "agreed")).code == "price-below-deposit"
    assert price(manager, sale, NewPrice(1, 20, "agreed"))["totals"]["due"] == 20


def test_giving_goods_away_takes_a_permission_of_its_own(counter: ACounter) -> None:
    counter.sign_in("201")
    sale = a_sale(counter, COFFEE, COLA)
    for new in (NewPrice(1, 0, "damaged"), NewPrice(2, 20, "damaged")):
        assert refused(price, counter, sale, new).extra == {"permission": "price-zero"}
    counter.leave("price-zero")
    assert price(counter, sale, NewPrice(1, 0, "damaged"))["lines"][0]["total"] == 0


def test_a_discount_is_worked_out_anew_for_the_new_price(manager: ACounter) -> None:
    sale = a_sale(manager, COFFEE)
    manager.discount(sale, percent_bp=1_000)
    assert price(manager, sale, NewPrice(1, 100, "agreed"))["totals"] == {
        "gross": 100,
        "discount": 10,
        "rounding": 0,
        "due": 90,
        "paid": 0,
        "change": 0,
    }


def test_in_a_return_the_price_keeps_its_sign(manager: ACounter) -> None:
    back = manager.start(kind="return")
    manager.scan(back, COFFEE, "2")
    view = price(manager, back, NewPrice(1, 700, "agreed"))
    assert (view["lines"][0]["quantity"], view["lines"][0]["total"]) == ("-2", -1_400)


def test_what_goes_back_on_a_receipt_goes_back_at_its_price(manager: ACounter) -> None:
    receipt = manager.sold(COFFEE)["receipt_no"]
    back = manager.start(kind="return", original_receipt=receipt)
    manager.add(back, original_line=1)
    assert refused(price, manager, back, NewPrice(1, 900, "agreed")).code == "return-as-sold"


def test_half_paid_goods_keep_their_price(manager: ACounter) -> None:
    sale = a_sale(manager, COFFEE)
    manager.pay(sale, "cash", 100)
    assert refused(price, manager, sale, NewPrice(1, 700, "agreed")).code == "sale-has-tenders"


# -- discounts -----------------------------------------------------------------------------------------------------


def test_discounts_are_shown_and_taken_away_by_their_place(counter: ACounter) -> None:
    sale = a_sale(counter, COFFEE, MILK)
    counter.discount(sale, line=1, percent_bp=1_250)
    view = counter.discount(sale, amount=5)
    assert view["discounts"] == [
        {"n": 1, "line": 1, "percent": "12.50", "amount": None, "reason": "kylki"},
        {"n": 2, "line": None, "percent": None, "amount": 5, "reason": "kylki"},
    ]
    view = told(counter.sales.remove_discount(counter.session, sale, 1))
    assert view["discounts"] == [{"n": 1, "line": None, "percent": None, "amount": 5, "reason": "kylki"}]
    assert view["totals"]["discount"] == 5
    assert refused(counter.sales.remove_discount, counter.session, sale, 2).code == "discount-not-found"
    assert refused(counter.sales.remove_discount, counter.session, sale, 0).code == "discount-not-found"


def test_taking_goods_away_under_a_discount_asks_for_leave(counter: ACounter) -> None:
    """The detour: ten per cent of ten packets, then one packet."""
    sale = counter.start()
    counter.scan(sale, COFFEE, "10")
    told(counter.sales.add_discount(counter.session, sale, Discount(1, None, 795, "damaged"), None))
    one = Quantity.parse("1")
    less = refused(counter.sales.change_quantity, counter.session, sale, 1, one, None)
    assert less.extra == {"permission": "discount-over-limit"}


def test_each_role_has_its_own_limit(opened: Callable[..., ACounter]) -> None:
    table = {"cashier": ["sell", "shift", "discount"], "shift_lead": ["sell", "discount"]}
    counter = opened(settings={"people.permissions": table, "discounts.limits": {"cashier": 5, "shift_lead": 30}})
    sale = a_sale(counter, COFFEE)
    for cashier, within in (("101", 500), ("201", 3_000)):
        counter.sign_in(cashier)
        over = Discount(None, within + 100, None, "x")
        assert refused(counter.sales.add_discount, counter.session, sale, over, None).code == "permission-missing"
        told(counter.sales.add_discount(counter.session, sale, Discount(None, within, None, "x"), None))
        told(counter.sales.remove_discount(counter.session, sale, 1))


# -- reasons -------------------------------------------------------------------------------------------------------


def test_where_free_text_is_off_a_reason_is_one_of_the_list(opened: Callable[..., ACounter]) -> None:
    counter = opened(settings={"reasons.free_text": ["drawer"]})
    counter.sign_in("301")
    sale = a_sale(counter, COFFEE)
    for act in (
        lambda: counter.sales.add_discount(counter.session, sale, Discount(None, 500, None, "kylki"), None),
        lambda: counter.sales.change_price(counter.session, sale, NewPrice(1, 700, "kylki"), None),
    ):
        assert refused(act).code == "reason-unknown"
    told(counter.sales.add_discount(counter.session, sale, Discount(None, 500, None, "staff"), None))
    price(counter, sale, NewPrice(1, 700, "agreed"))


# -- comments ------------------------------------------------------------------------------------------------------


def test_a_comment_stands_below_its_line_on_every_receipt(counter: ACounter) -> None:
    sale = a_sale(counter, MILK, COFFEE)
    told(counter.sales.comment(counter.session, sale, 1, " Lahjapaketti ", None))
    view = told(counter.sales.comment(counter.session, sale, None, "Nouto klo 16", a_key()))
    assert view["notes"] == [
        {"kind": "comment", "line": 1, "about": {"text": "Lahjapaketti", "by": "101"}},
        {"kind": "comment", "line": None, "about": {"text": "Nouto klo 16", "by": "101"}},
    ]
    assert "Lahjapaketti" in counter.sales.look.receipt_draft(sale)["receipt_text"]
    counter.pay(sale, "cash")
    done = counter.complete(sale)
    lines = done["receipt_text"].splitlines()
    milk = next(at for at, line in enumerate(lines) if line.startswith("Maito"))
    coffee = next(at for at, line in enumerate(lines) if line.startswith("Kahvi"))
    assert lines[milk + 1] == "  Lahjapaketti"
    assert lines[coffee + 1] == "Nouto klo 16"
    assert "  Lahjapaketti" in counter.copy(sale)["receipt_text"].splitlines()


def test_a_comment_is_tried_again_and_written_once(counter: ACounter) -> None:
    sale = a_sale(counter, MILK)
    for _ in range(2):
        view = told(counter.sales.comment(counter.session, sale, None, "Kiitos", a_key()))
    assert len(view["notes"]) == 1


def test_a_comment_may_come_while_it_is_being_paid(counter: ACounter) -> None:
    sale = a_sale(counter, COFFEE)
    counter.pay(sale, "cash", 100)
    assert told(counter.sales.comment(counter.session, sale, None, "Kiitos", None))["notes"]


@pytest.mark.parametrize("text", ["", "  ", "x" * 201, "a\x1bp0", "kaksi\nriviä"])
def test_a_comment_is_one_line_that_cannot_open_a_drawer(counter: ACounter, text: str) -> None:
    sale = a_sale(counter, MILK)
    assert refused(counter.sales.comment, counter.session, sale, None, text, None).code == "body-invalid"


@pytest.mark.parametrize(("line", "code"), [(2, "line-not-found"), (1, "line-voided")])
def test_a_comment_needs_its_line(counter: ACounter, line: int, code: str) -> None:
    sale = a_sale(counter, MILK)
    told(counter.sales.void_line(counter.session, sale, 1))
    assert refused(counter.sales.comment, counter.session, sale, line, "hei", None).code == code


def test_a_record_from_before_there_were_comments_prints(counter: ACounter) -> None:
    receipt = counter.sold(MILK)["receipt_no"]
    record = counter.reader.record_of_sale(receipt)
    del record.body["notes"]
    shown = counter.receipts.finished(Sale.from_wire(record.body["sale"]), record, "0" * 64)
    assert receipt in shown["receipt_text"]
