"""Posting runs, their invoices and the reports of days."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Response, request
from pydantic import Field

from poscore.errors import Refused
from poscore.http import Answer, Api, Call, Model
from poscore.http.models import Positive
from server_push.office import Office
from server_push.posting.invoices import WhichInvoices
from server_push.registers.operators import READ_INVOICES, READ_POSTING, RUN_POSTING
from server_push.web.models import Day, EmptyIsNone, Id, Instant, checked_day

JSON, PDF, XML = "application/json", "application/pdf", "application/xml"

_Number = Annotated[str, Field(pattern=r"^[0-9]{1,15}$")]
_Kind = Annotated[str, Field(pattern=r"^(invoice|credit-note)$")]
_Customer = Annotated[str, Field(max_length=64)]
_Limit = Annotated[int, Field(ge=1, le=1000)]


class PostingRequest(Model):
    """`dry_run`: say what would be marked, and write nothing."""

    dry_run: bool = False


class PostingRun(Model):
    """`frozen`: counts and cents as marked; null before. `difference`: why it failed."""

    id: str
    state: str
    dry_run: bool
    started_by: str
    started_at: Instant
    ended_at: Instant | None
    invoice_date: Day
    per: str
    after_arrival: int
    last_arrival: int
    frozen: dict[str, Any] | None
    difference: str | None


class PostingRunShown(PostingRun):
    """`made`: counts and cents summed anew from what the run made. `events`: its log."""

    made: dict[str, Any]
    events: list[dict[str, Any]]


class DryRun(Model):
    dry_run: bool
    frozen: dict[str, Any]


class PostingRunPage(Model):
    items: list[PostingRun]
    next: str | None


class RunQuery(Model):
    after: Annotated[_Number | None, EmptyIsNone] = None
    limit: _Limit = 100


class InvoicePage(Model):
    """Each item is an invoice's document without its lines."""

    items: list[dict[str, Any]]
    next: str | None


class InvoiceQuery(Model):
    """`from` and `to`: of the invoice date, both inclusive. `sale`: a receipt's number."""

    customer: Annotated[_Customer | None, EmptyIsNone] = None
    run: Annotated[_Number | None, EmptyIsNone] = None
    kind: Annotated[_Kind | None, EmptyIsNone] = None
    sale: Annotated[_Customer | None, EmptyIsNone] = None
    first: Annotated[Day | None, EmptyIsNone, Field(alias="from")] = None
    last: Annotated[Day | None, EmptyIsNone, Field(alias="to")] = None
    after: Annotated[_Number | None, EmptyIsNone] = None
    limit: _Limit = 100


class DayReportQuery(Model):
    store: Annotated[Id | None, EmptyIsNone] = None


class DayReport(Model):
    """`supplement`: 0 is the report of the day, later ones add what came home afterwards."""

    store: Id
    business_day: Day
    run: Positive
    supplement: int
    posted_at: Instant
    sales: int
    total: int
    rounding: int
    by_tender: dict[str, int]
    by_vat: list[dict[str, int]]


class DayReports(Model):
    items: list[DayReport]
    next: None


def add_posting_routes(api: Api, office: Office) -> None:
    @api.route(
        "POST",
        "/api/posting-runs",
        access=RUN_POSTING,
        body=PostingRequest,
        ok={200: DryRun, 201: PostingRunShown},
        problems=(403, 409, 413),
        idempotent=True,
    )
    def post(call: Call) -> Answer:
        """Post what has come home; a run that was cut short is gone on with."""
        if call.body.dry_run:
            return Answer(office.posting_runs.look())
        return Answer(office.posting_runs.post(office.asking(call.caller.name, call.idempotency)), 201)

    @api.route(
        "GET", "/api/posting-runs", access=READ_POSTING, query=RunQuery, ok={200: PostingRunPage}, problems=(403,)
    )
    def list_runs(call: Call) -> dict[str, Any]:
        """Posting runs, the newest first."""
        asked: RunQuery = call.query
        return office.posting_runs.list(None if asked.after is None else int(asked.after), asked.limit)

    @api.route("GET", "/api/posting-runs/<id>", access=READ_POSTING, ok={200: PostingRunShown}, problems=(403, 404))
    def show_run(_: Call, id: str) -> dict[str, Any]:
        """A posting run with what it made and its log."""
        return office.posting_runs.show(_number(id, "posting-run-not-found", "posting run"))

    @api.route(
        "GET",
        "/api/day-reports/<business_day>",
        access=READ_POSTING,
        query=DayReportQuery,
        ok={200: DayReports},
        problems=(403, 422),
    )
    def show_day(call: Call, business_day: str) -> dict[str, Any]:
        """The posted reports of a day, with their supplements."""
        return {"items": office.day_reports.of(checked_day(business_day), call.query.store), "next": None}

    @api.route(
        "GET", "/api/invoices", access=READ_INVOICES, query=InvoiceQuery, ok={200: InvoicePage}, problems=(403, 422)
    )
    def list_invoices(call: Call) -> dict[str, Any]:
        """Invoices and credit notes by number, without their lines."""
        asked: InvoiceQuery = call.query
        days = [None if day is None else checked_day(day) for day in (asked.first, asked.last)]
        run = None if asked.run is None else int(asked.run)
        which = WhichInvoices(asked.customer, run, asked.kind, asked.sale, *days)
        return office.invoices.list(which, int(asked.after or 0), asked.limit)

    @api.route("GET", "/api/invoices/<no>", access=READ_INVOICES, ok={200: None}, problems=(403, 404, 406))
    def show_invoice(_: Call, no: str) -> Any:
        """One invoice: JSON, or by Accept as PDF (application/pdf) or as UBL (application/xml)."""
        number = _number(no, "invoice-not-found", "invoice")
        wanted = request.accept_mimetypes.best_match([JSON, PDF, XML]) if request.accept_mimetypes else JSON
        if wanted == JSON:
            return Answer(office.invoices.get(number), headers={"Vary": "Accept"})
        if wanted is None:
            raise Refused("not-acceptable", f"an invoice comes as {JSON}, {PDF} or {XML}")
        made = office.invoice_pdf(number) if wanted == PDF else office.invoice_xml(number)
        return Response(made, mimetype=wanted, headers={"Vary": "Accept"})


def _number(text: str, code: str, what: str) -> int:
    """Raises Refused with `code`: what has another form is not there."""
    if text.isascii() and text.isdigit() and len(text) <= 15:
        return int(text)
    raise Refused(code, f"there is no {what} {text[:40]!r}")
