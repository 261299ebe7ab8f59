"""Who may do what: a manager's PIN for one act, the own PIN, the lock, prices and comments by hand, the count."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.support.pages import TillPage
from tests.support.shop import COFFEE, COLA, FORGETFUL, MILK

pytestmark = pytest.mark.browser


@pytest.fixture
def till(till_at: Callable[..., TillPage]) -> Iterator[TillPage]:
    till = till_at("r2")
    till.open()
    till.begin("1", "1111")
    yield till
    expect(till.page.locator("till-sale")).to_be_visible()


def asked_for_leave(till: TillPage) -> Locator:
    dialog = till.page.locator("dialog", has_text="Tarvitaan toisen lupa")
    expect(dialog).to_be_visible()
    return dialog


def leave(till: TillPage, number: str, pin: str) -> None:
    """As with the keys of a till: number, Enter, PIN, Enter."""
    expect(till.page.locator("#leave-number")).to_be_focused()
    till.page.keyboard.type(number)
    till.page.keyboard.press("Enter")
    till.page.keyboard.type(pin)
    till.page.keyboard.press("Enter")


def test_a_discount_above_the_limit_takes_a_managers_pin_once(till: TillPage) -> None:
    till.scan(COFFEE.code)
    till.sells(COFFEE.name)
    till.more("Alennus koko ostoksesta")
    till.answers("50", "Anna alennus", "Vaurioitunut")
    dialog = asked_for_leave(till)
    expect(dialog).to_contain_text("Alennus ylittää rajasi.")
    leave(till, "4", "9999")
    expect(dialog.locator(".dialog-missing")).to_have_text("Väärä numero tai PIN.")
    till.page.keyboard.type("4444")  # the number still stands there
    till.page.keyboard.press("Enter")
    till.total_is("2.74")
    till.more("Alennus koko ostoksesta")
    till.answers("20", "Anna alennus", "Vaurioitunut")
    asked_for_leave(till)
    till.page.keyboard.press("Escape")
    till.says("Sinulla ei ole oikeutta tähän.")
    till.total_is("2.74")
    till.pay_card()
    till.is_done()
    till.next_customer()


def test_a_scan_while_a_manager_is_asked_is_refused_aloud_and_adds_nothing(till: TillPage) -> None:
    till.scan(COFFEE.code)
    till.sells(COFFEE.name)
    till.more("Alennus koko ostoksesta")
    till.answers("50", "Anna alennus", "Vaurioitunut")
    dialog = asked_for_leave(till)
    dialog.locator("h2").click()  # the focus is nowhere
    till.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    till.scan(MILK.code)
    till.sells(MILK.name)
    till.pay_card()
    till.is_done()
    till.next_customer()


def test_a_price_and_a_comment_by_hand_stand_on_the_line_and_on_the_receipt(till: TillPage) -> None:
    till.scan(COFFEE.code)
    till.sells(COFFEE.name)
    till.more("Toinen hinta")
    till.answers("4.99", "Aseta hinta", "Hyllyn hinta")
    leave(till, "3", "3333")
    till.total_is("4.99")
    note = till.page.locator(".line-note").last
    expect(note).to_contain_text("oli 5,49")
    till.more("Kommentti riville")
    till.page.locator("dialog input").fill("Lahjaksi")
    till.page.keyboard.press("Enter")
    expect(note).to_contain_text("“Lahjaksi”")
    till.pay_card()
    till.is_done()
    till.receipt_says("Lahjaksi")
    till.next_customer()


def test_a_discount_is_taken_back(till: TillPage) -> None:
    till.scan(COFFEE.code)
    till.sells(COFFEE.name)
    till.more("Alennus riville")
    till.answers("10", "Anna alennus", "Vaurioitunut")
    till.total_is("4.94")
    till.more("Annetut alennukset")
    till.page.locator("dialog .row-button", has_text="Peru 10 %").click()
    till.total_is("5.49")
    till.pay_card()
    till.is_done()
    till.next_customer()


def test_lines_of_a_receipt_are_chosen_and_come_back(till: TillPage) -> None:
    till.scan(COFFEE.code)
    till.sells(COFFEE.name)
    till.scan(COLA.code)
    till.sells(COLA.name)
    till.scan(MILK.code)
    till.sells(MILK.name)
    till.pay_card()
    till.is_done()
    till.next_customer()
    page = till.page
    till.menu_choose("Kuitit")
    page.locator(".fetched .row-button").first.click()
    page.get_by_role("button", name="Palauta tältä kuitilta").click()
    dialog = page.locator("dialog")
    dialog.get_by_role("button", name="Palauta", exact=True).click()
    expect(dialog.locator(".dialog-missing")).to_have_text("Valitse, mitä palautetaan.")
    dialog.get_by_role("button", name=f"Enemmän: {COLA.name}").click()
    dialog.get_by_role("button", name=f"Enemmän: {COLA.name}").click()  # there is only one
    expect(dialog.locator(".return-row", has_text=COLA.name).locator(".return-count")).to_have_text("1")
    dialog.get_by_role("button", name="Palauta", exact=True).click()
    till.sells(COLA.name)
    expect(page.locator(".sale-kind")).to_have_text("PALAUTUS")
    till.pay()
    till.tender("card").click()
    till.is_done()
    till.next_customer()
    till.menu_choose("Kuitit")
    page.locator(".fetched .row-button").nth(1).click()
    page.get_by_role("button", name="Palauta tältä kuitilta").click()
    expect(dialog.locator(".return-row")).to_have_count(2)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Takaisin").click()


def test_the_register_locks_itself_and_the_sale_is_still_there(till: TillPage) -> None:
    page = till.page
    till.scan(MILK.code)
    till.sells(MILK.name)
    page.evaluate("() => { const real = Date.now; Date.now = () => real() + 11 * 60_000 }")
    till.must_sign_in_again()
    expect(page.locator(".sign-kept")).to_contain_text("Kassa lukittui")
    expect(page.locator("#sign-number")).to_have_value("1")
    page.evaluate("() => { const late = Date.now; Date.now = () => late() - 11 * 60_000 }")
    till.sign_in_pin("1111")
    till.sells(MILK.name)
    till.pay_card()
    till.is_done()
    till.next_customer()


def test_a_cashier_changes_the_pin_and_signs_in_with_it(till: TillPage) -> None:
    page = till.page
    till.sign_out()
    number, pin = FORGETFUL
    till.sign_in(number, pin)
    till.can_sell()
    till.menu_choose("Vaihda PIN")
    expect(page.locator("#pin-old")).to_be_focused()
    for typed in (pin, "7391", "7392"):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
    wrong = page.locator("dialog .dialog-missing")
    expect(wrong).to_have_text("Uudet PIN-luvut eivät ole samat.")
    for typed in (pin, "1234", "1234"):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
    expect(wrong).to_have_text("Liian helppo PIN. Valitse toinen.")
    for typed in (pin, "7391", "7391"):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
    till.says("PIN vaihdettiin.")
    till.sign_out()
    till.sign_in(number, "7391")
    till.can_sell()


def test_the_drawer_is_counted_by_pieces_and_a_difference_is_explained(till: TillPage) -> None:
    page = till.page
    till.menu_choose("Sulje vuoro")
    page.get_by_role("button", name="Seteleinä ja kolikkoina").click()
    page.get_by_label("500 €, montako").fill("9")  # far more than there can be
    page.get_by_label("0,05 €, montako").fill("3")
    expect(page.locator(".pieces-sum")).to_have_text("4 500,15 €")
    page.locator("till-shift-close .key-main").click()
    dialog = page.locator("dialog", has_text="Mistä ero johtuu?")
    expect(dialog).to_be_visible()
    dialog.locator("input").fill("Laskettu väärin")
    page.keyboard.press("Enter")
    expect(page.locator("till-shift-close .report")).to_be_visible()
    page.get_by_role("button", name="Avaa vuoro").click()
    till.open_shift("100")
