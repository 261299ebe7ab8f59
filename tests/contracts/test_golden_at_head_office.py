"""The golden vectors of poscore/FORMATS.md, read by head office."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from poscore import records
from poscore.canonical import canonical_bytes
from poscore.enrolment import head_office_proof, register_proof
from poscore.instants import parse_instant
from server_push.intake.documents import read_plain_sales
from server_push.intake.intake import Delivery
from server_push.intake.plain import read_plain
from server_push.registers.callers import Caller
from server_push.web.models import EnrolmentAnswer, EnrolmentRequest
from tests.support.enrolling import Chain
from tests.support.intaking import NOW, Office

GOLDEN = Path(__file__).resolve().parents[1] / "poscore" / "golden"


def golden(name: str) -> dict[str, Any]:
    return dict(json.loads((GOLDEN / name).read_text(encoding="utf-8")))


def test_the_golden_journal_is_accepted_whole(tmp_path):
    office, journal = Office(tmp_path), golden("records.json")
    with office.storage.write() as connection:
        for customer in {one["sale"]["customer"] for one in _sales(journal)} - {None}:
            connection.exec_driver_sql(
                "INSERT INTO customer(customer_id, name, business_id, address, email, tenders, changed_at)"
                " VALUES(?, 'Asiakas', '', '', '', '[]', '')",
                (customer,),
            )
    key = golden("enrolment.json")["request"]["public_key"]
    caller = Caller(journal["store"], journal["register"], journal["epoch"], key, "Europe/Helsinki")
    delivered = [(one["hash"], one["record"]) for one in journal["records"]]

    receipt = office.intake.receive(caller, Delivery(journal["epoch"], journal["head_jws"], delivered), NOW)

    assert (receipt.acked_seq, receipt.acked_hash) == (journal["head"]["seq"], journal["head"]["hash"])
    assert (receipt.quarantined, receipt.resend, receipt.gap) == ({}, [], None)
    assert {kind for kind, _ in office.incidents()} <= {"article_unknown"}
    sold = [one["sale"]["totals"]["gross"] for one in _sales(journal) if one["sale"]["state"] == "completed"]
    assert [row[0] for row in office.rows("SELECT gross FROM sale ORDER BY seq")] == sold


def test_a_sale_as_the_format_shows_it_is_plain_to_head_office():
    """Registers write these members, which their own tests hold; one that intake does not name would make it slow."""
    journal = golden("records.json")
    sales = [json.loads(one["record"]) for one in journal["records"]]
    sales = [one for one in sales if one["type"] == records.SALE]
    assert sales
    for written in [*(one["body"] for one in sales), journal["bodies"][records.SALE]]:
        plain = read_plain(canonical_bytes({**sales[0], "body": written}))
        assert plain is not None
        assert read_plain_sales([plain.body.sale]) != [None]


def test_the_golden_enrolment_is_read_and_proved_as_written():
    vectors = golden("enrolment.json")
    mac_key = bytes.fromhex(vectors["mac_key"])

    application = EnrolmentRequest.model_validate(vectors["request"]).application()

    assert register_proof(mac_key, application.transcript) == vectors["request"]["proof"]
    answer = EnrolmentAnswer.model_validate(vectors["answer"]).model_dump(exclude={"proof"})
    proved = {"request": application.transcript, "answer": answer}
    assert head_office_proof(mac_key, proved) == vectors["answer"]["proof"]


@pytest.mark.parametrize("field", ["nonce", "lan_url", "clock", "locator"])
def test_the_golden_proof_holds_for_nothing_else(field):
    vectors = golden("enrolment.json")
    request = {**vectors["request"], field: {"clock": "2026-11-22T10:00:00.001Z"}.get(field, "0123456789abcdef")}
    if field == "lan_url":
        request[field] = "http://192.168.1.22:8081"

    application = EnrolmentRequest.model_validate(request).application()

    assert register_proof(bytes.fromhex(vectors["mac_key"]), application.transcript) != vectors["request"]["proof"]


def test_head_office_answers_with_the_members_that_the_format_names(tmp_path):
    chain = Chain(tmp_path)

    answer = chain.enrol(chain.issue())

    assert list(answer) == list(golden("enrolment.json")["answer"])
    assert parse_instant(answer["now"]) == chain.now


def _sales(journal: dict[str, Any]) -> list[dict[str, Any]]:
    bodies = [json.loads(one["record"])["body"] for one in journal["records"]]
    return [body for body in bodies if isinstance(body.get("sale"), dict)]
