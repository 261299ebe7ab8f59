"""Stores, registers, operators and the old list of machines."""

import os
from datetime import timedelta

import pytest

from poscore.errors import Refused
from poscore.pins import PEPPER_BYTES
from server_push.registers.machine_list import read_machines
from server_push.registers.operators import EVERYTHING, READ_SALES, TOKEN_BYTES, Operator, Operators
from server_push.registers.registers import CheckIn
from server_push.registers.stores import Store
from tests.support.enrolling import NOW


def store(**changed: object) -> Store:
    return Store(**{"store": "s2", "name": "Satama", "pin_pepper": os.urandom(PEPPER_BYTES), **changed})


def test_a_store_is_kept_as_it_was_added(chain):
    added = store(address=("Satamakatu 1", "20100 Turku"), time_zone="Europe/Mariehamn", language="sv")

    chain.stores.add(added, NOW)

    assert chain.stores.get("s2") == added
    assert [one.store for one in chain.stores.all()] == ["s1", "s2"]


def test_a_store_id_is_used_once(chain):
    with pytest.raises(Refused) as refused:
        chain.stores.add(store(store="s1"), NOW)

    assert refused.value.code == "store-exists"
    assert chain.stores.get("s1").name == "Keskusta"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"store": "Iso Kauppa"}, "id-invalid"),
        ({"store": ""}, "id-invalid"),
        ({"name": " "}, "name-missing"),
        ({"time_zone": "Europe/Hki"}, "time-zone-unknown"),
        ({"time_zone": "../../etc/passwd"}, "time-zone-unknown"),
        ({"language": "tlh"}, "language-unknown"),
    ],
)
def test_a_store_that_cannot_be_is_refused(changed, code):
    with pytest.raises(Refused) as refused:
        store(**changed)

    assert refused.value.code == code


def test_a_pepper_does_not_show_in_a_log():
    one = store()

    assert str(one.pin_pepper) not in repr(one)


def test_a_register_id_is_unique_in_the_chain(chain):
    chain.stores.add(store(), NOW)

    with pytest.raises(Refused) as refused:
        chain.registers.add("s2", "r1", NOW)

    assert refused.value.code == "register-elsewhere"


def test_adding_a_register_again_changes_nothing(chain):
    assert chain.registers.add("s1", "r1", NOW + timedelta(days=1)) is False
    assert chain.rows("SELECT count(*) FROM register") == [(1,)]


def test_a_register_needs_a_store(chain):
    with pytest.raises(Refused) as refused:
        chain.registers.add("s9", "r9", NOW)

    assert refused.value.code == "store-not-found"


def test_what_a_register_says_of_itself_is_listed(chain):
    said = CheckIn("http://10.0.0.7:8081", 4, 5, True, 17, {"status": "warn"}, NOW + timedelta(minutes=2))
    chain.registers.note("r1", said, NOW)

    assert chain.registers.get("r1").to_wire() == {
        "store": "s1",
        "register": "r1",
        "state": "new",
        "epoch": 0,
        "acked_seq": 0,
        "last_seen": "2026-11-22T20:00:00.000Z",
        "lan_url": "http://10.0.0.7:8081",
        "snapshot": {"active": 4, "seen": 5},
        "offline": True,
        "queued_records": 17,
    }
    assert chain.registers.get("r1").clock_offset_ms == 120_000


def test_a_check_in_without_an_address_leaves_the_one_that_is_known(chain):
    chain.registers.note("r1", CheckIn("http://10.0.0.7:8081", None, None, False, 0, None, NOW), NOW)

    chain.registers.note("r1", CheckIn(None, None, None, False, 0, None, NOW), NOW)

    assert chain.registers.get("r1").lan_url == "http://10.0.0.7:8081"


def test_registers_are_listed_in_pages(chain):
    for name in ("r3", "r2", "r4"):
        chain.registers.add("s1", name, NOW)

    assert [one.register for one in chain.registers.list(limit=2)] == ["r1", "r2"]
    assert [one.register for one in chain.registers.list(after="r2")] == ["r3", "r4"]
    assert chain.registers.list(store="s9") == []


# -- operators ---------------------------------------------------------------------------------------------------------


def test_an_operators_token_is_kept_only_as_a_hash(chain):
    operators = Operators(chain.storage)
    token = operators.add(Operator("erp", frozenset({READ_SALES})), os.urandom(TOKEN_BYTES), NOW)

    assert operators.of_token(token) == Operator("erp", frozenset({READ_SALES}))
    assert token not in str(chain.rows("SELECT * FROM operator_token"))


def test_a_scope_is_what_a_token_may_do_and_a_star_is_all(chain):
    Operator("erp", frozenset({READ_SALES})).require(READ_SALES)
    Operator("founder", frozenset({EVERYTHING})).require(READ_SALES)
    with pytest.raises(Refused) as refused:
        Operator("erp", frozenset({"registers:read"})).require(READ_SALES)

    assert refused.value.code == "permission-missing"


def test_an_unknown_token_and_a_revoked_one_are_refused(chain):
    operators = Operators(chain.storage)
    token = operators.add(Operator("erp", frozenset({EVERYTHING})), os.urandom(TOKEN_BYTES), NOW)
    assert operators.revoke("erp", NOW) == 1

    for tried in (token, "ok-", "", "ok-" + "0" * 64):
        with pytest.raises(Refused) as refused:
            operators.of_token(tried)
        assert refused.value.code == "token"


def test_a_scope_nobody_knows_is_refused(chain):
    with pytest.raises(Refused) as refused:
        Operators(chain.storage).add(Operator("erp", frozenset({"sales:wrote"})), bytes(TOKEN_BYTES), NOW)

    assert refused.value.code == "scope-unknown"


# -- the old list ------------------------------------------------------------------------------------------------------


def test_the_old_list_of_machines_becomes_ids():
    data = "KASSA1\r\n\r\n  \\\\Kassa_02 \r\n# pois käytöstä\r\nPÄÄKASSA\r\n".encode("cp1252")

    machines = list(read_machines(data))

    assert [(one.row, one.name) for one in machines] == [(1, "KASSA1"), (3, "Kassa_02"), (5, "PÄÄKASSA")]
    assert [one.register_id() for one in machines[:2]] == ["kassa1", "kassa-02"]
    with pytest.raises(Refused):
        machines[2].register_id()


def test_a_list_in_utf_8_with_a_mark_is_read_as_such():
    assert [one.name for one in read_machines("\ufeffKÄSSÄ".encode())] == ["KÄSSÄ"]
