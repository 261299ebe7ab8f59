"""Pushing to registers over real HTTP: what each may answer, and what becomes of it."""

from __future__ import annotations

import socket
import threading

import pytest

from poscore.errors import Refused
from server_push.assortment.importing import How, import_articles
from server_push.fleet.states import State
from tests.support.lan import Lan, lan_of
from tests.support.offices import Site
from tests.support.pricelists import article_list, lines

ACTIVATE = "POST /snapshots/{}/activate"


@pytest.fixture
def key(site: Site) -> dict[str, str]:
    return site.office.keys.sender_signing_key().public


@pytest.fixture
def lan(site: Site, key):
    site.enrol("r1")
    with lan_of("r1", key) as lan:
        at(site, lan)
        yield lan


def at(site: Site, lan: Lan) -> None:
    """The register is where the miniature is."""
    site.is_at(lan.register, lan.url)


def push(site: Site, *registers: str):
    every = site.office.registers.list()
    return site.office.push([one for one in every if not registers or one.register in registers])


def result(site: Site, *registers: str) -> tuple[str, str | None]:
    (one,) = push(site, *registers).registers
    return str(one.state), one.code


def test_a_push_publishes_sends_and_activates(site: Site, lan: Lan):
    outcome = push(site)

    version = site.office.newest_version("s1")
    assert outcome.to_wire() == {
        "rollout": outcome.rollout,
        "state": "finished",
        "registers": [{"register": "r1", "state": "activated", "version": version, "code": None}],
    }
    assert outcome.all_served
    assert lan.calls == ["GET /snapshots", "POST /snapshots", ACTIVATE.format(version)]
    assert site.office.registers.get("r1").snapshot_active == version


def test_a_register_that_has_it_is_sent_nothing(site: Site, lan: Lan):
    push(site)
    lan.calls.clear()

    assert result(site) == ("activated", None)
    assert "POST /snapshots" not in lan.calls


def test_each_push_is_a_rollout_of_its_own(site: Site, lan: Lan):
    assert push(site).rollout != push(site).rollout


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (409, "rollback"),
        (409, "clock"),
        (409, "not-for-me"),
        (409, "space"),
        (422, "signature"),
        (422, "expired"),
        (422, "mix"),
        (422, "damaged"),
        (413, "too-large"),
    ],
)
def test_what_a_register_refuses_is_failed_with_its_code(site: Site, lan: Lan, status, code):
    lan.answers["POST /snapshots"] = [(status, {"code": code, "detail": "no"})]

    outcome = push(site)

    assert [(one.state, one.code) for one in outcome.registers] == [(State.FAILED, code)]
    assert not outcome.all_served


def test_a_register_with_another_key_pinned_refuses_the_token(site: Site, key):
    from poscore.tokens import SigningKey

    site.enrol("r1")
    with lan_of("r1", SigningKey.generate().public) as lan:
        at(site, lan)
        assert result(site) == ("failed", "token")


def test_a_register_in_the_middle_of_another_bundle_is_asked_again(site: Site, lan: Lan, monkeypatch):
    monkeypatch.setattr("server_push.fleet.delivering._BUSY_PAUSE_S", 0.01)
    busy = (409, {"code": "busy", "detail": "later"})
    lan.answers["POST /snapshots"] = [busy, busy, (202, {"version": 1, "state": "BUILDING"})]

    assert result(site) == ("activated", None)
    assert lan.calls.count("POST /snapshots") == 3


def test_while_it_builds_and_a_sale_is_open_a_register_is_asked_again(site: Site, lan: Lan):
    version = site.office.publisher.publish("s1", site.clock()).version
    waiting = [(202, {"version": version, "state": state}) for state in ("BUILDING", "CHECKING", "STAGED", "STAGED")]
    lan.answers[ACTIVATE.format(version)] = [*waiting, (200, {"version": version, "state": "TRIAL"})]

    assert result(site) == ("activated", None)
    assert lan.calls.count(ACTIVATE.format(version)) == 5


def test_a_sale_that_stays_open_leaves_it_staged(site: Site, lan: Lan):
    version = site.office.publisher.publish("s1", site.clock()).version
    lan.answers[ACTIVATE.format(version)] = [(202, {"version": version, "state": "STAGED"})]

    outcome = push(site)

    assert [(one.state, one.code) for one in outcome.registers] == [(State.STAGED, "sale-open")]
    assert outcome.all_served, "it switches by itself; nothing failed"


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ((200, {"version": 1, "state": "ROLLED_BACK"}), "rolled-back"),
        ((422, {"code": "check", "detail": "a probe failed"}), "check"),
        ((409, {"code": "backup", "detail": "no room for a backup"}), "backup"),
    ],
)
def test_an_activation_that_does_not_hold_is_failed(site: Site, lan: Lan, reply, code):
    version = site.office.publisher.publish("s1", site.clock()).version
    lan.answers[ACTIVATE.format(version)] = [reply]

    assert result(site) == ("failed", code)


def test_a_register_that_is_switched_off_is_unreachable(site: Site):
    site.enrol("r1")  # it says to be at a port where nobody listens

    outcome = push(site)

    assert [(one.state, one.code) for one in outcome.registers] == [(State.UNREACHABLE, "unreachable")]
    assert not outcome.all_served


def test_a_register_that_says_nothing_is_unreachable(site: Site):
    site.enrol("r1")
    push_limits = site.office.settings.push.model_copy(update={"answer_timeout_s": 0.3})
    site.office.settings = site.office.settings.model_copy(update={"push": push_limits})
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        at(site, Lan("r1", {}, url=f"http://127.0.0.1:{deaf.getsockname()[1]}"))

        assert result(site) == ("unreachable", "unreachable")


@pytest.mark.parametrize("reply", [(200, []), (500, {}), (302, {}), (202, {"version": 1})])
def test_what_is_not_a_register_is_unreachable(site: Site, lan: Lan, reply):
    lan.answers["POST /snapshots"] = [reply]

    assert result(site) == ("unreachable", "unreachable")


def test_a_register_that_was_never_enrolled_is_unreachable(site: Site):
    site.office.registers.add("s1", "r9", site.clock())

    assert result(site, "r9") == ("unreachable", "unreachable")


def test_one_registers_trouble_does_not_keep_the_others_waiting_or_unserved(site: Site, key):
    site.enrol("r1")
    site.enrol("r2")
    with lan_of("r2", key) as lan:
        at(site, lan)

        outcome = push(site)

    states = {one.register: one.state for one in outcome.registers}
    assert states == {"r1": State.UNREACHABLE, "r2": State.ACTIVATED}


def test_one_shops_line_carries_two_transfers_at_once_and_no_more(site: Site, key):
    busy, lock = [0, 0], threading.Lock()
    lans = []
    for n in range(1, 6):
        site.enrol(f"r{n}")
        lans.append(lan_of(f"r{n}", key, takes_s=0.1, busy=busy, lock=lock))
    opened = [lan.__enter__() for lan in lans]
    try:
        for lan in opened:
            at(site, lan)
        outcome = push(site)
    finally:
        for lan in lans:
            lan.__exit__(None, None, None)

    assert {one.state for one in outcome.registers} == {State.ACTIVATED}
    assert busy[1] == 2


def test_registers_of_a_store_get_the_same_bytes(site: Site, key):
    site.enrol("r1")
    site.enrol("r2")
    with lan_of("r1", key) as one, lan_of("r2", key) as two:
        at(site, one)
        at(site, two)
        push(site)

    assert one.bundles == two.bundles
    assert len(one.bundles) == 1


def test_a_store_whose_bundle_cannot_be_made_fails_with_the_reason(site: Site, lan: Lan):
    (site.office.directory / "keys" / "targets").unlink()

    assert result(site) == ("failed", "key-missing")
    assert lan.calls == []


def test_a_push_to_nobody_is_refused(site: Site):
    with pytest.raises(Refused) as refused:
        site.office.push([])

    assert refused.value.code == "nothing-to-push"


def test_no_bundle_is_left_lying_about(site: Site, lan: Lan):
    push(site)

    assert list((site.office.directory / "outgoing").iterdir()) == []


# -- the changes, or the whole -----------------------------------------------------------------------------------------


@pytest.fixture
def with_a_list(site: Site, tmp_path) -> Site:
    """So many articles that changes are worth their while."""
    import_articles(site.office.storage, article_list(tmp_path / "list.csv", lines(2000)), site.clock(), How())
    return site


def a_price_changes(site: Site, tmp_path) -> None:
    row = {**lines(1)[0], "price": "77.77"}
    import_articles(site.office.storage, article_list(tmp_path / "list.csv", [row]), site.clock(), How())


def test_a_register_is_sent_what_changed_since_its_own_version(with_a_list: Site, lan: Lan, tmp_path):
    push(with_a_list)
    a_price_changes(with_a_list, tmp_path)
    assert result(with_a_list) == ("activated", None)

    whole, changes = lan.sizes
    assert changes < whole / 3


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        ("POST /snapshots", (409, {"code": "base", "detail": "it does not have that"})),
        ("POST /snapshots/{}/activate", (422, {"code": "hash", "detail": "the rebuilt file is another"})),
        ("POST /snapshots/{}/activate", (422, {"code": "base", "detail": "the disk has changed the base"})),
    ],
)
def test_a_register_that_cannot_use_the_changes_gets_the_whole_file_in_the_same_push(
    with_a_list: Site, lan: Lan, tmp_path, call, answer
):
    push(with_a_list)
    a_price_changes(with_a_list, tmp_path)
    version = with_a_list.office.publisher.publish("s1", with_a_list.clock()).version
    lan.answers[call.format(version)] = [answer, None]  # and then as usual

    assert result(with_a_list) == ("activated", None)

    assert lan.calls.count("POST /snapshots") == 3
    assert lan.sizes[-1] > lan.sizes[0] * 0.9
    assert lan.active == version
