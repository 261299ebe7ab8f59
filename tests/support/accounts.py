"""A head office with customers, and registers that ask it what they may take on account."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from poscore.ids import ReceiptNo
from poscore.sale import RETURN, Tender
from server_push.assortment.importing import How, import_customers
from tests.support.offices import Site, new_site
from tests.support.pricelists import table
from tests.support.returning import Returning

# Company C1 with a limit of 100.00, employee E1 with 50.00, member M1 without any, and C2 who may not pay on account.
CUSTOMERS = (
    ("customer_id", "name", "tenders", "credit_limit"),
    ("C1", "Rakennus Oy", "invoice account", "100.00"),
    ("C2", "Kunta", "invoice", ""),
    ("E1", "Eeva Esimerkki", "payroll bonus", "50.00"),
    ("M1", "Liisa Näyte", "bonus account", ""),
)

_ids = itertools.count(1)


class Till(Returning):
    """`owe`: a sale or return of which `tenders` were taken on account, payroll or bonus."""

    def owe(
        self, site: Site, customer: str | None, *, home: bool = True, number: str | None = None, **amounts: Any
    ) -> str:
        """Its receipt number. `amounts`: cents by tender, below 0 for a return; `offline`, `training`, … beside."""
        paid = {name: amounts.pop(name) for name in ("account", "payroll", "bonus", "card") if name in amounts}
        total = sum(paid.values())
        kind = {"kind": RETURN} if total < 0 else {}
        tenders = [Tender(n, name, amount) for n, (name, amount) in enumerate(paid.items(), 1)]
        named = {"id": number, "receipt_no": number} if number else {}
        seq = self.sell(abs(total), tenders=tenders, customer=customer, **kind, **named, **amounts)
        if home:
            assert site.bring_home(self, self.batch([seq])).status_code == 200
        document: dict[str, Any] = json.loads(self.written[-1][1])["body"]["sale"]
        return str(document["id"])

    def next_sale(self) -> str:
        return ReceiptNo(self.register, self.epoch, self.numbers + 1).text

    def ask(self, site: Site, customer: str, amount: int, kind: str = "account", **more: Any) -> TestResponse:
        whose = {"card": customer} if kind == "gift-card" else {"customer": customer}
        body = {"id": f"a{next(_ids)}", "sale": self.next_sale(), "kind": kind, "amount": amount, **whose, **more}
        return site.call(self, "/api/authorizations", json.dumps(body).encode())

    def asked(self, site: Site, customer: str, amount: int, kind: str = "account", **more: Any) -> dict[str, Any]:
        answer = self.ask(site, customer, amount, kind, **more)
        assert answer.status_code == 201, answer.json
        return dict(answer.json or {})

    def look(self, site: Site, id: str) -> TestResponse:
        token = self.token(b"", site.office.office_id, site.clock())
        return site.client.get(f"/api/authorizations/{id}", headers={"Authorization": f"Bearer {token}"})

    def release(self, site: Site, id: str) -> dict[str, Any]:
        answer = site.call(self, f"/api/authorizations/{id}/release", b"{}")
        assert answer.status_code == 200, answer.json
        return dict(answer.json or {})


def site_with_customers(folder: Path) -> Site:
    site = new_site(folder)
    import_customers(site.office.storage, table(folder / "customers.csv", CUSTOMERS), site.clock(), How())
    return site


def a_till(site: Site, register: str) -> Till:
    enrolled = site.enrol(register)
    return Till(register=register, epoch=enrolled.epoch, key=enrolled.key)


def account(site: Site, customer: str, ledger: str | None = None) -> dict[str, Any]:
    path = f"/api/customers/{customer}/account" if ledger is None else f"/api/accounts/{ledger}/{customer}"
    answer = site.get(path)
    assert answer.status_code == 200, answer.json
    return dict(answer.json or {})


def enter(site: Site, path: str, **entry: Any) -> TestResponse:
    body = {"business_day": "2026-11-22", **entry}
    return site.client.put(f"/api/accounts/{path}", json=body, headers={"Authorization": f"Bearer {site.token}"})


def stands(shown: dict[str, Any]) -> tuple[int, int, int | None, int | None]:
    """balance, held, limit, available"""
    return shown["balance"], shown["held"], shown["limit"], shown["available"]
