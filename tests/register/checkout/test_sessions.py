"""Signing in: a wrong number and a wrong PIN look alike, five of them lock, and no restart unlocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from poscore import records
from poscore.errors import Fault, Refused
from poscore.pins import PEPPER_BYTES, SALT_BYTES, hash_pin, verify_pin
from poscore.roles import SHIPPED
from register_svc.checkout import sessions as module
from register_svc.checkout.sessions import Sessions
from tests.support.builders import ACashier, ACounter


def refused(act: Callable[..., Any], *args: Any) -> Refused:
    with pytest.raises(Refused) as error:
        act(*args)
    return error.value


def wrong(counter: ACounter, times: int, cashier: str = "101") -> list[str]:
    return [refused(counter.sessions.sign_in, cashier, "9999").code for _ in range(times)]


# -- signing in ----------------------------------------------------------------------------------------------------


def test_the_right_pin_opens_a_session(counter: ACounter) -> None:
    told = counter.sessions.sign_in("301", "1234")
    assert told == {
        "token": "token-1",
        "cashier": "301",
        "name": "Maija Manager",
        "role": "manager",
        "permissions": SHIPPED["manager"],
        "training": False,
        "lock_after_min": 10,
    }
    session = counter.sessions.find("Bearer token-1")
    assert (session.cashier, session.role) == ("301", "manager")
    assert counter.records(records.SIGNED_IN) == [{"cashier": "301", "role": "manager"}]


@pytest.mark.parametrize(
    "header", ["", "token-1", "Bearer", "Bearer ", "Bearer token-2", "bearer token-1", "Basic token-1"]
)
def test_without_a_token_there_is_no_session(counter: ACounter, header: str) -> None:
    counter.sessions.sign_in("101", "1234")
    assert refused(counter.sessions.find, header).code == "session-required"


def test_signing_out_ends_the_session_once(counter: ACounter) -> None:
    counter.sessions.sign_in("101", "1234")
    session = counter.sessions.find("Bearer token-1")
    counter.sessions.sign_out(session)
    counter.sessions.sign_out(session)
    assert refused(counter.sessions.find, "Bearer token-1").code == "session-required"
    assert counter.records(records.SIGNED_OUT) == [{"cashier": "101"}]


def test_two_people_are_signed_in_at_once(counter: ACounter) -> None:
    counter.sessions.sign_in("101", "1234")
    counter.sessions.sign_in("201", "1234")
    assert counter.sessions.find("Bearer token-1").cashier == "101"
    assert counter.sessions.find("Bearer token-2").cashier == "201"


def test_a_restart_voids_every_token(counter: ACounter) -> None:
    counter.sessions.sign_in("101", "1234")
    again = counter.restarted()
    assert refused(again.sessions.find, "Bearer token-1").code == "session-required"
    again.db.close()
    again.state.close()


def test_without_a_price_list_nobody_can_sign_in(counter: ACounter) -> None:
    counter.book.catalog = None
    with pytest.raises(Fault) as fault:
        counter.sessions.sign_in("101", "1234")
    assert fault.value.code == "no-snapshot"


# -- wrong pins ----------------------------------------------------------------------------------------------------


def test_the_fifth_wrong_pin_locks_and_the_right_one_does_not_open(counter: ACounter) -> None:
    assert wrong(counter, 5) == ["pin-wrong"] * 4 + ["locked-out"]
    locked = refused(counter.sessions.sign_in, "101", "1234")
    assert (locked.code, locked.extra) == ("locked-out", {"retry_after": 300})
    assert counter.records(records.LOCKED_OUT) == [{"cashier": "101"}]


def test_the_lock_ends_after_five_minutes(counter: ACounter) -> None:
    wrong(counter, 5)
    counter.clock.advance(seconds=299)
    assert refused(counter.sessions.sign_in, "101", "1234").extra == {"retry_after": 1}
    counter.clock.advance(seconds=1)
    assert counter.sessions.sign_in("101", "1234")["cashier"] == "101"
    assert wrong(counter, 4) == ["pin-wrong"] * 4


def test_after_the_lock_there_are_five_tries_again(counter: ACounter) -> None:
    wrong(counter, 5)
    counter.clock.advance(minutes=5)
    assert wrong(counter, 5) == ["pin-wrong"] * 4 + ["locked-out"]


def test_the_right_pin_forgets_the_wrong_ones(counter: ACounter) -> None:
    wrong(counter, 4)
    counter.sessions.sign_in("101", "1234")
    assert wrong(counter, 5) == ["pin-wrong"] * 4 + ["locked-out"]


def test_one_locked_number_leaves_the_others_alone(counter: ACounter) -> None:
    wrong(counter, 5)
    assert counter.sessions.sign_in("201", "1234")["cashier"] == "201"


@pytest.mark.parametrize("failures", [3, 5])
def test_wrong_pins_are_counted_over_a_restart(counter: ACounter, failures: int) -> None:
    wrong(counter, failures)
    again = counter.restarted()
    if failures == 5:
        assert refused(again.sessions.sign_in, "101", "1234").code == "locked-out"
    else:
        assert wrong(again, 2) == ["pin-wrong", "locked-out"]
    again.db.close()
    again.state.close()


def test_a_number_that_nobody_has_looks_like_a_wrong_pin_and_locks_too(counter: ACounter) -> None:
    known, unknown = refused(counter.sessions.sign_in, "101", "0000"), refused(counter.sessions.sign_in, "999", "0000")
    assert (known.code, known.detail) == (unknown.code, unknown.detail)
    assert wrong(counter, 4, "999") == ["pin-wrong"] * 3 + ["locked-out"]


def test_numbers_that_do_not_exist_do_not_fill_the_disk(counter: ACounter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MAX_ROWS", 10)
    for number in range(30):
        wrong(counter, 1, f"x{number}")
    assert counter.state.reader.execute("SELECT count(*) FROM sign_in_attempt").fetchone()[0] == 10


def test_a_wrong_number_costs_the_same_work_as_a_wrong_pin(counter: ACounter) -> None:
    """So that nobody learns by the clock which numbers exist: the hash of nobody is as slow as a real one."""
    checked: list[str] = []

    def check(_: str, stored: str) -> bool:
        checked.append(stored)
        return False

    sessions = counter.new_sessions(check)
    for cashier in ("101", "999"):
        refused(sessions.sign_in, cashier, "1234")
    assert checked[0] == "1234"
    real = hash_pin("1234", b"p" * PEPPER_BYTES, b"s" * SALT_BYTES)
    assert checked[1].split("$")[:4] == real.split("$")[:4]
    assert len(checked[1]) == len(real)
    assert not verify_pin("1234", b"p" * PEPPER_BYTES, checked[1])


def test_real_hashes_open_and_lock(opened: Callable[..., ACounter]) -> None:
    pepper = b"p" * PEPPER_BYTES
    counter = opened(cashiers=[ACashier("101", pin_hash=hash_pin("4711", pepper, b"s" * SALT_BYTES))])
    sessions: Sessions = counter.new_sessions(lambda pin, stored: verify_pin(pin, pepper, stored))
    assert refused(sessions.sign_in, "101", "4712").code == "pin-wrong"
    assert sessions.sign_in("101", "4711")["cashier"] == "101"
