"""What parts of a sold line are worth: exactly what was paid, whatever the parts are."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from poscore.errors import Refused
from poscore.quantity import Quantity
from poscore.returns import NOTHING, RETURNED, Given, Part, Returned, part_of, returned_lines, sold
from poscore.sale import Line
from tests.support.strategies import Goods, goods


def left_of(line: Line) -> Given:
    return sold(line.to_wire())


def parts(unit_price: int, whole: Given, quantities: list[int]) -> list[Part]:
    """Parts of these thousandths, one after another."""
    left, taken = whole, []
    for thousandths in quantities:
        taken.append(part_of(unit_price, left, Quantity(thousandths)))
        left = left.less(taken[-1].given)
    assert left == NOTHING
    return taken


@st.composite
def cut_up(draw: st.DrawFn) -> tuple[Line, list[int]]:
    """A sold line and its quantity in parts; a line in pieces comes back in pieces."""
    line = draw(goods().filter(lambda good: not good.voided)).line(1, 1)
    step = 1000 if line.quantity.is_whole else 1
    rest, found = line.quantity.thousandths // step, []
    while rest and len(found) < 6:
        found.append(draw(st.integers(1, rest)))
        rest -= found[-1]
    return line, [count * step for count in ([*found, rest] if rest else found)]


@given(cut_up())
def test_any_parts_give_back_exactly_what_was_paid(cut: tuple[Line, list[int]]) -> None:
    line, quantities = cut
    taken = parts(line.unit_price, left_of(line), quantities)

    assert sum(part.total for part in taken) == line.total
    assert sum(part.deposit for part in taken) == line.deposit
    assert sum(part.quantity.thousandths for part in taken) == line.quantity.thousandths


@given(cut_up())
def test_every_part_is_a_line_that_a_document_takes(cut: tuple[Line, list[int]]) -> None:
    line, quantities = cut
    for n, part in enumerate(parts(line.unit_price, left_of(line), quantities), 1):
        back = Line(
            *(n, line.article_id, None, line.name, -part.quantity, line.unit, part.unit_price),
            *(-part.discount, -part.deposit, line.vat_rate, -part.total),
        )
        assert back.total == -part.total


@given(cut_up())
def test_pieces_come_back_at_the_unit_price_of_the_sale(cut: tuple[Line, list[int]]) -> None:
    line, quantities = cut
    assume(line.quantity.is_whole)
    assert {part.unit_price for part in parts(line.unit_price, left_of(line), quantities)} == {line.unit_price}


@given(cut_up())
def test_a_part_is_never_far_from_its_fair_share(cut: tuple[Line, list[int]]) -> None:
    line, quantities = cut
    for part in parts(line.unit_price, left_of(line), quantities):
        fair = line.total * part.quantity.thousandths / line.quantity.thousandths
        assert abs(part.total - fair) <= len(quantities)


def test_a_discount_that_does_not_divide_goes_back_to_the_cent() -> None:
    line = Goods(3000, 250, 0, 1350, 0, False).line(1, 1)
    sold_with_discount = Given(3000, line.total - 50, 0)  # 7.00 for three
    taken = parts(250, sold_with_discount, [1000, 1000, 1000])
    assert [part.total for part in taken] == [233, 234, 233]
    assert [part.discount for part in taken] == [17, 16, 17]


def test_weighed_goods_in_halves_take_a_price_that_reaches_what_was_paid() -> None:
    # 0.350 kg at 2.99 is 1.05; twice 0.175 kg at 2.99 is 2 × 0.52.
    taken = parts(299, Given(350, 105, 0), [175, 175])
    assert [(part.total, part.unit_price, part.discount) for part in taken] == [(52, 299, 0), (53, 300, 0)]


def test_what_was_given_away_gives_nothing_back() -> None:
    assert part_of(250, Given(2000, 0, 0), Quantity(1000)) == Part(Quantity(1000), 250, 250, 0, 0)


@pytest.mark.parametrize(("asked", "code"), [(2001, "quantity-returned"), (0, "quantity-invalid")])
def test_more_than_is_left_is_refused_and_so_is_nothing(asked: int, code: str) -> None:
    with pytest.raises(Refused) as refused:
        part_of(100, Given(2000, 200, 0), Quantity(asked))
    assert refused.value.code == code


def test_nothing_is_less_than_nothing() -> None:
    assert Given(1000, 10, 0).less(Given(3000, 5, 1)) == Given(0, 5, 0)


# -- what a record says --------------------------------------------------------------------------------------------


def a_body(*lines: dict[str, Any], notes: Any) -> dict[str, Any]:
    return {"sale": {"lines": list(lines)}, "notes": notes}


def a_line(n: int, **changed: Any) -> dict[str, Any]:
    return {"n": n, "quantity": "-2", "total": -400, "deposit": -40, "voided": False, **changed}


def a_note(line: int, n: Any = 3, original: Any = "r1-1-000007", kind: str = RETURNED) -> dict[str, Any]:
    return {"kind": kind, "line": line, "about": {"original_receipt": original, "original_line": n}}


def test_a_record_says_what_it_gave_back() -> None:
    body = a_body(a_line(1), a_line(2, voided=True), a_line(3), notes=[a_note(1), a_note(2), a_note(3, 4)])
    assert returned_lines(body) == [
        Returned("r1-1-000007", 3, 1, Given(2000, 400, 40)),
        Returned("r1-1-000007", 4, 3, Given(2000, 400, 40)),
    ]


def test_the_last_note_of_a_line_counts_and_it_only_once() -> None:
    assert [one.original_line for one in returned_lines(a_body(a_line(1), notes=[a_note(1, 3), a_note(1, 5)]))] == [5]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"sale": None},
        a_body(a_line(1), notes=None),
        a_body(a_line(1), notes=[None]),
        a_body(a_line(1), notes=[a_note(1, "3")]),
        a_body(a_line(1), notes=[a_note(1, original=7)]),
        a_body(a_line(1), notes=[a_note(1, kind="comment")]),
        a_body(a_line(1), notes=[a_note(9)]),
        a_body(a_line(1, quantity="many"), notes=[a_note(1)]),
        a_body(a_line(1, total="4"), notes=[a_note(1)]),
        a_body(a_line(1, quantity="2", total=400), notes=[a_note(1)]),
    ],
)
def test_a_record_that_makes_no_sense_says_nothing(body: dict[str, Any]) -> None:
    assert returned_lines(body) == []
