"""Looking at sales: as the till shows them, what can be paid how, and how a receipt would look. Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from poscore.sale import OPEN, PARKED
from register_svc.checkout.desk import Desk
from register_svc.checkout.goods import Shelf
from register_svc.checkout.open_sales import OpenSales
from register_svc.checkout.receipts import Receipts
from register_svc.checkout.restrictions import Restrictions
from register_svc.checkout.returning import Returns
from register_svc.till.authorizations import shown
from register_svc.till.basket import Basket
from register_svc.till.comments import comments_in
from register_svc.till.receipt import Printed
from register_svc.till.tenders import payment_options


class SaleViews:
    def __init__(self, desk: Desk, open_sales: OpenSales, receipts: Receipts, returns: Returns) -> None:
        self._desk, self._open, self._receipts, self._returns = desk, open_sales, receipts, returns
        self._restrictions = Restrictions(desk)

    def view(self, sale_id: str) -> dict[str, Any]:
        """Raises Refused `sale-not-found`."""
        basket = self._open.find(sale_id)
        if basket:
            return self.of(basket)
        sale: dict[str, Any] = self._desk.reader.record_of_sale(sale_id).body["sale"]
        return sale

    def of(self, basket: Basket) -> dict[str, Any]:
        """An open or parked sale as the till shows it: its document, what stands beside it, and what it asks."""
        return {
            **basket.document(self._desk.mode.is_offline).to_wire(),
            "notes": [note.to_wire() for note in basket.notes],
            "discounts": [discount.to_view(n) for n, discount in enumerate(basket.discounts, 1)],
            "promotions": [given.wire for given in basket.given],
            "asks": self._restrictions.asks(basket),
            "authorizations": shown((note.to_wire() for note in basket.notes), self._desk.mode.is_offline),
        }

    def list(self, state: str, business_day: str | None, after: str, limit: int) -> dict[str, Any]:
        """Sales in one state: drafts with the oldest change first, finished ones newest first."""
        if state in (OPEN, PARKED):
            drafts: Sequence[Basket] = self._open.in_state(state, business_day)
            return {"items": [self.of(basket) for basket in drafts], "next": None}
        found = [r.body["sale"] for r in self._desk.reader.sales(state, business_day, after, limit + 1)]
        more = len(found) > limit
        return {"items": found[:limit], "next": found[limit - 1]["id"] if more else None}

    def article(self, code: str) -> dict[str, Any]:
        """What a scan would sell on the present business day, or why it would not."""
        catalog = self._desk.book.require()
        return Shelf(catalog, catalog.day(self._desk.business_day), self._desk.clock()).show(code)

    def payment(self, sale_id: str) -> dict[str, Any]:
        """What can be paid how right now. Raises `sale-not-open`."""
        basket = self._open.get(sale_id)
        rules = self._desk.tender_rules()
        customer = self._open.customer_of(basket)
        offline, refund_refusal = self._desk.mode.is_offline, self._returns.refund_refusal(basket)
        return payment_options(basket, list(rules.values()), offline, customer, refund_refusal)

    def receipt_draft(self, sale_id: str, language: str | None = None) -> dict[str, Any]:
        """How the receipt of an open or parked sale would look; it says that it is none. Raises `sale-not-open`."""
        basket = self._open.get(sale_id)
        customer = self._open.customer_of(basket)
        sale = basket.document(self._desk.mode.is_offline)
        name = customer.name if customer else None
        comments = comments_in(note.to_wire() for note in basket.notes)
        given = [one.wire for one in basket.given]
        told = shown((note.to_wire() for note in basket.notes), sale.header.offline)
        printed = Printed(
            self._desk.now(), name, basket.original_receipt, draft=True, comments=comments, promotions=given, told=told
        )
        return {"receipt_text": self._receipts.text(sale, printed, language)}
