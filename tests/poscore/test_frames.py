"""The framing of deltas: which part of the base a segment may refer to, and frames in pieces of any length."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poscore.errors import Untrusted
from poscore.frames import MAX_PAYLOAD, SEGMENT, Frames, framed, segment_bytes, window


@given(index=st.integers(0, 1_000), base_bytes=st.integers(0, 1 << 32))
def test_a_window_lies_in_the_base_and_is_as_long_as_it_can_be(index: int, base_bytes: int) -> None:
    offset, length = window(index, base_bytes)
    assert 0 <= offset <= offset + length <= base_bytes
    assert length == min(SEGMENT, base_bytes)


@given(total=st.integers(0, 1 << 26))
def test_the_segments_are_the_file(total: int) -> None:
    count = -(-total // SEGMENT)
    assert sum(segment_bytes(index, total) for index in range(count)) == total
    assert segment_bytes(count, total) == 0


@given(payloads=st.lists(st.binary(max_size=50), max_size=10), cut=st.integers(1, 70))
def test_frames_come_out_as_they_went_in_however_the_bytes_are_cut(payloads: list[bytes], cut: int) -> None:
    data = b"".join(framed(payload) for payload in payloads)
    frames = Frames()
    found = [payload for at in range(0, len(data), cut) for payload in frames.feed(data[at : at + cut])]
    frames.end()
    assert found == payloads


def test_a_frame_that_is_cut_is_damaged() -> None:
    frames = Frames()
    assert list(frames.feed(framed(b"one")[:-1])) == []
    with pytest.raises(Untrusted) as damaged:
        frames.end()
    assert damaged.value.code == "damaged"


def test_a_frame_that_says_it_is_longer_than_any_is_damaged_at_once() -> None:
    with pytest.raises(Untrusted):
        list(Frames().feed((MAX_PAYLOAD + 1).to_bytes(4, "big")))
    with pytest.raises(ValueError, match="longer"):
        framed(bytes(MAX_PAYLOAD + 1))


def test_the_length_is_four_bytes_the_most_significant_first() -> None:
    assert framed(b"ab") == b"\0\0\0\2ab"
