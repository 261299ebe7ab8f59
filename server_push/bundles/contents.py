"""What stands in a store's catalogue beside its articles: small tables, written out here or read from head office.

Each is a `Part`: a table, its key, and either rows or the SELECT over the attached `office` database that gives them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from poscore.catalog_format import ALLOW, DENY, SCHEMA
from poscore.vat import FINLAND, VatTable
from server_push.bundles.store_profile import StoreProfile

QUICK_KEYS = 24  # four rows of six: what a screen of 1024 × 768 holds beside the lines


@dataclass(frozen=True, slots=True)
class Part:
    """`rows` or `select`; the columns are the table's own, the key first."""

    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]] = ()
    select: str = ""


def parts(profile: StoreProfile) -> Iterable[Part]:
    yield Part("meta", ("key",), ("key", "value"), _meta(profile))
    yield Part(
        "tender_type",
        ("type",),
        ("type", "position", "names", "online", "offline", "needs_customer", "reason"),
        _tender_types(),
    )
    yield Part("vat_rate", ("code", "valid_from"), ("code", "valid_from", "rate", "valid_to"), _vat_rates(FINLAND))
    store = profile.store  # an id of [a-z0-9-], checked
    yield Part(
        "setting",
        ("name", "valid_from"),
        ("name", "valid_from", "value"),
        # the store's own row of a day, else the one for all stores
        select=f"SELECT name, valid_from, value FROM office.shop_setting AS one WHERE store = '{store}' OR store = ''"
        f" AND NOT EXISTS (SELECT 1 FROM office.shop_setting AS own WHERE own.store = '{store}'"
        " AND own.name = one.name AND own.valid_from = one.valid_from)",
    )
    yield from _promotions(store)
    yield Part(
        "customer",
        ("customer_id",),
        ("customer_id", "name", "business_id", "tenders", "credit_limit"),
        # no address, no e-mail: what a till does not need does not lie on it
        select="SELECT customer_id, name, business_id, tenders, credit_limit FROM office.customer WHERE withdrawn = 0",
    )
    yield Part(
        "cashier",
        ("cashier_id",),
        ("cashier_id", "name", "role", "pin_hash", "pin_changed_at"),
        select="SELECT cashier_id, name, role, pin_hash, hashed.changed_at FROM office.cashier"
        " JOIN office.cashier_pin_hash AS hashed"
        f" USING(cashier_id) WHERE withdrawn = 0 AND store = '{store}'",
    )


_TERMS = "kind, count, amount, percent_bp, max_times, valid_from, valid_to, weekdays, hours"


def _promotions(store: str) -> Iterable[Part]:
    """What is offered in the store (its own row of a promotion, else the one for all), on articles that it sells."""
    offered = (
        "SELECT * FROM office.promotion AS one WHERE withdrawn = 0"
        f" AND (store = '{store}' OR store = '' AND NOT EXISTS (SELECT 1 FROM office.promotion AS own"
        f" WHERE own.store = '{store}' AND own.promotion_id = one.promotion_id AND own.withdrawn = 0))"
    )
    on_articles = (
        "SELECT DISTINCT article.id AS article, promotion_id"
        f" FROM ({offered}) AS offered, json_each(offered.articles) AS named"
        " JOIN main.article AS article ON article.article_id = named.value"
    )
    yield Part(
        "promotion",
        ("promotion_id",),
        ("promotion_id", "names", *_TERMS.split(", ")),
        select=f"SELECT promotion_id, json_object('fi', name, 'sv', name_sv, 'en', name_en), {_TERMS}"
        f" FROM ({offered}) WHERE promotion_id IN (SELECT promotion_id FROM ({on_articles}))",
    )
    key = ("article", "promotion_id")
    yield Part("promotion_article", key, key, select=on_articles)


def _meta(profile: StoreProfile) -> list[tuple[Any, ...]]:
    """Less `published_at` and `article_count`, which are written when anything else has changed."""
    return [
        ("schema", str(SCHEMA)),
        ("store", profile.store),
        ("store_name", profile.name),
        ("chain", profile.chain),
        ("business_id", profile.business_id),
        ("time_zone", profile.time_zone),
        ("language", profile.language),
        ("receipt_header", _json(list(profile.receipt_header))),
        ("receipt_footer", _json(list(profile.receipt_footer))),
    ]


def _vat_rates(table: VatTable) -> list[tuple[Any, ...]]:
    return [
        (rate.code, rate.valid_from.isoformat(), rate.rate, rate.valid_to.isoformat() if rate.valid_to else None)
        for rate in table.rates
    ]


_PAYROLL = {
    "fi": "Palkkaveloitus tarkistetaan pääkonttorista, eikä sitä voi tehdä OFFLINE-tilassa.",
    "sv": "Löneavdrag kontrolleras av huvudkontoret och kan inte göras i OFFLINE-läge.",
    "en": "Payroll deduction is checked with head office and cannot be made while OFFLINE.",
}
_BONUS = {
    "fi": "Bonushyvitys tarkistetaan pääkonttorista, eikä sitä voi antaa OFFLINE-tilassa.",
    "sv": "Bonusgottgörelse kontrolleras av huvudkontoret och kan inte ges i OFFLINE-läge.",
    "en": "Bonus credit is checked with head office and cannot be given while OFFLINE.",
}


_GIFT_CARD = {
    "fi": "Lahjakortin saldo tarkistetaan pääkonttorista, eikä sillä voi maksaa OFFLINE-tilassa.",
    "sv": "Presentkortets saldo kontrolleras av huvudkontoret, och det kan inte användas i OFFLINE-läge.",
    "en": "A gift card's balance is checked with head office and cannot be used while OFFLINE.",
}


def _tender_types() -> list[tuple[Any, ...]]:
    """All normal tenders work OFFLINE; the special ones need head office's word."""
    table: list[tuple[str, tuple[str, str, str], str, bool, dict[str, str] | None]] = [
        ("cash", ("Käteinen", "Kontant", "Cash"), ALLOW, False, None),
        ("card", ("Kortti", "Kort", "Card"), ALLOW, False, None),
        ("invoice", ("Lasku", "Faktura", "Invoice"), ALLOW, True, None),
        ("account", ("Tili", "Konto", "Account"), ALLOW, True, None),
        ("payroll", ("Palkkaveloitus", "Löneavdrag", "Payroll deduction"), DENY, True, _PAYROLL),
        ("bonus", ("Bonushyvitys", "Bonusgottgörelse", "Bonus credit"), DENY, True, _BONUS),
        ("voucher", ("Lahjakortti", "Presentkort", "Gift card"), DENY, False, _GIFT_CARD),
    ]
    return [
        (
            *(kind, position, _json(dict(zip(("fi", "sv", "en"), names, strict=True))), ALLOW, offline),
            *(int(needs_customer), _json(reason) if reason else None),
        )
        for position, (kind, names, offline, needs_customer, reason) in enumerate(table, 1)
    ]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
