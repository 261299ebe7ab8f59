"""The books that tests of the main job end with: a sale too many, too few or a cent off does not get past them."""

import copy
from typing import Any

import pytest

from tests.support.fleet import Books, BooksDiffer


def completed(number: str, cents: int, *, change: int = 0, **more: Any) -> dict[str, Any]:
    """What a till answers to a sale of one line, paid in cash."""
    tax = round(cents * 1350 / 11350)
    totals = {"gross": cents, "discount": 0, "rounding": 0, "due": cents, "paid": cents + change, "change": change}
    sale = {
        "receipt_no": number,
        "state": "completed",
        "training": False,
        "totals": totals,
        "tenders": [{"n": 1, "type": "cash", "amount": cents + change, "reference": None}],
        "taxes": [{"rate": 1350, "net": cents - tax, "tax": tax, "gross": cents}],
        **more,
    }
    return {"receipt_no": number, "change": change, "sale": sale, "receipt_text": "…"}


@pytest.fixture
def books() -> Books:
    books = Books()
    books.add(completed("r1-1-000001", 1000, change=500))
    books.add(completed("r1-1-000002", 250))
    return books


@pytest.fixture
def items(books: Books) -> list[dict[str, Any]]:
    """The same at head office, in another order."""
    added = {"store": "s1", "register": "r1", "epoch": 1, "seq": 1, "received_at": "…", "status": "accepted"}
    return [{**sale, **added} for sale in reversed(list(books.sales()))]


@pytest.fixture
def summary() -> dict[str, Any]:
    return {
        "sales": 2,
        "total": 1250,
        "rounding": 0,
        "by_tender": {"cash": 1250},
        "by_vat": [{"rate": 1350, "net": 1101, "tax": 149, "gross": 1250}],
        "quarantined": 0,
    }


def test_equal_books_balance(books: Books, items: list[dict[str, Any]], summary: dict[str, Any]) -> None:
    assert books.differences(items, summary) == []
    books.check(items, summary)


def test_a_sale_that_is_not_home_is_found(books: Books, items: list[dict[str, Any]], summary: dict[str, Any]) -> None:
    with pytest.raises(BooksDiffer, match="head office lacks r1-1-000001"):
        books.check(items[:1], summary)


def test_a_sale_that_came_twice_is_found(books: Books, items: list[dict[str, Any]], summary: dict[str, Any]) -> None:
    with pytest.raises(BooksDiffer, match="has r1-1-000002 2 times"):
        books.check([*items, items[0]], summary)


def test_a_sale_that_nobody_made_is_found(books: Books, items: list[dict[str, Any]], summary: dict[str, Any]) -> None:
    stranger = {**items[0], "receipt_no": "r1-1-000003"}
    with pytest.raises(BooksDiffer, match="r1-1-000003, which no till has answered"):
        books.check([*items, stranger], summary)


def test_a_cent_that_changed_on_the_way_is_found(
    books: Books, items: list[dict[str, Any]], summary: dict[str, Any]
) -> None:
    changed = copy.deepcopy(items)
    changed[0]["totals"]["gross"] += 1
    with pytest.raises(BooksDiffer, match="r1-1-000002"):
        books.check(changed, summary)


def test_a_sale_set_aside_is_found(books: Books, items: list[dict[str, Any]], summary: dict[str, Any]) -> None:
    items[1]["status"] = "quarantined"
    with pytest.raises(BooksDiffer, match="r1-1-000001 is quarantined"):
        books.check(items, summary)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("sales", 3),
        ("total", 1251),
        ("rounding", 1),
        ("quarantined", 1),
        ("by_tender", {"cash": 1251}),
        ("by_tender", {"cash": 1000, "card": 250}),
        ("by_vat", [{"rate": 1350, "net": 1102, "tax": 148, "gross": 1250}]),
        ("by_vat", []),
    ],
)
def test_a_sum_that_is_wrong_is_found(
    books: Books, items: list[dict[str, Any]], summary: dict[str, Any], name: str, wrong: Any
) -> None:
    with pytest.raises(BooksDiffer, match=f"the summary's {name}"):
        books.check(items, {**summary, name: wrong})


def test_the_same_answer_twice_is_one_sale_and_another_is_none(books: Books) -> None:
    books.add(completed("r1-1-000002", 250))
    assert len(books) == 2
    with pytest.raises(BooksDiffer, match="twice, and not alike"):
        books.add(completed("r1-1-000002", 251))


def test_an_answer_that_is_not_completed_is_refused(books: Books) -> None:
    with pytest.raises(BooksDiffer, match="but is not"):
        books.add(completed("r1-1-000003", 250, state="open"))
    with pytest.raises(BooksDiffer, match="but is not"):
        books.add({**completed("r1-1-000003", 250), "change": 5})


def test_training_is_compared_and_counts_in_no_sum(
    books: Books, items: list[dict[str, Any]], summary: dict[str, Any]
) -> None:
    training = completed("r1-1-T1", 100, training=True)
    books.add(training)
    with pytest.raises(BooksDiffer, match="lacks r1-1-T1"):
        books.check(items, summary)
    books.check([*items, {**training["sale"], "status": "accepted"}], summary)
