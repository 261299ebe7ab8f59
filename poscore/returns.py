"""Giving goods back: what is left of a line that was sold, and what a part of it is worth.

- A part is worth its share of what is *left* of the line: whatever the parts are and in whatever order they come,
  together they are exactly what was paid, and the last part takes the rest.
- A part is a line as the sale document wants it: total = round(quantity × unit price) − discount, none of it negative.
  The unit price is the original's; only where parts of a weighed line would round to less than was paid does a part
  take a unit price that reaches its share.
- The record of a return says in a note which line of which receipt each of its lines gives back.

Everything here is positive; the till turns the signs. Nothing here reads the clock or the disk.

    >>> left = Given(3000, 100, 0)  # three pieces, one euro paid
    >>> [part_of(40, left, Quantity(1000)).total, part_of(40, left, Quantity(3000)).total]
    [33, 100]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from poscore.errors import PosError, Refused
from poscore.money import Cents, divide
from poscore.quantity import Quantity

RETURNED = "returned"
"""The kind of the note; `about` is `{"original_receipt", "original_line"}`, `line` that of the return."""


@dataclass(frozen=True, slots=True)
class Given:
    """A quantity of a line (thousandths) with its money: what was sold, given back, or is left."""

    thousandths: int
    total: Cents
    deposit: Cents

    def __add__(self, other: Given) -> Given:
        return Given(self.thousandths + other.thousandths, self.total + other.total, self.deposit + other.deposit)

    def less(self, other: Given) -> Given:
        """What is left; nothing is ever less than nothing, whatever was given back too much elsewhere."""
        return Given(
            max(self.thousandths - other.thousandths, 0),
            max(self.total - other.total, 0),
            max(self.deposit - other.deposit, 0),
        )

    @property
    def quantity(self) -> Quantity:
        return Quantity(self.thousandths)


NOTHING = Given(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a line, as a line of its own: total = round(quantity × unit_price) − discount."""

    quantity: Quantity
    unit_price: Cents
    discount: Cents
    deposit: Cents
    total: Cents

    @property
    def given(self) -> Given:
        return Given(self.quantity.thousandths, self.total, self.deposit)


def sold(line: Mapping[str, Any]) -> Given:
    """What a line of a sale document (as JSON) sold."""
    return Given(Quantity.parse(line["quantity"]).thousandths, line["total"], line["deposit"])


def part_of(unit_price: Cents, left: Given, quantity: Quantity) -> Part:
    """What `quantity` of a line is worth, of which `left` is left. Raises Refused `quantity-returned`."""
    if quantity.thousandths <= 0:
        raise Refused("quantity-invalid", "a quantity is more than 0")
    if quantity > left.quantity:
        raise Refused(
            "quantity-returned", f"{left.quantity.text} is left to return, not {quantity.text}", left=left.quantity.text
        )
    rest = Quantity(left.thousandths - quantity.thousandths)
    total, deposit = (
        divide(money * quantity.thousandths, left.thousandths) if rest.thousandths else money
        for money in (left.total, left.deposit)
    )
    full = quantity.times(unit_price)
    if rest.thousandths:
        # Between what the rest cannot take and what this part can; it matters only where parts of a cent are rounded.
        total = min(max(total, left.total - rest.times(unit_price)), full)
    if total > full:
        unit_price = _price_that_reaches(total, quantity)
        full = quantity.times(unit_price)
    return Part(quantity, unit_price, full - total, deposit, total)


def _price_that_reaches(total: Cents, quantity: Quantity) -> Cents:
    """The least unit price at which `quantity` comes to at least `total`, which is more than 0."""
    return -(-(2 * total - 1) * 500 // quantity.thousandths)


@dataclass(frozen=True, slots=True)
class Returned:
    """What line `line` of a return gave back of line `original_line` of the receipt `original`."""

    original: str
    original_line: int
    line: int
    given: Given


def returned_lines(body: Mapping[str, Any]) -> list[Returned]:
    """Out of the body of a return's record, by its notes. A note that makes no sense says nothing."""
    try:
        lines = {line["n"]: line for line in body["sale"]["lines"] if not line["voided"]}
        notes = [note for note in body.get("notes", ()) if note["kind"] == RETURNED and note["line"] in lines]
    except (KeyError, TypeError):
        return []
    found: dict[int, Returned] = {}
    for note in notes:
        try:
            original, n, back = *_named(note["about"]), sold(lines[note["line"]])
            given = Given(-back.thousandths, -back.total, -back.deposit)
        except (KeyError, TypeError, ValueError, PosError):
            continue
        if given.thousandths > 0:  # a line of a return, and not of a sale
            found[note["line"]] = Returned(original, n, note["line"], given)
    return [found[line] for line in sorted(found)]


def _named(about: Mapping[str, Any]) -> tuple[str, int]:
    original, n = about["original_receipt"], about["original_line"]
    if not isinstance(original, str) or type(n) is not int:
        raise ValueError("not the name of a line")
    return original, n
