"""What the rules know of the price book: plain values, copied into a sale so that it never changes unseen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from poscore.instants import parse_day
from poscore.money import Cents
from poscore.shop_rules import DEFAULTS, SettingRow, rules_on
from poscore.vat import VatTable

OPEN_PRICE_UNIT = "kpl"


@dataclass(frozen=True, slots=True)
class Article:
    """An article of the active snapshot. `price` includes VAT and `deposit`."""

    article_id: str
    name: str
    price: Cents
    vat_code: str
    department: str
    unit: str
    deposit: Cents
    age_limit: int

    def is_alcohol(self, rules: Mapping[str, Any]) -> bool:
        """What has an age limit and stands in a department of alcohol, or in none: refused rather than sold late."""
        if not self.age_limit:
            return False
        department = self.department.strip().casefold()
        return not department or any(word.casefold() in department for word in rules["alcohol.departments"])

    def to_wire(self) -> dict[str, Any]:
        return {
            "article_id": self.article_id,
            "name": self.name,
            "unit_price": self.price,
            "vat_code": self.vat_code,
            "department": self.department,
            "unit": self.unit,
            "deposit": self.deposit,
            "age_limit": self.age_limit,
        }


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer of this store. `tenders`: the tender types that the customer may use on credit."""

    customer_id: str
    name: str
    business_id: str
    tenders: tuple[str, ...]
    credit_limit: Cents | None

    def to_wire(self) -> dict[str, Any]:
        return {
            "customer_id": self.customer_id,
            "name": self.name,
            "business_id": self.business_id,
            "tenders": list(self.tenders),
            "credit_limit": self.credit_limit,
        }


@dataclass(frozen=True, slots=True)
class PriceDay:
    """The price book as one sale sees it: which version, on which business day, with whose VAT rates and settings."""

    snapshot: int
    business_day: str
    rates: Mapping[str, int]  # VAT code → basis points on that day
    rules: Mapping[str, Any] = field(default_factory=lambda: DEFAULTS)  # poscore.shop_rules

    @classmethod
    def of(cls, snapshot: int, business_day: str, table: VatTable, settings: Iterable[SettingRow] = ()) -> PriceDay:
        """A code without a rate on that day is left out: only its own articles cannot be sold."""
        rates = table.rates_on(parse_day(business_day))
        return cls(snapshot, business_day, rates, rules_on(settings, business_day))
