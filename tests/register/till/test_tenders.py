"""Which tender may be used: the table of the snapshot against mode and customer."""

from __future__ import annotations

from typing import Any

import pytest

from poscore.catalog_format import ALLOW, DENY
from poscore.errors import Refused
from poscore.quantity import ONE, Quantity
from poscore.sale import TENDER_TYPES
from poscore.tender_policy import SETTING, Policy
from poscore.vat import FINLAND
from register_svc.till.articles import Customer, PriceDay
from register_svc.till.basket import Basket
from register_svc.till.item import Item, standard_rate
from register_svc.till.tenders import (
    SETTLED_OUTSIDE,
    TenderRule,
    check_tenders,
    must_be_allowed,
    must_be_within,
    payment_options,
    refusal,
    rule_of,
    with_policy,
)

NAMES = {"fi": "nimi", "sv": "namn", "en": "name"}
WHY = {"fi": "syy", "sv": "skäl", "en": "reason"}
CUSTOMER = Customer("C1", "Rakennus Oy", "7654321-0", ("invoice", "account", "payroll", "bonus"), None)


def a_rule(kind: str, *, online: str = ALLOW, offline: str = ALLOW, needs_customer: bool = False) -> TenderRule:
    return TenderRule(kind, NAMES, online, offline, needs_customer, WHY if offline == DENY else None)


# The table that head office ships, with what each answers: ONLINE, OFFLINE (None: allowed).
SHIPPED = [
    (a_rule("cash"), None, None),
    (a_rule("card"), None, None),
    (a_rule("invoice", needs_customer=True), None, None),
    (a_rule("account", needs_customer=True), None, None),
    (a_rule("payroll", offline=DENY, needs_customer=True), None, "tender-not-available-offline"),
    (a_rule("bonus", offline=DENY, needs_customer=True), None, "tender-not-available-offline"),
    (a_rule("voucher", offline=DENY), None, "tender-not-available-offline"),
]
RULES = {rule.type: rule for rule, _, _ in SHIPPED}


def code(error: Refused | None) -> str | None:
    return error.code if error else None


@pytest.mark.parametrize(("rule", "online", "offline"), SHIPPED, ids=lambda value: getattr(value, "type", str(value)))
def test_all_normal_tenders_work_offline_and_the_special_ones_do_not(
    rule: TenderRule, online: str | None, offline: str | None
) -> None:
    assert code(refusal(rule, offline=False, customer=CUSTOMER)) == online
    assert code(refusal(rule, offline=True, customer=CUSTOMER)) == offline


def test_every_tender_type_is_in_that_table() -> None:
    assert set(RULES) == set(TENDER_TYPES)


def test_a_tender_that_the_store_does_not_take_is_refused_online_too() -> None:
    rule = a_rule("card", online=DENY)
    assert code(refusal(rule, offline=False, customer=None)) == "tender-not-available"


def test_a_tender_may_be_for_emergencies_only() -> None:
    assert refusal(a_rule("card", online=DENY), offline=True, customer=None) is None


@pytest.mark.parametrize("kind", ["invoice", "account", "payroll", "bonus"])
def test_a_tender_on_somebodys_name_needs_the_name(kind: str) -> None:
    assert code(refusal(RULES[kind], offline=False, customer=None)) == "customer-required"


def test_a_customer_uses_only_what_was_agreed() -> None:
    customer = Customer("C2", "Kunta", "", ("invoice",), None)
    assert refusal(RULES["invoice"], offline=False, customer=customer) is None
    assert code(refusal(RULES["account"], offline=False, customer=customer)) == "tender-not-for-customer"


def test_offline_is_the_first_reason_that_is_named() -> None:
    assert code(refusal(RULES["payroll"], offline=True, customer=None)) == "tender-not-available-offline"


def test_a_tender_that_is_not_in_the_table_is_unknown() -> None:
    with pytest.raises(Refused) as refused:
        rule_of({}, "cash")
    assert refused.value.code == "tender-unknown"


def test_every_tender_is_judged_once_more_at_the_end() -> None:
    basket = paid(a_basket(129), card=100, payroll=29)
    check_tenders(basket, RULES, offline=False, customer=CUSTOMER)
    with pytest.raises(Refused) as refused:
        check_tenders(basket, RULES, offline=True, customer=CUSTOMER)
    assert refused.value.code == "tender-not-available-offline"
    with pytest.raises(Refused) as unknown:
        check_tenders(paid(a_basket(129), voucher=5), {}, offline=False, customer=CUSTOMER)
    assert unknown.value.code == "tender-unknown"


def paid(basket: Basket, **amounts: int) -> Basket:
    for kind, amount in amounts.items():
        basket = basket.add_tender(kind, amount, None)
    return basket


# -- the shop's own policy ---------------------------------------------------------------------------------------------


def policy(**by_tender: dict[str, Any]) -> dict[str, TenderRule]:
    return dict(with_policy(RULES, {SETTING: by_tender}))


def test_a_shop_may_take_what_ships_refused_and_refuse_what_ships_taken() -> None:
    rules = policy(payroll={"offline": "allow"}, card={"online": "deny", "reason": WHY})
    assert refusal(rules["payroll"], offline=True, customer=CUSTOMER) is None
    told = refusal(rules["card"], offline=False, customer=None)
    assert told is not None
    assert (told.code, told.extra) == ("tender-not-available", {"reason": WHY})
    assert refusal(rules["card"], offline=True, customer=None) is None
    assert (rules["cash"], rules["invoice"]) == (RULES["cash"], RULES["invoice"])


def test_a_cap_holds_for_all_of_one_tender_on_a_sale_and_the_screen_offers_no_more() -> None:
    rules = policy(card={"offline": "cap(5000)"})
    basket = must_be_within(rules["card"], True, paid(a_basket(9_000), card=3_000))
    (card,) = (o for o in payment_options(basket, list(rules.values()), True, None)["tenders"] if o["type"] == "card")
    assert (card["allowed"], card["amount"]) == (True, 2_000)
    too_much = paid(basket, card=2_001)
    for act in (
        lambda: must_be_within(rules["card"], True, too_much),
        lambda: check_tenders(too_much, rules, True, None),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert (refused.value.code, refused.value.extra) == ("tender-above-cap", {"limit": 5_000})
    assert must_be_within(rules["card"], False, too_much) is too_much
    back = paid(a_basket(9_000, "return"), card=9_000)
    assert must_be_within(rules["card"], True, back) is back


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("allow", Policy("allow")),
        ("deny", Policy("deny")),
        ("cap(0)", Policy("cap", limit=0)),
        ("pin(shift_lead)", Policy("pin", permission="tender-by-lead")),
        ("pin(manager)", Policy("pin", permission="tender-by-manager")),
        ("pin(cashier)", Policy("deny")),
        ("cap(-1)", Policy("deny")),
        ("ask(head-office)", Policy("deny")),
        ("", Policy("deny")),
    ],
)
def test_a_policy_that_is_not_understood_denies(text: str, wanted: Policy) -> None:
    assert Policy.parse(text) == wanted


def test_on_account_offline_there_is_an_allowance() -> None:
    must_be_allowed(3_000, 2_000, 5_000)
    with pytest.raises(Refused) as refused:
        must_be_allowed(3_000, 2_001, 5_000)
    assert (refused.value.code, refused.value.extra) == ("account-allowance-used", {"left": 2_000})


def test_what_somebody_outside_knows_of_is_synced_at_once() -> None:
    assert {"cash", "invoice"} == set(TENDER_TYPES) - SETTLED_OUTSIDE


# -- the pay screen ----------------------------------------------------------------------------------------------------


def a_basket(price: int, kind: str = "sale") -> Basket:
    day = PriceDay.of(3, "2026-11-22", FINLAND)
    basket = Basket("r1-1-000001", kind, False, "2026-11-22", "101", standard_rate(day), "2026-11-22T10:00:00.000Z")
    return basket.add_line(Item("X", None, "X", "kpl", price, 0, 1350, 0), ONE, 3)


def options(basket: Basket, **changes: Any) -> dict[str, Any]:
    said: dict[str, Any] = {"offline": False, "customer": None} | changes
    return payment_options(basket, list(RULES.values()), said["offline"], said["customer"])


def test_the_pay_screen_is_told_what_is_left_and_what_may_be_used() -> None:
    told = options(a_basket(1003), offline=True, customer=CUSTOMER)
    assert told["left"] == {"exact": 1003, "cash": 1005}
    assert [option["type"] for option in told["tenders"]] == list(RULES)
    by_type = {option["type"]: option for option in told["tenders"]}
    assert by_type["cash"] == {
        "type": "cash",
        "names": NAMES,
        "allowed": True,
        "code": None,
        "reason": None,
        "needs_customer": False,
        "amount": 1005,
    }
    assert (by_type["card"]["amount"], by_type["card"]["allowed"]) == (1003, True)
    assert (by_type["payroll"]["allowed"], by_type["payroll"]["reason"]) == (False, WHY)


def test_the_reason_is_shown_only_where_offline_is_the_reason() -> None:
    payroll = {option["type"]: option for option in options(a_basket(100))["tenders"]}["payroll"]
    assert (payroll["code"], payroll["reason"]) == ("customer-required", None)


@pytest.mark.parametrize(
    ("price", "notes"),
    [
        (1003, [2000, 5000, 10000]),
        (500, [1000, 2000, 5000]),
        (499, [1000, 2000, 5000]),
        (12, [500, 1000, 2000]),
        (15_000, [20_000]),
        (20_000, []),
    ],
)
def test_the_next_notes_above_the_sum_are_offered(price: int, notes: list[int]) -> None:
    assert options(a_basket(price))["notes"] == notes


def test_no_notes_are_offered_for_a_return_or_for_nothing() -> None:
    assert options(a_basket(1003, "return"))["notes"] == []
    assert options(a_basket(1003, "return"))["left"] == {"exact": 1003, "cash": 1005}
    assert options(a_basket(0))["notes"] == []


def test_a_price_book_goes_to_the_wire() -> None:
    assert CUSTOMER.to_wire() == {
        "customer_id": "C1",
        "name": "Rakennus Oy",
        "business_id": "7654321-0",
        "tenders": ["invoice", "account", "payroll", "bonus"],
        "credit_limit": None,
    }
    assert Quantity(0).is_whole
