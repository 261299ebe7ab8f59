"""The journal goes home exactly once, whatever the line and head office do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from poscore.errors import Fault
from register_svc.head_office.memory import LinkMemory, Watermark
from register_svc.identity import EpochKey, Identity
from tests.support.fleet import Wire
from tests.support.small_register import Shop, identity_at, wait_until
from tests.support.stand_in_office import StandInOffice


def all_rounds(shop: Shop) -> None:
    courier = shop.courier()
    while courier._round():
        pass


def test_ten_thousand_records_go_home_in_batches_of_at_most_500(shop: Shop, office: StandInOffice) -> None:
    with shop.journal.write() as writing:
        for _ in range(1_234):
            writing.append("note", "2026-11-22T20:00:00.000Z", None, {})

    all_rounds(shop)

    assert office.seqs("r1", 1) == list(range(1, 1_235))
    assert [len(seqs) for _, seqs in office.uploads] == [500, 500, 234]
    assert LinkMemory(shop.state_db).watermark(1).seq == 1_234


def test_a_batch_stays_below_four_mebibytes(shop: Shop, office: StandInOffice) -> None:
    shop.sell(12, of_bytes=600_000)

    all_rounds(shop)

    assert office.seqs("r1", 1) == list(range(1, 13))
    assert max(len(seqs) for _, seqs in office.uploads) == 5  # 3 MiB of records


def test_the_head_of_the_journal_is_signed_with_each_batch(shop: Shop, office: StandInOffice) -> None:
    shop.sell(501)

    all_rounds(shop)

    assert [head.seq for head in office.heads] == [501, 501]
    assert office.heads[0].hash == shop.journal.head.hash


def test_the_next_batch_is_packed_while_head_office_works_on_this_one(shop: Shop, office: StandInOffice) -> None:
    shop.sell(1_001)
    courier = shop.courier()

    assert courier._round()
    assert courier._packed is not None
    ahead = courier._packed[2]
    assert [row[0] for row in ahead.rows] == list(range(501, 1_001))
    shop.sell(1)  # what is packed already goes as it is; this one goes after it
    assert courier._round()
    assert [seqs for _, seqs in office.uploads][1] == list(range(501, 1_001))
    assert courier._round()
    assert office.seqs("r1", 1) == list(range(1, 1_003))
    assert courier._packed is None


def test_what_was_packed_ahead_is_dropped_when_head_office_wants_something_else(
    shop: Shop, office: StandInOffice
) -> None:
    shop.sell(1_100)
    office.damage = [7]

    all_rounds(shop)

    assert office.seqs("r1", 1) == list(range(1, 1_101))
    assert [seqs[0] for _, seqs in office.uploads] == [1, 7, 501, 1001]


def test_a_lost_answer_doubles_nothing(shop: Shop, office: StandInOffice, wire: Wire) -> None:
    shop.sell(3)
    courier = shop.courier()
    wire.lose_answers(1)

    with pytest.raises(Fault, match="cannot be reached"):
        courier._round()
    assert office.seqs("r1", 1) == [1, 2, 3]
    assert LinkMemory(shop.state_db).watermark(1).seq == 0
    while courier._round():
        pass

    assert office.seqs("r1", 1) == [1, 2, 3]
    assert courier.unsent().records == 0


def test_killed_between_the_answer_and_the_watermark_sends_again_and_doubles_nothing(
    shop: Shop, office: StandInOffice
) -> None:
    shop.sell(700)
    killed = shop.courier()
    killed._memory = Forgetful(shop.state_db)
    while killed._round():
        pass
    assert LinkMemory(shop.state_db).watermark(1).seq == 0

    all_rounds(shop)

    assert office.seqs("r1", 1) == list(range(1, 701))
    assert LinkMemory(shop.state_db).watermark(1).seq == 700
    # One batch told that head office has everything: the second was not sent again.
    assert [len(seqs) for _, seqs in office.uploads] == [500, 200, 500]


class Forgetful(LinkMemory):
    """Dies before each watermark."""

    def keep_watermark(self, mark: object, at: str) -> None:
        pass


def test_a_head_office_set_back_to_a_backup_gets_again_what_it_lost(shop: Shop, office: StandInOffice) -> None:
    shop.sell(20)
    all_rounds(shop)
    for seq in range(11, 21):
        del office.records["r1", 1, seq]
    shop.sell(1)

    all_rounds(shop)

    assert office.seqs("r1", 1) == list(range(1, 22))


def test_a_gap_at_head_office_is_filled(shop: Shop, office: StandInOffice) -> None:
    shop.sell(20)
    all_rounds(shop)
    del office.records["r1", 1, 5]
    del office.records["r1", 1, 6]
    shop.sell(1)

    all_rounds(shop)

    assert office.seqs("r1", 1) == list(range(1, 22))
    assert office.uploads[-1] == (1, [5, 6])


def test_a_record_damaged_on_the_way_is_sent_again(shop: Shop, office: StandInOffice) -> None:
    shop.sell(10)
    office.damage = [4, 4]

    all_rounds(shop)

    assert office.seqs("r1", 1) == list(range(1, 11))


def test_head_office_out_of_order_loses_nothing_and_is_tried_again(shop: Shop, office: StandInOffice) -> None:
    shop.sell(10)
    courier = shop.courier()
    office.fail_with = 500
    for _ in range(3):
        with pytest.raises(Fault):
            courier._round()
    with pytest.raises(Fault, match="not asked again yet"):  # the breaker is open
        courier._round()
    office.fail_with = None
    courier._client.breaker.succeeded()

    while courier._round():
        pass

    assert office.seqs("r1", 1) == list(range(1, 11))
    assert courier.troubles() == []


def test_one_record_that_head_office_cannot_take_holds_up_no_other(shop: Shop, office: StandInOffice) -> None:
    shop.sell(40)
    office.fails_on = lambda record: 422 if record.seq == 17 else None
    courier = shop.courier()

    while courier._round():
        pass

    assert office.seqs("r1", 1) == [seq for seq in range(1, 41) if seq != 17]
    assert [(trouble.code, trouble.records) for trouble in courier.troubles()] == [("set-aside", 1)]
    assert courier.unsent().records == 24  # all after the watermark: head office acknowledges an unbroken row only


def test_what_was_set_aside_goes_home_once_head_office_is_mended(shop: Shop, office: StandInOffice) -> None:
    shop.sell(10)
    office.fails_on = lambda record: 422 if record.seq == 3 else None
    courier = shop.courier()
    while courier._round():
        pass
    office.fails_on = lambda _: None
    courier._chains[0].delivery.try_again()

    while courier._round():
        pass

    assert office.seqs("r1", 1) == list(range(1, 11))
    assert courier.troubles() == []
    assert courier.unsent().records == 0


def test_one_record_that_breaks_head_office_holds_up_no_other(shop: Shop, office: StandInOffice) -> None:
    shop.sell(8)
    office.fails_on = lambda record: 500 if record.seq == 3 else None
    courier = shop.courier()

    for _ in range(40):
        courier._client.breaker.succeeded()
        try:
            if not courier._round():
                break
        except Fault:
            continue

    assert office.seqs("r1", 1) == [1, 2, 4, 5, 6, 7, 8]
    assert courier.troubles()[0].code == "set-aside"


def test_a_refused_register_keeps_its_records_and_says_why(shop: Shop, office: StandInOffice) -> None:
    shop.sell(3)
    office.refuse = "register-revoked"
    courier = shop.courier()

    courier._round()

    assert courier.refusal == "head office refused: this register was revoked"
    assert [trouble.code for trouble in courier.troubles()] == ["register-revoked"]
    assert courier.unsent().records == 3
    assert courier._round() is False  # left alone for a while


def test_records_of_an_earlier_epoch_go_home_first_under_their_own_key(shop: Shop, office: StandInOffice) -> None:
    shop.sell(5)
    shop.close()
    later = identity_at(office, epoch=2)
    shop.identity = earlier_key_kept(shop, later)
    shop.open()
    shop.sell(2)

    all_rounds(shop)

    assert office.seqs("r1", 1) == [1, 2, 3, 4, 5]
    assert office.seqs("r1", 2) == [1, 2]
    assert [epoch for epoch, _ in office.uploads] == [1, 2]


def test_an_earlier_epoch_without_its_key_goes_home_under_the_newest_one(shop: Shop, office: StandInOffice) -> None:
    shop.sell(5)
    shop.close()
    shop.identity = identity_at(office, epoch=2)
    shop.open()
    shop.sell(2)
    courier = shop.courier()

    while courier._round():
        pass

    assert office.seqs("r1", 1) == [1, 2, 3, 4, 5]
    assert office.seqs("r1", 2) == [1, 2]
    assert courier.troubles() == []
    assert courier.unsent().records == 0


def earlier_key_kept(shop: Shop, later: Identity) -> Identity:
    return replace(later, earlier=(EpochKey(1, shop.identity.private_key),))


def test_a_journal_that_differs_from_head_offices_is_named_and_does_not_loop(shop: Shop, office: StandInOffice) -> None:
    shop.sell(3)
    for seq in (1, 2, 3, 4):
        office.records["r1", 1, seq] = b"another register's record"
    courier = shop.courier()

    while courier._round():
        pass

    assert [trouble.code for trouble in courier.troubles()] == ["journal-differs"]


def test_a_watermark_of_another_journal_is_not_believed(shop: Shop, office: StandInOffice) -> None:
    """State restored without its journal: numbers below the watermark are not at head office."""
    shop.sell(3)
    LinkMemory(shop.state_db).keep_watermark(Watermark(1, 2, "0" * 64), "2026-11-22T20:00:00.000Z")

    all_rounds(shop)

    assert office.seqs("r1", 1) == [1, 2, 3]


def test_the_thread_sends_each_commit_by_itself(shop: Shop, office: StandInOffice) -> None:
    courier = shop.courier()
    courier.rounds.start()
    courier.set_out()
    try:
        for count in (1, 2, 3):
            shop.sell()
            courier.wake()
            wait_until(lambda count=count: len(office.seqs("r1", 1)) == count)
    finally:
        courier.rounds.stop()


def test_the_thread_survives_what_nobody_expected(shop: Shop, office: StandInOffice) -> None:
    courier = shop.courier()
    real, calls = courier._journal.rows_after, []

    def breaks_once(*asked: int) -> object:
        calls.append(asked)
        if len(calls) == 1:
            raise RuntimeError("a bug")
        return real(*asked)

    courier._journal.rows_after = breaks_once
    shop.sell()
    courier.rounds.start()
    courier.set_out()
    try:
        wait_until(lambda: office.seqs("r1", 1) == [1])
    finally:
        courier.rounds.stop()


def test_what_waits_is_counted_anew_only_after_a_change(shop: Shop) -> None:
    courier = shop.courier()
    asked = []
    real = courier._journal.unsent
    courier._journal.unsent = lambda *args: asked.append(args) or real(*args)

    shop.sell(2)
    courier.wake()
    assert [courier.unsent().records for _ in range(5)] == [2] * 5
    assert len(asked) == 1
    shop.sell()
    courier.wake()
    assert courier.unsent().records == 3
    assert len(asked) == 2
