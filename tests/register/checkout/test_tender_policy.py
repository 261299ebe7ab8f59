"""The shop's own policy for tenders at the counter: caps, somebody's leave, the allowance on account, hidden cards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from poscore import records
from poscore.errors import Refused
from tests.support.builders import COFFEE, MILK, ACounter

POLICY = {
    "card": {"online": "pin(manager)"},
    "account": {"offline": "cap(700)"},
    "payroll": {"offline": "allow"},
}


def refused(act: Callable[..., Any], *args: Any, **more: Any) -> Refused:
    with pytest.raises(Refused) as error:
        act(*args, **more)
    return error.value


def a_sale(counter: ACounter, *codes: str, **new: Any) -> str:
    sale = counter.start(**new)
    for code in codes:
        counter.scan(sale, code)
    return sale


def test_a_tender_takes_a_managers_leave_where_the_shop_wants_it(opened: Callable[..., ACounter]) -> None:
    counter = opened(settings={"tenders.policy": POLICY})
    counter.sign_in()
    sale = a_sale(counter, MILK)
    missing = refused(counter.pay, sale, "card")
    assert (missing.code, missing.extra) == ("permission-missing", {"permission": "tender-by-manager"})
    counter.leave("tender-by-manager")
    counter.pay(sale, "card")
    counter.seen()
    counter.complete(sale)  # the leave was for the tender, and is not asked for again
    (used,) = counter.records(records.OVERRIDE_USED)
    assert (used["what"], used["permission"], used["by"], used["sale"]) == ("tender", "tender-by-manager", "301", sale)


def test_the_policy_of_the_mode_counts_and_a_cap_is_judged_again_at_the_end(opened: Callable[..., ACounter]) -> None:
    counter = opened(offline=True, settings={"tenders.policy": POLICY})
    counter.pay(a_sale(counter, MILK), "card")  # OFFLINE no leave is wanted
    counter.pay(a_sale(counter, MILK, customer="C1"), "payroll")
    sale = a_sale(counter, COFFEE, MILK, customer="C1")
    assert refused(counter.pay, sale, "account").code == "tender-above-cap"
    counter.mode.is_offline = False
    counter.pay(sale, "account")
    counter.mode.is_offline = True
    assert refused(counter.complete, sale).code == "tender-above-cap"


def test_on_account_offline_an_allowance_counts_over_sales_and_restarts(opened: Callable[..., ACounter]) -> None:
    counter = opened(offline=True, settings={"accounts.offline_allowance": 2_000})
    first = a_sale(counter, COFFEE, customer="C1")
    counter.pay(first, "account")
    price = counter.complete(first)["sale"]["totals"]["due"]
    counter.sold(MILK, tender="account", training=True, customer="C1")  # an exercise counts for nothing
    again = counter.restarted()
    second = a_sale(again, COFFEE, customer="C1")
    again.pay(second, "account")
    again.complete(second)
    third = a_sale(again, COFFEE, customer="C1")
    used = refused(again.pay, third, "account")
    assert (used.code, used.extra) == ("account-allowance-used", {"left": 2_000 - 2 * price})
    again.pay(third, "invoice")
    again.complete(third)
    again.mode.is_offline = False
    again.sold(COFFEE, tender="account", customer="C1")  # ONLINE nobody counts
    assert again.verdict().ok


def test_a_cards_number_is_in_no_draft_and_no_record(counter: ACounter) -> None:
    sale = a_sale(counter, MILK)
    view = counter.pay(sale, "card", None, "Visa 4000 0012 3456 7899")
    assert view["tenders"][0]["reference"] == "Visa **** 7899"
    assert counter.complete(sale)["sale"]["tenders"][0]["reference"] == "Visa **** 7899"
