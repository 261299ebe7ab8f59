"""Every call from the register to head office goes through here.

- A call ends within its budget, whatever the line does (`budget.Budget`); nothing is retried but a wrong clock.
- What comes back is one of three: the answer; Refused `head-office-refused` (it answered no: asking again the same way
  is no use); Fault `head-office-unreachable` (it did not answer, or is broken: ask again later).
- Calls are signed by the register's key, in head office's time. A 401 that names the time is believed once, and the
  call is signed anew.
- Nothing that can be read on the way leaves this machine, unless the settings say so.

    client.upload(Parcel.pack(epoch, signed_head, rows)) -> UploadAnswer
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import orjson

from poscore.bundle import BUNDLE_TOKEN
from poscore.canonical import sha256_hex
from poscore.errors import Fault, Refused
from register_svc.head_office.answers import CheckInAnswer, UploadAnswer
from register_svc.head_office.budget import Breaker, Budget, unreachable
from register_svc.head_office.clock import OfficeClock
from register_svc.head_office.line import Call, Line, Patience, Response, Stream, Taker, nothing
from register_svc.head_office.parcel import Parcel
from register_svc.identity import Identity
from register_svc.settings import HeadOffice, is_plain_off_loopback

if TYPE_CHECKING:
    from poscore.tokens import SigningKey

T = TypeVar("T")

PROBE_S = 2.0  # a cashier waits for it when going ONLINE
CHECK_IN_S = 10.0
AUTHORIZATION_S = 3.0  # a customer waits at the counter for it
FETCH_READ_S = 30.0  # how long a bundle may stand still on its way; how long it takes as a whole is the line's matter
UPLOAD_S = 30.0  # a full batch is about 1 MB when compressed: 20 s on a line of half a megabit
_JSON = (("Content-Type", "application/json"),)
_CONNECT_S = 2.0  # TCP sends its first packet again after 1 s; a line that needs a third is no line


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    signed: bool = True
    meanwhile: Callable[[], None] = nothing


@dataclass(frozen=True, slots=True)
class _Reply:
    status: int
    wire: dict[str, Any]
    retry_after_s: float | None


class HeadOfficeClient:
    """`new_id` gives a fresh token id. Raises Refused `plain-http` for an address that the settings do not allow."""

    def __init__(self, at: HeadOffice, identity: Identity, clock: OfficeClock, new_id: Callable[[], str]) -> None:
        check_transport(at)
        self._line = Line(at.url)
        self._identity = identity
        self._clock = clock
        self._new_id = new_id
        self._lock = threading.Lock()
        self._keys: dict[int, SigningKey] = {}
        self._budget = Budget()
        self.breaker = Breaker()

    def probe(self, budget_s: float = PROBE_S) -> None:
        """Ask whether head office is ready. Says nothing about whether it knows this register."""
        reply = self._budget.within(
            budget_s, lambda: self._exchange(_Request("GET", "/readyz", signed=False), budget_s)
        )
        if reply.status != 200:
            raise unreachable(f"head office answered {reply.status} to the probe")
        self.breaker.succeeded()

    def check_in(self, report: dict[str, Any], budget_s: float = CHECK_IN_S) -> CheckInAnswer:
        """Tell head office how this register is; also the proof that it knows the register."""
        path = f"/api/registers/{quote(self._identity.register)}/check-in"
        wire = self._ask(_Request("POST", path, orjson.dumps(report), _JSON), budget_s)
        answer = CheckInAnswer.from_wire(wire)
        self._clock.learn(answer.now)
        return answer

    def upload(
        self, parcel: Parcel, budget_s: float = UPLOAD_S, meanwhile: Callable[[], None] = nothing
    ) -> UploadAnswer:
        """Send records; the answer says what head office has of them. Sending them again does no harm.

        `meanwhile` is done while head office works on them; it must be short, and raise nothing.
        """
        self.breaker.enter()
        path = f"/api/registers/{quote(self._identity.register)}/journal"
        request = _Request("POST", path, parcel.body, parcel.headers, meanwhile=meanwhile)
        return UploadAnswer.from_wire(self._ask(request, budget_s))

    def receipt(self, receipt_no: str, budget_s: float = AUTHORIZATION_S) -> dict[str, Any]:
        """A sale of any register, to be returned here."""
        self.breaker.enter()
        path = f"/api/registers/{quote(self._identity.register)}/receipts/{quote(receipt_no, safe='')}"
        return self._ask(_Request("GET", path), budget_s)

    def fetch_bundle(self, take: Taker[T], is_stopping: Callable[[], bool]) -> T:
        """The bundle that a check-in offered, handed to `take` with head office's token over it, as it comes.

        Raises as every call does; `retry_after_s` when head office says when to come again. What `take` raises.
        """
        path = f"/api/registers/{quote(self._identity.register)}/bundle"

        def taken(stream: Stream, length: int | None, token: str) -> T:
            return take(_Stoppable(stream, is_stopping), length, token)

        answer = self._download(path, taken)
        if isinstance(answer, Response) and self._is_told_the_time(_reply(answer)):
            answer = self._download(path, taken)
        if not isinstance(answer, Response):
            return answer
        _accepted(_reply(answer))
        raise unreachable("head office gave no bundle")

    def _download(self, path: str, take: Taker[T]) -> T | Response:
        call = Call("GET", path, b"", self._headers(_Request("GET", path)))
        return self._line.download(call, Patience(_CONNECT_S, FETCH_READ_S), BUNDLE_TOKEN, take)

    def claim_return(self, claim: dict[str, Any], budget_s: float = AUTHORIZATION_S) -> dict[str, Any]:
        """Hold what is about to come back. The same claim again is the same claim."""
        self.breaker.enter()
        return self._ask(_Request("POST", "/api/returns/claims", orjson.dumps(claim), _JSON), budget_s)

    def release_return(self, id: str, revision: int, budget_s: float = AUTHORIZATION_S) -> dict[str, Any]:
        """Let go of a claim."""
        self.breaker.enter()
        path = f"/api/returns/claims/{quote(id, safe='')}/release"
        return self._ask(_Request("POST", path, orjson.dumps({"revision": revision}), _JSON), budget_s)

    def authorize(self, wanted: dict[str, Any], budget_s: float = AUTHORIZATION_S) -> dict[str, Any]:
        """Whether a customer may pay so much. The same asking again is the same asking."""
        self.breaker.enter()
        return self._ask(_Request("POST", "/api/authorizations", orjson.dumps(wanted), _JSON), budget_s)

    def authorization(self, id: str, budget_s: float = AUTHORIZATION_S) -> dict[str, Any]:
        """What was answered to an asking."""
        self.breaker.enter()
        return self._ask(_Request("GET", f"/api/authorizations/{quote(id, safe='')}"), budget_s)

    def release_authorization(self, id: str, budget_s: float = AUTHORIZATION_S) -> dict[str, Any]:
        """Let go of what is held under this id, or would be."""
        self.breaker.enter()
        path = f"/api/authorizations/{quote(id, safe='')}/release"
        return self._ask(_Request("POST", path, b"{}", _JSON), budget_s)

    def signing_key(self, epoch: int) -> SigningKey:
        """The key of an epoch, loaded once. Raises Fault `key-missing`."""
        with self._lock:
            if epoch not in self._keys:
                self._keys[epoch] = self._identity.signing_key(epoch)
            return self._keys[epoch]

    def _ask(self, request: _Request, budget_s: float) -> dict[str, Any]:
        """The answer of a call that succeeded; keeps the breaker."""
        try:
            reply = self._budget.within(budget_s, lambda: self._in_office_time(request, budget_s))
            wire = _accepted(reply)
        except Fault:
            self.breaker.failed()
            raise
        except Refused:
            self.breaker.succeeded()
            raise
        self.breaker.succeeded()
        return wire

    def _in_office_time(self, request: _Request, budget_s: float) -> _Reply:
        reply = self._exchange(request, budget_s)
        return self._exchange(request, budget_s) if self._is_told_the_time(reply) else reply

    def _is_told_the_time(self, reply: _Reply) -> bool:
        """Whether head office refused our clock and told its own, which is believed from now on."""
        if reply.status == 401 and reply.wire.get("code") == "clock" and "now" in reply.wire:
            self._clock.learn(reply.wire["now"])
            return True
        return False

    def _headers(self, request: _Request) -> dict[str, str]:
        headers = {"Accept": "application/json", "User-Agent": "offline-kassa-register", **dict(request.headers)}
        if request.signed:
            headers["Authorization"] = f"Bearer {self._token(request.body)}"
        return headers

    def _exchange(self, request: _Request, budget_s: float) -> _Reply:
        headers = self._headers(request)
        patience = Patience(min(_CONNECT_S, budget_s), budget_s)
        response = self._line.exchange(
            Call(request.method, request.path, request.body, headers, request.meanwhile), patience
        )
        return _reply(response)

    def _token(self, body: bytes) -> str:
        from poscore.tokens import Claims, sign_token

        issued_at = int(self._clock.corrected().timestamp())
        identity = self._identity
        claims = Claims(identity.register, identity.audience, issued_at, self._new_id(), sha256_hex(body))
        return sign_token(self.signing_key(identity.epoch), claims)

    def close(self) -> None:
        """End every call that is under way."""
        self._budget.close()
        self._line.close()


class _Stoppable:
    """A body that is not read to its end when the register stops."""

    def __init__(self, stream: Stream, is_stopping: Callable[[], bool]) -> None:
        self._stream, self._is_stopping = stream, is_stopping

    def read(self, size: int, /) -> bytes:
        if self._is_stopping():
            raise unreachable("the register is stopping")
        return self._stream.read(size)


def check_transport(at: HeadOffice) -> None:
    """Raises Refused `plain-http` when anybody on the way could read along and the settings do not allow that."""
    if is_plain_off_loopback(at.url) and not at.allow_plain_http:
        hint = "Use https, or set allow_plain_http = true in settings.toml if the line itself is protected."
        raise Refused("plain-http", f"{at.url} is not encrypted", hint)


def _reply(response: Response) -> _Reply:
    return _Reply(response.status, _object(response.body), response.retry_after_s)


def _accepted(reply: _Reply) -> dict[str, Any]:
    """The answer's object. Raises Fault or Refused as the status says."""
    if reply.status in (200, 201):
        return reply.wire
    code = reply.wire.get("code")
    said = f"{reply.status} {code or ''}".strip()
    if reply.status >= 500 or reply.status in (408, 429) or not isinstance(code, str):
        raise unreachable(f"head office answered {said}", answered=reply.status, retry_after_s=reply.retry_after_s)
    hint = "Head office knows why: see this register on its fleet page. A revoked register must be enrolled anew."
    detail = f"head office refused: {reply.wire.get('detail') or said}"
    raise Refused("head-office-refused", detail, hint, answered=reply.status, reason=code)


def _object(content: bytes) -> dict[str, Any]:
    """Head office answers JSON objects. Anything else is somebody else answering in its place."""
    try:
        wire = orjson.loads(content)
    except orjson.JSONDecodeError:
        wire = None
    if not isinstance(wire, dict):
        raise unreachable("something that is not head office answered")
    return wire
