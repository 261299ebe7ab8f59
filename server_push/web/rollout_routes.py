"""Rollouts and the schedule for operators."""

from __future__ import annotations

from typing import Any

from poscore.http import Answer, Api, Call
from server_push.fleet.fleet import Order
from server_push.office import Office
from server_push.registers.answers import Once
from server_push.registers.operators import READ_ROLLOUTS, WRITE_ROLLOUTS
from server_push.web import fleet_models as models


def add_rollout_routes(api: Api, office: Office) -> None:
    @api.route(
        "POST",
        "/api/rollouts",
        access=WRITE_ROLLOUTS,
        body=models.RolloutWanted,
        ok={201: models.RolloutBegun},
        problems=(403, 404, 409, 413),
        idempotent=True,
    )
    def begin(call: Call) -> Answer:
        """Bring registers their stores' newest data, in groups; superseding what older rollouts still had to bring."""
        wanted, who = call.body, call.caller.name
        order = Order("api", who, wanted.plan())
        kept = office.distribution.begin(wanted.whom(), order, Once(who, call.idempotency), office.now())
        return Answer(kept.body, kept.status)

    @api.route(
        "GET",
        "/api/rollouts",
        access=READ_ROLLOUTS,
        query=models.RolloutQuery,
        ok={200: models.RolloutPage},
        problems=(403,),
    )
    def list_rollouts(call: Call) -> dict[str, Any]:
        """The newest first."""
        asked = call.query
        found = office.rollouts.list(asked.limit + 1, asked.after, asked.store)
        shown = found[: asked.limit]
        more = len(found) > len(shown)
        return {"items": [one.to_wire() for one in shown], "next": shown[-1].started_at if more else None}

    @api.route(
        "GET", "/api/rollouts/<rollout>", access=READ_ROLLOUTS, ok={200: models.RolloutView}, problems=(403, 404)
    )
    def show(_: Call, rollout: str) -> dict[str, Any]:
        """A rollout with its groups and every register."""
        return office.rollouts.show(rollout)

    _add_acts(api, office)

    @api.route("GET", "/api/schedule", access=READ_ROLLOUTS, ok={200: models.ScheduleView}, problems=(403,))
    def show_schedule(_: Call) -> dict[str, Any]:
        """When the nightly distribution runs, the next run, and the last ones: begun or missed."""
        return office.schedules.show(office.now())

    @api.route(
        "PUT",
        "/api/schedule",
        access=WRITE_ROLLOUTS,
        body=models.ScheduleWanted,
        ok={200: models.ScheduleView},
        problems=(403, 409, 413),
    )
    def set_schedule(call: Call) -> dict[str, Any]:
        """Set when it runs, from now on."""
        office.schedules.set(call.body.schedule(), call.caller.name, office.now())
        return office.schedules.show(office.now())


def _add_acts(api: Api, office: Office) -> None:
    acts = {
        "pause": (office.rollouts.pause, "Begin nothing more; what is on its way arrives."),
        "resume": (office.rollouts.resume, "Go on; what had stopped it is taken for seen."),
        "cancel": (office.rollouts.cancel, "End it: who has not begun gets nothing of it."),
        "retry": (office.rollouts.retry, "Try again whoever failed, went back or was not reached."),
    }
    for name, (act, meaning) in acts.items():

        def carry_out(call: Call, rollout: str, act: Any = act) -> dict[str, Any]:
            act(rollout, call.caller.name, office.now())
            office.distribution.wake()
            return office.rollouts.show(rollout)

        carry_out.__doc__ = meaning
        api.route(
            "POST",
            f"/api/rollouts/<rollout>/{name}",
            access=WRITE_ROLLOUTS,
            ok={200: models.RolloutView},
            problems=(403, 404, 409, 413),
        )(carry_out)
