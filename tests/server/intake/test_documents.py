"""The quick reading of documents says what poscore's Sale says, and its rows carry every cent."""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poscore.errors import Refused
from poscore.pricing import split_discount
from poscore.quantity import Quantity
from poscore.sale import COMPLETED, RETURN, SALE, Header, Line, Sale, Tender
from server_push.intake import documents
from server_push.intake.documents import SaleRows, read_sales

RATES = (0, 1000, 1350, 2550)


@st.composite
def sales(draw: st.DrawFn) -> dict:
    """Completed documents of every kind: voided lines, discounts, deposits, mixed tenders, change and rounding."""
    sign = draw(st.sampled_from((1, -1)))
    lines = []
    for n in range(1, draw(st.integers(0, 6)) + 1):
        quantity = Quantity(sign * draw(st.integers(1, 9_999)))
        unit_price = draw(st.integers(0, 20_000))
        gross = quantity.times(unit_price)
        discount = sign * draw(st.integers(0, abs(gross)))
        deposit = sign * draw(st.integers(0, abs(gross - discount))) if draw(st.booleans()) else 0
        lines.append(
            Line(
                n,
                draw(st.none() | st.just(f"a{n}")),
                draw(st.none() | st.just("6410")),
                draw(st.text(max_size=5)),
                quantity,
                "kpl",
                unit_price,
                discount,
                deposit,
                draw(st.sampled_from(RATES)),
                gross - discount,
                draw(st.booleans()),
            )
        )
    exact = sum(line.total for line in lines if not line.voided)
    tenders = _tenders(draw, exact, sign)
    header = Header(
        id="r1-1-000001",
        receipt_no="r1-1-000001",
        state=COMPLETED,
        kind=SALE if sign > 0 else RETURN,
        offline=draw(st.booleans()),
        training=draw(st.booleans()),
        business_day="2026-11-22",
        cashier=draw(st.none() | st.just("101")),
        customer=draw(st.none() | st.just("c1")),
        snapshot=draw(st.none() | st.integers(1, 99)),
    )
    return Sale.of(header, tuple(lines), tenders, 2550).to_wire()


def _tenders(draw: st.DrawFn, exact: int, sign: int) -> tuple[Tender, ...]:
    if exact == 0:
        return ()
    parts = split_discount(exact, [draw(st.integers(1, 5)) for _ in range(draw(st.integers(1, 2)))])
    parts = [part for part in parts if part]
    kinds = [draw(st.sampled_from(("card", "invoice", "voucher"))) for _ in parts]
    if draw(st.booleans()):
        from poscore.money import cash_rounding

        kinds[-1] = "cash"
        parts[-1] += cash_rounding(parts[-1])
        if sign > 0:
            parts[-1] += draw(st.integers(0, 5_000))  # as handed over
    return tuple(Tender(n, kind, part) for n, (kind, part) in enumerate(zip(kinds, parts, strict=True), 1) if part)


@given(sales())
def test_every_document_that_holds_is_read_at_once(document):
    (rows,) = documents._read_all([document])  # the quick reading, with nothing to fall back on

    sale = Sale.from_wire(document)
    assert rows.totals == tuple(sale.totals.to_wire().values())
    if sale.lines:
        assert rows.lines[8] == tuple(line.total for line in sale.lines)
        assert rows.lines[3] == tuple(line.quantity.thousandths for line in sale.lines)
    assert sum(rows.tenders[2] if sale.tenders else ()) == sale.totals.paid
    assert rows.business_day == "2026-11-22"


_WRONG = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.just(2**63),
    st.text(max_size=3),
    st.just([]),
    st.just({}),
    st.just(1.5),
)


@given(sales(), st.data())
def test_nothing_is_read_that_poscore_would_refuse(document, data):
    """One value anywhere is changed; whatever still reads must be a sale to poscore too, and fit the columns."""
    wrong = copy.deepcopy(document)
    place = data.draw(st.sampled_from(sorted(_places(wrong), key=str)))
    holder = wrong
    for step in place[:-1]:
        holder = holder[step]
    old = holder[place[-1]]
    change = st.integers(-2, 2).map(lambda by: old + by) if type(old) is int else _WRONG
    holder[place[-1]] = data.draw(change | _WRONG)

    (rows,) = read_sales([wrong])
    if isinstance(rows, Refused):
        assert rows.code == "sale-invalid"
        return
    sale = Sale.from_wire(wrong)
    assert sale.header.state == COMPLETED
    assert rows.totals == tuple(sale.totals.to_wire().values())
    for column in (*rows.lines, *rows.tenders, rows.totals):
        assert all(value is None or isinstance(value, str) or -(2**63) <= value < 2**63 for value in column)


def _places(value, path=()):
    if isinstance(value, dict):
        for name, item in value.items():
            yield (*path, name)
            yield from _places(item, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield (*path, index)
            yield from _places(item, (*path, index))


@given(sales(), st.data())
def test_a_document_that_lacks_or_adds_a_field_is_taken_only_when_poscore_takes_it(document, data):
    wrong = copy.deepcopy(document)
    if data.draw(st.booleans()):
        del wrong[data.draw(st.sampled_from(sorted(wrong)))]
    else:
        wrong["extra"] = 1

    assert isinstance(read_sales([wrong])[0], Refused)
    with pytest.raises(Refused):
        Sale.from_wire(wrong)


@pytest.mark.parametrize("document", [None, [], "sale", 7, {}])
def test_what_is_no_document_is_refused(document):
    (refusal,) = read_sales([document])

    assert isinstance(refusal, Refused)
    assert refusal.code == "sale-invalid"


@settings(max_examples=30)
@given(st.lists(sales(), min_size=1, max_size=5), st.data())
def test_what_is_wrong_with_one_sale_is_told_of_that_one(documents, data):
    """Read many at a time, each comes out as if it had been read alone."""
    documents = [*documents, *(copy.deepcopy(documents) * 12)][:70]
    spoilt = data.draw(st.sets(st.integers(0, len(documents) - 1), max_size=4))
    for place in spoilt:
        documents[place] = {**documents[place], "taxes": [{"rate": 0, "net": 1, "tax": 0, "gross": 2}]}

    read = read_sales(documents)

    assert {place for place, rows in enumerate(read) if isinstance(rows, Refused)} == spoilt
    alone = [read_sales([document])[0] for document in documents]
    assert [rows for rows in read if isinstance(rows, SaleRows)] == [r for r in alone if isinstance(r, SaleRows)]


@pytest.mark.parametrize("day", ["2026-W47-7", "20261122", "2026-02-30", "2026-1-1", "", "today"])
def test_a_day_has_one_form(day):
    assert not documents.is_day(day)
