"""A head office that posts: a site with a bank account, customers who may be invoiced, and tills that sell to them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from poscore.sale import RETURN, Tender
from server_push.office import Office, World
from server_push.registers.answers import Asking
from server_push.storage import upsert
from server_push.storage.tables.assortment import customer
from tests.support.offices import Site, new_site
from tests.support.returning import DAY, Returning

SETTINGS = """[chain]
name = "Ketju Oy"
business_id = "1234567-1"
[invoicing]
iban = "FI21 1234 5600 0007 85"
bic = "NDEAFIHH"
street = "Rantatie 1"
postal_code = "00100"
city = "Helsinki"
late_interest = "8"
"""


def booking_site(folder: Path, settings: str = SETTINGS) -> Site:
    """A site with these settings and the customers C1 (30 days) and C2 (no term of its own)."""
    site = new_site(folder)
    (site.office.directory / "settings.toml").write_text(settings, encoding="utf-8")
    return with_customers(reopened(site), {"C1": "Ravintola Ääri & Ø <Oy>", "C2": "Kahvila Tmi"})


def reopened(site: Site) -> Site:
    """The same office, as another process would open it."""
    site.office.close()
    return Site(Office.open(site.office.directory, World(now=site.clock)), site.token, site.clock)


def with_customers(site: Site, names: dict[str, str]) -> Site:
    rows = [
        {
            "customer_id": customer_id,
            "name": name,
            "business_id": "7654321-5",
            "address": "Katu 2, 20100 Turku",
            "email": "laskut@example.fi",
            "tenders": '["invoice","account"]',
            "credit_limit": None,
            "payment_term_days": 30 if customer_id == "C1" else None,
            "changed_at": "2026-11-22T20:00:00.000Z",
        }
        for customer_id, name in names.items()
    ]
    with site.office.storage.write() as connection:
        upsert(connection, customer, rows)
    return site


def sell_on(till: Returning, ledger: str, customer: str, cents: int, **more: Any) -> str:
    """A sale of one line that is paid by a tender of that name; its number."""
    till.sell(cents, customer=customer, tenders=(Tender(1, ledger, cents),), **more)
    return last_number(till)


def give_back_on(till: Returning, ledger: str, customer: str, cents: int, original: str | None = None) -> str:
    """A return of one line to that tender; `original` is the receipt that it names."""
    document = till.document(cents, customer=customer, kind=RETURN, tenders=(Tender(1, ledger, -cents),))
    till.write("sale", {"sale": document, "original_receipt": original})
    return last_number(till)


def last_number(till: Returning) -> str:
    return f"{till.register}-{till.epoch}-{till.numbers:06d}"


def post(site: Site, operator: str = "anna") -> dict[str, Any]:
    return site.office.posting_runs.post(Asking(operator, site.clock()))


def invoices(site: Site) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = site.get("/api/invoices?limit=1000").json["items"]  # type: ignore[index]
    return items


def ask(site: Site, path: str, body: dict[str, Any], key: str | None = None) -> TestResponse:
    """An operator's POST."""
    headers = {"Authorization": f"Bearer {site.token}", **({"Idempotency-Key": key} if key else {})}
    return site.client.post(path, json=body, headers=headers)


def open_shift(till: Returning, no: int = 1, day: str = DAY) -> None:
    till.write("shift-opened", {"no": no, "opening_float": 0, "cashier": "101"}, day)


def close_shift(till: Returning, no: int = 1, day: str = DAY, **changed: Any) -> None:
    """A Z over every sale of the day that the till has written, worked out here a second time."""
    sold = [
        record["body"]["sale"]
        for record in (json.loads(text) for _, text in till.written)
        if record["type"] == "sale" and record["body"]["sale"]["business_day"] == day
    ]
    sold = [one for one in sold if not one["training"]]
    tenders: Counter[str] = Counter()
    for one in sold:
        for tender in one["tenders"]:
            tenders[tender["type"]] += tender["amount"]
        tenders["cash"] -= one["totals"]["change"]
    taxes: dict[int, Counter[str]] = {}
    for one in sold:
        for row in one["taxes"]:
            taxes.setdefault(row["rate"], Counter()).update({name: row[name] for name in ("net", "tax", "gross")})
    z = {
        "no": no,
        "business_day": day,
        "sales": {"count": sum(one["kind"] == "sale" for one in sold)},
        "returns": {"count": sum(one["kind"] == "return" for one in sold)},
        "total": sum(one["totals"]["gross"] - one["totals"]["discount"] for one in sold),
        "rounding": sum(one["totals"]["rounding"] for one in sold),
        "by_tender": dict(tenders),
        "by_vat": [{"rate": rate, **sums} for rate, sums in sorted(taxes.items())],
        **changed,
    }
    till.write("shift-closed", z, day)
