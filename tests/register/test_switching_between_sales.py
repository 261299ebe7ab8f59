"""A whole register: the snapshot that waited for an open sale comes in the moment its receipt ends."""

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from poscore.quantity import ONE
from register_svc.checkout.sales import NewLine, NewSale, NewTender
from register_svc.identity import FILE_NAME, Identity
from register_svc.register import Register, build
from register_svc.snapshots import switch
from register_svc.till.people import Session
from tests.register.web.conftest import enrolled
from tests.support.builders import MILK, AnArticle
from tests.support.bundles import Bundle, Publisher, catalog
from tests.support.receiving import until

CASHIER = Session("", "1", "Aino", "cashier")


@pytest.fixture
def publisher() -> Publisher:
    return Publisher()


@pytest.fixture
def register(tmp_path: Path, publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> Iterator[Register]:
    monkeypatch.setattr(switch, "_RETRY_S", 3600.0)  # nobody looks again by themselves
    enrolled(tmp_path)
    identity = replace(Identity.load(tmp_path), root_v1=publisher.root_v1.decode())
    (tmp_path / FILE_NAME).write_text(identity.to_text(), encoding="utf-8")
    register = build(tmp_path)
    register.snapshots.start()
    yield register
    register.stop()


def bring(register: Register, publisher: Publisher, version: int, price: int) -> None:
    """Push and activate a catalogue in which milk costs `price`."""
    bundle: Bundle = publisher.publish(version, catalog(articles=[AnArticle("A1", price=price, codes=(MILK,))]))
    body = bundle.zip()
    register.snapshots.receive(io.BytesIO(body), len(body), hashlib.sha256(body).hexdigest())
    register.snapshots.activate(version)


def version_in_use(register: Register) -> int | None:
    return register.book.catalog.version if register.book.catalog else None


def test_the_switch_follows_the_receipt_and_not_a_clock(register: Register, publisher: Publisher) -> None:
    bring(register, publisher, 1, 100)
    until(lambda: version_in_use(register) == 1)
    register.shifts.open(CASHIER, 10_000, None)
    sale = json.loads(register.sales.start(CASHIER, NewSale(), None).body)["id"]
    register.sales.add_line(CASHIER, sale, NewLine(ONE, MILK), None)

    bring(register, publisher, 2, 200)
    until(lambda: register.snapshots.listing()["slots"][0]["state"] == "STAGED")
    assert version_in_use(register) == 1

    register.sales.add_tender(CASHIER, sale, NewTender("cash"), None)
    register.sales.complete(CASHIER, sale, None)
    until(lambda: version_in_use(register) == 2)
