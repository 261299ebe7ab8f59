"""One real shop for all browser journeys: a head office, two registers, and browsers at their tills.

r1 sells, goes OFFLINE, is killed and returns; r2 shows every screen in every size and language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.support.fleet import DEMO_LISTS, DEMO_PROMOTIONS, DEMO_SETTINGS, Fleet, Lists, Plan
from tests.support.pages import KIOSK, TechnicianPhone, TillPage, Watched
from tests.support.shop import write_articles, write_cashiers

# A busy two-core machine builds, tests and browses at once; a page that hangs is still found.
expect.set_options(timeout=10_000)


# A shop that asks a manager and wants differences explained.
SETTINGS = {
    **DEMO_SETTINGS,
    "shift.max_difference": 400_000,
}


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    folder = tmp_path_factory.mktemp("shop")
    lists = Lists(
        write_articles(folder / "articles.csv"),
        DEMO_LISTS.customers,
        write_cashiers(folder / "cashiers.csv"),
        promotions=DEMO_PROMOTIONS,
    )
    with Fleet(folder / "fleet", Plan(registers=("r1", "r2"), lists=lists, settings=SETTINGS)) as fleet:
        yield fleet


@pytest.fixture
def watched(new_context: Callable[..., BrowserContext]) -> Iterator[Callable[..., Watched]]:
    """Makes a page of a kind at a register; at the end nothing bad may have happened on any of them."""
    pages: list[Watched] = []

    def make(kind: type[Watched], url: str, size: tuple[int, int] = KIOSK, **more: object) -> Watched:
        width, height = size
        viewport = {"width": width, "height": height}
        context = new_context(viewport=viewport, locale="fi-FI", timezone_id="Europe/Helsinki")
        pages.append(kind(context.new_page(), url, **more))
        return pages[-1]

    yield make
    faults = [fault for one in pages for fault in one.faults]
    assert not faults, "\n".join(faults)


@pytest.fixture
def till_at(shop: Fleet, watched: Callable[..., Watched]) -> Callable[..., TillPage]:
    def make(register: str, size: tuple[int, int] = KIOSK) -> TillPage:
        page = watched(TillPage, shop.register(register).till_url, size, books=shop.books)
        assert isinstance(page, TillPage)
        return page

    return make


@pytest.fixture
def phone_at(shop: Fleet, watched: Callable[..., Watched]) -> Callable[..., TechnicianPhone]:
    def make(register: str, size: tuple[int, int] = (390, 844)) -> TechnicianPhone:
        page = watched(TechnicianPhone, shop.register(register).lan_url, size)
        assert isinstance(page, TechnicianPhone)
        return page

    return make
