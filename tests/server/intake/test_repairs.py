"""What a person makes of what was set aside: the record stays, the new version counts, once, wherever it is counted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from poscore.canonical import sha256_hex
from poscore.errors import Refused
from poscore.sale import RETURN, Tender
from tests.support.booking import ask, booking_site, give_back_on, invoices, last_number, post, sell_on, with_customers
from tests.support.offices import Site
from tests.support.returning import Returning, rehashed


@pytest.fixture
def site(tmp_path):
    site = booking_site(tmp_path)
    yield site
    site.office.close()


@pytest.fixture
def till(site: Site) -> Returning:
    return site.enrol()


def repair(site: Site, id: str, reason: str = "asia on selvitetty", **changes: Any) -> Any:
    return ask(site, f"/api/quarantine/{id}/repair", {"reason": reason, **changes})


def reject(site: Site, id: str, reason: str = "ei ole myynti") -> Any:
    return ask(site, f"/api/quarantine/{id}/reject", {"reason": reason})


def summary(site: Site) -> Any:
    return site.get("/api/sales/summary").json


def wrong_sums(till: Returning, cents: int = 700) -> dict[str, Any]:
    """A sale whose sums do not hold goes into the journal; the document as it should have been."""
    document = till.document(cents)
    till.write("sale", {"sale": {**document, "totals": {**document["totals"], "due": cents + 1}}})
    return document


def test_a_customer_who_was_added_meanwhile_makes_the_sale_count(site, till):
    sell_on(till, "invoice", "c-404", 500)
    site.bring_home(till)
    assert (summary(site)["sales"], summary(site)["quarantined"]) == (0, 1)
    assert repair(site, "r1-1-1").json["code"] == "repair-invalid", "nothing has changed yet"
    with_customers(site, {"c-404": "Uusi asiakas"})

    answer = repair(site, "r1-1-1")

    assert (answer.status_code, answer.json["state"], answer.json["status"]) == (200, "repaired", "accepted")
    assert (summary(site)["sales"], summary(site)["total"], summary(site)["quarantined"]) == (1, 500, 0)
    (listed,) = site.get("/api/sales").json["items"]
    assert (listed["status"], listed["seq"]) == ("accepted", 1)


def test_sums_are_put_right_and_both_versions_are_shown(site, till):
    right = wrong_sums(till)
    site.bring_home(till)
    as_it_came = till.written[0][1]

    repair(site, "r1-1-1", "kassan ohjelmavirhe", sale=right)

    shown = site.get("/api/quarantine/r1-1-1").json
    assert shown["record"] == as_it_came
    (version,) = shown["versions"]
    assert (version["action"], version["by"], version["reason"]) == ("repaired", "founder", "kassan ohjelmavirhe")
    assert json.loads(version["record"])["body"]["sale"] == right
    assert json.loads(version["record"])["prev_hash"] == json.loads(as_it_came)["prev_hash"]
    assert site.get("/api/quarantine").json["items"] == []
    assert [one["id"] for one in site.get("/api/quarantine?state=repaired").json["items"]] == ["r1-1-1"]
    assert summary(site)["by_tender"] == {"card": 700}
    (deed,) = site.office.audit.list(about="r1-1-1")
    assert (deed["who"], deed["act"], deed["detail"]["reason"]) == (
        "founder",
        "quarantine-repaired",
        "kassan ohjelmavirhe",
    )


def test_the_journal_itself_is_not_touched_and_sending_it_again_changes_nothing(site, till):
    right = wrong_sums(till)
    site.bring_home(till)
    repair(site, "r1-1-1", sale=right)

    again = site.bring_home(till)

    assert again.json["acked_seq"] == 1
    assert again.json["quarantined"] == []
    assert summary(site)["sales"] == 1
    with site.office.storage.read() as connection:
        (kept,) = connection.exec_driver_sql(
            "SELECT b.record FROM journal_body b JOIN journal_record r USING(store, arrival) WHERE r.seq = 1"
        ).one()
    assert bytes(kept).decode() == till.written[0][1]


def test_a_repair_is_held_to_the_rules_of_a_record_that_comes_home(site, till):
    taken = sell_on(till, "invoice", "C1", 500)
    right = wrong_sums(till)
    site.bring_home(till)

    for wrong in (
        {"sale": {**right, "totals": {**right["totals"], "due": 1}}},
        {"sale": {**right, "customer": "c-404"}},
        {"sale": {**right, "id": taken, "receipt_no": taken}},
        {"sale": {"what": "ever"}},
        {"body": {"sale": None}},
        {"sale": {**right, "snapshot": 1.5}},
    ):
        answer = repair(site, "r1-1-2", **wrong)
        assert (answer.status_code, answer.json["code"]) == (422, "repair-invalid"), wrong
    assert summary(site)["quarantined"] == 1
    assert site.get("/api/quarantine/r1-1-2").json["versions"] == []


def test_what_cannot_be_read_is_repaired_by_saying_all_of_it(site, till):
    till.written.append(rehashed("rubbish"))
    document = till.document(900)
    site.bring_home(till)
    assert repair(site, "r1-1-1").json["code"] == "repair-invalid"

    answer = repair(site, "r1-1-1", body={"sale": document, "notes": []})

    assert answer.status_code == 200
    assert summary(site)["total"] == 900
    assert site.get("/api/sales").json["items"][0]["business_day"] == document["business_day"]


def test_a_rejected_record_counts_nowhere_and_may_still_be_repaired(site, till):
    right = wrong_sums(till)
    site.bring_home(till)

    assert reject(site, "r1-1-1").json["state"] == "rejected"

    assert (summary(site)["sales"], summary(site)["quarantined"]) == (0, 0)
    assert site.get("/api/sales").json["items"] == []
    assert reject(site, "r1-1-1").json["code"] == "quarantine-settled"
    assert repair(site, "r1-1-1", sale=right).status_code == 200
    actions = [version["action"] for version in site.get("/api/quarantine/r1-1-1").json["versions"]]
    assert actions == ["rejected", "repaired"]
    assert summary(site)["total"] == 700


def test_a_repaired_record_stays_as_it_is(site, till):
    right = wrong_sums(till)
    site.bring_home(till)
    repair(site, "r1-1-1", sale=right)

    assert repair(site, "r1-1-1", sale=right).json["code"] == "quarantine-settled"
    assert reject(site, "r1-1-1").json["code"] == "quarantine-settled"


def test_a_retry_under_the_same_key_repairs_once(site, till):
    right = wrong_sums(till)
    site.bring_home(till)
    body = {"reason": "virhe", "sale": right}

    first = ask(site, "/api/quarantine/r1-1-1/repair", body, "k1")
    again = ask(site, "/api/quarantine/r1-1-1/repair", body, "k1")

    assert (first.status_code, first.json) == (again.status_code, again.json)
    assert summary(site)["sales"] == 1


def test_a_reason_is_required_and_an_unknown_record_is_not_found(site, till):
    wrong_sums(till)
    site.bring_home(till)
    for reason in ("", "  "):
        assert repair(site, "r1-1-1", reason).status_code == 422
    for unknown in ("r1-1-9", "r1", "x-y-z", "r1-1-1-1"):
        assert repair(site, unknown).json["code"] == "quarantine-not-found"


def test_a_repaired_return_counts_for_what_may_still_come_back(site, till):
    sold = sell_on(till, "card", "C1", 500)
    note = {"kind": "returned", "line": 1, "about": {"original_receipt": sold, "original_line": 1}}
    document = till.document(500, customer="c-404", kind=RETURN, tenders=(Tender(1, "card", -500),))
    till.write("sale", {"sale": document, "original_receipt": sold, "notes": [note]})
    till.sell(100)
    site.bring_home(till)
    other = site.enrol("r2")
    elsewhere = f"/api/registers/r2/receipts/{sold}"
    assert receipt(site, other, elsewhere)["elsewhere"] == []
    with_customers(site, {"c-404": "Uusi asiakas"})

    repair(site, "r1-1-2")

    assert receipt(site, other, elsewhere)["elsewhere"] == [{"n": 1, "quantity": "1", "total": 500, "deposit": 0}]


def receipt(site: Site, till: Returning, path: str) -> Any:
    token = till.token(b"", site.office.office_id, site.clock())
    return site.client.get(path, headers={"Authorization": f"Bearer {token}"}).json


def test_a_sale_repaired_after_its_day_was_posted_is_late_and_in_the_next_run(site, till):
    sell_on(till, "invoice", "C1", 100)
    sell_on(till, "invoice", "c-404", 500)
    site.bring_home(till)
    post(site)
    with_customers(site, {"c-404": "Uusi asiakas"})

    assert repair(site, "r1-1-2").json["status"] == "late"

    run = post(site)
    assert (run["frozen"]["sales"], run["frozen"]["late"], run["state"]) == (1, 1, "posted")
    assert [one["payable"] for one in invoices(site)] == [100, 500]


def damaged(site: Site, till: Returning) -> str:
    """The first record comes three times without its hash, and is set aside."""
    digest, text = till.written[0]
    till.written[0] = (digest, text.replace('"at"', '"at" '))
    for _ in range(3):
        site.bring_home(till)
    till.written[0] = (digest, text)
    return text


def test_the_right_bytes_of_a_record_that_was_settled_are_kept_beside_and_count_once(site, till):
    till.sell(500)
    right = damaged(site, till)
    assert site.get("/api/quarantine").json["items"][0]["reason"] == "damaged"
    repair(site, "r1-1-1", body=json.loads(right)["body"])

    for _ in range(2):
        assert site.bring_home(till).json["acked_seq"] == 1

    assert summary(site)["sales"] == 1
    (incident,) = site.get("/api/incidents?kind=true_record_late").json["items"]
    assert incident["record"] == right


def test_the_right_bytes_of_a_record_that_waits_take_its_place(site, till):
    till.sell(500)
    damaged(site, till)

    site.bring_home(till)

    assert summary(site)["sales"] == 1
    assert site.get("/api/quarantine?state=all").json["items"] == []


def test_a_credit_note_of_a_repaired_return_names_its_invoice(site, till):
    sold = sell_on(till, "invoice", "C1", 500)
    give_back_on(till, "invoice", "c-404", 500, sold)
    document = json.loads(till.written[-1][1])["body"]["sale"]
    site.bring_home(till)

    repair(site, "r1-1-2", sale={**document, "customer": "C1"})
    post(site)

    assert [(one["kind"], one["corrects"]) for one in invoices(site)] == [("invoice", None), ("credit-note", 1001)]
    assert last_number(till) == document["id"]


# -- a journal from a file ---------------------------------------------------------------------------------------------


def lines(till: Returning) -> list[bytes]:
    return [text.encode() + b"\n" for _, text in till.written]


def test_a_dead_registers_journal_comes_home_from_a_file_and_again_does_no_harm(site, till):
    for cents in (100, 200, 300):
        till.sell(cents)
    site.bring_home(till, till.batch([1]))

    told = site.office.rescue.bring(lines(till), site.clock())
    again = site.office.rescue.bring(lines(till), site.clock())

    (one,) = told["journals"]
    assert (one["records"], one["new"], one["beyond"], one["acked_seq"], one["gap"]) == (3, 2, 0, 3, None)
    assert again["journals"][0]["new"] == 0
    assert summary(site)["total"] == 600
    assert site.bring_home(till).json["acked_seq"] == 3, "and should the register come back"
    (incident,) = site.get("/api/incidents").json["items"]
    assert incident["kind"] == "journal_imported"
    assert told["sha256"] == incident["hash"] == sha256_hex(b"".join(lines(till)))


def test_what_lies_beyond_the_last_signed_head_is_told(site, till):
    till.sell(100)
    site.bring_home(till)
    till.sell(200)

    assert site.office.rescue.bring(lines(till), site.clock())["journals"][0]["beyond"] == 1


def test_records_in_a_file_are_set_aside_by_the_same_rules(site, till):
    till.sell(100)
    sell_on(till, "invoice", "c-404", 500)
    forged = Returning(key=till.key)
    forged.sell(999)
    site.bring_home(till, till.batch([1]))

    told = site.office.rescue.bring([*lines(forged), *lines(till)[1:]], site.clock())

    assert told["journals"][0]["quarantined"] == [{"seq": 2, "reason": "customer-unknown"}]
    assert site.get("/api/incidents?kind=sequence_conflict").json["items"][0]["seq"] == 1
    assert summary(site)["total"] == 100


def test_a_torn_end_and_lines_that_are_no_records_are_told_and_left_out(site, till):
    for cents in (100, 200):
        till.sell(cents)
    first, second = lines(till)

    told = site.office.rescue.bring([b"# a note\n", first, second[:-20]], site.clock())

    assert (told["torn"], told["unreadable"], told["journals"][0]["records"]) == (True, 1, 1)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"register": "r9"}, "register-not-found"),
        ({"epoch": 7}, "epoch-unknown"),
        ({"store": "s2"}, "register-elsewhere"),
    ],
)
def test_a_file_of_somebody_else_is_refused(site, till, changed, code):
    foreign = Returning(**{"register": "r1", **changed})
    foreign.sell(100)
    with pytest.raises(Refused) as refused:
        site.office.rescue.bring(lines(foreign), site.clock())
    assert refused.value.code == code
    assert summary(site)["sales"] == 0


# -- incidents ---------------------------------------------------------------------------------------------------------


def test_an_incident_is_open_until_a_person_closes_it_with_a_reason(site, till):
    till.sell(100)
    till.write("note", {}, prev_hash="0" * 64)
    site.bring_home(till)
    (incident,) = site.get("/api/incidents?state=open").json["items"]

    closed = ask(site, f"/api/incidents/{incident['id']}/close", {"reason": "testattu kassa"})

    assert (closed.json["state"], closed.json["closed_by"], closed.json["closing"]) == (
        "closed",
        "founder",
        "testattu kassa",
    )
    assert ask(site, f"/api/incidents/{incident['id']}/close", {"reason": "taas"}).json["code"] == "incident-closed"
    assert ask(site, "/api/incidents/99/close", {"reason": "mikä"}).json["code"] == "incident-not-found"
    assert site.get("/api/incidents?state=open").json["items"] == []
    assert site.office.status()["incidents"] == {}


def test_the_incident_of_a_gap_closes_when_the_missing_records_come(site, till):
    for _ in range(3):
        till.sell(100)
    site.bring_home(till, till.batch([1, 3]))
    site.clock.passes(hours=25)
    site.bring_home(till, till.batch([3]))
    assert [one["state"] for one in site.get("/api/incidents?kind=gap_open").json["items"]] == ["open"]

    site.bring_home(till, till.batch([2]))

    (incident,) = site.get("/api/incidents?kind=gap_open").json["items"]
    assert (incident["state"], incident["closed_by"]) == ("closed", None)


def test_a_clock_that_is_a_day_off_is_an_incident_once_a_day(site, till):
    for _ in range(2):
        site.check_in(till, clock="2026-11-20T20:00:00.000Z")
    site.check_in(till, clock="2026-11-22T19:00:00.000Z")

    (incident,) = site.get("/api/incidents?kind=clock_off").json["items"]
    assert "-172800 s" in incident["detail"]
