"""A register as head office sees it: a key, a journal it chains, batches and tokens it signs.

It is built on poscore alone, the way a register of somebody else's make would be. Builders say only what the test is
about: `till.sell(card=1250)` is a sale of one line, paid by card.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from poscore import records
from poscore.canonical import canonical_bytes, sha256_hex
from poscore.ids import ReceiptNo
from poscore.quantity import Quantity
from poscore.records import Head, Record, genesis_hash
from poscore.sale import COMPLETED, RETURN, SALE, Header, Line, Sale, Tender
from poscore.tokens import Claims, SigningKey, sign_head, sign_token

DAY = "2026-11-22"
AT = "2026-11-22T12:00:00.000Z"


@dataclass
class Returning:
    """`written`: (hash, record text) in the order of seq."""

    store: str = "s1"
    register: str = "r1"
    epoch: int = 1
    key: SigningKey = field(default_factory=SigningKey.generate)
    written: list[tuple[str, str]] = field(default_factory=list)
    numbers: int = 0
    training_numbers: int = 0

    # -- writing -------------------------------------------------------------------------------------------------------

    @property
    def head(self) -> Head:
        genesis = genesis_hash(self.store, self.register, self.epoch)
        return Head(self.register, self.epoch, len(self.written), self.written[-1][0] if self.written else genesis)

    def write(self, kind: str, body: dict[str, Any], day: str | None = DAY, prev_hash: str | None = None) -> int:
        """One record more; its seq."""
        head = self.head
        prev = prev_hash or head.hash
        record = Record(self.store, self.register, self.epoch, head.seq + 1, prev, AT, day, kind, body)
        data = record.encoded()
        self.written.append((sha256_hex(data), data.decode()))
        return record.seq

    def sell(self, price: int = 250, lines: int = 1, **changed: Any) -> int:
        return self.write(records.SALE, {"sale": self.document(price, lines, **changed)})

    def document(self, price: int = 250, lines: int = 1, **changed: Any) -> dict[str, Any]:
        """A completed sale of `lines` lines at `price`, by card unless `tenders` says otherwise."""
        kind, training = changed.pop("kind", SALE), changed.pop("training", False)
        sign = -1 if kind == RETURN else 1
        sold = tuple(
            Line(
                n,
                changed.pop("article_id", None) if n == 1 else None,
                None,
                f"Tuote {n}",
                Quantity(sign * 1000),
                "kpl",
                price,
                0,
                0,
                2550,
                sign * price,
            )
            for n in range(1, lines + 1)
        )
        tenders = tuple(changed.pop("tenders", (Tender(1, "card", sign * price * lines),)))
        number = self._number(training)
        header = Header(
            **{
                "id": number,
                "receipt_no": number,
                "state": COMPLETED,
                "kind": kind,
                "offline": False,
                "training": training,
                "business_day": DAY,
                "cashier": "101",
                "customer": None,
                "snapshot": 1,
                **changed,
            }
        )
        return Sale.of(header, sold, tenders, 2550).to_wire()

    def _number(self, training: bool) -> str:
        if training:
            self.training_numbers += 1
            return ReceiptNo(self.register, self.epoch, self.training_numbers, training=True).text
        self.numbers += 1
        return ReceiptNo(self.register, self.epoch, self.numbers).text

    # -- sending -------------------------------------------------------------------------------------------------------

    def records(self, seqs: Iterable[int] | None = None) -> list[tuple[str, str]]:
        """Those of these seqs, in their order; all when None."""
        return list(self.written) if seqs is None else [self.written[seq - 1] for seq in seqs]

    def signed_head(self, head: Head | None = None) -> str:
        return sign_head(self.key, head or self.head)

    def batch(self, seqs: Iterable[int] | None = None) -> bytes:
        """The body of a journal call."""
        items = [{"hash": digest, "record": text} for digest, text in self.records(seqs)]
        return json.dumps({"epoch": self.epoch, "head": self.signed_head(), "records": items}).encode()

    def token(self, body: bytes, audience: str, at: datetime, **changed: Any) -> str:
        """A call's token: made now, for this body, unless `changed` says otherwise."""
        said = {
            "issuer": self.register,
            "audience": audience,
            "issued_at": int(at.timestamp()),
            "token_id": sha256_hex(body)[:16],
            "body": sha256_hex(body),
        }
        return sign_token(self.key, Claims(**{**said, **changed}))


def rehashed(text: str) -> tuple[str, str]:
    """A record's text with its right hash, whatever was done to the text."""
    return sha256_hex(text.encode()), text


def edited(record: tuple[str, str], **changed: Any) -> tuple[str, str]:
    """The record with fields changed, canonical and rightly hashed again."""
    wire = {**json.loads(record[1]), **changed}
    data = canonical_bytes(wire)
    return sha256_hex(data), data.decode()
