"""Rows that are claimed by compare-and-set: two workers never do the same, and a dead one holds nothing for ever."""

from datetime import timedelta

import pytest

from poscore.errors import Refused
from server_push.fleet.deployments import Claim, Deployments, Holder, Result
from server_push.fleet.plan import Member, Plan
from server_push.fleet.rollouts import Beginning, Rollouts
from server_push.fleet.rows import Target
from server_push.fleet.states import Event
from server_push.storage import Storage
from tests.support.databases import new_storage
from tests.support.offices import NOW

LASTS = timedelta(minutes=5)
LATER = NOW + LASTS + timedelta(seconds=1)
R1, R2 = Member("s1", "r1"), Member("s1", "r2")


@pytest.fixture
def storage(tmp_path) -> Storage:
    return new_storage(tmp_path)


@pytest.fixture
def deployments(storage) -> Deployments:
    begin(storage, "p1")
    return Deployments(storage)


def begin(storage: Storage, rollout: str, members=(R1, R2), now=NOW) -> None:
    rollouts = Rollouts(storage)
    rollouts.begin(Beginning(rollout, "push", "anna", Plan.at_once()), members, now)
    rollouts.tick(rollout, now)


def claim(deployments: Deployments, worker: str, now=NOW, rollout: str = "p1", at_once: int = 2) -> Claim | None:
    return deployments.claim_next(rollout, "s1", Holder(worker, at_once, LASTS), now)


def states(deployments: Deployments, rollout: str = "p1") -> dict[str, str]:
    return {one.register: str(one.state) for one in deployments.of(rollout)}


def test_each_register_is_claimed_by_one_worker(deployments):
    one, two = claim(deployments, "one"), claim(deployments, "two")
    assert {one.target.register, two.target.register} == {"r1", "r2"}
    assert claim(deployments, "three", at_once=9) is None
    assert states(deployments) == {"r1": "sending", "r2": "sending"}


def test_the_line_of_a_store_is_shared_by_so_many_and_free_again_when_the_bytes_are_over(deployments):
    one = claim(deployments, "one", at_once=1)
    assert claim(deployments, "two", at_once=1) is None
    deployments.sent(one, LASTS, NOW)
    assert claim(deployments, "two", at_once=1).target.register == "r2"
    assert states(deployments)["r1"] == "installing"


def test_a_claim_whose_holder_died_is_given_back_and_what_the_dead_says_is_not_heard(deployments):
    one = claim(deployments, "one")
    assert deployments.release(NOW) == 0
    assert deployments.release(LATER) == 1
    two = claim(deployments, "two", LATER, at_once=1)  # r2 first: r1 has had a try
    again = claim(deployments, "three", LATER)
    assert (two.target.register, again.target.register) == ("r2", "r1")

    assert not deployments.settle(one, Result(Event.ACTIVATED), LATER)
    assert deployments.settle(again, Result(Event.ACTIVATED), LATER)
    assert states(deployments)["r1"] == "activated"


def test_a_claim_that_is_renewed_lasts(deployments):
    one = claim(deployments, "one")
    deployments.renew(["one"], LASTS, NOW + timedelta(minutes=4))
    assert deployments.release(LATER) == 0
    assert deployments.settle(one, Result(Event.ACTIVATED), LATER)


def test_what_is_activated_is_not_claimed_again(deployments):
    deployments.settle(claim(deployments, "one"), Result(Event.ACTIVATED), NOW)
    deployments.settle(claim(deployments, "one"), Result(Event.ACTIVATED), NOW)
    assert claim(deployments, "two", NOW + timedelta(days=1)) is None


@pytest.mark.parametrize("event", [Event.TROUBLED, Event.TAKEN])
def test_what_did_not_get_there_is_due_again_after_its_wait_and_not_before(deployments, event):
    held = claim(deployments, "one")
    deployments.settle(held, Result(event, "why", "because", timedelta(minutes=2)), NOW)
    assert claim(deployments, "two").target.register == "r2"
    assert claim(deployments, "three") is None

    found = claim(deployments, "three", NOW + timedelta(minutes=2))
    assert found.target == held.target
    assert found.patience.attempts == 2


def test_no_two_rollouts_work_on_one_register_at_once(storage, deployments):
    held = claim(deployments, "one")
    begin(storage, "p2", (R1,), NOW + timedelta(seconds=1))
    assert claim(deployments, "two", NOW + timedelta(seconds=1), "p2") is None

    deployments.settle(held, Result(Event.TROUBLED, "busy", "later", timedelta(0)), NOW + timedelta(seconds=2))
    assert claim(deployments, "two", NOW + timedelta(seconds=2), "p2") is not None
    assert states(deployments) == {"r1": "superseded", "r2": "pending"}


def test_a_newer_rollout_ends_what_older_ones_still_had_to_bring(storage, deployments):
    deployments.settle(claim(deployments, "one"), Result(Event.ACTIVATED), NOW)
    begin(storage, "p2", (R1, R2), NOW + timedelta(seconds=1))
    assert states(deployments) == {"r1": "activated", "r2": "superseded"}
    assert Rollouts(storage).tick("p1", NOW) == "finished"


@pytest.mark.parametrize("stop", ["pause", "cancel"])
def test_a_stopped_rollout_begins_nothing_and_what_is_on_its_way_arrives(storage, deployments, stop):
    held = claim(deployments, "one")
    getattr(Rollouts(storage), stop)("p1", "anna", NOW)
    assert claim(deployments, "two") is None
    assert deployments.settle(held, Result(Event.ACTIVATED), NOW)
    assert states(deployments) == {"r1": "activated", "r2": "pending" if stop == "pause" else "canceled"}


def test_a_register_fetches_what_was_left_for_it(deployments):
    held = claim(deployments, "one")
    deployments.settle(held, Result(Event.UNREACHED, "unreachable", "no answer"), NOW)
    mine = deployments.claim_fetch("s1", "r1", Holder("pull:r1", 2, LASTS, "pull"), NOW)
    assert mine.target == Target("p1", "s1", "r1")
    assert deployments.claim_fetch("s1", "r1", Holder("pull:r1", 2, LASTS, "pull"), NOW), "again, after a cut"

    with pytest.raises(Refused) as refused:
        deployments.claim_fetch("s1", "r1", Holder("another", 2, LASTS, "pull"), NOW)
    assert refused.value.code == "too-many-requests"


def test_a_push_and_a_fetch_never_hold_the_same_register(deployments):
    claim(deployments, "one")
    with pytest.raises(Refused) as refused:
        deployments.claim_fetch("s1", "r1", Holder("pull:r1", 2, LASTS, "pull"), NOW)
    assert refused.value.code in ("too-many-requests", "nothing-to-fetch")


def test_there_is_nothing_to_fetch_for_who_has_it(deployments):
    for worker in ("one", "two"):
        deployments.settle(claim(deployments, worker), Result(Event.ACTIVATED), NOW)
    with pytest.raises(Refused) as refused:
        deployments.claim_fetch("s1", "r1", Holder("pull:r1", 2, LASTS, "pull"), NOW)
    assert refused.value.code == "nothing-to-fetch"


def test_a_register_that_failed_is_tried_again_when_a_person_says_so(storage, deployments):
    for worker, event in (("one", Event.REFUSED), ("two", Event.ACTIVATED)):
        deployments.settle(claim(deployments, worker), Result(event, "space"), NOW)
    rollouts = Rollouts(storage)
    assert rollouts.tick("p1", NOW) == "finished"

    assert rollouts.retry("p1", "anna", NOW) == 1
    assert rollouts.tick("p1", NOW) == "running"
    assert claim(deployments, "three").target.register == "r1"
    with pytest.raises(Refused) as refused:
        rollouts.retry("p1", "anna", NOW)
    assert refused.value.code == "nothing-to-retry"
