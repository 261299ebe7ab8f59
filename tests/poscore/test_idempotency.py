"""Idempotency keys: one key, one request."""

from __future__ import annotations

import pytest

from poscore.errors import Refused
from poscore.idempotency import KEEP_S, Idempotency


def test_the_same_request_may_come_again() -> None:
    Idempotency("k", b"print").must_be(b"print")


def test_another_request_may_not_use_the_key() -> None:
    with pytest.raises(Refused) as refused:
        Idempotency("k", b"print").must_be(b"other")
    assert refused.value.code == "idempotency-key-reused"


def test_answers_are_kept_48_hours() -> None:
    assert KEEP_S == 172_800
