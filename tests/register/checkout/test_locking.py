"""A session that nobody uses locks, and its PIN opens it; training is the session's, and never mixes with selling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from poscore import records
from poscore.errors import Refused
from register_svc.checkout.wishes import NewSale
from tests.support.builders import MILK, ACounter, told


def refused(act: Callable[..., Any], *args: Any) -> Refused:
    with pytest.raises(Refused) as error:
        act(*args)
    return error.value


# -- the lock ------------------------------------------------------------------------------------------------------


def test_after_ten_minutes_unused_a_session_asks_for_its_pin(counter: ACounter) -> None:
    session = counter.sign_in()
    sale = counter.start()
    counter.scan(sale, MILK)
    counter.clock.advance(minutes=9, seconds=59)
    counter.seen()
    counter.clock.advance(minutes=10)
    locked = refused(counter.seen)
    assert (locked.code, locked.extra) == ("session-locked", {"cashier": "101", "name": "Matti Myyjä"})
    assert refused(counter.seen).code == "session-locked"  # asking does not open it

    held = counter.sessions.find_locked(f"Bearer {session.token}")
    assert refused(counter.sessions.unlock, held, "9999").code == "pin-wrong"
    assert counter.sessions.unlock(held, "1234")["cashier"] == "101"
    assert counter.seen() == session
    assert len(counter.sales.look.view(sale)["lines"]) == 1


def test_wrong_pins_at_the_lock_lock_the_number(counter: ACounter) -> None:
    session = counter.sign_in()
    counter.clock.advance(minutes=10)
    codes = [refused(counter.sessions.unlock, session, "9999").code for _ in range(5)]
    assert codes == ["pin-wrong"] * 4 + ["locked-out"]
    assert refused(counter.sessions.sign_in, "101", "1234").code == "locked-out"


def test_a_locked_session_can_be_signed_out(counter: ACounter) -> None:
    session = counter.sign_in()
    counter.clock.advance(minutes=10)
    counter.sessions.sign_out(counter.sessions.find_locked(f"Bearer {session.token}"))
    assert refused(counter.seen).code == "session-required"


def test_a_lock_stays_whatever_the_clock_does(counter: ACounter) -> None:
    counter.sign_in()
    counter.clock.advance(days=-1)
    assert refused(counter.seen).code == "session-locked"
    counter.clock.advance(days=1)
    assert refused(counter.seen).code == "session-locked"


@pytest.mark.parametrize(("minutes", "idle_min", "locks"), [(0, 10_000, False), (1, 1, True), (60, 59, False)])
def test_a_shop_says_how_long(opened: Callable[..., ACounter], minutes: int, idle_min: int, locks: bool) -> None:
    counter = opened(settings={"people.lock_after_min": minutes})
    counter.sign_in()
    counter.clock.advance(minutes=idle_min)
    if locks:
        assert refused(counter.seen).code == "session-locked"
    else:
        counter.seen()


def test_the_registers_own_commands_have_no_pin(counter: ACounter) -> None:
    for act in (
        lambda: counter.sessions.unlock(control(), "1234"),
        lambda: counter.sessions.change_pin(control(), "1234", "4711"),
        lambda: counter.sessions.give_leave(control(), "301", "1234", "no-sale"),
        lambda: counter.sessions.train(control(), True),
    ):
        assert refused(act).code == "session-required"


def control() -> Any:
    from register_svc.till.people import Session

    return Session("", None, "register", "technician")


# -- training ------------------------------------------------------------------------------------------------------


def test_training_begins_and_ends_once_and_is_journalled(counter: ACounter) -> None:
    counter.sign_in()
    for _ in range(2):
        assert counter.sessions.train(counter.session, True)["training"] is True
        assert counter.seen().training
    for _ in range(2):
        assert counter.sessions.train(counter.session, False)["training"] is False
        assert not counter.seen().training
    assert counter.records(records.TRAINING_STARTED) == counter.records(records.TRAINING_ENDED) == [{"cashier": "101"}]


def test_signing_out_ends_training(counter: ACounter) -> None:
    counter.sessions.train(counter.sign_in(), True)
    counter.sessions.sign_out(counter.seen())
    assert counter.records(records.TRAINING_ENDED) == [{"cashier": "101"}]


def test_a_session_that_trains_touches_no_real_sale(counter: ACounter) -> None:
    counter.sign_in()
    real = counter.start()
    counter.scan(real, MILK)
    counter.sessions.train(counter.session, True)
    session = counter.seen()
    sales = counter.sales
    for act in (
        lambda: sales.start(session, NewSale(training=False), None),
        lambda: counter.scan(real, MILK),
        lambda: sales.void_line(session, real, 1),
        lambda: counter.pay(real, "cash"),
        lambda: sales.park(session, real, None),
        lambda: sales.abort(session, real, None),
        lambda: sales.complete(session, real, None),
    ):
        assert refused(act).code == "training-mixed"
    assert refused(counter.shifts.open_drawer, session, "x", None).code == "training-on"

    done = counter.sold(MILK, training=True)
    assert done["receipt_no"] == "r1-1-T1"
    counter.sessions.train(session, False)
    counter.seen()
    counter.pay(real, "cash")
    assert counter.complete(real)["receipt_no"] == "r1-1-000001"
    assert told(sales.start(counter.session, NewSale(), None))["training"] is False
    assert counter.x_report()["sales"]["count"] == 1
