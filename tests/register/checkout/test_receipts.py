"""Receipts of finished sales, shown again or as a copy that says so."""

from __future__ import annotations

import pytest

from poscore import records
from poscore.errors import Refused
from register_svc.checkout.receipts import Wanted
from tests.support.builders import COLA, MILK, ACounter, a_key, told


def test_a_receipt_is_shown_again_as_it_was_printed(counter: ACounter) -> None:
    done = counter.sold(MILK)
    counter.clock.advance(days=3)
    shown = counter.receipts.show(done["receipt_no"])
    assert shown["receipt_text"] == done["receipt_text"]
    assert shown["sale"] == done["sale"]
    assert shown["at"] == "2026-11-22T10:00:00.000Z"


def test_a_copy_says_so_and_is_journalled(counter: ACounter) -> None:
    done = counter.sold(MILK)
    copy = counter.copy(done["receipt_no"])
    marks, _, rest = copy["receipt_text"].partition("\n")
    assert marks.strip() == "*** KOPIO ***"
    assert rest == done["receipt_text"]
    assert counter.records(records.RECEIPT_COPIED) == [{"receipt_no": done["receipt_no"], "cashier": "101"}]


def test_a_copy_asked_for_twice_with_one_key_is_one_copy(counter: ACounter) -> None:
    done = counter.sold(MILK)
    first = counter.receipts.copy(counter.session, done["receipt_no"], None, a_key("copy"))
    assert counter.receipts.copy(counter.session, done["receipt_no"], None, a_key("copy")) == first
    assert first.status == 201
    assert len(counter.records(records.RECEIPT_COPIED)) == 1


def test_a_copy_can_be_had_after_the_shift_is_closed(counter: ACounter) -> None:
    done = counter.sold(MILK)
    counter.close_shift(10_130)
    counter.copy(done["receipt_no"])


@pytest.mark.parametrize("number", ["r1-1-000099", "r2-1-000001", "rubbish"])
def test_a_receipt_that_is_not_there_is_not_found(counter: ACounter, number: str) -> None:
    with pytest.raises(Refused) as refused:
        counter.receipts.show(number)
    assert refused.value.code == "receipt-not-found"


def test_an_open_sale_has_no_receipt(counter: ACounter) -> None:
    with pytest.raises(Refused) as refused:
        counter.receipts.show(counter.start())
    assert refused.value.code == "receipt-not-found"


# -- languages, drafts, the record's hash ------------------------------------------------------------------------------


def test_a_receipt_can_be_had_in_another_language(counter: ACounter) -> None:
    done = counter.sold(MILK)
    assert "TOTALT " in counter.receipts.show(done["receipt_no"], Wanted(language="sv"))["receipt_text"]
    assert "*** COPY ***" in counter.copy(done["receipt_no"], "en")["receipt_text"]
    assert counter.receipts.show(done["receipt_no"])["receipt_text"] == done["receipt_text"]


def test_a_receipt_bears_the_hash_of_its_record(counter: ACounter) -> None:
    done = counter.sold(MILK)
    digest = counter.journal.head.hash
    number = done["receipt_no"]
    assert done["qr"] == {"receipt_no": number, "hash": digest, "text": f"{number}|{digest}"}
    assert f"Tarkiste {digest[:16]}\n" in done["receipt_text"]
    counter.sold(MILK)
    assert counter.receipts.show(number)["qr"] == counter.copy(number)["qr"] == done["qr"]


def test_the_hash_is_in_the_answer_that_a_retry_gets(counter: ACounter) -> None:
    sale = counter.start()
    counter.scan(sale, MILK)
    counter.pay(sale, "cash")
    first = counter.complete(sale, a_key("complete"))
    again = counter.restarted()
    assert again.complete(sale, a_key("complete")) == first
    assert first["qr"]["hash"] == again.journal.head.hash
    again.db.close()
    again.state.close()


def test_an_open_sale_has_a_draft_that_says_so(counter: ACounter) -> None:
    sale = counter.start(customer="C1")
    counter.scan(sale, COLA, "2")
    before = counter.journal.head
    draft = counter.sales.look.receipt_draft(sale)["receipt_text"]
    assert draft.splitlines()[0].strip() == "*** LUONNOS – EI KUITTI ***"
    assert "Asiakas C1 Rakennus Oy\n" in draft
    assert "YHTEENSÄ                          4,30 EUR\n" in draft
    assert "Tarkiste" not in draft
    told(counter.sales.park(counter.session, sale, None))
    assert "*** DRAFT – NOT A RECEIPT ***" in counter.sales.look.receipt_draft(sale, "en")["receipt_text"]
    assert counter.journal.head == before


def test_a_finished_sale_has_no_draft(counter: ACounter) -> None:
    with pytest.raises(Refused) as refused:
        counter.sales.look.receipt_draft(counter.sold(MILK)["receipt_no"])
    assert refused.value.code == "sale-not-open"


def test_an_account_sale_prints_no_balance_offline(counter: ACounter) -> None:
    counter.mode.is_offline = True
    done = counter.sold(MILK, tender="account", customer="C1")
    lines = done["receipt_text"].splitlines()
    assert "Tili                                  1,29" in lines
    # Two lines tell money beside the article: the total and the tender; the rest is the table of VAT.
    assert [line.split()[0] for line in lines if line.rstrip().endswith(("1,29", "1,29 EUR"))] == [
        *("Maito", "YHTEENSÄ", "Tili", "13,50"),
    ]
    assert "1000,00" not in done["receipt_text"]  # the limit
