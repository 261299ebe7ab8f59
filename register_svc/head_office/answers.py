"""What head office answers, as values that cannot be wrong.

Fields that this version does not know are passed over: head office may be newer than the register. An answer that lacks
what is needed is Fault `head-office-unreachable`: whoever gave it is not head office, or head office is broken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from register_svc.head_office.budget import unreachable


@dataclass(frozen=True, slots=True)
class SetAside:
    """A record that head office set aside for a person to look at. It has it: nothing is sent again."""

    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class UploadAnswer:
    """`acked_seq`: head office has every record up to here. `gap`: the first and last that it lacks after that.

    `resend`: records that arrived damaged, and were not taken. `conflicts`: when a number of the batch was taken by
    another record, how many such records of this epoch head office has kept beside by now.
    """

    acked_seq: int
    acked_hash: str | None
    gap: tuple[int, int] | None
    resend: tuple[int, ...]
    quarantined: tuple[SetAside, ...]
    conflicts: int = 0

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> UploadAnswer:
        try:
            acked, digest = wire["acked_seq"], wire.get("acked_hash")
            if type(acked) is not int or acked < 0 or not (digest is None or isinstance(digest, str)):
                raise ValueError("acked_seq or acked_hash")
            resend = tuple(wire.get("resend") or ())
            if not all(type(seq) is int for seq in resend):
                raise ValueError("resend")
            gap = wire.get("gap")
            span = (int(gap["from"]), int(gap["to"])) if gap else None
            aside = tuple(SetAside(int(one["seq"]), str(one["reason"])) for one in wire.get("quarantined") or ())
            conflicts = int(wire.get("conflicts") or 0)
        except (KeyError, ValueError, TypeError) as error:
            raise unreachable(f"the answer to an upload cannot be read: {error}") from None
        return cls(acked, digest, span, resend, aside, conflicts)


@dataclass(frozen=True, slots=True)
class JournalEnd:
    """How far head office has one epoch's journal: the watermark, and how many records it kept beside others."""

    epoch: int
    seq: int
    hash: str | None
    conflicts: int = 0

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> JournalEnd:
        """Raises KeyError, TypeError or ValueError."""
        epoch, seq, digest, conflicts = wire["epoch"], wire["seq"], wire.get("hash"), wire.get("conflicts", 0)
        if not all(type(number) is int and number >= 0 for number in (epoch, seq, conflicts)):
            raise ValueError("epoch, seq or conflicts")
        if not (digest is None or isinstance(digest, str)):
            raise ValueError("hash")
        return cls(epoch, seq, digest, conflicts)


@dataclass(frozen=True, slots=True)
class CheckInAnswer:
    """`snapshot`: what this register should have, as head office says it; None when it has nothing for it.

    `acked`: how far head office has every epoch; None when it does not say, or cannot be understood.
    """

    now: str | None
    next_check_in_s: float | None
    snapshot: dict[str, Any] | None
    acked: tuple[JournalEnd, ...] | None = None

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> CheckInAnswer:
        now, wait, snapshot = wire.get("now"), wire.get("next_check_in_s"), wire.get("snapshot")
        return cls(
            now if isinstance(now, str) else None,
            float(wait) if isinstance(wait, int | float) and wait >= 0 else None,
            snapshot if isinstance(snapshot, dict) else None,
            _ends(wire.get("acked")),
        )


def _ends(wire: Any) -> tuple[JournalEnd, ...] | None:
    try:
        return None if wire is None else tuple(JournalEnd.from_wire(one) for one in wire)
    except (KeyError, TypeError, ValueError):
        return None
