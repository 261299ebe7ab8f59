"""The list of files beside a catalogue, and the pack that brings their contents."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poscore.errors import Refused, Untrusted
from poscore.side_files import Pack, SideFile, contents, header, list_bytes, read_list

HASH = "ab" * 32


@pytest.mark.parametrize("path", ["pictures/100001.jpg", "logo.png", "Ää kuva (1).png", "a/b/c/d-e_f.txt"])
def test_a_path_that_every_system_can_have_is_taken(path: str) -> None:
    assert read_list(list_bytes([SideFile(path, HASH, 3)])) == (SideFile(path, HASH, 3),)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../x",
        "a/../b",
        "a//b",
        "a/",
        ".hidden",
        "a/.x",
        "x.",
        "x ",
        "C:x",
        "a\\b",
        "a\nb",
        "x" * 201,
    ],
)
def test_any_other_path_is_refused(path: str) -> None:
    with pytest.raises(Refused) as refused:
        SideFile(path, HASH, 3)
    assert refused.value.code == "path-invalid"


TWICE = list_bytes([SideFile("a", HASH, 1)])[:-1] + b"," + list_bytes([SideFile("a", HASH, 1)])[1:]


@pytest.mark.parametrize("data", [b"", b"{}x", b"[1]", b'[{"path": "../x", "sha256": "", "bytes": 1}]', b"3", TWICE])
def test_what_is_no_list_is_damaged(data: bytes) -> None:
    with pytest.raises(Untrusted) as damaged:
        read_list(data)
    assert damaged.value.code == "damaged"


def test_the_list_is_the_same_bytes_in_whatever_order_files_were_found() -> None:
    one, two = SideFile("b", HASH, 1), SideFile("a", "cd" * 32, 2)
    assert list_bytes([one, two]) == list_bytes([two, one])
    expected = f'[{{"bytes":2,"path":"a","sha256":"{"cd" * 32}"}},{{"bytes":1,"path":"b","sha256":"{HASH}"}}]'
    assert list_bytes([one, two]).decode() == expected


def test_a_content_counts_once_whatever_the_number_of_its_paths() -> None:
    assert contents([SideFile("a", HASH, 1), SideFile("b", HASH, 1)]) == {HASH: 1}


@given(data=st.lists(st.binary(max_size=40), max_size=6), cut=st.integers(1, 60))
def test_contents_come_out_of_a_pack_as_they_went_in_however_it_is_cut(data: list[bytes], cut: int) -> None:
    packed = b"".join(header(hashlib.sha256(one).hexdigest(), len(one)) + one for one in data)
    pack, found = Pack(), list[bytes]()
    for at in range(0, len(packed), cut):
        for sha256, length, part in pack.feed(packed[at : at + cut]):
            if not part:
                found.append(b"")
                assert (sha256, length) == (hashlib.sha256(data[len(found) - 1]).hexdigest(), len(data[len(found) - 1]))
            found[-1] += part
    pack.end()
    assert found == data


@pytest.mark.parametrize("missing", [1, 4, 30, 44])
def test_a_pack_that_is_cut_is_damaged(missing: int) -> None:
    packed = header(HASH, 4) + b"four"
    pack = Pack()
    list(pack.feed(packed[: len(packed) - missing]))
    if missing == len(packed):
        pack.end()
        return
    with pytest.raises(Untrusted):
        pack.end()
