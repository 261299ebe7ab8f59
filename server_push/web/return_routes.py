"""Goods that come back: receipts and claims for registers, flags for operators."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from poscore.errors import Refused
from poscore.http import Answer, Api, Call, Model, Whole
from poscore.http.models import DecimalText, Positive
from poscore.ids import ReceiptNo
from poscore.quantity import Quantity
from server_push.office import Office
from server_push.registers.callers import Caller
from server_push.registers.operators import READ_SALES
from server_push.returns.claims import Claim
from server_push.returns.flags import WhichReturns
from server_push.web.guards import REGISTER, must_be
from server_push.web.models import Day, EmptyIsNone, Id, Instant

_MAX_LINES = 2_000
_Number = Annotated[str, Field(min_length=1, max_length=64)]


class ClaimLine(Model):
    n: Positive
    quantity: DecimalText


class ClaimRequest(Model):
    """`id`: the return's number. `revision`: higher is newer; the same again is the same."""

    id: _Number
    revision: Whole = 1
    receipt_no: _Number
    lines: Annotated[list[ClaimLine], Field(min_length=1, max_length=_MAX_LINES)]


class ReleaseRequest(Model):
    revision: Whole


class GivenLine(Model):
    n: Positive
    quantity: str
    total: Whole
    deposit: Whole


class ClaimAnswer(Model):
    """`elsewhere`: what other registers gave back of the receipt, or hold."""

    id: str
    revision: Whole
    receipt_no: str
    expires_at: Instant
    lines: list[ClaimLine]
    elsewhere: list[GivenLine]


class ReceiptAnswer(Model):
    """A sale's document, and what other registers gave back of it, or hold."""

    sale: dict[str, Any]
    elsewhere: list[GivenLine]


class CrossedLine(Model):
    n: Positive
    sold: str
    returned: str


class FlaggedReturn(Model):
    kind: str
    return_no: str
    store: Id
    register: Id
    business_day: Day
    received_at: Instant
    original_receipt: str | None
    total: int
    reason: str | None
    cashier: str | None
    lines: list[CrossedLine]


class FlagPage(Model):
    items: list[FlaggedReturn]
    next: str | None


class FlagQuery(Model):
    store: Annotated[Id | None, EmptyIsNone] = None
    register: Annotated[Id | None, EmptyIsNone] = None
    business_day: Annotated[Day | None, EmptyIsNone] = None
    after: Annotated[str | None, Field(pattern=r"^[0-9]{1,18}$"), EmptyIsNone] = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


def add_return_routes(api: Api, office: Office) -> None:
    @api.route(
        "GET",
        "/api/registers/<register>/receipts/<receipt_no>",
        access=REGISTER,
        ok={200: ReceiptAnswer},
        problems=(403, 404, 409, 422),
    )
    def show_receipt(call: Call, register: str, receipt_no: str) -> dict[str, Any]:
        """A sale of any register, for one that is to take it back."""
        must_be(call.caller, register)
        return office.claims.receipt(call.caller, receipt_no, office.now())

    @api.route(
        "POST",
        "/api/returns/claims",
        access=REGISTER,
        body=ClaimRequest,
        ok={201: ClaimAnswer},
        problems=(403, 404, 409, 413),
    )
    def claim(call: Call) -> Answer:
        """Hold what is about to be given back; the same claim again is the same claim."""
        body: ClaimRequest = call.body
        _must_be_a_return_of(call.caller, body.id)
        lines = {line.n: Quantity.parse(line.quantity).thousandths for line in body.lines}
        if len(lines) != len(body.lines):
            raise Refused("body-invalid", "a claim names each line once")
        wanted = Claim(body.id, body.revision, body.receipt_no, lines)
        return Answer(office.claims.claim(call.caller, wanted, office.now()), 201)

    @api.route(
        "POST",
        "/api/returns/claims/<id>/release",
        access=REGISTER,
        body=ReleaseRequest,
        ok={200: None},
        problems=(403, 413),
    )
    def release(call: Call, id: str) -> dict[str, Any]:
        """Let go of what was held for a return."""
        _must_be_a_return_of(call.caller, id)
        office.claims.release(call.caller, id, call.body.revision, office.now())
        return {"id": id}

    @api.route("GET", "/api/returns/flags", access=READ_SALES, query=FlagQuery, ok={200: FlagPage}, problems=(403,))
    def list_flags(call: Call) -> dict[str, Any]:
        """Returns that a person should look at, in the order of their arrival."""
        asked: FlagQuery = call.query
        which = WhichReturns(asked.store, asked.register, asked.business_day)
        return office.flags.list(which, int(asked.after or 0), asked.limit)


def _must_be_a_return_of(caller: Caller, id: str) -> None:
    """A claim has the number of the return that it is for."""
    if ReceiptNo.parse(id).register != caller.register:
        raise Refused("permission-missing", f"{id!r} is no return of {caller.register}")
