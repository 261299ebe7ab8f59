"""However a journal comes home – in any order, again, cut off, damaged on the way – the tables end up the same."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from poscore import records
from poscore.canonical import sha256_hex
from poscore.sale import RETURN, Tender
from tests.support.intaking import Office
from tests.support.returning import Returning

LENGTH = 9


@dataclass(frozen=True)
class Batch:
    """Records by seq, in the order sent. `spoilt`: places in it whose bytes are damaged, by which text."""

    seqs: tuple[int, ...]
    spoilt: dict[int, str]


def journal() -> Returning:
    """Something of everything: sales, a return, training, what must be set aside, a type nobody knows."""
    till = Returning()
    till.write(records.SHIFT_OPENED, {"opening_float": 5_000})
    till.sell(998, tenders=(Tender(1, "cash", 2000),))
    till.sell(1250, lines=2)
    till.sell(300, customer="c-404")
    till.sell(100, training=True)
    wrong = till.document(700)
    wrong["totals"]["due"] = 701
    till.write(records.SALE, {"sale": wrong})
    till.sell(250, kind=RETURN)
    till.write("of-a-later-version", {"what": "ever"})
    till.sell(875)
    assert till.head.seq == LENGTH
    return till


JOURNAL = journal()


@st.composite
def shuffled(draw: st.DrawFn) -> Batch:
    """Any records in any order, also twice; nothing is damaged."""
    return Batch(tuple(draw(st.lists(st.integers(1, LENGTH), min_size=1, max_size=LENGTH))), {})


@st.composite
def in_order(draw: st.DrawFn) -> Batch:
    """A stretch as a register sends it, with some of it damaged: at times so that it can still be read."""
    first = draw(st.integers(1, LENGTH))
    last = draw(st.integers(first, LENGTH))
    places = draw(st.lists(st.integers(0, last - first), unique=True, max_size=3))
    spoilt = {place: draw(st.sampled_from(("edited", "rubbish"))) for place in places}
    if len(spoilt) == last - first + 1:
        spoilt = dict.fromkeys(spoilt, "edited")  # with nothing left to place it by, rubbish could be any record
    return Batch(tuple(range(first, last + 1)), spoilt)


def delivered(batch: Batch) -> list[tuple[str, str]]:
    items = JOURNAL.records(batch.seqs)
    for place, how in batch.spoilt.items():
        digest, text = items[place]
        items[place] = (digest, text.replace('"at"', '"at" ') if how == "edited" else f"rubbish {batch.seqs[place]}")
        assert sha256_hex(items[place][1].encode()) != digest
    return items


def tables(office: Office) -> dict[str, list[tuple[object, ...]]]:
    """All that intake keeps, less the numbers of arrival."""
    beside = "JOIN journal_record r USING(store, arrival)"
    return {
        "records": office.rows("SELECT seq, hex(hash), damaged FROM journal_record ORDER BY seq"),
        "bytes": office.rows(f"SELECT r.seq, b.record FROM journal_body b {beside} ORDER BY r.seq"),
        "sales": office.rows(
            "SELECT seq, business_day, sale_id, kind, training, offline, customer, gross, discount, rounding, due,"
            ' paid, "change", taxes, status FROM sale ORDER BY seq'
        ),
        "lines": office.rows(f"SELECT r.seq, l.n, l.name, l.quantity, l.total FROM sale_line l {beside} ORDER BY 1, 2"),
        "tenders": office.rows(f"SELECT r.seq, t.n, t.type, t.amount FROM sale_tender t {beside} ORDER BY 1, 2"),
        "quarantine": office.rows("SELECT seq, reason, type, business_day, training FROM quarantine ORDER BY seq"),
        "incidents": office.rows("SELECT kind, seq, hash FROM incident ORDER BY 1, 2"),
        "odd": office.rows("SELECT seq, digest FROM odd_delivery"),
        "mark": office.rows("SELECT acked_seq, acked_hash, last_seq, head_seq, head_hash, gap_since FROM journal_mark"),
    }


def straight() -> dict[str, list[tuple[object, ...]]]:
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder))
        office.receive(JOURNAL, JOURNAL.records())
        try:
            return tables(office)
        finally:
            office.storage.close()


STRAIGHT = straight()


@settings(max_examples=60)
@given(st.lists(shuffled() | in_order(), max_size=8))
def test_any_order_repeats_cuts_and_damage_end_in_the_same_tables(batches):
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder))
        try:
            acked = 0
            for batch in batches:
                receipt = office.receive(JOURNAL, delivered(batch))
                assert receipt.acked_seq >= acked, "what was acknowledged stays acknowledged"
                acked = receipt.acked_seq
            # In the end the line is mended, and the register sends what is not acknowledged.
            while acked < LENGTH:
                stretch = range(acked + 1, min(acked + 4, LENGTH) + 1)
                receipt = office.receive(JOURNAL, JOURNAL.records(stretch))
                assert receipt.acked_seq > acked
                acked = receipt.acked_seq
            # Damaged bytes that had to be stored are below the watermark; an operator has them sent again.
            office.receive(JOURNAL, JOURNAL.records())
            assert tables(office) == STRAIGHT
        finally:
            office.storage.close()


@settings(max_examples=25)
@given(st.permutations(range(1, LENGTH + 1)), st.integers(1, LENGTH))
def test_of_two_registers_with_one_name_the_first_to_come_is_kept_whatever_the_order(order, forked_at):
    clone = journal()
    clone.key = JOURNAL.key
    fork = Returning(key=JOURNAL.key, written=JOURNAL.written[: forked_at - 1], numbers=50)
    while fork.head.seq < LENGTH:
        fork.sell(111)
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder))
        try:
            for seq in order:
                office.receive(JOURNAL, JOURNAL.records([seq]), JOURNAL.signed_head())
            before = tables(office)
            for seq in order:
                office.receive(fork, fork.records([seq]), JOURNAL.signed_head())
            after = tables(office)
        finally:
            office.storage.close()
    conflicts = [("sequence_conflict", seq) for seq in range(forked_at, LENGTH + 1)]
    assert [row[:2] for row in after.pop("incidents")] == conflicts
    before.pop("incidents")
    assert after == before
