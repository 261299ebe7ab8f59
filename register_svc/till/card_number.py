"""A card's number never reaches paper: of whatever a terminal gives, its last four digits at most."""

from __future__ import annotations

import re

_LEAST = 12  # digits of the shortest card number in use (ISO/IEC 7812-1: 12 to 19)
# Digits, some perhaps hidden already, in groups or not.
_LOOKS_LIKE_ONE = re.compile(rf"[0-9](?:[ -]?[0-9*#•Xx]){{{_LEAST - 1},}}")


def masked(reference: str) -> str:
    """`reference` with anything that looks like a card's number as `**** 1234`.

    >>> masked("Visa 4000 0012 3456 7899")
    'Visa **** 7899'
    """
    return _LOOKS_LIKE_ONE.sub(lambda found: f"**** {_last_four(found.group())}", reference)


def _last_four(number: str) -> str:
    return re.sub(r"[^0-9*#•Xx]", "", number)[-4:]
