"""HTTP to head office over kept connections, by the standard library alone.

`requests` would cost a till 6 MB and a tenth of a second at every start, for pools, proxies and cookies that nothing
here uses. What is needed of it stands here:

- A connection that head office has closed meanwhile is noticed, and the call goes over a new one. Nothing else is
  retried: a call that was lost is its caller's to repeat.
- Certificates are checked against this system's own store, where a chain's own CA is installed. No proxy is used.
- Nothing is redirected: head office sends nobody elsewhere, but a hotel's sign-in page does.
"""

from __future__ import annotations

import select
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar
from urllib.parse import urlsplit

from register_svc.head_office.budget import unreachable

if TYPE_CHECKING:
    # imported below where a call is made: TLS and a parser of e-mail, 15 ms that a starting register need not pay
    import http.client

T = TypeVar("T")

_MAX_IDLE = 4
_MAX_ANSWER_BYTES = 4 << 20

# How a connection ends that was closed while it lay idle. http.client's RemoteDisconnected is a ConnectionResetError.
_CLOSED_MEANWHILE = (ConnectionResetError, BrokenPipeError)


def nothing() -> None:
    """There is nothing to do meanwhile."""


@dataclass(frozen=True, slots=True)
class Call:
    """`path` follows the address's own path. `meanwhile`: done between the call's last byte and its answer's first."""

    method: str
    path: str
    body: bytes
    headers: Mapping[str, str]
    meanwhile: Callable[[], None] = nothing


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: bytes
    retry_after_s: float | None


class Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


# What takes a body while it comes: the stream, its length if it says one, and the header that was asked for.
Taker = Callable[[Stream, int | None, str], T]


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds for connecting, and for each read after it. A whole call's time is bounded by `budget.Budget`."""

    connect_s: float
    read_s: float


class Line:
    """`url`: head office's address; a path in it stands before every call's own."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._secure = parts.scheme == "https"
        self._host, self._port, self._prefix = parts.hostname or "", parts.port, parts.path.rstrip("/")
        self._lock = threading.Lock()
        self._idle: list[http.client.HTTPConnection] = []

    def exchange(self, call: Call, patience: Patience) -> Response:
        """One exchange. Raises Fault `head-office-unreachable`."""
        import http.client

        kept = self._kept()
        try:
            if kept is not None:
                try:
                    return self._over(kept, call, patience)
                except _CLOSED_MEANWHILE:
                    pass
            return self._over(self._new(patience), call, patience)
        except (OSError, http.client.HTTPException, ValueError) as error:
            said = f"{type(error).__name__}: {error}".removesuffix(": ")
            raise unreachable(f"head office cannot be reached: {said[:200]}") from error

    def download(self, call: Call, patience: Patience, header: str, take: Taker[T]) -> T | Response:
        """The body of a 200 handed to `take` as it comes, with `header`; any other answer whole.

        Over a connection of its own, which ends with it. Raises Fault `head-office-unreachable`, and as `take` does.
        """
        import http.client

        connection = self._new(patience)
        try:
            connection.connect()
            connection.sock.settimeout(patience.read_s)
            connection.request(call.method, self._prefix + call.path, call.body or None, dict(call.headers))
            answer = connection.getresponse()
            if answer.status == 200:
                return take(_Cut(answer), answer.length, answer.headers.get(header, ""))
            content = answer.read(_MAX_ANSWER_BYTES)
            return Response(answer.status, content, _seconds(answer.headers.get("Retry-After")))
        except (OSError, http.client.HTTPException, ValueError) as error:
            said = f"{type(error).__name__}: {error}".removesuffix(": ")
            raise unreachable(f"head office cannot be reached: {said[:200]}") from error
        finally:
            connection.close()

    def close(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _over(self, connection: http.client.HTTPConnection, call: Call, patience: Patience) -> Response:
        try:
            if connection.sock is None:
                connection.connect()
            connection.sock.settimeout(patience.read_s)
            connection.request(call.method, self._prefix + call.path, call.body or None, dict(call.headers))
            call.meanwhile()
            answer = connection.getresponse()
            content = answer.read(_MAX_ANSWER_BYTES + 1)
            if len(content) > _MAX_ANSWER_BYTES:
                raise ValueError("the answer is larger than head office ever gives")
        except BaseException:
            connection.close()
            raise
        response = Response(answer.status, content, _seconds(answer.headers.get("Retry-After")))
        self._keep(connection)
        return response

    def _kept(self) -> http.client.HTTPConnection | None:
        """A connection that still stands, or None."""
        while True:
            with self._lock:
                if not self._idle:
                    return None
                connection = self._idle.pop()
            # Nothing is on its way to us between two calls but the end of the connection.
            if connection.sock is not None and not select.select([connection.sock], [], [], 0)[0]:
                return connection
            connection.close()

    def _keep(self, connection: http.client.HTTPConnection) -> None:
        if connection.sock is None:  # head office asked to close it
            return
        with self._lock:
            if len(self._idle) < _MAX_IDLE:
                self._idle.append(connection)
                return
        connection.close()

    def _new(self, patience: Patience) -> http.client.HTTPConnection:
        import http.client

        if not self._secure:
            return http.client.HTTPConnection(self._host, self._port, timeout=patience.connect_s)
        import ssl

        context = ssl.create_default_context()
        return http.client.HTTPSConnection(self._host, self._port, timeout=patience.connect_s, context=context)


class _Cut:
    """A body whose line may break: that is head office's trouble and not the disk's, whoever reads it."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self._answer = answer

    def read(self, size: int, /) -> bytes:
        import http.client

        try:
            data = self._answer.read(size)
        except (OSError, http.client.HTTPException) as error:
            raise unreachable(f"the line broke while a bundle came: {error}") from error
        if not data and self._answer.length:
            raise unreachable(f"the line broke {self._answer.length} bytes before a bundle's end")
        return data


def _seconds(retry_after: str | None) -> float | None:
    return float(retry_after) if retry_after and retry_after.isdecimal() and len(retry_after) < 6 else None
