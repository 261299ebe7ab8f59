"""How a Finnish invoice is paid: the reference number in both its forms, the account, and the virtual bank barcode.

- A reference (viitenumero) is 4 to 20 digits, of which the last checks the others with the weights 7, 3, 1.
- Its international form is RF with two check digits by ISO 11649.
- The barcode's 54 digits, printed as Code 128-C, carry account, amount, reference and due date (Finance Finland's bank
  bar code guide, versions 4 and 5).

Nothing here reads the clock or the disk.

    >>> viite_of(1234), rf_of("12344")
    ('12344', 'RF0812344')
"""

from __future__ import annotations

import re
from datetime import date

from poscore.errors import Refused
from poscore.money import Cents

_VIITE = re.compile(r"[0-9]{4,20}", re.ASCII)
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.ASCII)
_FINNISH_IBAN = re.compile(r"FI[0-9]{16}", re.ASCII)
_WEIGHTS = (7, 3, 1)
MAX_BARCODE_CENTS: Cents = 999_999_99  # six digits of euros
_LEAST_DIGITS = 3  # of a reference without its check digit


def viite_of(number: int) -> str:
    """The reference number whose digits before the check digit are `number`, with zeros in front of a short one."""
    digits = f"{number:0{_LEAST_DIGITS}d}"
    if number < 1 or len(digits) > 19:
        raise ValueError(f"{number} cannot be a reference number")
    return digits + _check_digit(digits)


def is_viite(text: str) -> bool:
    return _VIITE.fullmatch(text) is not None and text.strip("0") != "" and text[-1] == _check_digit(text[:-1])


def rf_of(viite: str) -> str:
    """RF, two check digits, the reference. 271500 is `RF00` as ISO 11649 counts letters."""
    if not is_viite(viite):
        raise ValueError(f"{viite!r} is not a reference number")
    return f"RF{98 - int(viite + '271500') % 97:02d}{viite}"


def check_iban(text: str) -> str:
    """`text` without blanks when it is an IBAN (ISO 13616). Raises Refused `iban-invalid`."""
    iban = "".join(text.split()).upper()
    if _IBAN.fullmatch(iban) and int("".join(str(int(one, 36)) for one in iban[4:] + iban[:4])) % 97 == 1:
        return iban
    raise Refused("iban-invalid", f"{text!r} is not an account number such as FI21 1234 5600 0007 85")


def virtual_barcode(iban: str, cents: Cents, viite: str, due: date | None) -> str:
    """The 54 digits of version 4, the national reference. Raises Refused `barcode-impossible`.

    Only Finnish accounts and sums up to 999 999.99 fit it.
    """
    _check_fits(iban, cents, viite)
    return f"4{iban[2:]}{cents:08d}000{viite:0>20}{_yymmdd(due)}"


def virtual_barcode_rf(iban: str, cents: Cents, viite: str, due: date | None) -> str:
    """The 54 digits of version 5, the international reference. Raises Refused `barcode-impossible`."""
    _check_fits(iban, cents, viite)
    check, rest = rf_of(viite)[2:4], viite
    return f"5{iban[2:]}{cents:08d}{check}{rest:0>21}{_yymmdd(due)}"


def _check_fits(iban: str, cents: Cents, viite: str) -> None:
    if not _FINNISH_IBAN.fullmatch(check_iban(iban)):
        raise Refused("barcode-impossible", "the bank barcode is for Finnish accounts")
    if not 0 <= cents <= MAX_BARCODE_CENTS:
        raise Refused("barcode-impossible", "the bank barcode holds sums from 0 to 999 999.99")
    if not is_viite(viite):
        raise Refused("barcode-impossible", f"{viite!r} is not a reference number")


def _yymmdd(day: date | None) -> str:
    return "000000" if day is None else day.strftime("%y%m%d")


def _check_digit(digits: str) -> str:
    weighed = sum(int(digit) * _WEIGHTS[place % 3] for place, digit in enumerate(reversed(digits)))
    return str(-weighed % 10)


def in_groups(digits: str, size: int = 5) -> str:
    """A reference as it is printed: in groups from the right."""
    first = len(digits) % size
    groups = [digits[:first]] if first else []
    return " ".join([*groups, *(digits[place : place + size] for place in range(first, len(digits), size))])
