"""A one-time code links a box to a register; both sides prove it."""

import base64
from dataclasses import replace
from datetime import timedelta

import pytest

from poscore.enrolment import CODE_LENGTH, EnrolmentCode, head_office_proof, proofs_equal
from poscore.errors import Refused
from poscore.instants import instant_text
from poscore.records import genesis_hash
from poscore.tokens import SigningKey
from server_push.registers.registers import note_snapshot
from tests.support.enrolling import HEAD_OFFICE, NOW, ROOT, application


def test_a_code_has_52_letters_and_names_the_root(chain):
    issued = chain.enrolments.issue("s1", "r1", bytes, NOW)

    assert len(issued.text) == CODE_LENGTH
    assert EnrolmentCode.parse(issued.text).fits_root(ROOT.encode())
    assert issued.expires_at == NOW + timedelta(minutes=30)


def test_the_secret_of_a_code_is_kept_nowhere(chain):
    code = chain.issue()

    kept = b"".join(
        value if isinstance(value, bytes) else str(value).encode()
        for row in chain.rows("SELECT * FROM enrolment_code")
        for value in row
    )

    assert code.secret not in kept
    assert code.secret.hex().encode() not in kept
    assert code.text.encode() not in kept


def test_the_right_code_opens_the_first_epoch_and_answers_all_that_a_register_needs(chain):
    code, key = chain.issue(), SigningKey.generate()
    asked = application(code, key)

    answer = chain.enrolments.accept(asked, NOW)

    proof = answer.pop("proof")
    expected = head_office_proof(code.mac_key, {"request": asked.transcript, "answer": answer})
    assert proofs_equal(proof, expected)
    pepper = base64.b64decode(answer.pop("pin_pepper"))
    assert pepper == chain.stores.get("s1").pin_pepper
    assert answer == {
        "store": "s1",
        "register": "r1",
        "epoch": 1,
        "chain": "Ketju Oy",
        "store_name": "Keskusta",
        "time_zone": "Europe/Helsinki",
        "root": ROOT,
        "sender_key": dict(HEAD_OFFICE.sender_key),
        "audience": "office-1",
        "previous": None,
        "now": instant_text(NOW),
    }
    assert chain.registers.key_of("r1", 1) == key.public
    assert chain.registers.get("r1").lan_url == "http://192.168.1.21:8081"


def test_a_lost_answer_is_given_again_to_whoever_got_it(chain):
    code, key = chain.issue(), SigningKey.generate()
    first = chain.enrol(code, key)
    chain.passes(minutes=20)
    later = application(code, key, clock=instant_text(chain.now), lan_url="http://192.168.1.99:8081")

    again = chain.enrolments.accept(later, chain.now)

    changing = ("now", "proof")
    assert {k: v for k, v in again.items() if k not in changing} == {
        k: v for k, v in first.items() if k not in changing
    }
    said = {k: v for k, v in again.items() if k != "proof"}
    assert again["proof"] == head_office_proof(code.mac_key, {"request": later.transcript, "answer": said})
    assert chain.rows("SELECT epoch FROM register_epoch") == [(1,)]


def test_a_used_code_enrols_nobody_else(chain):
    code, key = chain.issue(), SigningKey.generate()
    chain.enrol(code, key)

    with pytest.raises(Refused) as refused:
        chain.enrol(code, SigningKey.generate())

    assert refused.value.code == "code-used"
    assert chain.registers.key_of("r1", 1) == key.public


def test_five_wrong_proofs_burn_a_code(chain):
    code = chain.issue()
    wrong = EnrolmentCode(code.secret[:4] + bytes(12), code.root_hash)  # the right beginning, so the same locator
    assert wrong.locator == code.locator

    codes = []
    for _ in range(6):
        with pytest.raises(Refused) as refused:
            chain.enrol(wrong)
        codes.append((refused.value.code, refused.value.extra.get("tries_left")))

    assert codes == [*(("code-wrong", left) for left in (4, 3, 2, 1)), ("code-tries", None), ("code-tries", None)]
    with pytest.raises(Refused) as refused:
        chain.enrol(code)
    assert refused.value.code == "code-tries", "not even the right one opens it now"
    assert chain.registers.get("r1").epoch == 0


def test_four_wrong_proofs_leave_the_fifth_to_be_right(chain):
    code = chain.issue()
    wrong = EnrolmentCode(code.secret[:4] + bytes(12), code.root_hash)
    for _ in range(4):
        with pytest.raises(Refused):
            chain.enrol(wrong)

    assert chain.enrol(code)["epoch"] == 1


@pytest.mark.parametrize("field", ["nonce", "lan_url", "clock"])
def test_nothing_of_a_request_can_be_changed_on_the_way(chain, field):
    asked = application(chain.issue(), SigningKey.generate())
    other = {"nonce": "another-nonce-here", "lan_url": "http://10.0.0.1:1", "clock": "2026-11-22T21:00:00.000Z"}

    with pytest.raises(Refused) as refused:
        chain.enrolments.accept(replace(asked, **{field: other[field]}), NOW)

    assert refused.value.code == "code-wrong"


def test_a_code_works_for_thirty_minutes_and_no_longer(chain):
    early, late = chain.issue(), None
    chain.passes(minutes=29, seconds=59)
    assert chain.enrol(early)["epoch"] == 1
    late = chain.issue()
    chain.passes(minutes=30)

    with pytest.raises(Refused) as refused:
        chain.enrol(late)

    assert refused.value.code == "code-expired"


def test_after_thirty_minutes_no_secret_of_a_code_is_left(chain):
    code, key = chain.issue(), SigningKey.generate()
    chain.enrol(code, key)
    chain.passes(minutes=31)

    with pytest.raises(Refused) as refused:
        chain.enrol(code, key)

    assert refused.value.code == "code-expired"
    assert chain.rows("SELECT mac_key, answer FROM enrolment_code") == [(None, None)]


def test_a_code_nobody_made_is_unknown(chain):
    with pytest.raises(Refused) as refused:
        chain.enrol(EnrolmentCode.of(bytes(16), ROOT.encode()))

    assert refused.value.code == "code-unknown"


def test_a_new_code_voids_the_one_before(chain):
    before = chain.issue()
    after = chain.issue()

    with pytest.raises(Refused):
        chain.enrol(before)
    assert chain.enrol(after)["epoch"] == 1


def test_codes_of_two_registers_do_not_disturb_each_other(chain):
    chain.registers.add("s1", "r2", NOW)
    first, second = chain.issue("r1"), chain.issue("r2")

    assert chain.enrol(second)["register"] == "r2"
    assert chain.enrol(first)["register"] == "r1"


def test_enrolling_again_opens_a_new_epoch_and_tells_where_the_old_one_ended(chain):
    old = SigningKey.generate()
    chain.enrol(chain.issue(), old)
    with chain.storage.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO journal_mark VALUES('s1', 'r1', 1, 41, 'abc', 43, 43, 'def', 'jws', NULL)"
        )

    answer = chain.enrol(chain.issue())

    assert answer["epoch"] == 2
    assert answer["previous"] == {"epoch": 1, "seq": 41, "hash": "abc"}
    assert chain.rows("SELECT epoch, final_seq, final_hash FROM register_epoch ORDER BY epoch") == [
        (1, 41, "abc"),
        (2, None, None),
    ]
    assert chain.registers.key_of("r1", 1) == old.public


def test_an_old_epoch_without_a_record_ended_at_its_beginning(chain):
    chain.enrol(chain.issue())

    answer = chain.enrol(chain.issue())

    assert answer["previous"] == {"epoch": 1, "seq": 0, "hash": genesis_hash("s1", "r1", 1)}


def test_a_new_machine_is_not_taken_to_have_what_the_old_one_had(chain):
    chain.enrol(chain.issue())
    with chain.storage.write() as connection:
        note_snapshot(connection, "r1", 5)

    chain.enrol(chain.issue())

    assert chain.registers.get("r1").snapshot_active is None


def test_a_clock_that_is_off_is_known_from_the_start(chain):
    code = chain.issue()

    chain.enrolments.accept(application(code, SigningKey.generate(), clock="2026-11-25T20:00:00.000Z"), NOW)

    assert chain.registers.get("r1").clock_offset_ms == 3 * 24 * 3600 * 1000


@pytest.mark.parametrize(
    "url",
    ["", "ftp://x", "192.168.1.1:8081", "http://", "http://x/path", "http://u:p@x", "http://x?q=1", "http://x:99999"],
)
def test_an_address_that_cannot_be_one_is_refused(chain, url):
    with pytest.raises(Refused) as refused:
        application(chain.issue(), SigningKey.generate(), lan_url=url)

    assert refused.value.code == "body-invalid"
