"""What becomes of each delivered record, given what is stored already. The table of the return path:

| delivered | becomes |
|---|---|
| a seq that is free | taken |
| same seq, same hash | repeated: success, nothing changes |
| same seq, other hash | conflict: the first is kept, the second noted |
| bytes without their hash, or of another journal | asked for again; the third time taken and set aside |
| the right bytes for a seq that holds damaged ones | healed: the right ones take its place |
| the same once a person has settled the damaged ones | belated: noted with their bytes, and success |

Nothing here reads the clock or the disk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from server_push.intake.items import Item

# The same bytes that often without the right hash are what the register has; asking again would block its journal.
TRIES = 3


@dataclass(frozen=True, slots=True)
class Stored:
    """What holds a seq. `damaged`: its bytes do not have its hash. `settled`: that, and a person has settled it."""

    hash: str
    damaged: bool
    settled: bool = False


@dataclass(frozen=True, slots=True)
class Odd:
    """Where bytes that cannot tell their own seq were placed, and how often they came."""

    seq: int
    tries: int


@dataclass(slots=True)
class Sorting:
    taken: dict[int, Item] = field(default_factory=dict)
    healed: dict[int, Item] = field(default_factory=dict)
    repeated: list[int] = field(default_factory=list)
    belated: list[tuple[int, Item]] = field(default_factory=list)
    conflicts: list[tuple[int, Item]] = field(default_factory=list)
    resend: list[int] = field(default_factory=list)
    odd: dict[str, Odd] = field(default_factory=dict)  # by digest, as it must be kept from now on


def sort_out(
    items: Sequence[Item], seqs: Sequence[int], stored: Mapping[int, Stored], odd_before: Mapping[str, Odd]
) -> Sorting:
    sorting = Sorting()
    # Proper ones first: a place that a proper record claims in this batch is not for bytes that had to be placed.
    for item, seq in zip(items, seqs, strict=True):
        if item.seq is not None:
            _sort_proper(sorting, seq, item, stored)
    for item, seq in zip(items, seqs, strict=True):
        if item.seq is None:
            _sort_odd(sorting, seq, item, stored, odd_before)
    return sorting


def _sort_proper(sorting: Sorting, seq: int, item: Item, stored: Mapping[int, Stored]) -> None:
    holder = _holder(sorting, seq, stored)
    if holder is None:
        sorting.taken[seq] = item
    elif holder.hash != item.hash:
        sorting.conflicts.append((seq, item))
    elif holder.damaged:
        sorting.healed[seq] = item
    elif holder.settled:
        sorting.belated.append((seq, item))
    else:
        sorting.repeated.append(seq)


def _sort_odd(
    sorting: Sorting, seq: int, item: Item, stored: Mapping[int, Stored], odd_before: Mapping[str, Odd]
) -> None:
    digest = item.digest
    if digest in sorting.odd:
        return  # the same bytes twice in one batch are one delivery
    before = odd_before.get(digest, Odd(seq, 0))
    holder = _holder(sorting, seq, stored)
    if holder is not None and holder.hash == item.hash:
        sorting.repeated.append(seq)  # what it was meant to be is here, or it is here as it is
    elif item.may_come_right and before.tries + 1 < TRIES:
        sorting.odd[digest] = Odd(seq, before.tries + 1)
        sorting.resend.append(seq)
    else:
        sorting.odd[digest] = Odd(seq, TRIES)
        if holder is None:
            sorting.taken[seq] = item
        else:
            sorting.conflicts.append((seq, item))


def _holder(sorting: Sorting, seq: int, stored: Mapping[int, Stored]) -> Stored | None:
    now = sorting.healed.get(seq) or sorting.taken.get(seq)
    return Stored(now.hash, damaged=False) if now is not None else stored.get(seq)
