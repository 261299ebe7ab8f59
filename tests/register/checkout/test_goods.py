"""Scanned at the counter: weights, prices, lots, and what the cashier is told when nothing can be sold."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from poscore.codes import check_digit
from poscore.errors import PosError
from poscore.quantity import Quantity
from poscore.shop_rules import DEFAULTS
from tests.support.builders import ARTICLES, MILK, ACounter, AnArticle, a_key, told


def coded(digits: str) -> str:
    return digits + check_digit(digits)


HAM_BASE, BUN_BASE, PAID_BASE = "2312345000002", coded("240000100000"), coded("200007700000")
SLICE_BASE, OWN = coded("230000200000"), coded("239999901234")
HAM = "2312345012999"  # 1.299 kg
GOODS = (
    *ARTICLES,
    AnArticle("H", "Kinkku", 1290, (HAM_BASE,), unit="kg", department="liha"),
    AnArticle("B", "Pulla", 100, (BUN_BASE,)),
    AnArticle("P", "Salaatti", 899, (PAID_BASE,), unit="kg"),
    AnArticle("W", "Oma koodi", 500, (OWN,)),
    AnArticle("S1", "Leike", 1000, (SLICE_BASE,), unit="kg"),
    AnArticle("S2", "Toinen leike", 1100, (SLICE_BASE,), unit="kg"),
)
MESSAGE = "]d201064104052161201727123115261101310300129910L1"


def refusal(act: Callable[..., Any], *args: Any, **named: Any) -> PosError:
    with pytest.raises(PosError) as refused:
        act(*args, **named)
    return refused.value


@pytest.fixture
def shop(opened: Callable[..., ACounter]) -> Callable[..., ACounter]:
    return lambda **settings: opened(
        articles=GOODS, settings={name.replace("__", "."): value for name, value in settings.items()}
    )


# -- weights and prices ------------------------------------------------------------------------------------------------


def test_a_weight_code_sells_its_weight_at_the_price_of_a_kilogram(shop: Callable[..., ACounter]) -> None:
    counter = shop()
    sale = counter.start()
    view = counter.scan(sale, f"]E0{HAM}")
    line = view["lines"][0]
    assert (line["article_id"], line["code"], line["quantity"], line["unit"]) == ("H", HAM, "1.299", "kg")
    assert (line["unit_price"], line["total"]) == (1290, 1676)  # 16.7571
    assert view["notes"] == [
        {"kind": "measure", "line": 1, "about": {"weight": "1.299", "price": None, "unit_price": 1290}}
    ]
    counter.pay(sale, "card")
    body = counter.reader.record_of_sale(counter.complete(sale)["receipt_no"]).body
    assert (body["sale"]["lines"], body["notes"]) == (view["lines"], view["notes"])
    assert counter.verdict().ok


def test_a_return_takes_a_weighed_pack_back(shop: Callable[..., ACounter]) -> None:
    counter = shop()
    line = counter.scan(counter.start(kind="return"), HAM)["lines"][0]
    assert (line["quantity"], line["total"]) == ("-1.299", -1676)


def test_a_price_code_sells_the_pack_at_its_price(shop: Callable[..., ACounter]) -> None:
    counter = shop(codes__prefix_20="price-2")
    view = counter.scan(counter.start(), coded("200007700495"))
    line = view["lines"][0]
    assert (line["article_id"], line["quantity"], line["unit_price"], line["total"]) == ("P", "1", 495, 495)
    assert view["notes"][0]["about"] == {"weight": None, "price": 495, "unit_price": 899}


def test_what_the_code_measured_cannot_be_multiplied(shop: Callable[..., ACounter]) -> None:
    counter = shop()
    sale = counter.start()
    assert refusal(counter.scan, sale, HAM, "2").code == "quantity-in-code"
    counter.scan(sale, HAM, "1")
    change = counter.sales.change_quantity
    assert refusal(change, counter.session, sale, 1, Quantity.parse("2"), None).code == "quantity-in-code"
    told(counter.sales.void_line(counter.session, sale, 1))
    counter.scan(sale, MILK)
    told(change(counter.session, sale, 2, Quantity.parse("2"), None))


def test_a_code_that_the_price_list_has_as_it_stands_is_that_article(shop: Callable[..., ACounter]) -> None:
    counter = shop()
    line = counter.scan(counter.start(), OWN, "3")["lines"][0]
    assert (line["article_id"], line["quantity"], line["total"]) == ("W", "3", 1500)
    assert counter.scan(counter.start(), HAM_BASE, "0.350")["lines"][0]["quantity"] == "0.350"


def test_a_weight_of_something_sold_by_the_piece_is_refused(shop: Callable[..., ACounter]) -> None:
    counter = shop()
    assert refusal(counter.scan, counter.start(), coded("240000100150")).code == "code-weight-unfit"


def test_a_weight_code_of_two_articles_asks_which_and_says_the_weight(shop: Callable[..., ACounter]) -> None:
    counter = shop()
    refused = refusal(counter.scan, counter.start(), coded("230000200350"))
    assert (refused.code, refused.extra["quantity"]) == ("article-ambiguous", "0.350")
    assert [one["article_id"] for one in refused.extra["candidates"]] == ["S1", "S2"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("2399998012347", "article-not-found"),
        ("2312345012998", "article-not-found"),  # a wrong check digit
        ("0000000000000", "article-not-found"),
        (coded("200007700495"), "code-not-used"),
        (coded("990123456789"), "code-is-coupon"),
        (coded("980123456789"), "code-is-refund-receipt"),
        (coded("977123456700"), "article-not-found"),
        ("]C1rubbish", "code-unreadable"),
        ("https://example.com/", "code-unreadable"),
    ],
)
def test_what_cannot_be_sold_says_why_and_changes_nothing(
    shop: Callable[..., ACounter], code: str, expected: str
) -> None:
    counter = shop()
    sale = counter.start()
    assert refusal(counter.scan, sale, code).code == expected
    assert counter.sales.look.view(sale)["lines"] == []
    assert refusal(counter.sales.look.article, code).code == expected


# -- lots ----------------------------------------------------------------------------------------------------------


def test_a_2d_code_leaves_its_lot_and_its_days_on_the_sale(shop: Callable[..., ACounter]) -> None:
    counter = shop()
    sale = counter.start()
    view = counter.scan(sale, "]d2010641040521612017271231152611011010L1")
    line, note = view["lines"][0], view["notes"][0]
    assert (line["article_id"], line["code"], line["quantity"]) == ("A1", "010641040521612017271231152611011010L1", "1")
    assert note == {
        "kind": "lot",
        "line": 1,
        "about": {
            "gtin": MILK,
            "lot": "10L1",
            "expires": "2027-12-31",
            "best_before": "2026-11-01",
            "past_best_before": True,
        },
    }
    assert counter.scan(sale, f"https://id.gs1.org/01/{MILK}/10/L2", "3")["lines"][1]["quantity"] == "3"


def test_a_2d_code_may_carry_the_weight(shop: Callable[..., ACounter]) -> None:
    counter = shop()
    line = counter.scan(counter.start(), "]e001023123450000023103000350")["lines"][0]
    assert (line["article_id"], line["quantity"], line["total"]) == ("H", "0.350", 452)
    assert refusal(counter.scan, counter.start(), MESSAGE).code == "code-weight-unfit"


def test_an_expired_pack_is_refused_and_taken_back(shop: Callable[..., ACounter]) -> None:
    counter = shop()
    expired = f"]d2010{MILK}17261121"
    assert refusal(counter.scan, counter.start(), expired).code == "article-expired"
    assert counter.scan(counter.start(kind="return"), expired)["lines"][0]["quantity"] == "-1"
    assert counter.scan(counter.start(), f"]d2010{MILK}17261122")["lines"][0]["quantity"] == "1"


def test_a_recalled_lot_is_refused_where_the_code_names_it(shop: Callable[..., ACounter]) -> None:
    counter = shop(codes__recalled=[{"gtin": MILK, "lot": "L1"}])
    assert refusal(counter.scan, counter.start(), f"]d2010{MILK}10L1").code == "article-recalled"
    counter.scan(counter.start(), f"]d2010{MILK}10L2")
    counter.scan(counter.start(), MILK)
    counter.scan(counter.start(kind="return"), f"]d2010{MILK}10L1")


def test_a_recalled_article_is_refused_by_every_way_in(shop: Callable[..., ACounter]) -> None:
    counter = shop(codes__recalled=[{"gtin": MILK}, {"gtin": HAM_BASE}])
    sale = counter.start()
    for code in (MILK, f"]E0{MILK}", f"]d2010{MILK}", "A1", HAM):
        assert refusal(counter.scan, sale, code).code == "article-recalled"
    assert refusal(counter.add, sale, article_id="A1").code == "article-recalled"
    assert refusal(counter.sales.look.article, MILK).code == "article-recalled"
    back = counter.start(kind="return")
    counter.scan(back, MILK)
    counter.add(back, article_id="A1")
    counter.scan(sale, "A2")


# -- looking -------------------------------------------------------------------------------------------------------


def test_a_look_at_an_article_tells_what_the_code_said(shop: Callable[..., ACounter]) -> None:
    counter = shop()
    assert counter.sales.look.article(HAM)["scan"] == {"weight": "1.299", "price": None, "lot": None}
    assert counter.sales.look.article(f"]d2010{MILK}10L1")["scan"]["lot"]["lot"] == "L1"
    assert "scan" not in counter.sales.look.article(MILK)


def test_a_retried_scan_is_answered_the_same(shop: Callable[..., ACounter]) -> None:
    counter = shop()
    sale, key = counter.start(), a_key()
    assert counter.scan(sale, HAM, key=key) == counter.scan(sale, HAM, key=key)
    assert len(counter.sales.look.view(sale)["lines"]) == 1


def test_a_register_that_scans_plain_codes_never_loads_biip() -> None:
    """Its import takes 70 ms and several MiB."""
    program = (
        "import sys, register_svc.web.till_app, register_svc.register\n"
        "from poscore.shop_rules import DEFAULTS\n"
        "from register_svc.till.scans import read_scan\n"
        f"read_scan({HAM!r}, DEFAULTS, '2026-11-22'); read_scan({MILK!r}, DEFAULTS, '2026-11-22')\n"
        "assert 'biip' not in sys.modules\n"
        f"read_scan({MESSAGE!r}, DEFAULTS, '2026-11-22')\n"
        "assert 'biip' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_settings_that_ship_name_finlands_weight_codes_and_nothing_else() -> None:
    meanings = {name[-2:]: value for name, value in DEFAULTS.items() if name.startswith("codes.prefix_")}
    assert {prefix: value for prefix, value in meanings.items() if value != "none"} == {
        "23": "weight-3",
        "24": "weight-2",
        "25": "weight-1",
    }
