"""The till's page in a real Chromium: how soon it can be used, and how soon a scan is on the screen.

- Against an empty page of one module, served by the same kind of server, and against a fetch that does nothing whose
  answer is painted in the same page. Each pair takes turns in one browser.
- A time ends with the first frame in which a person could see it.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import _env
from waitress.server import create_server

from _bench import prepared
from _bench.harness import CannotMeasure, Measured, Place
from _bench.syncs import codes_of_one_article
from _bench.timing import Timed, in_turns, p50, percentile

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

_LINES = 10
_QUIET = ["--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--no-first-run"]
_EMPTY = (
    b'<!doctype html><html lang="en"><title>Empty</title><script type="module" src="/empty.js"></script><body></body>'
)
_MODULE = b"document.body.append(document.createElement('till-sign-in'))"

# When the first frame after the page has become usable is shown.
_WATCH = """
window.usable = null
const shown = () => requestAnimationFrame(() => setTimeout(() => (window.usable = performance.now())))
const watch = new MutationObserver(() => {
  if (!document.querySelector('till-sign-in')) return
  watch.disconnect()
  shown()
})
watch.observe(document, { childList: true, subtree: true })
"""
# A key's own time is where it begins; the frame after the new row is where it ends.
_SCANNED = """
(code) => new Promise((done) => {
  const lines = document.querySelector('.lines')
  const before = lines.childElementCount
  let began = 0
  const watch = new MutationObserver(() => {
    if (lines.childElementCount === before) return
    watch.disconnect()
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)))
  })
  watch.observe(lines, { childList: true })
  for (const key of code) document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
  began = performance.now()
  document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
})
"""
_NOTHING = """
() => new Promise((done) => {
  const began = performance.now()
  fetch('/livez').then((answer) => answer.text()).then((said) => {
    const row = document.createElement('p')
    row.className = 'unseen'
    row.textContent = said
    document.body.append(row)
    requestAnimationFrame(() => setTimeout(() => {
      row.remove()
      done(performance.now() - began)
    }))
  })
})
"""


def measure(place: Place) -> dict[str, Measured]:
    """The figures `page_vs_empty` and `scan_painted_vs_fetch`."""
    fleet = prepared.copied(place, prepared.small_shop(place), "browsing")
    till_url = fleet.register(prepared.REGISTER).till_url
    with prepared.running(fleet, office=False), _chromium() as browser, _empty_page() as empty_url:
        kiosk = browser.new_context(viewport={"width": 1024, "height": 768})
        kiosk.add_init_script(_WATCH)
        cases: dict[str, Timed] = {"till": lambda: _opened(kiosk, till_url), "empty": lambda: _opened(kiosk, empty_url)}
        for opened in cases.values():
            opened()  # a kiosk's browser has seen its page before
        pages = in_turns(cases, place.rounds(30, 8))
        scans, fetches = _scans(browser, till_url, place.rounds(20, 3))
    page_how = (
        "from the start of the navigation to the first frame of the till's sign-in, in a browser that knows the page,"
        f" {p50(pages['till']):.0f} ms, against a page of one module, {p50(pages['empty']):.0f} ms;"
        f" Chromium, median of {len(pages['till'])} in turns"
    )
    scan_how = (
        f"p95 from the scanner's Enter to the first frame with the new line, {percentile(scans, 95):.1f} ms (p50"
        f" {p50(scans):.1f}), against a fetch of /livez whose answer is painted in the same page,"
        f" {percentile(fetches, 95):.1f} ms (p50 {p50(fetches):.1f}); Chromium, {len(scans)} of each in turns"
    )
    return {
        "page_vs_empty": Measured(p50(pages["till"]) / p50(pages["empty"]), page_how),
        "scan_painted_vs_fetch": Measured(percentile(scans, 95) / percentile(fetches, 95), scan_how),
    }


def _opened(kiosk: BrowserContext, url: str) -> float:
    """Milliseconds until a page can be used."""
    page = kiosk.new_page()
    try:
        page.goto(url)
        usable: float = page.wait_for_function("() => window.usable").json_value()
        return usable
    finally:
        page.close()


def _scans(browser: Browser, url: str, sales: int) -> tuple[list[float], list[float]]:
    page = browser.new_context(viewport={"width": 1024, "height": 768}).new_page()
    page.goto(url)
    _begin(page)
    codes, scans, fetches = codes_of_one_article(), list[float](), list[float]()
    for _ in range(sales):
        for code in itertools.islice(codes, _LINES):
            scans.append(page.evaluate(_SCANNED, code))
            fetches.append(page.evaluate(_NOTHING))
        page.locator("till-sale .pay").click()
        page.locator("till-pay .tender[data-tender=card]").click()
        page.locator("till-done .pay").click()
        page.locator("till-sale").wait_for()
    page.context.close()
    return scans[_LINES:], fetches[_LINES:]  # the first sale warms both


def _begin(page: Page) -> None:
    page.locator("till-sign-in").wait_for()
    page.locator("#sign-number:focus").wait_for()
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    page.keyboard.type("1111")
    page.keyboard.press("Enter")
    opening = page.locator("till-shift-open")
    opening.or_(page.locator("till-sale")).wait_for()
    if opening.is_visible():
        opening.locator("input").fill("100")
        opening.locator(".key-main").click()
    page.locator("till-sale").wait_for()


@contextmanager
def _chromium() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    path = _env.ensure_chromium()
    if path is None:
        raise CannotMeasure(f"there is no Chromium: {_env.how_to_get_chromium()}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(path), args=_QUIET)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def _empty_page() -> Iterator[str]:
    """Its address. The same server as the till's."""

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        script = environ["PATH_INFO"] == "/empty.js"
        start("200 OK", [("Content-Type", "text/javascript" if script else "text/html"), ("Cache-Control", "no-cache")])
        return [_MODULE if script else _EMPTY]

    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}/"
    finally:
        server.close()
