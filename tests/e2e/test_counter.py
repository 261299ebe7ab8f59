"""What a cashier does beside scanning: discounts, items without a code, money in and out, returns, exercises."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.support.pages import TillPage
from tests.support.shop import CIGARETTES, COFFEE, MILK

pytestmark = pytest.mark.browser


@pytest.fixture
def till(till_at: Callable[..., TillPage]) -> Iterator[TillPage]:
    till = till_at("r2")
    till.open()
    till.begin("3", "3333")  # who may give half the price away
    yield till
    expect(till.page.locator("till-sale")).to_be_visible()


def test_a_line_and_a_sale_get_their_discounts_with_a_reason(till: TillPage) -> None:
    till.scan(COFFEE.code)
    till.sells(COFFEE.name)
    till.more("Alennus riville")
    till.answers("50", "Anna alennus", "Vaurioitunut")
    till.total_is("2.74")  # 5.49 less 2.75: half a cent goes to the customer
    till.more("Alennus koko ostoksesta")
    till.answers("0.74", "Anna alennus", "€", "Henkilökunta")
    till.total_is("2.00")
    till.pay_card()
    till.is_done()
    till.receipt_says("Alennus")
    till.next_customer()


def test_a_discount_without_a_number_or_a_reason_is_not_given(till: TillPage) -> None:
    till.scan(MILK.code)
    till.sells(MILK.name)
    till.more("Alennus riville")
    dialog = till.page.locator("dialog")
    go = dialog.get_by_role("button", name="Anna alennus")
    go.click()
    expect(dialog.locator(".dialog-missing")).to_have_text("Näppäile ensin luku.")
    till.keys("10")
    go.click()
    expect(dialog.locator(".dialog-missing")).to_have_text("Valitse syy.")
    till.page.keyboard.press("Escape")
    till.total_is("1.15")
    till.pay_card()
    till.is_done()
    till.next_customer()


def test_an_item_without_a_code_begins_a_sale(till: TillPage) -> None:
    till.more("Tuote ilman koodia")
    till.answers("12.50", "Lisää tuote", "Elintarvike")
    till.sells("Elintarvike")
    till.total_is("12.50")
    till.pay_cash("20.00")
    till.change_is("7.50")
    till.next_customer()


def test_money_in_and_out_and_an_opened_drawer_stand_in_the_x_report(till: TillPage) -> None:
    page = till.page

    def expected() -> str:
        till.menu_choose("X-raportti")
        row = page.locator("dialog .report tr", has_text="Pitäisi olla laatikossa")
        said = row.locator("td").inner_text()
        page.keyboard.press("Escape")
        return said

    before = float(expected().replace("\xa0", "").replace(" ", "").replace("€", "").replace(",", "."))
    till.menu_choose("Rahaa sisään tai ulos")
    till.answers("15.00", "Kirjaa", "Ulos", "Pieni hankinta")
    till.says("Kirjattu.")
    till.menu_choose("Avaa laatikko")
    page.locator("dialog").get_by_role("button", name="Rahan vaihto").click()
    till.says("Laatikko avattiin.")
    after = float(expected().replace("\xa0", "").replace(" ", "").replace("€", "").replace(",", "."))
    assert round(before - after, 2) == 15.00
    till.menu_choose("Rahaa sisään tai ulos")
    till.answers("15.00", "Kirjaa", "Sisään", "Vaihtorahaa")
    till.says("Kirjattu.")


def test_what_was_bought_comes_back_from_its_receipt(till: TillPage) -> None:
    till.scan(COFFEE.code)
    till.sells(COFFEE.name)
    till.pay_card()
    till.is_done()
    till.next_customer()
    page = till.page
    till.menu_choose("Kuitit")
    page.locator(".fetched .row-button").first.click()
    page.get_by_role("button", name="Palauta tältä kuitilta").click()
    page.locator("dialog").get_by_role("button", name="Lue tuotteet").click()
    expect(page.locator(".sale-kind")).to_have_text("PALAUTUS")
    till.scan(COFFEE.code)
    till.sells(COFFEE.name)
    till.pay()
    till.tender("card").click()
    till.is_done()
    till.receipt_says("PALAUTUS")
    till.receipt_says("Alkuperäinen kuitti")
    till.next_customer()


def test_an_exercise_is_marked_and_ends(till: TillPage) -> None:
    till.menu_choose("Harjoittelu: aloita")
    expect(till.page.locator(".sale-kind")).to_have_text("HARJOITUS")
    till.scan(MILK.code)
    till.sells(MILK.name)
    till.pay_card()
    till.is_done()
    till.receipt_says("HARJOITUS")
    till.next_customer()
    till.menu_choose("Harjoittelu: lopeta")
    expect(till.page.locator(".sale-kind")).to_be_hidden()


def test_an_age_is_asked_at_the_line_and_again_before_paying(till: TillPage) -> None:
    question = till.page.locator("dialog", has_text="Onko asiakas täyttänyt 18 vuotta?")
    till.scan(CIGARETTES.code)
    expect(question).to_be_visible()
    till.page.keyboard.press("Escape")  # not now
    till.sells(CIGARETTES.name)
    till.page.locator("till-sale .pay").click()
    expect(question).to_be_visible()
    question.get_by_role("button", name="Asiakirja tarkastettu").click()
    expect(till.page.locator("till-pay .tender").first).to_be_visible()
    till.tender("card").click()
    till.is_done()
    till.next_customer()


def test_goods_that_a_customer_is_too_young_for_are_taken_away(till: TillPage) -> None:
    till.scan(MILK.code)
    till.sells(MILK.name)
    till.scan(CIGARETTES.code)
    till.page.locator("dialog").get_by_role("button", name="Ei: poista tuotteet").click()
    till.total_is("1.15")
    till.pay_card()
    till.is_done()
    till.next_customer()
