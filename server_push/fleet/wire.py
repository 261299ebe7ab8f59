"""Talking to a register's LAN app: what it has, a bundle, and the order to sell from it.

- Every call that changes something carries a token that the sender key signed for this register and this body.
- A call ends: connecting, waiting for an answer and the whole transfer each have their time.
- Nothing of the environment (proxies, certificates of somebody else) takes part.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

import requests

from poscore.bundle import CONTENT_TYPE
from poscore.canonical import sha256_hex
from poscore.errors import Fault, Refused
from poscore.tokens import Claims, SigningKey, sign_token
from server_push.settings import Push

_MAX_ANSWER_BYTES = 1 << 20
# States of a register's slot, in its own words, in which the bytes are there and more follows by itself.
ON_ITS_WAY = ("BUILDING", "CHECKING", "STAGED")
# At least so much a time: the library asks for 16 KiB, and a bundle would leave in four thousand small pieces.
_SENT_AT_ONCE = 256 << 10


@dataclass(frozen=True, slots=True)
class Sender:
    """Who pushes: head office's id, and the keys that registers may know it by, the present one first.

    A register that has not yet seen the root which names the present key still believes the one before.
    """

    office_id: str
    keys: Callable[[], Sequence[SigningKey]]


@dataclass(frozen=True, slots=True)
class Container:
    """A bundle on disk, stamped for this push. `sha256`: hex, of the file."""

    path: Path
    version: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What a register says of a version. `pending`: it will switch when its work or an open sale is done."""

    state: str
    pending: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """What a register has. `active`: the version it sells from; `state`: of the slot of the version that was asked for,
    in its words, or None when it has none.
    """

    active: int | None
    state: str | None


class RegisterWire:
    """One register at `lan_url`. `new_id` gives token ids, `seconds` the time since 1970."""

    def __init__(self, register: str, lan_url: str, sender: Sender, limits: Push, new_id: Callable[[], str]) -> None:
        self.register, self._url = register, lan_url.rstrip("/")
        self._sender, self._limits, self._new_id = sender, limits, new_id
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["User-Agent"] = "offline-kassa-head-office"
        self._keys = list(sender.keys())
        self._asked = len(self._keys) < 2  # whether it is known which of them the register believes

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def look(self, version: int) -> Seen:
        """What the register has. Raises Fault `unreachable`."""
        listing = self._exchange("GET", "/snapshots")
        active, slots = listing.get("active"), listing.get("slots")
        state = "GOOD" if active == version else None
        for slot in slots if isinstance(slots, list) else ():
            if state is None and isinstance(slot, dict) and slot.get("version") == version:
                state = str(slot.get("state"))
        return Seen(active if isinstance(active, int) else None, state)

    def send(self, container: Container, sent: Callable[[int], None]) -> Standing:
        """Push the file; `sent` is told how many bytes more have left. Raises Refused, Fault `unreachable`."""
        self._find_key()
        deadline = time.monotonic() + self._limits.transfer_budget_s
        with container.path.open("rb") as file:
            body = _Metered(file, container.path.stat().st_size, deadline, sent)
            headers = {"Content-Type": CONTENT_TYPE, **self._token(container.sha256)}
            standing = _standing(self._exchange("POST", "/snapshots", body, headers), pending=True)
        self._asked = len(self._keys) < 2  # the bundle may have told the register of the present key
        return standing

    def activate(self, version: int) -> Standing:
        """Sell from `version` now, or as soon as no sale is open. Again: the same."""
        self._find_key()
        body = json.dumps({"when": "now"}).encode()
        headers = {"Content-Type": "application/json", **self._token(sha256_hex(body))}
        answer = self._exchange("POST", f"/snapshots/{version}/activate", body, headers)
        return _standing(answer, pending=answer["_status"] == 202)

    def _find_key(self) -> None:
        """Ask for something that is not there: the refusal tells whether the token was believed."""
        if self._asked:
            return
        for key in list(self._keys):
            self._keys.remove(key)
            self._keys.insert(0, key)
            body = b'{"when": "now"}'
            headers = {"Content-Type": "application/json", **self._token(sha256_hex(body))}
            try:
                self._exchange("POST", "/snapshots/0/activate", body, headers)
            except Refused as refusal:
                if refusal.code == "token":
                    continue
            break
        self._asked = True

    def _token(self, body_hash: str) -> dict[str, str]:
        claims = Claims(self._sender.office_id, self.register, int(time.time()), self._new_id(), body_hash)
        return {"Authorization": f"Bearer {sign_token(self._keys[0], claims)}"}

    def _exchange(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        limits = self._limits
        try:
            with self._session.request(
                method,
                self._url + path,
                data=body,
                headers=headers,
                timeout=(limits.connect_timeout_s, limits.answer_timeout_s),
                allow_redirects=False,
                stream=True,
            ) as response:
                content = response.raw.read(_MAX_ANSWER_BYTES, decode_content=True)
                status = response.status_code
        except TimeoutError as error:
            raise Fault("unreachable", f"{self.register}: {error}") from error
        except (requests.RequestException, OSError) as error:
            raise Fault("unreachable", f"{self.register} cannot be reached: {_in_short(error)}") from error
        return _object(self.register, status, content)


class _Metered:
    """A file that tells how far it has been read, and stops when the transfer's time is over."""

    def __init__(self, file: IO[bytes], size: int, deadline: float, sent: Callable[[int], None]) -> None:
        self._file, self._size, self._deadline, self._sent = file, size, deadline, sent

    def __len__(self) -> int:
        return self._size

    def read(self, size: int = -1) -> bytes:
        if time.monotonic() > self._deadline:
            raise TimeoutError("the transfer took longer than it may")
        data = self._file.read(max(size, _SENT_AT_ONCE) if size >= 0 else size)
        self._sent(len(data))
        return data


def _object(register: str, status: int, content: bytes) -> dict[str, Any]:
    """The answer of a call that succeeded. Raises Refused with the register's code, or Fault `unreachable`."""
    try:
        answer = json.loads(content)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise Fault("unreachable", f"something that is not a register answered for {register} ({status})")
    if status in (200, 202):
        return {**answer, "_status": status}
    code, detail = answer.get("code"), answer.get("detail")
    if not isinstance(code, str):
        raise Fault("unreachable", f"{register} answered {status} without a reason")
    raise Refused(code, str(detail or code), answer.get("hint"), status=status)


def _standing(answer: dict[str, Any], pending: bool) -> Standing:
    state = answer.get("state")
    if not isinstance(state, str):
        raise Fault("unreachable", "the register's answer names no state")
    return Standing(state, pending)


def _in_short(error: BaseException) -> str:
    """What broke, without addresses of objects and pools."""
    while True:
        inner = getattr(error, "reason", None) or error.__cause__ or (error.args[0] if error.args else None)
        if not isinstance(inner, BaseException) or inner is error:
            return f"{type(error).__name__}: {error}"[:200]
        error = inner
