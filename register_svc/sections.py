"""The parts that settings are made of: sections as frozen dataclasses, and the kinds of values that their keys take.

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Till(Section):
        port: int = field(default=8080, metadata=PORT)

A value goes through its field's reader, or the section cannot be built; all that does not fit is said at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any, TypeVar
from urllib.parse import urlsplit

S = TypeVar("S")


class Unfit(ValueError):
    """What does not fit, each as "[lan] port: must be …", the way it stands in the file."""

    def __init__(self, errors: Sequence[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = tuple(errors)


# -- kinds of values: each returns what is kept, or raises ValueError with what it must be -----------------------------


def whole(least: int, most: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:  # True is an int to Python, and no port to anybody
            raise ValueError(f"must be a whole number from {least} to {most}")
        return value

    return read


def number(least: float, most: float) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        if type(value) not in (int, float) or not least <= value <= most:
            raise ValueError(f"must be a number from {least:g} to {most:g}")
        return float(value)

    return read


def text(longest: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or not 1 <= len(value) <= longest:
            raise ValueError(f"must be a text of 1 to {longest} characters")
        return value

    return read


def one_of(*words: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in words:
            raise ValueError(f"must be {' or '.join(json.dumps(word) for word in words)}")
        return str(value)

    return read


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004 - every reader says ValueError
    return value


def web_address(value: Any) -> str:
    url = text(300)(value)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an address such as https://office.example.fi")
    if parts.username or parts.password:
        raise ValueError("must hold no user name and no password")
    _ = parts.port  # raises ValueError for a port out of range
    return url.rstrip("/")


def kept(read: Callable[[Any], Any]) -> Mapping[str, Callable[[Any], Any]]:
    """What a field of a section says of its values."""
    return {"read": read}


PORT = kept(whole(0, 65535))


class Section:
    """Base of the sections: every value goes through its field's reader. Raises Unfit."""

    def __post_init__(self) -> None:
        errors = []
        for one in fields(self):  # type: ignore[arg-type]  # every section is a dataclass
            value = getattr(self, one.name)
            if value is None and one.default is None:
                continue
            try:
                object.__setattr__(self, one.name, one.metadata["read"](value))
            except ValueError as error:
                errors.append(f"{one.name}: {error}")
        if errors:
            raise Unfit(errors)


def section_of(section: type[S], values: Any) -> S:
    """One section out of its keys. Raises Unfit."""
    if not isinstance(values, dict):
        raise Unfit(["must be a section of its own"])
    known = {one.name: one for one in fields(section)}  # type: ignore[arg-type]  # every section is a dataclass
    errors = [f"{key}: there is no such key" for key in values if key not in known]
    errors += [f"{key}: must be given" for key, one in known.items() if one.default is MISSING and key not in values]
    if errors:
        raise Unfit(errors)
    return section(**values)
