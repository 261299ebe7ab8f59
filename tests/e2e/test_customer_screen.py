"""The customer's screen: a second window of the till's browser that shows what is bought, to pay and given back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.pages import KIOSK, PHONE, WIDE, TillPage, Watched
from tests.support.shop import COFFEE, MILK

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [KIOSK, WIDE, PHONE])
def test_the_customer_sees_the_purchases_the_rest_and_the_change(
    size: tuple[int, int], till_at: Callable[..., TillPage]
) -> None:
    till = till_at("r2")
    till.open()
    till.begin("2", "2222")
    page = till.page.context.new_page()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    screen = Watched(page, till.url)
    page.goto(f"{till.url}/customer")
    expect(page.locator(".customer-greeting")).to_be_visible()
    expect(page.locator(".customer-foot")).to_be_hidden()

    till.scan(MILK.code)
    till.scan(COFFEE.code)
    rows = page.locator(".customer-lines li")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text(MILK.name)
    expect(page.locator(".customer-sum")).to_have_text(till.page.locator(".total-sum").inner_text())
    assert screen.barriers() == []

    till.pay_cash("50.00")
    expect(page.locator("customer-page")).to_have_attribute("data-kind", "done")
    expect(page.locator(".customer-sum")).to_have_text(till.page.locator(".change-sum").inner_text())
    till.next_customer()
    expect(rows).to_have_count(0)
    assert screen.faults == []


def test_a_till_that_is_closed_leaves_nobody_on_the_screen(till_at: Callable[..., TillPage]) -> None:
    till = till_at("r2")
    till.open()
    till.begin("2", "2222")
    till.scan(MILK.code)
    page = till.page.context.new_page()
    page.goto(f"{till.url}/customer")
    expect(page.locator(".customer-sum")).to_have_text(till.page.locator(".total-sum").inner_text())
    till.page.close()
    expect(page.locator(".customer-foot")).to_be_hidden()
    expect(page.locator(".customer-lines li")).to_have_count(0)

    again = till_at("r2")  # the sale is a draft in the register, and goes on
    again.open()
    again.begin("2", "2222")
    again.pay_card()
    again.is_done()
