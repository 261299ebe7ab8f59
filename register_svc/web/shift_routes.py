"""/shifts, /cash-movements, /drawer."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from poscore.http import Answer, Api, Call, Model
from poscore.http.models import NonEmpty, Positive, Whole
from poscore.roles import REPORT_X, REPORT_Z
from register_svc.checkout.shifts import Report, Shifts
from register_svc.register import Register
from register_svc.till.cash_count import CashCount, sum_of
from register_svc.web.views import InLanguage, Language, kept_answer


class OpenShift(Model):
    opening_float: Whole


Denominations = dict[Annotated[str, Field(pattern=r"^[0-9]{1,6}$")], Whole]


class CountPieces(Model):
    denominations: Denominations


class CountedCash(Model):
    cash: Whole
    denominations: Denominations | None = None


class CloseShift(Model):
    counted: CountedCash
    leave_in_drawer: Whole | None = None
    reason: NonEmpty | None = None


class PrintReport(Model):
    language: Language | None = None


class MoveCash(Model):
    kind: Literal["in", "out", "drop"]
    amount: Positive
    reason: NonEmpty


class OpenDrawer(Model):
    reason: NonEmpty


def add_shift_routes(api: Api, register: Register) -> None:
    _add_shifts(api, register.shifts)
    _add_reports(api, register.shifts)
    _add_drawer(api, register.shifts)


def _add_shifts(api: Api, shifts: Shifts) -> None:
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

    @api.route("GET", "/shifts/next", access="session", ok={200: None})
    def next_shift(_: Call) -> dict[str, Any]:
        """The float to open the next shift with: what the last one left in the drawer, or null."""
        return shifts.next()

    @api.route("POST", "/shifts/count", access="session", body=CountPieces, ok={200: None}, idempotent=True)
    def count_pieces(call: Call) -> dict[str, Any]:
        """What so many notes and coins come to; changes nothing."""
        return {"cash": sum_of(call.body.denominations)}

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
        body: CloseShift = call.body
        count = CashCount(body.counted.cash, body.counted.denominations, body.leave_in_drawer, body.reason)
        return kept_answer(shifts.close(call.caller, count, call.idempotency))


def _add_reports(api: Api, shifts: Shifts) -> None:
    @api.route("GET", "/shifts/current/report", access="session", query=InLanguage, ok={200: None}, problems=(403, 409))
    def x_report(call: Call) -> dict[str, Any]:
        """The X report of the open shift."""
        call.caller.must(REPORT_X)
        return shifts.x_report(call.caller, call.query.language)

    @api.route(
        "GET", "/shifts/<int:no>/report", access="session", query=InLanguage, ok={200: None}, problems=(403, 404)
    )
    def z_report(call: Call, no: int) -> dict[str, Any]:
        """The Z report of a closed shift."""
        call.caller.must(REPORT_Z)
        return shifts.z_report(no, call.query.language)

    @api.route(
        "POST",
        "/shifts/current/report/print",
        access="session",
        body=PrintReport,
        ok={201: None},
        problems=(403, 409),
        idempotent=True,
    )
    def print_x_report(call: Call) -> Answer:
        """The X report on paper; it is journalled."""
        return kept_answer(shifts.print_report(call.caller, Report(None, call.body.language), call.idempotency))

    @api.route(
        "POST",
        "/shifts/<int:no>/report/print",
        access="session",
        body=PrintReport,
        ok={201: None},
        problems=(403, 404),
        idempotent=True,
    )
    def print_z_report(call: Call, no: int) -> Answer:
        """A Z report on paper; it is journalled."""
        return kept_answer(shifts.print_report(call.caller, Report(no, call.body.language), call.idempotency))


def _add_drawer(api: Api, shifts: Shifts) -> None:
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
