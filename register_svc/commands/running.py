"""Ask the service that runs on a folder, over loopback, with the key that only the register's user can read.

`addresses.json` says where it listens; `control.key` is made anew at each start. A folder on which no service runs is
worked on under its lock instead.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from poscore.errors import Fault, PosError, Refused
from register_svc.durable_files import FolderLock, replace_file

ADDRESSES_FILE, KEY_FILE, KEY_HEADER = "addresses.json", "control.key", "X-Register-Key"
_TIMEOUT_S = 600.0  # a first backup of a year's journal takes minutes on a slow disk


def note_addresses(directory: Path, till_url: str, lan_url: str) -> None:
    """Say where the service listens; called once it does."""
    replace_file(directory / ADDRESSES_FILE, json.dumps({"till": till_url, "lan": lan_url}).encode())


def lock_or_none(directory: Path) -> FolderLock | None:
    """The folder's lock, or None while a service (or another command) has it."""
    try:
        return FolderLock(directory)
    except Refused:
        return None


def ask(directory: Path, method: str, path: str, timeout_s: float = _TIMEOUT_S) -> Any:
    """The running service's answer. Raises Fault `not-answering`, or the service's own refusal."""
    try:
        till = json.loads((directory / ADDRESSES_FILE).read_text(encoding="utf-8"))["till"]
        key = (directory / KEY_FILE).read_text(encoding="ascii")
    except (OSError, ValueError, KeyError) as error:
        raise Fault("not-answering", f"it is not known where the service listens: {error}") from None
    import http.client  # not for a service that only notes its addresses

    connection = http.client.HTTPConnection(urlsplit(till).netloc, timeout=timeout_s)
    try:
        connection.request(method, path, headers={KEY_HEADER: key})
        response = connection.getresponse()
        answer = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        hint = "It may be starting; try again, and see logs/register.log."
        raise Fault("not-answering", f"the service on {till} does not answer: {error}", hint) from None
    finally:
        connection.close()
    if response.status < 400:
        return answer
    raise _as_error(response.status, answer)


def _as_error(status: int, problem: Any) -> PosError:
    wire = problem if isinstance(problem, dict) else {}
    kind = Fault if status >= 500 else Refused
    return kind(str(wire.get("code", "refused")), str(wire.get("detail", f"status {status}")), wire.get("hint"))
