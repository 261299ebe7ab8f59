"""Checks of whole columns at once: five hundred cells for the price of a few calls.

Each function may only say yes when `cells` would take every single cell unchanged; a no explains nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from server_push.assortment.cells import MAX_ID, MAX_NAME

_EAN_LENGTH = 13
_ZEROS = "0" * _EAN_LENGTH
# A digit of an EAN-13, and three times a digit modulo 10: what the odd and the even places weigh in its check.
_ONCE = bytes(code - 48 if 48 <= code <= 57 else 0 for code in range(256))
_THRICE = bytes((code - 48) * 3 % 10 if 48 <= code <= 57 else 0 for code in range(256))
_TENS = bytes(range(0, 256, 10))


def are_names(texts: Sequence[str]) -> bool:
    joined = _joined(texts, MAX_NAME)
    return bool(joined) and not (
        "  " in joined or "\n " in joined or " \n" in joined or joined[0] == " " or joined[-1] == " "
    )


def are_ids(texts: Sequence[str]) -> bool:
    joined = _joined(texts, MAX_ID)
    return bool(joined) and " " not in joined


def _joined(texts: Sequence[str], longest: int) -> str:
    """The texts in lines, or nothing when one is empty, too long or cannot be printed."""
    joined = "\n".join(texts)
    if not all(texts) or max(map(len, texts)) > longest or joined.count("\n") != len(texts) - 1:
        return ""
    return joined if joined.replace("\n", "").isprintable() else ""


def are_eans(codes: Sequence[str]) -> bool:
    """True when each is an EAN-8 or EAN-13 whose check digit fits and that is not all zeros."""
    if not set(map(len, codes)) <= {8, _EAN_LENGTH}:
        return False
    eans = [code.zfill(_EAN_LENGTH) for code in codes]
    if not eans:
        return True
    if _ZEROS in eans:
        return False
    digits = "".join(eans)
    if not (digits.isascii() and digits.isdigit()):
        return False
    # One long number for each of the 13 places, a byte for each EAN: thirteen additions check all of them, and no byte
    # overflows (13 × 9 = 117).
    places = digits.encode()
    total = sum(
        int.from_bytes(places[place::_EAN_LENGTH].translate(_THRICE if place % 2 else _ONCE), "big")
        for place in range(_EAN_LENGTH)
    )
    return not total.to_bytes(len(eans), "big").translate(None, _TENS)
