"""Selling: every change of an open sale is on disk before it is answered, completing is one transaction.

- A draft's change survives a kill; one that settles something outside the register (a card) survives a power cut too.
- Completing appends the record, deletes the draft and keeps the idempotent answer together. It never waits for
  anybody: the courier is told afterwards.
- The receipt number is taken when the sale starts; an aborted sale keeps its number as a record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson

from poscore import records
from poscore.errors import PosError, Refused
from poscore.idempotency import Idempotency, Kept
from poscore.ids import ReceiptNo
from poscore.instants import parse_instant
from poscore.money import Cents
from poscore.quantity import Quantity
from poscore.sale import ABORTED, COMPLETED, OPEN, PARKED, RETURN, SALE, Sale
from register_svc.checkout.desk import Desk
from register_svc.checkout.receipts import Receipts
from register_svc.journal.drafts import load_drafts
from register_svc.journal.verify import receipt_series
from register_svc.till.articles import Customer, PriceDay
from register_svc.till.basket import Basket
from register_svc.till.discounts import Discount
from register_svc.till.item import Item, standard_rate
from register_svc.till.people import SELL, Session
from register_svc.till.receipt import Printed
from register_svc.till.tenders import SETTLED_OUTSIDE, check_tenders, payment_options, refusal, rule_of

CREATED, DONE = 201, 200
# A switch of snapshots waits for an open sale at most this long after its last change: a forgotten one must not
# keep yesterday's prices.
_SWITCH_WAITS = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class NewSale:
    kind: str = SALE
    training: bool = False
    customer: str | None = None
    original_receipt: str | None = None


@dataclass(frozen=True, slots=True)
class NewTender:
    """`amount` None settles what is left; always positive, also in a return."""

    type: str
    amount: Cents | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class NewLine:
    """Exactly one of `code`, `article_id` and `open` (name, unit price, VAT code)."""

    quantity: Quantity
    code: str | None = None
    article_id: str | None = None
    open: tuple[str, Cents, str] | None = None


class Sales:
    """The open and parked sales of a register."""

    def __init__(self, desk: Desk, receipts: Receipts) -> None:
        self._desk, self._receipts = desk, receipts
        self._drafts: dict[str, Basket] = {}
        self._changed_at: dict[str, datetime] = {}
        self.unreadable: Sequence[str] = ()  # drafts that a damaged disk spoilt: set aside, shown, never in the way
        for draft in load_drafts(desk.journal.db):
            try:
                basket, changed_at = Basket.from_wire(orjson.loads(draft.document)), parse_instant(draft.changed_at)
            except (PosError, ValueError, KeyError, TypeError):
                self.unreadable = (*self.unreadable, draft.sale_id)
                continue
            self._drafts[draft.sale_id], self._changed_at[draft.sale_id] = basket, changed_at

    # --- the verbs

    def start(self, session: Session, new: NewSale, key: Idempotency | None) -> Kept:
        session.must(SELL)
        return self._desk.once(key, lambda: self._start(session, new, key))

    def add_line(self, session: Session, sale_id: str, new: NewLine, key: Idempotency | None) -> Kept:
        def act(basket: Basket) -> Basket:
            catalog = self._desk.book.require()
            day = catalog.day(basket.business_day)
            return basket.add_line(self._promoted(self._item(new, day), basket), new.quantity, catalog.version)

        return self._change(session, sale_id, key, act, status=CREATED)

    def change_quantity(
        self, session: Session, sale_id: str, n: int, quantity: Quantity, key: Idempotency | None
    ) -> Kept:
        return self._change(session, sale_id, key, lambda basket: basket.change_quantity(n, quantity))

    def void_line(self, session: Session, sale_id: str, n: int) -> Kept:
        return self._change(session, sale_id, None, lambda basket: basket.void_line(n))

    def add_discount(self, session: Session, sale_id: str, discount: Discount, key: Idempotency | None) -> Kept:
        return self._change(session, sale_id, key, lambda basket: basket.add_discount(discount), status=CREATED)

    def set_customer(self, session: Session, sale_id: str, customer: str | None, key: Idempotency | None) -> Kept:
        def act(basket: Basket) -> Basket:
            if customer:
                self._customer(customer)
            return basket.with_customer(customer)

        return self._change(session, sale_id, key, act)

    def add_tender(self, session: Session, sale_id: str, new: NewTender, key: Idempotency | None) -> Kept:
        def act(basket: Basket) -> Basket:
            rules = self._desk.book.require().tender_rules
            error = refusal(rule_of(rules, new.type), self._desk.mode.is_offline, self._customer_of(basket))
            if error:
                raise error
            return basket.add_tender(new.type, new.amount, new.reference)

        return self._change(session, sale_id, key, act, status=CREATED, durable=new.type in SETTLED_OUTSIDE)

    def remove_tender(self, session: Session, sale_id: str, n: int) -> Kept:
        # Durable whatever its type: it is rare, and the one that matters is a card's.
        return self._change(session, sale_id, None, lambda basket: basket.remove_tender(n), durable=True)

    def park(self, session: Session, sale_id: str, key: Idempotency | None) -> Kept:
        def act(basket: Basket) -> Basket:
            if basket.state != OPEN:
                raise Refused("sale-not-open", f"the sale is {basket.state}")
            if basket.tenders:
                raise Refused("sale-has-tenders", "take the tenders away before parking the sale")
            return replace(basket, state=PARKED)

        return self._change(session, sale_id, key, act)

    def resume(self, session: Session, sale_id: str, key: Idempotency | None) -> Kept:
        def act(basket: Basket) -> Basket:
            if basket.state != PARKED:
                raise Refused("sale-not-parked", f"the sale is {basket.state}")
            return replace(basket, state=OPEN)

        return self._change(session, sale_id, key, act)

    def complete(self, session: Session, sale_id: str, key: Idempotency | None) -> Kept:
        """Durable before it answers; never waits for head office."""
        session.must(SELL)
        kept = self._desk.once(key, lambda: self._complete(session, sale_id, key))
        self._desk.after_commit()
        return kept

    def abort(self, session: Session, sale_id: str, key: Idempotency | None) -> Kept:
        """The sale keeps its number as a record."""
        session.must(SELL)
        kept = self._desk.once(key, lambda: self._abort(sale_id, key))
        self._desk.after_commit()
        return kept

    # --- looking

    def view(self, sale_id: str) -> dict[str, Any]:
        """Raises Refused `sale-not-found`."""
        basket = self._drafts.get(sale_id)
        if basket:
            return self._shown(basket)
        sale: dict[str, Any] = self._desk.reader.record_of_sale(sale_id).body["sale"]
        return sale

    def list(self, state: str, business_day: str | None, after: str, limit: int) -> dict[str, Any]:
        """Sales in one state: drafts with the oldest change first, finished ones newest first."""
        if state in (OPEN, PARKED):
            return {"items": self._list_drafts(state, business_day), "next": None}
        found = [r.body["sale"] for r in self._desk.reader.sales(state, business_day, after, limit + 1)]
        more = len(found) > limit
        return {"items": found[:limit], "next": found[limit - 1]["id"] if more else None}

    def _list_drafts(self, state: str, business_day: str | None) -> Sequence[dict[str, Any]]:
        found = [basket for basket in self._drafts.copy().values() if basket.state == state]
        found.sort(key=lambda basket: self._changed_at.get(basket.id, self._desk.clock()))
        return [self._shown(basket) for basket in found if business_day in (None, basket.business_day)]

    def payment(self, sale_id: str) -> dict[str, Any]:
        """What can be paid how right now."""
        basket = self._basket(sale_id)
        rules = self._desk.book.require().tender_rules
        customer = self._customer_of(basket)
        return payment_options(basket, list(rules.values()), self._desk.mode.is_offline, customer)

    def receipt_draft(self, sale_id: str, language: str | None = None) -> dict[str, Any]:
        """How the receipt of an open or parked sale would look; it says that it is none. Raises `sale-not-open`."""
        basket = self._basket(sale_id)
        customer = self._customer_of(basket)
        sale = basket.document(self._desk.mode.is_offline)
        name = customer.name if customer else None
        given = [given.wire for given in basket.given]
        printed = Printed(self._desk.now(), name, basket.original_receipt, draft=True, promotions=given)
        return {"receipt_text": self._receipts.text(sale, printed, language)}

    # --- between receipts

    def between_receipts(self, act: Callable[[], None]) -> bool:
        """Run `act` while no sale is under way; False (and not run) while one is."""
        with self._desk.lock:
            now = self._desk.clock()
            if any(
                # abs: a clock set back by a day must not keep yesterday's prices until it has caught up
                basket.state == OPEN and not basket.is_empty and abs(now - self._changed_at[basket.id]) < _SWITCH_WAITS
                for basket in self._drafts.values()
            ):
                return False
            act()
            return True

    def open_with_goods(self) -> Sequence[str]:
        """Receipt numbers of open sales that hold anything."""
        return [b.id for b in self._drafts.copy().values() if b.state == OPEN and not b.is_empty]

    def abort_empty(self) -> None:
        """Finish open sales that hold nothing, so that a shift can close. Call with the lock held."""
        for basket in [b for b in self._drafts.values() if b.state == OPEN and b.is_empty]:
            sale = basket.document(self._desk.mode.is_offline, ABORTED)
            self._finish(basket, sale, records.SALE_ABORTED, None, None)

    # --- within

    def _start(self, session: Session, new: NewSale, key: Idempotency | None) -> Kept:
        desk = self._desk
        shift, catalog = desk.open_shift(), desk.book.require()
        day = catalog.day(shift.business_day)
        if new.customer:
            self._customer(new.customer)
        self._check_original(new)
        owner = desk.journal.owner
        with desk.journal.write(durable=False) as writing:
            n = writing.next_number(receipt_series(owner.epoch, new.training))
            basket = Basket(
                ReceiptNo(owner.register, owner.epoch, n, new.training).text,
                new.kind,
                new.training,
                shift.business_day,
                session.cashier or "",
                standard_rate(day),
                desk.now(),
                customer=new.customer,
                original_receipt=new.original_receipt,
            )
            kept = self._save(writing, basket, key, CREATED)
        self._remember(basket)
        return kept

    def _complete(self, session: Session, sale_id: str, key: Idempotency | None) -> Kept:
        desk = self._desk
        shift, basket = desk.open_shift(), self._basket(sale_id)
        basket = replace(basket, business_day=shift.business_day, cashier=session.cashier or basket.cashier)
        offline = desk.mode.is_offline
        sale = basket.completed(offline)
        customer = self._customer_of(basket)
        check_tenders(basket.tenders, desk.book.require().tender_rules, offline, customer)
        return self._finish(basket, sale, records.SALE, key, customer)

    def _abort(self, sale_id: str, key: Idempotency | None) -> Kept:
        basket = self._basket(sale_id)
        if basket.tenders:
            raise Refused("sale-has-tenders", "take the tenders away before aborting the sale")
        sale = basket.document(self._desk.mode.is_offline, ABORTED)
        return self._finish(basket, sale, records.SALE_ABORTED, key, None)

    def _change(
        self,
        session: Session,
        sale_id: str,
        key: Idempotency | None,
        act: Callable[[Basket], Basket],
        *,
        status: int = DONE,
        durable: bool = False,
    ) -> Kept:
        """One change of a draft: decide, commit, answer with the whole view."""
        session.must(SELL)

        def commit() -> Kept:
            basket = act(self._basket(sale_id))
            with self._desk.journal.write(durable) as writing:
                kept = self._save(writing, basket, key, status)
            self._remember(basket)
            return kept

        return self._desk.once(key, commit)

    def _save(self, writing: Any, basket: Basket, key: Idempotency | None, status: int) -> Kept:
        view = self._shown(basket)
        writing.save_draft(basket.id, basket.state, orjson.dumps(basket.to_wire()), self._desk.now())
        return self._desk.keep(writing, key, status, view)

    def _remember(self, basket: Basket) -> None:
        self._drafts[basket.id] = basket
        self._changed_at[basket.id] = self._desk.clock()

    def _finish(
        self, basket: Basket, sale: Sale, kind: str, key: Idempotency | None, customer: Customer | None
    ) -> Kept:
        """The record, the end of the draft and the answer in one durable transaction."""
        desk, at = self._desk, self._desk.now()
        document = sale.to_wire()
        body = {
            "sale": document,
            "started_at": basket.started_at,
            "discounts": [
                {"line": d.line, "percent_bp": d.percent_bp, "amount": d.amount, "reason": d.reason}
                for d in basket.discounts
            ],
            "notes": [note.to_wire() for note in basket.notes],
            "promotions": [given.wire for given in basket.given],
            "original_receipt": basket.original_receipt,
            "customer_name": customer.name if customer else None,
        }
        answer: dict[str, Any] = document
        with desk.journal.write() as writing:
            record = writing.append(kind, at, sale.header.business_day, body)
            if kind == records.SALE:  # the receipt bears the hash that the record has just got
                answer = {
                    "receipt_no": sale.header.receipt_no,
                    "change": sale.totals.change,
                    "sale": document,
                    **self._receipts.finished(sale, record, writing.head.hash),
                }
            writing.keep_receipt(record, basket.id, sale.header.state, basket.training)
            writing.delete_draft(basket.id)
            kept = desk.keep(writing, key, DONE, answer)
        del self._drafts[basket.id], self._changed_at[basket.id]
        return kept

    def _shown(self, basket: Basket) -> dict[str, Any]:
        """An open or parked sale as the till shows it: its document, and beside it notes and what promotions gave."""
        document = basket.document(self._desk.mode.is_offline).to_wire()
        return {
            **document,
            "notes": [note.to_wire() for note in basket.notes],
            "promotions": [given.wire for given in basket.given],
        }

    def _basket(self, sale_id: str) -> Basket:
        basket = self._drafts.get(sale_id)
        if basket is None:
            state = self._desk.reader.record_of_sale(sale_id).body["sale"]["state"]
            raise Refused("sale-not-open", f"the sale is {state}")
        return basket

    def _item(self, new: NewLine, day: PriceDay) -> Item:
        catalog = self._desk.book.require()
        if new.open:
            return Item.open_price(*new.open, day)
        if new.article_id is not None:
            return Item.of_article(catalog.one_of_id(new.article_id), None, day)
        return Item.of_article(catalog.one_of_code(new.code or ""), new.code, day)

    def _promoted(self, item: Item, basket: Basket) -> Item:
        """With the promotions that hold now. What comes back on a receipt is not priced anew."""
        if item.article_id is None or basket.original_receipt:
            return item
        return item.with_promotions(self._desk.book.require().promotions_of(item.article_id, self._desk.clock()))

    def _customer(self, customer_id: str) -> Customer:
        customer = self._desk.book.require().customer(customer_id)
        if customer is None:
            raise Refused("customer-not-found", f"this store has no customer {customer_id}")
        return customer

    def _customer_of(self, basket: Basket) -> Customer | None:
        return self._desk.book.require().customer(basket.customer) if basket.customer else None

    def _check_original(self, new: NewSale) -> None:
        """A receipt of this register must exist and be a completed sale; one of another register is taken on trust."""
        if new.original_receipt is None:
            return
        if new.kind != RETURN:
            raise Refused("body-invalid", "only a return names an original receipt")
        number = ReceiptNo.parse(new.original_receipt)
        if number.register != self._desk.journal.owner.register:
            return
        try:
            record = self._desk.reader.record_of_sale(new.original_receipt)
        except Refused:
            raise Refused("receipt-not-found", f"this register has no receipt {new.original_receipt}") from None
        if record.body["sale"]["state"] != COMPLETED or record.body["sale"]["kind"] != SALE:
            raise Refused("receipt-not-found", f"{new.original_receipt} is no completed sale")
