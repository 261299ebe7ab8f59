"""Receipts: the text of a finished sale, shown again or printed as a copy that says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poscore import records
from poscore.errors import Refused
from poscore.idempotency import Idempotency, Kept
from poscore.sale import COMPLETED, Sale
from register_svc.checkout.desk import Desk
from register_svc.till.people import SELL, Session
from register_svc.till.receipt import Printed, receipt_text


class Receipts:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def text(self, sale: Sale, at: str, body: Mapping[str, Any], copy: bool = False) -> str:
        """`body`: of the record that finished the sale; `at`: when that was."""
        printed = Printed(at, body["customer_name"], body["original_receipt"], copy)
        return receipt_text(sale, printed, self._desk.book.require().letterhead)

    def show(self, receipt_no: str, copy: bool = False) -> dict[str, Any]:
        """Raises Refused `receipt-not-found`."""
        try:
            record = self._desk.reader.record_of_sale(receipt_no)
        except Refused:
            raise Refused("receipt-not-found", f"this register has no receipt {receipt_no}") from None
        document = record.body["sale"]
        if document["state"] != COMPLETED:
            raise Refused("receipt-not-found", f"{receipt_no} was aborted and has no receipt")
        text = self.text(Sale.from_wire(document), record.at, record.body, copy)
        return {"receipt_no": receipt_no, "at": record.at, "sale": document, "receipt_text": text}

    def copy(self, session: Session, receipt_no: str, key: Idempotency | None) -> Kept:
        """A copy is journalled and says KOPIO."""
        session.must(SELL)
        desk = self._desk

        def act() -> Kept:
            shown, shift = self.show(receipt_no, copy=True), desk.shifts.current()
            with desk.journal.write() as writing:
                body = {"receipt_no": receipt_no, "cashier": session.cashier}
                writing.append(records.RECEIPT_COPIED, desk.now(), shift.business_day if shift else None, body)
                return desk.keep(writing, key, 201, shown)

        kept = desk.once(key, act)
        desk.after_commit()
        return kept
