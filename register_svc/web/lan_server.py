"""The LAN's listener: strangers are answered before their bytes are read, and nobody on the LAN can slow the till.

- A POST without head office's signature is refused (401) as soon as its headers are in; so are other methods (405), a
  body that is too long or of unknown length (413, 411), and one that the disk has no room for (409).
- Whatever costs time (a connection, a read, an answer) spends from one small budget. Beyond it the loop sleeps: the
  till shares this process and its interpreter lock. Head office's own uploads are read at full speed.
- A body goes to the data disk, synced while it is written, so that no commit of the till waits behind it.

Built on waitress: two threads, twenty connections, one request at a time on each.
"""

from __future__ import annotations

import functools
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.receiver import FixedStreamReceiver

from poscore.bundle import MAX_BUNDLE_BYTES
from poscore.errors import PosError, Refused
from poscore.http import problems
from register_svc.durable_files import SYNC_EVERY, free_bytes, sync
from register_svc.web.lan_app import PUSH_PATH, LanRegister, Sender, bearer
from register_svc.web.listener import Listener

THREADS = 2
CONNECTIONS = 20
# Without a budget twenty busy clients take every second slice of the interpreter from the till.
CPU_SHARE = 0.02
CPU_BURST_S = 0.1
ANSWERS_WHEN_FULL = 10
MAX_COMMAND_BYTES = 64 * 1024
MAX_HEADER_BYTES = 16 * 1024
# Of a refused body so much is read and thrown away, so that the client gets to see its answer.
LINGER_BYTES = 8 << 20
LINGER_S = 2.0
_TIMEOUT_S = 30
_RECV_BYTES = 256 * 1024
_METHODS = ("GET", "HEAD", "OPTIONS", "POST")
_STATUS = {"method-not-allowed": 405, "length-required": 411}
_NAP_S = 0.02
_IDLE_S = 1.0


def create_lan_server(app: Any, register: LanRegister) -> LanServer:
    """The listener of `app` where the settings say, bound and not yet running."""
    lan = register.settings.lan
    incoming = register.directory / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    return LanServer(app, lan.host, lan.port, Gate(register.sender, incoming))


class Gate:
    """What may come in at all, judged by the headers alone. `incoming`: the folder on the data disk for bodies."""

    def __init__(self, sender: Sender, incoming: Path) -> None:
        self._sender, self.incoming = sender, incoming

    def judge(self, request: LanParser) -> None:
        """Raises PosError for a request whose body shall not be read."""
        length = request.content_length
        if request.command not in _METHODS:
            raise Refused("method-not-allowed", f"{request.command} is not for this service")
        if request.chunked:
            raise Refused("length-required", "a body comes with its Content-Length")
        if request.command != "POST":
            if length:
                raise Refused("too-large", f"{request.command} takes no body")
            return
        self._sender.read(bearer(request.headers.get("AUTHORIZATION", "")))
        if not length and request.path == PUSH_PATH:
            raise Refused("length-required", "a bundle comes with its Content-Length")
        if length > (MAX_BUNDLE_BYTES if request.path == PUSH_PATH else MAX_COMMAND_BYTES):
            raise Refused("too-large", f"{length} bytes are more than this takes")
        if free_bytes(self.incoming) < 2 * length:
            raise Refused("space", "the register's disk has no room for this", "Free some space, then send it again.")


class Budget:
    """Seconds of processor time: `share` of each second, with `burst_s` in hand. It may be overdrawn, then it is shut.

    `now`: a clock that only runs forward. `used`: the processor time of the thread that spends.
    """

    def __init__(
        self,
        share: float = CPU_SHARE,
        burst_s: float = CPU_BURST_S,
        now: Callable[[], float] = time.monotonic,
        used: Callable[[], float] = time.thread_time,
    ) -> None:
        self._share, self._burst_s, self._now, self._used = share, burst_s, now, used
        self._left_s, self._at = burst_s, now()

    def is_open(self) -> bool:
        now = self._now()
        self._left_s = min(self._burst_s, self._left_s + (now - self._at) * self._share)
        self._at = now
        return self._left_s > 0

    @contextmanager
    def spent(self) -> Iterator[None]:
        """What the block takes is taken from the budget; ask `is_open` before."""
        began = self._used()
        try:
            yield
        finally:
            self._left_s -= self._used() - began

    def wait_s(self) -> float:
        """How long a loop may sleep: until something can be done again, in naps that are worth waking up for."""
        return _IDLE_S if self.is_open() else max(_NAP_S, -self._left_s / self._share)


class LanParser(HTTPRequestParser):  # type: ignore[misc]
    """Reads one request; judged when its headers are in. What a client sends beyond it (pipelining) is dropped."""

    def __init__(self, adjustments: Adjustments, gate: Gate) -> None:
        super().__init__(adjustments)
        self._gate = gate
        self._judged = False
        self.error: Any = None
        self.began = time.time()
        self.admitted = False  # its body is head office's own
        self.unread = False  # it was refused, and a body may still be on its way

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if (self.headers_finished or self.completed) and not self._judged and not self.empty:
            self._judged = True
            self._judge()
        if self.completed and consumed < len(data):
            self.headers["CONNECTION"] = "close"
            return len(data)
        return consumed

    def _judge(self) -> None:
        if self.error is not None:
            self._refuse(Refused("bad-request", self.error.body), self.error.code)
            return
        try:
            self._gate.judge(self)
        except PosError as error:
            self._refuse(error)
        else:
            self.admitted = self.content_length > 0
            if self.admitted:
                self.body_rcv = FixedStreamReceiver(self.content_length, _Spool(self._gate.incoming))

    def _refuse(self, error: PosError, status: int | None = None) -> None:
        self.unread = self.chunked or self.content_length > 0
        self.error = _Refusal(error, status)
        self.completed = True
        self.expect_continue = False


class LanChannel(HTTPChannel):  # type: ignore[misc]
    """One connection. Everything that it makes the loop do is spent from the budget, but for an admitted body."""

    def __init__(self, server: LanServer, sock: socket.socket, addr: Any, adj: Adjustments, map: Any = None) -> None:
        self._linger_until: float | None = None
        self._linger_left = LINGER_BYTES
        self._answers = 0
        self._unread = False
        self.is_due = False  # its request is complete, and to be answered in the loop itself
        self.parser_class = functools.partial(LanParser, gate=server.gate)
        super().__init__(server, sock, addr, adj, map=map)

    def readable(self) -> bool:
        if self._linger_until is not None:
            if time.monotonic() > self._linger_until:
                self.will_close = True
                return False
            return bool(self.server.budget.is_open())
        return bool(super().readable()) and (self._is_admitted() or self.server.budget.is_open())

    def _is_admitted(self) -> bool:
        return self.request is not None and self.request.admitted

    def handle_read(self) -> None:
        if self._is_admitted():
            super().handle_read()
            return
        if not self.server.budget.is_open():  # spent by a connection before this one; it is read in a later round
            return
        with self.server.budget.spent():
            if self._linger_until is not None:
                self._throw_away()
                return
            super().handle_read()
            if self.is_due:
                self.is_due = False
                self.service()
        self.server.put_last(self)

    def service(self) -> None:
        """Answer the request that stands first."""
        request = self.requests[0]
        self._unread = getattr(request, "unread", False)
        self._answers += 1
        if self._answers >= ANSWERS_WHEN_FULL and self.server.is_full():  # somebody may be waiting for this place
            request.headers["CONNECTION"] = "close"
        super().service()

    def handle_write(self) -> None:
        if self.socket is None:  # a reset came in the same round
            return
        if self._unread and self.close_when_flushed:
            self._flush_exception(self._flush_some)
            if not self.connected:
                return
            if not self.will_close:
                if not self.total_outbufs_len:
                    self._linger()
                return
        super().handle_write()

    def _linger(self) -> None:
        """Close our half, and read on for a moment: closing at once would destroy the answer on its way."""
        self.close_when_flushed = False
        self._linger_until = time.monotonic() + LINGER_S
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self.will_close = True

    def _throw_away(self) -> None:
        data = self.recv(_RECV_BYTES)
        self._linger_left -= len(data)
        if not data or self._linger_left <= 0:
            self.handle_close()


class LanServer(Listener):
    """`run` serves until `close`."""

    channel_class = LanChannel
    next_channel_cleanup = 0.0

    def __init__(self, app: Any, host: str, port: int, gate: Gate, budget: Budget | None = None) -> None:
        self.gate, self.budget = gate, budget or Budget()
        adjustments = Adjustments(
            host=host,
            port=port,
            threads=THREADS,
            channel_timeout=_TIMEOUT_S,
            cleanup_interval=_TIMEOUT_S // 3,
            recv_bytes=_RECV_BYTES,
            max_request_header_size=MAX_HEADER_BYTES,
            max_request_body_size=MAX_BUNDLE_BYTES + 1,  # waitress refuses at its limit, not above
            ident=None,
            clear_untrusted_proxy_headers=True,
        )
        super().__init__(app, adjustments)

    def wait_s(self) -> float:
        return self.budget.wait_s()

    def is_full(self) -> bool:
        return len(self.active_channels) >= CONNECTIONS

    def readable(self) -> bool:
        """Whether to accept. Asked before each sleep, so the timeouts are looked after here, as waitress does."""
        now = time.time()
        if now >= self.next_channel_cleanup:
            self.next_channel_cleanup = now + self.adj.cleanup_interval
            self.maintenance(now)
        return bool(self.accepting) and not self.is_full() and self.budget.is_open()

    def handle_accept(self) -> None:
        with self.budget.spent():
            super().handle_accept()
        self.put_last(self)

    def put_last(self, one: Any) -> None:
        """Let the others go first in the next round: a poll tells of sockets in the order of the map."""
        if self._map.pop(one._fileno, None) is not None:
            self._map[one._fileno] = one

    def add_task(self, channel: LanChannel) -> None:
        """Head office's calls go to the threads. A refusal or an open page takes less time than handing it over."""
        request = channel.requests[0]
        if request.error is None and request.command == "POST":
            super().add_task(channel)
        else:
            channel.is_due = True

    def maintenance(self, now: float) -> None:
        """Close idle connections, and those that take more than the timeout to say what they want."""
        super().maintenance(now)
        for channel in list(self.active_channels.values()):
            request = channel.request
            if request is not None and not request.headers_finished and request.began < now - _TIMEOUT_S:
                channel.will_close = True


class _Spool:
    """A body on its way, as waitress's receiver wants it: unnamed, on the data disk, synced while it is written."""

    def __init__(self, folder: Path) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - close() closes it
        self._length = self._unsynced = 0

    def __len__(self) -> int:
        return self._length

    def append(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            written = self._file.write(view)
            view = view[written:]
        self._length += len(data)
        self._unsynced += len(data)
        if self._unsynced >= SYNC_EVERY:
            sync(self._file)
            self._unsynced = 0

    def getfile(self) -> IO[bytes]:
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        self._file.close()


class _Refusal:
    """An answer made without the app, in the form that waitress's error task asks for."""

    def __init__(self, error: PosError, status: int | None) -> None:
        self._error, self._status = error, status or _STATUS.get(error.code) or problems.status_of(error)

    def to_response(self, _ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        error = self._error
        response = problems.problem(self._status, error.code, error.detail, error.hint)
        response.headers["Cache-Control"] = "no-store"
        if self._status == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
        elif self._status == 405:
            response.headers["Allow"] = ", ".join(_METHODS)
        return response.status, list(response.headers), response.get_data()
