"""The till's listener from its first moment: /health is answered while the rest of the till is still being loaded.

- The register stands by then: its databases are open, its catalogue is in use, its checks are real. The list names the
  loading as a warning until it is over.
- Everything else waits for the whole till and is answered by it, also a call for /health that is not the plain one of
  this machine. Nothing is sold, refused or shown by half a till.

    opening = Opening(register.health)
    server = create_server(opening, …)
    opening.complete(build_till_app(register))

Nothing here imports Flask or pydantic: they are what is being loaded.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any, Protocol

from poscore.headers import NOT_KEPT, SECURITY_HEADERS
from register_svc.health import WARN, Check, Health

_LOADING = Check("till", WARN, "is still being loaded", "Wait a moment.")
_HEADERS = (("Content-Type", "application/json"), *SECURITY_HEADERS, NOT_KEPT)
# Not every name of this machine, but what is surely one: the whole till judges the others.
_HOSTS = frozenset({"127.0.0.1", "localhost"})


class App(Protocol):
    """A WSGI app."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]: ...


class Opening:
    """The WSGI app of the till's listener. `health` gets a check of it."""

    def __init__(self, health: Health) -> None:
        self._health = health
        self._whole: App | None = None
        self._completed = threading.Event()
        health.add("till", lambda: () if self._completed.is_set() else _LOADING)

    def complete(self, app: App) -> None:
        """From now on `app` answers, first what has waited for it."""
        self._whole = app
        self._completed.set()
        self._health.refresh()

    def abandon(self) -> None:
        """There will be no till: whoever waits for it is told so, and the listener can end."""
        self._completed.set()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if self._whole is None:
            if _asks_for_health(environ):
                return self._answer_health(start_response)
            self._completed.wait()
            if self._whole is None:
                start_response("503 Service Unavailable", [*SECURITY_HEADERS, NOT_KEPT, ("Content-Length", "0")])
                return ()
        return self._whole(environ, start_response)

    def _answer_health(self, start_response: Any) -> Iterable[bytes]:
        content = self._health.as_bytes()
        start_response("200 OK", [*_HEADERS, ("Content-Length", str(len(content)))])
        return (content,)


def _asks_for_health(environ: dict[str, Any]) -> bool:
    host, _, _ = environ.get("HTTP_HOST", "").partition(":")
    plain = environ["REQUEST_METHOD"] == "GET" and environ["PATH_INFO"] == "/health"
    return plain and host in _HOSTS and "HTTP_ORIGIN" not in environ
