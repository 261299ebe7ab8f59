"""The open and parked sales of a register, in memory as they are on disk.

- A sale is here from its start until it is completed or aborted; `Sales` writes the draft, then tells this.
- A draft that a damaged disk spoilt is set aside and shown, never in the way of the others.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import orjson

from poscore.errors import PosError, Refused
from poscore.instants import parse_instant
from poscore.sale import OPEN
from register_svc.checkout.desk import Desk
from register_svc.journal.drafts import load_drafts
from register_svc.till.articles import Customer
from register_svc.till.basket import Basket

# A switch of snapshots waits for an open sale at most this long after its last change: a forgotten one must not
# keep yesterday's prices.
_SWITCH_WAITS = timedelta(minutes=5)


class OpenSales:
    """`unreadable`: the receipt numbers of drafts that could not be read."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._baskets: dict[str, Basket] = {}
        self._changed_at: dict[str, datetime] = {}
        self.unreadable: Sequence[str] = ()
        for draft in load_drafts(desk.journal.db):
            try:
                basket, changed_at = Basket.from_wire(orjson.loads(draft.document)), parse_instant(draft.changed_at)
            except (PosError, ValueError, KeyError, TypeError):
                self.unreadable = (*self.unreadable, draft.sale_id)
                continue
            self._baskets[draft.sale_id], self._changed_at[draft.sale_id] = basket, changed_at

    def find(self, sale_id: str) -> Basket | None:
        return self._baskets.get(sale_id)

    def get(self, sale_id: str) -> Basket:
        """Raises Refused `sale-not-found`, or `sale-not-open` for one that is over."""
        basket = self.find(sale_id)
        if basket is None:
            state = self._desk.reader.record_of_sale(sale_id).body["sale"]["state"]
            raise Refused("sale-not-open", f"the sale is {state}")
        return basket

    def all(self) -> Collection[Basket]:
        """As they are at this moment; others may change them meanwhile."""
        return self._baskets.copy().values()

    def in_state(self, state: str, business_day: str | None) -> Sequence[Basket]:
        """The oldest change first."""
        found = [basket for basket in self.all() if basket.state == state]
        found.sort(key=lambda basket: self._changed_at.get(basket.id, self._desk.clock()))
        return [basket for basket in found if business_day in (None, basket.business_day)]

    def remember(self, basket: Basket) -> None:
        """After its draft was written."""
        self._baskets[basket.id] = basket
        self._changed_at[basket.id] = self._desk.clock()

    def forget(self, sale_id: str) -> None:
        """After its draft was deleted."""
        del self._baskets[sale_id], self._changed_at[sale_id]

    def is_selling(self) -> bool:
        """Is a sale with goods under way? A forgotten one is not. Call with the desk's lock held."""
        now = self._desk.clock()
        return any(
            # abs: a clock set back by a day must not keep yesterday's prices until it has caught up
            basket.state == OPEN and not basket.is_empty and abs(now - self._changed_at[basket.id]) < _SWITCH_WAITS
            for basket in self._baskets.values()
        )

    def with_goods(self) -> Sequence[str]:
        """Receipt numbers of open sales that hold anything."""
        return [basket.id for basket in self.all() if basket.state == OPEN and not basket.is_empty]

    def empty(self) -> Sequence[Basket]:
        """Open sales that hold nothing."""
        return [basket for basket in self.all() if basket.state == OPEN and basket.is_empty]

    def customer_of(self, basket: Basket) -> Customer | None:
        return self._desk.book.require().customer(basket.customer) if basket.customer else None
