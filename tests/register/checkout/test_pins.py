"""A PIN changed at the till: it holds at once, OFFLINE too, travels home as a hash, and the newest one counts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from poscore import records
from poscore.errors import Refused
from poscore.instants import instant_text
from poscore.pins import PEPPER_BYTES, PIN_HASH, SALT_BYTES, hash_pin, verify_pin
from tests.support.builders import CASHIERS, ACashier, ACounter

NEW = "4711"


def refused(act: Callable[..., Any], *args: Any) -> str:
    with pytest.raises(Refused) as error:
        act(*args)
    return error.value.code


def change(counter: ACounter, old: str = "1234", new: str = NEW, cashier: str = "101") -> dict[str, Any]:
    return counter.sessions.change_pin(counter.sign_in(cashier, old), old, new)


def snapshot(counter: ACounter, version: int, pin_hash: str, pin_changed_at: str) -> None:
    """The next one, in which cashier 101 has this PIN (the builders' hash of a PIN is the PIN)."""
    others = [one for one in CASHIERS if one.cashier_id != "101"]
    mine = ACashier("101", pin_hash=pin_hash, pin_changed_at=pin_changed_at)
    counter.use_catalog(version, cashiers=[mine, *others])


def at(counter: ACounter, **ago: int) -> str:
    counter.clock.advance(**ago)
    return instant_text(counter.clock())


@pytest.mark.parametrize("offline", [False, True])
def test_a_new_pin_holds_at_once(opened: Callable[..., ACounter], offline: bool) -> None:
    counter = opened(offline=offline)
    told = change(counter)
    assert told == {"cashier": "101", "changed_at": counter.desk.now()}
    assert refused(counter.sessions.sign_in, "101", "1234") == "pin-wrong"
    assert counter.sign_in("101", NEW).cashier == "101"
    assert counter.records(records.PIN_CHANGED) == [{**told, "pin_hash": NEW}]
    assert counter.commits_told > 0


def test_it_holds_after_a_kill(counter: ACounter) -> None:
    change(counter)
    again = counter.restarted()
    assert again.sign_in("101", NEW).cashier == "101"
    assert refused(again.sessions.sign_in, "101", "1234") == "pin-wrong"
    again.db.close()
    again.state.close()


def test_killed_before_the_commit_the_old_pin_is_the_pin(counter: ACounter, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def keep(*_: Any) -> None:
        raise Killed

    session = counter.sign_in()
    monkeypatch.setattr("register_svc.journal.pin_changes.PinChanges.keep", keep)
    with pytest.raises(Killed):
        counter.sessions.change_pin(session, "1234", NEW)
    monkeypatch.undo()
    again = counter.restarted()
    assert again.records(records.PIN_CHANGED) == []
    assert again.sign_in("101", "1234").cashier == "101"
    again.db.close()
    again.state.close()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("9999", NEW, "pin-wrong"),
        ("1234", "1111", "pin-weak"),
        ("1234", "12", "pin-invalid"),
        ("1234", "1234", "pin-weak"),
    ],
)
def test_a_change_that_is_refused_changes_nothing(counter: ACounter, old: str, new: str, code: str) -> None:
    session = counter.sign_in()
    assert refused(counter.sessions.change_pin, session, old, new) == code
    assert counter.records(records.PIN_CHANGED) == []
    assert counter.sign_in("101", "1234").cashier == "101"


def test_guessing_the_old_pin_locks_the_number(counter: ACounter) -> None:
    session = counter.sign_in()
    codes = [refused(counter.sessions.change_pin, session, "9999", NEW) for _ in range(5)]
    assert codes == ["pin-wrong"] * 4 + ["locked-out"]


def test_a_snapshot_from_before_the_change_does_not_bring_the_old_pin_back(counter: ACounter) -> None:
    set_at = at(counter)
    snapshot(counter, 2, "1234", set_at)
    at(counter, minutes=1)
    change(counter)
    snapshot(counter, 3, "1234", set_at)
    assert counter.sign_in("101", NEW).cashier == "101"


def test_a_snapshot_that_carries_the_change_confirms_it_and_from_then_on_decides(counter: ACounter) -> None:
    changed_at = change(counter)["changed_at"]
    snapshot(counter, 2, NEW, changed_at)
    counter.sign_in("101", NEW)
    assert counter.db.reader.execute("SELECT count(*) FROM pin_change").fetchone() == (0,)
    snapshot(counter, 3, "8642", "")  # whatever clock that was made by
    assert counter.sign_in("101", "8642").cashier == "101"


def test_a_pin_that_was_set_later_elsewhere_wins(counter: ACounter) -> None:
    change(counter)
    snapshot(counter, 2, "8642", at(counter, minutes=1))
    assert refused(counter.sessions.sign_in, "101", NEW) == "pin-wrong"
    assert counter.sign_in("101", "8642").cashier == "101"


def test_the_newest_of_two_changes_here_counts(counter: ACounter) -> None:
    change(counter)
    change(counter, NEW, "8642")
    assert refused(counter.sessions.sign_in, "101", NEW) == "pin-wrong"
    assert counter.sign_in("101", "8642").cashier == "101"


def test_a_clock_that_is_behind_does_not_undo_a_change(counter: ACounter) -> None:
    set_at = at(counter, minutes=60)
    snapshot(counter, 2, "1234", set_at)
    at(counter, minutes=-60)
    assert change(counter)["changed_at"] > set_at
    assert counter.sign_in("101", NEW).cashier == "101"


def test_another_stores_change_is_no_change_here(counter: ACounter) -> None:
    """A register that moves to another store keeps its journal; there its hashes hold under no pepper."""
    change(counter)
    with counter.db.write() as connection:
        connection.execute("UPDATE pin_change SET store = 'elsewhere'")
    assert counter.sign_in("101", "1234").cashier == "101"


def test_a_cashier_who_has_left_does_not_come_back_by_a_change(counter: ACounter) -> None:
    change(counter)
    counter.use_catalog(2, cashiers=[one for one in CASHIERS if one.cashier_id != "101"])
    assert refused(counter.sessions.sign_in, "101", NEW) == "pin-wrong"


def test_no_pin_is_written_anywhere(counter: ACounter, tmp_path: Path) -> None:
    pepper = b"p" * PEPPER_BYTES
    old, new = "908172", "645392"
    counter.use_catalog(2, cashiers=[ACashier("101", pin_hash=hash_pin(old, pepper, b"s" * SALT_BYTES))])
    counter.sessions = counter.new_sessions(
        lambda pin, stored: verify_pin(pin, pepper, stored), lambda pin: hash_pin(pin, pepper, b"t" * SALT_BYTES)
    )
    change(counter, old, new)
    assert counter.sign_in("101", new).cashier == "101"
    (record,) = counter.records(records.PIN_CHANGED)
    assert PIN_HASH.fullmatch(record["pin_hash"])
    assert verify_pin(new, pepper, record["pin_hash"])
    for path in tmp_path.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert new.encode() not in data
            assert old.encode() not in data
