"""Every screen in every size and language: it can be hit with a finger, read, and used without eyes or colours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserType, expect

from tests.support.fleet import Fleet
from tests.support.pages import KIOSK, LANGUAGES, PHONE, SIZES, WIDE, TechnicianPhone, TillPage, Watched
from tests.support.shop import COFFEE, MILK, SHARED_CODE

pytestmark = pytest.mark.browser

# What may be scrolled to reach a control. On a phone, which is a fallback, the whole of paying may be.
_LISTS = (".lines", ".fetched-box", ".pick-list", ".dialog")
_PHONE_SCREENS = ("till-pay", "till-done", "till-receipts", "till-sign-in", "till-shift-open", "till-shift-close")


# Axe needs a second a screen. What it looks at differs by size and by language, hardly by both.
_WITH_AXE = {(KIOSK, "fi"), (PHONE, "sv"), (WIDE, "en")}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", SIZES)
def test_every_screen_can_be_hit_with_a_finger_and_read_without_eyes(
    size: str, language: str, till_at: Callable[..., TillPage], phone_at: Callable[..., TechnicianPhone]
) -> None:
    till, phone = till_at("r2", SIZES[size]), phone_at("r2", SIZES[size])
    scrolling = (*_LISTS, *_PHONE_SCREENS) if SIZES[size] == PHONE else _LISTS
    axe = (SIZES[size], language) in _WITH_AXE
    told: list[str] = []

    def look(page: Watched, screen: str, lists: tuple[str, ...]) -> None:
        found = [*page.misfits(lists), *(page.barriers() if axe else [])]
        told.extend(f"{screen}: {one}" for one in found)

    for screen in every_screen(till, language):
        look(till, screen, scrolling)
    phone.open()
    phone.speak(language)
    look(phone, "technician", ("html",))
    assert not told, "\n".join(told)


def test_keys_have_the_sizes_that_fingers_were_promised(till_at: Callable[..., TillPage]) -> None:
    till = till_at("r2")
    till.open()
    till.begin("2", "2222")
    till.scan(MILK.code)
    till.sells(MILK.name)
    page = till.page
    for selector, least in ((".keypad .key", (64, 64)), (".quick-key", (96, 72)), ("till-sale .pay", (64, 80))):
        for box in page.locator(selector).evaluate_all("all => all.map(one => [one.offsetWidth, one.offsetHeight])"):
            assert box[0] >= least[0], f"{selector} is {box}"
            assert box[1] >= least[1], f"{selector} is {box}"
    look = "one => [getComputedStyle(one).fontSize, getComputedStyle(one).fontVariantNumeric]"
    font_size, figures = page.locator(".total-sum").evaluate(look)
    assert float(font_size.removesuffix("px")) >= 40
    assert figures == "tabular-nums"
    till.pay_card()
    till.is_done()


def test_without_colours_and_without_motion_it_says_the_same(till_at: Callable[..., TillPage]) -> None:
    till = till_at("r2")
    till.page.emulate_media(forced_colors="active", reduced_motion="reduce")
    till.open()
    till.begin("2", "2222")
    expect(till.page.locator(".chip")).to_have_text("●Yhteys")
    till.go_offline("Huolto")
    expect(till.page.locator(".chip")).to_have_text("▲OFFLINE")
    expect(till.page.locator(".bar-mark")).to_have_text("▲")
    assert till.misfits(_LISTS) == []
    still = till.page.locator(".key").first.evaluate("one => getComputedStyle(one).transitionDuration")
    assert still == "0s"
    till.go_online()


def test_the_sale_screen_reads_as_it_should(till_at: Callable[..., TillPage]) -> None:
    till = till_at("r2")
    till.open()
    till.begin("2", "2222")
    till.scan(MILK.code)
    till.sells(MILK.name)
    till.total_is("1.15")
    expect(till.page.locator(".sale-left")).to_match_aria_snapshot(
        """
        - list "Ostokset":
          - listitem:
            - button "Kevytmaito 1 l 1 1,15" [pressed]
        - button "Odota"
        - button "Odottavat"
        - text: YHTEENSÄ
        - status: /1,15.€/
        """
    )
    till.pay_card()
    till.is_done()


def test_a_phone_sees_a_register_fall_silent_and_come_back(
    shop: Fleet, phone_at: Callable[..., TechnicianPhone]
) -> None:
    phone = phone_at("r2")
    phone.open()
    phone.verdict_is("Kunnossa")
    expect(phone.page.locator(".age")).to_contain_text("päivitetty")
    shop.kill("r2")
    phone.verdict_is("Kassa ei vastaa")
    shop.restart("r2")
    phone.verdict_is("Kunnossa")
    phone.speak("en")
    phone.check_says("Price list", "version")


def test_the_phone_page_needs_no_secure_context(
    shop: Fleet, browser_type: BrowserType, browser_type_launch_args: dict[str, Any]
) -> None:
    """A phone reaches a register by plain http and a name or number that is not localhost."""
    mapped = [*browser_type_launch_args["args"], "--host-resolver-rules=MAP phone.test 127.0.0.1"]
    with browser_type.launch(**{**browser_type_launch_args, "args": mapped}) as browser:
        phone = TechnicianPhone(browser.new_page(), f"http://phone.test:{shop.register('r2').lan_port}")
        phone.open()
        phone.verdict_is("Kunnossa")
        assert phone.page.evaluate("isSecureContext") is False
        assert phone.faults == []


def every_screen(till: TillPage, language: str) -> Iterator[str]:
    """Walks through the till, from sign-in to the end of the shift, and names each screen as it comes up."""
    page = till.page
    till.open()
    till.speak(language)
    yield "sign-in"
    till.sign_in("2", "2222")
    opening = page.locator("till-shift-open")
    expect(opening.or_(page.locator("till-sale"))).to_be_visible()
    if not opening.is_visible():  # another test's shift is open
        till.close_shift("100")
        page.locator(".shift-closed .key").nth(1).click()
    expect(opening).to_be_visible()
    yield "shift open"
    till.open_shift("100")
    yield "sale, empty"
    for code in (MILK.code, COFFEE.code):
        till.scan(code)
    expect(till.lines).to_have_count(2)
    till.quantity("12")
    till.scan("6400000000008")
    till.does_not_know("6400000000008")
    yield "sale, with a code not found, keypad"
    if page.locator(".panel-key[value=quick]").is_visible():
        page.locator(".panel-key[value=quick]").click()
        yield "sale, quick keys"
        page.locator(".panel-key[value=keys]").click()
    till.dismiss()
    till.scan(SHARED_CODE)
    expect(page.locator("dialog .row-button")).to_have_count(2)
    yield "which item"
    page.locator("dialog .row-button").first.click()
    expect(till.lines).to_have_count(3)
    page.locator(".key-verb").nth(2).click()
    page.locator("dialog .field").fill("maito")
    expect(page.locator("dialog .row-button").first).to_be_visible()
    yield "search"
    page.keyboard.press("Escape")
    acts = ("line discount", "sale discount", "another price", "comment", "", "item without a code")
    for at, name in enumerate(acts):
        if not name:
            continue
        page.locator(".key-verb").last.click()
        if at == 0:
            yield "more"
        page.locator("dialog .menu-keys .key").nth(at).click()
        expect(page.locator("dialog .field" if name == "comment" else "dialog .keypad")).to_be_visible()
        yield name
        page.keyboard.press("Escape")
    yield from discounts(till)
    for at, name, sign in (
        (2, "cash in or out", ".keypad"),
        (3, "open the drawer", ".choices"),
        (4, "X report", ".report"),
        (5, "a new PIN", ".keypad"),
    ):
        till.menu_opens()
        page.locator("dialog .menu-keys .key").nth(at).click()
        expect(page.locator(f"dialog {sign}")).to_be_visible()
        yield name
        page.keyboard.press("Escape")
    till.menu_opens()
    yield "menu"
    page.keyboard.press("Escape")
    page.locator(".chip").click()
    yield "status"
    page.locator("dialog .menu-keys > .key").click()
    yield "why OFFLINE"
    page.keyboard.press("Escape")
    till.park()
    till.show_parked()
    expect(page.locator(".list-row").first).to_be_visible()
    yield "parked"
    page.locator(".list-row .key-main").first.click()
    till.can_sell()
    till.pay()
    yield "pay"
    till.tender("account").click()
    page.locator("dialog .field").fill("koulu")
    expect(page.locator("dialog .row-button").first).to_be_visible()
    yield "customer"
    page.keyboard.press("Escape")
    till.keys("1")
    till.tender("cash").click()
    expect(page.locator(".taken li")).to_have_count(1)
    yield "pay, a part"
    till.tender("card").click()
    till.is_done()
    yield "done"
    till.next_customer()
    till.menu(".menu-keys .key:first-child")
    page.locator(".fetched .row-button").first.click()
    expect(page.locator(".done-right .key").last).to_be_enabled()
    yield "receipts"
    page.locator(".done-right .key").last.click()
    expect(page.locator("dialog .return-row").first).to_be_visible()
    yield "what comes back"
    page.keyboard.press("Escape")
    page.locator(".list-head .key").click()
    till.menu(".menu-keys .key:nth-last-child(2)")
    yield "shift close"
    page.locator(".cash-form-beside .key").last.click()
    expect(page.locator(".pieces")).to_be_visible()
    yield "shift close, by pieces"
    page.locator(".cash-form-beside .key").last.click()
    till.keys("100")
    page.locator(".cash-form .key-main").click()
    expect(page.locator(".report")).to_be_visible()
    yield "shift report"


def discounts(till: TillPage) -> Iterator[str]:
    """More than a cashier may give: somebody else is asked, and what was given can be taken back."""
    page = till.page
    page.locator(".key-verb").last.click()
    page.locator("dialog .menu-keys .key").nth(1).click()
    page.locator("dialog .choices").last.locator(".key").first.click()
    till.keys("50")
    page.locator("dialog .key-main").click()
    leave = page.locator("#leave-number")
    expect(leave).to_be_focused()
    yield "leave"
    for text in ("3", "3333"):
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    expect(leave).to_be_hidden()
    page.locator(".key-verb").last.click()
    page.locator("dialog .menu-keys .key").nth(2).click()
    expect(page.locator("dialog .row-button")).to_have_count(1)
    yield "discounts given"
    page.locator("dialog .row-button").click()
    expect(page.locator("dialog")).to_be_hidden()
