"""Promotions in a store's catalogue, and K-Ruoka's real offers at the price that their file says."""

from datetime import UTC, datetime

import pytest

from poscore.promotions import MULTI_BUY, PRICE, Terms
from poscore.quantity import Quantity
from register_svc.catalog.catalog import Catalog
from register_svc.checkout.goods import Shelf
from register_svc.till.basket import Basket
from server_push.assortment.importing import How, import_promotions
from tests.support.offers import OFFERED, OFFERS
from tests.support.pricelists import NOW, line, lines, table

COLUMNS = ("promotion_id", "name", "name_sv", "kind", "articles", "amount", "count", "from", "to", "store")
LISTED = "SELECT article_id, promotion_id FROM promotion_article JOIN article ON article.id = article ORDER BY 1, 2"


def offers(head, *rows: tuple[str, ...], complete: bool = True) -> None:
    """promotion_id, kind, articles, amount, count, store."""
    listed = [(p, f"Nimi {p}", f"Namn {p}", kind, articles, amount, count, "2026-02-12", "2026-02-15", store)
              for p, kind, articles, amount, count, store in rows]  # fmt: skip
    path = table(head.directory / "promotions.csv", [COLUMNS, *listed])
    report = import_promotions(head.storage, path, NOW, How(complete=complete))
    assert report.rejected == ()


def test_a_catalogue_holds_what_is_offered_on_what_the_store_sells(head) -> None:
    head.sells([line("A1"), line("A2"), line("A3", store="s2")])
    offers(
        head,
        ("P1", "price", "A1", "0.50", "", ""),
        ("P2", "multi-buy", "A1 A2 GONE", "1.50", "2", ""),
        ("P3", "price", "A3", "0.50", "", ""),
        ("P4", "price", "GONE", "0.50", "", ""),
    )
    head.publish("s1")
    head.publish("s2")

    assert head.ask(LISTED) == [("A1", "P1"), ("A1", "P2"), ("A2", "P2")]
    assert head.ask(LISTED, store="s2") == [("A1", "P1"), ("A1", "P2"), ("A2", "P2"), ("A3", "P3")]
    assert head.ask("SELECT * FROM promotion WHERE promotion_id = 'P2'") == [
        (
            *("P2", '{"fi":"Nimi P2","sv":"Namn P2","en":"Nimi P2"}', "multi-buy", 2, 150, None, None),
            *("2026-02-12T00:00:00", "2026-02-15T23:59:59", "1234567", "00:00-24:00"),
        )
    ]
    assert head.ask("SELECT promotion_id FROM promotion ORDER BY 1") == [("P1",), ("P2",)]


def test_a_stores_own_promotion_stands_before_that_of_all(head) -> None:
    head.sells([line("A1")])
    offers(head, ("P1", "price", "A1", "0.50", "", ""), ("P1", "price", "A1", "0.40", "", "s1"))
    head.publish("s1")
    head.publish("s2")
    assert (head.ask("SELECT amount FROM promotion"), head.ask("SELECT amount FROM promotion", store="s2")) == (
        [(40,)],
        [(50,)],
    )
    offers(head, ("P1", "price", "A1", "0.50", "", ""))  # its own is withdrawn
    head.publish("s1")
    assert head.ask("SELECT amount FROM promotion") == [(50,)]


def test_what_differs_is_written_and_what_is_the_same_is_not(head) -> None:
    head.sells(lines(40))
    offers(head, ("P1", "price", "A000001 A000002", "0.50", "", ""))
    head.publish()
    before = head.lineage().read_bytes()
    head.publish()
    assert head.lineage().read_bytes() == before
    offers(head, ("P1", "price", "A000002 A000003", "0.40", "", ""))
    head.publish()
    assert head.ask(LISTED) == [("A000002", "P1"), ("A000003", "P1")]
    assert head.ask("SELECT amount FROM promotion") == [(40,)]
    head.sells(lines(2))
    head.publish()
    assert (head.ask(LISTED), head.ask("SELECT * FROM promotion")) == ([], [])


# --- the real offers, through the importer, the catalogue and the till's rules

FRIDAY = datetime(2026, 2, 13, 23, 0, tzinfo=UTC)  # when the last of them has begun
OVER = datetime(2026, 2, 15, 22, 0, tzinfo=UTC)


@pytest.fixture
def catalog(head, shared_data) -> Catalog:
    head.sells([line(ean, gtin=ean, unit=unit, price=price) for ean, (unit, price) in OFFERED.items()])
    assert import_promotions(head.storage, shared_data / OFFERS, NOW).added == 8
    head.publish()
    return Catalog(head.lineage(), 1)


def due(catalog: Catalog, at: datetime, *goods: tuple[str, str]) -> int:
    """What these cost, by code and quantity."""
    day = catalog.day(at.date().isoformat())
    basket = Basket("s", "sale", False, day.business_day, "1", 2550, "")
    for code, quantity in goods:
        basket = Shelf(catalog, day, at).by_code(code, Quantity.parse(quantity)).added_to(basket, 1)
    return basket.document(False).totals.due


@pytest.mark.parametrize(
    ("code", "quantity", "cents"),
    [
        ("6418248002382", "1", 299),
        ("6410405085436", "2", 398),
        ("5708147010139", "1", 149),
        ("5708147010146", "1", 149),
        ("6410405330475", "2", 438),  # two bags: the 2kpl of its name are what is in one
        ("6410405078872", "1", 169),  # one kiwi is at its price
        ("6410405078872", "2", 300),
        ("6410405078872", "3", 469),
        ("6410405078872", "4", 600),
        ("2000504400007", "0.175", 17),  # the file's own guess of one banana
        ("2000504400007", "1.285", 127),
        ("2000602400008", "1.400", 139),  # and of one cabbage
    ],
)
def test_an_offer_costs_what_its_file_says(catalog: Catalog, code: str, quantity: str, cents: int) -> None:
    assert due(catalog, FRIDAY, (code, quantity)) == cents


def test_two_kiwis_that_are_scanned_apart_are_two_kiwis(catalog: Catalog) -> None:
    kiwi, dates = ("6410405078872", "1"), ("5708147010139", "1")
    assert due(catalog, FRIDAY, kiwi, dates, kiwi) == 300 + 149


def test_the_last_second_of_the_day_is_still_on_offer(catalog: Catalog) -> None:
    puree = ("6418248002382", "1")
    assert due(catalog, OVER.replace(hour=21, minute=59, second=59, microsecond=999_000), puree) == 299
    assert due(catalog, OVER, puree) == 576


def test_the_till_has_the_names_and_terms_of_head_office(catalog: Catalog) -> None:
    (kiwi,) = catalog.promotions_of("6410405078872", FRIDAY)
    assert (kiwi.promotion_id, kiwi.terms) == ("S4296150P", Terms(MULTI_BUY, 2, 300))
    assert kiwi.names["en"] == "Pirkka kiwi 500g 1st class, 2 pcs 3.00"
    (banana,) = catalog.promotions_of("2000504400007", FRIDAY)
    assert banana.terms == Terms(PRICE, amount=99)
