"""What registers say to head office over HTTP."""

import json
from datetime import timedelta

import pytest
from backports import zstd

from poscore.enrolment import EnrolmentCode, head_office_proof
from poscore.tokens import SigningKey
from tests.support.offices import Site
from tests.support.returning import Returning


def problem(response, status: int, code: str) -> dict:
    assert response.status_code == status, response.json
    assert response.mimetype == "application/problem+json"
    assert response.json["code"] == code
    return response.json


# -- enrolment ---------------------------------------------------------------------------------------------------------


def test_a_register_enrols_with_its_code_and_believes_the_answer(site: Site):
    site.office.registers.add("s1", "r1", site.clock())
    code, till = site.code(), Returning()

    answer = site.ask_to_enrol(code, till)

    assert answer.status_code == 201
    said = {name: value for name, value in answer.json.items() if name != "proof"}
    asked = {
        "locator": code.locator,
        "public_key": till.key.public,
        "nonce": "0123456789abcdef",
        "lan_url": "http://127.0.0.1:9",
        "clock": "2026-11-22T20:00:00.000Z",
    }
    assert answer.json["proof"] == head_office_proof(code.mac_key, {"request": asked, "answer": said})
    assert code.fits_root(said["root"].encode())
    assert said["sender_key"] == site.office.keys.sender_signing_key().public
    assert (said["store"], said["register"], said["epoch"], said["chain"]) == ("s1", "r1", 1, "Ketju Oy")


def test_a_wrong_code_has_five_tries(site: Site):
    site.office.registers.add("s1", "r1", site.clock())
    code = site.code()
    wrong = EnrolmentCode(code.secret[:4] + bytes(12), code.root_hash)

    for left in (4, 3, 2, 1):
        assert problem(site.ask_to_enrol(wrong, Returning()), 401, "code-wrong")["tries_left"] == left
    problem(site.ask_to_enrol(wrong, Returning()), 429, "code-tries")
    problem(site.ask_to_enrol(code, Returning()), 429, "code-tries")


def test_an_expired_a_used_and_an_unknown_code_each_say_so(site: Site):
    site.office.registers.add("s1", "r1", site.clock())
    used = site.code()
    site.ask_to_enrol(used, Returning())
    problem(site.ask_to_enrol(used, Returning()), 409, "code-used")
    problem(site.ask_to_enrol(EnrolmentCode(bytes(16), used.root_hash), Returning()), 404, "code-unknown")
    late = site.code()
    site.clock.passes(minutes=31)
    problem(site.ask_to_enrol(late, Returning()), 409, "code-expired")


@pytest.mark.parametrize(
    "changed",
    [
        {"public_key": {"crv": "P-256", "kty": "EC", "x": "a" * 43}},
        {"public_key": {"crv": "Ed25519", "kty": "OKP", "x": "short"}},
        {"public_key": {"crv": "Ed25519", "kty": "OKP", "x": "a" * 43, "d": "a" * 43}},
        {"nonce": "short"},
        {"clock": "now"},
        {"clock": "2026-13-45T20:00:00.000Z"},
        {"lan_url": "192.168.1.1"},
        {"locator": "../.."},
        {"proof": "f" * 63},
        {"more": 1},
    ],
)
def test_an_enrolment_that_does_not_fit_is_refused_before_it_costs_a_try(site: Site, changed):
    site.office.registers.add("s1", "r1", site.clock())
    code = site.code()

    assert site.ask_to_enrol(code, Returning(), **changed).status_code == 422
    assert site.ask_to_enrol(code, Returning()).status_code == 201


# -- whose call it is --------------------------------------------------------------------------------------------------


def test_a_call_without_a_token_is_refused(site: Site):
    site.enrol()

    problem(site.client.post("/api/registers/r1/journal", json={}), 401, "token")
    basic = {"Authorization": "Basic eA=="}
    problem(site.client.post("/api/registers/r1/check-in", json={}, headers=basic), 401, "token")


def test_an_operators_token_does_not_speak_for_a_register(site: Site):
    till = site.enrol()
    till.sell()
    headers = {"Authorization": f"Bearer {site.token}"}

    problem(site.client.post("/api/registers/r1/journal", data=till.batch(), headers=headers), 401, "token")


def test_a_register_does_not_speak_for_another(site: Site):
    one, other = site.enrol("r1"), site.enrol("r2")
    other.sell()

    problem(site.call(one, "/api/registers/r2/journal", other.batch()), 403, "permission-missing")


def test_a_forged_token_is_refused(site: Site):
    till = site.enrol()
    till.sell()
    till.key = SigningKey.generate()

    problem(site.bring_home(till), 401, "token")


def test_a_token_for_another_body_is_refused(site: Site):
    till = site.enrol()
    till.sell()

    problem(site.bring_home(till, signed_for=b"another body"), 401, "token")


def test_a_token_for_another_head_office_is_refused(site: Site):
    till = site.enrol()
    till.sell()

    problem(site.bring_home(till, audience="somebody-else"), 401, "token")


def test_a_clock_three_days_off_is_told_ours_and_then_goes_on(site: Site):
    till = site.enrol()
    till.sell()

    refused = problem(site.bring_home(till, at=site.clock() + timedelta(days=3)), 401, "clock")

    assert refused["now"] == "2026-11-22T20:00:00.000Z"
    assert site.bring_home(till).json["acked_seq"] == 1


# -- the journal -------------------------------------------------------------------------------------------------------


def test_a_batch_comes_home_and_is_answered_in_full(site: Site):
    till = site.enrol()
    till.sell(250)
    till.sell(350)
    till.sell(450)

    answer = site.bring_home(till, till.batch([1, 3]))

    assert answer.status_code == 200
    assert answer.json == {
        "acked_seq": 1,
        "acked_hash": till.written[0][0],
        "gap": {"from": 2, "to": 2},
        "quarantined": [],
        "resend": [],
    }
    assert site.bring_home(till).json["acked_seq"] == 3


def test_a_batch_may_be_packed_with_zstd(site: Site):
    till = site.enrol()
    for _ in range(500):
        till.sell()

    packed = zstd.compress(till.batch(), 3)

    assert site.bring_home(till, packed, encoding="zstd").json["acked_seq"] == 500


def test_the_token_covers_the_bytes_on_the_wire(site: Site):
    till = site.enrol()
    till.sell()
    plain = till.batch()
    token = till.token(plain, site.office.office_id, site.clock())  # made over the wrong bytes

    headers = {"Authorization": f"Bearer {token}", "Content-Encoding": "zstd", "Content-Type": "application/json"}
    answer = site.client.post("/api/registers/r1/journal", data=zstd.compress(plain), headers=headers)

    problem(answer, 401, "token")


def test_a_head_that_somebody_else_signed_is_refused(site: Site):
    till = site.enrol()
    till.sell()
    body = json.loads(till.batch())
    till.key, key = SigningKey.generate(), till.key
    body["head"] = till.signed_head()
    till.key = key

    problem(site.bring_home(till, json.dumps(body).encode()), 422, "head-invalid")
    assert site.office.registers.get("r1").acked_seq == 0


def test_an_epoch_before_still_comes_home_after_a_new_enrolment(site: Site):
    old = site.enrol()
    old.sell(250)
    old.sell(350)
    site.bring_home(old, old.batch([1]))
    new = site.enrol()
    assert new.epoch == 2
    new.sell(450)
    site.bring_home(new)

    late = Returning(key=old.key, written=old.written)
    body = late.batch([2])
    token = new.token(body, site.office.office_id, site.clock())
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    answer = site.client.post("/api/registers/r1/journal", data=body, headers=headers)

    assert answer.json["acked_seq"] == 2
    assert site.get("/api/sales/summary").json["total"] == 250 + 350 + 450


def test_records_are_1_to_500_and_nothing_else(site: Site):
    till = site.enrol()
    for _ in range(501):
        till.write("note", {})

    assert site.bring_home(till, till.batch([])).status_code == 422
    assert site.bring_home(till).status_code == 422
    assert site.bring_home(till, till.batch(range(1, 501))).json["acked_seq"] == 500


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"nonsense",
        b'{"epoch": 0, "head": "x", "records": [{"hash": "x", "record": ""}]}',
        b"\xff\xfe",
    ],
)
def test_a_body_that_does_not_fit_is_refused(site: Site, body):
    till = site.enrol()

    assert site.call(till, "/api/registers/r1/journal", body).status_code == 422


def test_a_body_of_another_kind_is_refused(site: Site):
    till = site.enrol()
    body = b"<xml/>"
    headers = {"Authorization": f"Bearer {till.token(body, site.office.office_id, site.clock())}"}

    problem(site.client.post("/api/registers/r1/journal", data=body, headers=headers), 415, "not-json")


def test_a_body_is_at_most_four_megabytes(site: Site):
    till = site.enrol()
    till.write("note", {"text": "x" * (4 << 20)})

    problem(site.bring_home(till), 413, "too-large")


def test_a_packed_body_is_at_most_four_megabytes_unpacked(site: Site):
    till = site.enrol()
    bomb = zstd.compress(b" " * (4 << 20) + b"{}")
    assert len(bomb) < 2000

    problem(site.bring_home(till, bomb, encoding="zstd"), 413, "too-large")


@pytest.mark.parametrize("spoil", [lambda z: z[:-3], lambda z: z + b"x", lambda _: b"no zstd at all", lambda z: z + z])
def test_a_packed_body_that_is_not_one_whole_frame_is_refused(site: Site, spoil):
    till = site.enrol()
    till.sell()

    problem(site.bring_home(till, spoil(zstd.compress(till.batch())), encoding="zstd"), 422, "body-invalid")


def test_a_packing_nobody_offered_is_refused(site: Site):
    till = site.enrol()
    till.sell()

    problem(site.bring_home(till, till.batch(), encoding="gzip"), 415, "encoding-unknown")


def test_damaged_bytes_are_asked_for_again_and_the_third_time_passed(site: Site):
    till = site.enrol()
    till.sell()
    body = json.loads(till.batch())
    body["records"][0]["record"] += " "
    rotten = json.dumps(body).encode()

    assert [site.bring_home(till, rotten).json["resend"] for _ in range(3)] == [[1], [1], []]
    assert site.bring_home(till, rotten).json == {
        "acked_seq": 1,
        "acked_hash": till.written[0][0],
        "gap": None,
        "quarantined": [{"seq": 1, "reason": "damaged"}],
        "resend": [],
    }


# -- check-in ----------------------------------------------------------------------------------------------------------


def test_a_check_in_is_noted_and_answered_with_the_time_and_when_to_come_again(site: Site):
    till = site.enrol()
    site.clock.passes(minutes=7)

    answer = site.check_in(till, lan_url="http://192.168.1.30:8081", offline=True, queued_records=4)

    assert answer.json == {
        "now": "2026-11-22T20:07:00.000Z",
        "next_check_in_s": 300,
        "snapshot": None,
        "acked": [{"epoch": 1, "seq": 0, "hash": till.head.hash, "conflicts": 0}],
    }
    (item,) = site.get("/api/registers").json["items"]
    assert item == {
        "store": "s1",
        "register": "r1",
        "state": "enrolled",
        "epoch": 1,
        "acked_seq": 0,
        "last_seen": "2026-11-22T20:07:00.000Z",
        "lan_url": "http://192.168.1.30:8081",
        "snapshot": {"active": None, "seen": None},
        "offline": True,
        "queued_records": 4,
    }


def test_a_check_in_tells_of_a_newer_snapshot(site: Site):
    till = site.enrol()
    version = site.office.publisher.publish("s1", site.clock()).version

    assert site.check_in(till).json["snapshot"] == {"version": version}
    assert site.check_in(till, snapshot={"active": version, "seen": version}).json["snapshot"] is None


def test_a_check_in_tells_how_far_the_journal_of_every_epoch_is_home(site: Site):
    first = site.enrol()
    for _ in range(3):
        first.sell()
    site.bring_home(first, first.batch([1, 2]))
    second = site.enrol()
    second.sell()
    site.bring_home(second)
    site.enrol("r2")

    assert site.check_in(second).json["acked"] == [
        {"epoch": 1, "seq": 2, "hash": first.written[1][0], "conflicts": 0},
        {"epoch": 2, "seq": 1, "hash": second.head.hash, "conflicts": 0},
    ]


def test_a_register_is_told_how_many_of_its_numbers_were_taken(site: Site):
    till = site.enrol()
    for _ in range(3):
        till.sell()
    assert "conflicts" not in site.bring_home(till).json
    back = Returning(key=till.key)
    for _ in range(3):
        back.sell(900)

    assert site.bring_home(back, back.batch([1, 2])).json["conflicts"] == 2
    assert site.bring_home(back, back.batch([2, 3])).json["conflicts"] == 3
    assert site.bring_home(till).json.get("conflicts") is None
    (told,) = site.check_in(till).json["acked"]
    assert (told["seq"], told["hash"], told["conflicts"]) == (3, till.head.hash, 3)


@pytest.mark.parametrize(
    "said", [{"lan_url": "nowhere"}, {"queued_records": -1}, {"offline": "yes"}, {"clock": "?"}, {"x": 1}]
)
def test_a_check_in_that_does_not_fit_is_refused(site: Site, said):
    till = site.enrol()

    assert site.check_in(till, **said).status_code == 422


def test_a_check_in_that_knows_nothing_yet_is_welcome(site: Site):
    till = site.enrol()

    assert site.check_in(till, lan_url=None, health=None).status_code == 200
    assert site.office.registers.get("r1").lan_url == "http://127.0.0.1:9"
