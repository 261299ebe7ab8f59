"""One kept connection to a till, with as little as possible between the clock and the service.

`http.client`, because a client such as requests costs as much as the till itself. Every call carries what the till's
own page sends: the session, a JSON body and an Idempotency-Key.
"""

from __future__ import annotations

import http.client
import json
import socket
import time
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_S = 60.0


class Line:
    """For one thread. `took` is the time of the last call, from the first byte out to the last byte in."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
        self._connection.connect()
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._headers = {"Content-Type": "application/json"}
        self.took = 0.0

    def post(self, path: str, body: Mapping[str, Any]) -> bytes:
        """The answer's bytes. Raises RuntimeError unless it is 200 or 201."""
        data = json.dumps(body).encode()
        headers = {**self._headers, "Idempotency-Key": str(uuid.uuid4())}
        return self._call("POST", path, data, headers)

    def get(self, path: str) -> bytes:
        """As `post`."""
        return self._call("GET", path, None, self._headers)

    def put(self, path: str, body: Mapping[str, Any]) -> bytes:
        """As `post`."""
        return self._call("PUT", path, json.dumps(body).encode(), self._headers)

    def sign_in(self, cashier: str, pin: str) -> None:
        """Every later call goes with this session."""
        session = json.loads(self.post("/session", {"cashier": cashier, "pin": pin}))
        self._headers["Authorization"] = f"Bearer {session['token']}"

    def close(self) -> None:
        self._connection.close()

    def _call(self, method: str, path: str, data: bytes | None, headers: dict[str, str]) -> bytes:
        connection = self._connection
        began = time.perf_counter()
        connection.request(method, path, data, headers)
        response = connection.getresponse()
        answer = response.read()
        self.took = time.perf_counter() - began
        if response.status not in (200, 201):
            raise RuntimeError(f"{method} {path} was answered {response.status}: {answer[:400]!r}")
        return answer


class Cashier:
    """Sells over a line; each verb is one call."""

    def __init__(self, line: Line) -> None:
        self.line = line

    def begin(self, cashier: str, pin: str) -> None:
        """Sign in, and open a shift unless one is open."""
        self.line.sign_in(cashier, pin)
        try:
            self.line.get("/shifts/current")
        except RuntimeError:
            self.line.post("/shifts", {"opening_float": 10_000})

    def start(self) -> str:
        """The new sale's id."""
        sale_id: str = json.loads(self.line.post("/sales", {}))["id"]
        return sale_id

    def scan(self, sale_id: str, code: str) -> float:
        """The seconds that it took."""
        self.line.post(f"/sales/{sale_id}/lines", {"code": code})
        return self.line.took

    def pay_cash(self, sale_id: str) -> None:
        self.line.post(f"/sales/{sale_id}/tenders", {"type": "cash"})

    def complete(self, sale_id: str) -> float:
        """The seconds that it took."""
        self.line.post(f"/sales/{sale_id}/complete", {})
        return self.line.took
