"""/session/override, /session/unlock, /session/pin, /session/training, /reasons: people, and why they did it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from poscore.http import Answer, Api, Call, Model
from poscore.http.models import NonEmpty
from register_svc.register import Register
from register_svc.till.reasons import offered
from register_svc.web.views import OverrideView, PinChangedView, ReasonList, WhoView

Pin = Annotated[str, Field(min_length=1, max_length=64)]


class AskLeave(Model):
    cashier: NonEmpty
    pin: Pin
    permission: NonEmpty


class Unlock(Model):
    pin: Pin


class ChangePin(Model):
    old: Pin
    new: Pin


class SetTraining(Model):
    on: bool


class ReasonsQuery(Model):
    purpose: Literal["discount", "price", "void", "return", "drawer", "cash"] = Field(alias="for")


def add_people_routes(api: Api, register: Register) -> None:
    sessions = register.sessions

    @api.route(
        "POST",
        "/session/override",
        access="session",
        body=AskLeave,
        ok={201: OverrideView},
        problems=(403, 429, 503),
    )
    def give_leave(call: Call) -> Answer:
        """Leave for one action, by the PIN of somebody who may; the token goes into the header Override."""
        body: AskLeave = call.body
        return Answer(sessions.give_leave(call.caller, body.cashier, body.pin, body.permission), 201)

    @api.route("POST", "/session/unlock", access="locked-session", body=Unlock, ok={200: WhoView}, problems=(429, 503))
    def unlock(call: Call) -> dict[str, Any]:
        """Go on after the register locked itself, by the session's own PIN."""
        return sessions.unlock(call.caller, call.body.pin)

    @api.route("POST", "/session/pin", access="session", body=ChangePin, ok={200: PinChangedView}, problems=(429, 503))
    def change_pin(call: Call) -> dict[str, Any]:
        """Change the own PIN; it holds here at once, in the store once it has come home."""
        return sessions.change_pin(call.caller, call.body.old, call.body.new)

    @api.route("PUT", "/session/training", access="session", body=SetTraining, ok={200: WhoView}, problems=(403,))
    def set_training(call: Call) -> dict[str, Any]:
        """Begin or end training: what is started meanwhile is training."""
        return sessions.train(call.caller, call.body.on)

    @api.route("GET", "/reasons", access="session", query=ReasonsQuery, ok={200: ReasonList})
    def list_reasons(call: Call) -> dict[str, Any]:
        """The reasons that the shop offers for a discount, a price, a return and so on."""
        return offered(register.desk.rules(), call.query.purpose)
