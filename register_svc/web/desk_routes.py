"""/session, /offline."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from poscore.http import Answer, Api, Call, Model
from poscore.http.models import NonEmpty, Text
from poscore.roles import MODE
from register_svc.register import Register
from register_svc.web.views import OfflineView, SessionView, WhoView


class SignIn(Model):
    cashier: NonEmpty
    pin: Annotated[str, Field(min_length=1, max_length=64)]


class SetOffline(Model):
    offline: bool
    reason: Text | None = None


def add_session_routes(api: Api, register: Register) -> None:
    @api.route("POST", "/session", body=SignIn, ok={201: SessionView}, problems=(401, 429, 503))
    def sign_in(call: Call) -> Answer:
        """Sign in with number and PIN."""
        return Answer(register.sessions.sign_in(call.body.cashier, call.body.pin), 201)

    @api.route("GET", "/session", access="session", ok={200: WhoView})
    def show_session(call: Call) -> dict[str, Any]:
        """Who is signed in with this token."""
        return register.sessions.show(call.caller)

    @api.route("DELETE", "/session", access="locked-session", ok={200: None})
    def sign_out(call: Call) -> dict[str, Any]:
        """Sign out; open sales, shift and mode stay."""
        register.sessions.sign_out(call.caller)
        return {}


def add_mode_routes(api: Api, register: Register) -> None:
    @api.route("GET", "/offline", ok={200: OfflineView})
    def show_mode(_: Call) -> dict[str, Any]:
        """ONLINE or OFFLINE, and what waits to be returned."""
        return register.link.state()

    @api.route("PUT", "/offline", access="session", body=SetOffline, ok={200: OfflineView}, problems=(403, 409))
    def set_mode(call: Call) -> dict[str, Any]:
        """Go OFFLINE (always) or back ONLINE (when head office answers)."""
        call.caller.must(MODE)
        by = call.caller.cashier or "register"
        if call.body.offline:
            register.link.go_offline(by, call.body.reason)
        else:
            register.link.go_online(by)
        return register.link.state()
