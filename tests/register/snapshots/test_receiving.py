import hashlib
import io
import struct
import zipfile
from pathlib import Path

import pytest

from poscore.bundle import MAX_BUNDLE_BYTES, MAX_MEMBERS
from poscore.errors import PosError, Refused, Untrusted
from register_svc.snapshots.container import Container
from register_svc.snapshots.receive import receive
from register_svc.snapshots.states import State
from tests.support.bundles import Bundle, Publisher, catalog
from tests.support.receiving import Receiving, until


@pytest.fixture
def bundle(publisher: Publisher) -> Bundle:
    return publisher.publish(3, catalog())


# -- the stream --------------------------------------------------------------------------------------------------------


def test_what_arrives_is_on_disk_byte_for_byte(tmp_path: Path) -> None:
    body = bytes(range(256)) * 20_000
    receive(io.BytesIO(body), len(body), sha256(body), tmp_path / "1.zip")
    assert (tmp_path / "1.zip").read_bytes() == body


def test_not_a_byte_more_than_announced_is_read(tmp_path: Path) -> None:
    stream = io.BytesIO(b"bundle" + b"the next request")
    receive(stream, 6, sha256(b"bundle"), tmp_path / "1.zip")
    assert stream.read() == b"the next request"


@pytest.mark.parametrize(
    ("length", "code"), [(None, "length-required"), (0, "length-required"), (MAX_BUNDLE_BYTES + 1, "too-large")]
)
def test_a_body_of_no_or_too_great_length_is_refused_before_it_is_read(
    tmp_path: Path, length: int | None, code: str
) -> None:
    stream = io.BytesIO(b"bundle")
    with pytest.raises(Refused) as refused:
        receive(stream, length, sha256(b"bundle"), tmp_path / "1.zip")
    assert refused.value.code == code
    assert stream.tell() == 0


@pytest.mark.parametrize(
    ("length", "claimed", "code"), [(7, b"bundle", "damaged"), (6, b"another", "token"), (5, b"bundle", "token")]
)
def test_a_body_that_is_short_or_not_the_signed_one_leaves_no_file(
    tmp_path: Path, length: int, claimed: bytes, code: str
) -> None:
    with pytest.raises(Untrusted) as refused:
        receive(io.BytesIO(b"bundle"), length, sha256(claimed), tmp_path / "1.zip")
    assert refused.value.code == code
    assert not list(tmp_path.iterdir())


# -- the container -----------------------------------------------------------------------------------------------------


def test_a_zip_cut_anywhere_is_damaged_and_changes_nothing(register: Receiving, bundle: Bundle) -> None:
    whole = bundle.zip()
    cuts = {1, 21, 22, 100, len(whole) // 2, len(whole) - 23, len(whole) - 22, len(whole) - 21, len(whole) - 1}
    for cut in sorted(cuts):
        assert refusal_of(register, whole[:cut]) == "damaged", cut
    assert register.slots.metadata() == {}
    assert register.files() == set()


def test_a_flipped_bit_anywhere_is_refused_and_never_sold_from(register: Receiving, bundle: Bundle) -> None:
    whole = bundle.zip()
    for place in range(0, len(whole), max(1, len(whole) // 150)):
        flipped = bytearray(whole)
        flipped[place] ^= 0x10
        refused = None
        try:
            register.push(bytes(flipped))
        except PosError as error:
            refused = error.code
        if refused:
            assert refused in ("damaged", "signature", "mix"), place
        else:
            until(lambda: register.snapshots.phase() is State.IDLE)
            # Date fields and attributes of a zip mean nothing; then the content is the signed one.
            slot = register.slots.get(3)
            assert slot is not None
            assert slot.reason == "hash" or slot.sha256 == bundle.catalog_sha256, place
    assert register.active is None


def test_compressed_members_are_refused(register: Receiving, bundle: Bundle) -> None:
    assert refusal_of(register, bundle.zip(zipfile.ZIP_DEFLATED)) == "damaged"


def test_more_members_than_agreed_are_refused(register: Receiving, bundle: Bundle) -> None:
    crowded = bundle
    for number in range(MAX_MEMBERS + 1 - len(bundle.members)):
        crowded = crowded.with_member(f"metadata/{number}.extra.json", b"{}")
    assert refusal_of(register, crowded.zip()) == "damaged"
    assert register.push(crowded.without("metadata/0.extra.json")).version == 3


def test_a_member_that_is_there_twice_is_refused(register: Receiving, bundle: Bundle) -> None:
    buffer = io.BytesIO(bundle.zip())
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("metadata/timestamp.json", b"{}")
    assert refusal_of(register, buffer.getvalue()) == "damaged"


def test_a_comment_at_the_end_is_refused(register: Receiving, bundle: Bundle) -> None:
    buffer = io.BytesIO(bundle.zip())
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = b"hello"
    assert refusal_of(register, buffer.getvalue()) == "damaged"


def test_a_directory_that_claims_to_be_huge_is_not_read(tmp_path: Path) -> None:
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 2, 2, 500_000_000, 0, 0)
    path = tmp_path / "1.zip"
    path.write_bytes(bytes(1000) + end)
    with pytest.raises(Untrusted) as refused:
        Container(path)
    assert refused.value.code == "damaged"


def refusal_of(register: Receiving, body: bytes) -> str:
    with pytest.raises(PosError) as refused:
        register.push(body)
    return refused.value.code


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
