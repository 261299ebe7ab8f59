"""Whole journeys at the counter, over a real journal and a real catalogue."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from poscore import records
from poscore.errors import Fault, PosError, Refused
from poscore.sale import Sale
from register_svc.checkout.sales import NewLine, NewSale
from register_svc.journal.drafts import load_drafts
from register_svc.till.people import Session
from tests.support.builders import (
    APPLES,
    BEER,
    COFFEE,
    COLA,
    MILK,
    ACounter,
    AnArticle,
    a_catalog,
    a_key,
    told,
)


def refusal(act: Callable[..., Any], *args: Any, **named: Any) -> PosError:
    with pytest.raises(PosError) as refused:
        act(*args, **named)
    return refused.value


def code(act: Callable[..., Any], *args: Any, **named: Any) -> str:
    return refusal(act, *args, **named).code


# -- a sale --------------------------------------------------------------------------------------------------------


def test_a_sale_from_the_first_scan_to_the_change(counter: ACounter) -> None:
    sale = counter.start()
    counter.scan(sale, MILK)
    counter.scan(sale, COLA, "2")
    view = counter.scan(sale, APPLES, "0.350")
    assert view["totals"] == {"gross": 664, "discount": 0, "rounding": 0, "due": 664, "paid": 0, "change": 0}
    assert counter.pay(sale, "cash", 1000)["totals"]["change"] == 335
    done = counter.complete(sale)
    assert (done["receipt_no"], done["change"]) == ("r1-1-000001", 335)
    assert done["sale"]["totals"] == {
        "gross": 664,
        "discount": 0,
        "rounding": 1,
        "due": 665,
        "paid": 1000,
        "change": 335,
    }
    assert done["sale"]["state"] == "completed"
    assert "YHTEENSÄ                          6,64 EUR\n" in done["receipt_text"]


def test_a_completed_sale_is_a_record_a_receipt_and_no_draft(counter: ACounter) -> None:
    done = counter.sold(MILK)
    record = counter.reader.record_of_sale(done["receipt_no"])
    assert record.type == records.SALE
    assert record.body["sale"] == done["sale"] == counter.sales.look.view(done["receipt_no"])
    beside = {"started_at", "discounts", "notes", "promotions", "original_receipt", "customer_name"}
    assert set(record.body) == {"sale", *beside}
    assert Sale.from_wire(record.body["sale"]).header.snapshot == 1
    assert load_drafts(counter.db) == []
    assert counter.verdict().ok


def test_the_shop_is_told_after_the_commit(counter: ACounter) -> None:
    before = counter.commits_told
    sale = counter.start()
    counter.scan(sale, MILK)
    counter.pay(sale, "card")
    assert counter.commits_told == before  # a draft is nobody's business
    counter.complete(sale)
    assert counter.commits_told == before + 1


def test_receipt_numbers_follow_each_other_whatever_becomes_of_the_sale(counter: ACounter) -> None:
    assert counter.sold()["receipt_no"] == "r1-1-000001"
    aborted = counter.start()
    told(counter.sales.abort(counter.session, aborted, None))
    parked = counter.start()
    counter.scan(parked, MILK)
    told(counter.sales.park(counter.session, parked, None))
    assert counter.sold()["receipt_no"] == "r1-1-000004"
    assert counter.start(training=True) == "r1-1-T1"
    assert counter.start() == "r1-1-000005"
    assert counter.verdict().ok


def test_lines_are_added_by_code_by_article_and_by_open_price(counter: ACounter) -> None:
    sale = counter.start()
    counter.scan(sale, MILK)
    counter.add(sale, article_id="A6")
    view = counter.add(sale, "2", open=("Kukka", 1500, "reduced"))
    assert [(line["article_id"], line["code"], line["name"], line["total"]) for line in view["lines"]] == [
        ("A1", MILK, "Maito 1 l", 129),
        ("A6", None, "Muovikassi", 35),
        (None, None, "Kukka", 3000),
    ]


def test_a_code_that_nobody_knows_changes_nothing(counter: ACounter) -> None:
    sale = counter.start()
    counter.scan(sale, MILK)
    before = counter.sales.look.view(sale)
    assert code(counter.scan, sale, "123") == "article-not-found"
    assert code(counter.add, sale, article_id="X") == "article-not-found"
    assert counter.sales.look.view(sale) == before


def test_quantities_voids_and_discounts_reach_the_receipt(counter: ACounter) -> None:
    sale = counter.start()
    counter.scan(sale, MILK)
    counter.scan(sale, COFFEE)
    counter.scan(sale, COLA)
    session = counter.session
    told(counter.sales.void_line(session, sale, 3))
    from poscore.quantity import Quantity

    told(counter.sales.change_quantity(session, sale, 1, Quantity.parse("3"), None))
    view = counter.discount(sale, percent_bp=1000)
    assert view["totals"]["discount"] == 118
    counter.pay(sale, "card")
    done = counter.complete(sale)
    body = counter.reader.record_of_sale(sale).body
    assert body["discounts"] == [{"line": None, "percent_bp": 1000, "amount": None, "reason": "kylki"}]
    assert "Kola" not in done["receipt_text"]


def test_a_sale_with_nothing_due_needs_no_tender(counter: ACounter) -> None:
    sale = counter.start()
    counter.scan(sale, MILK)
    counter.discount(sale, percent_bp=10_000)
    done = counter.complete(sale)
    assert (done["sale"]["totals"]["due"], done["change"], done["sale"]["tenders"]) == (0, 0, [])


def test_a_sale_of_nothing_is_not_completed_and_not_paid(counter: ACounter) -> None:
    sale = counter.start()
    assert code(counter.complete, sale) == "sale-empty"
    assert code(counter.pay, sale, "cash") == "nothing-to-pay"


def test_a_sale_that_is_not_paid_stays_open(counter: ACounter) -> None:
    sale = counter.start()
    counter.scan(sale, MILK)
    counter.pay(sale, "cash", 100)
    assert code(counter.complete, sale) == "not-paid"
    assert counter.sales.look.view(sale)["state"] == "open"


def test_a_completed_sale_is_not_touched_again(counter: ACounter) -> None:
    sale = counter.sold()["receipt_no"]
    for act in (
        lambda: counter.scan(sale, MILK),
        lambda: counter.pay(sale, "cash"),
        lambda: counter.complete(sale),
        lambda: counter.sales.abort(counter.session, sale, None),
        lambda: counter.sales.park(counter.session, sale, None),
        lambda: counter.sales.look.payment(sale),
    ):
        assert code(act) == "sale-not-open"


def test_a_sale_that_never_was_is_not_found(counter: ACounter) -> None:
    for act in (lambda: counter.scan("r1-1-000099", MILK), lambda: counter.sales.look.view("r1-1-000099")):
        assert code(act) == "sale-not-found"


def test_a_tender_is_taken_away_and_the_sale_goes_on(counter: ACounter) -> None:
    sale = counter.start()
    counter.scan(sale, MILK)
    counter.pay(sale, "card")
    assert code(counter.scan, sale, MILK) == "sale-has-tenders"
    assert code(counter.sales.abort, counter.session, sale, None) == "sale-has-tenders"
    told(counter.sales.remove_tender(counter.session, sale, 1))
    counter.scan(sale, MILK)
    counter.pay(sale, "cash", 500)
    assert counter.complete(sale)["change"] == 240


def test_a_reference_of_the_terminal_reaches_the_receipt(counter: ACounter) -> None:
    sale = counter.start()
    counter.scan(sale, MILK)
    counter.pay(sale, "card", reference="**** 4567")
    assert "Kortti **** 4567" in counter.complete(sale)["receipt_text"]


def test_what_can_be_paid_how_is_told(counter: ACounter) -> None:
    sale = counter.start()
    counter.scan(sale, MILK)
    told_ = counter.sales.look.payment(sale)
    assert told_["left"] == {"exact": 129, "cash": 130}
    assert {option["type"]: option["code"] for option in told_["tenders"]} == {
        "cash": None,
        "card": None,
        "voucher": None,
        **dict.fromkeys(("invoice", "account", "payroll", "bonus"), "customer-required"),
    }


# -- two sales, parking, aborting --------------------------------------------------------------------------------------


def test_two_sales_at_once_do_not_mix(counter: ACounter) -> None:
    one, other = counter.start(), counter.start()
    counter.scan(one, MILK)
    counter.scan(other, COFFEE)
    counter.scan(one, COLA)
    counter.pay(other, "card")
    assert counter.complete(other)["sale"]["totals"]["due"] == 795
    counter.pay(one, "card")
    assert counter.complete(one)["sale"]["totals"]["due"] == 344


def test_a_parked_sale_waits_and_goes_on(counter: ACounter) -> None:
    sale = counter.start()
    counter.scan(sale, MILK)
    assert told(counter.sales.park(counter.session, sale, None))["state"] == "parked"
    assert code(counter.scan, sale, MILK) == "sale-not-open"
    assert code(counter.complete, sale) == "sale-not-open"
    assert code(counter.sales.park, counter.session, sale, None) == "sale-not-open"
    assert [found["id"] for found in counter.sales.look.list("parked", None, "", 10)["items"]] == [sale]
    assert told(counter.sales.resume(counter.session, sale, None))["state"] == "open"
    assert code(counter.sales.resume, counter.session, sale, None) == "sale-not-parked"
    counter.pay(sale, "cash")
    assert counter.complete(sale)["sale"]["totals"]["due"] == 130


def test_a_sale_with_tenders_is_not_parked(counter: ACounter) -> None:
    sale = counter.start()
    counter.scan(sale, MILK)
    counter.pay(sale, "card", 29)
    assert code(counter.sales.park, counter.session, sale, None) == "sale-has-tenders"


@pytest.mark.parametrize("parked", [False, True])
def test_an_aborted_sale_stays_visible_under_its_number(counter: ACounter, parked: bool) -> None:
    sale = counter.start()
    counter.scan(sale, MILK)
    if parked:
        told(counter.sales.park(counter.session, sale, None))
    view = told(counter.sales.abort(counter.session, sale, None))
    assert (view["state"], view["receipt_no"], len(view["lines"])) == ("aborted", sale, 1)
    assert counter.reader.record_of_sale(sale).type == records.SALE_ABORTED
    assert counter.sales.look.view(sale) == view
    assert code(counter.receipts.show, sale) == "receipt-not-found"
    assert counter.verdict().ok


def test_sales_are_listed_by_state(counter: ACounter) -> None:
    done = [counter.sold()["receipt_no"] for _ in range(3)]
    still_open = counter.start()
    page = counter.sales.look.list("completed", None, "", 2)
    assert ([sale["id"] for sale in page["items"]], page["next"]) == ([done[2], done[1]], done[1])
    rest = counter.sales.look.list("completed", None, page["next"], 2)
    assert ([sale["id"] for sale in rest["items"]], rest["next"]) == ([done[0]], None)
    assert [sale["id"] for sale in counter.sales.look.list("open", None, "", 10)["items"]] == [still_open]
    assert counter.sales.look.list("open", "2020-01-01", "", 10)["items"] == []
    assert counter.sales.look.list("completed", "2020-01-01", "", 10) == {"items": [], "next": None}


# -- returns -------------------------------------------------------------------------------------------------------


def test_a_return_of_a_receipt_gives_the_money_back(counter: ACounter) -> None:
    sold = counter.sold(COLA)
    back = counter.start(kind="return", original_receipt=sold["receipt_no"])
    view = counter.scan(back, COLA)
    assert (view["lines"][0]["quantity"], view["lines"][0]["total"], view["lines"][0]["deposit"]) == ("-1", -215, -20)
    counter.pay(back, "cash")
    done = counter.complete(back)
    assert done["sale"]["totals"] == {
        "gross": -215,
        "discount": 0,
        "rounding": 0,
        "due": -215,
        "paid": -215,
        "change": 0,
    }
    assert f"Alkuperäinen kuitti {sold['receipt_no']}" in done["receipt_text"]
    assert "*** PALAUTUS ***" in done["receipt_text"]
    assert counter.reader.record_of_sale(back).body["original_receipt"] == sold["receipt_no"]


def test_a_return_is_its_sale_with_its_sign_turned(counter: ACounter) -> None:
    def basket(kind: str) -> dict[str, Any]:
        sale = counter.start(kind=kind)
        for scanned in (MILK, COLA, BEER):
            counter.scan(sale, scanned, "2")
        counter.discount(sale, line=1, percent_bp=2500)
        counter.discount(sale, amount=33)
        counter.check_age(sale)
        counter.pay(sale, "cash")
        done: dict[str, Any] = counter.complete(sale)["sale"]
        return done

    sold, back = basket("sale"), basket("return")
    assert back["totals"] == {name: -cents for name, cents in sold["totals"].items()}
    assert back["taxes"] == [
        {"rate": row["rate"], "net": -row["net"], "tax": -row["tax"], "gross": -row["gross"]} for row in sold["taxes"]
    ]


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ({"kind": "return", "original_receipt": "r1-1-000099"}, "receipt-not-found"),
        ({"kind": "return", "original_receipt": "rubbish"}, "receipt-no-invalid"),
        ({"kind": "sale", "original_receipt": "r1-1-000001"}, "body-invalid"),
        ({"customer": "C9"}, "customer-not-found"),
    ],
)
def test_a_sale_that_cannot_start_takes_no_number(counter: ACounter, new: dict[str, Any], expected: str) -> None:
    assert code(counter.start, **new) == expected
    assert counter.start() == "r1-1-000001"


def test_only_a_completed_sale_can_be_returned(counter: ACounter) -> None:
    aborted = counter.start()
    told(counter.sales.abort(counter.session, aborted, None))
    assert code(counter.start, kind="return", original_receipt=aborted) == "receipt-not-found"
    back = counter.start(kind="return")
    counter.scan(back, MILK)
    counter.pay(back, "cash")
    counter.complete(back)
    assert code(counter.start, kind="return", original_receipt=back) == "receipt-not-returnable"


def test_the_client_sends_positive_quantities_in_a_return_too(counter: ACounter) -> None:
    back = counter.start(kind="return")
    assert code(counter.scan, back, MILK, "-1") == "quantity-invalid"


# -- OFFLINE -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tender", "offline_says"),
    [
        ("cash", None),
        ("card", None),
        ("invoice", None),
        ("account", None),
        ("payroll", "tender-not-available-offline"),
        ("bonus", "tender-not-available-offline"),
        ("voucher", "tender-not-available-offline"),
    ],
)
def test_all_normal_tenders_are_taken_offline_and_special_ones_are_not(
    counter: ACounter, tender: str, offline_says: str | None
) -> None:
    card = "GC-1" if tender == "voucher" else None
    for offline, expected in ((False, None), (True, offline_says)):
        counter.mode.is_offline = offline
        sale = counter.start(customer="C1")
        counter.scan(sale, MILK)
        if expected:
            assert code(counter.pay, sale, tender, None, card) == expected
            assert counter.sales.look.view(sale)["tenders"] == []
        else:
            counter.pay(sale, tender, None, card)
            assert counter.complete(sale)["sale"]["offline"] is offline


def test_a_receipt_says_offline_when_it_was(counter: ACounter) -> None:
    assert "OFFLINE" not in counter.sold()["receipt_text"]
    counter.mode.is_offline = True
    assert counter.sold()["receipt_text"].splitlines()[0].strip() == "*** OFFLINE ***"


def test_a_special_tender_taken_online_is_refused_when_the_line_breaks_before_the_end(counter: ACounter) -> None:
    sale = counter.start(customer="C1")
    counter.scan(sale, MILK)
    counter.pay(sale, "payroll")
    counter.mode.is_offline = True
    assert code(counter.complete, sale) == "tender-not-available-offline"
    assert counter.sales.look.view(sale)["state"] == "open"
    told(counter.sales.remove_tender(counter.session, sale, 1))
    counter.pay(sale, "card")
    assert counter.complete(sale)["sale"]["offline"] is True


def test_a_tender_refused_offline_is_taken_when_the_line_is_back(counter: ACounter) -> None:
    counter.mode.is_offline = True
    sale = counter.start(customer="C1")
    counter.scan(sale, MILK)
    assert code(counter.pay, sale, "bonus") == "tender-not-available-offline"
    counter.mode.is_offline = False
    counter.pay(sale, "bonus")
    assert counter.complete(sale)["sale"]["offline"] is False


def test_a_customer_is_chosen_before_a_tender_on_their_name(counter: ACounter) -> None:
    sale = counter.start()
    counter.scan(sale, MILK)
    assert code(counter.pay, sale, "invoice") == "customer-required"
    assert code(counter.sales.set_customer, counter.session, sale, "C9", None) == "customer-not-found"
    told(counter.sales.set_customer(counter.session, sale, "C2", None))
    assert code(counter.pay, sale, "account") == "tender-not-for-customer"
    counter.pay(sale, "invoice")
    done = counter.complete(sale)
    assert done["sale"]["customer"] == "C2"
    assert "Asiakas C2 Kunta" in done["receipt_text"]
    assert counter.reader.record_of_sale(sale).body["customer_name"] == "Kunta"


def test_a_customer_is_left_away_again(counter: ACounter) -> None:
    sale = counter.start(customer="C1")
    assert told(counter.sales.set_customer(counter.session, sale, None, None))["customer"] is None


def test_a_tender_that_the_store_does_not_know_is_refused(opened: Callable[..., ACounter]) -> None:
    counter = opened(tenders=())
    sale = counter.start()
    counter.scan(sale, MILK)
    assert code(counter.pay, sale, "cash") == "tender-unknown"


# -- what is missing -----------------------------------------------------------------------------------------------


def test_without_a_shift_nothing_is_sold(opened: Callable[..., ACounter]) -> None:
    assert code(opened(shift=False).start) == "no-open-shift"


def test_without_a_price_list_nothing_is_sold(counter: ACounter) -> None:
    counter.book.catalog = None
    with pytest.raises(Fault) as fault:
        counter.start()
    assert fault.value.code == "no-snapshot"


def test_a_technician_does_not_sell(counter: ACounter) -> None:
    sale = counter.start()
    counter.session = Session("", "901", "Teppo", "technician")
    for act in (
        counter.start,
        lambda: counter.scan(sale, MILK),
        lambda: counter.complete(sale),
        lambda: counter.sales.abort(counter.session, sale, None),
        lambda: counter.copy(sale),
    ):
        assert code(act) == "permission-missing"


# -- idempotency ---------------------------------------------------------------------------------------------------


def test_a_repeated_request_is_answered_the_same_and_done_once(counter: ACounter) -> None:
    key = a_key
    sale = counter.start(key("start"))
    assert counter.start(key("start")) == sale
    first = counter.scan(sale, MILK, key=key("scan"))
    assert counter.scan(sale, MILK, key=key("scan")) == first
    assert len(counter.sales.look.view(sale)["lines"]) == 1
    paid = counter.pay(sale, "cash", 200, key=key("pay"))
    assert counter.pay(sale, "cash", 200, key=key("pay")) == paid
    done = counter.complete(sale, key("complete"))
    assert counter.complete(sale, key("complete")) == done
    assert len(counter.records(records.SALE)) == 1
    kept = counter.sales.start(counter.session, NewSale(), key("start"))
    assert kept.status == 201


def test_a_key_used_for_something_else_is_refused(counter: ACounter) -> None:
    sale = counter.start(a_key("k", "start"))
    assert code(counter.scan, sale, MILK, key=a_key("k", "scan")) == "idempotency-key-reused"


def test_a_refusal_is_not_kept_and_may_be_tried_again(counter: ACounter) -> None:
    sale = counter.start()
    assert code(counter.complete, sale, a_key("complete")) == "sale-empty"
    counter.scan(sale, MILK)
    counter.pay(sale, "card")
    counter.complete(sale, a_key("complete"))


def test_every_verb_that_may_be_repeated_is(counter: ACounter) -> None:
    sales, session = counter.sales, counter.session
    sale = counter.start()
    counter.scan(sale, MILK)
    verbs: dict[str, Callable[[], Any]] = {
        "park": lambda: sales.park(session, sale, a_key("park")),
        "resume": lambda: sales.resume(session, sale, a_key("resume")),
        "customer": lambda: sales.set_customer(session, sale, "C1", a_key("customer")),
        "abort": lambda: sales.abort(session, sale, a_key("abort")),
    }
    for act in verbs.values():
        first = act()
        assert act() == first


# -- restart -------------------------------------------------------------------------------------------------------


def test_drafts_shift_and_answers_survive_a_restart(counter: ACounter) -> None:
    sale = counter.start(customer="C1")
    counter.scan(sale, MILK)
    counter.scan(sale, COLA, key=a_key("scan"))
    view = counter.pay(sale, "card", 100)
    parked = counter.start()
    counter.scan(parked, COFFEE)
    told(counter.sales.park(counter.session, parked, None))
    again = counter.restarted()
    assert again.sales.look.view(sale) == view
    assert again.sales.look.view(parked)["state"] == "parked"
    assert again.scan(sale, COLA, key=a_key("scan"))["lines"][1]["name"] == "Kola 0,5 l"
    again.pay(sale, "cash")
    done = again.complete(sale, a_key("complete"))
    last = again.restarted()
    assert last.complete(sale, a_key("complete")) == done
    assert last.start() == "r1-1-000003"
    assert last.verdict().ok
    last.db.close()
    last.state.close()


# -- snapshots -----------------------------------------------------------------------------------------------------


def switched(counter: ACounter, version: int, price: int) -> bool:
    path = counter.directory / f"catalog-{version}.db"
    if not path.exists():
        a_catalog(path, articles=(AnArticle("A1", "Maito 1 l", price, (MILK,)),))
    return counter.sales.between_receipts(lambda: counter.book.switch(path, version))


def test_a_switch_waits_while_a_sale_is_open_and_five_minutes_at_most(counter: ACounter) -> None:
    sale = counter.start()
    counter.scan(sale, MILK)
    assert not switched(counter, 2, 999)
    assert counter.book.require().version == 1
    counter.clock.advance(minutes=4)
    counter.scan(sale, MILK)
    counter.clock.advance(minutes=4, seconds=59)
    assert not switched(counter, 2, 999)
    counter.clock.advance(seconds=1)
    assert switched(counter, 2, 999)
    assert counter.book.require().version == 2


def test_a_switch_waits_for_nobody_who_holds_nothing(counter: ACounter) -> None:
    counter.start()
    parked = counter.start()
    counter.scan(parked, MILK)
    told(counter.sales.park(counter.session, parked, None))
    assert switched(counter, 2, 999)


def test_a_switch_waits_for_a_sale_from_before_a_restart(counter: ACounter) -> None:
    sale = counter.start()
    counter.scan(sale, MILK)
    again = counter.restarted()
    assert not switched(again, 2, 999)
    again.db.close()
    again.state.close()


def test_a_price_that_the_customer_has_seen_does_not_change(counter: ACounter) -> None:
    sale = counter.start()
    counter.scan(sale, MILK)
    counter.clock.advance(minutes=6)
    assert switched(counter, 2, 999)
    view = counter.scan(sale, MILK)
    assert [line["total"] for line in view["lines"]] == [129, 999]
    assert view["snapshot"] == 1
    counter.pay(sale, "card")
    assert counter.complete(sale)["sale"]["snapshot"] == 1


def test_a_clock_set_back_does_not_hold_a_switch_for_hours(counter: ACounter) -> None:
    sale = counter.start()
    counter.scan(sale, MILK)
    counter.clock.advance(days=-1)
    counter.clock.advance(minutes=6)
    assert switched(counter, 2, 999)


# -- threads -------------------------------------------------------------------------------------------------------


def test_many_hands_at_one_counter_make_a_whole_journal(counter: ACounter) -> None:
    errors: list[BaseException] = []

    def sell() -> None:
        try:
            for _ in range(5):
                counter.sold(MILK, COLA)
                counter.sales.look.list("open", None, "", 10)
        except BaseException as error:  # noqa: BLE001  # whatever it is, the test must see it
            errors.append(error)

    threads = [threading.Thread(target=sell) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    numbers = [body["sale"]["receipt_no"] for body in counter.records(records.SALE)]
    assert sorted(numbers) == [f"r1-1-{n:06}" for n in range(1, 21)]
    assert counter.verdict().ok


def test_a_line_names_one_thing(counter: ACounter) -> None:
    from poscore.quantity import ONE

    sale = counter.start()
    with pytest.raises(Refused):
        counter.sales.add_line(counter.session, sale, NewLine(ONE), None)
