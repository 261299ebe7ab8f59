"""Journeys of a day at the till: a real browser, a real register, a real head office and a line that can be cut."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.fleet import Fleet
from tests.support.pages import TechnicianPhone, TillPage
from tests.support.shop import BLUE, BOLD, COFFEE, MILK, NURSERY, SHARED_CODE, SKIMMED

pytestmark = pytest.mark.browser

NOT_SOLD = "6400000000008"


def test_sells_offline_is_killed_and_returns_every_sale_once(
    shop: Fleet, till_at: Callable[..., TillPage], phone_at: Callable[..., TechnicianPhone]
) -> None:
    till, phone = till_at("r1"), phone_at("r1")
    till.open()
    till.begin("1", "1111", opening_float="100")
    expect(till.page.locator(".head-cashier")).to_have_text("Aino Kassa")
    phone.open()
    phone.verdict_is("Kunnossa")

    till.scan(MILK.code)
    till.scan(SKIMMED.code)
    till.sells(SKIMMED.name)
    till.quantity("2")
    till.total_is("3.33")
    till.pay_cash("20.00")
    till.change_is("16.65")  # 3.33 in cash is 3.35
    till.receipt_says(MILK.name)
    till.next_customer()
    shop.books_balance()  # ONLINE it is home without anybody doing anything

    shop.cut("r1")
    till.go_offline("Verkko on poikki")
    phone.verdict_is("Varoitus")
    till.scan(MILK.code)
    till.sells(MILK.name)
    till.pay()
    till.refuses("payroll", "OFFLINE")
    till.refuses("bonus", "OFFLINE")
    till.tender("card").click()
    till.receipt_says("OFFLINE")
    till.next_customer()
    till.waiting_are(1)

    till.scan(COFFEE.code)
    till.sells(COFFEE.name)
    shop.kill("r1")
    till.scan(MILK.code)  # nobody hears it yet
    till.bar_says("Kassa ei vastaa")
    phone.verdict_is("Kassa ei vastaa")
    shop.restart("r1")
    till.must_sign_in_again()
    till.sign_in("1", "1111")
    till.sells(MILK.name)  # the scan was kept, and done once
    assert till.lines.count() == 2
    till.is_offline()
    phone.verdict_is("Varoitus")

    till.pay()
    shop.kill("r1")
    till.hand_over("20")
    till.bar_says("Kassa ei vastaa")
    shop.restart("r1")
    till.must_sign_in_again()
    till.sign_in("1", "1111")
    till.is_done()  # the note was taken, and the sale completed, once
    till.next_customer()
    till.waiting_are(2)

    shop.heal("r1")
    till.go_online()
    till.scan(MILK.code)
    till.pay_note("5")
    till.change_is("3.85")
    till.next_customer()
    phone.verdict_is("Kunnossa")
    shop.books_balance()
    assert all(found["ok"] for found in shop.journals_verify().values())


def test_goods_that_a_till_may_trip_over(till_at: Callable[..., TillPage]) -> None:
    till = till_at("r1")
    till.open()
    till.begin("1", "1111")

    till.scan(NOT_SOLD)
    till.does_not_know(NOT_SOLD)
    till.heard("bad")
    till.scan(MILK.code)
    till.sells(MILK.name)
    till.heard("good")
    till.cannot_pay()
    till.dismiss()

    till.scan(BOLD["gtin"])
    till.sells(BOLD["name"])  # the text, with its angle brackets
    expect(till.page.locator(".line-name b")).to_have_count(0)

    till.scan(SHARED_CODE)
    till.choose(BLUE)
    till.sells(BLUE)
    till.void()
    expect(till.lines.last).to_be_disabled()

    till.menu_opens()
    till.scan(MILK.code)  # a scanner in the wrong moment
    till.heard("bad")
    till.page.keyboard.press("Escape")
    assert till.lines.count() == 3, "a scan into a dialog sells nothing"

    till.pay()
    till.page.locator(".entry").click()
    till.scan(MILK.code)
    till.says("Tämä ei ole rahasumma")
    expect(till.page.locator(".entry")).to_have_value("")
    till.tender("cash").click()
    till.is_done()


def test_parks_searches_and_sells_on_account(till_at: Callable[..., TillPage]) -> None:
    till = till_at("r1")
    till.open()
    till.begin("1", "1111")
    till.search("kevytm", MILK.name)
    till.sells(MILK.name)
    till.park()
    till.quick("Korvapuusti")
    till.sells("Korvapuusti 1 kpl")
    till.scan(COFFEE.code)
    till.sells(COFFEE.name)
    till.pay_on("account", NURSERY)
    till.is_done()
    till.page.locator("till-done .key", has_text="Tulosta kopio").click()
    till.says("Kopio on tehty")
    till.next_customer()
    till.resume(MILK.name)
    till.total_is("1.15")
    till.pay_card()
    till.is_done()
    till.scan(MILK.code)  # the next customer's first item ends this one
    till.sells(MILK.name)
    till.menu(".key-grave")
    till.page.locator("dialog .key-grave").click()
    expect(till.page.locator(".lines-empty")).to_be_visible()
    till.menu(".menu-keys .key:first-child")
    till.page.locator(".fetched .row-button").first.click()
    expect(till.page.locator(".paper")).to_contain_text(MILK.name)


def test_a_sale_of_675_lines_stays_usable(shop: Fleet, till_at: Callable[..., TillPage]) -> None:
    clerk = shop.till("r2", "2")
    sale = clerk.start()
    for _ in range(675):  # the longest real invoice known
        sale = clerk.add(sale["id"], MILK.code)
    till = till_at("r2")
    till.open()
    till.begin("2", "2222")
    expect(till.lines).to_have_count(675)

    took = sorted(till.scan_takes_ms(COFFEE.code) for _ in range(5))
    assert took[2] < 1000, f"a cashier scans an item a second; from Enter to the line on the screen took {took} ms"
    till.sells(COFFEE.name)
    expect(till.lines.last).to_be_in_viewport()

    till.lines.nth(300).scroll_into_view_if_needed()
    till.lines.nth(300).click()
    till.void()
    expect(till.lines.nth(300)).to_be_disabled()
    till.pay_card()
    till.is_done()
    shop.books_balance()


def test_a_lost_session_brings_the_cashier_back_to_the_same_sale(shop: Fleet, till_at: Callable[..., TillPage]) -> None:
    till = till_at("r2")
    till.open()
    till.begin("2", "2222")
    till.scan(MILK.code)
    till.sells(MILK.name)
    till.page.reload()
    expect(till.page.locator("till-sign-in")).to_be_visible()
    till.sign_in("2", "0000")
    till.says("Väärä numero tai PIN")
    till.sign_in_pin("2222")
    till.sells(MILK.name)
    till.pay_card()
    till.is_done()
    shop.books_balance()
