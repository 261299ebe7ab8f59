"""Run a register: two listeners over one Register, until somebody says stop.

- The till app listens on loopback and nowhere else; the LAN app where the settings say.
- The till's listener answers /health as soon as the register stands; the rest of the till is loaded meanwhile, and what
  is asked of it waits until it is there (`web.opening`).
- `ready TILL_URL LAN_URL` is printed once both answer all they know.
- SIGTERM and SIGINT end it in order; a kill ends it no worse, since everything that matters is on disk already.
"""

from __future__ import annotations

import gc
import json
import logging
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from waitress.adjustments import Adjustments

from poscore.errors import Fault
from register_svc.durable_files import FolderLock
from register_svc.heap import give_back_large_blocks
from register_svc.register import Register, build
from register_svc.web.listener import Listener
from register_svc.web.opening import App, Opening

_LOG = logging.getLogger("offline-kassa.service")

LOOPBACK = "127.0.0.1"
# A kiosk's browser opens six connections; a seventh thread is for a local command, an eighth for good measure.
_TILL_THREADS = 8
_FORGET_EVERY_S = 60.0
_ENDS_WITHIN_S = 10.0
# While the till is loaded, whoever asks how it is waits for the interpreter no longer than this each time, and has to
# five times for an answer. 5 ms is usual.
_SHARED_EVERY_S = 0.0005


def run(directory: Path, say_ready: Callable[[str, str], None]) -> None:
    """Serve the register in `directory` until SIGTERM or SIGINT. Raises Refused `already-running`."""
    lock = FolderLock(directory)
    try:
        register = build(directory, to_sell=True)
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        serve(register, say_ready, stopped)
    finally:
        lock.release()


def serve(register: Register, say_ready: Callable[[str, str], None], stopped: threading.Event) -> None:
    """Both listeners and the work in the background, until `stopped` is set. Turns the collector of garbage on."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it warns as soon as a browser opens six connections
    opening = Opening(register.health)
    servers = [till_server(register, opening)]
    listeners = [_listening(servers[0])]
    try:
        with _sharing():
            whole_till, lan = _load(register)
        till_url, lan_url = _url(servers[0]), _url(lan) if lan else ""
        register.addresses.update(till=till_url, lan=lan_url)
        register.start()
        opening.complete(whole_till)
        if lan is not None:
            servers.append(lan)
            listeners.append(_listening(lan))
        say_ready(till_url, lan_url)
        gc.collect()
        gc.freeze()  # what is loaded now stays: the collector need not look at it again while a customer waits
        gc.enable()
        give_back_large_blocks()
        while not stopped.wait(_FORGET_EVERY_S):
            register.forget_old_answers()
    finally:
        opening.abandon()
        for server in servers:
            server.close()
        for listener in listeners:
            listener.join(_ENDS_WITHIN_S)  # calls that have begun are answered before the files are closed
        register.stop()


def till_server(register: Register, app: App) -> Any:
    """`app` bound to the till's port on loopback, not yet running. Raises Fault `port-taken`."""
    port = register.settings.till.port
    try:
        return Listener(
            app,
            Adjustments(
                host=LOOPBACK, port=port, threads=_TILL_THREADS, ident=None, clear_untrusted_proxy_headers=True
            ),
        )
    except OSError as error:
        raise Fault(
            "port-taken", f"port {port} cannot be used: {error}", "See [till] port in settings.toml."
        ) from error


def _load(register: Register) -> tuple[App, Any | None]:
    """The whole till, and the LAN's listener. Flask, pydantic and all routes: half of the time that a start takes."""
    from register_svc.web.till_app import build_till_app

    return build_till_app(register)[0], _lan_server(register)


def _listening(server: Any) -> threading.Thread:
    thread = threading.Thread(target=server.run, name="listener", daemon=True)
    thread.start()
    return thread


@contextmanager
def _sharing() -> Iterator[None]:
    """The interpreter changes hands more often until the block ends."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_SHARED_EVERY_S)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


def _lan_server(register: Register) -> Any | None:
    """The LAN app bound; None when it cannot be: selling needs loopback alone, and the till's health list says so."""
    from register_svc.web.lan_app import build_lan_app
    from register_svc.web.lan_server import create_lan_server

    try:
        return create_lan_server(build_lan_app(register), register)
    except OSError as error:
        lan = register.settings.lan
        register.troubles["lan"] = f"{lan.host}:{lan.port} cannot be used ({error}): see [lan] in settings.toml"
        _LOG.exception("the LAN listener could not be started")
        return None


def _url(server: Any) -> str:
    host = LOOPBACK if server.effective_host in ("0.0.0.0", "::") else server.effective_host
    return f"http://{host}:{server.effective_port}"


def print_ready(till_url: str, lan_url: str, *, as_json: bool) -> None:
    """The one line that whoever started the service waits for."""
    click.echo(json.dumps({"till_url": till_url, "lan_url": lan_url}) if as_json else f"ready {till_url} {lan_url}")
