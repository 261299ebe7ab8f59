"""settings.toml: strict, with errors that name file and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from poscore.errors import Fault
from register_svc.settings import Settings, is_loopback

SMALLEST = '[head_office]\nurl = "https://office.example.fi/kassa/"\n'


def test_all_but_head_offices_address_has_a_default() -> None:
    settings = Settings.parse(SMALLEST)
    assert (settings.till.port, settings.lan.host, settings.lan.port) == (8080, "0.0.0.0", 8081)
    assert (settings.offline.mode, settings.offline.probe_every_s, settings.offline.fail_after) == ("automatic", 10, 3)
    assert settings.head_office.url == "https://office.example.fi/kassa"
    assert settings.backup_dir(Path("/r1")) == Path("/r1/backups")


def test_what_is_written_is_read_back_the_same() -> None:
    settings = Settings.parse(
        SMALLEST + '[backup]\ndir = "D:\\\\kassa \\"ä\\""\nkeep = 7\n[lan]\nurl = "http://10.0.0.5:8081"\n'
    )
    assert Settings.parse(settings.to_toml()) == settings


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (SMALLEST + "[till]\nport = 70000\n", "[till] port"),
        (SMALLEST + '[till]\nport = "8080"\n', "[till] port"),
        (SMALLEST + "[till]\nprot = 8080\n", "[till] prot"),
        (SMALLEST + "[tll]\nport = 8080\n", "[tll]"),
        (SMALLEST + '[offline]\nmode = "sometimes"\n', "[offline] mode"),
        (SMALLEST + "[offline]\nfail_after = 0\n", "[offline] fail_after"),
        (SMALLEST + "[offline]\nprobe_every_s = 0\n", "[offline] probe_every_s"),
        (SMALLEST + "[backup]\nkeep = 1\n", "[backup] keep"),
        ("[till]\nport = 8080\n", "[head_office]"),
        ('[head_office]\nurl = "office.example.fi"\n', "[head_office] url"),
        ('[head_office]\nurl = "https://me:secret@office.example.fi"\n', "[head_office] url"),
        ("[head_office\n", "not TOML"),
    ],
)
def test_an_error_names_the_file_and_the_key(tmp_path: Path, text: str, names: str) -> None:
    (tmp_path / "settings.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Fault) as raised:
        Settings.load(tmp_path)
    assert raised.value.code == "settings-invalid"
    assert str(tmp_path / "settings.toml") in raised.value.detail
    assert names in raised.value.detail


def test_a_folder_without_settings_says_so(tmp_path: Path) -> None:
    with pytest.raises(Fault, match="does not exist") as raised:
        Settings.load(tmp_path)
    assert raised.value.code == "settings-missing"


@pytest.mark.parametrize(
    ("host", "loops"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("127.1.2.3", True), ("10.0.0.1", False)],
)
def test_loopback_is_known_by_its_written_form(host: str, loops: bool) -> None:
    assert is_loopback(host) is loops


# -- devices -----------------------------------------------------------------------------------------------------------

DEVICES = SMALLEST + (
    '[printer]\nport = "socket://10.0.0.7:9100"\nprofile = "tm-t20"\n[drawer]\nsensor = true\n'
    '[scanner]\nport = "COM3"\nerror_beep = "1b07"\n'
)


def test_a_register_without_devices_has_no_section_of_one() -> None:
    settings = Settings.parse(SMALLEST)
    assert settings.printer is None
    assert settings.scale is None
    assert not settings.has_devices
    assert "printer" not in settings.to_toml()


def test_devices_are_read_back_as_they_were_written() -> None:
    settings = Settings.parse(DEVICES)
    assert settings.has_devices
    assert settings.scanner is not None
    assert settings.scanner.error_beep == b"\x1b\x07"
    assert Settings.parse(settings.to_toml()) == settings


def test_a_printers_profile_says_what_the_file_does_not() -> None:
    printer = Settings.parse(DEVICES).printer
    assert printer is not None
    assert [printer.of_profile(name) for name in ("columns", "dots", "qr", "proof")] == [48, 576, "native", "id"]
    narrow = Settings.parse(DEVICES.replace('"tm-t20"', '"tm-t20"\ncolumns = 32')).printer
    assert narrow is not None
    assert narrow.of_profile("columns") == 32


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("[printer]\nprofile = 'tm-t20'\n", "[printer] port: must be given"),
        ("[printer]\nport = 'COM3'\ncolumns = 40\n", "[printer] columns: must be one of 32, 42, 48"),
        ("[printer]\nport = 'COM3'\nprofile = 'tm-9000'\n", "[printer] profile"),
        ("[scanner]\nport = 'COM3'\nerror_beep = 'zz'\n", "[scanner] error_beep"),
        ("[scale]\nport = 'COM3'\nbaud = 9601\n", "[scale] baud"),
    ],
)
def test_a_devices_key_that_does_not_fit_is_named(text: str, names: str) -> None:
    with pytest.raises(Fault) as raised:
        Settings.parse(SMALLEST + text)
    assert names in raised.value.detail
