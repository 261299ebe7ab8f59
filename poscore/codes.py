"""Codes that a scanner reads and a price list holds: one key for one article code, whatever its dress.

- Blanks and framing around a code mean nothing; leading zeros of an article number do.
- A GTIN is the same article as EAN-13, UPC-A (12 digits), or GTIN-14 with a leading 0: its key is the 13-digit form.
- An EAN of zeros has a valid check digit and is nobody's code.

    >>> code_key(" 036000291452\\t")
    '0036000291452'
    >>> code_key("000123")
    '000123'
"""

from __future__ import annotations

MAX_CODE_LENGTH = 64


def check_digit(digits: str) -> str:
    """GS1 modulo 10 check digit for the digits before it."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def is_gtin(code: str) -> bool:
    """True for 8, 12, 13 or 14 digits, not all zeros, whose check digit fits."""
    if len(code) not in (8, 12, 13, 14) or not (code.isascii() and code.isdigit()):
        return False
    return code.strip("0") != "" and check_digit(code[:-1]) == code[-1]


def is_zeros(code: str) -> bool:
    """True for the placeholder that price lists write where there is no EAN (`0000000000000`, `0`)."""
    return code != "" and code.strip("0") == ""


def code_key(text: str) -> str:
    """The form under which a code is stored and looked up; empty when nothing is left or it is only zeros."""
    code = "".join(text.split())
    if is_zeros(code):
        return ""
    if len(code) in (12, 14) and is_gtin(code):
        return code.zfill(13) if len(code) == 12 else (code[1:] if code[0] == "0" else code)
    return code
