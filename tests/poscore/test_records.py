"""The chain: hypothesis chooses what is done to a journal, and the verifier must find it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poscore.canonical import canonical_bytes, sha256_hex
from poscore.errors import Untrusted
from poscore.records import Finding, Head, Record, genesis_hash, verify_chain
from tests.support.strategies import bodies, json_values

Row = tuple[int, str, bytes]
AT = "2026-11-22T20:00:00.000Z"


def a_chain(length: int, register: str = "r1", first: Any = None) -> list[Row]:
    """Rows as a journal keeps them."""
    rows: list[Row] = []
    prev = genesis_hash("s1", register, 1)
    for seq in range(1, length + 1):
        body = {"n": seq, "text": "säilyke", "first": first}
        data = Record("s1", register, 1, seq, prev, AT, "2026-11-22", "note", body).encoded()
        prev = sha256_hex(data)
        rows.append((seq, prev, data))
    return rows


def head_of(rows: Sequence[Row], register: str = "r1") -> Head:
    return Head(register, 1, rows[-1][0], rows[-1][1])


def findings(rows: Sequence[Row], head: Head | None = None, **part: Any) -> list[Finding]:
    return list(verify_chain(part.pop("genesis", genesis_hash("s1", "r1", 1)), rows, head, **part))


def kinds(rows: Sequence[Row], head: Head | None = None) -> set[str]:
    return {finding.kind for finding in findings(rows, head)}


LENGTH = 6
places = st.integers(0, LENGTH - 1)


def test_a_sound_chain_has_no_findings() -> None:
    rows = a_chain(LENGTH)
    assert findings(rows, head_of(rows)) == []
    assert findings([]) == []
    assert findings([], Head("r1", 1, 0, genesis_hash("s1", "r1", 1))) == []


def test_a_head_from_before_the_last_records_still_fits() -> None:
    rows = a_chain(LENGTH)
    assert findings(rows, head_of(rows[:3])) == []


@given(places, st.data())
def test_an_edited_byte_is_found(at: int, data: st.DataObject) -> None:
    rows = a_chain(LENGTH)
    seq, digest, record = rows[at]
    byte = data.draw(st.integers(0, len(record) - 1))
    flipped = record[byte] ^ data.draw(st.integers(1, 255))
    rows[at] = (seq, digest, record[:byte] + bytes([flipped]) + record[byte + 1 :])
    assert "edited" in kinds(rows)


@given(st.integers(0, LENGTH - 2))
def test_a_record_rewritten_with_its_hash_is_found_by_the_next_one(at: int) -> None:
    rows = a_chain(LENGTH)
    forged = replace(Record.parse(rows[at][2]), body={"n": "forged"}).encoded()
    rows[at] = (rows[at][0], sha256_hex(forged), forged)
    assert findings(rows) == [Finding(at + 2, "chain-break", "prev_hash is not the hash of the record before it")]


def test_the_last_record_rewritten_with_its_hash_is_found_by_the_signed_head() -> None:
    rows = a_chain(LENGTH)
    head = head_of(rows)
    forged = replace(Record.parse(rows[-1][2]), body={"n": "forged"}).encoded()
    rows[-1] = (LENGTH, sha256_hex(forged), forged)
    assert findings(rows) == []
    assert kinds(rows, head) == {"head-differs"}


@given(st.integers(0, LENGTH - 2), st.integers(1, LENGTH - 1))
def test_a_removed_middle_is_found(first: int, count: int) -> None:
    rows = a_chain(LENGTH)
    count = min(count, LENGTH - 1 - first)
    assert findings(rows[:first] + rows[first + count :]) == [
        Finding(first + 1, "missing", f"records {first + 1} to {first + count} are missing")
    ]


@given(st.integers(1, LENGTH))
def test_a_removed_tail_is_found_against_a_signed_head(count: int) -> None:
    rows = a_chain(LENGTH)
    left = rows[: LENGTH - count]
    assert findings(left) == []
    detail = f"the signed head is at {LENGTH}, the journal ends at {len(left)}"
    assert findings(left, head_of(rows)) == [Finding(len(left) + 1, "tail-missing", detail)]


@given(places, places)
def test_swapped_rows_are_found(one: int, other: int) -> None:
    rows = a_chain(LENGTH)
    rows[one], rows[other] = rows[other], rows[one]
    assert ("swapped" in kinds(rows)) == (one != other)


@given(places, places)
def test_swapped_contents_are_found(one: int, other: int) -> None:
    rows = a_chain(LENGTH)
    rows[one], rows[other] = (rows[one][0], *rows[other][1:]), (rows[other][0], *rows[one][1:])
    assert ("swapped" in kinds(rows)) == (one != other)


@given(places, st.integers(0, LENGTH))
def test_a_duplicate_record_is_found(which: int, at: int) -> None:
    rows = a_chain(LENGTH)
    rows.insert(at, rows[which])
    assert "duplicate" in kinds(rows)


@given(places)
def test_a_torn_record_is_found(at: int) -> None:
    rows = a_chain(LENGTH)
    seq, digest, record = rows[at]
    rows[at] = (seq, digest, record[: len(record) // 2])
    assert kinds(rows) == {"edited"}


@given(places)
def test_a_record_of_another_register_among_ours_is_found(at: int) -> None:
    rows = a_chain(LENGTH)
    rows[at] = a_chain(LENGTH, "r2")[at]
    assert kinds(rows) & {"foreign", "chain-break"}
    if at:
        assert "foreign" in kinds(rows)


def test_the_whole_journal_of_another_register_is_found() -> None:
    assert kinds(a_chain(LENGTH, "r2")) == {"chain-break"}


def test_two_registers_mixed_are_found() -> None:
    ours, theirs = a_chain(LENGTH), a_chain(LENGTH, "r2")
    mixed = [row for pair in zip(ours, theirs, strict=True) for row in pair]
    assert kinds(mixed) >= {"foreign", "duplicate"}


@given(st.integers(1, LENGTH - 1))
def test_a_part_is_verified_from_the_head_before_it(after: int) -> None:
    rows = a_chain(LENGTH)
    before = rows[after - 1][1]
    assert findings(rows[after:], head_of(rows), genesis=before, after=after) == []
    assert findings(rows[after:], genesis="0" * 64, after=after)[0].kind == "chain-break"
    assert [f.kind for f in findings(rows[after + 1 :], genesis=before, after=after)] == ["missing"] * (
        after < LENGTH - 1
    )


def test_a_finding_goes_to_the_wire() -> None:
    assert Finding(3, "edited", "why").to_wire() == {"seq": 3, "kind": "edited", "detail": "why"}


# -- records and heads -------------------------------------------------------------------------------------------------


@settings(max_examples=50)
@given(bodies, st.one_of(st.none(), st.just("2026-11-22")))
def test_a_record_survives_its_bytes(body: dict[str, Any], day: str | None) -> None:
    record = Record("s1", "r1", 1, 1, genesis_hash("s1", "r1", 1), AT, day, "note", body)
    assert Record.parse(record.encoded()) == record
    assert Record.parse(record.encoded().decode()) == record
    assert Record.parse(record.encoded()).encoded() == record.encoded()


def test_a_body_that_has_no_canonical_form_cannot_be_encoded() -> None:
    record = Record("s1", "r1", 1, 1, genesis_hash("s1", "r1", 1), AT, None, "note", {"price": 1.5})
    with pytest.raises(ValueError, match="float"):
        record.encoded()


@given(json_values)
def test_arbitrary_json_is_no_record(value: Any) -> None:
    with pytest.raises(Untrusted) as untrusted:
        Record.parse(canonical_bytes(value))
    assert untrusted.value.code == "record-unreadable"


@pytest.mark.parametrize(
    "change",
    [{"v": 2}, {"seq": "1"}, {"seq": 1.0}, {"epoch": True}, {"body": []}, {"more": 1}, {"v": None}],
    ids=repr,
)
def test_a_record_of_another_version_or_shape_is_not_read(change: dict[str, Any]) -> None:
    import json

    wire = json.loads(a_chain(1)[0][2]) | change
    with pytest.raises(Untrusted):
        Record.parse(json.dumps(wire))


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", "null", "[]", '{"v":1}'])
def test_bytes_that_are_no_record_are_not_read(data: bytes | str) -> None:
    with pytest.raises(Untrusted):
        Record.parse(data)


def test_the_genesis_says_who_writes_and_nothing_else() -> None:
    assert genesis_hash("s1", "r1", 1) == sha256_hex(b'{"epoch":1,"register":"r1","store":"s1"}')
    assert len({genesis_hash(s, r, e) for s in ("s1", "s2") for r in ("r1", "r2") for e in (1, 2)}) == 8


def test_a_head_survives_the_wire() -> None:
    head = Head("r1", 1, 7, "ab" * 32)
    assert Head.from_wire(head.to_wire()) == head


@pytest.mark.parametrize(
    "wire",
    [{}, {"register": "r1", "epoch": 1, "seq": 7}, {"register": "r1", "epoch": 1, "seq": "7", "hash": "x"}, [], None],
)
def test_what_is_no_head_is_not_read(wire: Any) -> None:
    with pytest.raises(Untrusted) as untrusted:
        Head.from_wire(wire)
    assert untrusted.value.code == "head-unreadable"
