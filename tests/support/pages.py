"""The till's and the technician's page in the words of those who use them: `till.scan(…)`, `till.change_is("7.70")`.

- Every step waits for what a person would wait for, and fails with what is on the screen.
- What the till completes goes into the books, read from the very answers that the page got.
- What no page of ours may do is collected in `faults`: an uncaught error, a breach of the content security policy.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import ConsoleMessage, Locator, Page, Response, expect

from tests.support.fleet import Books

KIOSK, WIDE, PHONE = (1024, 768), (1920, 1080), (390, 844)
SIZES = {"1024x768": KIOSK, "1920x1080": WIDE, "390x844": PHONE}
LANGUAGES = ("fi", "sv", "en")
_POLICY = re.compile(r"Content Security Policy|TrustedHTML|TrustedScript|Refused to", re.IGNORECASE)


def euros(amount: str) -> re.Pattern[str]:
    """`7.70` as the Finnish till writes it, whatever its blank before the sign is."""
    return re.compile(rf"^{re.escape(amount.replace('.', ','))}\s€$")


class Watched:
    """A page that nothing bad may happen on unseen."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._on_console)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and _POLICY.search(message.text):
            self.faults.append(message.text)

    # --- what every screen must be

    def barriers(self) -> list[str]:
        """What axe finds: what somebody with a keyboard, a reader or weak eyes would stumble over."""
        found = Axe().run(self.page).response["violations"]
        return [f"{one['id']}: {[node['html'][:120] for node in one['nodes']]}" for one in found]

    def misfits(self, scrolling: Sequence[str] = ()) -> list[str]:
        """Which visible controls are smaller than 48 px, off the screen, or under something else.

        `scrolling`: selectors of what may be scrolled to bring a control into view; nothing else may.
        """
        told: list[str] = self.page.evaluate(_MISFITS, list(scrolling))
        return told


class TillPage(Watched):
    def __init__(self, page: Page, url: str, books: Books | None = None) -> None:
        super().__init__(page, url)
        self.books = books
        self._completed: list[Response] = []
        page.on("response", self._on_response)
        page.add_init_script(_SCANNER_AND_EARS)

    def _on_response(self, response: Response) -> None:
        if response.url.endswith("/complete") and response.status == 200:
            self._completed.append(response)

    # --- the day

    def begin(self, number: str, pin: str, opening_float: str = "100") -> None:
        """Sign in, and open a shift unless one is open."""
        self.sign_in(number, pin)
        opening = self.page.locator("till-shift-open")
        expect(opening.or_(self.page.locator("till-sale"))).to_be_visible()
        if opening.is_visible():
            self.open_shift(opening_float)

    def open(self) -> None:
        self.page.goto(f"{self.url}/")
        expect(self.page.locator("till-sign-in")).to_be_visible()

    def speak(self, language: str) -> None:
        """At sign-in: choose the language of the screen."""
        self.page.locator(f".key-language[lang={language}]").click()
        expect(self.page.locator("html")).to_have_attribute("lang", language)

    def sign_in(self, number: str, pin: str) -> None:
        """As with the keys of a till: number, Enter, PIN, Enter."""
        expect(self.page.locator("#sign-number")).to_be_focused()
        self.page.keyboard.type(number)
        self.page.keyboard.press("Enter")
        self.page.keyboard.type(pin)
        self.page.keyboard.press("Enter")

    def sign_in_pin(self, pin: str) -> None:
        """Once more after a wrong PIN: the number still stands there."""
        expect(self.page.locator("#sign-pin")).to_be_focused()
        self.page.keyboard.type(pin)
        self.page.keyboard.press("Enter")

    def sign_out(self) -> None:
        self.menu(".menu-keys .key:last-child")
        expect(self.page.locator("till-sign-in")).to_be_visible()

    def open_shift(self, opening_float: str) -> None:
        expect(self.page.locator("till-shift-open")).to_be_visible()
        self.keys(opening_float)
        self.page.locator(".cash-form .key-main").click()
        self.can_sell()

    def close_shift(self, counted: str) -> None:
        self.menu(".menu-keys .key:nth-last-child(2)")
        self.keys(counted)
        self.page.locator(".cash-form .key-main").click()
        expect(self.page.locator(".report")).to_be_visible()

    def can_sell(self) -> None:
        expect(self.page.locator("till-sale")).to_be_visible()

    def must_sign_in_again(self) -> None:
        expect(self.page.locator(".sign-kept")).to_be_visible(timeout=20_000)

    # --- selling

    def scan(self, code: str) -> None:
        """A scanner: the digits and Enter, typed at the page."""
        self.page.keyboard.type(code)
        self.page.keyboard.press("Enter")

    def scan_takes_ms(self, code: str) -> float:
        """From the scanner's Enter to the new line on the screen, by the page's own clock."""
        self.page.evaluate(_STOPWATCH)
        self.scan(code)
        took: float = self.page.wait_for_function("() => window.took").json_value()
        return took

    def sells(self, name: str) -> None:
        """`name` is the newest line."""
        expect(self.lines.last.locator(".line-name")).to_have_text(name)

    def total_is(self, amount: str) -> None:
        expect(self.page.locator(".total-sum")).to_have_text(euros(amount))

    def does_not_know(self, code: str) -> None:
        expect(self.page.locator(".line-unknown").last).to_contain_text(code)

    def cannot_pay(self) -> None:
        self.page.locator("till-sale .pay").click(force=True)  # it says why when pressed
        self.says("Kuittaa ensin koodit")

    def heard(self, tone: str) -> None:
        """The last tone: `good` or `bad`."""
        self.page.wait_for_function("tone => window.heard?.at(-1) === tone", arg=tone)

    def dismiss(self) -> None:
        self.page.locator(".line-unknown .key").last.click()

    def quantity(self, quantity: str) -> None:
        """Of the chosen line."""
        self.keys(quantity)
        self.page.locator(".key-verb").first.click()

    def void(self) -> None:
        self.page.locator(".key-verb").nth(1).click()

    def choose(self, name: str) -> None:
        """Of several items with one code."""
        self.page.locator("dialog .row-button", has_text=name).click()

    def quick(self, name: str) -> None:
        self.page.locator(".quick-key", has_text=name).click()

    def search(self, words: str, name: str) -> None:
        self.page.locator(".key-verb").nth(2).click()
        self.page.locator("dialog .field").fill(words)
        self.page.locator("dialog .row-button", has_text=name).click()

    def park(self) -> None:
        self.page.locator(".total-keys .key").first.click()
        expect(self.page.locator(".lines-empty")).to_be_visible()

    def show_parked(self) -> None:
        self.page.locator(".total-keys .key").last.click()
        expect(self.page.locator("till-parked")).to_be_visible()

    def resume(self, name: str) -> None:
        self.show_parked()
        self.page.locator(".list-row", has_text=name).locator(".key-main").click()
        self.can_sell()

    @property
    def lines(self) -> Locator:
        return self.page.locator(".lines .line")

    # --- paying

    def pay(self) -> None:
        """Go to pay, and see what is left to pay."""
        self.page.locator("till-sale .pay").click()
        expect(self.page.locator("till-pay .tender").first).to_be_visible()

    def pay_cash(self, amount: str) -> None:
        """Cash handed over, keyed in."""
        self.pay()
        self.keys(amount)
        self.tender("cash").click()

    def pay_note(self, note: str) -> None:
        self.pay()
        self.hand_over(note)

    def pay_card(self) -> None:
        self.pay()
        self.tender("card").click()

    def pay_on(self, tender: str, customer: str) -> None:
        """A tender that needs a customer."""
        self.pay()
        self.tender(tender).click()
        self.page.locator("dialog .field").fill(customer)
        self.page.locator("dialog .row-button", has_text=customer).first.click()

    def hand_over(self, note: str) -> None:
        """A note, when already at paying."""
        self.page.locator(".note", has_text=re.compile(rf"^{note}\s€$")).click()

    def card(self, amount: str) -> None:
        """A part by card, when already at paying."""
        self.keys(amount)
        self.tender("card").click()
        expect(self.page.locator(".taken li")).to_have_count(1)

    def left_is(self, amount: str) -> None:
        expect(self.page.locator(".due-sum")).to_have_text(euros(amount))

    def refuses(self, tender: str, why: str) -> None:
        expect(self.tender(tender)).to_be_disabled()
        expect(self.tender(tender)).to_contain_text(why)

    def tender(self, kind: str) -> Locator:
        return self.page.locator(f".tender[data-tender={kind}]")

    def back_to_sale(self) -> None:
        self.page.locator(".pay-ends .key").first.click()
        self.can_sell()

    def change_is(self, amount: str) -> None:
        self.is_done()
        expect(self.page.locator(".change-word")).to_have_text("TAKAISIN")
        expect(self.page.locator(".change-sum")).to_have_text(euros(amount))

    def is_done(self) -> None:
        """The sale is completed: the till says so, and what it answered is in the books."""
        expect(self.page.locator("till-done")).to_be_visible()
        while self._completed:
            completed = self._completed.pop()
            if self.books is not None:
                self.books.add(completed.json())

    def receipt_says(self, words: str) -> None:
        expect(self.page.locator("till-done .paper")).to_contain_text(words)

    def next_customer(self) -> None:
        """Enter is enough."""
        self.is_done()
        self.page.keyboard.press("Enter")
        self.can_sell()

    # --- the link

    def go_offline(self, why: str = "Verkko on poikki") -> None:
        self.page.locator(".chip").click()
        self.page.locator("dialog .menu-keys > .key").click()
        self.page.locator("dialog .reasons .key", has_text=why).click()
        self.is_offline()

    def go_online(self) -> None:
        self.page.locator(".chip").click()
        self.page.locator("dialog .menu-keys > .key").click()
        expect(self.page.locator("dialog")).to_have_count(0)
        expect(self.page.locator(".chip")).not_to_contain_text("OFFLINE")

    def is_offline(self) -> None:
        expect(self.page.locator("dialog")).to_have_count(0)
        expect(self.page.locator(".chip")).to_contain_text("OFFLINE")
        expect(self.page.locator(".bar")).to_contain_text("EI YHTEYTTÄ – myynti jatkuu")

    def waiting_are(self, sales: int) -> None:
        expect(self.page.locator(".bar")).to_contain_text(f" {sales} odottaa")

    def says(self, words: str) -> None:
        expect(self.page.locator(".message")).to_contain_text(words)

    def bar_says(self, words: str) -> None:
        expect(self.page.locator(".bar")).to_contain_text(words, timeout=15_000)

    # --- hands

    def keys(self, digits: str) -> None:
        """Press the keys of `digits`, those of the open dialog if there is one; `.` is the decimal mark."""
        dialog = self.page.locator("dialog[open]")
        if not dialog.is_visible():
            self._show_keys()
        keys = dialog if dialog.is_visible() else self.page.locator("main")
        for digit in digits:
            face = "," if digit == "." else digit
            keys.locator(".key-digit").get_by_text(face, exact=True).click()

    def _show_keys(self) -> None:
        """Where there is no room for the keypad beside the quick keys."""
        if self.page.locator(".panel-key[value=keys]").is_visible():
            self.page.locator(".panel-key[value=keys]").click()

    def more(self, item: str) -> None:
        """A line's and a sale's seldom acts, by the words on the key."""
        self._show_keys()
        self.page.locator(".key-verb").last.click()
        self.page.locator("dialog").get_by_role("button", name=item, exact=True).click()

    def answers(self, number: str, go: str, *choices: str) -> None:
        """Fill the open question: a number, what it is and why, and the key that ends it."""
        dialog = self.page.locator(".dialog-amount")  # another question may follow at once
        for choice in choices:
            dialog.locator(".choices").get_by_role("button", name=choice, exact=True).click()
        self.keys(number)
        dialog.get_by_role("button", name=go, exact=True).click()
        expect(dialog).to_be_hidden()

    def menu_opens(self) -> None:
        self.page.locator(".head-menu").click()
        expect(self.page.locator("dialog")).to_be_visible()

    def menu_choose(self, words: str) -> None:
        self.menu_opens()
        self.page.locator("dialog").get_by_role("button", name=words, exact=True).click()

    def menu(self, item: str) -> None:
        self.page.locator(".head-menu").click()
        self.page.locator(f"dialog {item}").click()


class TechnicianPhone(Watched):
    """The health page on a technician's phone."""

    def open(self) -> None:
        self.page.goto(f"{self.url}/technician")
        expect(self.page.locator(".check").first).to_be_visible()

    def verdict_is(self, word: str) -> None:
        expect(self.page.locator(".verdict-word")).to_have_text(word, timeout=15_000)

    def check_says(self, name: str, words: str) -> None:
        row = self.page.locator(".check").filter(has=self.page.get_by_role("heading", name=name, exact=True))
        expect(row).to_contain_text(words, timeout=15_000)

    def speak(self, language: str) -> None:
        self.page.locator(f".tongue[lang={language}]").click()
        expect(self.page.locator("html")).to_have_attribute("lang", language)


# A scanner whose keys come from another process, over a wire, on a machine that does other things too; and an ear at
# the loudspeaker, which knows the bad tones by their depth.
_SCANNER_AND_EARS = """
localStorage.setItem('kassa.scanner-idle-ms', '3000')
window.heard = []
const start = OscillatorNode.prototype.start
OscillatorNode.prototype.start = function (...when) {
  window.heard.push(this.frequency.value < 500 ? 'bad' : 'good')
  return start.apply(this, when)
}
"""

# The frame after the one that draws the line is the first at which a person can see it.
_STOPWATCH = """
() => {
  window.took = null
  const lines = document.querySelector('.lines')
  const before = lines.childElementCount
  let began = 0
  addEventListener('keydown', (event) => { if (event.key === 'Enter') began = event.timeStamp }, { capture: true })
  const watch = new MutationObserver(() => {
    if (lines.childElementCount === before || began === 0) return
    watch.disconnect()
    requestAnimationFrame(() => setTimeout(() => (window.took = performance.now() - began)))
  })
  watch.observe(lines, { childList: true })
}
"""

# Which controls cannot be hit: too small, outside the screen, or under something else. A control in a list that may be
# scrolled is brought into view first, in that list only.
_MISFITS = """
(scrolling) => {
  const told = []
  const slack = 0.5  // half a pixel of rounding is nobody's mistake
  const root = document.querySelector('dialog[open]') ?? document.body
  for (const node of root.querySelectorAll('button, input, select, a[href]')) {
    if (!node.checkVisibility()) continue
    const words = (node.getAttribute('aria-label') ?? node.textContent).trim()
    const name = `${node.tagName.toLowerCase()}.${node.className} "${words}"`
    const box = () => node.getBoundingClientRect()
    for (const selector of scrolling) {
      const list = node.closest(selector)
      if (!list) continue
      const [mine, around] = [box(), list.getBoundingClientRect()]
      if (mine.top < around.top) list.scrollTop -= around.top - mine.top
      if (mine.bottom > around.bottom) list.scrollTop += mine.bottom - around.bottom
    }
    const { left, top, right, bottom, width, height } = box()
    if (width < 48 - slack || height < 48 - slack) told.push(`${name} is ${width}x${height}`)
    if (left < -slack || top < -slack || right > innerWidth + slack || bottom > innerHeight + slack)
      told.push(`${name} is at ${left},${top} to ${right},${bottom}, outside ${innerWidth}x${innerHeight}`)
    const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2)
    if (!hit || !(node.contains(hit) || hit.contains(node))) told.push(`${name} is under ${hit?.className}`)
  }
  const wide = document.documentElement.scrollWidth
  if (wide > innerWidth) told.push(`the page is ${wide} wide`)
  return told
}
"""
