"""Account, payroll and bonus at the counter: asked once, whatever is lost or killed, and let go when not needed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from poscore.errors import PosError
from register_svc.checkout.changes import NewPrice
from tests.support.builders import MILK, ACounter, ATender, a_counter, a_key, told

PRICE = 129


@pytest.fixture
def counter(tmp_path: Path) -> ACounter:
    return a_counter(tmp_path)


def refused(act: Callable[..., Any], *args: Any, **named: Any) -> PosError:
    with pytest.raises(PosError) as caught:
        act(*args, **named)
    return caught.value


def a_sale(counter: ACounter, customer: str = "C1") -> str:
    sale = counter.start(customer=customer)
    counter.scan(sale, MILK)
    return sale


def remove(counter: ACounter, sale: str, n: int = 1) -> dict[str, Any]:
    return told(counter.sales.remove_tender(counter.session, sale, n))


def abort(counter: ACounter, sale: str) -> None:
    counter.sales.abort(replace(counter.session, role="manager"), sale, None)


def states(counter: ACounter) -> list[str]:
    return [row[0] for row in counter.db.reader.execute("SELECT state FROM authorization ORDER BY at, id")]


def note(counter: ACounter) -> dict[str, Any]:
    (found,) = [one["about"] for one in counter.records("sale")[-1]["notes"] if one["kind"] == "authorization"]
    return dict(found)


# -- ONLINE, answered --------------------------------------------------------------------------------------------------


def test_what_head_office_allows_is_taken_and_tells_balance_and_limit(counter: ACounter):
    counter.accounts.owed["C1", "account"] = 2_000
    sale = a_sale(counter)

    view = counter.pay(sale, "account")

    assert view["authorizations"] == [
        {"tender": 1, "type": "account", "answered": True, "balance": 2_129, "limit": 100_000}
    ]
    assert [(one.kind, one.holder, one.amount, one.sale) for one in counter.accounts.held.values()] == [
        ("account", "C1", PRICE, sale)
    ]
    done = counter.complete(sale)
    assert (
        "Tilin saldo                          21,29\nLuottoraja                         1000,00\n"
        in done["receipt_text"]
    )
    assert done["authorizations"] == view["authorizations"]
    assert counter.receipts.show(sale)["receipt_text"] == done["receipt_text"]
    assert note(counter)["id"] in counter.accounts.held
    assert states(counter) == []
    assert counter.verdict().ok


def test_the_receipt_says_it_in_each_language_and_no_limit_where_there_is_none(counter: ACounter):
    counter.accounts.limit = None
    sale = a_sale(counter)
    counter.pay(sale, "account")
    counter.complete(sale)

    for language, word in (("fi", "Tilin saldo"), ("sv", "Kontots saldo"), ("en", "Account balance")):
        text = counter.copy(sale, language)["receipt_text"]
        assert word in text
    assert "Credit limit" not in text


def test_a_part_is_asked_for_and_the_rest_is_cash(counter: ACounter):
    sale = a_sale(counter)
    counter.pay(sale, "account", 100)
    counter.pay(sale, "cash")
    counter.complete(sale)

    assert [one.amount for one in counter.accounts.held.values()] == [100]


@pytest.mark.parametrize("kind", ["account", "payroll", "bonus"])
def test_what_head_office_refuses_is_not_taken_and_says_why(counter: ACounter, kind: str):
    counter.accounts.limit = 100
    sale = a_sale(counter)

    error = refused(counter.pay, sale, kind)

    assert (error.code, error.extra) == ("credit-limit-exceeded", {"balance": 0, "limit": 100, "available": 100})
    assert error.detail == f"head office refuses 1.29 by {kind}: 1.00 is left"
    assert counter.sales.look.view(sale)["tenders"] == []
    assert (states(counter), counter.accounts.held) == ([], {})
    counter.accounts.limit = 129
    assert counter.pay(sale, kind)["tenders"][0]["amount"] == PRICE, "asked anew, under another id"


@pytest.mark.parametrize("more", [{"training": True}, {"kind": "return"}])
def test_training_and_what_is_given_back_ask_nobody(counter: ACounter, more: dict[str, Any]):
    if "training" in more:
        counter.session = replace(counter.session, training=True)
    else:
        counter.session = replace(counter.session, role="manager")
    sale = counter.start(customer="C1", **more)
    counter.scan(sale, MILK)

    assert counter.pay(sale, "account")["authorizations"] == []
    assert counter.accounts.asked == []


def test_a_tender_that_could_not_be_taken_anyway_asks_nobody(counter: ACounter):
    sale = a_sale(counter)
    for kind, amount, wanted in (("account", 130, "amount-too-large"), ("wire", None, "tender-unknown")):
        assert refused(counter.pay, sale, kind, amount).code == wanted
    none = counter.start()
    counter.scan(none, MILK)
    assert refused(counter.pay, none, "account").code == "customer-required"

    assert counter.accounts.asked == []


def test_the_lock_is_free_while_head_office_is_asked(counter: ACounter):
    sale, other = a_sale(counter), counter.start()
    inner = counter.accounts.ask

    def ask(*args: Any) -> Any:
        worker = threading.Thread(target=lambda: counter.scan(other, MILK))
        worker.start()
        worker.join(5)
        assert not worker.is_alive(), "another sale waits for head office"
        return inner(*args)

    counter.accounts.ask = ask  # type: ignore[method-assign]
    counter.pay(sale, "account")


def test_a_sale_that_changed_meanwhile_takes_nothing_and_lets_go(counter: ACounter):
    sale = a_sale(counter)
    inner = counter.accounts.ask

    def ask(*args: Any) -> Any:
        by = replace(counter.session, role="manager")
        counter.sales.change_price(by, sale, NewPrice(1, 500, "tarjous"), None)
        return inner(*args)

    counter.accounts.ask = ask  # type: ignore[method-assign]

    assert refused(counter.pay, sale, "account").code == "sale-changed"
    assert counter.sales.look.view(sale)["tenders"] == []
    assert states(counter) == ["release"]


# -- no answer ---------------------------------------------------------------------------------------------------------


def test_account_is_taken_without_an_answer_and_shows_no_balance(counter: ACounter):
    counter.accounts.answers = False
    sale = a_sale(counter)

    view = counter.pay(sale, "account")

    assert view["authorizations"] == [
        {"tender": 1, "type": "account", "answered": False, "balance": None, "limit": None}
    ]
    assert "Tilin saldo" not in counter.complete(sale)["receipt_text"]
    assert note(counter)["answered"] is False


@pytest.mark.parametrize("kind", ["payroll", "bonus"])
def test_payroll_and_bonus_without_an_answer_are_refused_and_the_sale_stays_open(counter: ACounter, kind: str):
    counter.accounts.answers = False
    sale = a_sale(counter)

    assert refused(counter.pay, sale, kind).code == "head-office-unreachable"
    view = counter.sales.look.view(sale)
    assert (view["state"], view["tenders"]) == ("open", [])


def test_account_that_this_shop_does_not_take_offline_is_refused_without_an_answer(tmp_path: Path):
    counter = a_counter(tmp_path, tenders=(ATender("account", offline="deny", needs_customer=True),))
    counter.accounts.answers = False

    assert refused(counter.pay, a_sale(counter), "account").code == "head-office-unreachable"


def test_without_an_answer_the_shops_offline_cap_and_allowance_hold(tmp_path: Path):
    settings = {"tenders.policy": {"account": {"offline": "cap(100)"}}, "accounts.offline_allowance": 50}
    counter = a_counter(tmp_path, settings=settings)
    sale = a_sale(counter)
    assert counter.pay(sale, "account", 129)["authorizations"][0]["answered"] is True
    remove(counter, sale)
    counter.accounts.answers = False

    assert refused(counter.pay, sale, "account", 129).code == "tender-above-cap"
    assert refused(counter.pay, sale, "account", 60).code == "account-allowance-used"
    assert counter.pay(sale, "account", 50)["authorizations"][0]["answered"] is False


def test_offline_nobody_is_asked_and_no_balance_is_shown(counter: ACounter):
    counter.mode.is_offline = True
    sale = a_sale(counter)

    assert counter.pay(sale, "account")["authorizations"] == []
    assert "Tilin saldo" not in counter.complete(sale)["receipt_text"]
    assert counter.accounts.asked == []


def test_a_sale_that_was_allowed_and_is_completed_offline_shows_no_balance(counter: ACounter):
    sale = a_sale(counter)
    counter.pay(sale, "account")
    counter.mode.is_offline = True

    done = counter.complete(sale)

    assert ("Tilin saldo" in done["receipt_text"], done["authorizations"]) == (False, [])


# -- lost answers, kills -----------------------------------------------------------------------------------------------


def test_a_lost_answer_is_asked_again_by_its_id(counter: ACounter):
    counter.accounts.loses = 1
    sale = a_sale(counter)
    assert refused(counter.pay, sale, "payroll").code == "head-office-unreachable"

    counter.pay(sale, "payroll")

    assert len(set(counter.accounts.asked)) == 1
    assert [one.amount for one in counter.accounts.held.values()] == [PRICE]
    assert states(counter) == ["used"]


def test_a_lost_answer_is_asked_again_by_its_id_after_a_kill(counter: ACounter):
    counter.accounts.loses = 1
    sale = a_sale(counter)
    refused(counter.pay, sale, "payroll")

    again = counter.restarted()
    again.pay(sale, "payroll")
    again.complete(sale)

    assert len(set(again.accounts.asked)) == 1
    assert len(again.accounts.held) == 1
    assert states(again) == []


def test_after_a_lost_answer_something_else_lets_go_of_it_first(counter: ACounter):
    counter.accounts.loses = 1
    sale = a_sale(counter)
    refused(counter.pay, sale, "payroll")
    (lost,) = counter.accounts.held

    counter.pay(sale, "payroll", 100)

    assert lost in counter.accounts.gone
    assert [one.amount for one in counter.accounts.held.values()] == [100]
    assert states(counter) == ["release", "used"], "head office is told again by those who tell what was not needed"


@pytest.mark.parametrize("end", ["complete", "abort"])
def test_a_lost_answer_whose_sale_ends_otherwise_is_let_go(counter: ACounter, end: str):
    counter.accounts.loses = 1
    sale = a_sale(counter)
    refused(counter.pay, sale, "payroll")
    (lost,) = counter.accounts.held

    if end == "complete":
        counter.pay(sale, "cash")
        counter.complete(sale)
    else:
        abort(counter, sale)

    assert list(counter.asked.to_release()) == [lost]
    assert list(counter.restarted().asked.to_release()) == [lost], "on disk until head office has heard of it"


def test_a_tender_that_is_taken_away_lets_go_with_it(counter: ACounter):
    sale = a_sale(counter)
    counter.pay(sale, "account")
    (held,) = counter.accounts.held
    woken = counter.accounts.woken

    view = remove(counter, sale)

    assert (view["tenders"], view["notes"], view["authorizations"]) == ([], [], [])
    assert list(counter.asked.to_release()) == [held]
    assert counter.accounts.woken > woken
    abort(counter, sale)
    assert list(counter.asked.to_release()) == [held]


def test_what_was_taken_away_takes_nothing_from_what_is_asked_next(counter: ACounter):
    counter.accounts.limit = 150
    sale = a_sale(counter)
    counter.pay(sale, "account")
    (first,) = counter.accounts.held
    remove(counter, sale)

    counter.pay(sale, "account", 100)

    assert first in counter.accounts.gone
    assert [one.amount for one in counter.accounts.held.values()] == [100]


def test_the_other_tender_keeps_what_it_rests_on(counter: ACounter):
    sale = a_sale(counter)
    counter.pay(sale, "account", 100)
    counter.pay(sale, "payroll")

    view = remove(counter, sale, 1)

    assert [one["type"] for one in view["authorizations"]] == ["payroll"]
    counter.pay(sale, "cash")
    counter.complete(sale)
    assert note(counter)["type"] == "payroll"


def test_a_press_that_is_repeated_asks_once(counter: ACounter):
    sale = a_sale(counter)

    first = counter.pay(sale, "account", key=a_key("k1"))

    assert counter.pay(sale, "account", key=a_key("k1")) == first
    assert len(counter.accounts.asked) == 1


def test_two_presses_at_once_take_one_tender(counter: ACounter):
    """The second one finds the first's asking under way, shares its answer, and finds nothing left to pay."""
    sale = a_sale(counter)
    inner = counter.accounts.ask

    def ask(*args: Any) -> Any:
        counter.accounts.ask = inner  # type: ignore[method-assign]
        counter.pay(sale, "account")
        return inner(*args)

    counter.accounts.ask = ask  # type: ignore[method-assign]

    assert refused(counter.pay, sale, "account").code == "nothing-to-pay"
    assert len(counter.sales.look.view(sale)["tenders"]) == 1
    assert states(counter) == ["used"]
    assert len(counter.accounts.held) == 1


# -- gift cards --------------------------------------------------------------------------------------------------------


def test_a_gift_card_is_asked_by_its_number_and_names_no_customer(counter: ACounter) -> None:
    counter.accounts.limit = 5_000  # what is on the card
    sale = counter.start()
    counter.scan(sale, MILK)
    missing = refused(counter.pay, sale, "voucher")
    assert missing.code == "reference-required"
    view = counter.pay(sale, "voucher", None, "GC-0042")
    (held,) = counter.accounts.held.values()
    assert held.to_wire() == {"id": held.id, "sale": sale, "kind": "gift-card", "card": "GC-0042", "amount": PRICE}
    assert view["tenders"][0]["reference"] == "GC-0042"
    counter.complete(sale)
    assert note(counter)["type"] == "voucher"


def test_a_gift_card_that_holds_less_is_refused_and_a_part_of_the_sum_is_taken(counter: ACounter) -> None:
    counter.accounts.limit = 100
    sale = counter.start()
    counter.scan(sale, MILK)
    assert refused(counter.pay, sale, "voucher", None, "GC-1").extra["available"] == 100
    counter.pay(sale, "voucher", 100, "GC-1")
    counter.pay(sale, "card")
    counter.complete(sale)


def test_a_gift_card_is_refused_offline_and_when_nobody_answers(counter: ACounter) -> None:
    sale = counter.start()
    counter.scan(sale, MILK)
    counter.accounts.answers = False
    assert refused(counter.pay, sale, "voucher", None, "GC-1").code == "head-office-unreachable"
    counter.mode.is_offline = True
    assert refused(counter.pay, sale, "voucher", None, "GC-1").code == "tender-not-available-offline"
