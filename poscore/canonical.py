"""Canonical JSON: one value, one sequence of bytes (RFC 8785 on our domain).

The domain is str, int of at most 53 bits, bool, None, list and dict with ASCII keys. On it orjson with sorted keys
writes the same bytes as RFC 8785 at a sixtieth of the time; the package `rfc8785` is the tests' oracle.

    >>> canonical_bytes({"b": 1, "a": "ä"})
    b'{"a":"\\xc3\\xa4","b":1}'
"""

from __future__ import annotations

import hashlib
from typing import Any

import orjson

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER | orjson.OPT_PASSTHROUGH_DATETIME
_OPTIONS |= orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_SUBCLASS


def canonical_bytes(value: Any) -> bytes:
    """The canonical bytes. Raises ValueError for a value outside the domain (a float, a long int, a non-ASCII key)."""
    try:
        _check(value)
        return orjson.dumps(value, option=_OPTIONS)
    except (TypeError, RecursionError) as error:
        raise ValueError(str(error)) from None


def canonical_text(value: Any) -> str:
    return canonical_bytes(value).decode()


def sha256_hex(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def parse_json(data: bytes | str) -> Any:
    """Any JSON text. Raises ValueError."""
    return orjson.loads(data)


def _check(value: Any) -> None:
    """Most of a record is objects of plain values, which are looked at without a Python step for each."""
    kind = type(value)
    if kind is dict:
        if not _STR.issuperset(map(type, value)) or not all(map(str.isascii, value)):
            raise ValueError(f"not all of these are ASCII keys: {list(value)!r}")
        items = value.values()
    elif kind is list:
        items = value
    elif kind in _PLAIN:
        return
    else:
        raise ValueError(f"{kind.__name__} has no canonical form")
    if not _PLAIN.issuperset(map(type, items)):
        for item in items:
            if type(item) not in _PLAIN:
                _check(item)


_STR = frozenset({str})
_PLAIN = frozenset({str, int, bool, type(None)})  # the range of ints is orjson's to check
