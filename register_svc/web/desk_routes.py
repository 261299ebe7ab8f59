"""/session, /shifts, /cash-movements, /drawer, /offline."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from poscore.http import Answer, Api, Call, Model
from poscore.http.models import NonEmpty, Positive, Text, Whole
from register_svc.checkout.shifts import Counted
from register_svc.register import Register
from register_svc.till.people import MODE
from register_svc.web.views import OfflineView, SessionView, kept_answer


class SignIn(Model):
    cashier: NonEmpty
    pin: Annotated[str, Field(min_length=1, max_length=64)]


class OpenShift(Model):
    opening_float: Whole


class CountedCash(Model):
    cash: Whole
    denominations: dict[Annotated[str, Field(pattern=r"^[0-9]{1,6}$")], Whole] | None = None


class CloseShift(Model):
    counted: CountedCash


class MoveCash(Model):
    kind: Literal["in", "out", "drop"]
    amount: Positive
    reason: NonEmpty


class OpenDrawer(Model):
    reason: NonEmpty


class SetOffline(Model):
    offline: bool
    reason: Text | None = None


def add_session_routes(api: Api, register: Register) -> None:
    @api.route("POST", "/session", body=SignIn, ok={201: SessionView}, problems=(401, 429, 503))
    def sign_in(call: Call) -> Answer:
        """Sign in with number and PIN."""
        return Answer(register.sessions.sign_in(call.body.cashier, call.body.pin), 201)

    @api.route("GET", "/session", access="session", ok={200: None})
    def show_session(call: Call) -> dict[str, Any]:
        """Who is signed in with this token."""
        session = call.caller
        return {
            "cashier": session.cashier,
            "name": session.name,
            "role": session.role,
            "permissions": sorted(session.permissions),
        }

    @api.route("DELETE", "/session", access="session", ok={200: None})
    def sign_out(call: Call) -> dict[str, Any]:
        """Sign out; open sales, shift and mode stay."""
        register.sessions.sign_out(call.caller)
        return {}


def add_shift_routes(api: Api, register: Register) -> None:
    shifts = register.shifts

    @api.route(
        "POST", "/shifts", access="session", body=OpenShift, ok={201: None}, problems=(403, 409), idempotent=True
    )
    def open_shift(call: Call) -> Answer:
        """Open a shift with the float in the drawer."""
        return kept_answer(shifts.open(call.caller, call.body.opening_float, call.idempotency))

    @api.route("GET", "/shifts/current", access="session", ok={200: None}, problems=(409,))
    def current_shift(_: Call) -> dict[str, Any]:
        """The open shift."""
        return shifts.current()

    @api.route(
        "POST",
        "/shifts/current/close",
        access="session",
        body=CloseShift,
        ok={200: None},
        problems=(403, 409),
        idempotent=True,
    )
    def close_shift(call: Call) -> Answer:
        """Close the shift with the money counted; answers the Z report."""
        counted: CountedCash = call.body.counted
        return kept_answer(shifts.close(call.caller, Counted(counted.cash, counted.denominations), call.idempotency))

    @api.route("GET", "/shifts/current/report", access="session", ok={200: None}, problems=(409,))
    def x_report(_: Call) -> dict[str, Any]:
        """The X report of the open shift."""
        return shifts.x_report()

    @api.route("GET", "/shifts/<int:no>/report", access="session", ok={200: None}, problems=(404,))
    def z_report(_: Call, no: int) -> dict[str, Any]:
        """The Z report of a closed shift."""
        return shifts.z_report(no)

    @api.route(
        "POST", "/cash-movements", access="session", body=MoveCash, ok={201: None}, problems=(403, 409), idempotent=True
    )
    def move_cash(call: Call) -> Answer:
        """Money put into or taken out of the drawer."""
        body: MoveCash = call.body
        return kept_answer(shifts.move_cash(call.caller, body.kind, body.amount, body.reason, call.idempotency))

    @api.route(
        "POST", "/drawer/open", access="session", body=OpenDrawer, ok={201: None}, problems=(403, 409), idempotent=True
    )
    def open_drawer(call: Call) -> Answer:
        """Open the drawer without a sale; the reason is journalled."""
        return kept_answer(shifts.open_drawer(call.caller, call.body.reason, call.idempotency))


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
