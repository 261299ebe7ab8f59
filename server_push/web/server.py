"""Head office's listener: waitress, one process, a few threads, many open connections.

The threads are few because one interpreter does the work anyway; registers that come home send batches, not calls.
"""

from __future__ import annotations

import gc
import logging
import signal
from collections.abc import Callable
from types import FrameType

from flask import Flask
from waitress.server import create_server

from poscore.errors import Fault
from server_push.settings import Serve
from server_push.web.bodies import MAX_BODY_BYTES

# Beyond this waitress refuses by itself; up to it the app does, with a problem that says why.
_MAX_REQUEST_BYTES = 4 * MAX_BODY_BYTES
_RECV_BYTES = 256 * 1024  # 8 KiB, the default, halves the speed of a large body
_CHANNEL_TIMEOUT_S = 60


def serve(app: Flask, settings: Serve, ready: Callable[[str], None]) -> None:
    """Answer until SIGTERM or SIGINT. `ready` gets the URL once it does. Raises Fault `port-taken`."""
    # It warns whenever more wait than there are threads, which a line of registers coming home is.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    try:
        server = create_server(
            app,
            host=settings.host,
            port=settings.port,
            threads=settings.threads,
            connection_limit=settings.connection_limit,
            max_request_body_size=_MAX_REQUEST_BYTES,
            recv_bytes=_RECV_BYTES,
            channel_timeout=_CHANNEL_TIMEOUT_S,
            ident=None,
        )
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise Fault("port-taken", f"nothing can listen on {where}: {error}", hint="choose another --port") from error
    _collect_rarely()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    ready(f"http://{settings.host}:{server.effective_port}")
    server.run()  # ends by SystemExit, having let running requests finish


def _collect_rarely() -> None:
    """Documents make no cycles, but by the tens of thousands they made the collector take a fifth of intake's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
