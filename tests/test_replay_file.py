"""A file of invoices read as sales and returns: signs, fractions of cents, and nothing left out in silence."""

import lzma
import random
from decimal import Decimal
from pathlib import Path

import pytest
from _replay.invoices import Deal, DealLine, Listing, read_deals
from _replay.replay import Wish, kills_at, sold_offline

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"


@pytest.fixture
def listing() -> Listing:
    return Listing()


def deals_of(folder: Path, listing: Listing, *rows: str, invoices: int | None = None) -> list[Deal]:
    """The deals of rows given as `invoice,code,description,quantity,price`."""
    cells = [row.split(",") for row in rows]
    lines = [
        f"{i},{code},{name},{quantity},2011-01-04 10:00:00,{price},,Finland" for i, code, name, quantity, price in cells
    ]
    path = folder / "sales.csv"
    path.write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
    return list(read_deals(path, invoices, listing))


def test_one_invoice_is_one_sale_also_when_its_rows_stand_apart(tmp_path: Path, listing: Listing) -> None:
    deals = deals_of(tmp_path, listing, "1,11111,Mug,2,2.55", "2,11111,Mug,1,2.55", "1,22222,Jug,1,10.0")
    assert [(deal.invoice, deal.kind, deal.total) for deal in deals] == [("1", "sale", 1510), ("2", "sale", 255)]
    assert deals[0].lines == (DealLine("11111 Mug", "2", 255), DealLine("22222 Jug", "1", 1000))


def test_equal_rows_are_all_sold(tmp_path: Path, listing: Listing) -> None:
    (deal,) = deals_of(tmp_path, listing, "1,11111,Mug,2,2.55", "1,11111,Mug,2,2.55")
    assert (len(deal.lines), deal.total) == (2, 1020)


def test_a_credit_is_a_return_with_positive_quantities(tmp_path: Path, listing: Listing) -> None:
    (deal,) = deals_of(tmp_path, listing, "C1,11111,Mug,-3,2.00")
    assert deal == Deal("C1", "return", (DealLine("11111 Mug", "3", 200),), -600)


def test_a_negative_quantity_at_no_price_is_a_return_of_nothing(tmp_path: Path, listing: Listing) -> None:
    (deal,) = deals_of(tmp_path, listing, "1,11111,lost,-10,0.0")
    assert deal == Deal("1", "return", (DealLine("11111 lost", "10", 0),), 0)


def test_a_negative_price_turns_both_signs(tmp_path: Path, listing: Listing) -> None:
    deals = deals_of(tmp_path, listing, "A1,B,Adjust bad debt,1,-11062.06", "A2,B,Adjust,-1,-5.00")
    assert [(deal.kind, deal.total, deal.lines[0].unit_price) for deal in deals] == [
        ("return", -1106206, 1106206),
        ("sale", 500, 500),
    ]


def test_an_invoice_with_both_signs_is_one_sale_and_one_return(tmp_path: Path, listing: Listing) -> None:
    deals = deals_of(tmp_path, listing, "1,11111,Mug,2,2.00", "1,D,Discount,-1,1.50", "1,22222,Jug,1,3.00")
    assert [(deal.kind, deal.total, len(deal.lines)) for deal in deals] == [("sale", 700, 2), ("return", -150, 1)]
    assert listing.split == ["1"]
    assert listing.total == 550


@pytest.mark.parametrize(
    ("quantity", "price", "total"),
    [("1", "0.001", 0), ("5", "0.001", 1), ("3", "0.125", 38), ("-3", "0.125", -38), ("100", "1.005", 10050)],
)
def test_a_fraction_of_a_cent_is_one_piece_at_the_rounded_total(
    tmp_path: Path, listing: Listing, quantity: str, price: str, total: int
) -> None:
    (deal,) = deals_of(tmp_path, listing, f"1,11111,Pad,{quantity},{price}")
    assert deal.total == listing.total == total
    assert (deal.lines[0].quantity, deal.lines[0].unit_price) == ("1", abs(total))
    assert price in deal.lines[0].name
    assert listing.difference == Decimal(quantity) * Decimal(price) - Decimal(total) / 100


def test_what_is_no_goods_is_sold_and_listed(tmp_path: Path, listing: Listing) -> None:
    deals_of(tmp_path, listing, "1,POST,POSTAGE,1,18.0", "2,POST,POSTAGE,2,18.0", "C3,BANK CHARGES,,-1,15.0")
    assert dict(listing.not_goods) == {"POST": [2, 5400], "BANK CHARGES": [1, -1500]}
    assert "POST 2 × (54.00)" in listing.report()


def test_a_quantity_of_0_is_listed_because_no_till_can_sell_it(tmp_path: Path, listing: Listing) -> None:
    (deal,) = deals_of(tmp_path, listing, "1,11111,Mug,0,2.00", "1,11111,Mug,1,2.00")
    assert len(deal.lines) == 1
    assert [row.stock_code for row in listing.left_out] == ["11111"]


def test_the_first_invoices_are_taken_whole(tmp_path: Path, listing: Listing) -> None:
    rows = ("1,11111,Mug,1,1.00", "2,11111,Mug,1,2.00", "3,11111,Mug,1,4.00", "1,11111,Mug,1,8.00")
    assert [deal.total for deal in deals_of(tmp_path, listing, *rows, invoices=2)] == [900, 200]
    assert (listing.invoices, listing.rows, listing.total) == (2, 3, 1100)


def test_a_compressed_file_reads_the_same(tmp_path: Path, listing: Listing) -> None:
    plain = deals_of(tmp_path, listing, "1,11111,Mug,2,2.55")
    packed = tmp_path / "sales.csv.xz"
    packed.write_bytes(lzma.compress((tmp_path / "sales.csv").read_bytes()))
    assert list(read_deals(packed, None, Listing())) == plain


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 1.0])
def test_the_share_that_was_asked_for_is_sold_offline(share: float) -> None:
    assert sum(sold_offline(400, share)) == 400 * share


def test_kills_fall_into_both_modes() -> None:
    deals = [Deal(str(n), "sale", (DealLine("x", "1", 1),), 1) for n in range(50)]
    offline = sold_offline(50, 0.3)
    kills = kills_at(deals, offline, 4, random.Random(1))
    assert sorted(offline[place] for place in kills) == [False, False, True, True]
    assert all(0 <= call < 4 for call in kills.values())
    assert len(kills_at(deals, [False] * 50, 4, random.Random(1))) == 4


@pytest.mark.parametrize("wrong", [{"offline_share": 1.5}, {"kills": -1}, {"invoices": 0}])
def test_a_wish_that_makes_no_sense_cannot_be_made(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="0"):
        Wish(Path("sales.csv"), **wrong)  # type: ignore[arg-type]
