"""What a technician sets: `settings.toml` in the register's folder, as one strict model.

- An unknown section or key is an error, and every error names the file and the key.
- Reading never changes the file; only an enrolment writes it.
- `port = 0` means any free port.

    [till]
    port = 8080
    [lan]
    host = "0.0.0.0"
    port = 8081
    [head_office]
    url = "https://office.example.fi"
"""

from __future__ import annotations

import ipaddress
import json
import tomllib
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from poscore.errors import Fault

FILE_NAME = "settings.toml"

MANUAL, AUTOMATIC = "manual", "automatic"


def _web_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an address such as https://office.example.fi")
    if parts.username or parts.password:
        raise ValueError("must hold no user name and no password")
    _ = parts.port  # raises ValueError for a port out of range
    return url.rstrip("/")


Port = Annotated[int, Field(ge=0, le=65535)]
WebAddress = Annotated[str, Field(max_length=300), AfterValidator(_web_address)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Till(_Section):
    """The till app; it listens on loopback, always."""

    port: Port = 8080


class Lan(_Section):
    """Health and snapshots. `url`: where head office reaches this listener; worked out when left away."""

    host: Annotated[str, Field(min_length=1, max_length=253)] = "0.0.0.0"
    port: Port = 8081
    url: WebAddress | None = None


class HeadOffice(_Section):
    """Plain http is refused off loopback unless `allow_plain_http` says otherwise."""

    url: WebAddress
    allow_plain_http: bool = False


class Offline(_Section):
    """`automatic`: OFFLINE after `fail_after` bad probes and ONLINE again by itself; `manual`: never by itself."""

    mode: Literal["manual", "automatic"] = "automatic"
    probe_every_s: Annotated[float, Field(ge=0.05, le=3600)] = 10.0
    fail_after: Annotated[int, Field(ge=1, le=1000)] = 3


class Backup(_Section):
    """`dir`: another disk is best; relative to the register's folder. `keep`: how many backups stay at least."""

    dir: Annotated[str, Field(min_length=1)] = "backups"
    keep: Annotated[int, Field(ge=2, le=10_000)] = 40


class Settings(_Section):
    till: Till = Till()
    lan: Lan = Lan()
    head_office: HeadOffice
    offline: Offline = Offline()
    backup: Backup = Backup()

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
            return cls.model_validate(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise Fault("settings-invalid", f"{name} is not TOML: {error}") from None
        except ValidationError as error:
            said = "; ".join(f"{_key(item['loc'])}: {item['msg']}" for item in error.errors(include_url=False))
            raise Fault("settings-invalid", f"{name}: {said}", "Mend the named key and start again.") from None

    def to_toml(self) -> str:
        """The whole file, with every default written out so that a technician sees what can be set."""
        return "\n".join(
            f"[{section}]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in values.items())
            for section, values in self.model_dump(exclude_none=True).items()
        )

    def backup_dir(self, directory: Path) -> Path:
        return directory / self.backup.dir


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


def _key(location: tuple[int | str, ...]) -> str:
    """`[lan] port` for ("lan", "port"), the way it stands in the file."""
    section, *keys = location or ("",)
    return " ".join([f"[{section}]", *map(str, keys)])


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)  # of text, whole numbers, floats and booleans: TOML says the same
