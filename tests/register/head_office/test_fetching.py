"""Fetching what a check-in offered: over real HTTP, cut, told to come later, refused, and taken."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from poscore.errors import Fault, Refused, Untrusted
from register_svc.head_office import fetching
from register_svc.head_office.fetching import Fetching
from register_svc.head_office.line import Stream
from tests.support.small_register import Shop
from tests.support.stand_in_office import StandInOffice


class Door:
    """Takes what it is told to; `settles` after so many looks."""

    def __init__(self, trouble: Exception | None = None, settles: int = 1) -> None:
        self.trouble, self.settles = trouble, settles
        self.taken: list[tuple[bytes, str]] = []

    def take(self, stream: Stream, length: int | None, token: str) -> int:
        data = b""
        while part := stream.read(1 << 16):
            data += part
        assert length == len(data)
        if self.trouble is not None:
            raise self.trouble
        self.taken.append((data, token))
        return 7

    def is_settled(self, version: int) -> bool:
        self.settles -= 1
        return self.settles <= 0


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "_AFTER_A_CUT_S", 0.05)
    monkeypatch.setattr(fetching, "_LOOKS_EVERY_S", 0.01)


@pytest.fixture
def fetch(shop: Shop):
    told: list[str] = []
    running: list[Fetching] = []

    def begin(door: Door) -> tuple[Fetching, list[str]]:
        one = Fetching(shop.client(), lambda seconds: seconds, lambda: told.append("check in"))
        one.door = door
        one.start()
        running.append(one)
        return one, told

    yield begin
    for one in running:
        one.stop()


def wait(found: Callable[[], object]) -> None:
    until = time.monotonic() + 10
    while not found():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_what_is_offered_is_fetched_with_its_token_and_told(fetch, office: StandInOffice):
    office.bundles = [(200, b"x" * 300_000)]
    door = Door(settles=3)
    one, told = fetch(door)
    one.offered({"version": 7})
    wait(lambda: told)
    assert door.taken == [(b"x" * 300_000, "token-of-head-office")]
    assert one.refused is None


@pytest.mark.parametrize("snapshot", [{"version": None}, {}, {"version": "7"}, {"version": True}])
def test_an_offer_that_names_no_version_is_none(fetch, office: StandInOffice, snapshot):
    one, _ = fetch(Door())
    one.offered(snapshot)
    time.sleep(0.1)
    assert office.fetches == 0


def test_told_to_come_later_it_comes_later(fetch, office: StandInOffice):
    office.bundles = [(429, 0), (429, 0), (200, b"data")]
    door = Door()
    one, told = fetch(door)
    one.offered({"version": 7})
    wait(lambda: told)
    assert office.fetches == 3
    assert door.taken == [(b"data", "token-of-head-office")]


def test_a_bundle_whose_line_broke_is_fetched_again(fetch, office: StandInOffice):
    office.bundles = [(-1, b"half"), (200, b"data")]
    door = Door()
    one, told = fetch(door)
    one.offered({"version": 7})
    wait(lambda: told)
    assert door.taken == [(b"data", "token-of-head-office")]


@pytest.mark.parametrize("trouble", [Untrusted("signature", "no"), Refused("clock", "no"), Fault("space", "full")])
def test_what_the_door_does_not_take_is_told_and_not_fetched_again(fetch, office: StandInOffice, trouble):
    office.bundles = [(200, b"data")]
    one, told = fetch(Door(trouble))
    one.offered({"version": 7})
    wait(lambda: told)
    time.sleep(0.2)
    assert office.fetches == 1
    assert one.refused == {"version": 7, "code": trouble.code, "detail": trouble.detail}


def test_what_there_is_no_more_is_let_be(fetch, office: StandInOffice):
    office.bundles = [(409, b"")]
    one, told = fetch(Door())
    one.offered({"version": 7})
    wait(lambda: office.fetches)
    time.sleep(0.2)
    assert (office.fetches, told, one.refused) == (1, [], None)


def test_a_wrong_clock_is_corrected_and_it_is_fetched(fetch, office: StandInOffice):
    from datetime import timedelta

    office.clock_offset = timedelta(days=3)
    office.bundles = [(200, b"data")]
    door = Door()
    one, told = fetch(door)
    one.offered({"version": 7})
    wait(lambda: told)
    assert door.taken


def test_a_busy_head_office_says_when_the_next_check_in_is_due(shop: Shop, office: StandInOffice):
    link = shop.link()
    office.check_in_retry_after = 120
    assert link._check_in() >= 120


def test_what_was_refused_is_in_the_next_report(shop: Shop, office: StandInOffice):
    link = shop.link()
    link.fetching.refused = {"version": 7, "code": "space", "detail": "full"}
    link._check_in()
    assert office.check_ins[-1]["snapshot"]["refused"] == {"version": 7, "code": "space", "detail": "full"}
