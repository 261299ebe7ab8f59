"""What goes next, for every answer that head office may give: no network."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from register_svc.head_office.answers import UploadAnswer
from register_svc.head_office.delivery import MAX_RECORDS, Delivery, Plan, Span


def took(acked: int, gap: tuple[int, int] | None = None, resend: tuple[int, ...] = ()) -> UploadAnswer:
    return UploadAnswer(acked, "h", gap, resend, ())


def test_the_next_batch_begins_after_what_was_acknowledged() -> None:
    delivery = Delivery(0)
    delivery.answered(Span(1, 500), took(500))
    assert delivery.plan() == Plan(500, MAX_RECORDS)


def test_head_office_may_have_more_than_was_thought() -> None:
    delivery = Delivery(0)
    delivery.answered(Span(1, 500), took(9_000))
    assert delivery.plan().after == 9_000


def test_head_office_may_have_less_than_was_thought() -> None:
    delivery = Delivery(900)
    delivery.answered(Span(901, 910), took(400))
    assert delivery.plan().after == 400


def test_only_the_gap_is_sent_into_a_gap() -> None:
    delivery = Delivery(10)
    delivery.answered(Span(11, 20), took(3, gap=(4, 6)))
    assert delivery.plan() == Plan(3, 3)


def test_a_damaged_record_is_sent_again_with_what_follows() -> None:
    delivery = Delivery(0)
    delivery.answered(Span(1, 10), took(6, resend=(7,)))
    assert delivery.plan().after == 6


def test_a_batch_that_does_not_get_through_is_halved_and_grows_again() -> None:
    delivery = Delivery(0)
    delivery.lost(Span(1, 500))
    assert delivery.plan().limit == 250
    delivery.answered(Span(1, 250), took(250))
    assert delivery.plan().limit == 500


def test_one_record_is_never_halved_away() -> None:
    delivery = Delivery(0)
    for _ in range(20):
        delivery.lost(Span(1, delivery.plan().limit))
    assert delivery.plan().limit == 1


def test_answers_that_lead_nowhere_are_a_failure_in_the_end() -> None:
    delivery = Delivery(0)
    said = [delivery.answered(Span(1, 3), took(0, resend=(1,))) for _ in range(5)]
    assert said == [True, True, True, True, False]


# -- told unasked, at a check-in ---------------------------------------------------------------------------------------


def test_a_head_office_that_has_less_than_it_had_gets_the_rest_again() -> None:
    delivery = Delivery(900)
    assert delivery.told(400)
    assert (delivery.acked, delivery.plan()) == (400, Plan(400, MAX_RECORDS))


def test_a_head_office_that_has_more_than_was_thought_is_believed() -> None:
    delivery = Delivery(0)
    assert delivery.told(9_000)
    assert (delivery.acked, delivery.plan().after) == (9_000, 9_000)


def test_the_same_watermark_moves_nothing() -> None:
    delivery = Delivery(3)
    delivery.refused(Span(4, 4), "cannot be read")
    assert not delivery.told(3)
    assert (delivery.plan().after, list(delivery.aside)) == (4, [4])


def test_what_was_set_aside_is_offered_again_to_a_head_office_that_was_set_back() -> None:
    delivery = Delivery(3)
    delivery.refused(Span(4, 4), "cannot be read")
    delivery.told(1)
    assert (delivery.plan().after, delivery.aside) == (1, {})


def test_a_higher_watermark_takes_what_is_set_aside_along() -> None:
    delivery = Delivery(3)
    delivery.refused(Span(4, 4), "cannot be read")
    delivery.refused(Span(9, 9), "cannot be read")
    delivery.told(6)
    assert (delivery.acked, delivery.plan().after, list(delivery.aside)) == (6, 9, [9])


# -- head office has other records than this journal -------------------------------------------------------------------


def test_of_another_journal_only_what_was_sent_is_known_to_be_there() -> None:
    delivery = Delivery(50)
    delivery.answered(Span(51, 60), took(100), same=False)
    assert (delivery.acked, delivery.plan().after) == (60, 60)


def test_a_watermark_of_another_journal_is_believed_downwards_only() -> None:
    delivery = Delivery(60)
    assert not delivery.told(100, same=False)
    assert delivery.told(40, same=False)
    assert delivery.acked == 40


def test_a_damaged_record_whose_number_is_taken_holds_the_watermark_until_it_has_come() -> None:
    delivery = Delivery(50)
    delivery.answered(Span(51, 60), took(100, resend=(55,)), same=False)
    assert (delivery.acked, delivery.plan().after) == (54, 54)


def test_a_record_that_is_set_aside_holds_the_watermark_though_its_number_is_taken() -> None:
    delivery = Delivery(50)
    delivery.refused(Span(51, 51), "cannot be read")
    assert delivery.answered(Span(52, 60), took(100), same=False)
    assert (delivery.acked, delivery.plan().after, list(delivery.aside)) == (50, 60, [51])
    delivery.try_again()
    assert delivery.plan().after == 50


def test_a_head_office_of_another_journal_that_was_set_back_gets_the_rest_again() -> None:
    delivery = Delivery(130)
    delivery.answered(Span(131, 140), took(100, gap=(101, 130)), same=False)
    assert delivery.plan() == Plan(100, 30)


@given(st.integers(1, 40), st.integers(0, 60), st.sets(st.integers(1, 40)), st.integers(1, 7))
def test_every_record_beside_another_journal_arrives(records: int, theirs: int, damaged: set[int], most: int) -> None:
    """Head office has `theirs` records under the same numbers; ours are kept beside, unless damaged on the way."""
    delivery, arrived, taken = Delivery(0), set(), set(range(1, theirs + 1))
    for _ in range(500):
        plan = delivery.plan()
        batch = range(plan.after + 1, min(plan.after + min(plan.limit, most), records) + 1)
        if not batch:
            break
        resend = tuple(sorted(damaged & set(batch)))
        damaged -= set(batch)
        arrived |= set(batch) - set(resend)
        taken |= set(batch) - set(resend)
        acked = next(seq for seq in range(200) if seq + 1 not in taken)
        later = [seq for seq in taken if seq > acked]
        gap = (acked + 1, min(later) - 1) if later else None
        assert delivery.answered(Span(batch[0], batch[-1]), took(acked, gap, resend), same=False)
        assert set(range(1, delivery.acked + 1)) <= arrived
    else:
        raise AssertionError("it never ends")
    assert arrived == set(range(1, records + 1))
    assert delivery.acked == records


def test_broken_head_office_sets_nothing_aside_for_good() -> None:
    """Every record fails: it is head office that is broken."""
    delivery = Delivery(0)
    for _ in range(30):
        plan = delivery.plan()
        delivery.broke(Span(plan.after + 1, plan.after + 1))
    assert len(delivery.aside) <= 1
    delivery.try_again()
    assert delivery.plan().after == 0


@given(st.integers(1, 60), st.sets(st.integers(1, 60), max_size=6), st.integers(1, 7))
def test_every_record_but_the_impossible_ones_arrives(records: int, impossible: set[int], most: int) -> None:
    """Head office takes any batch without an impossible record, and refuses the others."""
    delivery, arrived = Delivery(0), set()
    for _ in range(2_000):
        plan = delivery.plan()
        batch = range(plan.after + 1, min(plan.after + min(plan.limit, most), records) + 1)
        if not batch:
            break
        sent = Span(batch[0], batch[-1])
        if impossible & set(batch):
            delivery.refused(sent, "cannot be read")
            continue
        arrived |= set(batch)
        acked = next(seq for seq in range(records + 1) if seq + 1 not in arrived)
        later = [seq for seq in arrived if seq > acked]
        assert delivery.answered(sent, took(acked, gap=(acked + 1, min(later) - 1) if later else None))
    else:
        raise AssertionError("it never ends")
    assert arrived == set(range(1, records + 1)) - impossible
    assert set(delivery.aside) == impossible & set(range(1, records + 1))
