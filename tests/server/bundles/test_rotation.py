"""Keys replaced and revoked: what the next root says, who must sign it, and what a kill leaves."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest
from tuf.api.metadata import Metadata, Root

from poscore.errors import Fault, Refused
from server_push.bundles.keys import NEW, PREVIOUS_SENDER, ROOTS, Keys
from server_push.bundles.metadata import key_ids
from server_push.bundles.rotation import Rotation
from tests.server.bundles.conftest import Head
from tests.support.pricelists import NOW


@pytest.fixture
def rotation(head: Head) -> Rotation:
    return Rotation(head.keys)


def ids(head: Head) -> dict[str, str]:
    return {row.name: row.key_id for row in head.keys.show()}


def chain(head: Head) -> list[Metadata[Root]]:
    later = head.keys.later_roots()
    return [Metadata[Root].from_bytes(data) for data in (head.keys.root_bytes(), *later.values())]


@pytest.mark.parametrize("name", ["targets", "sender", "root-1", "root-3"])
def test_a_replaced_key_has_the_roles_of_the_old_one_and_the_others_stay(head: Head, rotation, name) -> None:
    before, roles = ids(head), key_ids(head.keys.root_bytes())

    done = rotation.rotate([name], NOW)

    after = ids(head)
    assert (done.version, done.replaced) == (2, (name,))
    assert {key for key in before if before[key] != after[key]} == {name}
    assert key_ids(head.keys.newest_root())[after[name]] == roles[before[name]]
    assert before[name] not in key_ids(head.keys.newest_root())
    assert (head.directory / "keys" / name).stat().st_mode & 0o777 == (0o600 if os.name != "nt" else 0o666)


def test_each_root_is_signed_by_two_of_the_one_before_and_two_of_its_own(head: Head, rotation) -> None:
    rotation.rotate(["root"], NOW)
    rotation.rotate(["targets"], NOW)
    rotation.rotate(["root-2"], NOW)

    roots = chain(head)
    assert [root.signed.version for root in roots] == [1, 2, 3, 4]
    for before, after in itertools.pairwise(roots):
        before.signed.verify_delegate("root", after.signed_bytes, after.signatures)
        after.signed.verify_delegate("root", after.signed_bytes, after.signatures)


def test_the_roots_date_can_be_renewed_alone(head: Head, rotation) -> None:
    before = ids(head)
    later = NOW.replace(year=NOW.year + 1)
    assert rotation.rotate([], later).replaced == ()
    assert ids(head) == before
    assert chain(head)[-1].signed.expires.year == later.year + 2


def test_root_keys_may_lie_elsewhere_and_stay_there(head: Head, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    head.keys.move_root(stick)

    Rotation(head.keys, stick).rotate(["targets", "root-1"], NOW)

    assert head.keys.root_keys_here() == []
    assert sorted(path.name for path in stick.iterdir()) == list(ROOTS)
    Rotation(head.keys, stick).rotate(["root"], NOW)


@pytest.mark.parametrize("gone", [["root-1", "root-2"], list(ROOTS)], ids=str)
def test_without_two_root_keys_nothing_changes(head: Head, tmp_path: Path, gone) -> None:
    for name in gone:
        (head.directory / "keys" / name).rename(tmp_path / name)
    before = sorted(path.name for path in (head.directory / "keys").iterdir())

    with pytest.raises(Refused) as refused:
        Rotation(head.keys).rotate(["targets"], NOW)

    assert refused.value.code == "root-keys-missing"
    assert sorted(path.name for path in (head.directory / "keys").iterdir()) == before
    assert head.keys.later_roots() == {}
    assert head.publish().new


def test_a_lost_root_key_is_revoked_by_its_id(head: Head, rotation) -> None:
    lost = ids(head)["root-2"]
    (head.directory / "keys/root-2").unlink()
    with pytest.raises(Refused):
        rotation.revoke("root-2", NOW)

    done = rotation.revoke(lost[:12], NOW)

    assert done.replaced == ("root-2",)
    assert lost not in key_ids(head.keys.newest_root())
    assert ids(head)["root-2"] != lost


@pytest.mark.parametrize("key", ["nobody", "abc", "", "0" * 12])
def test_what_is_no_key_is_not_replaced(head: Head, rotation, key) -> None:
    with pytest.raises(Refused) as refused:
        rotation.revoke(key, NOW)
    assert refused.value.code == "key-unknown"
    assert head.keys.later_roots() == {}


def test_a_replaced_sender_is_remembered_and_a_revoked_one_is_not(head: Head, rotation) -> None:
    first = head.keys.sender_signing_key().public
    rotation.rotate(["sender"], NOW)
    assert [key.public for key in head.keys.sender_keys()][1] == first

    rotation.revoke("sender", NOW)
    assert len(head.keys.sender_keys()) == 1
    assert not (head.directory / "keys" / PREVIOUS_SENDER).exists()


# -- kills -------------------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """Nothing after it is done, as after kill -9."""


@pytest.mark.parametrize("names", [["targets", "sender"], ["root"], ["targets", "sender", "root"]], ids=str)
@pytest.mark.parametrize("after_root", [False, True], ids=["before the root", "after the root"])
def test_killed_on_either_side_of_the_root_everything_still_signs(
    head: Head, monkeypatch: pytest.MonkeyPatch, names, after_root
) -> None:
    add_root = Keys.add_root

    def killed(keys: Keys, version: int, root: bytes) -> None:
        if after_root:
            add_root(keys, version, root)
        raise Killed

    before = ids(head)
    with monkeypatch.context() as patch:
        patch.setattr(Keys, "add_root", killed)
        with pytest.raises(Killed):
            Rotation(head.keys).rotate(names, NOW)

    keys = Keys(head.directory / "keys")  # as the next process has them
    known = key_ids(keys.newest_root())
    for name in ("targets", "sender"):
        assert keys.signer(name).public_key.keyid in known
        assert (keys.signer(name).public_key.keyid != before[name]) == (after_root and name in names)
    done = Rotation(keys).rotate(["targets"], NOW)
    assert done.version == (3 if after_root else 2)
    assert not [path for path in keys.folder.iterdir() if path.name.endswith(NEW)] or not after_root


# -- a passphrase ------------------------------------------------------------------------------------------------------


def test_keys_with_a_passphrase_open_with_it_and_not_without(tmp_path: Path) -> None:
    Keys.create(tmp_path / "keys", NOW, b"tosi salainen")
    for name in (*ROOTS, "targets", "sender"):
        assert b"ENCRYPTED" in (tmp_path / "keys" / name).read_bytes()

    assert Keys(tmp_path / "keys", b"tosi salainen").sender_signing_key()
    for passphrase in (None, b"vaara"):
        with pytest.raises(Fault) as fault:
            Keys(tmp_path / "keys", passphrase).signer("targets")
        assert fault.value.code == "passphrase"


def test_the_environment_says_the_passphrase_of_a_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Keys.create(tmp_path / "keys", NOW, b"tosi salainen")
    monkeypatch.setenv("OFFLINE_KASSA_PASSPHRASE", "tosi salainen")
    assert Keys(tmp_path / "keys").signer("targets")


def test_new_keys_have_the_passphrase_of_the_old_ones(tmp_path: Path) -> None:
    keys = Keys.create(tmp_path / "keys", NOW, b"tosi salainen")
    Rotation(keys).rotate(["targets", "root"], NOW)
    assert all(b"ENCRYPTED" in (tmp_path / "keys" / name).read_bytes() for name in (*ROOTS, "targets"))
    assert keys.signer("targets")


def test_root_keys_may_have_a_passphrase_of_their_own(head: Head, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    head.keys.move_root(stick, b"juuri")
    assert all(b"ENCRYPTED" in (stick / name).read_bytes() for name in ROOTS)

    Rotation(head.keys, stick, b"juuri").rotate(["targets", "root-1"], NOW)

    assert b"ENCRYPTED" not in (head.directory / "keys/targets").read_bytes()
    assert b"ENCRYPTED" in (stick / "root-1").read_bytes()
    with pytest.raises(Fault, match="passphrase"):
        Rotation(head.keys, stick).rotate(["targets"], NOW)
