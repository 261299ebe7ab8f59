"""Groups as data, and what is made of counts: pure, so every case is a line."""

from datetime import timedelta

import pytest

from poscore.errors import Refused
from server_push.fleet.judging import Limits, Tally, Word, judge
from server_push.fleet.patience import Patience, after_no_answer, after_refusal, back_off
from server_push.fleet.plan import STAGED, GroupPlan, Limit, Member, Plan, share_out
from server_push.fleet.states import Event, State


def fleet(count: int) -> list[Member]:
    return [Member(f"s{n % 7}", f"r{n}") for n in range(count)]


def sizes(plan: Plan, count: int) -> list[tuple[str, int]]:
    return [(group.name, len(mine)) for group, mine in share_out(plan, fleet(count))]


@pytest.mark.parametrize(
    ("count", "shared"),
    [
        (1, [("canary", 1)]),
        (2, [("canary", 1), ("100 %", 1)]),
        (20, [("canary", 1), ("10 %", 1), ("100 %", 18)]),
        (500, [("canary", 5), ("10 %", 45), ("100 %", 450)]),
    ],
)
def test_a_fleet_is_shared_out_to_canary_ten_per_cent_and_the_rest(count, shared):
    assert sizes(Plan(), count) == shared


def test_everybody_is_in_one_group_and_the_same_go_first_every_night():
    first, again = share_out(Plan(), fleet(50)), share_out(Plan(), list(reversed(fleet(50))))
    assert sorted(one.register for _, mine in first for one in mine) == sorted(one.register for one in fleet(50))
    assert first == again


def test_a_register_that_was_heard_of_lately_makes_the_better_canary():
    silent = [Member("s1", f"q{n}", fresh=False) for n in range(30)]
    canary = share_out(Plan(), [*silent, Member("s1", "r1")])[0][1]
    assert canary == [Member("s1", "r1")]


def test_a_shop_may_name_its_canaries():
    plan = Plan(canary=("r7", "r9"))
    assert {one.register for one in share_out(plan, fleet(20))[0][1]} == {"r7", "r9"}


@pytest.mark.parametrize("text", ["", "x", "5 %", "-1", "101%", "1.5%", "9999999"])
def test_what_is_no_limit_is_refused(text):
    with pytest.raises(Refused) as refused:
        Limit.parse(text)
    assert refused.value.code == "body-invalid"


@pytest.mark.parametrize("groups", [(), (GroupPlan("a", Limit(10, True)),)])
def test_a_plan_that_does_not_reach_everybody_cannot_be_made(groups):
    with pytest.raises(Refused):
        Plan(groups)


def tally(**counts: int) -> Tally:
    return Tally.of({State(state): count for state, count in counts.items()})


CANARY = Limits(100, Limit(0, False), Limit(50, True))
MANY = Limits(75, Limit(5, True), Limit(50, True))


@pytest.mark.parametrize(
    ("limits", "counts", "word", "reason"),
    [
        (CANARY, {"pending": 1}, Word.WAIT, ""),
        (CANARY, {"staged": 1}, Word.WAIT, ""),
        (CANARY, {"activated": 1}, Word.PASS, ""),
        (CANARY, {"confirmed": 1}, Word.PASS, ""),
        (CANARY, {"failed": 1}, Word.HALT, "error-limit"),
        (CANARY, {"rolled_back": 1, "activated": 4}, Word.HALT, "error-limit"),
        (CANARY, {"unreachable": 1}, Word.HALT, "unreachable-limit"),
        (CANARY, {"unreachable": 1, "activated": 1}, Word.PASS, ""),
        (CANARY, {"superseded": 3}, Word.PASS, ""),
        (MANY, {"activated": 80, "unreachable": 20}, Word.PASS, ""),
        (MANY, {"activated": 70, "retry": 30}, Word.WAIT, ""),
        (MANY, {"activated": 75, "retry": 25}, Word.PASS, ""),
        (MANY, {"activated": 90, "failed": 5, "pending": 5}, Word.PASS, ""),
        (MANY, {"activated": 90, "failed": 6, "pending": 4}, Word.HALT, "error-limit"),
        (MANY, {"activated": 40, "unreachable": 51, "pending": 9}, Word.HALT, "unreachable-limit"),
        (MANY, {}, Word.PASS, ""),
    ],
)
def test_a_group_waits_passes_or_halts_by_its_counts(limits, counts, word, reason):
    verdict = judge(tally(**counts), limits)
    assert (verdict.word, verdict.reason) == (word, reason)


def test_what_a_person_has_let_pass_halts_no_more_until_there_is_more_of_it():
    accepted = Limits(75, Limit(0, False), Limit(0, False), accepted_errors=2, accepted_unreachable=1)
    assert judge(tally(failed=2, unreachable=1, activated=1), accepted).word is Word.PASS
    assert judge(tally(failed=3, activated=1), accepted).word is Word.HALT
    assert judge(tally(failed=2, unreachable=2), accepted).reason == "unreachable-limit"


def test_each_wait_is_longer_than_the_one_before_up_to_a_quarter_of_an_hour():
    waits = [back_off(attempts, 0.5) for attempts in range(1, 6)]
    assert waits == [timedelta(seconds=seconds) for seconds in (30, 120, 480, 900, 900)]
    assert back_off(1, 0.0) < back_off(1, 1.0)


TEN_MINUTES = timedelta(minutes=10)


@pytest.mark.parametrize(
    ("delivery", "attempts", "tries", "offer_wait", "event"),
    [
        ("auto", 1, 3, TEN_MINUTES, Event.OFFERED),
        ("auto", 1, 1, timedelta(), Event.UNREACHED),
        ("push", 1, 3, TEN_MINUTES, Event.TROUBLED),
        ("push", 3, 3, TEN_MINUTES, Event.UNREACHED),
    ],
)
def test_a_register_that_does_not_answer_is_tried_again_left_to_its_check_in_or_given_up(
    delivery, attempts, tries, offer_wait, event
):
    assert after_no_answer(Patience(delivery, attempts, tries, offer_wait), 0.5).event is event


@pytest.mark.parametrize(
    ("code", "attempts", "event"),
    [("space", 1, Event.TROUBLED), ("space", 3, Event.REFUSED), ("signature", 1, Event.REFUSED)],
)
def test_only_what_passes_by_itself_is_tried_again(code, attempts, event):
    assert after_refusal(code, Patience("auto", attempts, 3, TEN_MINUTES), 0.5).event is event


def test_the_staged_plan_is_data_that_can_be_shown():
    assert STAGED[0].to_wire() == {
        "name": "canary",
        "upto": "1%",
        "success_percent": 100,
        "error_limit": "0",
        "unreachable_limit": "50%",
    }
