"""Registers ask what a customer may take on account, payroll or bonus, and what a gift card holds."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from poscore.errors import Refused
from poscore.http import Answer, Api, Call, Model
from poscore.http.models import Positive
from server_push.accounts.authorizations import Asked
from server_push.accounts.ledgers import GIFT_CARD, Account
from server_push.office import Office
from server_push.web.guards import REGISTER
from server_push.web.models import Instant

_Number = Annotated[str, Field(min_length=1, max_length=64)]
Kind = Literal["account", "payroll", "bonus", "gift-card"]


class AuthorizationRequest(Model):
    """`id`: the register chose it; the same again is the same. `sale`: its receipt number. `amount`: cents.

    `customer` for account, payroll and bonus; `card` for a gift card.
    """

    id: _Number
    sale: _Number
    kind: Kind
    customer: _Number | None = None
    card: _Number | None = None
    amount: Positive


class Nothing(Model):
    """A body that says nothing."""


class AuthorizationAnswer(Model):
    """`approved`, or `code` says why not. `balance`: what is owed with this and all that others hold, cents.

    `state`: approved, refused, expired, released, or captured when its sale has come home. `sale` and `kind` are null
    for an id that was let go before it was asked for.
    """

    id: str
    sale: str | None
    kind: Kind | None
    customer: str | None
    card: str | None
    amount: int
    state: Literal["approved", "refused", "expired", "released", "captured"]
    approved: bool
    code: str | None
    balance: int
    limit: int | None
    available: int | None
    expires_at: Instant


def add_authorization_routes(api: Api, office: Office) -> None:
    @api.route(
        "POST",
        "/api/authorizations",
        access=REGISTER,
        body=AuthorizationRequest,
        ok={201: AuthorizationAnswer},
        problems=(403, 409, 413),
    )
    def authorize(call: Call) -> Answer:
        """Decide whether so much may be taken, and hold it; the same asking again gets the same answer."""
        body: AuthorizationRequest = call.body
        asked = Asked(body.id, body.sale, _account(body), body.amount)
        return Answer(office.authorizations.ask(call.caller, asked, office.now()), 201)

    @api.route(
        "GET",
        "/api/authorizations/<id>",
        access=REGISTER,
        ok={200: AuthorizationAnswer},
        problems=(403, 404),
    )
    def show_authorization(call: Call, id: str) -> dict[str, Any]:
        """What was answered, for a register whose answer was lost."""
        return office.authorizations.get(call.caller, id, office.now())

    @api.route(
        "POST",
        "/api/authorizations/<id>/release",
        access=REGISTER,
        body=Nothing,
        ok={200: AuthorizationAnswer},
        problems=(403, 413),
    )
    def release_authorization(call: Call, id: str) -> dict[str, Any]:
        """Let go of what was held; an asking under this id that comes later holds nothing."""
        return office.authorizations.release(call.caller, id, office.now())


def _account(body: AuthorizationRequest) -> Account:
    is_card = body.kind == GIFT_CARD
    named, other = (body.card, body.customer) if is_card else (body.customer, body.card)
    if named is None or other is not None:
        wanted = "a gift card names its card" if is_card else f"{body.kind} names its customer"
        raise Refused("body-invalid", f"{wanted} and nothing else")
    return Account(body.kind, named)
