"""What a technician sets of the devices at the counter: a section for each that is there, none for one that is not.

    [printer]
    port = "/dev/serial/by-id/usb-EPSON_TM-T20III-if00"     # or socket://192.168.1.50:9100, file:/dev/usb/lp0, COM3
    profile = "tm-t20"
    [drawer]
    [display]
    port = "/dev/serial/by-id/usb-Prolific-if00-port0"

`port` is what pyserial opens: a port's name, `socket://HOST:PORT`, `loop://`; for a printer also `file:PATH`. Use a
name that stays: /dev/ttyUSB0 is whichever cable was found first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from register_svc.sections import Section, flag, kept, number, one_of, text, whole

_BAUDS = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400)


def _among(*numbers: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if type(value) is not int or value not in numbers:
            raise ValueError(f"must be one of {', '.join(map(str, numbers))}")
        return value

    return read


def _bytes(value: Any) -> bytes:
    """Bytes as a text of hex digits."""
    try:
        return value if isinstance(value, bytes) else bytes.fromhex(value)
    except (TypeError, ValueError):
        raise ValueError('must be bytes in hex, such as "07"') from None


_PORT = kept(text(300))
_BAUD = kept(_among(*_BAUDS))
_PARITY = kept(one_of("N", "E", "O"))
_FLOW = kept(one_of("none", "rtscts", "dsrdtr", "xonxoff"))

# What a profile sets; a key that stands in the file wins. Columns and dots of font A as the makers' manuals give them.
PROFILES: Final[Mapping[str, Mapping[str, Any]]] = {
    "generic": {},
    "tm-t88": {"columns": 42, "dots": 512, "proof": "id"},
    "tm-t20": {"columns": 48, "dots": 576, "proof": "id"},
    "ct-s651": {"columns": 48, "dots": 576},
    "pos-58": {"columns": 32, "dots": 384, "cut": "none", "qr": "raster"},
    "file": {"status": False, "proof": "written"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Printer(Section):
    """An ESC/POS printer.

    `columns`: characters on a line of font A; left away, as the profile says. `dots`: across the paper.
    `code_page`: the number by which `ESC t` chooses CP858 (19 in Epson's count). `status`: it answers `DLE EOT`.
    `proof`: what shows that a receipt came out: `id`, its answer to `GS ( H`; `status`, that it is well after the last
    byte; `written`, that the port took the bytes. `logo`: a PBM picture in the register's folder.
    `keep_trying_s`: a receipt older than this is not printed by itself any more. `fallback_after_s`: when the second
    printer takes what the first one could not print.
    """

    port: str = field(metadata=_PORT)
    profile: str = field(default="generic", metadata=kept(one_of(*PROFILES)))
    baud: int = field(default=9600, metadata=_BAUD)
    parity: str = field(default="N", metadata=_PARITY)
    flow: str = field(default="none", metadata=_FLOW)
    columns: int | None = field(default=None, metadata=kept(_among(32, 42, 48)))
    dots: int | None = field(default=None, metadata=kept(whole(128, 1024)))
    code_page: int = field(default=19, metadata=kept(whole(0, 255)))
    qr: str | None = field(default=None, metadata=kept(one_of("native", "raster", "none")))
    barcode: bool = field(default=False, metadata=kept(flag))
    cut: str | None = field(default=None, metadata=kept(one_of("full", "partial", "none")))
    status: bool | None = field(default=None, metadata=kept(flag))
    proof: str | None = field(default=None, metadata=kept(one_of("id", "status", "written")))
    logo: str | None = field(default=None, metadata=kept(text(300)))
    write_timeout_s: float = field(default=2.0, metadata=kept(number(0.1, 30)))
    answer_timeout_s: float = field(default=0.5, metadata=kept(number(0.05, 10)))
    proof_timeout_s: float = field(default=5.0, metadata=kept(number(0.1, 60)))
    keep_trying_s: float = field(default=300.0, metadata=kept(number(1, 86_400)))
    fallback_after_s: float = field(default=5.0, metadata=kept(number(0, 300)))

    def of_profile(self, name: str) -> Any:
        """The value of a key that a profile may set: from the file, else the profile's, else the usual one."""
        value = getattr(self, name)
        return value if value is not None else PROFILES[self.profile].get(name, _USUAL[name])


_USUAL: Mapping[str, Any] = {
    "columns": 42,
    "dots": 512,
    "qr": "native",
    "cut": "full",
    "status": True,
    "proof": "status",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawer(Section):
    """The cash drawer behind the printer. `pin`: of its plug. `sensor`: it has a switch for open and shut."""

    pin: int = field(default=2, metadata=kept(_among(2, 5)))
    on_ms: int = field(default=100, metadata=kept(whole(2, 510)))
    off_ms: int = field(default=100, metadata=kept(whole(2, 510)))
    sensor: bool = field(default=False, metadata=kept(flag))


@dataclass(frozen=True, slots=True, kw_only=True)
class Display(Section):
    """A customer's display of two lines of twenty, CD5220. `letters`: `national` is the set W of Finland and Sweden."""

    port: str = field(metadata=_PORT)
    baud: int = field(default=9600, metadata=_BAUD)
    parity: str = field(default="N", metadata=_PARITY)
    letters: str = field(default="national", metadata=kept(one_of("national", "cp858")))
    greeting: str = field(default="Tervetuloa", metadata=kept(text(40)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale(Section):
    """A scale beside the register. *Not certified*: where the law wants a verified one, no price may be made of it.

    So it is off until `enabled` says otherwise. `least_g`, `most_g`: what it may be asked to weigh.
    """

    port: str = field(metadata=_PORT)
    enabled: bool = field(default=False, metadata=kept(flag))
    protocol: str = field(default="toledo-8217", metadata=kept(one_of("toledo-8217", "sma")))
    baud: int = field(default=9600, metadata=_BAUD)
    parity: str | None = field(default=None, metadata=_PARITY)
    least_g: int = field(default=5, metadata=kept(whole(1, 100_000)))
    most_g: int = field(default=15_000, metadata=kept(whole(1, 1_000_000)))
    poll_every_s: float = field(default=0.5, metadata=kept(number(0.1, 10)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanner(Section):
    """A scanner on a serial line, CR behind each code, AIM ids on. `error_beep`: bytes that make it complain."""

    port: str = field(metadata=_PORT)
    baud: int = field(default=9600, metadata=_BAUD)
    parity: str = field(default="N", metadata=_PARITY)
    error_beep: bytes = field(default=b"\x07", metadata=kept(_bytes))
