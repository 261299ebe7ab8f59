"""Asking head office about the receipts of other registers, and having it hold what is about to come back.

- A call ends within the time that a cashier waits; without an answer nothing has changed here.
- A claim is named by the return and always is the whole of it. Each asking is newer than the one before, so that one
  that was left behind on a slow line and arrives late changes nothing.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from typing import Any

from poscore.errors import Fault, PosError, Refused
from poscore.quantity import Quantity
from poscore.returns import Given
from register_svc.head_office.client import HeadOfficeClient

# What head office says to the cashier; whatever else it refuses is between it and the register.
_TO_THE_CASHIER = frozenset({"receipt-not-found", "receipt-not-returnable", "quantity-returned"})


class ReturnDesk:
    """`now_ms`: head office's time as this register knows it, in milliseconds since 1970."""

    def __init__(self, client: HeadOfficeClient, now_ms: Callable[[], int]) -> None:
        self._client, self._now_ms = client, now_ms
        self._lock = threading.Lock()
        self._last = 0

    def receipt(self, receipt_no: str) -> tuple[Mapping[str, Any], dict[int, Given]]:
        """Raises Refused `receipt-not-found`, `receipt-not-returnable`, `head-office-unreachable`, …"""
        wire = self._asked(lambda: self._client.receipt(receipt_no))
        try:
            return dict(wire["sale"]), _given(wire)
        except (KeyError, TypeError, ValueError, PosError):
            raise _not_understood() from None

    def claim(self, return_no: str, receipt_no: str, wanted: Mapping[int, Quantity]) -> dict[int, Given]:
        """Raises also Refused `quantity-returned`."""
        body = {
            "id": return_no,
            "revision": self._newer(),
            "receipt_no": receipt_no,
            "lines": [{"n": n, "quantity": wanted[n].text} for n in sorted(wanted)],
        }
        wire = self._asked(lambda: self._client.claim_return(body))
        try:
            return _given(wire)
        except (KeyError, TypeError, ValueError, PosError):
            raise _not_understood() from None

    def release(self, return_no: str) -> None:
        with contextlib.suppress(PosError):  # what is not released expires
            self._client.release_return(return_no, self._newer())

    def _newer(self) -> int:
        with self._lock:
            self._last = max(self._last + 1, self._now_ms())
            return self._last

    @staticmethod
    def _asked(call: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        try:
            return call()
        except Fault as fault:
            raise Refused(fault.code, fault.detail, fault.hint) from fault
        except Refused as refused:
            reason = refused.extra.get("reason")
            if reason in _TO_THE_CASHIER:
                raise Refused(reason, refused.detail.removeprefix("head office refused: ")) from refused
            raise Refused(refused.code, refused.detail, refused.hint) from refused


def _given(wire: Mapping[str, Any]) -> dict[int, Given]:
    """What other registers gave back or hold, by line."""
    return {
        line["n"]: Given(Quantity.parse(line["quantity"]).thousandths, int(line["total"]), int(line["deposit"]))
        for line in wire["elsewhere"]
    }


def _not_understood() -> Refused:
    return Refused("head-office-unreachable", "head office answered something that is not understood")
