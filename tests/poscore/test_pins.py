"""PINs: a slow hash under a pepper that never lies beside it."""

from __future__ import annotations

import pytest

from poscore.errors import Refused
from poscore.pins import PEPPER_BYTES, SALT_BYTES, check_pin, hash_pin, verify_pin

PEPPER, SALT = b"p" * PEPPER_BYTES, b"s" * SALT_BYTES
STORED = hash_pin("1234", PEPPER, SALT)


def test_a_pin_fits_its_own_hash() -> None:
    assert verify_pin("1234", PEPPER, STORED)


@pytest.mark.parametrize(
    ("pin", "pepper"), [("1235", PEPPER), ("", PEPPER), ("12345", PEPPER), ("1234", b"q" * PEPPER_BYTES)]
)
def test_another_pin_or_another_pepper_does_not(pin: str, pepper: bytes) -> None:
    assert not verify_pin(pin, pepper, STORED)


def test_the_hash_is_argon2id_with_the_cost_that_the_module_names() -> None:
    assert STORED.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_two_salts_make_two_hashes() -> None:
    assert hash_pin("1234", PEPPER, b"t" * SALT_BYTES) != STORED


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "x",
        "$argon2id$",
        STORED[:-5],
        STORED.replace("argon2id", "argon2i"),
        STORED.replace("m=19456", "m=x"),
        STORED.replace("$v=19", ""),
        "$2b$12$abcdefghijklmnopqrstuv",
        "ä" * 40,
    ],
)
def test_a_damaged_hash_fits_nothing(stored: str) -> None:
    assert not verify_pin("1234", PEPPER, stored)


@pytest.mark.parametrize("pin", ["1234", "0000", "123456789012"])
def test_four_to_twelve_digits_are_a_pin(pin: str) -> None:
    assert check_pin(pin) == pin


@pytest.mark.parametrize("pin", ["", "123", "1234567890123", "12a4", "12 4", "١٢٣٤", "1234\n", "-123"])
def test_anything_else_is_none(pin: str) -> None:
    with pytest.raises(Refused) as refused:
        check_pin(pin)
    assert refused.value.code == "pin-invalid"
