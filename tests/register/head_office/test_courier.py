"""The journal goes home exactly once, whatever the line and head office do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from poscore.errors import Fault
from register_svc.head_office.courier import Courier, Moment
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


# -- a head office set back, and a register that sells nothing ---------------------------------------------------------


def heard(courier: Courier, moment: Moment | None = None) -> None:
    """A check-in as the link makes it, and all rounds that follow from it."""
    asked = moment if moment is not None else courier.moment()
    courier.hear(asked, courier._client.check_in({}).acked)
    while courier._round():
        pass


def test_an_idle_register_brings_home_again_what_a_restored_head_office_lost(shop: Shop, office: StandInOffice) -> None:
    shop.sell(20)
    courier = shop.courier()
    while courier._round():
        pass
    for seq in range(11, 21):
        del office.records["r1", 1, seq]

    heard(courier)

    assert office.seqs("r1", 1) == list(range(1, 21))
    assert [seqs for _, seqs in office.uploads][1:] == [list(range(11, 21))]
    assert LinkMemory(shop.state_db).watermark(1).seq == 20
    assert courier.troubles() == []


def test_a_closed_epoch_comes_home_again_as_well(shop: Shop, office: StandInOffice) -> None:
    courier = with_two_epochs(shop, office)
    office.records.clear()

    heard(courier)

    assert (office.seqs("r1", 1), office.seqs("r1", 2)) == ([1, 2, 3, 4, 5], [1, 2])
    assert courier.unsent().records == 0


def test_a_head_office_that_does_not_know_an_epoch_any_more_is_offered_it_and_says_no(
    shop: Shop, office: StandInOffice
) -> None:
    courier = with_two_epochs(shop, office)
    keys = office.registers["r1"]["keys"]
    del keys[1]
    office.records.clear()
    office.refuse_uploads = "epoch-unknown"

    heard(courier)

    assert {trouble.code for trouble in courier.troubles()} == {"epoch-unknown"}
    assert courier.unsent().records == 7


def with_two_epochs(shop: Shop, office: StandInOffice) -> Courier:
    """A courier that has brought home five records of epoch 1 and two of epoch 2."""
    shop.sell(5)
    shop.close()
    shop.identity = earlier_key_kept(shop, identity_at(office, epoch=2))
    shop.open()
    shop.sell(2)
    courier = shop.courier()
    while courier._round():
        pass
    return courier


def test_a_kill_after_the_watermark_went_down_loses_nothing(shop: Shop, office: StandInOffice) -> None:
    shop.sell(20)
    courier = shop.courier()
    while courier._round():
        pass
    for seq in range(11, 21):
        del office.records["r1", 1, seq]
    courier.hear(courier.moment(), courier._client.check_in({}).acked)
    courier._compare()  # and there it dies

    all_rounds(shop)

    assert office.seqs("r1", 1) == list(range(1, 21))


def test_a_register_that_lost_its_state_does_not_send_what_head_office_has(shop: Shop, office: StandInOffice) -> None:
    shop.sell(20)
    all_rounds(shop)
    LinkMemory(shop.state_db).keep_watermark(Watermark(1, 0, ""), "2026-11-22T20:00:00.000Z")
    office.uploads.clear()

    heard(shop.courier())

    assert office.uploads == []
    assert LinkMemory(shop.state_db).watermark(1).seq == 20


def test_an_answer_to_a_batch_is_newer_than_a_check_in_that_was_asked_before_it(
    shop: Shop, office: StandInOffice
) -> None:
    courier = shop.courier()
    moment, told = courier.moment(), courier._client.check_in({}).acked
    shop.sell(3)
    while courier._round():
        pass

    courier.hear(moment, told)
    while courier._round():
        pass

    assert LinkMemory(shop.state_db).watermark(1).seq == 3
    assert len(office.uploads) == 1


def test_a_head_office_that_says_nothing_of_its_watermarks_changes_nothing(shop: Shop, office: StandInOffice) -> None:
    office.is_old = True
    shop.sell(3)
    courier = shop.courier()
    while courier._round():
        pass
    del office.records["r1", 1, 3]

    heard(courier)
    assert office.seqs("r1", 1) == [1, 2]  # nothing told it; the next record does, as ever
    shop.sell()
    while courier._round():
        pass
    assert office.seqs("r1", 1) == [1, 2, 3, 4]


# -- a register set back to an older copy of its folder ----------------------------------------------------------------


def set_back(shop: Shop, kept: int = 4, lost: int = 6) -> None:
    """All of it is home, and then the folder is as it was after the first `kept` records."""
    shop.sell(kept)
    all_rounds(shop)
    shop.close()
    files = {path: path.read_bytes() for path in shop.folder.glob("*.db")}
    shop.open()
    shop.sell(lost)
    all_rounds(shop)
    shop.close()
    for path, content in files.items():
        path.write_bytes(content)
    shop.open()


def codes(courier: Courier) -> list[str]:
    return [trouble.code for trouble in courier.troubles()]


def test_a_set_back_register_is_named_before_it_sells_anything(shop: Shop, office: StandInOffice) -> None:
    set_back(shop)
    courier = shop.courier()

    heard(courier)

    (trouble,) = courier.troubles()
    assert trouble.code == "journal-differs"
    assert trouble.detail == "head office has epoch 1 up to record 10, and this register's journal ends at 4"


def test_a_set_back_register_that_sells_on_stays_named_over_restarts_and_good_answers(
    shop: Shop, office: StandInOffice
) -> None:
    set_back(shop)
    shop.sell(9, of_bytes=20)  # six numbers that are taken, and three that are free: the last answer is a good one
    courier = shop.courier()

    while courier._round():
        pass

    assert codes(courier) == ["journal-differs"]
    assert courier.unsent().records == 0
    assert sorted(seq for seq, _ in office.beside["r1", 1]) == [5, 6, 7, 8, 9, 10]
    shop.close()
    shop.open()
    again = shop.courier()
    assert codes(again) == ["journal-differs"]
    shop.sell()
    while again._round():
        pass
    assert codes(again) == ["journal-differs"]


def test_a_new_enrolment_ends_it(shop: Shop, office: StandInOffice) -> None:
    set_back(shop)
    shop.sell(2, of_bytes=20)
    all_rounds(shop)
    shop.close()
    shop.identity = earlier_key_kept(shop, identity_at(office, epoch=2))
    shop.open()
    shop.sell(1)
    courier = shop.courier()

    heard(courier)

    assert codes(courier) == []
    assert office.seqs("r1", 2) == [1]


def test_a_taken_number_damaged_on_the_way_is_sent_again(shop: Shop, office: StandInOffice) -> None:
    set_back(shop)
    shop.sell(4, of_bytes=20)
    office.damage = [6, 6]

    all_rounds(shop)

    assert sorted(seq for seq, _ in office.beside["r1", 1]) == [5, 6, 7, 8]


def test_a_head_office_set_back_gets_again_what_it_kept_beside(shop: Shop, office: StandInOffice) -> None:
    set_back(shop)
    shop.sell(9, of_bytes=20)
    all_rounds(shop)
    office.beside.clear()
    for seq in (11, 12, 13):
        del office.records["r1", 1, seq]
    courier = shop.courier()

    heard(courier)

    assert sorted(seq for seq, _ in office.beside["r1", 1]) == [5, 6, 7, 8, 9, 10]
    assert office.seqs("r1", 1) == list(range(1, 14))
    uploads = len(office.uploads)
    heard(courier)
    assert len(office.uploads) == uploads, "and not again at every check-in"


def test_an_older_head_office_is_still_found_to_differ(shop: Shop, office: StandInOffice) -> None:
    office.is_old = True
    set_back(shop)
    shop.sell(2, of_bytes=20)
    courier = shop.courier()
    while courier._round():
        pass

    assert codes(courier) == ["journal-differs"]
    assert codes(shop.courier()) == ["journal-differs"]


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
