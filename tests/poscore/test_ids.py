"""Ids of stores, registers and receipts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poscore.errors import Refused
from poscore.ids import ReceiptNo, check_id

registers = st.text("abcxyz019-", min_size=1, max_size=24)
numbers = st.builds(ReceiptNo, registers, st.integers(1, 999_999_999), st.integers(1, 10**12 - 1), st.booleans())


@given(numbers)
def test_a_receipt_number_survives_its_text(number: ReceiptNo) -> None:
    assert ReceiptNo.parse(number.text) == number


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (ReceiptNo("r1", 1, 42), "r1-1-000042"),
        (ReceiptNo("r1", 12, 1234567), "r1-12-1234567"),
        (ReceiptNo("r1", 1, 42, training=True), "r1-1-T42"),
        (ReceiptNo("till-7-b", 1, 1), "till-7-b-1-000001"),
        (ReceiptNo("1-1", 1, 1), "1-1-1-000001"),
    ],
)
def test_receipt_numbers_look_like_this(number: ReceiptNo, text: str) -> None:
    assert number.text == text
    assert ReceiptNo.parse(text) == number


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "r1",
            "r1-1",
            "r1-1-42",
            "r1-1-0000042",
            "r1-01-000042",
            "r1-0-000042",
            "r1-1-000000",
            "r1-1-T0",
            "r1-1-T042",
        ),
        *("R1-1-000042", "r1-1-000042 ", "r1-1-000042\n", "r1-1-t42", "ä-1-000042", "-" * 30, "r1-1-٠٠٠٠٤٢"),
    ],
)
def test_what_is_no_receipt_number_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        ReceiptNo.parse(text)
    assert refused.value.code == "receipt-no-invalid"


@pytest.mark.parametrize(("epoch", "n"), [(0, 1), (1, 0), (-1, 1)])
def test_epochs_and_numbers_count_from_one(epoch: int, n: int) -> None:
    with pytest.raises(ValueError, match="count from 1"):
        ReceiptNo("r1", epoch, n)


@pytest.mark.parametrize("text", ["a", "s1", "till-7", "0", "-", "a" * 24])
def test_ids_are_small_letters_digits_and_hyphens(text: str) -> None:
    assert check_id(text) == text


@pytest.mark.parametrize("text", ["", "A", "a b", "a_b", "ä", "a" * 25, "a\n", "../x"])
def test_anything_else_is_no_id(text: str) -> None:
    with pytest.raises(Refused, match="store id") as refused:
        check_id(text, "store id")
    assert refused.value.code == "id-invalid"
