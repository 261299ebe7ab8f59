"""The enrolment code: a person types it, its secret never travels, and no proof can be played back."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poscore.canonical import canonical_bytes
from poscore.enrolment import (
    CODE_LENGTH,
    EnrolmentCode,
    head_office_proof,
    proofs_equal,
    register_proof,
)
from poscore.errors import Refused
from tests.support.strategies import ascii_keys, plain_values

secrets = st.binary(min_size=16, max_size=16)
bodies = st.dictionaries(ascii_keys, plain_values, max_size=3)
ROOT = b'{"signed":{"_type":"root","version":1}}'
CODE = EnrolmentCode.of(bytes(range(16)), ROOT)


@given(secrets, st.binary(max_size=100))
def test_a_code_survives_its_text(secret: bytes, root: bytes) -> None:
    code = EnrolmentCode.of(secret, root)
    assert len(code.text) == CODE_LENGTH
    assert EnrolmentCode.parse(code.text) == code


@given(secrets, st.integers(1, 13), st.sampled_from(["-", " ", "\n", " - "]))
def test_a_code_is_read_in_any_case_and_in_groups(secret: bytes, size: int, between: str) -> None:
    code = EnrolmentCode.of(secret, ROOT)
    groups = [code.text[at : at + size] for at in range(0, CODE_LENGTH, size)]
    assert EnrolmentCode.parse(f" {between.join(groups).lower()} ") == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        CODE.text[:-1],
        CODE.text + "A",
        "0" + CODE.text[1:],
        "1" * 52,
        "=" * 52,
        "é" * 52,
        "A" * 51 + "=",
        "😀" * 52,
    ],
)
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        EnrolmentCode.parse(text)
    assert refused.value.code == "code-invalid"


@given(st.text(min_size=52, max_size=52))
def test_no_text_of_the_right_length_is_worse_than_refused(text: str) -> None:
    with suppress(Refused):
        assert len(EnrolmentCode.parse(text).text) == CODE_LENGTH


def test_a_code_knows_its_own_root_and_no_other() -> None:
    assert CODE.fits_root(ROOT)
    assert not CODE.fits_root(ROOT + b" ")


@given(secrets, secrets)
def test_the_locator_is_found_by_the_beginning_of_the_secret_alone(one: bytes, other: bytes) -> None:
    """A wrong code with a right beginning finds the row, and costs it a try."""
    same_beginning = EnrolmentCode.of(one[:4] + other[4:], ROOT)
    assert same_beginning.locator == EnrolmentCode.of(one, ROOT).locator
    assert (EnrolmentCode.of(other, ROOT).locator == EnrolmentCode.of(one, ROOT).locator) == (other[:4] == one[:4])


@given(secrets)
def test_what_head_office_keeps_does_not_hold_the_secret(secret: bytes) -> None:
    code = EnrolmentCode.of(secret, ROOT)
    assert secret not in code.mac_key
    assert secret[:4].hex() not in code.locator


@given(secrets, bodies, bodies)
def test_a_proof_holds_for_its_transcript_alone(
    secret: bytes, said: dict[str, object], other: dict[str, object]
) -> None:
    key = EnrolmentCode.of(secret, ROOT).mac_key
    proof = register_proof(key, said)
    assert proofs_equal(proof, register_proof(key, dict(reversed(said.items()))))
    assert proofs_equal(proof, register_proof(key, other)) == (canonical_bytes(said) == canonical_bytes(other))


@given(secrets, bodies)
def test_neither_side_can_play_back_the_others_proof(secret: bytes, said: dict[str, object]) -> None:
    key = EnrolmentCode.of(secret, ROOT).mac_key
    assert register_proof(key, said) != head_office_proof(key, said)


def test_a_proof_needs_the_right_key() -> None:
    other = EnrolmentCode.of(b"x" * 16, ROOT)
    assert not proofs_equal(register_proof(CODE.mac_key, {"nonce": "1"}), register_proof(other.mac_key, {"nonce": "1"}))


def test_proofs_of_other_alphabets_are_merely_unequal() -> None:
    assert not proofs_equal("ä", "a")
