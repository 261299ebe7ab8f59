"""Accounts for operators and ERPs: how they stand, what is entered by hand, what a person should look at."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from poscore.http import Answer, Api, Call, Model
from poscore.http.models import NonEmpty
from poscore.money import MAX_CENTS
from server_push.accounts.accounts import ByHand
from server_push.accounts.ledgers import Account
from server_push.office import Office
from server_push.registers.operators import READ_ACCOUNTS, WRITE_ACCOUNTS
from server_push.web.models import Day, EmptyIsNone, Id, Instant

_Place = Annotated[str, Field(pattern=r"^[0-9]{1,18}$")]
_Cents = Annotated[int, Field(ge=-MAX_CENTS, le=MAX_CENTS)]


class PageQuery(Model):
    after: Annotated[_Place | None, EmptyIsNone] = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 1000


class FlaggedQuery(Model):
    kind: Annotated[Literal["over-limit", "without-authorization", "without-customer"] | None, EmptyIsNone] = None
    after: Annotated[_Place | None, EmptyIsNone] = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


class NewEntry(Model):
    """`amount` in cents: above 0 for a payment and a grant; a correction adds it to what is owed, and says why."""

    kind: Literal["payment", "grant", "correction"]
    amount: _Cents
    business_day: Day
    reason: NonEmpty | None = None


class EntryView(Model):
    """`amount`: above 0 when more is owed. `balance`, `limit`: as they were with it. `at`: when head office had it."""

    kind: Literal["sale", "return", "payment", "grant", "correction"]
    amount: int
    balance: int
    limit: int | None
    ledger: str
    holder: str | None
    business_day: Day
    at: Instant
    store: Id | None
    register: Id | None
    receipt_no: str | None
    id: str | None
    offline: bool
    cashier: str | None
    authorization: str | None
    flags: list[str]
    reason: str | None
    entered_by: str | None


class HoldView(Model):
    id: str
    register: Id
    sale: str
    amount: int
    state: str
    asked_at: Instant
    expires_at: Instant


class StandingView(Model):
    """`held`: by sales under way. `available`: what may still be taken; null without a limit."""

    balance: int
    limit: int | None
    held: int
    available: int | None


class AccountView(StandingView):
    """`balance`: the sum of all entries. `entries`: those after `after`, in their order."""

    ledger: str
    holder: str
    name: str | None
    holds: list[HoldView]
    entries: list[EntryView]
    next: str | None


class CustomerAccountView(AccountView):
    """The customer's `account`; beside it how payroll and bonus stand."""

    customer: str
    payroll: StandingView
    bonus: StandingView


class FlaggedPage(Model):
    items: list[EntryView]
    next: str | None


def add_account_routes(api: Api, office: Office) -> None:
    @api.route(
        "GET",
        "/api/customers/<id>/account",
        access=READ_ACCOUNTS,
        query=PageQuery,
        ok={200: CustomerAccountView},
        problems=(403, 404),
    )
    def show_customers_account(call: Call, id: str) -> dict[str, Any]:
        """What a customer owes on account, the limit, and every entry."""
        return office.accounts.of_customer(id, int(call.query.after or 0), call.query.limit, office.now())

    @api.route(
        "GET",
        "/api/accounts/<ledger>/<holder>",
        access=READ_ACCOUNTS,
        query=PageQuery,
        ok={200: AccountView},
        problems=(403, 404),
    )
    def show_account(call: Call, ledger: str, holder: str) -> dict[str, Any]:
        """Any account: of a customer in one ledger (account, payroll, bonus), or of a gift card."""
        account = Account(ledger, holder)
        return office.accounts.show(account, int(call.query.after or 0), call.query.limit, office.now())

    @api.route(
        "PUT",
        "/api/accounts/<ledger>/<holder>/entries/<id>",
        access=WRITE_ACCOUNTS,
        body=NewEntry,
        ok={200: EntryView, 201: EntryView},
        problems=(403, 404, 409, 413),
    )
    def enter(call: Call, ledger: str, holder: str, id: str) -> Answer:
        """Enter a payment, a grant or a correction under an id of one's own; again it changes nothing."""
        body: NewEntry = call.body
        by_hand = ByHand(id, body.kind, body.amount, body.business_day, body.reason, call.caller.name)
        entered, is_new = office.accounts.enter(Account(ledger, holder), by_hand, office.now())
        return Answer(entered, 201 if is_new else 200)

    @api.route(
        "GET", "/api/accounts/flags", access=READ_ACCOUNTS, query=FlaggedQuery, ok={200: FlaggedPage}, problems=(403,)
    )
    def list_flagged(call: Call) -> dict[str, Any]:
        """Entries that a person should look at: over the limit, without an authorisation, without a customer."""
        asked: FlaggedQuery = call.query
        return office.accounts.flagged(asked.kind, int(asked.after or 0), asked.limit)
