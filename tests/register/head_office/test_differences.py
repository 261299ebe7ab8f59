"""What is kept of a journal that differs, over restarts and without a network; and what answers may say of it."""

from __future__ import annotations

import pytest

from register_svc.head_office.answers import CheckInAnswer, JournalEnd, UploadAnswer
from register_svc.head_office.differences import Difference, Differences
from register_svc.head_office.memory import LinkMemory
from tests.support.small_register import Shop

AT = "2026-11-22T20:00:00.000Z"


def differences(shop: Shop) -> Differences:
    return Differences(LinkMemory(shop.state_db), lambda: AT)


def test_the_first_finding_keeps_its_words_and_the_count_grows(shop: Shop) -> None:
    known = differences(shop)
    known.learn(1, 41, "first")
    known.learn(1, 99, "second", conflicts=3)
    known.learn(1, 120, "third", conflicts=2)
    assert known.of(1) == Difference(1, 41, "first", 3, AT)
    assert known.of(2) is None


def test_what_was_learnt_is_there_after_a_restart(shop: Shop) -> None:
    differences(shop).learn(1, 41, "first", conflicts=3)
    shop.close()
    shop.open()
    assert differences(shop).of(1) == Difference(1, 41, "first", 3, AT)


def test_fewer_conflicts_than_were_heard_of_are_told_once(shop: Shop) -> None:
    known = differences(shop)
    assert not known.fewer(1, 0)
    known.learn(1, 41, "first", conflicts=3)
    assert [known.fewer(1, count) for count in (3, 1, 1, 2)] == [False, True, False, False]
    assert differences(shop).of(1) == Difference(1, 41, "first", 1, AT)


# -- answers of head offices of every age ------------------------------------------------------------------------------


def test_a_check_in_of_an_older_head_office_says_nothing_of_watermarks() -> None:
    assert CheckInAnswer.from_wire({"now": AT, "next_check_in_s": 300, "snapshot": None}).acked is None


def test_a_check_in_of_a_newer_head_office_may_say_more() -> None:
    end = {"epoch": 1, "seq": 7, "hash": "ab", "conflicts": 2, "colour": "blue"}
    assert CheckInAnswer.from_wire({"acked": [end], "more": 1}).acked == (JournalEnd(1, 7, "ab", 2),)
    del end["conflicts"]
    assert CheckInAnswer.from_wire({"acked": [end]}).acked == (JournalEnd(1, 7, "ab", 0),)


@pytest.mark.parametrize(
    "acked",
    [7, [7], [{}], [{"epoch": 1, "seq": -1}], [{"epoch": "1", "seq": 1}], [{"epoch": 1, "seq": 1, "hash": 5}], "none"],
)
def test_watermarks_that_cannot_be_understood_are_passed_over(acked: object) -> None:
    assert CheckInAnswer.from_wire({"now": AT, "acked": acked}).acked is None


def test_an_upload_is_answered_with_conflicts_or_without() -> None:
    assert UploadAnswer.from_wire({"acked_seq": 1, "acked_hash": "ab"}).conflicts == 0
    assert UploadAnswer.from_wire({"acked_seq": 1, "acked_hash": "ab", "conflicts": 4}).conflicts == 4
