"""Receipts: the text of a finished sale, shown again or printed as a copy that says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from poscore import records
from poscore.canonical import sha256_hex
from poscore.errors import Refused
from poscore.idempotency import Idempotency, Kept
from poscore.roles import SELL
from poscore.sale import COMPLETED, Sale
from register_svc.checkout.desk import Desk
from register_svc.till.authorizations import shown
from register_svc.till.comments import comments_in
from register_svc.till.people import Session
from register_svc.till.receipt import Printed, qr, receipt_text


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a receipt is wanted; `language` None is the shop's own."""

    copy: bool = False
    language: str | None = None


_AS_SOLD = Wanted()


class Receipts:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def text(self, sale: Sale, printed: Printed, language: str | None = None) -> str:
        """Raises Fault `no-snapshot`: a receipt without the shop's name on it is none."""
        self._desk.book.require()
        return receipt_text(sale, printed, self._desk.paper(language))

    def finished(self, sale: Sale, record: records.Record, digest: str, wanted: Wanted = _AS_SOLD) -> dict[str, Any]:
        """The text of a finished sale's receipt, and what its QR code holds. `digest`: the record's hash."""
        body = record.body
        notes = body.get("notes", ())  # records from before there were any lack them
        told = shown(notes, sale.header.offline)
        printed = Printed(
            record.at,
            body["customer_name"],
            body["original_receipt"],
            digest,
            wanted.copy,
            comments=comments_in(notes),
            promotions=body.get("promotions", ()),
            told=told,
        )
        text = self.text(sale, printed, wanted.language)
        return {"receipt_text": text, "qr": qr(sale.header.receipt_no, digest), "authorizations": told}

    def show(self, receipt_no: str, wanted: Wanted = _AS_SOLD) -> dict[str, Any]:
        """Raises Refused `receipt-not-found`."""
        try:
            record = self._desk.reader.record_of_sale(receipt_no)
        except Refused:
            raise Refused("receipt-not-found", f"this register has no receipt {receipt_no}") from None
        document = record.body["sale"]
        if document["state"] != COMPLETED:
            raise Refused("receipt-not-found", f"{receipt_no} was aborted and has no receipt")
        finished = self.finished(Sale.from_wire(document), record, sha256_hex(record.encoded()), wanted)
        return {"receipt_no": receipt_no, "at": record.at, "sale": document, **finished}

    def copy(self, session: Session, receipt_no: str, language: str | None, key: Idempotency | None) -> Kept:
        """A copy is journalled and says KOPIO."""
        session.must(SELL)
        desk = self._desk

        def act() -> Kept:
            shown, shift = self.show(receipt_no, Wanted(True, language)), desk.shifts.current()
            with desk.journal.write() as writing:
                body = {"receipt_no": receipt_no, "cashier": session.cashier}
                writing.append(records.RECEIPT_COPIED, desk.now(), shift.business_day if shift else None, body)
                return desk.keep(writing, key, 201, shown)

        kept = desk.once(key, act)
        desk.after_commit()
        return kept
