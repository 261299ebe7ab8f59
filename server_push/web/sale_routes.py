"""What came home, for operators and ERPs: sales, sums of days, what is set aside, and what was odd about it."""

from __future__ import annotations

from typing import Any

from poscore.http import Api, Call
from server_push.intake.incidents import WhichIncidents
from server_push.intake.sales import Which
from server_push.office import Office
from server_push.registers.operators import READ_QUARANTINE, READ_SALES
from server_push.web import models


def add_sale_routes(api: Api, office: Office) -> None:
    @api.route(
        "GET", "/api/sales", access=READ_SALES, query=models.SaleQuery, ok={200: models.SalePage}, problems=(403,)
    )
    def list_sales(call: Call) -> dict[str, Any]:
        """Sales and returns in the order of their arrival; training only when asked for."""
        page = office.sales.list(_which(call.query), int(call.query.after or 0), call.query.limit)
        return {"items": page.items, "next": page.next}

    @api.route(
        "GET",
        "/api/sales/summary",
        access=READ_SALES,
        query=models.SummaryQuery,
        ok={200: models.Summary},
        problems=(403,),
    )
    def summarise(call: Call) -> dict[str, Any]:
        """Sums over sales and returns; training is left out, what is set aside is only counted."""
        return office.sales.summary(_which(call.query))

    @api.route(
        "GET",
        "/api/quarantine",
        access=READ_QUARANTINE,
        query=models.QuarantineQuery,
        ok={200: models.QuarantinePage},
        problems=(403,),
    )
    def list_quarantine(call: Call) -> dict[str, Any]:
        """Records that wait for a person, as they came."""
        page = office.sales.quarantined(_which(call.query), int(call.query.after or 0), call.query.limit)
        return {"items": page.items, "next": page.next}

    @api.route(
        "GET",
        "/api/incidents",
        access=READ_QUARANTINE,
        query=models.IncidentQuery,
        ok={200: models.IncidentPage},
        problems=(403,),
    )
    def list_incidents(call: Call) -> dict[str, Any]:
        """What a person must know of, in the order in which it was noted: records whose number was taken, and more."""
        asked = call.query
        which = WhichIncidents(asked.store, asked.register, asked.epoch, asked.kind)
        page = office.incidents.list(which, int(asked.after or 0), asked.limit)
        return {"items": page.items, "next": page.next}


def _which(asked: models.SummaryQuery) -> Which:
    if asked.business_day is not None:
        models.checked_day(asked.business_day)
    training = asked.training if isinstance(asked, models.SaleQuery) else None
    return Which(asked.store, asked.register, asked.business_day, bool(training))
