"""Incidents are listed for a person; a record whose number was taken is never lost, however many come and how often."""

from collections.abc import Iterator

import pytest

from poscore import records
from poscore.canonical import sha256_hex
from server_push.intake.incidents import Incidents, WhichIncidents
from server_push.intake.intake import Intake
from server_push.intake.mark import SEQUENCE_CONFLICT
from server_push.registers.registers import Registers
from server_push.storage import Storage
from tests.support.intaking import Office
from tests.support.returning import Returning

CONFLICTS = WhichIncidents(kind=SEQUENCE_CONFLICT)


@pytest.fixture
def incidents(office: Office) -> Incidents:
    return Incidents(office.storage)


def set_back(till: Returning, seq: int) -> Returning:
    """The same register with its folder as it was after `seq`."""
    return Returning(key=till.key, written=till.written[:seq], numbers=seq)


def all_of(incidents: Incidents, which: WhichIncidents, at_once: int = 1000) -> Iterator[dict]:
    after: str | None = "0"
    while after is not None:
        page = incidents.list(which, int(after), at_once)
        yield from page.items
        after = page.next


def start_again(office: Office) -> None:
    office.storage.close()
    office.storage = Storage.open(office.storage.path.parent)
    office.registers = Registers(office.storage)
    office.intake = Intake(office.storage, office.registers)


def test_an_incident_is_listed_with_what_a_person_must_know(office, till, incidents):
    till.sell(100)
    office.receive(till, till.records())
    other = set_back(till, 0)
    other.sell(999)
    office.receive(till, other.records(), till.signed_head())

    (item,) = incidents.list(WhichIncidents(), 0, 10).items

    detail = "another record with this number was stored before: was the register copied or restored?"
    assert item == {
        "id": "1",
        "store": "s1",
        "register": "r1",
        "epoch": 1,
        "kind": "sequence_conflict",
        "seq": 1,
        "detail": detail,
        "at": "2026-11-22T20:00:00.000Z",
        "hash": other.written[0][0],
        "record": other.written[0][1],
        "state": "open",
        "closed_at": None,
        "closed_by": None,
        "closing": None,
    }


def test_an_incident_about_no_record_has_none(office, till, incidents):
    till.write("note", {}, prev_hash="0" * 64)
    office.receive(till, till.records())

    (item,) = incidents.list(WhichIncidents(), 0, 10).items

    assert (item["kind"], item["record"]) == ("chain_break", None)


def test_incidents_are_found_by_store_register_epoch_and_kind(office, till, incidents):
    till.write("note", {}, prev_hash="0" * 64)
    office.receive(till, till.records())

    def found(**which: object) -> int:
        return len(incidents.list(WhichIncidents(**which), 0, 10).items)

    assert found(store="s1", register="r1", epoch=1, kind="chain_break") == 1
    for elsewhere in ({"store": "s2"}, {"register": "r2"}, {"epoch": 2}, {"kind": "gap_open"}):
        assert found(**elsewhere) == 0


def test_every_record_of_a_set_back_register_is_here_once_over_restarts_and_repeats(office, till):
    for _ in range(1_300):
        till.sell(100)
    for start in range(0, 1_300, 500):
        office.receive(till, till.records()[start : start + 500])
    back = set_back(till, 50)
    for _ in range(1_400):
        back.sell(777)
    batches = [back.records()[start : start + 500] for start in range(50, 1_450, 500)]

    for batch in (batches[0], batches[0], *batches, batches[1]):  # answers that were lost on the way
        office.receive(till, batch, back.signed_head())
        start_again(office)

    taken = {seq: text for seq, (_, text) in enumerate(back.written, 1) if 50 < seq <= 1_300}
    listed = list(all_of(Incidents(office.storage), CONFLICTS, 400))
    assert [(item["seq"], item["record"]) for item in listed] == list(taken.items())
    later = office.rows("SELECT seq FROM journal_record WHERE seq > 1300 ORDER BY seq")
    assert [seq for (seq,) in later] == list(range(1_301, 1_451))
    assert office.rows("SELECT count(*) FROM sale WHERE gross = 777") == [(150,)]
    assert office.rows("SELECT count(*) FROM sale WHERE gross = 100") == [(1_300,)]


def test_a_register_set_back_twice_leaves_three_records_of_one_number(office, till, incidents):
    books = [till, set_back(till, 0), set_back(till, 0)]
    for price, book in zip((100, 200, 300), books, strict=True):
        book.sell(price)
        office.receive(till, book.records(), book.signed_head())

    assert office.rows("SELECT gross FROM sale") == [(100,)]
    kept = [item["record"] for item in incidents.list(CONFLICTS, 0, 10).items]
    assert kept == [books[1].written[0][1], books[2].written[0][1]]


def test_a_taken_number_whose_bytes_came_damaged_first_is_kept_right_as_well(office, till, incidents):
    till.sell(100)
    till.sell(100)
    office.receive(till, till.records())
    back = set_back(till, 0)
    back.sell(700)
    back.sell(700)
    damaged = (back.written[1][0], back.written[1][1].replace("Tuote", "Tuohi"))
    batch = [back.written[0], damaged]

    assert [office.receive(till, batch, back.signed_head()).resend for _ in range(3)] == [[2], [2], []]
    office.receive(till, back.records(), back.signed_head())

    kept = [item["record"] for item in incidents.list(CONFLICTS, 0, 10).items]
    assert kept == [back.written[0][1], damaged[1], back.written[1][1]]


def test_sales_whose_receipt_number_was_used_before_the_set_back_wait_in_quarantine(office, till):
    for _ in range(3):
        till.sell(100)
    office.receive(till, till.records())
    back = set_back(till, 1)
    back.write(records.SIGNED_IN, {"cashier": "101", "role": "cashier"})
    back.write(records.SIGNED_OUT, {"cashier": "101"})
    back.sell(900)  # seq 4 is free, the receipt number is not

    receipt = office.receive(till, back.records([2, 3, 4]), back.signed_head())

    assert receipt.quarantined == {4: "receipt-no-taken"}
    assert [seq for kind, seq in office.incidents() if kind == SEQUENCE_CONFLICT] == [2, 3]


def test_incidents_are_paged_through_in_the_order_in_which_they_were_noted(office, till, incidents):
    for _ in range(5):
        till.sell(100)
    office.receive(till, till.records())
    for seq in (5, 2, 4, 1):
        other = set_back(till, seq - 1)
        other.sell(300)
        office.receive(till, other.records([seq]), till.signed_head())

    assert [item["seq"] for item in all_of(incidents, CONFLICTS, 1)] == [5, 2, 4, 1]
    assert (
        sha256_hex(next(all_of(incidents, CONFLICTS))["record"].encode()) == next(all_of(incidents, CONFLICTS))["hash"]
    )


def test_conflicts_are_counted_by_register_and_epoch(office, till, incidents):
    till.sell(100)
    till.sell(100)
    office.receive(till, till.records())
    assert incidents.conflicts() == {}
    back = set_back(till, 0)
    back.sell(300)
    back.sell(300)
    office.receive(till, back.records(), till.signed_head())

    assert incidents.conflicts() == {("r1", 1): 2}
