"""Proves every Z against the records, with arithmetic of its own: nothing of the till's counters is used.

- A Z's figures are worked out anew from the records between its `shift-opened` and itself.
- Numbers go from 1 without gaps: every shift that was opened is closed, but for the last.
- Grand totals are the sums over all shifts so far, across epochs; so they chain from Z to Z.
- A Z names the very record before it, and its signature says the same; it is checked where the epoch's key is known.

Records that cannot be read are the chain's to name; here they are passed over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from poscore import records
from poscore.errors import Untrusted
from poscore.records import Finding, Head, Record

DIFFERS, MISSING, GRAND_DIFFERS = "z-differs", "z-missing", "grand-total-differs"

Keys = Mapping[int, dict[str, str]]
"""The public key of each epoch whose key is known."""

# What a record that has been tampered with may do to whoever reads it.
_UNREAD = (KeyError, TypeError, ValueError, AttributeError)


@dataclass(slots=True)
class Proof:
    """`closed`: the Z of each number, as the journal has it; `last_no`: of the newest shift."""

    keys: Keys
    closed: dict[int, dict[str, Any]] = field(default_factory=dict)
    last_no: int = 0
    _opened: Record | None = None
    _within: list[Record] = field(default_factory=list)
    _sales: int = 0
    _returns: int = 0

    def findings(self, stored: Iterable[Record]) -> Iterator[Finding]:
        """Everything that a Z says and the records do not, or the other way round. `stored`: in the journal's order."""
        for record in stored:
            if record.type == records.SHIFT_OPENED:
                yield from self._open(record)
            elif record.type == records.SHIFT_CLOSED:
                yield from self._close(record)
            elif self._opened is not None:
                self._within.append(record)
            elif record.type == records.SALE and not _is_training(record):
                yield Finding(record.seq, MISSING, "the sale lies in no shift, so no Z counts it")

    def _open(self, record: Record) -> Iterator[Finding]:
        if self._opened is not None:
            yield Finding(record.seq, MISSING, f"shift {self.last_no} was never closed: its Z is missing")
        no = record.body.get("no")
        if no != self.last_no + 1:
            yield Finding(record.seq, MISSING, f"shift {no} follows shift {self.last_no}")
        self._opened, self._within = record, []
        self.last_no = no if type(no) is int else self.last_no + 1

    def _close(self, record: Record) -> Iterator[Finding]:
        z, opened, within = record.body, self._opened, self._within
        self._opened, self._within = None, []
        if opened is None:
            yield Finding(record.seq, MISSING, f"Z {z.get('no')} closes a shift that was never opened")
            return
        self.closed[self.last_no] = z
        try:
            proved = _figures(opened, within)
        except _UNREAD as error:
            yield Finding(record.seq, DIFFERS, f"Z {z.get('no')}: a record of the shift cannot be counted: {error!r}")
            return
        self._sales += proved["sales"]["total"]
        self._returns += proved["returns"]["total"]
        proved["closed_at"] = record.at
        for name, value in proved.items():
            if z.get(name) != value:
                yield Finding(
                    record.seq, DIFFERS, f"Z {z.get('no')}: {name} is {z.get(name)}, the records give {value}"
                )
        yield from self._check_cash(record, proved)
        grand = {"sales": self._sales, "returns": self._returns, "net": self._sales + self._returns}
        if z.get("grand") != grand:
            detail = f"Z {z.get('no')}: grand totals are {z.get('grand')}, the records give {grand}"
            yield Finding(record.seq, GRAND_DIFFERS, detail)
        yield from self._check_head(record)

    def _check_cash(self, record: Record, proved: Mapping[str, Any]) -> Iterator[Finding]:
        """What had to be in the drawer follows from the records; what was counted must agree with itself."""
        cash: Any = record.body.get("cash")
        moved = proved["cash_movements"]
        expected = proved["opening_float"] + proved["by_tender"].get("cash", 0)
        expected += moved["in"] - moved["out"] - moved["drop"]
        try:
            counted, left = cash["counted"], cash["left_in_drawer"]
            pieces = cash.get("denominations")
            sound = cash["expected"] == expected and cash["difference"] == counted - expected
            sound = sound and cash["dropped"] == (None if left is None else counted - left)
            sound = sound and (pieces is None or sum(int(name) * n for name, n in pieces.items()) == counted)
        except _UNREAD:
            sound = False
        if not sound:
            detail = f"Z {record.body.get('no')}: cash is {cash}, where {expected} cents were expected"
            yield Finding(record.seq, DIFFERS, detail)

    def _check_head(self, record: Record) -> Iterator[Finding]:
        before = Head(record.register, record.epoch, record.seq - 1, record.prev_hash)
        if record.body.get("head") != before.to_wire():
            yield Finding(record.seq, DIFFERS, "the head on the Z is not the record before it")
        from poscore.tokens import verify_head  # slow, and whoever sells imports this room too

        key = self.keys.get(record.epoch)
        if key is None:
            return
        try:
            signed = verify_head(str(record.body.get("signed_head")), key)
        except Untrusted as error:
            yield Finding(record.seq, DIFFERS, f"the signature of the head on the Z does not hold: {error.detail}")
        else:
            if signed != before:
                yield Finding(record.seq, DIFFERS, "the signature on the Z is of another head")


def kept_reports_differ(closed: Mapping[int, Mapping[str, Any]], kept: Mapping[int, Any]) -> Iterator[Finding]:
    """What the register shows as its Zs (`kept`, by number) against those of the journal."""
    for no in sorted(closed.keys() | kept.keys()):
        if no not in kept:
            yield Finding(0, MISSING, f"Z {no} is in the journal and not among the reports")
        elif no not in closed:
            yield Finding(0, MISSING, f"Z {no} is among the reports and not in the journal")
        elif kept[no] != closed[no]:
            yield Finding(0, DIFFERS, f"Z {no} is another one in the journal than among the reports")


def _is_training(record: Record) -> bool:
    sale = record.body.get("sale")
    return not isinstance(sale, dict) or sale.get("training") is not False


def _figures(opened: Record, within: Sequence[Record]) -> dict[str, Any]:
    """Every figure of a Z that follows from records, by FORMATS.md's formulas."""
    finished = [one.body for one in within if one.type == records.SALE]
    real = [body for body in finished if not body["sale"]["training"]]
    sales = [body["sale"] for body in real]
    sold = [sale["totals"] for sale in sales if sale["kind"] == "sale"]
    given_back = [sale["totals"] for sale in sales if sale["kind"] == "return"]
    rates = {row["rate"] for sale in sales for row in sale["taxes"]}
    moves = [one.body for one in within if one.type == records.CASH_MOVED]
    types = Counter(one.type for one in within)
    return {
        "no": opened.body["no"],
        "business_day": opened.business_day,
        "opened_at": opened.at,
        "opened_by": opened.body["cashier"] or "",
        "opening_float": opened.body["opening_float"],
        "sales": {"count": len(sold), "total": sum(_exact(totals) for totals in sold)},
        "returns": {"count": len(given_back), "total": sum(_exact(totals) for totals in given_back)},
        "total": sum(_exact(sale["totals"]) for sale in sales),
        "rounding": sum(sale["totals"]["rounding"] for sale in sales),
        "discount": sum(sale["totals"]["discount"] for sale in sales),
        "by_tender": _by_tender(sales),
        "by_vat": [_vat(rate, sales) for rate in sorted(rates)],
        "cash_movements": {
            kind: sum(move["amount"] for move in moves if move["kind"] == kind) for kind in ("in", "out", "drop")
        },
        "counts": {
            "offline": sum(sale["offline"] is True for sale in sales),
            "aborted": sum(not one.body["sale"]["training"] for one in within if one.type == records.SALE_ABORTED),
            "training": len(finished) - len(real),
            "copies": types[records.RECEIPT_COPIED],
            "drawer_openings": types[records.DRAWER_OPENED],
            "voided_lines": sum(line["voided"] is True for sale in sales for line in sale["lines"]),
            "discounts": sum(len(body["discounts"]) for body in real),
            "price_overrides": sum(note["kind"] == "price" for body in real for note in body.get("notes", [])),
            "returns_without_receipt": sum(
                body["sale"]["kind"] == "return" and not body["original_receipt"] for body in real
            ),
        },
    }


def _exact(totals: Mapping[str, int]) -> int:
    return totals["gross"] - totals["discount"]


def _by_tender(sales: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    tenders = [tender for sale in sales for tender in sale["tenders"]]
    sums = {
        kind: sum(tender["amount"] for tender in tenders if tender["type"] == kind)
        for kind in {tender["type"] for tender in tenders}
    }
    change = sum(sale["totals"]["change"] for sale in sales)
    return {**sums, "cash": sums.get("cash", 0) - change} if change else sums


def _vat(rate: int, sales: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    rows = [row for sale in sales for row in sale["taxes"] if row["rate"] == rate]
    return {"rate": rate, **{name: sum(row[name] for row in rows) for name in ("net", "tax", "gross")}}
