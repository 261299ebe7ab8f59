"""K-Ruoka's real file of offers and its traps: guesses of a piece's price, batches, names that look like multi-buys."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from poscore.errors import Refused
from server_push.assortment.importing import How, import_articles, import_promotions
from server_push.storage import Storage
from server_push.storage.tables.assortment import promotion
from tests.support.offers import OFFERED, OFFERS
from tests.support.pricelists import NOW, article_list, line, table

END = "2026-02-15T21:59:59.000Z"


@pytest.fixture
def offers(shared_data: Path) -> Path:
    return shared_data / OFFERS


@pytest.fixture
def shop(storage: Storage, tmp_path: Path) -> Storage:
    """A shop that sells what the file offers, under numbers of its own; the file names codes."""
    rows = [line(f"K{n}", gtin=ean, unit=unit, price=price) for n, (ean, (unit, price)) in enumerate(OFFERED.items())]
    import_articles(storage, article_list(tmp_path / "articles.csv", rows), NOW)
    return storage


def test_eight_of_nine_offers_are_taken_as_the_file_prices_them(shop, rows_of, offers) -> None:
    report = import_promotions(shop, offers, NOW)

    assert (report.added, len(report.rejected)) == (8, 1)
    kept = {key: (row.kind, row.count, row.amount, json.loads(row.articles)) for key, row in rows_of(promotion).items()}
    assert kept == {
        "S4177155P": ("price", 1, 299, ["K0"]),
        "301853P": ("price", 1, 99, ["K1"]),  # of a kilogram: 0.17 is a guess of what one banana of 0.175 kg costs
        "S4324868P": ("price", 1, 199, ["K2"]),
        "S4067671P": ("price", 1, 149, ["K3"]),
        "S4241395P": ("price", 1, 149, ["K4"]),
        "S4305452P": ("price", 1, 99, ["K5"]),  # of a kilogram: 1.39 is a guess of a cabbage of 1.4 kg
        "S4325434P": ("price", 1, 219, ["K6"]),  # "2kpl/250g" is what is in the bag
        "S4296150P": ("multi-buy", 2, 300, ["K7"]),  # a batch: beside it there is no discount
    }


def test_an_offer_on_whatever_of_a_brand_is_refused(shop, offers) -> None:
    """Two cucumbers for 6.00: which ones the file does not say."""
    (refused,) = import_promotions(shop, offers, NOW).rejected
    assert (refused.row, refused.column) == (3, "product")
    assert "names no article" in refused.reason


def test_offers_of_one_campaign_are_apart(shop, offers, rows_of) -> None:
    campaigns = [offer["campaignId"] for offer in json.loads(offers.read_text())["offers"]]
    assert len(set(campaigns)) < len(campaigns)
    import_promotions(shop, offers, NOW)
    assert len(rows_of(promotion)) == 8


def test_names_come_in_three_languages(shop, rows_of, offers) -> None:
    import_promotions(shop, offers, NOW)
    puree, kiwi = (rows_of(promotion)[key] for key in ("S4177155P", "S4296150P"))
    assert (puree.name, puree.name_sv, puree.name_en) == (
        "Suvi porkkanasose 1kg Suomi",
        "Suvi morotpuré 1kg Finland",
        "Suvi carrot puree 1kg Finland",
    )
    assert (kiwi.name, kiwi.name_sv) == ("Pirkka kiivi 500g 1lk, 2 kpl 3,00", "Pirkka kiwi 500g 1:a klass, 2 st 3,00")


def test_each_begins_when_the_file_says_and_all_end_with_the_day(shop, rows_of, offers) -> None:
    import_promotions(shop, offers, NOW)
    rows = rows_of(promotion)
    assert rows["S4177155P"].valid_from == "2026-01-28T05:30:49.000Z"
    assert rows["301853P"].valid_from == "2026-02-11T22:00:00.000Z"  # midnight in Finland
    assert {row.valid_to for row in rows.values()} == {END}


def test_a_page_of_a_category_withdraws_none_of_its_other_pages(shop, tmp_path, rows_of, offers) -> None:
    other = json.loads(offers.read_text())["paginatedOfferIds"][0]
    columns = ("promotion_id", "name", "kind", "articles", "amount", "from", "to")
    rows = [(one, "Tarjous", "price", "K0", "1", "2026-02-01", "2026-02-15") for one in (other, "OLD")]
    import_promotions(shop, table(tmp_path / "p.csv", [columns, *rows]), NOW)

    report = import_promotions(shop, offers, NOW, How(complete=True))

    assert report.withdrawn == 1
    assert (rows_of(promotion)[other].withdrawn, rows_of(promotion)["OLD"].withdrawn) == (0, 1)
    assert any("13 offers, of which this file holds 9" in note.reason for note in report.notes)


def test_the_same_file_again_changes_nothing(shop, offers) -> None:
    import_promotions(shop, offers, NOW)
    assert import_promotions(shop, offers, NOW, How("kruoka")).unchanged == 8


def test_the_price_of_a_kilogram_is_none_of_a_piece(storage, tmp_path, offers) -> None:
    rows = [line(ean, gtin=ean, unit="kpl") for ean in ("2000504400007", "6410405078872")]
    import_articles(storage, article_list(tmp_path / "articles.csv", rows), NOW)
    report = import_promotions(storage, offers, NOW)
    assert "is for a kilogram, and 2000504400007 is sold by the kpl" in [found.reason for found in report.rejected]


# --- what the file might say another time


def changed(offers: Path, folder: Path, number: int, **paths: Any) -> Path:
    """The file with values of one offer set: `discount__discountType="PLUSSA"`, below its pricing."""
    found = json.loads(offers.read_text())
    offer = copy.deepcopy(found["offers"][number])
    scanned = offer["product"]["product"]["mobilescan"]
    for path, value in paths.items():
        *parents, last = path.split("__")
        place = {"offer": offer, "scanned": scanned}.get(parents[0]) or scanned["pricing"][parents[0]]
        for name in parents[1:]:
            place = place[name]
        if value is None:
            del place[last]
        else:
            place[last] = value
    path = folder / "offers.json"
    path.write_text(json.dumps({**found, "offers": [offer]}))
    return path


@pytest.mark.parametrize(
    "case",
    [
        (0, {"discount__discountType": "PLUSSA"}, "discountType"),
        (0, {"discount__discountAvailability__store": False}, "discountAvailability"),
        (0, {"scanned__discountLimited": True}, "discountLimited"),
        (0, {"discount__price": 2.89}, "pricing"),
        (0, {"discount__price": "2.99"}, "price"),
        (0, {"discount__price": 2.999}, "price"),
        (0, {"discount__endDate": "2026-01-01T00:00:00.000Z"}, "from"),
        (0, {"discount__soldBy__kind": "pallet"}, "soldBy"),
        (1, {"discount__unitPrice__contentSize": 0.5}, "unitPrice"),
        (8, {"batch__amount": 1}, "amount"),
        (8, {"batch__soldBy__kind": "approximatePiece"}, "soldBy"),
        (0, {"discount__startDate": None}, ""),
        (0, {"offer__localizedTitle": {}}, ""),
        (0, {"offer__id": 7}, ""),
    ],
)
def test_what_is_not_for_everybody_or_not_clear_is_refused(
    shop, tmp_path, offers, case: tuple[int, dict[str, Any], str]
) -> None:
    number, set_, column = case
    report = import_promotions(shop, changed(offers, tmp_path, number, **set_), NOW)
    assert (report.taken, [found.column for found in report.rejected]) == (0, [column])


@pytest.mark.parametrize("text", ["{", '{"offers": 1}', "[]", "{}"])
def test_a_file_that_holds_no_offers_is_refused(storage, tmp_path, text: str) -> None:
    path = tmp_path / "offers.json"
    path.write_text(text)
    with pytest.raises(Refused) as refused:
        import_promotions(storage, path, NOW, How("kruoka"))
    assert refused.value.code in ("list-unreadable", "list-unknown")
