"""Who this register is: what it was given when it was enrolled, in `identity.json`, readable by its user only.

- Written once by an enrolment, whole, as the last of its steps: a register is enrolled when this file says so.
- Nothing changes it afterwards; another enrolment replaces it and opens a new epoch.
- The keys of earlier epochs are kept, because records of an earlier epoch may still be on their way home.
"""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from poscore.errors import Fault, PosError, Refused
from poscore.ids import check_id

if TYPE_CHECKING:
    from poscore.tokens import SigningKey

FILE_NAME = "identity.json"
# An enrolment that has begun and is not yet this file; head_office/enrol.py writes it, and removes it at the end.
PENDING_FILE = "enrolment.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class EpochKey:
    """The private key that signed an earlier epoch's journal, as JWK text."""

    epoch: int
    private_key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Identity:
    """`audience` is head office's id, `sender_key` the public key of its pushes, `root_v1` the first TUF root as text.

    `locator` names the enrolment code that this identity came by, so that the same command run again is answered
    and not refused.
    """

    store: str
    register: str
    epoch: int
    chain: str
    store_name: str
    time_zone: str
    audience: str
    sender_key: dict[str, str]
    root_v1: str
    locator: str
    private_key: str = field(repr=False)
    pin_pepper: bytes = field(repr=False)
    earlier: tuple[EpochKey, ...] = ()

    def __post_init__(self) -> None:
        check_id(self.store, "store id")
        check_id(self.register, "register id")
        if type(self.epoch) is not int or self.epoch < 1:
            raise ValueError("epochs count from 1")
        if not self.private_key or not self.pin_pepper or not self.root_v1 or not self.audience:
            raise ValueError("a key, the pepper, the root or the audience is empty")
        ZoneInfo(self.time_zone)  # raises for a zone that nobody knows
        if any(one.epoch >= self.epoch for one in self.earlier):
            raise ValueError("an earlier epoch is not earlier")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def signing_key(self, epoch: int | None = None) -> SigningKey:
        """The key of an epoch, of the current one by default. Raises Fault `key-missing`."""
        from poscore.tokens import SigningKey  # costs more than all other starting work of a register

        if epoch is None or epoch == self.epoch:
            return SigningKey.parse(self.private_key)
        for one in self.earlier:
            if one.epoch == epoch:
                return SigningKey.parse(one.private_key)
        raise Fault("key-missing", f"the key of epoch {epoch} is not in {FILE_NAME}")

    def public_keys(self) -> dict[int, dict[str, str]]:
        """By epoch, as far as the keys are here and can be read: an old disk may have taken some along."""
        keys: dict[int, dict[str, str]] = {}
        for epoch in (*(one.epoch for one in self.earlier), self.epoch):
            with suppress(PosError):
                keys[epoch] = self.signing_key(epoch).public
        return keys

    def to_text(self) -> str:
        wire = {
            "v": FORMAT,
            "store": self.store,
            "register": self.register,
            "epoch": self.epoch,
            "chain": self.chain,
            "store_name": self.store_name,
            "time_zone": self.time_zone,
            "audience": self.audience,
            "sender_key": self.sender_key,
            "root_v1": self.root_v1,
            "locator": self.locator,
            "private_key": self.private_key,
            "pin_pepper": base64.b64encode(self.pin_pepper).decode(),
            "earlier": [{"epoch": one.epoch, "private_key": one.private_key} for one in self.earlier],
        }
        return json.dumps(wire, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_text(cls, text: str, name: str = FILE_NAME) -> Identity:
        """Raises Fault `identity-invalid`."""
        try:
            wire: dict[str, Any] = json.loads(text)
            if wire.pop("v") != FORMAT:
                raise ValueError("it has another format")
            wire["pin_pepper"] = base64.b64decode(wire["pin_pepper"], validate=True)
            wire["earlier"] = tuple(EpochKey(**one) for one in wire["earlier"])
            return cls(**wire)
        except (ValueError, KeyError, TypeError, AttributeError, PosError) as error:
            hint = "Put the file back from a backup, or enrol this register anew."
            raise Fault("identity-invalid", f"{name} cannot be used: {error}", hint) from None

    @classmethod
    def load(cls, directory: Path) -> Identity:
        """Raises Refused `not-enrolled`, or Fault `identity-invalid`."""
        path = directory / FILE_NAME
        try:
            return cls.from_text(path.read_text(encoding="utf-8"), str(path))
        except FileNotFoundError:
            raise Refused(
                "not-enrolled", f"{directory} holds no enrolled register", "Run: register-svc enrol"
            ) from None
        except (OSError, UnicodeDecodeError) as error:
            raise Fault("identity-invalid", f"{path} cannot be read: {error}") from None
