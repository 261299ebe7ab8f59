"""What the books say: days matched against Z reports, periods closed, sums by what one asks for, POSLog."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Response, request
from pydantic import Field

from poscore.errors import Refused
from poscore.http import Answer, Api, Call, Model
from poscore.http.models import Positive
from server_push.office import Office
from server_push.registers.operators import CLOSE_PERIODS, READ_REPORTS
from server_push.reports.sums import Range, as_csv
from server_push.web.models import Day, EmptyIsNone, Id, Instant, Reason, checked_day

JSON, CSV, XML = "application/json", "text/csv", "application/xml"


class StoreQuery(Model):
    store: Annotated[Id | None, EmptyIsNone] = None


class Matched(Model):
    """`state`: matches, differs, open or no-z. Sums as in /api/sales/summary."""

    store: Id
    register: Id
    business_day: Day
    state: str
    shifts: int
    head_office: dict[str, Any]
    z_reports: dict[str, Any]
    differences: list[str]


class MatchedPage(Model):
    items: list[Matched]
    next: None


class BlockerView(Model):
    kind: str
    store: Id
    register: Id | None
    detail: str


class Period(Model):
    """`blockers`: what is in the way; of a closed one what was, and `reason` of whoever signed for it."""

    store: Id
    period: str
    closed: bool
    closed_at: Instant | None
    closed_by: str | None
    reason: str | None
    blockers: list[BlockerView]


class PeriodPage(Model):
    items: list[Period]
    next: None


class ClosedPeriods(Model):
    period: str
    items: list[Period]


class CloseRequest(Model):
    """`sign`: the reason of a person who closes though something is in the way."""

    store: Id | None = None
    sign: Reason | None = None


class ReportQuery(Model):
    """Business days, both inclusive; one day when `to` is left away. `format`: json or csv, over Accept."""

    first: Annotated[Day, Field(alias="from")]
    last: Annotated[Day | None, Field(alias="to"), EmptyIsNone] = None
    store: Annotated[Id | None, EmptyIsNone] = None
    register: Annotated[Id | None, EmptyIsNone] = None
    format: Annotated[str | None, Field(pattern=r"^(json|csv)$"), EmptyIsNone] = None


class ReportItem(Model):
    """What there is of it depends on the report."""

    key: str
    sales: int | None = None
    returns: int | None = None
    lines: Positive | None = None
    total: int
    rounding: int | None = None
    net: int | None = None
    tax: int | None = None


class Report(Model):
    by: str
    first: Annotated[Day, Field(alias="from")]
    last: Annotated[Day, Field(alias="to")]
    items: list[ReportItem]


def add_report_routes(api: Api, office: Office) -> None:
    @api.route(
        "GET",
        "/api/matching/<business_day>",
        access=READ_REPORTS,
        query=StoreQuery,
        ok={200: MatchedPage},
        problems=(403, 422),
    )
    def match(call: Call, business_day: str) -> dict[str, Any]:
        """A day as head office has it against the Z reports, register by register."""
        return {"items": office.matching.of_day(checked_day(business_day), call.query.store), "next": None}

    @api.route(
        "GET",
        "/api/periods/<period>",
        access=READ_REPORTS,
        query=StoreQuery,
        ok={200: PeriodPage},
        problems=(403, 404, 422),
    )
    def show_period(call: Call, period: str) -> dict[str, Any]:
        """A business day or month: closed by whom, or what is in the way."""
        return {"items": office.closings.show(period, call.query.store), "next": None}

    @api.route(
        "POST",
        "/api/periods/<period>/close",
        access=CLOSE_PERIODS,
        body=CloseRequest,
        ok={200: ClosedPeriods},
        problems=(403, 404, 409, 413, 422),
        idempotent=True,
    )
    def close_period(call: Call, period: str) -> Answer:
        """Close a business day or month; with a signature also though something is in the way."""
        said: CloseRequest = call.body
        asking = office.asking(call.caller.name, call.idempotency)
        kept = office.closings.close(asking, period, said.store, said.sign)
        return Answer(kept.body, kept.status)

    @api.route(
        "GET", "/api/reports/<by>", access=READ_REPORTS, query=ReportQuery, ok={200: Report}, problems=(403, 404, 422)
    )
    def report(call: Call, by: str) -> Any:
        """Sums by day, store, register, cashier, tender, vat, department or hour; CSV by Accept or `format`."""
        asked: ReportQuery = call.query
        first = checked_day(asked.first)
        made = office.reports.by(by, Range(first, checked_day(asked.last or first), asked.store, asked.register))
        if (asked.format or _wanted()) == "csv":
            name = f'attachment; filename="{by}-{made["from"]}-{made["to"]}.csv"'
            return Response(as_csv(made), content_type=f"{CSV}; charset=utf-8", headers={"Content-Disposition": name})
        return made

    @api.route(
        "GET",
        "/api/poslog/<business_day>",
        access=READ_REPORTS,
        query=StoreQuery,
        ok={200: None},
        problems=(403, 422),
    )
    def poslog(call: Call, business_day: str) -> Response:
        """A business day as POSLog 6 (XML)."""
        return Response(office.poslog.of_day(checked_day(business_day), call.query.store), mimetype=XML)


def _wanted() -> str:
    """What Accept asks for. Raises Refused `not-acceptable`."""
    if not request.accept_mimetypes:
        return "json"
    wanted = request.accept_mimetypes.best_match([JSON, CSV])
    if wanted is None:
        raise Refused("not-acceptable", f"a report comes as {JSON} or {CSV}")
    return "csv" if wanted == CSV else "json"
