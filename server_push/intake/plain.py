"""The plain form of a sale's record: what nearly every record that comes home is, as types and ranges.

- Bytes are decoded straight into objects of these classes. What comes out has every member and no other, each of its
  type and within its column; no number in it was `1.0` or `true`.
- What is not plain gives None and is no fault: `Record` and `Sale` read it, put right what has a default, or say in
  words what is wrong. So this form may be narrower than the format, and never wider.
- Nothing here may nest without end, and no number is without bounds: past 64 bits and past a thousand levels the two
  readers of JSON part ways.

    plain = read_plain(b'{"at":…,"body":{"sale":{…}},…}')

Whether sums and signs hold is not asked here. Nothing here reads the clock or the disk.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import Meta, MsgspecError, Struct, convert, json

from poscore.money import MAX_CENTS

MAX_SEQ = (1 << 53) - 1
_MAX_SMALL = (1 << 31) - 1  # line numbers: what an INTEGER column takes everywhere

Number: TypeAlias = Annotated[int, Meta(ge=0, le=_MAX_SMALL)]
Rate: TypeAlias = Annotated[int, Meta(ge=0, le=9_999)]  # basis points
Price: TypeAlias = Annotated[int, Meta(ge=0, le=MAX_CENTS)]
Amount: TypeAlias = Annotated[int, Meta(ge=-MAX_CENTS, le=MAX_CENTS)]  # below 0 in a return
# Of a rate: each deposit has its bound, their sum has none that a column asks for. What 64 bits hold.
Sum: TypeAlias = Annotated[int, Meta(ge=-(1 << 63), le=(1 << 63) - 1)]


# Members stand in the order of canonical JSON, in which the decoder meets them. `gc=False`: none of these can be in a
# cycle, and a batch is tens of thousands of them.
class Line(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    article_id: str | None
    code: str | None
    deposit: Amount
    discount: Amount
    n: Number
    name: str
    quantity: str
    total: Amount
    unit: str
    unit_price: Price
    vat_rate: Rate
    voided: bool


class Tender(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    amount: Amount
    n: Number
    reference: str | None
    type: Literal["cash", "card", "invoice", "account", "payroll", "bonus", "voucher"]


class Totals(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    change: Amount
    discount: Amount
    due: Amount
    gross: Amount
    paid: Amount
    rounding: Amount


class Tax(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    gross: Sum
    net: Sum
    rate: Rate
    tax: Sum


class Document(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A completed sale or return. `quantity` of its lines and `business_day` are texts that are still to be read."""

    business_day: str
    cashier: str | None
    customer: str | None
    id: str
    kind: Literal["sale", "return"]
    lines: list[Line]
    offline: bool
    receipt_no: str
    snapshot: Price | None
    state: Literal["completed"]
    taxes: list[Tax]
    tenders: list[Tender]
    totals: Totals
    training: bool


_Scalar: TypeAlias = str | Sum | bool | None
_Flat: TypeAlias = _Scalar | list[_Scalar] | dict[str, _Scalar]


class _Note(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    about: dict[str, _Scalar | list[_Flat] | dict[str, _Flat]]
    kind: str
    line: Sum | None


class _Promoted(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    amount: Amount
    n: Number


class _Promotion(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    amount: Amount
    lines: list[_Promoted]
    names: dict[str, str]
    promotion_id: str


class Body(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """What stands beside the document is named only so that it is read, and read in full."""

    sale: Document
    customer_name: str | None = None
    discounts: list[dict[str, _Scalar]] = []
    notes: list[_Note] = []
    original_receipt: str | None = None
    promotions: list[_Promotion] = []
    started_at: str | None = None


class PlainSale(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """`at` and `business_day` are texts that are still to be read."""

    at: str
    body: Body
    business_day: str | None
    epoch: Annotated[int, Meta(ge=0, le=MAX_SEQ)]
    prev_hash: str
    register: str
    seq: Annotated[int, Meta(ge=1, le=MAX_SEQ)]
    store: str
    type: Literal["sale"]
    v: Literal[1]


_DECODE = json.Decoder(PlainSale).decode


def read_plain(data: bytes) -> PlainSale | None:
    try:
        return _DECODE(data)
    except (MsgspecError, UnicodeError, RecursionError):
        return None


def plain_document(wire: dict[str, Any]) -> Document:
    """The same of a document as `Sale.to_wire` gives it. Raises ValueError."""
    return convert(wire, Document)
