"""Selling: every change of an open sale is on disk before it is answered, completing is one transaction.

- A draft's change survives a kill; one that settles something outside the register (a card) survives a power cut too.
- Completing appends the record, deletes the draft and keeps the idempotent answer together. It never waits for
  anybody: the courier is told afterwards.
- The receipt number is taken when the sale starts; an aborted sale keeps its number as a record.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import orjson

from poscore import records
from poscore.errors import Refused
from poscore.idempotency import Idempotency, Kept
from poscore.ids import ReceiptNo
from poscore.quantity import Quantity
from poscore.roles import ABORT_SALE, SELL
from poscore.sale import ABORTED, OPEN, PARKED, RETURN
from register_svc.checkout import changes
from register_svc.checkout.account_allowance import within_allowance
from register_svc.checkout.authorizing import Authorizing
from register_svc.checkout.changes import CREATED, DONE, Change, Ending, NewPrice
from register_svc.checkout.desk import Desk
from register_svc.checkout.goods import Goods, Shelf, must_be_counted
from register_svc.checkout.leaves import leave_to_change, leave_to_start
from register_svc.checkout.open_sales import OpenSales
from register_svc.checkout.overrides import use_of
from register_svc.checkout.paying import Paying
from register_svc.checkout.receipts import Receipts
from register_svc.checkout.restrictions import Restrictions
from register_svc.checkout.returning import ReturnOffice, Returns
from register_svc.checkout.sale_views import SaleViews
from register_svc.checkout.wishes import NewLine, NewSale, NewTender
from register_svc.journal.verify import receipt_series
from register_svc.till.age import AgeAnswer, answer_age
from register_svc.till.articles import Customer
from register_svc.till.basket import Basket
from register_svc.till.discounts import Discount
from register_svc.till.item import Item, standard_rate
from register_svc.till.people import Session
from register_svc.till.refunds import with_reason
from register_svc.till.returns import Original
from register_svc.till.tenders import check_tenders

__all__ = ["NewLine", "NewSale", "NewTender", "Sales"]  # the verbs, and what they are asked for


class Sales:
    """The open and parked sales of a register."""

    def __init__(self, desk: Desk, receipts: Receipts, office: ReturnOffice, authorizing: Authorizing) -> None:
        self._authorizing = authorizing
        self._desk, self._receipts, self._restrictions = desk, receipts, Restrictions(desk)
        self._open = OpenSales(desk)
        self.returns = Returns(desk, office, self._open.all)
        self._paying = Paying(desk, self._open, self._restrictions, self.returns)
        self.look = SaleViews(desk, self._open, receipts, self.returns)

    @property
    def unreadable(self) -> Sequence[str]:
        return self._open.unreadable

    # --- the verbs

    def start(self, session: Session, new: NewSale, key: Idempotency | None) -> Kept:
        """Raises Refused `training-mixed` for a real sale in a session that trains."""
        if new.kind != RETURN:
            if new.original_receipt is not None or new.reason is not None:
                raise Refused("body-invalid", "only a return names an original receipt or a reason")
            return self._told(session, self._desk.once(key, lambda: self._start(session, new, key)))
        kept = self._desk.answered(key)
        if kept is None:
            leave_to_start(session, new)  # before head office is asked for anything
            original = self.returns.original(new.original_receipt, new.training)
            kept = self._desk.once(key, lambda: self._start(session, new, key, original))
        return self._told(session, kept)

    def add_line(self, session: Session, sale_id: str, new: NewLine, key: Idempotency | None) -> Kept:
        def act(basket: Basket) -> Basket:
            catalog = self._desk.book.require()
            day = catalog.day(basket.business_day)
            shelf = Shelf(catalog, day, self._desk.clock(), basket.is_return)
            basket = _goods(new, shelf).added_to(basket, catalog.version)
            self._restrictions.check_added(basket, day)
            return self.returns.check(basket)

        if self._is_of_receipt(sale_id):
            return self._put_back(session, sale_id, new, key)
        return self._change(session, sale_id, key, act, status=CREATED)

    def change_quantity(
        self, session: Session, sale_id: str, n: int, quantity: Quantity, key: Idempotency | None
    ) -> Kept:
        def act(basket: Basket) -> Basket:
            must_be_counted(basket, n)
            if basket.original_receipt is not None:
                return self.returns.change(basket, n, quantity)
            return self.returns.check(basket.change_quantity(n, quantity))

        session.must(SELL)
        kept = self._desk.answered(key)
        if kept is None and self._is_of_receipt(sale_id):
            self.returns.hold_change(self._open.get(sale_id), n, quantity)
        return kept or self._change(session, sale_id, key, act)

    def change_price(self, session: Session, sale_id: str, new: NewPrice, key: Idempotency | None) -> Kept:
        return self.change(session, sale_id, changes.pricing(new, session, self._desk.rules()), key)

    def void_line(self, session: Session, sale_id: str, n: int, key: Idempotency | None = None) -> Kept:
        return self.change(session, sale_id, changes.voiding(n), key)

    def add_discount(self, session: Session, sale_id: str, discount: Discount, key: Idempotency | None) -> Kept:
        return self.change(session, sale_id, changes.discounting(discount, self._desk.rules()), key)

    def remove_discount(self, session: Session, sale_id: str, n: int, key: Idempotency | None = None) -> Kept:
        return self.change(session, sale_id, changes.undoing_discount(n), key)

    def comment(self, session: Session, sale_id: str, line: int | None, text: str, key: Idempotency | None) -> Kept:
        return self.change(session, sale_id, changes.commenting(text, line, session), key)

    def set_customer(self, session: Session, sale_id: str, customer: str | None, key: Idempotency | None) -> Kept:
        def act(basket: Basket) -> Basket:
            if customer:
                self._customer(customer)
            return basket.with_customer(customer)

        return self._change(session, sale_id, key, act)

    def answer_age(
        self, session: Session, sale_id: str, confirmed: bool, how: str | None, key: Idempotency | None
    ) -> Kept:
        """Whether the customer is as old as the sale asks for."""
        answer = AgeAnswer(confirmed, how, session.cashier or "", self._desk.now())
        return self._change(session, sale_id, key, lambda basket: answer_age(basket, answer))

    def add_tender(self, session: Session, sale_id: str, new: NewTender, key: Idempotency | None) -> Kept:
        """Head office may be asked. Raises Refused with its code, or `head-office-unreachable`."""
        session.must(SELL)
        kept = self._desk.answered(key)
        if kept is None and self._is_of_receipt(sale_id):
            self.returns.hold_again(self._open.get(sale_id))
        return kept or self._authorizing.around(
            lambda: self._basket_for(session, sale_id),
            lambda offline: self._paying.adding(new, offline),
            lambda change: self.change(session, sale_id, change, key),
        )

    def remove_tender(self, session: Session, sale_id: str, n: int, key: Idempotency | None = None) -> Kept:
        kept = self.change(session, sale_id, self._authorizing.removing(n), key)
        self._authorizing.release_soon()
        return kept

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
        kept = self._desk.once(key, lambda: self._complete(session, sale_id, key))
        self._desk.after_commit()
        return kept

    def abort(self, session: Session, sale_id: str, key: Idempotency | None) -> Kept:
        """The sale keeps its number as a record."""
        basket = self._open.find(sale_id)
        kept = self._desk.once(key, lambda: self._abort(session, sale_id, key))
        self._desk.after_commit()
        if basket is not None:
            self.returns.given_up(basket)
        return kept

    # --- between receipts

    def between_receipts(self, act: Callable[[], None]) -> bool:
        """Run `act` while no sale is under way; False (and not run) while one is."""
        with self._desk.lock:
            if self._open.is_selling():
                return False
            act()
            return True

    def open_with_goods(self) -> Sequence[str]:
        """Receipt numbers of open sales that hold anything."""
        return self._open.with_goods()

    def abort_empty(self) -> None:
        """Finish open sales that hold nothing, so that a shift can close. Call with the lock held."""
        for basket in self._open.empty():
            sale = basket.document(self._desk.mode.is_offline, ABORTED)
            self._finish(Ending(basket, sale, records.SALE_ABORTED), None)

    # --- within

    def _start(self, session: Session, new: NewSale, key: Idempotency | None, original: Original | None = None) -> Kept:
        desk, use = self._desk, leave_to_start(session, new)
        shift, catalog = desk.open_shift(), desk.book.require()
        day = catalog.day(shift.business_day)
        if new.customer:
            self._customer(new.customer)
        customer, rate = new.customer, standard_rate(day)
        if original is not None:
            customer, rate = customer or self.returns.customer_of(original), original.standard_rate(rate)
        owner = desk.journal.owner
        with desk.writing(use, durable=False) as writing:
            n = writing.next_number(receipt_series(owner.epoch, new.training))
            basket = Basket(
                ReceiptNo(owner.register, owner.epoch, n, new.training).text,
                new.kind,
                new.training,
                shift.business_day,
                session.cashier or "",
                rate,
                desk.now(),
                customer=customer,
                original_receipt=new.original_receipt,
            )
            if original is not None:
                self.returns.keep(writing, basket, original)
            elif basket.is_return:
                basket = with_reason(basket, new.reason, day.rules)
            kept = self._save(writing, basket, key, CREATED)
        self._open.remember(basket)
        return kept

    def _complete(self, session: Session, sale_id: str, key: Idempotency | None) -> Kept:
        desk = self._desk
        shift, basket = desk.open_shift(), self._basket_for(session, sale_id)
        basket = replace(basket, business_day=shift.business_day, cashier=session.cashier or basket.cashier)
        offline = desk.mode.is_offline
        self._restrictions.check_paying(basket)
        sale = basket.completed(offline)
        customer = self._open.customer_of(basket)
        check_tenders(within_allowance(desk, basket, offline), desk.tender_rules(), offline, customer)
        self.returns.check(basket)
        return self._finish(Ending(basket, sale, records.SALE, customer), key)

    def _abort(self, session: Session, sale_id: str, key: Idempotency | None) -> Kept:
        basket = self._basket_for(session, sale_id)
        leave = session.leave_for(ABORT_SALE)
        if basket.tenders:
            raise Refused("sale-has-tenders", "take the tenders away before aborting the sale")
        sale = basket.document(self._desk.mode.is_offline, ABORTED)
        use = use_of(session, leave, "abort", sale_id)
        return self._finish(Ending(basket, sale, records.SALE_ABORTED, use=use), key)

    def change(self, session: Session, sale_id: str, change: Change, key: Idempotency | None) -> Kept:
        """One change of a draft: decide, commit, answer with the whole view."""

        def commit() -> Kept:
            before = self._basket_for(session, sale_id)
            basket = change.act(before)
            use = leave_to_change(session, change, (before, basket), self._desk.rules())
            with self._desk.writing(use, change.durable) as writing:
                kept = self._save(writing, basket, key, change.status)
                change.beside(writing)
            self._open.remember(basket)
            return kept

        return self._told(session, self._desk.once(key, commit))

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
        """A change that takes no more than selling does."""
        return self.change(session, sale_id, Change("change", act, status=status, durable=durable), key)

    def _told(self, session: Session, kept: Kept) -> Kept:
        """A draft is nobody's business but the register's, yet an override that was used is in the journal."""
        if session.override is not None:
            self._desk.after_commit()
        return kept

    def _save(self, writing: Any, basket: Basket, key: Idempotency | None, status: int) -> Kept:
        view = self.look.of(basket)
        writing.save_draft(basket.id, basket.state, orjson.dumps(basket.to_wire()), self._desk.now())
        return self._desk.keep(writing, key, status, view)

    def _finish(self, ending: Ending, key: Idempotency | None) -> Kept:
        """The record, the end of the draft and the answer in one durable transaction."""
        desk, at = self._desk, self._desk.now()
        basket, sale, kind, customer = ending.basket, ending.sale, ending.kind, ending.customer
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
        with desk.writing(ending.use) as writing:
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
            self.returns.finished(writing, basket)
            to_release = self._authorizing.finished(writing, basket)
            kept = desk.keep(writing, key, DONE, answer)
        self._open.forget(basket.id)
        if to_release:
            self._authorizing.release_soon()
        return kept

    def _basket_for(self, session: Session, sale_id: str) -> Basket:
        """To be changed or ended by this session. Raises Refused `permission-missing` or `training-mixed`."""
        session.must(SELL)
        basket = self._open.get(sale_id)
        session.must_match(basket.training)
        return basket

    def _customer(self, customer_id: str) -> Customer:
        customer = self._desk.book.require().customer(customer_id)
        if customer is None:
            raise Refused("customer-not-found", f"this store has no customer {customer_id}")
        return customer

    # --- returns

    def _is_of_receipt(self, sale_id: str) -> bool:
        basket = self._open.find(sale_id)
        return basket is not None and basket.original_receipt is not None

    def _put_back(self, session: Session, sale_id: str, new: NewLine, key: Idempotency | None) -> Kept:
        """A line of a return that has a receipt: chosen, and held at head office, before the lock is taken."""
        session.must(SELL)
        kept = self._desk.answered(key)
        if kept is not None:
            return kept
        chosen = self.returns.choose(self._open.get(sale_id), new)

        def act(basket: Basket) -> Basket:
            return self.returns.put(basket, chosen, self._desk.book.require().version)

        return self._change(session, sale_id, key, act, status=CREATED)


def _goods(new: NewLine, shelf: Shelf) -> Goods:
    if new.original_line is not None:
        raise Refused("receipt-required", "only a return of a receipt takes back a line of it")
    if new.open:
        return Goods(Item.open_price(*new.open, shelf.day), new.quantity)
    if new.article_id is not None:
        return shelf.by_number(new.article_id, new.quantity)
    return shelf.by_code(new.code or "", new.quantity)
