"""Accepting what a register returns: one batch, one transaction, durable before the answer.

| case | what happens |
|---|---|
| same seq, same hash | already stored; success |
| same seq, other hash | the first is kept, the other noted as `sequence_conflict`: a copied register |
| gap | what came is stored; the watermark stays below, the answer names the gap; open for a day: `gap_open` |
| bytes without their hash | the seq stays free, `resend`; the same bytes a third time are stored and set aside |
| the right bytes for such a seq | take the place; once a person has settled it they are noted: `true_record_late` |
| unreadable, sums do not hold, unknown customer, receipt number taken | set aside as it is; the watermark advances |
| unknown article | accepted, noted: the sale happened |
| `prev_hash` does not fit | noted as `chain_break`; the record is kept and counts |
| head older than one seen | noted as `head_behind`: a restored register |

    receipt = intake.receive(caller, Delivery(1, head_jws, (("5f1e…", '{"at":…}'),)), now)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from poscore.errors import Refused, Untrusted
from poscore.instants import instant_text, local_day, parse_instant
from poscore.records import Head, genesis_hash
from poscore.tokens import verify_head
from server_push.intake.entries import Entry, add_entries
from server_push.intake.items import CUSTOMER_UNKNOWN, RECEIPT_TAKEN, Fault, Item, Origin, read_items, seqs_of
from server_push.intake.ledger import Ledger
from server_push.intake.mark import (
    ARTICLE_UNKNOWN,
    GAP_OPEN,
    GAP_PATIENCE_S,
    JOURNAL_IMPORTED,
    SEQUENCE_CONFLICT,
    TRUE_RECORD_LATE,
    Gap,
    Incident,
    Mark,
    chain_breaks,
    head_differs,
    head_incidents,
)
from server_push.intake.pin_changes import note_pin_changes
from server_push.intake.shifts import note_shifts
from server_push.intake.sorting import Sorting, sort_out
from server_push.registers.callers import Caller
from server_push.registers.registers import Registers, note_contact
from server_push.storage import Storage
from server_push.storage.tables.assortment import article, customer
from server_push.storage.tables.intake import sale

_MAX_KNOWN_ARTICLES = 200_000  # some 20 MB of ids; an article never leaves its table, so what was known stays known


@dataclass(frozen=True, slots=True)
class Delivery:
    """A batch as it came: (hash, record text) pairs. `head`: JWS of poscore.records.Head."""

    epoch: int
    head: str
    records: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the register may rely on: everything up to `acked_seq` is here for good.

    `conflicts`: when a number in this batch was taken, how many such records of this journal are kept by now; else 0.
    """

    acked_seq: int
    acked_hash: str
    gap: Gap | None
    quarantined: Mapping[int, str]
    resend: Sequence[int]
    conflicts: int = 0

    def to_wire(self) -> dict[str, Any]:
        said = {
            "acked_seq": self.acked_seq,
            "acked_hash": self.acked_hash,
            "gap": {"from": self.gap.first, "to": self.gap.last} if self.gap else None,
            "quarantined": [{"seq": seq, "reason": self.quarantined[seq]} for seq in sorted(self.quarantined)],
            "resend": sorted(set(self.resend)),
        }
        return {**said, "conflicts": self.conflicts} if self.conflicts else said


class Intake:
    def __init__(self, storage: Storage, registers: Registers) -> None:
        self._storage, self._registers = storage, registers
        self._known_articles: set[str] = set()

    def receive(self, caller: Caller, delivery: Delivery, now: datetime) -> Receipt:
        """Raises Refused `epoch-unknown`, Untrusted `head-invalid`; else every record is dealt with."""
        origin = Origin(caller.store, caller.register, delivery.epoch)
        head = self._signed_head(caller, delivery)
        items = read_items(origin, delivery.records)  # the slow part, before the database is locked
        with self._storage.write() as connection:
            batch = _Batch(self, connection, origin, ZoneInfo(caller.time_zone), now)
            receipt = batch.receive(items, head, delivery.head)
            if delivery.epoch == caller.epoch:
                note_contact(connection, caller.register, max(head.seq - receipt.acked_seq, 0), instant_text(now))
            return receipt

    def bring(
        self, origin: Origin, time_zone: str, records: Sequence[tuple[str, str]], now: datetime
    ) -> tuple[Receipt, int, int]:
        """Records that no register sends: the receipt, how many were new, and the seq of the last signed head."""
        items = read_items(origin, records)
        with self._storage.write() as connection:
            batch = _Batch(self, connection, origin, ZoneInfo(time_zone), now)
            receipt = batch.receive(items, None, "")
            return receipt, batch.new, batch.signed_seq

    def note_import(self, origin: Origin, detail: str, digest: str, now: datetime) -> None:
        """That a journal came from a file with this hash; once."""
        with self._storage.write() as connection:
            ledger = Ledger(connection, origin, instant_text(now))
            ledger.note([Incident(JOURNAL_IMPORTED, 0, detail, digest)])

    def _signed_head(self, caller: Caller, delivery: Delivery) -> Head:
        """The head, by the key of its epoch; the register's newest key speaks for its closed epochs too."""
        keys = [caller.public_key]
        if delivery.epoch != caller.epoch:
            key = self._registers.key_of(caller.register, delivery.epoch)
            if key is None:
                raise Refused("epoch-unknown", f"{caller.register} has had no epoch {delivery.epoch}")
            keys.append(key)
        for key in keys:
            try:
                head = verify_head(delivery.head, key)
            except Untrusted:
                continue
            if (head.register, head.epoch) == (caller.register, delivery.epoch) and head.seq >= 0:
                return head
        raise Untrusted("head-invalid", "the head is not signed by this register for this epoch")

    def unknown_articles(self, ledger: Ledger, articles: set[str]) -> set[str]:
        asked = articles - self._known_articles
        if not asked:
            return asked
        found = ledger.known(article.c.article_id, asked)
        if len(self._known_articles) + len(found) > _MAX_KNOWN_ARTICLES:
            self._known_articles = set()
        self._known_articles |= found
        return asked - found


class _Batch:
    """One delivery within its transaction."""

    def __init__(self, intake: Intake, connection: Connection, origin: Origin, zone: ZoneInfo, now: datetime) -> None:
        self._intake, self._connection, self._origin = intake, connection, origin
        self._now, self._at = now, instant_text(now)
        self._today = local_day(now, zone).isoformat()
        self._ledger = Ledger(connection, origin, self._at)
        self.new = self.signed_seq = 0

    def receive(self, items: Sequence[Item], head: Head | None, jws: str) -> Receipt:
        """`head` None: nobody has signed for these records."""
        ledger, mark = self._ledger, self._ledger.mark()
        odd = ledger.odd()
        seqs = seqs_of(items, mark.acked_seq, {digest: one.seq for digest, one in odd.items()})
        stored = ledger.stored(set(seqs))
        sorting = sort_out(items, seqs, stored, odd)

        ledger.forget_damaged(sorting.healed.keys())
        entries = self._entries(sorting)
        add_entries(self._connection, self._origin, self._at, entries)
        note_pin_changes(self._connection, self._origin, self._at, entries)
        note_shifts(self._connection, self._origin, entries)
        settled = {item.seq for item in items if item.seq is not None}
        ledger.keep_odd(sorting.odd, odd, settled)

        hashes = {seq: one.hash for seq, one in stored.items()} | {entry.seq: entry.item.hash for entry in entries}
        self.new, self.signed_seq = len(entries), mark.head.seq
        moved, gap = self._advance(mark, entries, head or mark.head, jws if head else mark.head_jws)
        ledger.note(self._incidents(sorting, items, entries, hashes))
        if head is not None:
            ledger.note(self._head_incidents(mark, moved, head, max(seqs), hashes))
        ledger.note(self._old_gap(moved, gap))

        quarantined = {entry.seq: entry.fault.reason for entry in entries if entry.fault is not None}
        quarantined |= ledger.quarantined(set(sorting.repeated))
        conflicts = ledger.noted(SEQUENCE_CONFLICT) if sorting.conflicts else 0
        return Receipt(moved.acked_seq, moved.acked_hash, gap, quarantined, sorting.resend, conflicts)

    def _entries(self, sorting: Sorting) -> list[Entry]:
        """What is new, in the order of seq, with every reason to set one aside."""
        new = sorted({**sorting.taken, **sorting.healed}.items())
        first = self._ledger.next_arrivals(len(new)) if new else 0
        found = self._found_faults([item for _, item in new])
        return [
            Entry(seq, item, first + place, item.business_day or self._today, item.fault or found.get(id(item)))
            for place, (seq, item) in enumerate(new)
        ]

    def _found_faults(self, items: Sequence[Item]) -> dict[int, Fault]:
        """What only the database knows against a sale that holds in itself, by the item's id()."""
        sold = [(item, item.sale) for item in items if item.sale is not None]
        numbers = Counter(rows.sale_id for _, rows in sold)
        taken = self._ledger.known(sale.c.sale_id, numbers.keys(), " AND store = :store")
        named = {rows.customer for _, rows in sold if rows.customer is not None}
        customers = self._ledger.known(customer.c.customer_id, named)
        faults: dict[int, Fault] = {}
        for item, rows in sold:
            if rows.sale_id in taken:
                faults[id(item)] = Fault(RECEIPT_TAKEN, f"receipt {rows.sale_id} is on another record already")
            elif rows.customer is not None and rows.customer not in customers:
                faults[id(item)] = Fault(CUSTOMER_UNKNOWN, f"customer {rows.customer!r} is not known")
            if numbers[rows.sale_id] > 1:
                taken.add(rows.sale_id)  # the first of a batch has it
        return faults

    def _advance(self, mark: Mark, entries: Sequence[Entry], head: Head, jws: str) -> tuple[Mark, Gap | None]:
        last_seq = max([mark.last_seq, *(entry.seq for entry in entries)])
        # Nothing lay above the mark: what is new is all there is to walk along.
        new = [(entry.seq, entry.item.hash) for entry in entries if entry.seq > mark.acked_seq]
        above = new if mark.last_seq == mark.acked_seq else self._ledger.above(mark.acked_seq)
        moved, gap = replace(mark, last_seq=last_seq).advanced(above)
        since = (mark.gap_since or self._at) if gap is not None else None
        moved = replace(moved.with_head(head, jws), gap_since=since)
        self._ledger.keep_mark(moved)
        if mark.gap_since is not None and moved.acked_seq > mark.acked_seq:
            self._ledger.close_gaps(moved.acked_seq)
        return moved, gap

    # -- what a person must know of ------------------------------------------------------------------------------------

    def _incidents(
        self, sorting: Sorting, items: Sequence[Item], entries: Sequence[Entry], hashes: Mapping[int, str]
    ) -> Iterator[Incident]:
        for seq, item in sorting.belated:
            yield Incident(TRUE_RECORD_LATE, seq, "a person had settled its damaged bytes before", item.hash, item.data)
        for seq, item in sorting.conflicts:
            detail = "another record with this number was stored before: was the register copied or restored?"
            yield Incident(SEQUENCE_CONFLICT, seq, detail, item.name, item.data)
        yield from self._chain_breaks(items, entries, hashes)
        bought = {article for entry in entries if entry.item.sale for article in entry.item.sale.articles}
        unknown = self._intake.unknown_articles(self._ledger, bought)
        for entry in entries if unknown else ():
            mine = unknown.intersection(entry.item.sale.articles) if entry.item.sale else ()
            if mine:
                detail = f"articles that are not known: {', '.join(sorted(mine))}"
                yield Incident(ARTICLE_UNKNOWN, entry.seq, detail, entry.item.hash)

    def _chain_breaks(
        self, items: Sequence[Item], entries: Sequence[Entry], hashes: Mapping[int, str]
    ) -> Iterator[Incident]:
        new = {entry.seq for entry in entries}
        prevs = {
            item.seq: item.said.prev_hash
            for item in items
            if item.seq is not None and item.said is not None and hashes.get(item.seq) == item.hash
        }
        followers = {seq + 1 for seq in new if seq + 1 in hashes and seq + 1 not in prevs}
        prevs |= self._ledger.prev_hashes(followers)
        origin = self._origin
        return chain_breaks(new, prevs, hashes, genesis_hash(origin.store, origin.register, origin.epoch))

    def _head_incidents(
        self, before: Mark, after: Mark, head: Head, highest_seq: int, hashes: Mapping[int, str]
    ) -> Iterator[Incident]:
        yield from head_incidents(before, head, highest_seq)
        for signed in {head, after.head}:
            digest = hashes.get(signed.seq)
            if digest is None:
                found = self._ledger.stored({signed.seq}).get(signed.seq)
                digest = found.hash if found is not None else None
            yield from head_differs(signed, digest)

    def _old_gap(self, mark: Mark, gap: Gap | None) -> Iterator[Incident]:
        if gap is not None and mark.gap_since is not None:
            open_s = (self._now - parse_instant(mark.gap_since)).total_seconds()
            if open_s > GAP_PATIENCE_S:
                yield Incident(GAP_OPEN, gap.first, f"records {gap.first} to {gap.last} have been missing for a day")
