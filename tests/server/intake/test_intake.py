"""The table of the return path, row by row, on a real database."""

import json
from datetime import timedelta

import pytest

from poscore import records
from poscore.errors import Refused, Untrusted
from poscore.records import Head
from poscore.sale import Tender
from poscore.tokens import SigningKey
from tests.support.returning import Returning, edited, rehashed


def test_a_batch_is_stored_acknowledged_and_projected(office, till):
    till.write(records.SHIFT_OPENED, {"opening_float": 10_000})
    till.sell(1295, lines=3)

    receipt = office.receive(till, till.records())

    assert receipt.to_wire() == {
        "acked_seq": 2,
        "acked_hash": till.head.hash,
        "gap": None,
        "quarantined": [],
        "resend": [],
    }
    assert office.rows("SELECT sale_id, gross, due, status FROM sale") == [("r1-1-000001", 3885, 3885, "accepted")]
    assert office.rows("SELECT n, total FROM sale_line ORDER BY n") == [(1, 1295), (2, 1295), (3, 1295)]
    assert office.rows("SELECT type, amount FROM sale_tender") == [("card", 3885)]


def test_the_bytes_are_kept_as_they_were_received(office, till):
    till.sell()
    till.sell()

    office.receive(till, till.records())

    kept = [row[0] for row in office.rows("SELECT record FROM journal_body ORDER BY arrival")]
    assert kept == [text.encode() for _, text in till.written]


def test_the_same_batch_again_is_a_success_that_changes_nothing(office, till):
    till.sell()
    till.sell()
    first = office.receive(till, till.records())
    before = office.rows("SELECT count(*), max(arrival) FROM journal_body")

    again = office.receive(till, till.records())

    assert again == first
    assert office.rows("SELECT count(*), max(arrival) FROM journal_body") == before
    assert office.incidents() == []


def test_of_two_records_with_one_number_the_first_is_kept_and_the_second_noted(office, till):
    till.sell(100)
    office.receive(till, till.records())
    clone = Returning(key=till.key)
    clone.sell(999)

    receipt = office.receive(till, clone.records())

    assert receipt.acked_hash == till.head.hash
    assert office.rows("SELECT gross FROM sale") == [(100,)]
    assert office.incidents() == [("sequence_conflict", 1)]
    assert office.rows("SELECT record FROM incident") == [(clone.written[0][1].encode(),)]


def test_a_gap_is_named_and_the_watermark_waits_below_it(office, till):
    for _ in range(6):
        till.sell()

    receipt = office.receive(till, till.records([1, 2, 5, 6]))

    assert (receipt.acked_seq, receipt.gap.first, receipt.gap.last) == (2, 3, 4)
    assert office.rows("SELECT count(*) FROM sale") == [(4,)]


def test_a_gap_that_is_filled_closes(office, till):
    for _ in range(6):
        till.sell()
    office.receive(till, till.records([1, 2, 5, 6]))

    receipt = office.receive(till, till.records([3, 4]))

    assert (receipt.acked_seq, receipt.acked_hash, receipt.gap) == (6, till.head.hash, None)
    assert office.incidents() == []


def test_a_gap_with_a_second_one_behind_it_names_the_first(office, till):
    for _ in range(7):
        till.sell()
    office.receive(till, till.records([2, 4, 7]))

    receipt = office.receive(till, till.records([1]))

    assert (receipt.acked_seq, receipt.gap.first, receipt.gap.last) == (2, 3, 3)


def test_a_gap_that_stays_open_for_a_day_is_an_incident(office, till):
    for _ in range(4):
        till.sell()
    office.receive(till, till.records([1, 4]))
    office.now += timedelta(hours=23)
    office.receive(till, till.records([1]))
    assert office.incidents() == []

    office.now += timedelta(hours=2)
    office.receive(till, till.records([1]))

    assert office.incidents() == [("gap_open", 2)]


def test_damaged_bytes_do_not_take_the_number_and_are_asked_for_again(office, till):
    for _ in range(3):
        till.sell()
    damaged = (till.written[1][0], till.written[1][1].replace("Tuote", "Tuohi"))

    receipt = office.receive(till, [till.written[0], damaged, till.written[2]])

    assert (receipt.acked_seq, receipt.resend) == (1, [2])
    assert (receipt.gap.first, receipt.gap.last) == (2, 2)
    assert office.rows("SELECT seq FROM journal_record ORDER BY seq") == [(1,), (3,)]


def test_the_right_bytes_close_what_damage_left_open(office, till):
    for _ in range(3):
        till.sell()
    damaged = (till.written[1][0], till.written[1][1].replace("Tuote", "Tuohi"))
    office.receive(till, [till.written[0], damaged, till.written[2]])

    receipt = office.receive(till, till.records([2]))

    assert (receipt.acked_seq, receipt.resend, receipt.quarantined) == (3, [], {})
    assert office.rows("SELECT count(*) FROM odd_delivery") == [(0,)]
    assert office.incidents() == []


def test_the_same_damaged_bytes_a_third_time_are_stored_set_aside_and_passed(office, till):
    for _ in range(3):
        till.sell()
    batch = [till.written[0], (till.written[1][0], '{"rotten":'), till.written[2]]
    assert office.receive(till, batch).resend == [2]
    assert office.receive(till, batch).resend == [2]

    receipt = office.receive(till, batch)

    assert (receipt.acked_seq, receipt.resend, receipt.quarantined) == (3, [], {2: "damaged"})
    assert office.rows("SELECT record FROM journal_body ORDER BY arrival")[-1] == (b'{"rotten":',)
    assert office.receive(till, batch).quarantined == {2: "damaged"}, "and from then on it is a repeat"
    assert office.rows("SELECT count(*) FROM journal_body") == [(3,)]


def test_other_damage_each_time_is_asked_for_again_each_time(office, till):
    till.sell()

    for n in range(5):
        receipt = office.receive(till, [(till.written[0][0], f"broken in a new way {n}")])
        assert receipt.resend == [1]

    assert office.rows("SELECT count(*) FROM journal_record") == [(0,)]


def test_damaged_bytes_that_were_stored_give_way_to_the_right_ones(office, till):
    for _ in range(2):
        till.sell(500)
    for _ in range(3):
        office.receive(till, [till.written[0], (till.written[1][0], "rotten")])

    receipt = office.receive(till, till.records([2]))

    assert (receipt.acked_seq, receipt.gap, receipt.quarantined) == (2, None, {})
    assert office.rows("SELECT gross FROM sale") == [(500,), (500,)]
    assert office.rows("SELECT count(*) FROM quarantine") == [(0,)]
    assert office.rows("SELECT count(*) FROM journal_body") == [(2,)]
    assert office.incidents() == []


def test_a_broken_chain_is_noted_and_the_record_counts(office, till):
    till.sell()
    till.write(records.SALE, {"sale": till.document(700)}, prev_hash="0" * 64)
    till.sell()

    receipt = office.receive(till, till.records())

    assert (receipt.acked_seq, receipt.quarantined) == (3, {})
    assert office.incidents() == [("chain_break", 2)]
    assert office.rows("SELECT count(*), sum(gross) FROM sale") == [(3, 1200)]


def test_a_first_record_that_does_not_begin_the_chain_is_noted(office, till):
    till.write(records.REGISTER_STARTED, {}, prev_hash="0" * 64)

    office.receive(till, till.records())

    assert office.incidents() == [("chain_break", 1)]


def test_a_break_is_found_when_the_record_before_comes_later(office, till):
    till.sell()
    till.sell()
    till.write(records.SALE, {"sale": till.document()}, prev_hash="0" * 64)
    office.receive(till, till.records([3]))
    assert office.incidents() == []

    office.receive(till, till.records([1, 2]))

    assert office.incidents() == [("chain_break", 3)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("no JSON at all", "record-unreadable"),
        ('{"v":1}', "record-unreadable"),
        ("[]", "record-unreadable"),
    ],
)
def test_an_unreadable_record_is_set_aside_and_the_watermark_advances(office, till, text, reason):
    for _ in range(3):
        till.sell()

    receipt = office.receive(till, [till.written[0], rehashed(text), till.written[2]])

    assert (receipt.acked_seq, receipt.quarantined, receipt.resend) == (3, {2: reason}, [])
    assert office.rows("SELECT record FROM journal_body ORDER BY arrival")[1] == (text.encode(),)


def test_an_unreadable_record_sent_again_is_the_same_record(office, till):
    till.sell()
    unreadable = rehashed("no JSON at all")
    office.receive(till, till.records())
    first = office.receive(till, [unreadable])

    again = office.receive(till, [unreadable])

    assert first.acked_seq == again.acked_seq == 2
    assert again.quarantined == {2: "record-unreadable"}
    assert office.rows("SELECT count(*) FROM journal_record") == [(2,)]


@pytest.mark.parametrize("field", ["at", "business_day", "type", "prev_hash", "seq"])
def test_a_record_with_an_impossible_field_is_set_aside(office, till, field):
    till.sell()
    wrong = {"at": "yesterday", "business_day": "2026-02-30", "type": 7, "prev_hash": None, "seq": 0}[field]

    receipt = office.receive(till, [edited(till.written[0], **{field: wrong})])

    assert (receipt.acked_seq, receipt.quarantined) == (1, {1: "record-unreadable"})


def test_sums_that_do_not_hold_are_set_aside_and_the_next_goes_on(office, till):
    document = till.document(1000)
    document["totals"]["due"] = 999
    till.write(records.SALE, {"sale": document})
    till.sell(1000)

    receipt = office.receive(till, till.records())

    assert (receipt.acked_seq, receipt.quarantined) == (2, {1: "sale-invalid"})
    assert office.rows("SELECT status, gross FROM sale ORDER BY seq") == [("quarantined", None), ("accepted", 1000)]
    assert "999" in str(office.rows("SELECT detail FROM quarantine"))


def test_a_sale_that_is_not_completed_is_set_aside(office, till):
    till.write(records.SALE, {"sale": {**till.document(), "state": "open"}})

    assert office.receive(till, till.records()).quarantined == {1: "sale-invalid"}


@pytest.mark.parametrize("body", [{}, {"sale": None}, {"sale": []}, {"sale": {"id": []}}])
def test_a_sale_without_a_document_is_set_aside(office, till, body):
    till.write(records.SALE, body)

    assert office.receive(till, till.records()).quarantined == {1: "sale-invalid"}


def test_a_sale_to_a_customer_nobody_knows_is_set_aside_with_its_rows(office, till):
    till.sell(800, customer="c-404")

    receipt = office.receive(till, till.records())

    assert receipt.quarantined == {1: "customer-unknown"}
    assert office.rows("SELECT status, gross FROM sale") == [("quarantined", 800)]
    assert office.rows("SELECT count(*) FROM sale_line") == [(1,)]


def test_a_sale_to_a_known_customer_is_accepted(office, till):
    with office.storage.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO customer(customer_id, name, business_id, address, email, tenders, changed_at)"
            " VALUES('c-1', 'Asiakas Oy', '', '', '', '[]', '')"
        )
    till.sell(800, customer="c-1")

    assert office.receive(till, till.records()).quarantined == {}


def test_an_article_nobody_knows_was_sold_all_the_same(office, till):
    till.sell(800, article_id="a-404")

    receipt = office.receive(till, till.records())

    assert receipt.quarantined == {}
    assert office.rows("SELECT status FROM sale") == [("accepted",)]
    assert office.incidents() == [("article_unknown", 1)]


def test_a_receipt_number_counts_once(office, till):
    document = till.document(500)
    till.write(records.SALE, {"sale": document})
    till.write(records.SALE, {"sale": document})
    assert office.receive(till, till.records()).quarantined == {2: "receipt-no-taken"}
    till.write(records.SALE, {"sale": document})

    receipt = office.receive(till, till.records([3]))

    assert receipt.quarantined == {3: "receipt-no-taken"}
    assert office.rows("SELECT sum(gross) FROM sale WHERE status = 'accepted'") == [(500,)]


def test_training_is_kept_apart(office, till):
    till.sell(500, training=True)
    till.sell(700)

    office.receive(till, till.records())

    assert office.rows("SELECT training, gross FROM sale ORDER BY seq") == [(1, 500), (0, 700)]


def test_an_aborted_sale_is_a_record_and_no_sale(office, till):
    till.write(records.SALE_ABORTED, {"sale": {**till.document(), "state": "aborted"}})

    receipt = office.receive(till, till.records())

    assert (receipt.acked_seq, receipt.quarantined) == (1, {})
    assert office.rows("SELECT count(*) FROM sale") == [(0,)]


def test_a_type_of_a_later_version_is_kept(office, till):
    till.write("something-new", {"of": "which nobody has heard"})

    assert office.receive(till, till.records()).acked_seq == 1


def test_a_sale_that_leaves_away_what_has_a_default_is_put_right(office, till):
    document = till.document(300)
    del document["lines"][0]["voided"], document["tenders"][0]["reference"]
    till.write(records.SALE, {"sale": document})

    assert office.receive(till, till.records()).quarantined == {}
    assert office.rows("SELECT voided FROM sale_line") == [(0,)]


def test_cash_with_change_and_rounding_is_accepted(office, till):
    till.sell(998, tenders=(Tender(1, "cash", 2000),))

    office.receive(till, till.records())

    assert office.rows('SELECT rounding, due, paid, "change" FROM sale') == [(2, 1000, 2000, 1000)]


def test_records_of_another_register_are_asked_for_again_and_then_set_aside(office, till):
    other = Returning(register="r2")
    other.sell()
    till.sell()

    for _ in range(2):
        assert office.receive(till, other.records()).resend == [1]
        assert office.rows("SELECT count(*) FROM journal_record") == [(0,)]
    receipt = office.receive(till, other.records())

    assert (receipt.acked_seq, receipt.quarantined) == (1, {1: "record-foreign"})


# -- heads -------------------------------------------------------------------------------------------------------------


def test_a_head_that_somebody_else_signed_refuses_the_batch(office, till):
    till.sell()
    stranger = Returning(key=SigningKey.generate(), written=till.written)

    with pytest.raises(Untrusted, match="head") as refused:
        office.receive(till, till.records(), stranger.signed_head())

    assert refused.value.code == "head-invalid"
    assert office.rows("SELECT count(*) FROM journal_record") == [(0,)]


@pytest.mark.parametrize("head", [Head("r2", 1, 1, "0" * 64), Head("r1", 2, 1, "0" * 64), Head("r1", 1, -1, "0" * 64)])
def test_a_head_of_another_journal_refuses_the_batch(office, till, head):
    till.sell()

    with pytest.raises(Untrusted) as refused:
        office.receive(till, till.records(), till.signed_head(head))

    assert refused.value.code == "head-invalid"


def test_a_head_that_goes_backwards_is_noted(office, till):
    for _ in range(3):
        till.sell()
    office.receive(till, till.records())
    restored = Returning(key=till.key, written=till.written[:2])

    receipt = office.receive(till, restored.records(), restored.signed_head())

    assert receipt.acked_seq == 3
    assert office.incidents() == [("head_behind", 2)]


def test_a_head_that_names_another_hash_than_the_record_has_is_noted(office, till):
    till.sell()

    office.receive(till, till.records(), till.signed_head(Head("r1", 1, 1, "f" * 64)))

    assert office.incidents() == [("head_differs", 1)]


def test_a_head_signed_before_its_record_came_is_compared_when_it_comes(office, till):
    till.sell()
    till.sell()
    office.receive(till, till.records([1]), till.signed_head(Head("r1", 1, 2, "f" * 64)))
    assert office.incidents() == []

    office.receive(till, till.records([2]))

    assert ("head_differs", 2) in office.incidents()


def test_two_heads_for_one_number_are_noted(office, till):
    till.sell()
    office.receive(till, till.records([1]), till.signed_head(Head("r1", 1, 5, "a" * 64)))

    office.receive(till, till.records([1]), till.signed_head(Head("r1", 1, 5, "b" * 64)))

    assert ("head_conflict", 5) in office.incidents()


def test_records_beyond_the_head_are_noted_and_kept(office, till):
    till.sell()
    head = till.signed_head()
    till.sell()

    receipt = office.receive(till, till.records(), head)

    assert receipt.acked_seq == 2
    assert office.incidents() == [("head_short", 1)]


def test_an_epoch_that_was_never_opened_is_refused(office, till):
    till.sell()
    later = Returning(epoch=7, key=till.key)
    later.sell()

    with pytest.raises(Refused) as refused:
        office.intake.receive(_caller(till), _delivery(later), office.now)

    assert refused.value.code == "epoch-unknown"


def _caller(till):
    from server_push.registers.callers import Caller

    return Caller(till.store, till.register, till.epoch, till.key.public, "Europe/Helsinki")


def _delivery(till):
    from server_push.intake.intake import Delivery

    return Delivery(till.epoch, till.signed_head(), till.records())


def test_how_much_a_register_still_holds_is_known_from_its_head(office, till):
    for _ in range(5):
        till.sell()

    office.receive(till, till.records([1, 2]))

    assert office.registers.get("r1").queued_records == 3


def test_a_record_that_lost_its_day_is_counted_on_the_day_it_came(office, till):
    office.receive(till, [rehashed("unreadable")], till.signed_head(Head("r1", 1, 1, "0" * 64)))

    assert office.rows("SELECT business_day, type FROM quarantine") == [("2026-11-22", None)]


def test_the_text_of_a_record_survives_letters_of_every_kind(office, till):
    till.write("note", {"text": "äöå €  ✓"})

    office.receive(till, till.records())

    kept = office.rows("SELECT record FROM journal_body")[0][0]
    assert json.loads(kept)["body"]["text"] == "äöå €  ✓"
