"""Idempotent answers: kept with the change, found again, and forgotten after 48 hours."""

from __future__ import annotations

import pytest

from poscore.errors import Refused
from poscore.idempotency import Idempotency, Kept
from register_svc.database import Database
from register_svc.journal.answers import Answers
from register_svc.journal.journal import Journal

NOW_S = 1_800_000_000
HOURS_48_S = 48 * 3600


def a_key(name: str = "k", said: bytes = b"print") -> Idempotency:
    return Idempotency(name, said)


def keep(journal: Journal, answers: Answers, key: Idempotency, kept: Kept, now_s: int = NOW_S) -> None:
    with journal.write(durable=False) as writing:
        answers.keep(writing, key, kept, now_s)


@pytest.fixture
def answers(db: Database) -> Answers:
    return Answers(db)


def test_a_key_that_was_never_used_has_no_answer(answers: Answers) -> None:
    assert answers.find(a_key()) is None


def test_the_first_answer_is_found_again_byte_for_byte(journal: Journal, answers: Answers) -> None:
    kept = Kept(201, '{"name":"säilyke"}'.encode() * 100)
    keep(journal, answers, a_key(), kept)
    assert answers.find(a_key()) == kept


def test_the_same_key_for_another_request_is_refused(journal: Journal, answers: Answers) -> None:
    keep(journal, answers, a_key(), Kept(201, b"{}"))
    with pytest.raises(Refused) as refused:
        answers.find(a_key(said=b"another"))
    assert refused.value.code == "idempotency-key-reused"


def test_an_answer_lives_and_dies_with_its_change(journal: Journal, answers: Answers) -> None:
    def fail() -> None:
        with journal.write(durable=False) as writing:
            answers.keep(writing, a_key(), Kept(201, b"{}"), NOW_S)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert answers.find(a_key()) is None


def test_answers_are_forgotten_after_48_hours_and_not_before(journal: Journal, answers: Answers) -> None:
    keep(journal, answers, a_key("old"), Kept(200, b"{}"), NOW_S - HOURS_48_S - 1)
    keep(journal, answers, a_key("young"), Kept(200, b"{}"), NOW_S - HOURS_48_S)
    assert answers.forget_old(NOW_S) == 1
    assert answers.find(a_key("old")) is None
    assert answers.find(a_key("young")) is not None
    assert answers.forget_old(NOW_S) == 0


@pytest.mark.parametrize("back_s", [1, 3600, HOURS_48_S])
def test_a_clock_set_back_forgets_nothing_that_may_still_be_asked_for(
    journal: Journal, answers: Answers, back_s: int
) -> None:
    keep(journal, answers, a_key(), Kept(200, b"{}"), NOW_S)
    assert answers.forget_old(NOW_S - back_s) == 0
    assert answers.find(a_key()) is not None


def test_many_old_answers_are_forgotten_a_few_hundred_at_a_time(journal: Journal, answers: Answers) -> None:
    """So that forgetting never makes a sale wait."""
    with journal.write(durable=False) as writing:
        for n in range(1_200):
            at_s = NOW_S - HOURS_48_S - 1 if n < 800 else NOW_S
            answers.keep(writing, a_key(f"key-{n:04}"), Kept(200, b"{}"), at_s)
    forgotten = [answers.forget_old(NOW_S) for _ in range(4)]
    assert sum(forgotten) == 800
    assert max(forgotten) <= 500
    assert [answers.find(a_key(f"key-{n:04}")) is None for n in (0, 799, 800, 1_199)] == [True, True, False, False]
