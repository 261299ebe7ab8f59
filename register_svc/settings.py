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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Literal, TypeVar
from urllib.parse import urlsplit

from poscore.errors import Fault

FILE_NAME = "settings.toml"

MANUAL: Final = "manual"
AUTOMATIC: Final = "automatic"

S = TypeVar("S")


class Unfit(ValueError):
    """What does not fit, each as "[lan] port: must be …", the way it stands in the file."""

    def __init__(self, errors: Sequence[str]) -> None:
        super().__init__("; ".join(errors))
        self.errors = tuple(errors)


# -- kinds of values: each returns what is kept, or raises ValueError with what it must be -----------------------------


def _whole(least: int, most: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:  # True is an int to Python, and no port to anybody
            raise ValueError(f"must be a whole number from {least} to {most}")
        return value

    return read


def _number(least: float, most: float) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        if type(value) not in (int, float) or not least <= value <= most:
            raise ValueError(f"must be a number from {least:g} to {most:g}")
        return float(value)

    return read


def _text(longest: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if not isinstance(value, str) or not 1 <= len(value) <= longest:
            raise ValueError(f"must be a text of 1 to {longest} characters")
        return value

    return read


def _one_of(*words: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in words:
            raise ValueError(f"must be {' or '.join(json.dumps(word) for word in words)}")
        return str(value)

    return read


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")  # noqa: TRY004 - every reader says ValueError
    return value


def _web_address(value: Any) -> str:
    url = _text(300)(value)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an address such as https://office.example.fi")
    if parts.username or parts.password:
        raise ValueError("must hold no user name and no password")
    _ = parts.port  # raises ValueError for a port out of range
    return url.rstrip("/")


def _kept(read: Callable[[Any], Any]) -> Mapping[str, Callable[[Any], Any]]:
    """What a field of a section says of its values."""
    return {"read": read}


_PORT = _kept(_whole(0, 65535))


class _Section:
    """Base of the sections: every value goes through its field's reader. Raises Unfit."""

    def __post_init__(self) -> None:
        errors = []
        for one in fields(self):  # type: ignore[arg-type]  # every section is a dataclass
            value = getattr(self, one.name)
            if value is None and one.default is None:
                continue
            try:
                object.__setattr__(self, one.name, one.metadata["read"](value))
            except ValueError as error:
                errors.append(f"{one.name}: {error}")
        if errors:
            raise Unfit(errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Till(_Section):
    """The till app; it listens on loopback, always."""

    port: int = field(default=8080, metadata=_PORT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lan(_Section):
    """Health and snapshots. `url`: where head office reaches this listener; worked out when left away."""

    host: str = field(default="0.0.0.0", metadata=_kept(_text(253)))
    port: int = field(default=8081, metadata=_PORT)
    url: str | None = field(default=None, metadata=_kept(_web_address))


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadOffice(_Section):
    """Plain http is refused off loopback unless `allow_plain_http` says otherwise.

    `authorization_timeout_s`: how long a customer waits for head office's word on account, payroll or bonus.
    """

    url: str = field(metadata=_kept(_web_address))
    allow_plain_http: bool = field(default=False, metadata=_kept(_flag))
    authorization_timeout_s: float = field(default=3.0, metadata=_kept(_number(0.5, 10)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Offline(_Section):
    """`automatic`: OFFLINE after `fail_after` bad probes and ONLINE again by itself; `manual`: never by itself."""

    mode: Literal["manual", "automatic"] = field(default=AUTOMATIC, metadata=_kept(_one_of(MANUAL, AUTOMATIC)))
    probe_every_s: float = field(default=10.0, metadata=_kept(_number(0.05, 3600)))
    fail_after: int = field(default=3, metadata=_kept(_whole(1, 1000)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup(_Section):
    """`dir`: another disk is best; relative to the register's folder. `keep`: how many backups stay at least,
    and besides them each that is not older than `keep_days`.
    """

    dir: str = field(default="backups", metadata=_kept(_text(4096)))
    keep: int = field(default=40, metadata=_kept(_whole(2, 10_000)))
    keep_days: int = field(default=14, metadata=_kept(_whole(0, 3_650)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipts(_Section):
    """Digital receipts. `dir`: of those that become files; without `smtp_host` none is sent by e-mail."""

    dir: str = field(default="receipts", metadata=_kept(_text(4096)))
    smtp_host: str | None = field(default=None, metadata=_kept(_text(253)))
    smtp_port: int = field(default=25, metadata=_PORT)
    smtp_from: str = field(default="kuitti@localhost", metadata=_kept(_text(254)))
    smtp_starttls: bool = field(default=False, metadata=_kept(_flag))


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    till: Till = field(default_factory=Till)
    lan: Lan = field(default_factory=Lan)
    head_office: HeadOffice
    offline: Offline = field(default_factory=Offline)
    backup: Backup = field(default_factory=Backup)
    receipts: Receipts = field(default_factory=Receipts)

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
            try:
                sections[name] = _section(section, wire.get(name, {}))
            except Unfit as error:
                errors += [f"[{name}] {said}" for said in error.errors]
        if errors:
            raise Unfit(errors)
        return cls(**sections)

    def to_wire(self) -> dict[str, dict[str, Any]]:
        """Values by section and key; what is not set is left away."""
        return {
            name: {key: value for key, value in values.items() if value is not None}
            for name, values in asdict(self).items()
        }

    def to_toml(self) -> str:
        """The whole file, with every default written out so that a technician sees what can be set."""
        return "\n".join(
            f"[{section}]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in values.items())
            for section, values in self.to_wire().items()
        )

    def backup_dir(self, directory: Path) -> Path:
        return directory / self.backup.dir


_SECTIONS: dict[str, type[Any]] = {
    "till": Till,
    "lan": Lan,
    "head_office": HeadOffice,
    "offline": Offline,
    "backup": Backup,
    "receipts": Receipts,
}


def _section(section: type[S], values: Any) -> S:
    """One section out of its keys. Raises Unfit."""
    if not isinstance(values, dict):
        raise Unfit(["must be a section of its own"])
    known = {one.name: one for one in fields(section)}  # type: ignore[arg-type]  # every section is a dataclass
    errors = [f"{key}: there is no such key" for key in values if key not in known]
    errors += [f"{key}: must be given" for key, one in known.items() if one.default is MISSING and key not in values]
    if errors:
        raise Unfit(errors)
    return section(**values)


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
