"""Reference numbers, accounts and bank barcodes, against known values and against other people's packages."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban as stdnum_iban
from stdnum import iso11649
from stdnum.fi import alv, ytunnus
from virtuaaliviivakoodi import deconstruct_virtuaaliviivakoodi, virtuaaliviivakoodi

from poscore.errors import Refused
from server_push.assortment.people import is_business_id
from server_push.posting.parties import vat_id_of
from server_push.posting.references import (
    check_iban,
    in_groups,
    is_viite,
    rf_of,
    viite_of,
    virtual_barcode,
    virtual_barcode_rf,
)

IBAN = "FI3715903000000776"
bases = st.integers(1, 10**19 - 1)
cents = st.integers(0, 999_999_99)
days = st.none() | st.dates(date(2000, 1, 1), date(2099, 12, 31))


@st.composite
def finnish_ibans(draw: st.DrawFn) -> str:
    bban = f"{draw(st.integers(0, 10**14 - 1)):014d}"
    return f"FI{98 - int(bban + '151800') % 97:02d}{bban}"


def test_the_reference_of_1234():
    assert (viite_of(1234), rf_of("12344")) == ("12344", "RF0812344")
    assert viite_of(1) == "0013"


def test_the_barcodes_of_the_guide():
    due = date(2016, 12, 21)
    assert virtual_barcode(IBAN, 1225, "11112", due) == "437159030000007760000122500000000000000000011112161221"
    assert (
        virtual_barcode_rf(IBAN, 110, "11112", date(2017, 1, 1))
        == "537159030000007760000011098000000000000000011112170101"
    )


@given(bases)
def test_every_reference_is_valid_and_one_digit_more_or_less_is_not(base):
    viite = viite_of(base)
    assert is_viite(viite)
    assert iso11649.is_valid(rf_of(viite))
    wrong = viite[:-1] + str((int(viite[-1]) + 1) % 10)
    assert not is_viite(wrong)


@given(finnish_ibans(), cents, bases, days)
def test_the_barcode_is_the_one_that_others_make_and_read(iban, amount, base, due):
    viite = viite_of(base)
    ours = virtual_barcode(iban, amount, viite, due)
    assert ours == virtuaaliviivakoodi(iban, viite, Decimal(amount) / 100, due)
    read = deconstruct_virtuaaliviivakoodi(ours)
    assert (read.iban, read.euro_amount) == (iban, Decimal(amount) / 100)
    assert virtual_barcode_rf(iban, amount, viite, due) == virtuaaliviivakoodi(
        iban, rf_of(viite), Decimal(amount) / 100, due
    )


@given(finnish_ibans() | st.text("FI0123456789 SEDEGB", min_size=10, max_size=26))
def test_an_account_is_valid_when_others_say_so(text):
    valid = stdnum_iban.is_valid(text, check_country=False) and "-" not in text
    assert accepted(text) == (stdnum_iban.compact(text) if valid else None)


def accepted(text: str) -> str | None:
    try:
        return check_iban(text)
    except Refused:
        return None


@given(st.integers(0, 9_999_999), st.integers(0, 9))
def test_a_business_id_is_valid_when_others_say_so_and_gives_its_vat_id(number, check):
    text = f"{number:07d}-{check}"
    assert is_business_id(text) == ytunnus.is_valid(text)
    if is_business_id(text):
        assert alv.is_valid(vat_id_of(text))


@pytest.mark.parametrize(
    ("iban", "amount", "viite"),
    [
        (IBAN, 1_000_000_00, "11112"),
        (IBAN, -1, "11112"),
        (IBAN, 100, "11113"),
        ("GB29NWBK60161331926819", 100, "11112"),
    ],
)
def test_what_the_barcode_cannot_hold_is_refused(iban, amount, viite):
    for make in (virtual_barcode, virtual_barcode_rf):
        with pytest.raises(Refused) as refused:
            make(iban, amount, viite, None)
        assert refused.value.code == "barcode-impossible"


def test_a_reference_is_printed_in_groups_from_the_right():
    assert [in_groups(text) for text in ("12344", "1234567890", "123456")] == ["12344", "12345 67890", "1 23456"]
