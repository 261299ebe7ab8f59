"""Enrolment: a one-time code makes this folder a register.

- The register makes its own key; it never leaves this machine. The code's secret is not sent either: both sides prove
  that they know it.
- Head office is believed when its proof holds and SHA-256 of its root begins as the code says. Nothing is written of
  an answer that fails.
- What is asked is saved before it is sent, so that the same command after a lost answer or a kill gets the same answer.
- What was answered is saved in one step; from then on the register is enrolled, and every later start finishes what a
  kill has interrupted (`finish`). Before it, nothing is.
- A folder that was enrolled before keeps its journal and its old keys, and begins a new epoch.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from poscore.enrolment import EnrolmentCode, head_office_proof, proofs_equal, register_proof
from poscore.errors import Fault, PosError, Refused, Untrusted
from register_svc.durable_files import replace_file, sync_directory
from register_svc.head_office.client import check_transport
from register_svc.head_office.line import Call, Line, Patience
from register_svc.head_office.world import World
from register_svc.identity import FILE_NAME as IDENTITY_FILE
from register_svc.identity import PENDING_FILE, EpochKey, Identity
from register_svc.settings import FILE_NAME as SETTINGS_FILE
from register_svc.settings import HeadOffice, Settings

ASKED, ANSWERED = "asked", "answered"

_CONNECT_S = 5.0
_ANSWER_S = 20.0  # a person waits, and a busy head office is better than a second code
_TRY_AGAIN = "Check the address and the network; the same command may be run again with the same code."


class UnsentJournal(Protocol):
    """What this folder's journal still holds for head office."""

    def unsent_records(self) -> int: ...

    def has_records(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Enrolled:
    store: str
    register: str
    epoch: int

    def to_wire(self) -> dict[str, Any]:
        return {"store": self.store, "register": self.register, "epoch": self.epoch}


@dataclass(frozen=True, slots=True)
class Wish:
    """What the technician asks for. `lan_url`: where head office will reach this register, as far as it is known."""

    code: str
    settings: Settings
    lan_url: str
    force: bool = False


def enrol(directory: Path, wish: Wish, journal: UnsentJournal, world: World) -> Enrolled:
    """Enrol the register in `directory`, or answer again what this code gave it.

    Raises Refused `code-invalid`, `plain-http`, `records-unsent`, `other-register`, `epoch-taken` or head office's own
    code; Untrusted `proof` or `root`; Fault `head-office-unreachable`.
    """
    code = EnrolmentCode.parse(wish.code)
    check_transport(wish.settings.head_office)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    finish(directory)
    before = _identity_before(directory)
    if before is not None and before.locator == code.locator:
        return Enrolled(before.store, before.register, before.epoch)
    if before is not None and not wish.force:
        _keep_what_is_unsent(journal)
    request, private_key = _saved_request(directory, code, wish, world)
    answer = _post(wish.settings.head_office, request)
    _believe(code, request, answer)
    identity = _identity_of(code, answer, private_key)
    if before is not None and journal.has_records():
        identity = _continued(before, identity)
    _save_answered(directory, identity, wish.settings)
    finish(directory)
    return Enrolled(identity.store, identity.register, identity.epoch)


def finish(directory: Path) -> None:
    """Complete an enrolment whose answer was saved. Every start calls it; it does nothing when there is nothing."""
    pending = _read_pending(directory)
    if pending is None or pending["state"] != ANSWERED:
        return
    replace_file(directory / SETTINGS_FILE, pending["settings"].encode(), mode=0o644)
    replace_file(directory / IDENTITY_FILE, pending["identity"].encode())
    (directory / PENDING_FILE).unlink()
    sync_directory(directory)


# -- what is asked -------------------------------------------------------------------------------------------------


def _saved_request(directory: Path, code: EnrolmentCode, wish: Wish, world: World) -> tuple[dict[str, Any], str]:
    """The request with its proof, and the private key: those of an earlier try with this code, or new and saved."""
    from poscore.tokens import SigningKey

    pending = _read_pending(directory)
    if pending is not None and pending["state"] == ASKED and pending["locator"] == code.locator:
        key, nonce = SigningKey.parse(pending["private_key"]), pending["nonce"]
    else:
        key, nonce = SigningKey.generate(), world.new_id()
        asked = {"state": ASKED, "locator": code.locator, "private_key": key.private_text, "nonce": nonce}
        _write_pending(directory, asked)
    request: dict[str, Any] = {
        "locator": code.locator,
        "public_key": key.public,
        "nonce": nonce,
        "lan_url": wish.lan_url,
        "clock": world.instant(),
    }
    return {**request, "proof": register_proof(code.mac_key, request)}, key.private_text


def _post(office: HeadOffice, request: dict[str, Any]) -> dict[str, Any]:
    line = Line(office.url)
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    call = Call("POST", "/api/enrolments", json.dumps(request).encode(), headers)
    try:
        response = line.exchange(call, Patience(_CONNECT_S, _ANSWER_S))
    except Fault as fault:
        raise Fault(fault.code, fault.detail, _TRY_AGAIN) from fault
    finally:
        line.close()
    try:
        answer = json.loads(response.body)
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise Fault("head-office-unreachable", f"{office.url} does not answer like a head office", _TRY_AGAIN)
    if response.status in (200, 201):
        return answer
    if isinstance(answer.get("code"), str) and response.status < 500:
        raise Refused(answer["code"], str(answer.get("detail") or answer["code"]), answer.get("hint"))
    raise Fault("head-office-unreachable", f"head office answered {response.status}", _TRY_AGAIN)


# -- what is answered ----------------------------------------------------------------------------------------------


def _believe(code: EnrolmentCode, request: dict[str, Any], answer: dict[str, Any]) -> None:
    """Raises Untrusted `proof` or `root` unless this answer is from who made the code."""
    hint = "Somebody else may be answering in head office's place. Ask for a new code, and check the address."
    said = {name: value for name, value in answer.items() if name != "proof"}
    asked = {name: value for name, value in request.items() if name != "proof"}
    try:
        expected = head_office_proof(code.mac_key, {"request": asked, "answer": said})
    except ValueError:
        raise Untrusted("proof", "the answer cannot be proved", hint) from None
    if not proofs_equal(expected, str(answer.get("proof", ""))):
        raise Untrusted("proof", "head office's proof does not hold", hint)
    if not isinstance(answer.get("root"), str) or not code.fits_root(answer["root"].encode()):
        raise Untrusted("root", "the root of trust is not the one that this code was made for", hint)


def _identity_of(code: EnrolmentCode, answer: dict[str, Any], private_key: str) -> Identity:
    """Raises Fault `answer-invalid`: proved, and yet not usable."""
    try:
        return Identity(
            store=answer["store"],
            register=answer["register"],
            epoch=answer["epoch"],
            chain=answer["chain"],
            store_name=answer["store_name"],
            time_zone=answer["time_zone"],
            audience=answer["audience"],
            sender_key=answer["sender_key"],
            root_v1=answer["root"],
            locator=code.locator,
            private_key=private_key,
            pin_pepper=base64.b64decode(answer["pin_pepper"], validate=True),
        )
    except (KeyError, TypeError, ValueError, binascii.Error, PosError) as error:
        raise Fault("answer-invalid", f"head office's answer cannot be used: {error}") from None


def _save_answered(directory: Path, identity: Identity, settings: Settings) -> None:
    """The one step that makes the folder enrolled."""
    _write_pending(
        directory, {"state": ANSWERED, "identity": identity.to_text(), "settings": _settings_text(directory, settings)}
    )


def _settings_text(directory: Path, settings: Settings) -> str:
    """The file as it stands when it says the same: a technician's notes in it are kept."""
    path = directory / SETTINGS_FILE
    try:
        text = path.read_text(encoding="utf-8")
        if Settings.parse(text) == settings:
            return text
    except (OSError, UnicodeDecodeError, Fault):
        pass
    return settings.to_toml()


# -- an earlier enrolment ------------------------------------------------------------------------------------------


def _identity_before(directory: Path) -> Identity | None:
    try:
        return Identity.load(directory)
    except Refused:
        return None


def _keep_what_is_unsent(journal: UnsentJournal) -> None:
    unsent = journal.unsent_records()
    if unsent:
        hint = (
            "Start the register and let them go home first. With --force they stay in the journal and are sent after."
        )
        raise Refused("records-unsent", f"{unsent} records of this register are not at head office yet", hint)


def _continued(before: Identity, identity: Identity) -> Identity:
    """The new identity with the keys of the epochs that this folder's journal holds.

    Raises Refused `other-register` when the journal is another register's, `epoch-taken` when it would get an epoch
    twice.
    """
    is_same = (before.store, before.register) == (identity.store, identity.register)
    if is_same and identity.epoch <= before.epoch:
        hint = f"Enrol again with another code, until head office has come past epoch {before.epoch}."
        detail = (
            f"head office gives epoch {identity.epoch}, and this folder's journal has come to {before.epoch}: head"
            " office was put back to an older backup"
        )
        raise Refused("epoch-taken", detail, hint)
    if not is_same:
        hint = f"Enrol {identity.register} in a folder of its own, with a new code; this one stays as it was."
        detail = f"this folder holds the journal of {before.register} in {before.store} up to epoch {before.epoch}"
        raise Refused("other-register", detail, hint)
    return replace(identity, earlier=(*before.earlier, EpochKey(before.epoch, before.private_key)))


# -- the pending file ----------------------------------------------------------------------------------------------


def _read_pending(directory: Path) -> dict[str, Any] | None:
    try:
        pending: dict[str, Any] = json.loads((directory / PENDING_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        hint = f"Remove {PENDING_FILE} and enrol with a new code."
        raise Fault("enrolment-unreadable", f"{directory / PENDING_FILE} cannot be read: {error}", hint) from None
    return pending


def _write_pending(directory: Path, pending: dict[str, Any]) -> None:
    replace_file(directory / PENDING_FILE, json.dumps(pending).encode())
