"""The three errors: what they carry, and that they survive the way between processes."""

from __future__ import annotations

import copy
import pickle

import pytest

from poscore.errors import Fault, PosError, Refused, Untrusted

KINDS = (Refused, Untrusted, Fault)


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_carries_code_sentence_hint_and_more(kind: type[PosError]) -> None:
    error = kind(
        "article-ambiguous", "two articles have the code", "Look at the price list.", candidates=[{"id": "A1"}]
    )
    assert isinstance(error, PosError)
    assert (error.code, error.detail, error.hint) == (
        "article-ambiguous",
        "two articles have the code",
        "Look at the price list.",
    )
    assert error.extra == {"candidates": [{"id": "A1"}]}
    assert str(error) == "two articles have the code"


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_sentence_the_code_says_it(kind: type[PosError]) -> None:
    error = kind("not-paid")
    assert (error.detail, str(error), error.hint, error.extra) == ("not-paid", "not-paid", None, {})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sent", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy])
def test_an_error_survives_the_way_to_another_process(kind: type[PosError], sent: object) -> None:
    error = kind("locked-out", "try again in 300 seconds", "Wait.", retry_after=300)
    arrived = sent(error)  # type: ignore[operator]
    assert type(arrived) is kind
    assert (arrived.code, arrived.detail, arrived.hint, arrived.extra) == (
        "locked-out",
        "try again in 300 seconds",
        "Wait.",
        {"retry_after": 300},
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_three_are_told_apart(kind: type[PosError]) -> None:
    for other in KINDS:
        assert issubclass(kind, other) == (kind is other)
