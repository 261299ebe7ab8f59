"""A register's LAN app in miniature, over real HTTP: it takes bundles as told, and notes what it was sent.

It verifies the token as a register does, so that a push which signs wrongly fails here too. What it answers is the
test's to say: `lan.answers["POST /snapshots"] = [(409, {"code": "clock", …})]`; the last one stays, and None is
an answer as usual.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from poscore.errors import Untrusted
from poscore.tokens import verify_token

Reply = tuple[int, dict[str, Any]]


@dataclass
class Lan:
    """`active`: the version that it sells from; `switches`: each time it changed. `bundles`: hashes of what was pushed.

    `busy`: transfers now, and most at once.
    """

    register: str
    sender_key: dict[str, str]
    url: str = ""
    active: int | None = None
    switches: list[int] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    bundles: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)  # of every bundle that came, whatever was answered
    answers: dict[str, list[Reply | None]] = field(default_factory=dict)
    takes_s: float = 0.0
    busy: list[int] = field(default_factory=lambda: [0, 0])  # now, at most; shared between registers of a store
    lock: threading.Lock = field(default_factory=threading.Lock)

    def scripted(self, call: str) -> Reply | None:
        with self.lock:
            replies = self.answers.get(call)
            if not replies:
                return None
            return replies.pop(0) if len(replies) > 1 else replies[0]


@contextmanager
def lan_of(register: str, sender_key: dict[str, str], **changed: Any) -> Iterator[Lan]:
    lan = Lan(register, sender_key, **changed)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(lan))
    lan.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)  # ends as soon as it is told to
    thread.start()
    try:
        yield lan
    finally:
        server.shutdown()
        server.server_close()


def _handler(lan: Lan) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer leaves in one piece: in two, the second waits 40 ms for a delayed acknowledgement

        def do_GET(self) -> None:
            self._note()
            self._answer(lan.scripted(f"GET {self.path}") or (200, {"active": lan.active, "slots": []}))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._note()
            is_transfer = self.path == "/snapshots"
            with lan.lock:
                lan.sizes += [len(body)] * is_transfer
                lan.busy[0] += is_transfer
                lan.busy[1] = max(lan.busy)
            time.sleep(lan.takes_s)
            reply = self._judge(body) or lan.scripted(f"POST {self.path}") or self._take(body)
            with lan.lock:
                lan.busy[0] -= is_transfer
            self._answer(reply)

        def _judge(self, body: bytes) -> Reply | None:
            token = self.headers["Authorization"].removeprefix("Bearer ")
            try:
                claims = verify_token(token, lan.sender_key, lan.register)
            except Untrusted as error:
                return 401, {"code": "token", "detail": error.detail}
            if claims.body != hashlib.sha256(body).hexdigest():
                return 401, {"code": "token", "detail": "another body"}
            return None

        def _take(self, body: bytes) -> Reply:
            if self.path == "/snapshots":
                lan.bundles.append(hashlib.sha256(body).hexdigest())
                return 202, {"version": 0, "state": "BUILDING"}
            version = int(self.path.split("/")[2])
            if lan.active != version:
                lan.switches.append(version)
            lan.active = version
            return 200, {"version": lan.active, "state": "GOOD"}

        def _note(self) -> None:
            lan.calls.append(f"{self.command} {self.path}")

        def _answer(self, reply: Reply) -> None:
            status, content = reply
            data = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None: ...

    return Handler
