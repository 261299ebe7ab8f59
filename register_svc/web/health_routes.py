"""/livez, /readyz, /health, /metrics: on both listeners, open, and without a customer, a cashier or an amount."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from flask import Response
from pydantic import Field

from poscore.http import Answer, Api, Call, Model
from register_svc.health import Health
from register_svc.metrics import CONTENT_TYPE


class Alive(Model):
    status: Literal["pass"]


class Readiness(Model):
    """`missing`: names of the checks that keep this register from selling."""

    status: Literal["pass", "fail"]
    missing: list[str]


class CheckView(Model):
    name: str
    status: Literal["pass", "warn", "fail"]
    value: Any
    since: str | None
    hint: str | None


class HealthView(Model):
    status: Literal["pass", "warn", "fail"]
    register_id: Annotated[str, Field(alias="register")]  # the wire's name is taken by a base class
    version: str
    mode: Literal["ONLINE", "OFFLINE"]
    checks: list[CheckView]


def add_health_routes(api: Api, health: Health) -> None:
    @api.route("GET", "/livez", ok={200: Alive})
    def alive(_: Call) -> Answer:
        """Whether the process answers."""
        return Answer(b'{"status":"pass"}')

    @api.route("GET", "/readyz", ok={200: Readiness, 503: Readiness})
    def ready(_: Call) -> Answer:
        """Whether this register can sell; being OFFLINE does not keep it from that."""
        missing = health.missing_to_sell()
        return Answer({"status": "fail" if missing else "pass", "missing": missing}, 503 if missing else 200)

    @api.route("GET", "/health", ok={200: HealthView})
    def show_health(_: Call) -> Answer:
        """Every check, made in the background every two seconds."""
        return Answer(health.as_bytes())

    @api.route("GET", "/metrics", ok={200: None})
    def show_metrics(_: Call) -> Response:
        """Figures for a monitoring system."""
        return Response(health.metrics.as_text(), content_type=CONTENT_TYPE)
