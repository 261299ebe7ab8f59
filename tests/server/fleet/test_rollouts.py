"""Rollouts over real HTTP: canaries that halt them, registers that are away, persons who stop and resume them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest

from poscore.errors import Refused
from server_push.fleet.fleet import Order
from server_push.fleet.plan import GroupPlan, Limit, Plan
from tests.support.lan import Lan, lan_of
from tests.support.offices import Site

ALL = Limit(100, True)
ONE_THEN_ALL = (GroupPlan("canary", Limit(1, False), 100, Limit(0, False)), GroupPlan("100 %", ALL, 75))
REFUSED = [(422, {"code": "signature", "detail": "no"})]


@contextmanager
def shop(site: Site, count: int, away: int = 0) -> Iterator[dict[str, Lan]]:
    """`count` registers of s1 that answer, and `away` more that do not."""
    key = site.office.keys.sender_signing_key().public
    with ExitStack() as stack:
        lans = {}
        for n in range(count + away):
            name = f"r{n}"
            site.enrol(name)
            if n < count:
                lans[name] = stack.enter_context(lan_of(name, key))
                site.is_at(name, lans[name].url)
        yield lans


def order(canary: str = "r0", **changed) -> Order:
    plan = {"groups": ONE_THEN_ALL, "tries": 1, "offer_wait_s": 0, "canary": (canary,), **changed}
    return Order("api", "anna", Plan(**plan))


def carry_out(site: Site, wanted: Order):
    return site.office.push(site.office.registers.list(), wanted)


def states(site: Site, rollout: str) -> dict[str, str]:
    return {one["register"]: one["state"] for one in site.office.rollouts.show(rollout)["registers"]}


def test_a_rollout_goes_through_its_groups_to_everybody(site: Site):
    with shop(site, 5) as lans:
        outcome = carry_out(site, order())

    shown = site.office.rollouts.show(outcome.rollout)
    assert outcome.state == "finished"
    assert [(group["name"], group["state"], group["counts"]) for group in shown["groups"]] == [
        ("canary", "finished", {"activated": 1}),
        ("100 %", "finished", {"activated": 4}),
    ]
    assert all(lan.switches == [site.office.newest_version("s1")] for lan in lans.values())


def test_a_refusing_canary_halts_it_and_the_rest_is_untouched(site: Site):
    with shop(site, 5) as lans:
        lans["r0"].answers["POST /snapshots"] = REFUSED
        outcome = carry_out(site, order())

        assert outcome.state == "paused"
        assert not outcome.all_served
        assert site.office.rollouts.show(outcome.rollout)["reason"] == "error-limit"
        assert all(lan.calls == [] for name, lan in lans.items() if name != "r0")
        assert states(site, outcome.rollout) == {"r0": "failed", **{f"r{n}": "pending" for n in range(1, 5)}}


def test_resumed_it_goes_on_past_what_a_person_has_seen(site: Site):
    with shop(site, 3) as lans:
        lans["r0"].answers["POST /snapshots"] = REFUSED
        rollout = carry_out(site, order()).rollout
        site.office.rollouts.resume(rollout, "anna", site.clock())
        outcome = site.office.carry_out(rollout)

    assert outcome.state == "finished"
    assert states(site, rollout) == {"r0": "failed", "r1": "activated", "r2": "activated"}


def test_retried_who_failed_is_served(site: Site):
    with shop(site, 3) as lans:
        lans["r0"].answers["POST /snapshots"] = REFUSED
        rollout = carry_out(site, order()).rollout
        lans["r0"].answers.clear()
        assert site.office.rollouts.retry(rollout, "anna", site.clock()) == 1
        assert site.office.carry_out(rollout).state == "finished"

    assert set(states(site, rollout).values()) == {"activated"}


def test_a_fifth_that_is_away_keeps_nobody_waiting_and_catches_up_at_check_in(site: Site):
    with shop(site, 8, away=2):
        outcome = carry_out(site, order())
    assert outcome.state == "finished"
    assert sorted(states(site, outcome.rollout).values()) == ["activated"] * 8 + ["unreachable"] * 2

    version = site.office.newest_version("s1")
    for name in ("r8", "r9"):
        till = site.enrol(name)
        assert site.check_in(till).json["snapshot"] == {"version": version}
        assert site.fetch(till).status_code == 200
        slots = [{"version": version, "state": "GOOD", "reason": None}]
        site.check_in(till, snapshot={"active": version, "seen": version, "slots": slots})
    assert states(site, outcome.rollout)["r8"] == "confirmed"
    assert states(site, outcome.rollout)["r9"] == "confirmed"


def test_too_many_away_pause_it_and_their_coming_lets_it_go_on(site: Site):
    with shop(site, 1, away=1) as lans:
        rollout = carry_out(site, order("r1")).rollout
        assert site.office.rollouts.show(rollout)["reason"] == "unreachable-limit"
        assert lans["r0"].calls == []

        till = site.enrol("r1")
        version = site.check_in(till).json["snapshot"]["version"]
        site.fetch(till)
        slots = [{"version": version, "state": "TRIAL", "reason": None}]
        site.check_in(till, snapshot={"active": version, "seen": version, "slots": slots})
        site.office.fleet.tick()
        assert site.office.carry_out(rollout).state == "finished"
    assert states(site, rollout) == {"r0": "activated", "r1": "activated"}


def test_a_register_that_goes_back_afterwards_still_halts_it(site: Site):
    with shop(site, 1, away=1):
        rollout = site.office.fleet.begin(site.office.registers.list(), order("r0", offer_wait_s=600))
        for _ in range(4):
            for work in site.office.fleet.tick(rollout):
                work.run()
    assert states(site, rollout) == {"r0": "activated", "r1": "offered"}

    till = site.enrol("r0")
    version = site.office.newest_version("s1")
    slots = [{"version": version, "state": "ROLLED_BACK", "reason": "check"}]
    site.check_in(till, snapshot={"active": 77, "seen": version, "slots": slots})
    site.office.fleet.tick()

    shown = site.office.rollouts.show(rollout)
    assert (shown["state"], shown["reason"]) == ("paused", "error-limit")
    assert states(site, rollout)["r0"] == "rolled_back"


def test_a_pause_bites_within_one_transfer(site: Site):
    with shop(site, 6) as lans:
        rollout = site.office.fleet.begin(site.office.registers.list(), Order("api", "anna", Plan.at_once()))
        begun = threading.Event()
        for lan in lans.values():
            lan.takes_s = 0.3
        pushing = threading.Thread(target=lambda: (begun.set(), site.office.carry_out(rollout)))
        pushing.start()
        begun.wait()
        while not any(lan.calls for lan in lans.values()):
            threading.Event().wait(0.01)
        site.office.rollouts.pause(rollout, "anna", site.clock())
        pushing.join(20)

    assert sum(bool(lan.switches) for lan in lans.values()) <= 3
    assert list(states(site, rollout).values()).count("pending") >= 3


def test_a_canceled_one_is_neither_pushed_nor_fetched(site: Site):
    with shop(site, 0, away=2):
        rollout = carry_out(site, order("r0")).rollout
    site.office.rollouts.cancel(rollout, "anna", site.clock())
    till = site.enrol("r0")
    assert site.check_in(till, snapshot={"active": 77, "seen": 77}).json["snapshot"] is None
    assert site.fetch(till).json["code"] == "nothing-to-fetch"
    with pytest.raises(Refused) as refused:
        site.office.rollouts.resume(rollout, "anna", site.clock())
    assert refused.value.code == "rollout-state"


def test_when_its_window_closes_nothing_more_is_begun_and_the_night_after_goes_on(site: Site):
    with shop(site, 1, away=1):
        wanted = Order("schedule", "schedule", Plan(tries=3), site.clock() + timedelta(hours=7))
        rollout = site.office.fleet.begin(site.office.registers.list(), wanted)
        site.clock.passes(hours=7)
        assert site.office.fleet.tick() == []
    assert set(states(site, rollout).values()) <= {"unreachable", "canceled"}

    again = site.office.fleet.begin(site.office.registers.list(), order())
    assert set(states(site, again).values()) == {"pending"}


def test_a_store_on_pull_is_not_called_and_fetches(site: Site):
    site.office.stores.set_delivery("s1", "pull")
    with shop(site, 1) as lans:
        rollout = site.office.fleet.begin(site.office.registers.list(), order())
        for work in site.office.fleet.tick():
            work.run()
        assert lans["r0"].calls == []
    assert states(site, rollout) == {"r0": "offered"}
    assert site.check_in(site.enrol("r0")).json["snapshot"] == {"version": site.office.newest_version("s1")}

    site.clock.passes(minutes=11)
    site.office.fleet.tick()
    assert states(site, rollout) == {"r0": "unreachable"}


def test_a_rollout_gives_all_registers_of_a_store_the_data_of_its_first(site: Site):
    with shop(site, 3):
        outcome = carry_out(site, order())
    versions = {one.version for one in outcome.registers}
    assert versions == {site.office.newest_version("s1")}


def test_who_did_what_is_noted(site: Site):
    with shop(site, 1):
        rollout = carry_out(site, order()).rollout
    begun = site.office.audit.list(about=rollout)
    assert [(deed["who"], deed["act"]) for deed in begun] == [("anna", "rollout-begun")]


def test_what_ends_is_told_of_by_status(site: Site):
    with shop(site, 2) as lans:
        lans["r0"].answers["POST /snapshots"] = REFUSED
        rollout = carry_out(site, order()).rollout
    assert any(f"rollout {rollout} is paused" in warning for warning in site.office.status()["warnings"])
