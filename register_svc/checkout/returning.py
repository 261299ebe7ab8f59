"""Returns at the counter: what a receipt still allows, by this register's journal and, ONLINE, by head office.

- A receipt of this register's own journal can always be returned. ONLINE head office is asked too, because another
  register may have taken goods back; when it does not answer, the journal alone decides, and head office flags it later
  should two returns have crossed.
- A receipt of another register is asked of head office, ONLINE only. It is kept with the draft.
- Before a line is put on, and again before the money goes back, head office holds the goods for this return (a claim).
  A claim is named by the return's number and is always the whole of it, so one whose answer was lost is simply asked
  again. Head office is asked with no lock held, and never when a return is completed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from poscore.errors import PosError, Refused
from poscore.ids import ReceiptNo
from poscore.quantity import Quantity
from poscore.returns import NOTHING, Given
from register_svc.checkout.desk import Desk
from register_svc.checkout.wishes import NewLine
from register_svc.journal.foreign import ForeignReceipts
from register_svc.journal.journal import Writing
from register_svc.till.basket import Basket
from register_svc.till.refunds import Refund, check_cap, due_of
from register_svc.till.returns import Chosen, GivenBack, Original, change_back, line_of, on_drafts, put_back, together


class ReturnOffice(Protocol):
    """Head office, as far as returns care. Raises Refused with its own code, or `head-office-unreachable`, soon."""

    def receipt(self, receipt_no: str) -> tuple[Mapping[str, Any], dict[int, Given]]:
        """The document of a sale of any register, and what other registers gave back of it, or hold."""

    def claim(self, return_no: str, receipt_no: str, wanted: Mapping[int, Quantity]) -> dict[int, Given]:
        """Hold so much of each line for this return; answers what other registers gave back, or hold."""

    def release(self, return_no: str) -> None:
        """The return is given up. Never raises: what is not released expires."""


class Returns:
    """`drafts`: every open or parked sale at this moment."""

    def __init__(self, desk: Desk, office: ReturnOffice, drafts: Callable[[], Iterable[Basket]]) -> None:
        self._desk, self._office, self._drafts = desk, office, drafts
        self._foreign = ForeignReceipts(desk.journal.db)
        self._originals: dict[str, Original] = {}  # by return
        self._elsewhere: dict[str, GivenBack] = {}  # by return: what head office said last

    # --- before anything is changed; head office may be asked

    def original(self, receipt_no: str | None, training: bool) -> Original | None:
        """The receipt that a new return is of; None for one without.

        Raises Refused `receipt-not-found`, `receipt-not-returnable`, `head-office-unreachable`.
        """
        if receipt_no is None:
            return None
        return self._own(receipt_no, training) or self._of_another(receipt_no, training)[0]

    def returnable(self, receipt_no: str) -> dict[str, Any]:
        """The receipt's lines with what is left of each."""
        training = ReceiptNo.parse(receipt_no).training
        original = self._own(receipt_no, training)
        if original is not None:
            return original.to_wire(self._together(receipt_no, None))
        original, elsewhere = self._of_another(receipt_no, training)
        return original.to_wire(self._together(receipt_no, elsewhere))

    def choose(self, basket: Basket, wanted: NewLine) -> Chosen:
        """Which line of the receipt comes back, and how much of it; it is held at head office from now on.

        Raises Refused `not-on-receipt`, `line-not-found`, `quantity-returned`, `head-office-unreachable`.
        """
        if wanted.open is not None:
            raise Refused("not-on-receipt", "a return of a receipt takes back what was bought on it")
        original = self._original_of(basket)
        given = self._given(basket, original)
        n = wanted.original_line
        if n is None:
            n = original.find(wanted.code, self._articles(wanted), given).n
        chosen = Chosen.of(original, n, wanted.quantity if wanted.counted else None, given)
        self._hold(basket, original, {chosen.n: chosen.quantity})
        return chosen

    def hold_change(self, basket: Basket, n: int, quantity: Quantity) -> None:
        """As `choose`, for another quantity of line `n` of the return."""
        original = self._original_of(basket)
        self._hold(basket, original, {line_of(basket, n): quantity}, without=n)

    def hold_again(self, basket: Basket) -> None:
        """Before the money goes back: the goods are held anew, for as long as paying takes."""
        self._hold(basket, self._original_of(basket), {})

    def given_up(self, basket: Basket) -> None:
        """After the return was aborted."""
        if basket.original_receipt is not None and not self._desk.mode.is_offline:
            self._office.release(basket.id)

    # --- the change itself, with the lock held

    def keep(self, writing: Writing, basket: Basket, original: Original) -> None:
        """With the first draft."""
        self._originals[basket.id] = original
        if self._own(original.receipt_no, basket.training) is None:
            self._foreign.keep(writing, original.receipt_no, original.sale.to_wire())

    def put(self, basket: Basket, chosen: Chosen, snapshot: int) -> Basket:
        original = self._original_of(basket)
        return put_back(basket, original, chosen, self._given(basket, original), snapshot)

    def change(self, basket: Basket, n: int, quantity: Quantity) -> Basket:
        original = self._original_of(basket)
        return change_back(basket, original, n, quantity, self._given(basket, original, without=n))

    def check(self, basket: Basket) -> Basket:
        """The basket. Raises Refused `return-cap-exceeded` for too large a return without a receipt."""
        return check_cap(basket, self._rules(basket))

    def refund_refusal(self, basket: Basket) -> Callable[[str], Refused | None]:
        """Why the money of this return cannot go back by a tender; of a sale, never."""
        if not basket.is_return:
            return lambda _: None
        refund, rules = self._refund(basket), self._rules(basket)
        return lambda kind: refund.refusal(kind, rules)

    def customer_of(self, original: Original) -> str | None:
        """The customer of the receipt, unless the store has lost it since."""
        customer = original.sale.header.customer
        return customer if customer and self._desk.book.require().customer(customer) else None

    def finished(self, writing: Writing, basket: Basket) -> None:
        """In the transaction that ends the draft."""
        self._originals.pop(basket.id, None)
        self._elsewhere.pop(basket.id, None)
        others = (other for other in self._drafts() if other.id != basket.id)
        if basket.original_receipt and all(other.original_receipt != basket.original_receipt for other in others):
            self._foreign.forget(writing, basket.original_receipt)

    # --- within

    def _rules(self, basket: Basket) -> Mapping[str, Any]:
        return self._desk.book.require().day(basket.business_day).rules

    def _refund(self, basket: Basket) -> Refund:
        if basket.original_receipt is None:
            return Refund(due_of(basket), None)
        original = self._original_of(basket)
        given = sum(one.total for one in self._given(basket, original).values())
        return Refund(due_of(basket), original.paid_with, given - due_of(basket))

    def _own(self, receipt_no: str, training: bool) -> Original | None:
        """A receipt of this register's own journal; None when it has none of that number."""
        number, owner = ReceiptNo.parse(receipt_no), self._desk.journal.owner
        try:
            record = self._desk.reader.record_of_sale(receipt_no)
        except Refused:
            if (number.register, number.epoch) == (owner.register, owner.epoch):
                raise Refused("receipt-not-found", f"this register has no receipt {receipt_no}") from None
            return None  # of another register, or of a former epoch whose journal was not carried over
        return Original.of(record.body["sale"], training)

    def _of_another(self, receipt_no: str, training: bool) -> tuple[Original, GivenBack]:
        if training:
            raise Refused("receipt-not-found", f"this register has no receipt {receipt_no}")
        if self._desk.mode.is_offline:
            raise _only_own()
        document, elsewhere = self._office.receipt(receipt_no)
        return Original.of(document, training), elsewhere

    def _original_of(self, basket: Basket) -> Original:
        original = self._originals.get(basket.id)
        if original is None:
            receipt_no = basket.original_receipt or ""
            original = self._own(receipt_no, basket.training)
            if original is None:
                kept = self._foreign.find(receipt_no)
                if kept is None:
                    raise Refused("receipt-not-found", f"this register has no receipt {receipt_no}")
                original = Original.of(kept, basket.training)
            self._originals[basket.id] = original
        return original

    def _given(self, basket: Basket, original: Original, without: int | None = None) -> GivenBack:
        """All that was given back, or is on a draft. `without`: a line of this return that does not count."""
        left_out = (basket.id, without) if without is not None else None
        return self._together(original.receipt_no, self._elsewhere.get(basket.id), left_out)

    def _together(
        self, receipt_no: str, elsewhere: GivenBack | None, left_out: tuple[str, int] | None = None
    ) -> GivenBack:
        # Head office counts what this register gave back in former epochs; what it may not have yet is counted here.
        epoch = None if elsewhere is None else self._desk.journal.owner.epoch
        mine = self._desk.reader.given_back(receipt_no, epoch)
        return together(mine, on_drafts(self._drafts(), receipt_no, left_out), elsewhere or {})

    def _articles(self, wanted: NewLine) -> frozenset[str]:
        if wanted.article_id is not None:
            return frozenset({wanted.article_id})
        found = self._desk.book.require().articles_of_code(wanted.code or "")
        return frozenset(article.article_id for article in found)

    def _hold(
        self, basket: Basket, original: Original, more: Mapping[int, Quantity], without: int | None = None
    ) -> None:
        """Ask head office to hold what is on the return, with `more` of some lines."""
        left_out = (basket.id, without) if without is not None else None
        on_it = on_drafts([basket], original.receipt_no, left_out)
        wanted = {n: on_it.get(n, NOTHING).quantity + more.get(n, Quantity(0)) for n in {*on_it, *more}}
        if basket.training or not wanted:
            return
        is_own = self._own(original.receipt_no, basket.training) is not None
        try:
            if self._desk.mode.is_offline:
                raise _only_own()
            self._elsewhere[basket.id] = self._office.claim(basket.id, original.receipt_no, wanted)
        except PosError as error:
            if not is_own or error.code == "quantity-returned":
                raise
            # This register's journal knows the receipt: head office has not got it yet, or does not answer.
            self._elsewhere.pop(basket.id, None)


def _only_own() -> Refused:
    hint = "Go ONLINE, or return it at the register that sold it."
    detail = "OFFLINE only this register's own receipts can be returned"
    return Refused("head-office-unreachable", detail, hint)
