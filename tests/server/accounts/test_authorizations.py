"""What a register may take: never more than there is, whatever is lost, late, repeated or asked at once."""

from __future__ import annotations

import threading

import pytest

from poscore.sale import Tender
from tests.support.accounts import Till, a_till, account, enter, stands
from tests.support.offices import Site


def test_what_is_allowed_is_held_and_told_with_balance_and_limit(site: Site, r1: Till):
    r1.owe(site, "C1", account=2_000)

    told = r1.asked(site, "C1", 3_000)

    assert (told["approved"], told["state"], told["code"]) == (True, "approved", None)
    assert (told["balance"], told["limit"], told["available"]) == (5_000, 10_000, 5_000)
    assert told["expires_at"] == "2026-11-22T20:15:00.000Z"
    shown = account(site, "C1")
    assert stands(shown) == (2_000, 3_000, 10_000, 5_000)
    assert [(hold["id"], hold["amount"]) for hold in shown["holds"]] == [(told["id"], 3_000)]


def test_what_is_held_counts_against_the_next_one(site: Site, r1: Till, r2: Till):
    assert r1.asked(site, "C1", 6_000)["approved"]

    refused = r2.asked(site, "C1", 4_001)

    assert (refused["approved"], refused["state"], refused["code"]) == (False, "refused", "credit-limit-exceeded")
    assert (refused["balance"], refused["limit"], refused["available"]) == (6_000, 10_000, 4_000)
    assert r2.asked(site, "C1", 4_000)["approved"]


@pytest.mark.parametrize(
    ("customer", "kind", "code"),
    [
        ("nobody", "account", "customer-not-found"),
        ("C2", "account", "tender-not-for-customer"),
        ("C1", "payroll", "tender-not-for-customer"),
        ("4711", "gift-card", "gift-card-not-found"),
    ],
)
def test_a_refusal_says_why_and_holds_nothing(site: Site, r1: Till, customer, kind, code):
    told = r1.asked(site, customer, 100, kind)

    assert (told["approved"], told["code"]) == (False, code)


def test_where_no_limit_was_agreed_none_is_asked(site: Site, r1: Till):
    told = r1.asked(site, "M1", 1_000_000)

    assert (told["approved"], told["limit"], told["available"]) == (True, None, None)


def test_each_ledger_has_the_limit_by_itself(site: Site, r1: Till):
    assert r1.asked(site, "E1", 5_000, "payroll")["approved"]
    assert r1.asked(site, "E1", 5_000, "bonus")["approved"]
    assert not r1.asked(site, "E1", 1, "payroll")["approved"]


# -- again, late, lost -------------------------------------------------------------------------------------------------


def test_the_same_asking_again_is_the_same_answer_and_one_hold(site: Site, r1: Till):
    first = r1.asked(site, "C1", 6_000, id="mine")
    r1.owe(site, "C1", account=1_000, number="r1-1-000009")

    assert r1.asked(site, "C1", 6_000, id="mine", sale=first["sale"]) == first
    assert r1.look(site, "mine").json == first
    assert account(site, "C1")["held"] == 6_000


def test_a_refusal_stays_one_for_its_id(site: Site, r1: Till):
    first = r1.asked(site, "C1", 20_000, id="mine")
    enter(site, "account/C1/entries/bank-1", kind="payment", amount=90_000)

    assert r1.asked(site, "C1", 20_000, id="mine") == first
    assert r1.asked(site, "C1", 20_000)["approved"]


@pytest.mark.parametrize("other", [{"amount": 6_001}, {"customer": "M1"}, {"sale": "r1-1-000077"}])
def test_an_id_that_was_used_for_something_else_is_refused(site: Site, r1: Till, other):
    r1.asked(site, "C1", 6_000, id="mine")
    again = {"customer": "C1", "amount": 6_000, "id": "mine", **other}

    answer = r1.ask(site, again.pop("customer"), again.pop("amount"), **again)

    assert (answer.status_code, answer.json["code"]) == (409, "authorization-differs")


def test_an_id_is_its_registers_own(site: Site, r1: Till, r2: Till):
    r1.asked(site, "C1", 6_000, id="mine")

    assert r2.look(site, "mine").json["code"] == "authorization-not-found"
    r2.release(site, "mine")
    assert account(site, "C1")["held"] == 6_000
    assert r2.ask(site, "C1", 1, sale="r1-1-000001").json["code"] == "permission-missing"


def test_what_is_let_go_may_be_taken_by_another(site: Site, r1: Till, r2: Till):
    r1.asked(site, "C1", 6_000, id="mine")

    told = r1.release(site, "mine")

    assert (told["state"], told["approved"], told["code"]) == ("released", False, "authorization-released")
    assert r1.release(site, "mine") == told
    assert r2.asked(site, "C1", 10_000)["approved"]


def test_an_asking_that_comes_after_it_was_let_go_holds_nothing(site: Site, r1: Till):
    r1.release(site, "late")

    told = r1.asked(site, "C1", 6_000, id="late")

    assert (told["approved"], told["state"], told["sale"]) == (False, "released", None)
    assert account(site, "C1")["held"] == 0


def test_what_nobody_comes_back_for_expires_and_is_decided_anew_when_asked_again(site: Site, r1: Till, r2: Till):
    r1.asked(site, "C1", 6_000, id="mine")
    site.clock.passes(minutes=15)

    expired = r1.look(site, "mine").json
    assert (expired["state"], expired["approved"], expired["code"]) == ("expired", False, "authorization-expired")
    assert r2.asked(site, "C1", 7_000)["approved"]
    assert r1.asked(site, "C1", 6_000, id="mine")["code"] == "credit-limit-exceeded"


# -- when the sale comes home ------------------------------------------------------------------------------------------


def test_the_entry_takes_the_place_of_the_hold_and_nothing_counts_twice(site: Site, r1: Till):
    told = r1.asked(site, "C1", 6_000)
    r1.owe(site, "C1", account=6_000)

    shown = account(site, "C1")

    assert stands(shown) == (6_000, 0, 10_000, 4_000)
    assert (shown["entries"][0]["authorization"], shown["entries"][0]["flags"]) == (told["id"], [])
    assert r1.look(site, told["id"]).json["state"] == "captured"
    assert r1.release(site, told["id"])["approved"], "what has been used is not let go"
    assert account(site, "C1")["balance"] == 6_000


def test_a_sale_that_comes_home_after_its_hold_has_expired_is_still_an_allowed_one(site: Site, r1: Till):
    told = r1.asked(site, "C1", 6_000)
    site.clock.passes(days=20)
    r1.owe(site, "C1", account=6_000)

    (entry,) = account(site, "C1")["entries"]

    assert (entry["authorization"], entry["flags"]) == (told["id"], [])


def test_more_than_was_allowed_is_flagged(site: Site, r1: Till):
    r1.asked(site, "C1", 6_000)
    r1.owe(site, "C1", account=6_001)

    assert account(site, "C1")["entries"][0]["flags"] == ["without-authorization"]


def test_what_was_held_for_a_sale_and_not_used_is_let_go_with_it(site: Site, r1: Till):
    unused = r1.asked(site, "E1", 2_000, "payroll")
    r1.asked(site, "E1", 1_000, "bonus")
    r1.owe(site, "E1", bonus=1_000)

    assert account(site, "E1", "payroll")["held"] == 0
    assert r1.look(site, unused["id"]).json["state"] == "released"


def test_for_a_sale_that_has_come_home_nothing_is_held(site: Site, r1: Till):
    sale = r1.owe(site, "C1", card=500)

    assert r1.ask(site, "C1", 100, sale=sale).json["code"] == "authorization-settled"


# -- gift cards, bonus -------------------------------------------------------------------------------------------------


def test_a_gift_card_gives_what_was_loaded(site: Site, r1: Till):
    enter(site, "gift-card/4711/entries/sold-1", kind="grant", amount=5_000)
    assert r1.asked(site, "4711", 5_001, "gift-card")["code"] == "balance-insufficient"
    assert r1.asked(site, "4711", 2_000, "gift-card")["approved"]
    r1.sell(2_500, tenders=[Tender(1, "voucher", 2_000, "4711"), Tender(2, "voucher", 500, "pullo")])
    site.bring_home(r1)

    shown = account(site, "4711", "gift-card")

    assert (shown["balance"], shown["held"], shown["available"]) == (-3_000, 0, 3_000)
    assert [one["kind"] for one in shown["entries"]] == ["grant", "sale"]
    assert site.get("/api/accounts/gift-card/pullo").json["code"] == "account-not-found"


def test_where_bonus_must_be_granted_no_more_is_used(site: Site, r1: Till):
    with (site.office.directory / "settings.toml").open("a") as file:
        file.write("[accounts]\nbonus_only_granted = true\nauthorization_min = 2\n")
    site.reopen()

    assert r1.asked(site, "M1", 1, "bonus")["code"] == "balance-insufficient"
    enter(site, "bonus/M1/entries/2026-10", kind="grant", amount=1_500)
    told = r1.asked(site, "M1", 1_500, "bonus")
    assert (told["approved"], told["available"], told["expires_at"]) == (True, 0, "2026-11-22T20:02:00.000Z")


# -- at once -----------------------------------------------------------------------------------------------------------


def test_registers_that_ask_at_once_get_no_more_than_there_is(site: Site):
    tills = [a_till(site, f"r{n}") for n in range(1, 9)]
    answers: list[bool] = []

    def ask(till: Till) -> None:
        answers.extend(bool(till.asked(site, "C1", 1_500)["approved"]) for _ in range(3))

    threads = [threading.Thread(target=ask, args=(till,)) for till in tills]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert (len(answers), sum(answers)) == (24, 6)
    assert account(site, "C1")["held"] == 9_000
