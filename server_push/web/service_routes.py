"""Whether the service lives, is ready, and its figures: open, and without a name or an amount."""

from __future__ import annotations

from typing import Literal

from flask import Response

from poscore.errors import Fault
from poscore.http import Answer, Api, Call, Model
from server_push.office import Office
from server_push.registers.registers import ENROLLED
from server_push.web.metrics import CONTENT_TYPE, Metrics


class Alive(Model):
    status: Literal["pass"]


class Readiness(Model):
    """`missing`: what keeps head office from its work."""

    status: Literal["pass", "fail"]
    missing: list[str]


def add_service_routes(api: Api, office: Office, metrics: Metrics) -> None:
    @api.route("GET", "/livez", ok={200: Alive})
    def alive(_: Call) -> dict[str, str]:
        """Whether the process answers."""
        return {"status": "pass"}

    @api.route("GET", "/readyz", ok={200: Readiness, 503: Readiness})
    def ready(_: Call) -> Answer:
        """Whether records can come home: the database answers."""
        try:
            office.check()
        except Fault as error:
            return Answer({"status": "fail", "missing": [error.code]}, 503)
        return Answer({"status": "pass", "missing": []})

    @api.route("GET", "/metrics", ok={200: None})
    def show_metrics(_: Call) -> Response:
        """Figures for a monitoring system."""
        counts = office.sales.counts()
        enrolled = sum(register.state == ENROLLED for register in office.registers.list())
        text = metrics.as_text(counts["quarantined"], counts["incidents"], enrolled)
        return Response(text, content_type=CONTENT_TYPE)
