"""Where head office reaches this register, as far as this machine can tell."""

from __future__ import annotations

import socket
from typing import Any
from urllib.parse import urlsplit

from register_svc.settings import Settings

_ANY_ADDRESS = frozenset({"0.0.0.0", "::"})


def lan_url(settings: Settings, port: int | None = None) -> str:
    """The LAN listener's address: what the settings say, or this machine's address on the way to head office.

    `port`: the one in use, when the settings leave it open; without it the address has none, until a check-in tells it.
    """
    if settings.lan.url:
        return settings.lan.url
    host = settings.lan.host
    if host in _ANY_ADDRESS:
        host = own_address(settings.head_office.url)
    number = port or settings.lan.port
    return f"http://{f'[{host}]' if ':' in host else host}" + (f":{number}" if number else "")


def own_address(towards: str) -> str:
    """This machine's address on the way to `towards`, by the routing table; nothing is sent."""
    parts = urlsplit(towards)
    for family, address in _addresses(parts.hostname or "", parts.port or 80):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect(address)
                return str(probe.getsockname()[0])
        except OSError:
            continue
    return "127.0.0.1"


def _addresses(host: str, port: int) -> list[tuple[int, Any]]:
    try:
        return [(int(found[0]), found[4]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)]
    except OSError:
        return []
