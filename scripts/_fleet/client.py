"""HTTP with JSON over one kept connection, with nothing between the caller and the service.

- A call that got no answer raises Lost: whether it was done is then unknown, and only a repeat with the same
  Idempotency-Key finds out.
- A connection that the service had closed while it was idle is opened anew once, for calls that may be repeated.

`http.client` because a till's client must not be slower than the till.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

KEY = "Idempotency-Key"


class Lost(Exception):
    """No answer came."""


class Unexpected(Exception):
    """The service answered something else than it should have."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`json` is None for an answer that is no JSON."""

    status: int
    json: Any
    headers: Mapping[str, str]
    asked: str

    @property
    def code(self) -> str | None:
        """The stable code of a problem, or None."""
        return self.json.get("code") if isinstance(self.json, dict) and self.status >= 400 else None

    def must(self, *statuses: int) -> Any:
        """The JSON of an answer with one of `statuses` (200 and 201 by default). Raises Unexpected."""
        if self.status not in (statuses or (200, 201)):
            raise Unexpected(f"{self.asked} was answered {self.status}: {json.dumps(self.json, ensure_ascii=False)}")
        return self.json


class Client:
    """`headers` go with every call. For one thread at a time."""

    def __init__(self, url: str, headers: Mapping[str, str] | None = None, timeout_s: float = 30.0) -> None:
        self.url = url.rstrip("/")
        self.headers = dict(headers or {})
        parts = urlsplit(self.url)
        if parts.scheme != "http" or parts.hostname is None:
            raise ValueError(f"{url} is not a plain http address")
        self._host, self._port = parts.hostname, parts.port or 80
        self._timeout_s = timeout_s
        self._connection: http.client.HTTPConnection | None = None

    def get(self, path: str) -> Any:
        return self.call("GET", path).must()

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("POST", path, {} if body is None else body, headers).must()

    def call(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        """One call and its answer, whatever its status. Raises Lost."""
        data = None if body is None else json.dumps(body).encode()
        sent = {**self.headers, **(headers or {})}
        if data is not None:
            sent["Content-Type"] = "application/json"
        asked = f"{method} {self.url}{path}"
        may_repeat = method in ("GET", "PUT", "DELETE") or KEY in sent
        if self._connection is not None and may_repeat:
            try:
                return self._exchange(method, path, data, sent, asked)
            except (ConnectionError, http.client.HTTPException):
                self.close()
        try:
            return self._exchange(method, path, data, sent, asked)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Lost(f"{asked}: {type(error).__name__}: {error}") from error

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(self, method: str, path: str, data: bytes | None, headers: Mapping[str, str], asked: str) -> Answer:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._host, self._port, timeout=self._timeout_s)
        self._connection.request(method, path, data, dict(headers))
        response = self._connection.getresponse()
        content = response.read()
        if response.will_close:
            self.close()
        is_json = response.headers.get_content_type().endswith("json")
        return Answer(response.status, json.loads(content) if is_json else None, dict(response.headers), asked)
