"""A cashier's day: a basket of everything, a day OFFLINE and its return, goods of yesterday that come back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from register_svc.service import till_server
from register_svc.web.till_app import build_till_app
from tests.register.web.conftest import Till, a_register, enrolled, listen
from tests.support.builders import COFFEE as BUILT_COFFEE
from tests.support.fleet import Fleet
from tests.support.pages import TillPage
from tests.support.shop import CIGARETTES, COFFEE, COLA, MILK, NURSERY, PASTY, SAUSAGE, SAUSAGE_350_G

pytestmark = pytest.mark.browser


def test_a_basket_of_everything(till_at: Callable[..., TillPage]) -> None:
    till = till_at("r2")
    page = till.page
    till.open()
    till.begin("1", "1111")

    till.scan(SAUSAGE_350_G)
    till.sells(SAUSAGE["name"])
    till.total_is("3.47")  # 0.350 kg × 9.90
    till.scan(COLA.code)
    till.sells(COLA.name)
    expect(till.lines.last).to_contain_text("sis. pantti 0,15")
    till.scan(CIGARETTES.code)
    page.locator("dialog", has_text="Onko asiakas täyttänyt 18 vuotta?").get_by_role(
        "button", name="Asiakirja tarkastettu"
    ).click()
    till.sells(CIGARETTES.name)
    till.void()
    for _ in range(3):
        till.scan(PASTY.code)
        till.sells(PASTY.name)
    expect(till.lines.last).to_contain_text("Karjalanpiirakat 3 kpl 2.00")
    till.total_is("6.72")  # 3.47 + 1.25 with its deposit + 3 pasties for 2.00

    till.more("Alennus koko ostoksesta")
    till.answers("20", "Anna alennus", "Hyvitys asiakkaalle")
    for text in ("4", "4444"):
        expect(page.locator("#leave-number" if text == "4" else "#leave-pin")).to_be_focused()
        page.keyboard.type(text)
        page.keyboard.press("Enter")
    till.total_is("5.38")  # 6.72 less 1.34

    till.pay()
    till.card("3.00")
    till.left_is("2.38")
    till.tender("cash").click()  # what is left, rounded to 2.40
    till.is_done()
    for words in ("Karjalanpiirakat 3 kpl 2.00", "Pyöristys", "Pantti", "Kortti", "Käteinen"):
        till.receipt_says(words)
    till.next_customer()


def test_a_whole_day_offline_and_its_return(shop: Fleet, till_at: Callable[..., TillPage]) -> None:
    till = till_at("r2")
    page = till.page
    till.open()
    till.begin("3", "3333")
    till.close_shift("100")
    page.get_by_role("button", name="Avaa vuoro").click()

    shop.cut("r2")
    till.open_shift("150")
    till.go_offline()
    sold = 0
    for pay in (
        lambda: till.pay_note("20"),
        till.pay_card,
        lambda: till.pay_on("invoice", "Rantakylän koulu"),
        lambda: till.pay_on("account", NURSERY),
    ):
        till.scan(COFFEE.code)
        till.sells(COFFEE.name)
        pay()
        till.is_done()
        till.receipt_says("OFFLINE")
        till.next_customer()
        sold += 1
    till.scan(MILK.code)
    till.sells(MILK.name)
    till.pay()
    for tender in ("payroll", "bonus"):
        expect(till.tender(tender)).to_be_disabled()
        expect(till.tender(tender).locator(".tender-why")).not_to_be_empty()
    till.hand_over("5")
    till.is_done()
    till.next_customer()
    till.waiting_are(sold + 1)

    till.menu_choose("X-raportti")
    expect(row(till, "Pitäisi olla laatikossa")).to_have_text("156,65\u00a0€")  # 150 + 5.50 + 1.15
    expect(row(till, "Yhteensä")).to_have_text("23,11\u00a0€")  # 4 × 5.49 + 1.15
    page.keyboard.press("Escape")
    till.close_shift("156.65")
    expect(row(till, "Erotus")).to_have_text("0,00\u00a0€")
    expect(row(till, "Myyty OFFLINE")).to_have_text("5")
    page.get_by_role("button", name="Avaa vuoro").click()
    till.open_shift("100")

    shop.heal("r2")
    till.go_online()
    shop.books_balance()
    assert all(found["ok"] for found in shop.journals_verify().values())


def row(till: TillPage, word: str) -> Locator:
    return till.page.locator(".report tr", has=till.page.get_by_role("rowheader", name=word, exact=True)).locator("td")


@pytest.fixture
def yesterday(tmp_path: Path) -> Iterator[tuple[Till, Callable[[], None]]]:
    """A till whose clock is a day late, and what sets it right."""
    late = timedelta(days=1)
    register = a_register(enrolled(tmp_path))
    object.__setattr__(register.desk, "clock", lambda: datetime.now(UTC) - late)
    server, stopped = till_server(register, build_till_app(register)[0]), threading.Event()
    thread = threading.Thread(target=listen, args=(server, stopped), name="till", daemon=True)
    thread.start()
    till = Till(server.effective_port)
    yield till, lambda: object.__setattr__(register.desk, "clock", lambda: datetime.now(UTC))
    till.close()
    stopped.set()
    thread.join(timeout=10)
    register.stop()


def test_what_was_bought_yesterday_comes_back_today(
    yesterday: tuple[Till, Callable[[], None]], new_context: Callable[..., BrowserContext]
) -> None:
    till, set_right = yesterday
    till.ready()
    bought = till.sold(BUILT_COFFEE, BUILT_COFFEE, tender="card")
    till.post("/shifts/current/close", {"counted": {"cash": 10_000}}).must(200)
    set_right()

    screen = TillPage(new_context(locale="fi-FI").new_page(), f"http://127.0.0.1:{till.port}")
    screen.open()
    screen.begin("101", "1234")
    screen.menu_choose("Palautus kuitilla")
    dialog = screen.page.locator("dialog")
    dialog.locator("input").fill(bought["receipt_no"])
    screen.page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Enemmän").first.click()
    dialog.get_by_role("button", name="Palauta", exact=True).click()
    expect(screen.page.locator(".sale-kind")).to_have_text("PALAUTUS")
    screen.pay()
    screen.tender("card").click()
    screen.is_done()
    screen.receipt_says(bought["receipt_no"])
    screen.next_customer()
    till.sign_in()  # a day has gone by: the old session is locked
    (back,) = (one for one in till.get("/sales?state=completed").must(200)["items"] if one["kind"] == "return")
    assert (back["business_day"] > bought["sale"]["business_day"], back["lines"][0]["quantity"]) == (True, "-1")
    assert screen.faults == []
