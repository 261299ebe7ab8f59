"""How far one journal has come, and what its signed heads say about it.

- The watermark stands at the end of the unbroken part; a gap is what is missing between it and the next record stored.
- A head that is older than one seen before, or that names another hash, is an incident: a copied or restored register.

Nothing here reads the clock or the disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from poscore.records import Head

# What a person must know of. `kind` is stable.
SEQUENCE_CONFLICT, CHAIN_BREAK = "sequence_conflict", "chain_break"
HEAD_BEHIND, HEAD_CONFLICT, HEAD_DIFFERS, HEAD_SHORT = "head_behind", "head_conflict", "head_differs", "head_short"
GAP_OPEN, ARTICLE_UNKNOWN = "gap_open", "article_unknown"
TRUE_RECORD_LATE, CLOCK_OFF, JOURNAL_IMPORTED = "true_record_late", "clock_off", "journal_imported"

GAP_PATIENCE_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Incident:
    kind: str
    seq: int
    detail: str
    hash: str = ""
    record: bytes | None = None

    def to_row(self) -> dict[str, Any]:
        return {"kind": self.kind, "seq": self.seq, "detail": self.detail, "hash": self.hash, "record": self.record}


@dataclass(frozen=True, slots=True)
class Gap:
    """Both ends are missing, as is all between."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Mark:
    """`acked_*`: the end of the unbroken part; seq 0 with the genesis hash before the first. `head`: the highest."""

    acked_seq: int
    acked_hash: str
    last_seq: int
    head: Head
    head_jws: str
    gap_since: str | None = None

    def advanced(self, above: Iterable[tuple[int, str]]) -> tuple[Mark, Gap | None]:
        """The mark after what is stored `above` it now: (seq, hash) ascending, read only as far as it is unbroken."""
        seq, digest = self.acked_seq, self.acked_hash
        for next_seq, next_hash in above:
            if next_seq != seq + 1:
                return replace(self, acked_seq=seq, acked_hash=digest), Gap(seq + 1, next_seq - 1)
            seq, digest = next_seq, next_hash
        return replace(self, acked_seq=seq, acked_hash=digest), None

    def with_head(self, head: Head, jws: str) -> Mark:
        return replace(self, head=head, head_jws=jws) if head.seq > self.head.seq else self


def head_incidents(mark: Mark, head: Head, highest_seq: int) -> Iterator[Incident]:
    """What is wrong with a newly signed head. `highest_seq`: of the records that came with it."""
    if head.seq < mark.head.seq:
        detail = f"the register signed {mark.head.seq} before and now signs {head.seq}: was it restored or copied?"
        yield Incident(HEAD_BEHIND, head.seq, detail, head.hash)
    elif head.seq == mark.head.seq and head.hash != mark.head.hash:
        yield Incident(HEAD_CONFLICT, head.seq, f"two heads were signed for {head.seq}", head.hash)
    if head.seq < highest_seq:
        yield Incident(HEAD_SHORT, head.seq, f"records up to {highest_seq} came with it", head.hash)


def head_differs(head: Head, stored_hash: str | None) -> Iterator[Incident]:
    if stored_hash is not None and stored_hash != head.hash:
        yield Incident(HEAD_DIFFERS, head.seq, "the signed head names another hash than the record has", head.hash)


def chain_breaks(
    new: Iterable[int], prev_of: Mapping[int, str], hash_of: Mapping[int, str], genesis: str
) -> Iterator[Incident]:
    """Links to and from the `new` seqs that do not hold; ends that are not known yet are left for when they come."""
    for seq in sorted({link for taken in new for link in (taken, taken + 1)}):
        prev, before = prev_of.get(seq), genesis if seq == 1 else hash_of.get(seq - 1)
        if prev is not None and before is not None and prev != before:
            yield Incident(CHAIN_BREAK, seq, "prev_hash is not the hash of the record before it", hash_of.get(seq, ""))
