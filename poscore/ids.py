"""Ids: stores, registers, receipts.

- Store and register ids are `[a-z0-9-]{1,24}`, unique in the chain.
- A receipt number is `{register}-{epoch}-{n}`, n from 1, at least six digits: `r1-1-000042`; training has its own
  series `{register}-{epoch}-T{n}`. It is also the sale's id: unique in the chain, final when the sale starts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from poscore.errors import Refused

_ID = re.compile(r"[a-z0-9-]{1,24}", re.ASCII)
_RECEIPT = re.compile(r"([a-z0-9-]{1,24})-([1-9][0-9]{0,8})-(T?)([0-9]{1,12})", re.ASCII)


def check_id(text: str, what: str = "id") -> str:
    """`text` when it is a store or register id. Raises Refused `id-invalid`."""
    if not _ID.fullmatch(text):
        raise Refused("id-invalid", f"{text!r} is not a {what}: use 1 to 24 of a-z, 0-9 and -")
    return text


@dataclass(frozen=True, slots=True)
class ReceiptNo:
    register: str
    epoch: int
    n: int
    training: bool = False

    def __post_init__(self) -> None:
        if self.epoch < 1 or self.n < 1:
            raise ValueError("epochs and receipt numbers count from 1")

    @property
    def text(self) -> str:
        number = f"T{self.n}" if self.training else f"{self.n:06d}"
        return f"{self.register}-{self.epoch}-{number}"

    @classmethod
    def parse(cls, text: str) -> ReceiptNo:
        """Raises Refused `receipt-no-invalid`, also for a form that is not the canonical one."""
        match = _RECEIPT.fullmatch(text)
        if match and int(match[4]) >= 1:
            number = cls(match[1], int(match[2]), int(match[4]), bool(match[3]))
            if number.text == text:
                return number
        raise Refused("receipt-no-invalid", f"{text!r} is not a receipt number such as r1-1-000042")
