"""Journal records: canonical JSON with the hash of the record before it, so that one signature covers all.

Rules:
- hash = SHA-256 of the record's canonical bytes; `prev_hash` lies inside those bytes.
- seq counts from 1 in each epoch of a register. The first record's `prev_hash` is `genesis_hash(...)`.
- The bytes are the record: they are kept and sent as they were written, and verified before they are parsed.

    >>> first = Record("s1", "r1", 1, 1, genesis_hash("s1", "r1", 1), "2026-11-22T20:00:00.000Z", None, "note", {})
    >>> Record.parse(first.encoded()) == first
    True
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from poscore.canonical import canonical_bytes, parse_json, sha256_hex
from poscore.errors import Untrusted

FORMAT = 1
HASH_HEX = 64

# Every type of record, with what its body says; FORMATS.md describes them. Head office keeps types it does not know.
SALE, SALE_ABORTED = "sale", "sale-aborted"
SHIFT_OPENED, SHIFT_CLOSED = "shift-opened", "shift-closed"
CASH_MOVED, DRAWER_OPENED, RECEIPT_COPIED = "cash-moved", "drawer-opened", "receipt-copied"
REPORT_PRINTED = "report-printed"
SIGNED_IN, SIGNED_OUT, LOCKED_OUT = "signed-in", "signed-out", "locked-out"
OVERRIDE_USED, PIN_CHANGED = "override-used", "pin-changed"
TRAINING_STARTED, TRAINING_ENDED = "training-started", "training-ended"
MODE_CHANGED, SNAPSHOT_ACTIVATED, REGISTER_STARTED = "mode-changed", "snapshot-activated", "register-started"

_FIELDS = frozenset(("at", "body", "business_day", "epoch", "prev_hash", "register", "seq", "store", "type", "v"))


def genesis_hash(store: str, register: str, epoch: int) -> str:
    """What the first record of an epoch links to: nothing but who writes it."""
    return sha256_hex(canonical_bytes({"epoch": epoch, "register": register, "store": store}))


@dataclass(frozen=True, slots=True)
class Record:
    """One fact. `at` is an instant's text, `business_day` a day's text or None outside a shift."""

    store: str
    register: str
    epoch: int
    seq: int
    prev_hash: str
    at: str
    business_day: str | None
    type: str
    body: dict[str, Any]

    def encoded(self) -> bytes:
        """The canonical bytes. Raises ValueError for a body outside the canonical domain."""
        return canonical_bytes(
            {
                "v": FORMAT,
                "store": self.store,
                "register": self.register,
                "epoch": self.epoch,
                "seq": self.seq,
                "prev_hash": self.prev_hash,
                "at": self.at,
                "business_day": self.business_day,
                "type": self.type,
                "body": self.body,
            }
        )

    @classmethod
    def parse(cls, data: bytes | str) -> Record:
        """The record of bytes that have been verified. Raises Untrusted `record-unreadable`."""
        try:
            wire = parse_json(data)
            if wire.keys() != _FIELDS or wire["v"] != FORMAT:
                raise ValueError("fields are missing, unknown, or of another version")
            if type(wire["seq"]) is not int or type(wire["epoch"]) is not int or type(wire["body"]) is not dict:
                raise ValueError("seq, epoch or body has the wrong type")
            return cls(
                wire["store"],
                wire["register"],
                wire["epoch"],
                wire["seq"],
                wire["prev_hash"],
                wire["at"],
                wire["business_day"],
                wire["type"],
                wire["body"],
            )
        except (ValueError, AttributeError, KeyError, TypeError) as error:
            raise Untrusted("record-unreadable", f"not a journal record: {error}") from None


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: what a signature covers. seq 0 with the genesis hash is an empty journal."""

    register: str
    epoch: int
    seq: int
    hash: str

    def to_wire(self) -> dict[str, Any]:
        return {"register": self.register, "epoch": self.epoch, "seq": self.seq, "hash": self.hash}

    @classmethod
    def from_wire(cls, wire: dict[str, Any]) -> Head:
        """Raises Untrusted `head-unreadable`."""
        try:
            head = cls(wire["register"], wire["epoch"], wire["seq"], wire["hash"])
            if set(wire) >= {"register", "epoch", "seq", "hash"} and type(head.seq) is type(head.epoch) is int:
                return head
        except (KeyError, TypeError):
            pass
        raise Untrusted("head-unreadable", "not the head of a journal")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a chain. kind: edited, duplicate, swapped, missing, chain-break, foreign, tail-missing…"""

    seq: int
    kind: str
    detail: str

    def to_wire(self) -> dict[str, Any]:
        return {"seq": self.seq, "kind": self.kind, "detail": self.detail}


def verify_chain(
    genesis: str, stored: Iterable[tuple[int, str, bytes]], head: Head | None = None, after: int = 0
) -> Iterator[Finding]:
    """Everything wrong with `stored`: (seq, hash, bytes) in the order in which they are kept.

    `genesis` is the prev_hash of seq 1. When the rows are only a part, `after` is the seq before the first of them and
    `genesis` that record's hash.
    `head` is the last thing known to have been written, when that is known from elsewhere (a signed head): without
    it a removed tail cannot be seen.
    """
    seq, prev = after, genesis
    owner: tuple[str, str, int] | None = None
    seen: dict[int, str] = {}
    for row_seq, row_hash, data in stored:
        if sha256_hex(data) != row_hash:
            yield Finding(row_seq, "edited", "the bytes do not match their hash")
        try:
            record = Record.parse(data)
        except Untrusted as error:
            yield Finding(row_seq, "edited", error.detail)
            seq, prev = row_seq, row_hash
            continue
        writer = (record.store, record.register, record.epoch)
        owner = owner or writer
        if writer != owner:
            yield Finding(row_seq, "foreign", f"it was written by {writer[1]} in epoch {writer[2]}")
        if record.seq != row_seq:
            yield Finding(row_seq, "swapped", f"the row holds record {record.seq}")
        if row_seq in seen:
            yield Finding(row_seq, "duplicate", "the sequence number is taken twice")
        elif row_seq < seq:
            yield Finding(row_seq, "swapped", f"it stands after {seq}")
        elif row_seq > seq + 1:
            yield Finding(seq + 1, "missing", f"records {seq + 1} to {row_seq - 1} are missing")
        elif record.prev_hash != prev:
            yield Finding(row_seq, "chain-break", "prev_hash is not the hash of the record before it")
        seen[row_seq] = row_hash
        seq, prev = max(seq, row_seq), row_hash
    if head is not None:
        yield from _against_head(head, seq, seen)


def _against_head(head: Head, last_seq: int, seen: Mapping[int, str]) -> Iterator[Finding]:
    if head.seq > last_seq:
        detail = f"the signed head is at {head.seq}, the journal ends at {last_seq}"
        yield Finding(last_seq + 1, "tail-missing", detail)
    elif head.seq in seen and seen[head.seq] != head.hash:
        yield Finding(head.seq, "head-differs", "the signed head names another hash")
