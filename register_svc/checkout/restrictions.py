"""What the law restricts, at the counter: alcohol by the hour, and goods for those who are old enough."""

from __future__ import annotations

from typing import Any

from poscore.shop_rules import DEFAULTS
from register_svc.checkout.desk import Desk
from register_svc.checkout.store_time import StoreTime
from register_svc.till import age
from register_svc.till.alcohol import Hours, holds_alcohol
from register_svc.till.articles import PriceDay
from register_svc.till.basket import Basket


class Restrictions:
    def __init__(self, desk: Desk) -> None:
        self._desk, self._time = desk, StoreTime(desk)

    def check_added(self, basket: Basket, day: PriceDay) -> None:
        """Of the newest line. Raises Refused `alcohol-hours`."""
        if basket.lines[-1].item.alcohol and holds_alcohol(basket):
            Hours.of(day.rules).must_hold(self._time.readings())

    def check_paying(self, basket: Basket) -> None:
        """Before a tender, and before completion. Raises Refused `alcohol-hours` or `age-check-required`."""
        if holds_alcohol(basket):
            day = self._desk.book.require().day(basket.business_day)
            Hours.of(day.rules).must_hold(self._time.readings())
        age.must_be_answered(basket)

    def asks(self, basket: Basket) -> list[dict[str, Any]]:
        """The questions that are open, for the screen. `ask_under`: nobody who looks older needs to show anything."""
        ask = age.open_ask(basket)
        if ask is None:
            return []
        catalog = self._desk.book.catalog
        rules = catalog.day(basket.business_day).rules if catalog else DEFAULTS
        return [{"kind": age.AGE, "line": ask.line, "limit": ask.limit, "ask_under": rules["age.ask_under"]}]
