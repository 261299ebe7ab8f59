"""What registers call: enrolment, check-in, the return of their journals; and the list of them for operators."""

from __future__ import annotations

from typing import Any

from poscore.http import Answer, Api, Call
from poscore.instants import instant_text, parse_instant
from server_push.office import Office
from server_push.registers.operators import READ_REGISTERS
from server_push.registers.registers import CheckIn
from server_push.web import models
from server_push.web.guards import REGISTER, must_be
from server_push.web.metrics import Metrics


def add_register_routes(api: Api, office: Office, metrics: Metrics) -> None:
    @api.route(
        "POST",
        "/api/enrolments",
        body=models.EnrolmentRequest,
        ok={201: models.EnrolmentAnswer},
        problems=(401, 404, 409, 413, 429),
    )
    def enrol(call: Call) -> Answer:
        """Turn a one-time code into a register; the same request again gets the same answer."""
        return Answer(office.enrolments.accept(call.body.application(), office.now()), 201)

    @api.route(
        "POST",
        "/api/registers/<register>/check-in",
        access=REGISTER,
        body=models.CheckInRequest,
        ok={200: models.CheckInAnswer},
        problems=(403, 413),
    )
    def check_in(call: Call, register: str) -> dict[str, Any]:
        """Hear how a register is; say when to come again, what it should have, and how far its journals are home."""
        must_be(call.caller, register)
        said, now = call.body, office.now()
        office.hear(
            call.caller,
            CheckIn(
                said.lan_url,
                said.snapshot.active,
                said.snapshot.seen,
                said.offline,
                said.queued_records,
                said.health,
                parse_instant(said.clock),
            ),
        )
        version = office.newest_version(call.caller.store)
        wanted = version is not None and version > (said.snapshot.seen or 0)
        return {
            "now": instant_text(now),
            "next_check_in_s": office.settings.serve.check_in_s,
            "snapshot": {"version": version} if wanted else None,
            "acked": [end.to_wire() for end in office.journals.ends(call.caller.store, register)],
        }

    @api.route(
        "POST",
        "/api/registers/<register>/journal",
        access=REGISTER,
        body=models.JournalBatch,
        ok={200: models.JournalReceipt},
        problems=(403, 409, 413),
    )
    def return_journal(call: Call, register: str) -> dict[str, Any]:
        """Take records home: durable when this answers. Sending them again does no harm."""
        must_be(call.caller, register)
        batch = call.body
        receipt = office.receive(call.caller, batch.epoch, batch.head, [(r.hash, r.record) for r in batch.records])
        metrics.returned(len(batch.records), len(receipt.quarantined), len(receipt.resend))
        return receipt.to_wire()

    @api.route(
        "GET",
        "/api/registers",
        access=READ_REGISTERS,
        query=models.RegisterQuery,
        ok={200: models.RegisterPage},
        problems=(403,),
    )
    def list_registers(call: Call) -> dict[str, Any]:
        """Every register, by id."""
        asked = call.query
        found = office.registers.list(asked.store, asked.after, asked.limit + 1)
        shown = found[: asked.limit]
        return {
            "items": [register.to_wire() for register in shown],
            "next": shown[-1].register if len(found) > len(shown) else None,
        }
