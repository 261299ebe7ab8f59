"""Codes: one key for one article's code, whatever its dress."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean

from poscore.codes import check_digit, code_key, is_gtin, is_zeros

digits = st.text("0123456789", min_size=1, max_size=20)


def with_check_digit(body: str) -> str:
    return body + check_digit(body)


@given(st.sampled_from([7, 11, 12, 13]), st.data())
def test_the_check_digit_is_that_of_python_stdnum(length: int, data: st.DataObject) -> None:
    body = data.draw(st.text("0123456789", min_size=length, max_size=length))
    assert check_digit(body) == ean.calc_check_digit(body)
    assert is_gtin(with_check_digit(body)) == (body.strip("0") != "")


@given(digits)
def test_a_gtin_is_what_python_stdnum_takes_less_the_zeros(code: str) -> None:
    assert is_gtin(code) == (ean.is_valid(code) and not is_zeros(code))


@given(st.text("0123456789", min_size=11, max_size=11).filter(lambda body: body.strip("0")))
def test_one_article_has_one_key_as_upc_ean_and_gtin_14(body: str) -> None:
    upc = with_check_digit(body)
    assert code_key(upc) == code_key("0" + upc) == code_key("00" + upc) == "0" + upc


@given(st.text("0123456789", min_size=12, max_size=12).filter(lambda body: body.strip("0")))
def test_a_gtin_14_of_a_whole_case_is_another_article(body: str) -> None:
    case = with_check_digit("1" + body)
    assert code_key(case) == case


@given(st.text(max_size=30))
def test_a_key_is_its_own_key(text: str) -> None:
    key = code_key(text)
    assert code_key(key) == key
    assert not any(letter.isspace() for letter in key)


@given(digits, st.sampled_from([" ", "\t", "\r\n", "\u00a0", "\x1d"]))
def test_blanks_mean_nothing(code: str, blank: str) -> None:
    assert code_key(f"{blank}{code[:3]}{blank}{code[3:]}{blank}") == code_key(code)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("6410405216120", "6410405216120"),
        ("036000291452", "0036000291452"),
        ("000123", "000123"),
        ("036000291453", "036000291453"),
        ("06410405216120", "6410405216120"),
        ("TARJOUS-1", "TARJOUS-1"),
        ("0", ""),
        ("0000000000000", ""),
        ("", ""),
        (" ", ""),
    ],
)
def test_known_keys(text: str, key: str) -> None:
    assert code_key(text) == key


def test_digits_of_other_scripts_make_no_gtin() -> None:
    assert not is_gtin("٦٤١٠٤٠٥٢١٦١٢٠")


def test_nothing_is_not_zeros() -> None:
    assert not is_zeros("")
    assert is_zeros("000")
