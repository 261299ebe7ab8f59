"""Check-ins: what a register's inventory settles, what it is offered, and how it fetches."""

from __future__ import annotations

import hashlib

import pytest

from poscore.bundle import BUNDLE_TOKEN
from poscore.tokens import verify_token
from server_push.fleet.fleet import Order
from server_push.fleet.plan import AT_ONCE, Plan
from tests.support.lan import lan_of
from tests.support.offices import Site
from tests.support.returning import Returning

OLD = 77  # a version of before
OFFERED = Order("api", "anna", Plan(AT_ONCE, tries=1, offer_wait_s=600))


@pytest.fixture
def till(site: Site) -> Returning:
    return site.enrol("r1")


@pytest.fixture
def version(site: Site) -> int:
    return site.office.publisher.publish("s1", site.clock()).version


def saw(version: int | None, *slots: tuple[int, str, str | None], refused=None) -> dict:
    listed = [{"version": number, "state": state, "reason": reason} for number, state, reason in slots]
    return {"snapshot": {"active": version, "seen": version, "slots": listed, "refused": refused}}


def newest(site: Site):
    return site.office.fleet.tools.deployments.of_register("r1", 1)[0]


def state(site: Site) -> str:
    return str(newest(site).state)


def left_for_its_check_in(site: Site) -> str:
    """A rollout that has tried to push to r1, which is away."""
    rollout = site.office.fleet.begin(site.office.registers.list(), OFFERED)
    for work in site.office.fleet.tick():
        work.run()
    assert state(site) == "offered"
    return rollout


def test_a_new_register_gets_its_stores_snapshot_when_it_first_checks_in(site: Site, till, version):
    assert site.check_in(till).json["snapshot"] == {"version": version}
    assert site.check_in(till).json["snapshot"] == {"version": version}, "until it has it"
    (rollout,) = site.office.rollouts.list()
    assert (rollout.origin, rollout.counts) == ("first", {"offered": 1})

    assert site.fetch(till).status_code == 200
    assert state(site) == "installing"
    assert site.check_in(till, **saw(version, (version, "GOOD", None))).json["snapshot"] is None
    assert state(site) == "confirmed"
    site.office.fleet.tick()
    assert site.office.rollouts.show(rollout.rollout)["state"] == "finished"


def test_a_register_that_sells_is_offered_nothing_without_a_rollout(site: Site, till, version):
    assert site.check_in(till, **saw(OLD)).json["snapshot"] is None
    assert site.office.rollouts.list() == []


def test_a_store_without_a_snapshot_has_none_to_offer(site: Site, till):
    assert site.check_in(till).json["snapshot"] is None


def test_a_register_enrolled_anew_gets_the_snapshot_again(site: Site, till, version):
    site.check_in(till)
    site.fetch(till)
    site.check_in(till, **saw(version, (version, "GOOD", None)))

    again = site.enrol("r1")
    assert site.check_in(again).json["snapshot"] == {"version": version}


def test_what_is_fetched_carries_the_token_that_a_push_of_it_would(site: Site, till, version):
    site.check_in(till)
    answer = site.fetch(till)

    claims = verify_token(answer.headers[BUNDLE_TOKEN], site.office.keys.sender_signing_key().public, "r1")
    assert claims.body == hashlib.sha256(answer.data).hexdigest()
    assert int(answer.headers["Content-Length"]) == len(answer.data)


def test_nobody_fetches_in_anothers_name(site: Site, till, version):
    other = site.enrol("r2")
    site.check_in(till)
    other.register = "r1"
    assert site.fetch(other).status_code == 401


def test_a_fetch_that_was_cut_off_may_be_begun_again(site: Site, till, version):
    site.check_in(till)
    site.fetch(till)
    assert site.fetch(till).status_code == 200
    assert newest(site).attempts == 2


def test_a_shops_line_is_shared_by_two_fetches_and_the_third_is_told_when_to_come(site: Site, version):
    tills = [site.enrol(f"r{n}") for n in range(1, 4)]
    for one in tills:
        site.check_in(one)
    open_ones = [site.office.fetches.open("s1", one.register) for one in tills[:2]]
    third = site.fetch(tills[2])
    assert (third.status_code, third.json["code"]) == (429, "too-many-requests")
    assert int(third.headers["Retry-After"]) > 0
    for parcel in open_ones:
        parcel.close()
    assert site.fetch(tills[2]).status_code == 200


def test_what_a_push_could_not_bring_is_offered_and_settled(site: Site, till):
    rollout = left_for_its_check_in(site)
    version = site.office.newest_version("s1")
    answer = site.check_in(till, **saw(OLD, (OLD, "GOOD", None))).json
    assert answer["snapshot"] == {"version": version}
    site.fetch(till)
    site.check_in(till, **saw(version, (version, "TRIAL", None)))
    assert state(site) == "activated"
    site.office.fleet.tick()
    assert site.office.rollouts.show(rollout)["state"] == "finished"
    site.check_in(till, **saw(version, (version, "GOOD", None)))
    assert state(site) == "confirmed"


def test_a_register_that_has_it_already_is_settled_without_fetching(site: Site, till):
    left_for_its_check_in(site)
    version = site.office.newest_version("s1")
    assert site.check_in(till, **saw(version)).json["snapshot"] is None
    assert state(site) == "activated"


@pytest.mark.parametrize(
    ("said", "state_then", "code"),
    [
        ((("STAGED", None), None), "staged", "sale-open"),
        ((("BUILDING", None), None), "installing", None),
        ((("BAD", "check"), None), "failed", "check"),
        ((("ROLLED_BACK", "check"), None), "failed", "check"),
        ((None, "signature"), "failed", "signature"),
        ((None, "space"), "offered", "space"),
    ],
)
def test_what_became_of_a_fetched_one_is_told_by_the_inventory(site: Site, till, said, state_then, code):
    slots, refused = said
    left_for_its_check_in(site)
    version = site.office.newest_version("s1")
    site.check_in(till, **saw(OLD))
    site.fetch(till)
    told = [(version, *slots)] if slots else []
    no = {"version": version, "code": refused, "detail": "no"} if refused else None
    site.check_in(till, **saw(OLD, *told, refused=no))
    assert (state(site), newest(site).code) == (state_then, code)


def test_a_push_and_a_check_in_that_race_give_one_activation(site: Site, till):
    key = site.office.keys.sender_signing_key().public
    left_for_its_check_in(site)
    version = site.office.newest_version("s1")
    with lan_of("r1", key) as lan:
        site.is_at("r1", lan.url)
        parcel = site.office.fetches.open("s1", "r1")  # the register is fetching
        assert site.office.fleet.tools.deployments.due_stores(newest(site).rollout, site.clock()) == []
        rollout = site.office.fleet.begin(site.office.registers.list(), OFFERED)
        for work in site.office.fleet.tick():
            work.run()  # a push comes in between
        assert lan.switches == [], "the register's row is held"
        parcel.close()
        lan.active = version  # it has switched by itself
        site.check_in(till, lan_url=lan.url, **saw(version, (version, "GOOD", None)))
        outcome = site.office.carry_out(rollout)
    assert outcome.state == "finished"
    assert lan.bundles == []
    assert lan.switches == [], "what it has is not activated a second time"


def test_a_register_whose_row_a_push_holds_is_not_sent_it_a_second_time(site: Site, till, version):
    from datetime import timedelta

    from server_push.fleet.deployments import Holder

    rollout = site.office.fleet.begin(site.office.registers.list(), OFFERED)
    site.office.fleet.tick()
    holder = Holder("push", 2, timedelta(minutes=1))
    assert site.office.fleet.tools.deployments.claim_next(rollout, "s1", holder, site.clock())
    answer = site.check_in(till).json
    assert answer["snapshot"] is None
    assert answer["next_check_in_s"] == 60, "something is under way"
    assert site.fetch(till).status_code in (409, 429)
