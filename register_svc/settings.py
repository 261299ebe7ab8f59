"""What a technician sets: `settings.toml` in the register's folder, as one strict model.

- An unknown section or key is an error, and every error names the file and the key.
- A value is of its kind and within its bounds, or the section cannot be built.
- Reading never changes the file; only an enrolment writes it.
- `port = 0` means any free port.

    [till]
    port = 8080
    [lan]
    host = "0.0.0.0"
    port = 8081
    [head_office]
    url = "https://office.example.fi"

Frozen dataclasses, and no pydantic: these few keys are read before anything can answer, and the schemas of that library
would be a fifth of a register's start.
"""

from __future__ import annotations

import ipaddress
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from poscore.errors import Fault
from register_svc.device_settings import Display, Drawer, Printer, Scale, Scanner
from register_svc.sections import PORT, Section, Unfit, flag, kept, number, one_of, section_of, text, web_address, whole

FILE_NAME = "settings.toml"

MANUAL: Final = "manual"
AUTOMATIC: Final = "automatic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Till(Section):
    """The till app; it listens on loopback, always."""

    port: int = field(default=8080, metadata=PORT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lan(Section):
    """Health and snapshots. `url`: where head office reaches this listener; worked out when left away."""

    host: str = field(default="0.0.0.0", metadata=kept(text(253)))
    port: int = field(default=8081, metadata=PORT)
    url: str | None = field(default=None, metadata=kept(web_address))


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadOffice(Section):
    """Plain http is refused off loopback unless `allow_plain_http` says otherwise.

    `authorization_timeout_s`: how long a customer waits for head office's word on account, payroll or bonus.
    """

    url: str = field(metadata=kept(web_address))
    allow_plain_http: bool = field(default=False, metadata=kept(flag))
    authorization_timeout_s: float = field(default=3.0, metadata=kept(number(0.5, 10)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Offline(Section):
    """`automatic`: OFFLINE after `fail_after` bad probes and ONLINE again by itself; `manual`: never by itself."""

    mode: Literal["manual", "automatic"] = field(default=AUTOMATIC, metadata=kept(one_of(MANUAL, AUTOMATIC)))
    probe_every_s: float = field(default=10.0, metadata=kept(number(0.05, 3600)))
    fail_after: int = field(default=3, metadata=kept(whole(1, 1000)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup(Section):
    """`dir`: another disk is best; relative to the register's folder. `keep`: how many backups stay at least."""

    dir: str = field(default="backups", metadata=kept(text(4096)))
    keep: int = field(default=40, metadata=kept(whole(2, 10_000)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipts(Section):
    """Digital receipts. `dir`: of those that become files; without `smtp_host` none is sent by e-mail."""

    dir: str = field(default="receipts", metadata=kept(text(4096)))
    smtp_host: str | None = field(default=None, metadata=kept(text(253)))
    smtp_port: int = field(default=25, metadata=PORT)
    smtp_from: str = field(default="kuitti@localhost", metadata=kept(text(254)))
    smtp_starttls: bool = field(default=False, metadata=kept(flag))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    till: Till = field(default_factory=Till)
    lan: Lan = field(default_factory=Lan)
    head_office: HeadOffice
    offline: Offline = field(default_factory=Offline)
    backup: Backup = field(default_factory=Backup)
    receipts: Receipts = field(default_factory=Receipts)
    printer: Printer | None = None
    printer_2: Printer | None = None
    drawer: Drawer | None = None
    display: Display | None = None
    scale: Scale | None = None
    scanner: Scanner | None = None

    @classmethod
    def load(cls, directory: Path) -> Settings:
        """The settings in `directory`. Raises Fault `settings-missing` or `settings-invalid`."""
        path = directory / FILE_NAME
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise Fault("settings-missing", f"{path} does not exist", "Enrol this register first.") from None
        except (OSError, UnicodeDecodeError) as error:
            raise Fault("settings-invalid", f"{path} cannot be read: {error}") from None
        return cls.parse(text, str(path))

    @classmethod
    def parse(cls, text: str, name: str = FILE_NAME) -> Settings:
        """The settings in a TOML text; `name` is what errors call it. Raises Fault `settings-invalid`."""
        try:
            return cls.of(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise Fault("settings-invalid", f"{name} is not TOML: {error}") from None
        except Unfit as error:
            raise Fault("settings-invalid", f"{name}: {error}", "Mend the named key and start again.") from None

    @classmethod
    def of(cls, wire: Mapping[str, Any]) -> Settings:
        """The settings as values by section and key. Raises Unfit, which names everything that does not fit."""
        sections: dict[str, Any] = {}
        errors = [f"[{name}]: there is no such section" for name in wire if name not in _SECTIONS]
        for name, section in _SECTIONS.items():
            if name in DEVICES and name not in wire:
                continue
            try:
                sections[name] = section_of(section, wire.get(name, {}))
            except Unfit as error:
                errors += [f"[{name}] {said}" for said in error.errors]
        if errors:
            raise Unfit(errors)
        return cls(**sections)

    def to_wire(self) -> dict[str, dict[str, Any]]:
        """Values by section and key; what is not set is left away."""
        return {
            name: {key: _plain(value) for key, value in values.items() if value is not None}
            for name, values in asdict(self).items()
            if values is not None
        }

    def to_toml(self) -> str:
        """The whole file, with every default written out so that a technician sees what can be set."""
        return "\n".join(
            f"[{section}]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in values.items())
            for section, values in self.to_wire().items()
        )

    @property
    def has_devices(self) -> bool:
        return any(getattr(self, name) is not None for name in DEVICES)

    def backup_dir(self, directory: Path) -> Path:
        return directory / self.backup.dir


_SECTIONS: dict[str, type[Any]] = {
    "till": Till,
    "lan": Lan,
    "head_office": HeadOffice,
    "offline": Offline,
    "backup": Backup,
    "receipts": Receipts,
    "printer": Printer,
    "printer_2": Printer,
    "drawer": Drawer,
    "display": Display,
    "scale": Scale,
    "scanner": Scanner,
}
DEVICES: Final = ("printer", "printer_2", "drawer", "display", "scale", "scanner")
"""Sections that are there only where the device is."""


def _plain(value: object) -> object:
    """A value as it stands in the file."""
    return value.hex() if isinstance(value, bytes) else value


def is_plain_off_loopback(url: str) -> bool:
    """Whether what goes to `url` can be read on the way."""
    parts = urlsplit(url)
    return parts.scheme != "https" and not is_loopback(parts.hostname or "")


def is_loopback(host: str) -> bool:
    """By its written form: asking a name server would believe whoever answers."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)  # of text, whole numbers, floats and booleans: TOML says the same
