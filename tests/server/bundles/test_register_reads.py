"""The register's own code over what head office publishes: verified, built, checked, opened and sold from."""

import csv
import lzma
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import pytest

from poscore.codes import check_digit
from poscore.errors import Untrusted
from poscore.pins import verify_pin
from poscore.quantity import ONE
from register_svc.catalog.catalog import Catalog
from register_svc.checkout.goods import Shelf
from register_svc.snapshots.build import build
from register_svc.snapshots.check import check
from register_svc.snapshots.slots import Slot
from register_svc.snapshots.states import State
from register_svc.snapshots.trust import verify
from register_svc.snapshots.trusted import Anchor, Moment, Possessions
from register_svc.till.articles import PriceDay
from register_svc.till.basket import Basket
from register_svc.till.item import standard_rate
from server_push.assortment.importing import import_articles
from tests.support.pricelists import NOW, gtin, line, lines


def taken(head, tmp_path, store: str = "s1"):
    """The slot and the file that a register makes of the newest bundle."""
    bundle = tmp_path / "incoming.zip"
    head.publisher.write_container(store, bundle, NOW)
    verdict = verify(bundle, Anchor(store, head.keys.root_bytes()), Possessions({}), tmp_path / "scratch", Moment(NOW))
    assert verdict.refusal is None
    found = verdict.catalogue
    assert found is not None
    info = found.info
    slot = Slot(info.version, State.BUILDING, None, found.sha256, found.bytes, info, found.source, None, "", None)
    path = tmp_path / "snapshots" / str(info.version) / "catalog.db"
    build(bundle, slot, path)
    return slot, path


def test_a_register_takes_checks_and_opens_the_catalogue(head, tmp_path) -> None:
    head.sells([*lines(40), line("X", name="Säilyke", gtin=gtin(900)), line("Y", gtin=gtin(900))])
    head.employs(("1", "Maija", "1234", "cashier"))
    head.knows(("7", "Rakennus Oy", "0737546-2", "Katu 1", "", "invoice account", "500.00"))
    published = head.publish()

    slot, path = taken(head, tmp_path)
    check(path, slot.info, lambda *_: None)
    catalog = Catalog(path, slot.version)

    assert (slot.version, slot.sha256) == (published.version, published.sha256)
    assert [article.article_id for article in catalog.articles_of_code(gtin(900))] == ["X", "Y"]
    assert [article.article_id for article in catalog.search("saily", 5)] == ["X"]
    assert len(catalog.quick_keys()) == 24
    cashier = catalog.cashier("1")
    assert cashier is not None
    assert verify_pin("1234", head.profiles["s1"].pepper, cashier.pin_hash)
    customer = catalog.customer("7")
    assert customer is not None
    assert customer.tenders == ("invoice", "account")
    assert set(catalog.tender_rules) == {"cash", "card", "invoice", "account", "payroll", "bonus", "voucher"}
    assert catalog.vat.rate("reduced", NOW.date()) == 1350


def test_a_register_notices_a_description_that_does_not_fit(head, tmp_path) -> None:
    head.sells(lines(40))
    head.publish()
    slot, path = taken(head, tmp_path)

    with pytest.raises(Untrusted):
        check(path, replace(slot.info, articles=41), lambda *_: None)


def test_a_register_sells_from_the_real_lists(head, tmp_path, shared_data) -> None:
    for name in ("alko-2025-07-07", "kruoka-2025-07-18"):
        import_articles(head.storage, shared_data / f"catalogue/{name}.csv.xz", NOW)
    head.publish()

    slot, path = taken(head, tmp_path)
    check(path, slot.info, lambda *_: None)
    catalog = Catalog(path, slot.version)

    assert slot.info.articles == 11_117 + 9_576
    assert len(slot.info.probes) == 8
    assert catalog.articles_of_code("0000000000000") == []
    assert [article.article_id for article in catalog.articles_of_code("7350084980013")] == ["906458"]
    assert [article.price for article in catalog.articles_of_code("6410405053749")] == [359]


def test_every_weight_code_of_a_real_list_sells_its_weight_at_its_price(head, shared_data, tmp_path) -> None:
    """The base codes as the list has them; the weights, the check digits and the sums are worked out here."""
    packed = shared_data / "catalogue" / "kruoka-2025-07-18.csv.xz"
    import_articles(head.storage, packed, NOW)
    head.publish()
    slot, path = taken(head, tmp_path)
    catalog = Catalog(path, slot.version)
    day = catalog.day("2026-11-22")
    rows = csv.DictReader(lzma.decompress(packed.read_bytes()).decode().splitlines())
    bases = [row for row in rows if row["EAN-code"].startswith(("23", "24"))]
    assert len(bases) == 172

    for row in bases:
        kilogram = Decimal(row["Price per Unit"]).quantize(Decimal("0.01"), ROUND_HALF_UP)
        places = {"23": 3, "24": 2}[row["EAN-code"][:2]]
        for measure in (1, 7, 499, 650, 1299, 5005, 9999):
            digits = f"{row['EAN-code'][:8]}{measure:04d}"
            weight = Decimal(measure).scaleb(-places)
            goods = Shelf(catalog, day, NOW).by_code(digits + check_digit(digits), ONE)
            assert goods.item.article_id == row["EAN-code"]
            assert Decimal(goods.quantity.text) == weight
            sold = goods.added_to(a_basket(day), catalog.version).document(False).lines[0]
            assert sold.total == int((kilogram * weight * 100).quantize(Decimal(1), ROUND_HALF_UP)), row


def a_basket(day: PriceDay) -> Basket:
    return Basket("r1-1-000001", "sale", False, day.business_day, "101", standard_rate(day), "2026-11-22T10:00:00.000Z")
