"""PINs that were changed at a till: the newest of each cashier is noted, whatever comes in whatever order."""

from __future__ import annotations

from typing import Any

import pytest

from poscore.pins import hash_pin
from poscore.records import PIN_CHANGED
from tests.support.intaking import Office
from tests.support.returning import Returning

HASHES = [hash_pin(pin, b"p" * 32, b"s" * 16) for pin in ("4711", "8642")]
EARLY, LATE = "2026-11-22T12:00:00.000Z", "2026-11-22T13:00:00.000Z"


def changed(till: Returning, at: str = EARLY, pin_hash: Any = HASHES[0], cashier: Any = "101") -> int:
    return till.write(PIN_CHANGED, {"cashier": cashier, "pin_hash": pin_hash, "changed_at": at})


def noted(office: Office) -> list[tuple[object, ...]]:
    return office.rows("SELECT store, cashier_id, pin_hash, changed_at FROM cashier_pin_change ORDER BY cashier_id")


def test_a_change_is_noted_for_its_store_once(office: Office, till: Returning) -> None:
    changed(till)
    for _ in range(2):
        office.receive(till, till.records())
    assert noted(office) == [("s1", "101", HASHES[0], EARLY)]


@pytest.mark.parametrize("seqs", [[[1, 2]], [[1], [2]], [[2], [1]]])
def test_the_newest_stays_in_whatever_order_they_come(office: Office, till: Returning, seqs: list[list[int]]) -> None:
    changed(till, EARLY)
    changed(till, LATE, HASHES[1])
    for some in seqs:
        office.receive(till, till.records(some))
    assert noted(office) == [("s1", "101", HASHES[1], LATE)]


def test_no_pin_is_newer_than_the_news_of_it(office: Office, till: Returning) -> None:
    changed(till, "2031-01-01T00:00:00.000Z")
    office.receive(till, till.records())
    assert noted(office) == [("s1", "101", HASHES[0], "2026-11-22T20:00:00.000Z")]


@pytest.mark.parametrize(
    "body",
    [
        {"pin_hash": "4711"},
        {"pin_hash": HASHES[0].replace("m=19456", "m=9999999")},  # minutes at every sign-in of the store
        {"pin_hash": None},
        {"pin_hash": HASHES[0] + "\n"},
        {"cashier": 101},
        {"cashier": ""},
        {"cashier": "x" * 65},
        {"at": "yesterday"},
        {"at": "2026-11-22T12:00:00Z"},
        {"at": None},
    ],
)
def test_what_no_register_would_write_is_kept_and_not_taken(
    office: Office, till: Returning, body: dict[str, Any]
) -> None:
    changed(till, **body)
    changed(till, cashier="102")
    assert office.receive(till, till.records()).acked_seq == 2
    assert [row[1] for row in noted(office)] == ["102"]


def test_damaged_bytes_change_no_pin(office: Office, till: Returning) -> None:
    changed(till)
    digest, record = till.records()[0]
    for _ in range(3):
        office.receive(till, [(digest, record.replace("101", "102"))])
    assert noted(office) == []
