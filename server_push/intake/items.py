"""One delivered record: what its bytes prove, before anything is asked of the database.

- The hash is checked before the bytes are parsed.
- A proper item has the hash it came with, can be read, and names its caller's store, register and epoch. Only such a
  one says by itself which seq it takes; any other is placed by its neighbours, for a register sends in order.

Nothing here reads the clock or the disk.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from poscore.errors import PosError, Refused, Untrusted
from poscore.instants import parse_instant
from poscore.records import SALE, Record
from server_push.intake.documents import AT_ONCE, SaleRows, is_day, read_plain_sales, read_sale
from server_push.intake.plain import MAX_SEQ, PlainSale, read_plain

# Why a record is set aside.
DAMAGED, UNREADABLE, FOREIGN = "damaged", "record-unreadable", "record-foreign"
SALE_INVALID, RECEIPT_TAKEN, CUSTOMER_UNKNOWN = "sale-invalid", "receipt-no-taken", "customer-unknown"


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose journal a batch belongs to."""

    store: str
    register: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a record must be set aside."""

    reason: str
    detail: str


class Said(NamedTuple):
    """What a record says of itself. Its body is not kept: five hundred of them would be memory that nobody reads.

    `document`: whether it holds a sale's document at all; `receipt_no` and `training` are that document's.
    """

    seq: int
    prev_hash: str
    at: str
    type: str
    business_day: str | None
    document: bool
    receipt_no: str | None
    training: bool

    @classmethod
    def of(cls, record: Record) -> Said:
        sale = record.body.get("sale")
        document = sale if isinstance(sale, dict) else {}
        number = document.get("receipt_no")
        return cls(
            record.seq,
            record.prev_hash,
            record.at,
            record.type,
            record.business_day,
            document is sale,
            number if isinstance(number, str) else None,
            document.get("training") is True,
        )

    @classmethod
    def of_plain(cls, record: PlainSale) -> Said:
        sale = record.body.sale
        header = (record.seq, record.prev_hash, record.at, record.type, record.business_day)
        return cls(*header, document=True, receipt_no=sale.receipt_no, training=sale.training)


class Item(NamedTuple):
    """One record as it came. `hash`: hex, as the register gave it. `said`: None when the bytes cannot be read.

    `seq`: its own, None unless the item is proper. `sale`: the rows of a sale that holds.
    """

    data: bytes
    hash: str
    said: Said | None
    seq: int | None = None
    sale: SaleRows | None = None
    fault: Fault | None = None

    @property
    def digest(self) -> str:
        """One value for the same bytes delivered with the same hash."""
        return sha256(self.hash.encode() + self.data).hexdigest()

    @property
    def name(self) -> str:
        """The hash of the bytes; of damaged ones the digest, for several kinds of damage come under one hash."""
        damaged = self.fault is not None and self.fault.reason == DAMAGED
        return self.digest if damaged else self.hash

    @property
    def may_come_right(self) -> bool:
        """True when it may be the delivery that is at fault, so that asking again helps."""
        return self.fault is not None and self.fault.reason in (DAMAGED, FOREIGN)

    @property
    def is_sale(self) -> bool:
        """A completed sale or return of this journal, be it one whose sums do not hold."""
        if self.sale is not None:
            return True
        return self.seq is not None and self.said is not None and self.said.type == SALE and self.said.document

    @property
    def business_day(self) -> str | None:
        """As the record tells it; None when it does not."""
        if self.sale is not None:
            return self.sale.business_day
        return self.said.business_day if self.said is not None else None


def read_items(origin: Origin, delivered: Sequence[tuple[str, str]]) -> list[Item]:
    """Items of (hash, record text). A record may be anything at all."""
    items: list[Item] = []
    for start in range(0, len(delivered), AT_ONCE):
        items += _read_some(origin, delivered[start : start + AT_ONCE])
    return items


def reread(origin: Origin, record: tuple[str, str]) -> Item:
    """One (hash, text) that a person has put right."""
    claimed, text = record
    return _read(origin, claimed, text.encode())


def readable_record(data: bytes) -> Record | None:
    """The record of stored bytes; None when they cannot be read."""
    try:
        return _parsed(data)
    except PosError:
        return None


def seqs_of(items: Sequence[Item], acked_seq: int, placed_before: Mapping[str, int]) -> list[int]:
    """The seq of each item. `placed_before`: what earlier deliveries of the same bytes were given, by digest."""
    return [
        item.seq if item.seq is not None else placed_before.get(item.digest) or _placed(items, place, acked_seq)
        for place, item in enumerate(items)
    ]


def _read_some(origin: Origin, delivered: Sequence[tuple[str, str]]) -> list[Item]:
    """Plain sales together; anything else by itself, in words."""
    some = [(claimed, text.encode()) for claimed, text in delivered]
    plain = [_plain(origin, claimed, data) for claimed, data in some]
    sales = iter(read_plain_sales([record.body.sale for record in plain if record is not None]))
    items = []
    for (claimed, data), record in zip(some, plain, strict=True):
        if record is None or (rows := next(sales)) is None:
            items.append(_read(origin, claimed, data))
        else:
            items.append(Item(data, claimed, Said.of_plain(record), record.seq, rows))
    return items


def _plain(origin: Origin, claimed: str, data: bytes) -> PlainSale | None:
    """A proper sale, but for its document; None for what may be that or anything else."""
    if sha256(data).hexdigest() != claimed:
        return None
    record = read_plain(data)
    if record is None or (record.store, record.register, record.epoch) != (origin.store, origin.register, origin.epoch):
        return None
    return record if _is_instant(record.at) and (record.business_day is None or is_day(record.business_day)) else None


def _read(origin: Origin, claimed: str, data: bytes) -> Item:
    if sha256(data).hexdigest() != claimed:
        fault = Fault(DAMAGED, "the bytes do not have the hash they came with")
        return Item(data, claimed, _readable(data), fault=fault)
    try:
        record = _parsed(data)
    except Untrusted as error:
        return Item(data, claimed, None, fault=Fault(UNREADABLE, error.detail))
    said = Said.of(record)
    if record.store != origin.store or record.register != origin.register or record.epoch != origin.epoch:
        whose = f"{record.store}/{record.register}, epoch {record.epoch}"
        return Item(data, claimed, said, fault=Fault(FOREIGN, f"the record belongs to {whose}"))
    if record.type != SALE:
        return Item(data, claimed, said, record.seq)
    rows = read_sale(record.body.get("sale"))
    if isinstance(rows, Refused):
        return Item(data, claimed, said, record.seq, fault=Fault(SALE_INVALID, rows.detail))
    return Item(data, claimed, said, record.seq, rows)


def _parsed(data: bytes) -> Record:
    """The record, with what Record.parse leaves open and our columns rely on. Raises Untrusted."""
    record = Record.parse(data)
    texts = (record.store, record.register, record.prev_hash, record.at, record.type)
    if any(type(text) is not str for text in texts) or not 1 <= record.seq <= MAX_SEQ:
        raise Untrusted(UNREADABLE, "a field of the record has a wrong type or is out of range")
    if record.business_day is not None and not is_day(record.business_day):
        raise Untrusted(UNREADABLE, f"{record.business_day!r} is not a business day")
    try:
        parse_instant(record.at)
    except Refused as error:
        raise Untrusted(UNREADABLE, error.detail) from None
    return record


def _is_instant(text: str) -> bool:
    try:
        parse_instant(text)
    except Refused:
        return False
    return True


def _readable(data: bytes) -> Said | None:
    record = readable_record(data)
    return None if record is None else Said.of(record)


def _placed(items: Sequence[Item], place: int, acked_seq: int) -> int:
    """Between two that follow on: the one missing. Else what the bytes say, else by the nearest that knows its seq."""
    before = items[place - 1].seq if place else None
    after = items[place + 1].seq if place + 1 < len(items) else None
    if before is not None and after == before + 2:
        return before + 1
    said = items[place].said
    if said is not None:
        return said.seq
    known = [(abs(at - place), at, item.seq) for at, item in enumerate(items) if item.seq is not None]
    if not known:
        return acked_seq + 1 + place  # a register sends on from what was acknowledged
    _, at, seq = min(known)
    return max(seq + place - at, 1)
