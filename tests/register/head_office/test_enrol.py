"""Enrolment over real HTTP: what is believed, what is kept, and that a kill leaves all or nothing."""

from __future__ import annotations

import json
import stat
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from poscore.enrolment import EnrolmentCode
from poscore.errors import Fault, PosError, Refused, Untrusted
from register_svc.head_office import enrol as enrolling
from register_svc.head_office.addresses import lan_url
from register_svc.head_office.enrol import Enrolled, Wish, enrol, finish
from register_svc.head_office.world import World
from register_svc.identity import Identity
from register_svc.settings import HeadOffice, Lan, Settings
from tests.support.fleet import Wire
from tests.support.stand_in_office import ROOT, StandInOffice


@dataclass
class Kept:
    """What the folder's journal holds."""

    records: int = 0
    unsent: int = 0

    def has_records(self) -> bool:
        return self.records > 0

    def unsent_records(self) -> int:
        return self.unsent


EMPTY = Kept()


def wish(url: str, code: str, **more: bool) -> Wish:
    return Wish(code, Settings(head_office=HeadOffice(url=url)), "http://10.0.0.5:8081", **more)


@pytest.fixture
def code(office: StandInOffice) -> str:
    return office.new_code("s1", "r1")


def test_a_code_makes_a_folder_a_register(tmp_path: Path, office: StandInOffice, code: str) -> None:
    enrolled = enrol(tmp_path / "r1", wish(office.url, code), EMPTY, World())

    assert enrolled == Enrolled("s1", "r1", 1)
    identity = Identity.load(tmp_path / "r1")
    assert identity.signing_key().public == office.registers["r1"]["keys"][1]
    assert (identity.audience, identity.sender_key, identity.root_v1) == (office.audience, office.sender.public, ROOT)
    assert identity.pin_pepper == office.pepper
    assert Settings.load(tmp_path / "r1").head_office.url == office.url
    assert sorted(path.name for path in (tmp_path / "r1").iterdir()) == ["identity.json", "settings.toml"]


def test_only_its_user_can_read_the_identity(tmp_path: Path, office: StandInOffice, code: str) -> None:
    enrol(tmp_path, wish(office.url, code), EMPTY, World())
    assert stat.S_IMODE((tmp_path / "identity.json").stat().st_mode) == 0o600


def test_neither_keys_nor_pepper_are_shown(tmp_path: Path, office: StandInOffice, code: str) -> None:
    enrol(tmp_path, wish(office.url, code), EMPTY, World())
    identity = Identity.load(tmp_path)
    assert identity.private_key not in repr(identity)
    assert repr(identity.pin_pepper) not in repr(identity)


def test_a_code_may_be_typed_in_any_case_and_in_groups(tmp_path: Path, office: StandInOffice, code: str) -> None:
    typed = " - ".join(code[place : place + 4] for place in range(0, 52, 4)).lower()
    assert enrol(tmp_path, wish(office.url, typed), EMPTY, World()).register == "r1"


def test_a_lost_answer_costs_nothing_but_the_same_command_again(
    tmp_path: Path, office: StandInOffice, wire: Wire, code: str
) -> None:
    wire.lose_answers(1)
    with pytest.raises(Fault) as raised:
        enrol(tmp_path, wish(wire.url, code), EMPTY, World())
    assert raised.value.code == "head-office-unreachable"
    assert list(office.registers["r1"]["keys"]) == [1]  # head office has burned the code
    with pytest.raises(Refused, match="no enrolled register"):
        Identity.load(tmp_path)

    assert enrol(tmp_path, wish(wire.url, code), EMPTY, World()) == Enrolled("s1", "r1", 1)
    assert Identity.load(tmp_path).signing_key().public == office.registers["r1"]["keys"][1]


def test_the_same_code_once_more_gives_the_same_answer(tmp_path: Path, office: StandInOffice, code: str) -> None:
    first = enrol(tmp_path, wish(office.url, code), EMPTY, World())
    before = (tmp_path / "identity.json").read_bytes()
    assert enrol(tmp_path, wish(office.url, code), Kept(5, 5), World()) == first
    assert (tmp_path / "identity.json").read_bytes() == before


def test_another_machine_cannot_use_a_code_again(tmp_path: Path, office: StandInOffice, code: str) -> None:
    enrol(tmp_path / "one", wish(office.url, code), EMPTY, World())
    with pytest.raises(Refused) as raised:
        enrol(tmp_path / "two", wish(office.url, code), EMPTY, World())
    assert raised.value.code == "code-used"
    with pytest.raises(Refused):
        Identity.load(tmp_path / "two")


@pytest.mark.parametrize(
    "tamper",
    [
        {"sender_key": {"crv": "Ed25519", "kty": "OKP", "x": "AAAA"}},
        {"root": ROOT + " "},
        {"register": "r2"},
        {"proof": "0" * 64},
        {"added": "field"},
    ],
)
def test_an_answer_that_was_changed_on_the_way_is_not_used(
    tmp_path: Path, office: StandInOffice, code: str, monkeypatch: pytest.MonkeyPatch, tamper: dict[str, object]
) -> None:
    real = enrolling._post
    monkeypatch.setattr(enrolling, "_post", lambda *asked: {**real(*asked), **tamper})
    with pytest.raises(Untrusted) as raised:
        enrol(tmp_path, wish(office.url, code), EMPTY, World())
    assert raised.value.code == "proof"
    assert not (tmp_path / "settings.toml").exists()


def test_a_root_that_the_code_does_not_name_is_not_used(tmp_path: Path, office: StandInOffice, code: str) -> None:
    """Whoever knows the secret but has another root: the proof holds, the code's second half does not."""
    real = EnrolmentCode.parse(code)
    other = EnrolmentCode.of(real.secret, b"another root").text
    with pytest.raises(Untrusted) as raised:
        enrol(tmp_path, wish(office.url, other), EMPTY, World())
    assert raised.value.code == "root"
    with pytest.raises(Refused):
        Identity.load(tmp_path)


def test_plain_http_off_this_machine_is_refused_before_anything_is_sent(tmp_path: Path, code: str) -> None:
    with pytest.raises(Refused) as raised:
        enrol(tmp_path, wish("http://192.0.2.1:9", code), EMPTY, World())
    assert raised.value.code == "plain-http"
    assert list(tmp_path.iterdir()) == []


def test_a_code_that_is_none_is_refused_before_anything_is_sent(tmp_path: Path, office: StandInOffice) -> None:
    with pytest.raises(Refused) as raised:
        enrol(tmp_path, wish(office.url, "ABC"), EMPTY, World())
    assert raised.value.code == "code-invalid"


# -- killed on the way -------------------------------------------------------------------------------------------------


class Killed(BaseException):
    pass


@pytest.mark.parametrize("after_writes", range(5))
def test_a_kill_between_any_two_writes_leaves_all_or_nothing_and_the_same_command_mends_it(
    tmp_path: Path, office: StandInOffice, code: str, monkeypatch: pytest.MonkeyPatch, after_writes: int
) -> None:
    """Writes: what is asked, what was answered, settings, identity."""
    written, real = [], enrolling.replace_file

    def write(path: Path, data: bytes, mode: int = 0o600) -> None:
        if len(written) == after_writes:
            raise Killed
        written.append(path.name)
        real(path, data, mode)

    monkeypatch.setattr(enrolling, "replace_file", write)
    try:
        enrol(tmp_path, wish(office.url, code), EMPTY, World())
        assert after_writes == 4
    except Killed:
        assert after_writes < 4
    monkeypatch.setattr(enrolling, "replace_file", real)

    finish(tmp_path)  # as the next start does
    is_enrolled = after_writes >= 2
    if is_enrolled:
        assert Identity.load(tmp_path).register == "r1"
        assert Settings.load(tmp_path).head_office.url == office.url
    else:
        with pytest.raises(PosError):
            Identity.load(tmp_path)
    assert enrol(tmp_path, wish(office.url, code), EMPTY, World()) == Enrolled("s1", "r1", 1)
    assert Identity.load(tmp_path).signing_key().public == office.registers["r1"]["keys"][1]
    assert not (tmp_path / "enrolment.json").exists()


# -- enrolled again ----------------------------------------------------------------------------------------------------


def test_enrolling_again_opens_an_epoch_and_keeps_the_old_key(tmp_path: Path, office: StandInOffice, code: str) -> None:
    enrol(tmp_path, wish(office.url, code), EMPTY, World())
    old = Identity.load(tmp_path)

    again = enrol(tmp_path, wish(office.url, office.new_code("s1", "r1")), Kept(10, 0), World())

    assert again.epoch == 2
    identity = Identity.load(tmp_path)
    assert identity.signing_key(1).public == old.signing_key().public
    assert identity.signing_key().public != old.signing_key().public


def test_unsent_records_forbid_it_unless_forced(tmp_path: Path, office: StandInOffice, code: str) -> None:
    enrol(tmp_path, wish(office.url, code), EMPTY, World())
    fresh = office.new_code("s1", "r1")
    with pytest.raises(Refused, match="3 records") as raised:
        enrol(tmp_path, wish(office.url, fresh), Kept(10, 3), World())
    assert raised.value.code == "records-unsent"
    assert list(office.registers["r1"]["keys"]) == [1]  # head office was not asked

    assert enrol(tmp_path, wish(office.url, fresh, force=True), Kept(10, 3), World()).epoch == 2


def test_a_folder_with_a_journal_does_not_become_another_register(
    tmp_path: Path, office: StandInOffice, code: str
) -> None:
    enrol(tmp_path, wish(office.url, code), EMPTY, World())
    with pytest.raises(Refused) as raised:
        enrol(tmp_path, wish(office.url, office.new_code("s1", "r2")), Kept(10, 0), World())
    assert raised.value.code == "other-register"
    assert Identity.load(tmp_path).register == "r1"


def test_a_folder_without_records_may_become_another_register(tmp_path: Path, office: StandInOffice, code: str) -> None:
    enrol(tmp_path, wish(office.url, code), EMPTY, World())
    enrol(tmp_path, wish(office.url, office.new_code("s1", "r2")), EMPTY, World())
    assert Identity.load(tmp_path).register == "r2"


def test_a_technicians_notes_in_the_settings_are_kept(tmp_path: Path, office: StandInOffice, code: str) -> None:
    enrol(tmp_path, wish(office.url, code), EMPTY, World())
    path = tmp_path / "settings.toml"
    path.write_text("# router: under the counter\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    enrol(tmp_path, wish(office.url, office.new_code("s1", "r1")), EMPTY, World())
    assert "under the counter" in path.read_text(encoding="utf-8")


# -- identity.json -----------------------------------------------------------------------------------------------------


def test_an_identity_is_read_back_the_same(tmp_path: Path, office: StandInOffice, code: str) -> None:
    enrol(tmp_path, wish(office.url, code), EMPTY, World())
    identity = Identity.load(tmp_path)
    assert Identity.from_text(identity.to_text()) == identity


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"register": "R 1"},
        {"epoch": 0},
        {"epoch": "1"},
        {"pin_pepper": "not base64!"},
        {"time_zone": "Mars/Olympus"},
        {"private_key": ""},
        {"unknown": 1},
    ],
)
def test_a_spoilt_identity_is_not_used(
    tmp_path: Path, office: StandInOffice, code: str, change: dict[str, object]
) -> None:
    enrol(tmp_path, wish(office.url, code), EMPTY, World())
    wire = json.loads((tmp_path / "identity.json").read_text(encoding="utf-8"))
    (tmp_path / "identity.json").write_text(json.dumps({**wire, **change}), encoding="utf-8")
    with pytest.raises(Fault) as raised:
        Identity.load(tmp_path)
    assert raised.value.code == "identity-invalid"


def test_an_identity_cannot_be_built_wrong(tmp_path: Path, office: StandInOffice, code: str) -> None:
    enrol(tmp_path, wish(office.url, code), EMPTY, World())
    with pytest.raises(PosError):
        replace(Identity.load(tmp_path), store="Kauppa Oy")


# -- where head office reaches the register ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lan", "port", "url"),
    [
        (Lan(host="10.0.0.5", port=8081), None, "http://10.0.0.5:8081"),
        (Lan(host="10.0.0.5", port=0), 4711, "http://10.0.0.5:4711"),
        (Lan(host="10.0.0.5", port=0), None, "http://10.0.0.5"),
        (Lan(host="0.0.0.0", port=8081), None, "http://127.0.0.1:8081"),
        (Lan(host="0.0.0.0", port=8081, url="http://shop.example.fi:18081"), 8081, "http://shop.example.fi:18081"),
        (Lan(host="fd00::5", port=8081), None, "http://[fd00::5]:8081"),
    ],
)
def test_the_lan_address_is_the_settings_or_this_machines_on_the_way_to_head_office(
    lan: Lan, port: int | None, url: str
) -> None:
    settings = Settings(head_office=HeadOffice(url="http://127.0.0.1:8090"), lan=lan)
    assert lan_url(settings, port) == url
