"""The fleet as a page shows it, and who did what."""

from __future__ import annotations

from typing import Any

from poscore.http import Api, Call
from server_push.office import Office
from server_push.registers.operators import READ_AUDIT, READ_ROLLOUTS
from server_push.web import fleet_models as models


def add_fleet_routes(api: Api, office: Office) -> None:
    @api.route("GET", "/api/fleet", access=READ_ROLLOUTS, ok={200: models.FleetAnswer}, problems=(403,))
    def show_fleet(_: Call) -> dict[str, Any]:
        """Counts by condition, and every store with its registers, the worst first."""
        return office.fleet_view.all(office.now())

    @api.route(
        "GET",
        "/api/fleet/<register>",
        access=READ_ROLLOUTS,
        ok={200: models.FleetRegisterWhole},
        problems=(403, 404),
    )
    def show_register(_: Call, register: str) -> dict[str, Any]:
        """A register with its inventory, and what was sent to it."""
        return office.fleet_view.one(register, office.now())

    @api.route(
        "GET", "/api/audit", access=READ_AUDIT, query=models.AuditQuery, ok={200: models.AuditPage}, problems=(403,)
    )
    def show_audit(call: Call) -> dict[str, Any]:
        """Who did what, the newest first."""
        asked = call.query
        found = office.audit.list(None if asked.after is None else int(asked.after), asked.about, asked.limit + 1)
        shown = found[: asked.limit]
        return {"items": shown, "next": str(shown[-1]["n"]) if len(found) > len(shown) else None}
