"""The quick reading of documents says what poscore's Sale says, and its rows carry every cent."""

import copy
import re
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poscore import records
from poscore.canonical import sha256_hex
from poscore.errors import Refused
from poscore.pricing import split_discount
from poscore.quantity import Quantity
from poscore.records import Record, genesis_hash
from poscore.sale import COMPLETED, RETURN, SALE, Header, Line, Sale, Tender
from server_push.intake import documents, items
from server_push.intake.documents import SaleRows, read_plain_sales, read_sale
from server_push.intake.items import Item, Origin, read_items
from server_push.intake.plain import plain_document, read_plain

RATES = (0, 1000, 1350, 2550)
HEADER = Header(
    id="r1-1-000001",
    receipt_no="r1-1-000001",
    state=COMPLETED,
    kind=SALE,
    offline=False,
    training=False,
    business_day="2026-11-22",
    cashier="101",
    customer=None,
    snapshot=1,
)


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


ORIGIN = Origin("s1", "r1", 1)


def record_text(document: Any, **beside: Any) -> str:
    body = {"sale": document, "started_at": "2026-11-22T11:59:00.000Z", **beside}
    prev = genesis_hash("s1", "r1", 1)
    record = Record("s1", "r1", 1, 1, prev, "2026-11-22T12:00:00.000Z", "2026-11-22", records.SALE, body)
    return record.encoded().decode()


def read(text: str) -> Item:
    """Whatever way it takes, it must be what the slow one says."""
    digest = sha256_hex(text.encode())
    (item,) = read_items(ORIGIN, [(digest, text)])
    assert item == items._read(ORIGIN, digest, text.encode())
    return item


@given(sales())
def test_every_document_that_holds_is_read_at_once(document):
    plain = read_plain(record_text(document).encode())  # the quick reading, with nothing to fall back on
    assert plain is not None
    (rows,) = read_plain_sales([plain.body.sale])

    sale = Sale.from_wire(document)
    assert rows is not None
    assert rows.totals == tuple(sale.totals.to_wire().values())
    assert [line[8] for line in rows.lines] == [line.total for line in sale.lines]
    assert [line[3] for line in rows.lines] == [line.quantity.thousandths for line in sale.lines]
    assert sum(tender[2] for tender in rows.tenders) == sale.totals.paid
    assert orjson.loads(rows.taxes) == [row.to_wire() for row in sale.taxes]
    assert rows.business_day == "2026-11-22"
    assert read(record_text(document)).sale == rows


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

    item = read(orjson.dumps({**orjson.loads(record_text(document)), "body": {"sale": wrong}}).decode())
    rows = item.sale
    if rows is None:
        assert item.fault is not None
        assert item.fault.reason == "sale-invalid"
        return
    sale = Sale.from_wire(wrong)
    assert sale.header.state == COMPLETED
    assert rows.totals == tuple(sale.totals.to_wire().values())
    for row in (*rows.lines, *rows.tenders, rows.totals):
        assert all(value is None or isinstance(value, str) or -(2**63) <= value < 2**63 for value in row)


# What the two readers of JSON could take for different things, in place of any one token of a record.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|-?\d+|true|false|null|[\[\]{},:]')
_TOKENS = (
    *(
        "0",
        "-0",
        "1",
        "-1",
        "1.0",
        "0.0",
        "-0.0",
        "1e3",
        "1E2",
        "01",
        "-",
        "+1",
        "true",
        "false",
        "null",
        "NaN",
        "1e400",
    ),
    *("9007199254740991", "9007199254740993", "9223372036854775807", "9223372036854775808", "18446744073709551615"),
    *(
        "18446744073709551616",
        "-9223372036854775808",
        "-9223372036854775809",
        "900000000000001",
        "2147483648",
        "9" * 400,
    ),
    *(
        '""',
        '"1"',
        '"1.0"',
        '"-1"',
        '"0,35"',
        '"1,"',
        '"\\u0031"',
        '"\\ud800"',
        '"\\udc00\\ud800"',
        '"\\ud83d\\ude00"',
        '"\\u0000"',
    ),
    *(
        '"\x01"',
        '"\x7f"',
        '"\\x"',
        '"\\/"',
        '"ä"',
        '"\u2028"',
        '"sale"',
        '"return"',
        '"cash"',
        '"open"',
        '"completed"',
        '"n"',
    ),
    *(
        '"total"',
        '"2026-W47-7"',
        '"20261122"',
        "{}",
        "[]",
        "[[]]",
        '{"n":1}',
        "[" * 1500,
        "",
        " ",
        "\x0b",
        "\ufeff",
        "\0",
    ),
    *(
        '"n":1,"n"',
        '"total":1,"total"',
        '"kind":"return","kind"',
        '"lines":[],"lines"',
        '"\\u006e"',
        '"extra":1,"n"',
        ",,",
    ),
    *("[" * 1100 + "]" * 1100, '{"a":' * 1100 + "1" + "}" * 1100),
)


@settings(max_examples=300)
@given(sales(), st.data())
def test_both_ways_of_reading_agree_on_whatever_bytes_come(document, data):
    """Any tokens of a record, or any characters, become something else; the hash is always right."""
    note = {"kind": "age-checked", "line": 1, "about": {"limit": 18, "by": ["101", {"a": None}]}}
    text = record_text(document, notes=data.draw(st.lists(st.just(note), max_size=1)))
    for _ in range(data.draw(st.integers(1, 2))):
        if data.draw(st.booleans()):
            start, end = data.draw(st.sampled_from([token.span() for token in _TOKEN.finditer(text)]))
        else:
            start = data.draw(st.integers(0, len(text)))
            end = start + data.draw(st.integers(0, 2))
        text = text[:start] + data.draw(st.sampled_from(_TOKENS)) + text[end:]

    item = read(text)

    if item.sale is not None:
        sale = Sale.from_wire(Record.parse(text.encode()).body["sale"])
        assert sale.header.state == COMPLETED
        assert item.sale.totals == tuple(sale.totals.to_wire().values())


@pytest.mark.parametrize("value", [1 << 63, -(1 << 63) - 1, 1.0, True, "1", None])
@pytest.mark.parametrize("name", ["gross", "net", "tax", "rate"])
def test_a_tax_row_is_whole_numbers_of_64_bits(name, value):
    row = {"rate": 0, "net": 0, "tax": 0, "gross": 0, name: value}
    document = {**Sale.of(HEADER, (), (), 2550).to_wire(), "taxes": [row]}

    assert isinstance(read_sale(document), Refused)
    with pytest.raises(ValueError, match="Expected"):
        plain_document(document)


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

    assert isinstance(read_sale(wrong), Refused)
    assert read(record_text(wrong)).sale is None
    with pytest.raises(Refused):
        Sale.from_wire(wrong)


@pytest.mark.parametrize("document", [None, [], "sale", 7, {}])
def test_what_is_no_document_is_refused(document):
    refusal = read_sale(document)

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

    together = read_plain_sales([plain_document(document) for document in documents])

    assert {place for place, rows in enumerate(together) if rows is None} == spoilt
    alone = [read_sale(document) for document in documents]
    assert {place for place, rows in enumerate(alone) if isinstance(rows, Refused)} == spoilt
    assert [rows for rows in together if rows is not None] == [rows for rows in alone if isinstance(rows, SaleRows)]


@pytest.mark.parametrize("day", ["2026-W47-7", "20261122", "2026-02-30", "2026-1-1", "", "today"])
def test_a_day_has_one_form(day):
    assert not documents.is_day(day)
