"""The link as the till sees it: going OFFLINE and ONLINE, over real HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from poscore.errors import Refused
from register_svc.head_office.checks import clock_check, head_office_check, queue_check, transport_check
from register_svc.head_office.link import Link
from register_svc.head_office.memory import ClockReading
from register_svc.head_office.mode import Mode
from register_svc.settings import HeadOffice, Offline, Settings
from tests.support.fleet import Wire
from tests.support.small_register import Shop, identity_at, wait_until
from tests.support.stand_in_office import StandInOffice


@pytest.fixture
def manual(tmp_path: Path, office: StandInOffice, wire: Wire) -> Iterator[Shop]:
    (tmp_path / "manual").mkdir()
    setting = Offline(mode="manual", probe_every_s=0.05, fail_after=2)
    shop = Shop(tmp_path / "manual", wire.url, identity_at(office), setting)
    yield shop
    shop.close()


@pytest.fixture
def running(shop: Shop) -> Iterator[Link]:
    link = shop.link()
    link.start()
    wait_until(lambda: link.reachable)
    yield link
    link.stop()


def test_the_answer_of_get_offline_has_exactly_its_fields(shop: Shop) -> None:
    shop.sell(2)
    state = shop.link().state()
    assert list(state) == [
        "offline",
        "since",
        "reason",
        "by",
        "head_office_reachable",
        "queued_records",
        "queued_sales",
        "oldest_queued_at",
        "returning",
    ]
    assert (state["offline"], state["by"], state["queued_records"], state["returning"]) == (False, None, 2, None)
    assert state["oldest_queued_at"] == "2026-11-22T20:00:00.000Z"


def test_sales_go_home_by_themselves_while_online(shop: Shop, running: Link, office: StandInOffice) -> None:
    shop.sell(3)
    running.wake()
    wait_until(lambda: office.seqs("r1", 1) == [1, 2, 3])
    wait_until(lambda: running.state()["queued_records"] == 0)


def test_offline_nothing_is_sent_but_the_probe(shop: Shop, running: Link, office: StandInOffice) -> None:
    running.go_offline("101", "line works")
    wait_until(lambda: office.check_ins and office.check_ins[-1]["offline"])  # the parting word
    check_ins, probes = len(office.check_ins), office.probes
    shop.sell(5)
    running.wake()
    wait_until(lambda: office.probes > probes + 3)
    assert office.seqs("r1", 1) == []
    assert len(office.check_ins) == check_ins
    state = running.state()
    assert (state["offline"], state["by"], state["reason"]) == (True, "101", "line works")
    assert state["head_office_reachable"] is True


def test_going_online_returns_what_waited_and_shows_it(shop: Shop, running: Link, office: StandInOffice) -> None:
    running.go_offline("101", None)
    shop.sell(40)
    running.wake()
    seen = []
    real = running.courier._client.upload
    running.courier._client.upload = lambda *call, **how: (
        seen.append(running.state()["returning"]),
        real(*call, **how),
    )[1]

    state = running.go_online("102")

    assert (state["offline"], state["by"]) == (False, "102")
    wait_until(lambda: office.seqs("r1", 1) == list(range(1, 41)))
    wait_until(lambda: running.state()["returning"] is None)
    assert seen[0] is not None
    assert (seen[0]["total"], seen[0]["acked"]) == (40, 0)


def test_going_online_without_head_office_is_refused_and_stays_offline(running: Link, wire: Wire) -> None:
    running.go_offline("101", None)
    wire.cut()
    with pytest.raises(Refused) as raised:
        running.go_online("101")
    assert raised.value.code == "head-office-unreachable"
    assert running.is_offline
    assert running.state()["head_office_reachable"] is False


def test_going_online_on_a_silent_line_is_refused_within_two_seconds(running: Link, wire: Wire) -> None:
    running.go_offline("101", None)
    wire.silence()
    began = time.monotonic()
    with pytest.raises(Refused) as raised:
        running.go_online("101")
    assert raised.value.code == "head-office-unreachable"
    assert time.monotonic() - began < 2.5
    assert running.is_offline


def test_going_online_with_a_revoked_register_is_refused_and_stays_offline(
    running: Link, office: StandInOffice
) -> None:
    running.go_offline("101", None)
    office.refuse = "register-revoked"
    with pytest.raises(Refused) as raised:
        running.go_online("101")
    assert raised.value.code == "head-office-refused"
    assert running.is_offline
    assert running.state()["head_office_reachable"] is True


def test_a_manual_offline_sticks_through_good_probes_and_a_restart(shop: Shop, office: StandInOffice) -> None:
    link = shop.link()
    link.start()
    link.go_offline("101", "because")
    link.stop()
    shop.close()
    shop.open()

    again = shop.link()
    assert again.is_offline
    again.start()
    try:
        probes = office.probes
        wait_until(lambda: office.probes > probes + 5)
        assert again.is_offline
        assert (again.state()["by"], again.state()["reason"]) == ("101", "because")
    finally:
        again.stop()


def test_offline_and_online_by_itself(shop: Shop, running: Link, wire: Wire, office: StandInOffice) -> None:
    changes: list[Mode] = []
    running.neighbours.on_mode_changed = changes.append
    wire.cut()
    wait_until(lambda: running.is_offline)
    shop.sell(2)
    running.wake()
    assert running.state()["by"] == "automatic"

    wire.heal()
    wait_until(lambda: not running.is_offline)

    assert running.state()["by"] == "automatic"
    assert [mode.name for mode in changes] == ["OFFLINE", "ONLINE"]
    wait_until(lambda: office.seqs("r1", 1) == [1, 2])


def test_a_register_set_to_manual_stays_online_without_head_office(
    manual: Shop, wire: Wire, office: StandInOffice
) -> None:
    link = manual.link()
    link.start()
    try:
        wait_until(lambda: link.reachable)
        wire.cut()
        wait_until(lambda: not link.reachable)
        manual.sell(3)
        link.wake()
        time.sleep(0.5)
        assert not link.is_offline
        wire.heal()
        wait_until(lambda: office.seqs("r1", 1) == [1, 2, 3])  # soon after the first good probe, whatever the back-off
    finally:
        link.stop()


def test_the_mode_is_on_disk_before_it_is_told(shop: Shop) -> None:
    link = shop.link()
    kept = []
    link.neighbours.on_mode_changed = lambda _: kept.append(link._memory.mode())
    link.go_offline("101", None)
    assert kept[0] is not None
    assert kept[0].is_by_staff


def test_a_listener_that_fails_does_not_undo_the_mode(shop: Shop) -> None:
    link = shop.link()

    def fails(_: Mode) -> None:
        raise RuntimeError("the journal's disk is full")

    link.neighbours.on_mode_changed = fails
    assert link.go_offline("101", None)["offline"] is True
    assert link.is_offline


def test_a_check_in_says_how_the_register_is_and_corrects_its_address(running: Link, office: StandInOffice) -> None:
    wait_until(lambda: office.check_ins)
    said = office.check_ins[0]
    assert set(said) == {"lan_url", "snapshot", "offline", "queued_records", "health", "clock"}
    assert said["lan_url"] == "http://127.0.0.1:1"


def test_what_a_check_in_offers_is_passed_on(shop: Shop, office: StandInOffice) -> None:
    offered = []
    link = shop.link()
    link.fetching.offered = offered.append
    link.start()
    try:
        wait_until(lambda: offered)
    finally:
        link.stop()
    assert offered[0] == {"version": None}


# -- the health list ---------------------------------------------------------------------------------------------------


def test_offline_by_hand_is_a_warning(shop: Shop) -> None:
    link = shop.link()
    assert head_office_check(link).status == "pass"
    link.go_offline("101", "private reason")
    check = head_office_check(link)
    assert check.status == "warn"
    assert "101" not in str(check)
    assert "private" not in str(check)


def test_a_head_office_that_does_not_answer_is_a_warning_and_one_that_refuses_a_failure(
    running: Link, office: StandInOffice, wire: Wire
) -> None:
    assert head_office_check(running).status == "pass"
    office.refuse = "register-revoked"
    running._check_in()
    assert head_office_check(running).status == "fail"
    office.refuse = None
    running._check_in()
    assert head_office_check(running).status == "pass"
    wire.cut()
    wait_until(lambda: head_office_check(running).status == "warn")


def test_a_set_back_register_fails_with_what_to_do_about_it_also_after_a_restart(
    shop: Shop, office: StandInOffice
) -> None:
    shop.sell(2)
    for seq in (1, 2, 3):
        office.records["r1", 1, seq] = b"what this register wrote before it was set back"
    link = shop.link()
    link.start()
    wait_until(lambda: len(office.beside.get(("r1", 1), ())) == 2)
    wait_until(lambda: queue_check(link, shop.world.now()).status == "fail")
    link.stop()

    check = queue_check(shop.link(), shop.world.now())

    assert check.status == "fail"
    assert "journal ends at 2" in str(check.hint)
    assert "Enrol this register anew" in str(check.hint)


def test_an_idle_register_brings_home_again_what_a_restored_head_office_lost(
    shop: Shop, running: Link, office: StandInOffice
) -> None:
    shop.sell(5)
    running.wake()
    wait_until(lambda: running.state()["queued_records"] == 0)
    office.records.clear()

    running._check_in()

    wait_until(lambda: office.seqs("r1", 1) == [1, 2, 3, 4, 5])
    wait_until(lambda: running.state()["queued_records"] == 0)


def test_going_online_hears_what_a_restored_head_office_lost(shop: Shop, running: Link, office: StandInOffice) -> None:
    shop.sell(5)
    running.wake()
    wait_until(lambda: running.state()["queued_records"] == 0)
    running.go_offline("101", None)
    office.records.clear()

    running.go_online("101")

    wait_until(lambda: office.seqs("r1", 1) == [1, 2, 3, 4, 5])


def test_an_old_queue_warns_sooner_online_than_offline(shop: Shop) -> None:
    link = shop.link()
    sold = shop.world.now().replace(year=2026, month=11, day=22, hour=20, minute=0, second=0, microsecond=0)
    assert queue_check(link, sold).status == "pass"
    shop.sell()
    link.wake()
    at = {hours: sold.fromtimestamp(sold.timestamp() + hours * 3600, sold.tzinfo) for hours in (0.5, 2, 25, 24 * 8)}
    assert [queue_check(link, at[hours]).status for hours in (0.5, 2, 24 * 8)] == ["pass", "warn", "fail"]
    link.go_offline("101", None)
    assert [queue_check(link, at[hours]).status for hours in (2, 25, 24 * 8)] == ["pass", "warn", "fail"]


@pytest.mark.parametrize(("offset_s", "status"), [(0, "pass"), (-200, "pass"), (400, "warn"), (-90_000, "fail")])
def test_a_wrong_clock_shows(shop: Shop, offset_s: int, status: str) -> None:
    link = shop.link()
    assert clock_check(link).status == "pass"
    link.clock._reading = ClockReading(offset_s * 1000, "2026-11-22T20:00:00.000Z")
    assert clock_check(link).status == status


def test_plain_http_that_was_allowed_is_a_warning() -> None:
    def at(url: str) -> str:
        return transport_check(Settings(head_office=HeadOffice(url=url, allow_plain_http=True))).status

    assert at("http://192.168.1.2:8090") == "warn"
    assert at("https://office.example.fi") == "pass"
    assert at("http://127.0.0.1:8090") == "pass"
