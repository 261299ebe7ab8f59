"""Receipts of finished sales, shown again or as a copy that says so."""

from __future__ import annotations

import pytest

from poscore import records
from poscore.errors import Refused
from tests.support.builders import MILK, ACounter, a_key, told


def test_a_receipt_is_shown_again_as_it_was_printed(counter: ACounter) -> None:
    done = counter.sold(MILK)
    counter.clock.advance(days=3)
    shown = counter.receipts.show(done["receipt_no"])
    assert shown["receipt_text"] == done["receipt_text"]
    assert shown["sale"] == done["sale"]
    assert shown["at"] == "2026-11-22T10:00:00.000Z"


def test_a_copy_says_so_and_is_journalled(counter: ACounter) -> None:
    done = counter.sold(MILK)
    copy = told(counter.receipts.copy(counter.session, done["receipt_no"], None))
    marks, _, rest = copy["receipt_text"].partition("\n")
    assert marks.strip() == "*** KOPIO ***"
    assert rest == done["receipt_text"]
    assert counter.records(records.RECEIPT_COPIED) == [{"receipt_no": done["receipt_no"], "cashier": "101"}]


def test_a_copy_asked_for_twice_with_one_key_is_one_copy(counter: ACounter) -> None:
    done = counter.sold(MILK)
    first = counter.receipts.copy(counter.session, done["receipt_no"], a_key("copy"))
    assert counter.receipts.copy(counter.session, done["receipt_no"], a_key("copy")) == first
    assert first.status == 201
    assert len(counter.records(records.RECEIPT_COPIED)) == 1


def test_a_copy_can_be_had_after_the_shift_is_closed(counter: ACounter) -> None:
    done = counter.sold(MILK)
    counter.close_shift(10_130)
    told(counter.receipts.copy(counter.session, done["receipt_no"], None))


@pytest.mark.parametrize("number", ["r1-1-000099", "r2-1-000001", "rubbish"])
def test_a_receipt_that_is_not_there_is_not_found(counter: ACounter, number: str) -> None:
    with pytest.raises(Refused) as refused:
        counter.receipts.show(number)
    assert refused.value.code == "receipt-not-found"


def test_an_open_sale_has_no_receipt(counter: ACounter) -> None:
    with pytest.raises(Refused) as refused:
        counter.receipts.show(counter.start())
    assert refused.value.code == "receipt-not-found"
