"""Asking head office whether a customer may pay on account, payroll or bonus, and letting go of what is not needed.

- One asking ends within the time that a customer waits, however often it is sent: an answer that was lost is asked for
  again, under the same id, while there is time.
- What is to be let go is on disk until head office has heard of it. It is told ONLINE only, by a thread of its own.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from poscore.errors import Fault, PosError, Refused
from register_svc.head_office.client import HeadOfficeClient
from register_svc.head_office.rounds import Rhythm
from register_svc.till.authorizations import Decision, Wanted

_LOG = logging.getLogger("offline-kassa.authorizations")

_LEAST_S = 0.2  # less is no time for an answer
_RELEASE_S = 10.0  # nobody waits for it
_IDLE_S, _AGAIN_S = 300.0, 15.0
_FIRST_AFTER_S = 1.0

# What head office says of the customer, and the cashier hears by its own name.
_TO_THE_CASHIER = frozenset(
    {"credit-limit-exceeded", "balance-insufficient", "customer-not-found", "tender-not-for-customer"}
)


class ReleaseQueue(Protocol):
    """What is to be let go, on disk."""

    def to_release(self) -> Sequence[str]: ...
    def forget(self, id: str) -> None:
        """Head office has heard of it."""


class AuthorizationDesk:
    """`timeout_s`: for one asking. `is_offline`: then nothing is sent."""

    def __init__(
        self,
        client: HeadOfficeClient,
        queue: ReleaseQueue,
        timeout_s: float,
        is_offline: Callable[[], bool],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client, self._queue, self._timeout_s = client, queue, timeout_s
        self._is_offline, self._monotonic = is_offline, monotonic
        self._releasing = Rhythm("releases", self._release)

    # --- asking

    def ask(self, wanted: Wanted, let_go: Sequence[str]) -> Decision:
        """`let_go`: ids of the same sale that are let go first, so that they take nothing from this one.

        Raises Fault `head-office-unreachable`, or Refused `head-office-refused` when it would not decide.
        """
        until = self._monotonic() + self._timeout_s
        for other in let_go:
            self._client.release_authorization(other, self._left(until))
        body = wanted.to_wire()
        try:
            return _decision(self._client.authorize(body, self._left(until)))
        except Fault as fault:
            if not fault.extra.get("sent", True) or until - self._monotonic() < _LEAST_S:
                raise
        return _decision(self._client.authorize(body, self._left(until)))

    def _left(self, until: float) -> float:
        return max(until - self._monotonic(), _LEAST_S)

    # --- letting go

    def start(self) -> None:
        self._releasing.start(_FIRST_AFTER_S)

    def stop(self) -> None:
        self._releasing.stop()

    def release_soon(self) -> None:
        self._releasing.act_now()

    def _release(self) -> float:
        """Tell head office what waits; how long to rest then."""
        if self._is_offline():
            return _IDLE_S
        for unused in self._queue.to_release():
            try:
                self._client.release_authorization(unused, _RELEASE_S)
            except Refused as refused:  # it will not hear of it, and what it holds expires
                _LOG.warning("authorisation %s was not let go: %s", unused, refused.detail)
            except PosError as error:
                _LOG.info("authorisation %s is let go later: %s", unused, error.detail)
                return _AGAIN_S
            self._queue.forget(unused)
        return _IDLE_S


def _decision(wire: dict[str, Any]) -> Decision:
    approved, code, balance, limit = (wire.get(name) for name in ("approved", "code", "balance", "limit"))
    sound = type(approved) is bool and type(balance) is int and (limit is None or type(limit) is int)
    if not sound or not (code is None or isinstance(code, str)):
        raise Fault("head-office-unreachable", "head office answered something that is not understood")
    told = code if approved or code in _TO_THE_CASHIER else "authorization-refused"
    return Decision(bool(approved), told, int(balance or 0), limit)
