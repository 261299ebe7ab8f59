"""The sale document: it survives the wire byte for byte, a return is the sale with its sign turned, and a document
that breaks its own arithmetic cannot be built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poscore.canonical import canonical_bytes, parse_json
from poscore.errors import Refused
from poscore.money import MAX_CENTS
from poscore.quantity import Quantity
from poscore.sale import Header, Line, Sale, Tender
from tests.support.strategies import STANDARD_RATE, Goods, Purchase, a_header, documents, purchases

few = settings(max_examples=50)  # drawing a whole sale is what takes the time

LINE_KEYS = [
    *("n", "article_id", "code", "name", "quantity", "unit", "unit_price", "discount", "deposit", "vat_rate", "total"),
    "voided",
]


def a_sale() -> Sale:
    """Two lines, one of them with a deposit; paid with a card and rounded cash."""
    basket = [Goods(2000, 115, 15, 1350, 0, voided=False), Goods(350, 1299, 0, STANDARD_RATE, 100, voided=False)]
    return Purchase(basket, 0, ["card", "cash"], [500, 1000], 300).document("sale")


def wire_of_a_sale() -> dict[str, Any]:
    wire: dict[str, Any] = parse_json(canonical_bytes(a_sale().to_wire()))
    return wire


# -- the wire ------------------------------------------------------------------------------------------------------


@few
@given(documents())
def test_a_document_survives_the_wire(sale: Sale) -> None:
    assert Sale.from_wire(sale.to_wire()) == sale


@few
@given(documents())
def test_its_canonical_bytes_survive_byte_for_byte(sale: Sale) -> None:
    written = canonical_bytes(sale.to_wire())
    assert canonical_bytes(Sale.from_wire(parse_json(written)).to_wire()) == written


def test_a_document_has_exactly_the_keys_that_interfaces_fix() -> None:
    wire = a_sale().to_wire()
    assert list(wire) == [
        *("id", "receipt_no", "state", "kind", "offline", "training", "business_day", "cashier", "customer", "lines"),
        *("tenders", "totals", "taxes", "snapshot"),
    ]
    assert [list(line) for line in wire["lines"]] == [LINE_KEYS] * 2
    assert [list(tender) for tender in wire["tenders"]] == [["n", "type", "amount", "reference"]] * 2
    assert list(wire["totals"]) == ["gross", "discount", "rounding", "due", "paid", "change"]
    assert [list(row) for row in wire["taxes"]] == [["rate", "net", "tax", "gross"]] * 2


def test_the_same_document_in_figures() -> None:
    wire = a_sale().to_wire()
    assert wire["totals"] == {"gross": 685, "discount": 45, "rounding": 0, "due": 640, "paid": 940, "change": 300}
    assert wire["taxes"] == [
        {"rate": 1350, "net": 176, "tax": 24, "gross": 200},
        {"rate": 2550, "net": 351, "tax": 89, "gross": 440},
    ]


# -- a return ------------------------------------------------------------------------------------------------------


@few
@given(purchases())
def test_a_return_is_the_sale_with_its_sign_turned(purchase: Purchase) -> None:
    sold, given_back = purchase.document("sale", extra_cash=False), purchase.document("return")
    for before, after in zip(sold.lines, given_back.lines, strict=True):
        assert after.unit_price == before.unit_price
        assert after.quantity == -before.quantity
        assert (after.discount, after.deposit, after.total) == (-before.discount, -before.deposit, -before.total)
    for paid, returned in zip(sold.tenders, given_back.tenders, strict=True):
        assert (returned.type, returned.amount) == (paid.type, -paid.amount)
    for row, turned in zip(sold.taxes, given_back.taxes, strict=True):
        assert (turned.rate, turned.net, turned.tax, turned.gross) == (row.rate, -row.net, -row.tax, -row.gross)
    one, other = sold.totals, given_back.totals
    assert (other.gross, other.discount, other.rounding) == (-one.gross, -one.discount, -one.rounding)
    assert other.due == -one.due
    # Small coins before a card may leave a cent or two of change in the sale, and a return never has change.
    assert other.change == 0


@few
@given(documents())
def test_everything_of_a_sale_has_its_sign(sale: Sale) -> None:
    sign = -1 if sale.header.is_return else 1
    for line in sale.lines:
        assert line.unit_price >= 0
        assert min(line.quantity.thousandths * sign, line.discount * sign, line.deposit * sign, line.total * sign) >= 0
    totals = sale.totals
    assert min(totals.gross * sign, totals.discount * sign, totals.due * sign, totals.paid * sign, totals.change) >= 0


# -- what interfaces promise of a completed one ------------------------------------------------------------------------


@few
@given(documents())
def test_the_sums_of_a_completed_document_agree(sale: Sale) -> None:
    totals, counting = sale.totals, [line for line in sale.lines if not line.voided]
    assert totals.gross == sum(line.quantity.times(line.unit_price) for line in counting)
    assert totals.discount == sum(line.discount for line in counting)
    assert totals.due == totals.gross - totals.discount + totals.rounding
    assert totals.paid == sum(tender.amount for tender in sale.tenders)
    assert totals.change == totals.paid - totals.due
    assert totals.change <= max(0, sum(tender.amount for tender in sale.tenders if tender.type == "cash"))
    if all(tender.type != "cash" for tender in sale.tenders):
        assert totals.rounding == 0
    assert sum(row.gross for row in sale.taxes) == totals.due - totals.rounding


# -- what cannot be built ----------------------------------------------------------------------------------------------


def changed(line: Line, **changes: Any) -> Callable[[], Line]:
    return lambda: replace(line, **changes)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"unit_price": -1, "total": -2}, "unit price cannot be negative"),
        ({"vat_rate": -1}, "not a VAT rate"),
        ({"vat_rate": 10_000}, "not a VAT rate"),
        ({"total": 231}, "is not quantity × unit price − discount"),
        ({"discount": -1, "total": 231}, "one sign"),
        ({"deposit": -1}, "one sign"),
        ({"discount": 231, "total": -1}, "one sign"),
        ({"quantity": Quantity(0), "total": 0}, "one sign"),
    ],
)
def test_a_line_that_breaks_its_arithmetic_cannot_be_built(changes: dict[str, Any], why: str) -> None:
    line = Goods(2000, 115, 15, 1350, 0, voided=False).line(1, 1)
    with pytest.raises(ValueError, match=why):
        replace(line, **changes)


def test_a_tender_of_no_known_type_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="not a tender type"):
        Tender(1, "shells", 100)


@pytest.mark.parametrize("changes", [{"kind": "gift"}, {"state": "forgotten"}])
def test_a_header_of_no_known_kind_or_state_cannot_be_built(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="is not a"):
        a_header(**changes)


@pytest.mark.parametrize(
    ("kind", "sign", "tenders", "why"),
    [
        ("sale", -1, [("card", -100)], "lines of the other sign"),
        ("return", 1, [("card", 100)], "lines of the other sign"),
        ("sale", 1, [("card", -100)], "tenders of the other sign"),
        ("return", -1, [("card", 100)], "tenders of the other sign"),
        ("sale", 1, [("card", 0), ("card", 100)], "tenders of the other sign"),
        ("sale", 1, [("card", 120)], "change comes from cash only"),
        ("sale", 1, [("card", 90)], "10 is still to be paid"),
        ("sale", 1, [], "100 is still to be paid"),
        ("return", -1, [("card", -90)], "is still to be paid"),
        ("return", -1, [("card", -110)], "is not due"),
        ("return", -1, [("cash", -110)], "is not due"),
    ],
)
def test_a_document_that_breaks_its_arithmetic_cannot_be_built(
    kind: str, sign: int, tenders: list[tuple[str, int]], why: str
) -> None:
    line = Goods(1000, 100, 0, STANDARD_RATE, 0, voided=False).line(1, sign)
    given = tuple(Tender(n, type_, amount) for n, (type_, amount) in enumerate(tenders, 1))
    with pytest.raises(ValueError, match=why):
        Sale.of(a_header(kind=kind), (line,), given, STANDARD_RATE)


def test_an_open_document_may_be_unpaid() -> None:
    line = Goods(1000, 100, 0, STANDARD_RATE, 0, voided=False).line(1, 1)
    assert Sale.of(a_header(state="open"), (line,), (), STANDARD_RATE).totals.due == 100


def test_sums_larger_than_every_json_reader_keeps_are_refused() -> None:
    line = Goods(2000, MAX_CENTS, 0, STANDARD_RATE, 0, voided=False).line(1, 1)
    with pytest.raises(Refused) as refused:
        Sale.of(a_header(state="open"), (line,), (), STANDARD_RATE)
    assert refused.value.code == "amount-too-large"


# -- what is not read --------------------------------------------------------------------------------------------------


def spoilt(*path: Any, to: Any) -> Any:
    return pytest.param(path, to, id=f"{'.'.join(map(str, path))}={to!r}")


@pytest.mark.parametrize(
    ("path", "to"),
    [
        spoilt("kind", to="gift"),
        spoilt("state", to=["completed"]),
        spoilt("lines", to={}),
        spoilt("lines", to=None),
        spoilt("lines", 0, to="line"),
        spoilt("lines", 0, "total", to=231),
        spoilt("lines", 0, "total", to=230.0),
        spoilt("lines", 0, "n", to="1"),
        spoilt("lines", 0, "n", to=True),
        spoilt("lines", 0, "quantity", to=2),
        spoilt("lines", 0, "quantity", to="two"),
        spoilt("lines", 0, "surprise", to=1),
        spoilt("lines", 0, "vat_rate", to=2550),
        spoilt("lines", 1, "discount", to=None),
        spoilt("tenders", 0, "amount", to=320.0),
        spoilt("tenders", 0, "type", to="shells"),
        spoilt("tenders", 0, "type", to=["card"]),
        spoilt("totals", "gross", to=686),
        spoilt("totals", "gross", to=685.0),
        spoilt("totals", "rounding", to=False),
        spoilt("totals", "surprise", to=0),
        spoilt("totals", to=[]),
        spoilt("taxes", 0, "tax", to=25),
        spoilt("taxes", 0, "net", to=176.0),
        spoilt("taxes", 0, "rate", to=1400),
        spoilt("taxes", to=[]),
        spoilt("surprise", to=1),
    ],
)
def test_a_document_with_one_thing_spoilt_is_refused(path: tuple[Any, ...], to: Any) -> None:
    wire = wire_of_a_sale()
    place: Any = wire
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    with pytest.raises(Refused) as refused:
        Sale.from_wire(wire)
    assert refused.value.code == "sale-invalid"


@pytest.mark.parametrize("key", list(wire_of_a_sale()))
def test_a_document_without_one_of_its_fields_is_refused(key: str) -> None:
    wire = wire_of_a_sale()
    del wire[key]
    with pytest.raises(Refused, match=key):
        Sale.from_wire(wire)


@pytest.mark.parametrize("wire", [None, 5, "sale", [], {}])
def test_what_is_no_document_is_refused(wire: Any) -> None:
    with pytest.raises(Refused):
        Sale.from_wire(wire)


@few
@given(documents(), st.data())
def test_no_single_figure_can_be_changed_unseen(sale: Sale, data: st.DataObject) -> None:
    """Each cent is bound by another one: whoever edits one figure of a document makes it unreadable."""
    wire = sale.to_wire()
    figures = [
        *((wire["totals"], name) for name in ("gross", "discount", "rounding", "due", "paid", "change")),
        *((line, "total") for line in wire["lines"]),
        *((line, "discount") for line in wire["lines"]),
        *((row, name) for row in wire["taxes"] for name in ("net", "tax", "gross")),
        *((tender, "amount") for tender in wire["tenders"]),
    ]
    where, name = data.draw(st.sampled_from(figures))
    where[name] += data.draw(st.sampled_from((-100, -1, 1, 100)))
    with pytest.raises(Refused):
        Sale.from_wire(wire)


def test_a_header_says_whether_it_is_a_return() -> None:
    header: Header = a_header(kind="return")
    assert header.is_return
    assert not a_header().is_return
