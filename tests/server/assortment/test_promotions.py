"""A list of promotions: what it means, what is refused, what a second list changes."""

import json

import pytest

from poscore.errors import Refused
from server_push.assortment.importing import How, import_articles, import_promotions
from server_push.storage.tables.assortment import promotion
from tests.support.pricelists import NOW, article_list, gtin, line, table

COLUMNS = (
    *("promotion_id", "name", "name_sv", "name_en", "kind", "articles", "amount", "count"),
    *("percent", "from", "to", "max_times", "weekdays", "hours", "store"),
)


def offer(promotion_id: str = "P1", **cells: str) -> dict[str, str]:
    known = dict.fromkeys(COLUMNS, "") | {
        "promotion_id": promotion_id,
        "name": "Kampanja",
        "kind": "price",
        "articles": "A1",
        "amount": "0.99",
        "from": "2026-02-12",
        "to": "2026-02-15",
    }
    known |= {"from": cells.pop("first", known["from"]), "to": cells.pop("last", known["to"])}
    assert cells.keys() <= known.keys(), cells.keys() - known.keys()
    return known | cells


@pytest.fixture
def take(storage, tmp_path):
    """take(offers…) → the report."""
    import_articles(
        storage,
        article_list(
            tmp_path / "articles.csv",
            [
                line("A1"),
                line("A2"),
                line("B1", deposit="0.20"),
                line("K1", unit="kg"),
                *(line(article, gtin=gtin(5)) for article in ("C1", "C2")),
            ],
        ),
        NOW,
    )

    def take(*rows: dict[str, str], **how: bool):
        path = table(tmp_path / "p.csv", [COLUMNS, *(list(row.values()) for row in rows)])
        return import_promotions(storage, path, NOW, How(**how))

    return take


def test_every_column_is_kept(take, rows_of) -> None:
    report = take(
        offer(
            name="2 kpl 6,00",
            name_sv="2 st 6,00",
            kind="multi-buy",
            articles=f"A1  {gtin(5)} A1",
            amount="6,00",
            count="2",
            first="2026-02-12 08:00",
            last="2026-02-15T21:59:59.000Z",
            max_times="3",
            weekdays="51",
            hours="16:00-18:00",
            store="s1",
        )
    )
    assert (report.added, report.rejected) == (1, ())
    row = rows_of(promotion)["P1"]
    assert (row.name, row.name_sv, row.name_en, row.store) == ("2 kpl 6,00", "2 st 6,00", "2 kpl 6,00", "s1")
    assert (row.kind, row.count, row.amount, row.percent_bp, row.max_times) == ("multi-buy", 2, 600, None, 3)
    assert (row.valid_from, row.valid_to) == ("2026-02-12T08:00:00", "2026-02-15T21:59:59.000Z")
    assert (row.weekdays, row.hours) == ("15", "16:00-18:00")
    assert json.loads(row.articles) == ["A1", "C1", "C2"]


def test_the_same_list_again_changes_nothing_and_a_complete_one_withdraws(take, rows_of) -> None:
    assert take(offer("P1"), offer("P2")).added == 2
    assert take(offer("P1"), offer("P2")).unchanged == 2
    assert (take(offer("P1", amount="0.89")).changed, take(offer("P1", amount="0.89")).withdrawn) == (1, 0)
    report = take(offer("P1", amount="0.79"), complete=True, dry_run=True)
    assert (report.changed, report.withdrawn) == (1, 1)
    assert rows_of(promotion)["P1"].amount == 89
    take(offer("P1", amount="0.79"), complete=True)
    assert {key: row.withdrawn for key, row in rows_of(promotion).items()} == {"P1": 0, "P2": 1}


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"kind": "half-price"}, "kind"),
        ({"kind": "multi-buy"}, "kind"),  # of no count
        ({"kind": "multi-buy", "count": "2", "amount": ""}, "kind"),
        ({"kind": "mix-and-match", "count": "2", "percent": "25"}, "kind"),  # an amount as well
        ({"count": "2"}, "kind"),
        ({"amount": ""}, "kind"),
        ({"amount": "six"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "", "percent": "0"}, "percent"),
        ({"amount": "", "percent": "101"}, "percent"),
        ({"amount": "", "percent": "12.345"}, "percent"),
        ({"count": "x"}, "count"),
        ({"max_times": "x"}, "max_times"),
        ({"max_times": "0"}, "kind"),
        ({"articles": " "}, "articles"),
        ({"first": "12.2.2026"}, "from"),
        ({"last": "2026-02-11"}, "from"),
        ({"hours": "evening"}, "from"),
        ({"store": "Kauppa 1"}, "store"),
        ({"name": ""}, "name"),
    ],
)
def test_a_bad_row_is_told_and_the_next_one_taken(take, cells: dict[str, str], column: str) -> None:
    report = take(offer("P1", **cells), offer("P2"))
    assert report.added == 1
    assert [(found.row, found.column) for found in report.rejected] == [(2, column)]


@pytest.mark.parametrize(
    ("cells", "row"),
    [
        ({"amount": "", "percent": "12,5"}, ("price", 1, None, 1250)),
        ({"kind": "mix-and-match", "count": "3", "amount": "5"}, ("mix-and-match", 3, 500, None)),
        ({"kind": "mix-and-match", "count": "2", "amount": "", "percent": "25"}, ("mix-and-match", 2, None, 2500)),
        ({"kind": "mix-and-match", "count": "3", "amount": ""}, ("mix-and-match", 3, None, None)),
    ],
)
def test_each_kind_is_told_by_what_is_given(take, rows_of, cells: dict[str, str], row: tuple[object, ...]) -> None:
    take(offer(**cells))
    kept = rows_of(promotion)["P1"]
    assert (kept.kind, kept.count, kept.amount, kept.percent_bp) == row


def test_what_may_surprise_is_noted(take, rows_of) -> None:
    report = take(offer("P1", articles="B1"), offer("P2", articles=gtin(5)), offer("P3", articles="A1 NONE"))
    assert report.added == 3
    assert [(note.row, note.reason.partition(":")[0]) for note in report.notes] == [
        (2, "B1 has a deposit, which comes on top"),
        (3, f"{gtin(5)} is the code of 2 articles; all are taken"),
        (4, "NONE is not in the price list"),
    ]
    assert json.loads(rows_of(promotion)["P3"].articles) == ["A1", "NONE"]


def test_a_form_that_nobody_knows_is_refused(storage, tmp_path) -> None:
    with pytest.raises(Refused) as refused:
        import_promotions(storage, tmp_path / "p.csv", NOW, How("alko"))
    assert refused.value.code == "format-unknown"
