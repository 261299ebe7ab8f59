"""Canonical JSON: the bytes of RFC 8785 on our domain, and nothing outside it."""

from __future__ import annotations

import enum
from collections import OrderedDict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from poscore.canonical import canonical_bytes, canonical_text, parse_json, sha256_hex
from tests.support.strategies import LONGEST_INT, documents, json_values


@given(json_values)
def test_the_bytes_are_those_of_rfc_8785(value: Any) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)


@settings(max_examples=30)
@given(documents())
def test_a_sale_has_the_bytes_of_rfc_8785(sale: Any) -> None:
    wire = sale.to_wire()
    assert canonical_bytes(wire) == rfc8785.dumps(wire)


@given(json_values)
def test_canonical_bytes_read_back_as_the_same_value_and_write_the_same_bytes(value: Any) -> None:
    written = canonical_bytes(value)
    assert parse_json(written) == value
    assert canonical_bytes(parse_json(written)) == written
    assert canonical_text(value).encode() == written


@given(st.dictionaries(st.text(st.characters(max_codepoint=127)), st.integers(0, 9), min_size=2))
def test_the_order_in_which_keys_were_set_does_not_matter(value: dict[str, int]) -> None:
    assert canonical_bytes(dict(reversed(value.items()))) == canonical_bytes(value)


class Word(str):
    __slots__ = ()


class Number(enum.IntEnum):
    ONE = 1


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        0.1,
        float("nan"),
        float("inf"),
        LONGEST_INT + 1,
        -LONGEST_INT - 1,
        2**64,
        "\ud800",
        b"bytes",
        (1, 2),
        {1, 2},
        {"ä": 1},
        {1: 1},
        {None: 1},
        {Word("a"): 1},
        {"\ud800": 1},
        Word("a"),
        Number.ONE,
        OrderedDict(a=1),
        Decimal(1),
        datetime(2026, 11, 22, tzinfo=UTC),
        object(),
    ],
    ids=lambda value: type(value).__name__,  # a repr may hold an address, and two workers must agree
)
@pytest.mark.parametrize("where", [lambda value: value, lambda value: [value], lambda value: {"a": [{"b": value}]}])
def test_what_has_no_canonical_form_is_an_error(value: Any, where: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        canonical_bytes(where(value))


@pytest.mark.parametrize("depth", [300, 100_000])
def test_what_is_nested_too_deep_is_an_error(depth: int) -> None:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    with pytest.raises(ValueError, match=r".+"):
        canonical_bytes(value)


@pytest.mark.parametrize("value", [LONGEST_INT, -LONGEST_INT, True, None, "", [], {}, {"": ""}, '\u2028\x7f\x00"\\/'])
def test_the_edges_of_the_domain_are_inside_it(value: Any) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("text", ["", "{", "{'a':1}", "NaN", '"\\ud800"', b"\xff", "1 2"])
def test_what_is_no_json_is_an_error(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_json(text)


def test_the_hash_is_lower_case_sha_256() -> None:
    assert sha256_hex(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
