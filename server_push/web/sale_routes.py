"""What came home, for operators and ERPs: sales, sums of days, what is set aside, and what was odd about it."""

from __future__ import annotations

from typing import Any

from poscore.http import Answer, Api, Call
from poscore.idempotency import Kept
from server_push.intake.entries import OPEN
from server_push.intake.incidents import WhichIncidents
from server_push.intake.repairs import Repair
from server_push.intake.sales import Which
from server_push.office import Office
from server_push.registers.operators import READ_QUARANTINE, READ_SALES, SETTLE_QUARANTINE
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
        """Records that were set aside, as they came: those that wait for a person, or those of another state."""
        asked: models.QuarantineQuery = call.query
        state = None if asked.state == "all" else asked.state or OPEN
        page = office.sales.quarantined(_which(asked), state, int(asked.after or 0), asked.limit)
        return {"items": page.items, "next": page.next}

    @api.route(
        "GET",
        "/api/quarantine/<id>",
        access=READ_QUARANTINE,
        ok={200: models.QuarantineView},
        problems=(403, 404),
    )
    def show_quarantined(_: Call, id: str) -> dict[str, Any]:
        """One of them, with what persons made of it."""
        return office.repairs.show(id)

    @api.route(
        "POST",
        "/api/quarantine/<id>/repair",
        access=SETTLE_QUARANTINE,
        body=models.RepairRequest,
        ok={200: models.Settled},
        problems=(403, 404, 409, 413, 422),
        idempotent=True,
    )
    def repair(call: Call, id: str) -> Answer:
        """Put a record right, as a new version beside it; without a change it is judged again as it is."""
        said: models.RepairRequest = call.body
        if said.business_day is not None:
            models.checked_day(said.business_day)
        wanted = Repair(said.reason, said.sale, said.body, said.type, said.business_day)
        return _kept(office.repairs.repair(office.asking(call.caller.name, call.idempotency), id, wanted))

    @api.route(
        "POST",
        "/api/quarantine/<id>/reject",
        access=SETTLE_QUARANTINE,
        body=models.ReasonRequest,
        ok={200: models.Settled},
        problems=(403, 404, 409, 413, 422),
        idempotent=True,
    )
    def reject(call: Call, id: str) -> Answer:
        """Say that a record counts for nothing; its bytes stay."""
        asking = office.asking(call.caller.name, call.idempotency)
        return _kept(office.repairs.reject(asking, id, call.body.reason))

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
        which = WhichIncidents(asked.store, asked.register, asked.epoch, asked.kind, asked.state)
        page = office.incidents.list(which, int(asked.after or 0), asked.limit)
        return {"items": page.items, "next": page.next}

    @api.route(
        "POST",
        "/api/incidents/<id>/close",
        access=SETTLE_QUARANTINE,
        body=models.ReasonRequest,
        ok={200: models.IncidentView},
        problems=(403, 404, 409, 413, 422),
        idempotent=True,
    )
    def close_incident(call: Call, id: str) -> Answer:
        """Say why nothing is left to be done about an incident."""
        asking = office.asking(call.caller.name, call.idempotency)
        return _kept(office.incidents.close(asking, id, call.body.reason))


def _kept(kept: Kept) -> Answer:
    return Answer(kept.body, kept.status)


def _which(asked: models.SummaryQuery) -> Which:
    if asked.business_day is not None:
        models.checked_day(asked.business_day)
    training = asked.training if isinstance(asked, models.SaleQuery) else None
    return Which(asked.store, asked.register, asked.business_day, bool(training))
