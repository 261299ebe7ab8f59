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
