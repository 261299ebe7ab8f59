"""Head office's keys: who may sign what, and how the root's leave the machine."""

import json
import os

import pytest
from tuf.api.metadata import Metadata, Root

from poscore.errors import Fault, Refused
from poscore.tokens import Claims, sign_token, verify_token
from server_push.bundles.keys import ROOTS, Keys
from tests.support.pricelists import NOW


def test_two_of_three_root_keys_sign_and_each_role_has_its_own_key(head) -> None:
    root = Metadata.from_bytes(head.keys.root_bytes())
    assert isinstance(root.signed, Root)

    assert len(root.signatures) == 3
    assert (root.signed.roles["root"].threshold, len(root.signed.roles["root"].keyids)) == (2, 3)
    assert root.signed.roles["snapshot"].keyids == root.signed.roles["timestamp"].keyids
    assert root.signed.roles["targets"].keyids != root.signed.roles["snapshot"].keyids
    assert root.signed.consistent_snapshot
    root.signed.verify_delegate("root", root.signed_bytes, root.signatures)
    assert (root.signed.expires - NOW.replace(tzinfo=root.signed.expires.tzinfo)).days == 730


def test_the_root_is_kept_to_the_byte(head) -> None:
    stored = (head.directory / "keys/root/1.root.json").read_bytes()

    assert Keys(head.directory / "keys").root_bytes() == stored
    assert json.loads(stored)["signed"]["version"] == 1
    assert head.keys.later_roots() == {}
    (head.directory / "keys/root/2.root.json").write_bytes(b"two")
    (head.directory / "keys/root/3.root.json").write_bytes(b"three")
    assert head.keys.later_roots() == {2: b"two", 3: b"three"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_private_keys_are_their_owners_alone(head) -> None:
    for name in (*ROOTS, "targets", "sender"):
        assert (head.directory / "keys" / name).stat().st_mode & 0o777 == 0o600
    assert (head.directory / "keys").stat().st_mode & 0o777 == 0o700


def test_keys_are_made_once(head) -> None:
    with pytest.raises(Refused) as refused:
        Keys.create(head.directory / "keys", NOW)
    assert refused.value.code == "keys-exist"


def test_the_senders_key_signs_tokens(head) -> None:
    key = head.keys.sender_signing_key()
    claims = Claims("office", "r1", 1_800_000_000, "id", "0" * 64)

    assert verify_token(sign_token(key, claims), key.public, "r1") == claims
    root = json.loads(head.keys.root_bytes())["signed"]
    sender = root["keys"][root["roles"]["timestamp"]["keyids"][0]]["keyval"]["public"]
    import base64

    assert base64.urlsafe_b64decode(key.public["x"] + "=").hex() == sender


def test_the_root_keys_move_away_whole(head, tmp_path) -> None:
    before = {name: (head.directory / "keys" / name).read_bytes() for name in ROOTS}
    assert head.keys.root_keys_here() == list(ROOTS)

    head.keys.move_root(tmp_path / "stick")

    assert head.keys.root_keys_here() == []
    assert {name: (tmp_path / "stick" / name).read_bytes() for name in ROOTS} == before
    shown = {row.name: row.here for row in head.keys.show()}
    assert shown == {"root": False, "sender": True, "targets": True} or list(shown.values()).count(True) == 2
    with pytest.raises(Refused, match="not here any more"):
        head.keys.move_root(tmp_path / "other")
    with pytest.raises(Fault, match="root-1"):
        head.keys.signer("root-1")


def test_root_keys_are_not_moved_into_the_office_nor_over_others(head, tmp_path) -> None:
    (tmp_path / "stick").mkdir()
    (tmp_path / "stick/root-2").write_bytes(b"somebody's")
    for place in (tmp_path / "stick", head.directory / "safe"):
        with pytest.raises(Refused) as refused:
            head.keys.move_root(place)
        assert refused.value.code == "destination-unfit"

    assert head.keys.root_keys_here() == list(ROOTS)
    assert (tmp_path / "stick/root-2").read_bytes() == b"somebody's"


def test_a_move_that_fails_on_its_way_keeps_every_key(head, tmp_path, monkeypatch) -> None:
    from server_push.bundles import keys

    def fail_at_the_last(path, data):
        if path.name == ROOTS[-1]:
            raise OSError("the stick is full")
        create(path, data)

    create = keys.create_private
    monkeypatch.setattr(keys, "create_private", fail_at_the_last)
    with pytest.raises(OSError, match="full"):
        head.keys.move_root(tmp_path / "stick")

    assert head.keys.root_keys_here() == list(ROOTS)


def test_publishing_needs_no_root_key(head, tmp_path) -> None:
    head.keys.move_root(tmp_path / "stick")

    assert head.publish().new


def test_a_key_that_is_no_key_is_a_fault(head) -> None:
    (head.directory / "keys/targets").write_bytes(b"rubbish")

    with pytest.raises(Fault) as fault:
        head.keys.signer("targets")
    assert fault.value.code == "key-unreadable"
