"""Calls to head office: their budgets, their signatures, and what their answers come to."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from poscore.errors import Fault, Refused
from register_svc.head_office import budget
from register_svc.head_office.budget import Breaker, Budget
from register_svc.head_office.client import check_transport
from register_svc.head_office.memory import LinkMemory
from register_svc.settings import HeadOffice
from tests.support.fleet import Wire
from tests.support.small_register import Shop
from tests.support.stand_in_office import StandInOffice

REPORT = {"offline": False}


@pytest.mark.parametrize("days", [-3, 3, -9_000])
def test_a_clock_that_is_days_off_strands_nothing(shop: Shop, office: StandInOffice, days: int) -> None:
    office.clock_offset = timedelta(days=days)
    client = shop.client()

    client.check_in(REPORT)
    client.check_in(REPORT)

    assert len(office.check_ins) == 2
    reading = LinkMemory(shop.state_db).clock()
    assert reading is not None
    assert abs(reading.offset_ms - days * 86_400_000) < 60_000


def test_the_learnt_time_is_used_after_a_restart(shop: Shop, office: StandInOffice, wire: Wire) -> None:
    office.clock_offset = timedelta(days=3)
    shop.client().check_in(REPORT)

    again = shop.client()
    wire.lose_answers(0)
    again.check_in(REPORT)

    assert again._clock.corrected() - again._clock.local() > timedelta(days=2)


def test_a_time_that_cannot_be_is_not_believed(shop: Shop) -> None:
    clock = shop.client()._clock
    for said in ("9999-12-31T23:59:59.000Z", "soon", None, 17, "2026-13-01T00:00:00.000Z"):
        clock.learn(said)
    assert clock.reading is None


def test_a_silent_line_costs_no_more_than_the_budget(shop: Shop, wire: Wire) -> None:
    client = shop.client()
    client.check_in(REPORT)
    wire.silence()
    began = time.monotonic()

    with pytest.raises(Fault) as raised:
        client.check_in(REPORT, budget_s=0.5)

    assert raised.value.code == "head-office-unreachable"
    assert time.monotonic() - began < 1.0


def test_a_line_that_drips_costs_no_more_than_the_budget(shop: Shop, dripping: int) -> None:
    """Each byte comes within the socket's time-out; only the whole call's budget ends it."""
    shop.settings = replace(shop.settings, head_office=HeadOffice(url=f"http://127.0.0.1:{dripping}"))
    began = time.monotonic()

    with pytest.raises(Fault, match=r"within 0\.5 s"):
        shop.client().probe(0.5)

    assert time.monotonic() - began < 1.0


@pytest.fixture
def dripping() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            try:
                connection, _ = listener.accept()
                for byte in b"HTTP/1.1 200 OK\r\n" * 4:
                    connection.send(bytes([byte]))
                    time.sleep(0.05)
            except OSError:
                pass

        threading.Thread(target=drip, daemon=True).start()
        yield listener.getsockname()[1]


@pytest.fixture
def portal() -> Iterator[str]:
    """A hotel's sign-in page, which answers everything with 200 and HTML."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def welcome() -> None:
            page = b"<html>Welcome! Please sign in.</html>"
            try:
                while True:
                    connection, _ = listener.accept()
                    connection.recv(65536)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(page), page))
                    connection.close()
            except OSError:
                pass

        threading.Thread(target=welcome, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_sign_in_page_is_not_taken_for_head_office(shop: Shop, portal: str) -> None:
    shop.settings = replace(shop.settings, head_office=HeadOffice(url=portal))
    with pytest.raises(Fault, match="something that is not head office answered"):
        shop.client().probe()


def test_a_head_office_that_is_not_ready_fails_the_probe(shop: Shop, office: StandInOffice) -> None:
    shop.client().probe()
    office.not_ready = True
    with pytest.raises(Fault, match="503"):
        shop.client().probe()


def test_a_refusal_is_no_outage(shop: Shop, office: StandInOffice) -> None:
    office.refuse = "register-revoked"
    with pytest.raises(Refused) as raised:
        shop.client().check_in(REPORT)
    assert raised.value.code == "head-office-refused"
    assert raised.value.extra["reason"] == "register-revoked"


def test_a_connection_that_head_office_closed_meanwhile_is_replaced(
    shop: Shop, office: StandInOffice, wire: Wire
) -> None:
    client = shop.client()
    client.check_in(REPORT)
    wire.cut()
    wire.heal()

    client.check_in(REPORT)

    assert len(office.check_ins) == 2


def test_no_proxy_of_the_environment_is_used(
    shop: Shop, office: StandInOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    shop.client().check_in(REPORT)
    assert len(office.check_ins) == 1


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://office.example.fi", True),
        ("http://127.0.0.1:8090", True),
        ("http://localhost:8090", True),
        ("http://[::1]:8090", True),
        ("http://192.168.1.2:8090", False),
        ("http://office.example.fi", False),
        ("http://127.0.0.1.evil.example", False),
    ],
)
def test_plain_http_leaves_this_machine_only_when_the_settings_say_so(url: str, allowed: bool) -> None:
    if allowed:
        check_transport(HeadOffice(url=url))
    else:
        with pytest.raises(Refused, match="not encrypted"):
            check_transport(HeadOffice(url=url))
    check_transport(HeadOffice(url=url, allow_plain_http=True))


# -- patience ----------------------------------------------------------------------------------------------------------


def test_calls_that_were_left_behind_are_bounded() -> None:
    release, calls = threading.Event(), Budget()
    try:
        for _ in range(budget._MAX_LEFT_BEHIND):
            with pytest.raises(Fault, match="did not answer within"):
                calls.within(0.01, release.wait)
        began = time.monotonic()
        with pytest.raises(Fault, match="too many calls"):
            calls.within(5.0, release.wait)
        assert time.monotonic() - began < 1.0
    finally:
        release.set()
    time.sleep(0.1)
    assert calls.within(1.0, lambda: 5) == 5


def test_what_a_call_raises_reaches_its_caller() -> None:
    def refuse() -> None:
        raise Refused("no")

    with pytest.raises(Refused):
        Budget().within(1.0, refuse)


def test_after_three_failures_calls_fail_at_once_but_for_one_trial() -> None:
    now = [0.0]
    breaker = Breaker(lambda: now[0])
    for _ in range(3):
        breaker.enter()
        breaker.failed()
    with pytest.raises(Fault, match="not asked again yet"):
        breaker.enter()
    now[0] = 20.0
    breaker.enter()  # the trial
    with pytest.raises(Fault):
        breaker.enter()  # and no second one beside it
    breaker.succeeded()
    breaker.enter()
    breaker.enter()
