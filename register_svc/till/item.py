"""What a line sells, copied from the price book or typed in, so that a new snapshot never changes what was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from poscore.errors import Refused
from poscore.money import Cents
from poscore.vat import STANDARD
from register_svc.till.articles import OPEN_PRICE_UNIT, Article, PriceDay
from register_svc.till.promotions import Promotion


@dataclass(frozen=True, slots=True)
class Item:
    """`unit_price` includes VAT and `deposit`; `vat_rate` is in basis points; `age_limit` 0 is none.

    `alcohol`: sold only at certain hours.
    `promotions`: those that held for the article when it was put on the sale.
    """

    article_id: str | None
    code: str | None
    name: str
    unit: str
    unit_price: Cents
    deposit: Cents
    vat_rate: int
    age_limit: int
    alcohol: bool = False
    promotions: tuple[Promotion, ...] = ()

    @classmethod
    def of_article(cls, article: Article, code: str | None, day: PriceDay) -> Item:
        """Raises Refused `vat-unknown` when the snapshot has no rate for the article's code on that day."""
        rate = _rate(article.vat_code, day)
        return cls(
            article.article_id,
            code,
            article.name,
            article.unit,
            article.price,
            article.deposit,
            rate,
            article.age_limit,
            article.is_alcohol(day.rules),
        )

    @classmethod
    def open_price(cls, name: str, unit_price: Cents, vat_code: str, day: PriceDay) -> Item:
        return cls(None, None, name, OPEN_PRICE_UNIT, unit_price, 0, _rate(vat_code, day), 0)

    def with_promotions(self, promotions: tuple[Promotion, ...]) -> Item:
        return replace(self, promotions=promotions) if promotions else self

    def to_wire(self) -> dict[str, Any]:
        """As a draft keeps it."""
        wire: dict[str, Any] = {
            "article_id": self.article_id,
            "code": self.code,
            "name": self.name,
            "unit": self.unit,
            "unit_price": self.unit_price,
            "deposit_each": self.deposit,
            "vat_rate": self.vat_rate,
            "age_limit": self.age_limit,
            "alcohol": self.alcohol,
        }
        if self.promotions:
            wire["promotions"] = [promotion.wire for promotion in self.promotions]
        return wire

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Item:
        """`wire` may hold other members beside."""
        return cls(
            wire["article_id"],
            wire["code"],
            wire["name"],
            wire["unit"],
            wire["unit_price"],
            wire["deposit_each"],
            wire["vat_rate"],
            wire["age_limit"],
            wire.get("alcohol", False),  # drafts from before there were hours
            tuple(Promotion.from_wire(promotion) for promotion in wire.get("promotions", ())),
        )


def standard_rate(day: PriceDay) -> int:
    """The VAT rate of deposits on that day. Raises Refused `vat-unknown`."""
    return _rate(STANDARD, day)


def _rate(vat_code: str, day: PriceDay) -> int:
    try:
        return day.rates[vat_code]
    except KeyError:
        raise Refused("vat-unknown", f"no VAT rate {vat_code!r} is known on {day.business_day}") from None
