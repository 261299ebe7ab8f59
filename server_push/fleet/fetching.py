"""What a register fetches by itself: the store's newest bundle with the very token that a push would carry.

The register verifies it as it verifies a push. Whoever sends the file closes it, and with it frees the store's line.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import IO

from poscore.tokens import Claims, sign_token
from server_push.fleet.delivering import Tools
from server_push.fleet.deployments import FETCHED, Claim, Holder
from server_push.fleet.wire import Container


class Parcel:
    """An open file. `token`: head office's, over the file's hash and for one register. `closed`: told once."""

    def __init__(self, file: IO[bytes], container: Container, token: str, closed: Callable[[], None]) -> None:
        self._file, self._closed = file, closed
        self.version, self.length, self.token = container.version, container.path.stat().st_size, token

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        """The bytes are over, or the register has hung up: then it comes again."""
        if not self._file.closed:
            self._file.close()
            self._closed()


@dataclass(frozen=True, slots=True)
class Fetches:
    tools: Tools

    def open(self, store: str, register: str) -> Parcel:
        """Raises Refused `nothing-to-fetch`, `too-many-requests`, `not-published`; Fault `bundle-missing`."""
        tools = self.tools
        lasts = timedelta(seconds=tools.limits.transfer_budget_s)
        holder = Holder(f"fetched by {register}", tools.limits.at_once_per_store, lasts, FETCHED)
        claim = tools.deployments.claim_fetch(store, register, holder, tools.now())
        with ExitStack() as stack:
            stack.callback(self._note_sent, claim)
            # Whole: what a register has when it asks is known to a push, not here.
            container = stack.enter_context(tools.containers.of(store)).container()
            tools.deployments.note_version(claim, container.version)
            file = stack.enter_context(container.path.open("rb"))
            token = self._token(register, container.sha256)
            held = stack.pop_all()
        return Parcel(file, container, token, held.close)

    def _note_sent(self, claim: Claim) -> None:
        """It builds now, and tells at its next check-in what came of it."""
        tools = self.tools
        tools.deployments.sent(claim, timedelta(seconds=tools.limits.fetched_within_s), tools.now())

    def _token(self, register: str, body_hash: str) -> str:
        sender = self.tools.sender
        claims = Claims(sender.office_id, register, int(time.time()), self.tools.new_id(), body_hash)
        return sign_token(sender.keys()[0], claims)
