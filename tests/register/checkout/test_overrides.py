"""A manager's PIN for one action: it passes once, for one session, within a minute, and is in the journal with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from poscore import records
from poscore.errors import Refused
from register_svc.checkout.changes import NewPrice
from register_svc.checkout.shifts import Report
from register_svc.till.cash_count import CashCount
from register_svc.till.discounts import Discount
from tests.support.builders import MILK, ACounter, a_key, told


def refused(act: Callable[..., Any], *args: Any) -> Refused:
    with pytest.raises(Refused) as error:
        act(*args)
    return error.value


def a_discount(counter: ACounter, sale: str, percent_bp: int = 2_000, key: str = "k") -> dict[str, Any]:
    discount = Discount(None, percent_bp, None, "damaged")
    return told(counter.sales.add_discount(counter.session, sale, discount, a_key(key)))


@pytest.fixture
def sale(counter: ACounter) -> str:
    counter.sign_in()
    sale = counter.start()
    counter.scan(sale, MILK)
    return sale


def test_what_a_role_may_not_do_passes_once_with_somebodys_leave(counter: ACounter, sale: str) -> None:
    missing = refused(a_discount, counter, sale)
    assert (missing.code, missing.extra) == ("permission-missing", {"permission": "discount-over-limit"})

    counter.leave("discount-over-limit")
    assert a_discount(counter, sale)["totals"]["discount"] == 26
    assert counter.records(records.OVERRIDE_USED) == [
        {"cashier": "101", "by": "301", "permission": "discount-over-limit", "what": "discount", "sale": sale}
    ]
    assert refused(a_discount, counter, sale, 3_000, "other").code == "permission-missing"
    assert counter.verdict().ok


def test_the_token_is_of_no_use_when_it_was_used(counter: ACounter, sale: str) -> None:
    token = counter.sessions.give_leave(counter.seen(), "301", "1234", "discount-over-limit")["token"]
    counter.seen(token)
    a_discount(counter, sale)
    counter.seen(token)
    assert refused(a_discount, counter, sale, 3_000, "other").code == "permission-missing"
    assert len(counter.records(records.OVERRIDE_USED)) == 1


def test_two_requests_with_one_token_are_one_use(counter: ACounter, sale: str) -> None:
    """Both have passed the door with it; the second finds it used when its turn comes."""
    with_leave = counter.leave("discount-over-limit")
    a_discount(counter, sale)
    counter.session = with_leave
    assert refused(a_discount, counter, sale, 3_000, "other").code == "permission-missing"
    assert len(counter.records(records.OVERRIDE_USED)) == 1


@pytest.mark.parametrize(("seconds", "lives"), [(59, True), (60, False), (-1, False)])
def test_leave_lasts_a_minute(counter: ACounter, seconds: int, lives: bool) -> None:
    counter.sign_in()
    given = counter.sessions.give_leave(counter.seen(), "301", "1234", "no-sale")
    assert given == {"token": given["token"], "permission": "no-sale", "by": "301", "expires_in_s": 60}
    counter.clock.advance(seconds=seconds)
    assert (counter.seen(given["token"]).override is not None) is lives


def test_leave_is_one_sessions_alone(counter: ACounter) -> None:
    counter.sign_in("101")
    token = counter.sessions.give_leave(counter.seen(), "301", "1234", "price-override")["token"]
    counter.sign_in("201")
    assert counter.seen(token).override is None


def test_a_restart_voids_what_was_not_used(counter: ACounter, sale: str) -> None:
    counter.leave("discount-over-limit")
    again = counter.restarted()
    again.session = counter.session  # as if the token of before were still known
    assert refused(a_discount, again, sale).code == "permission-missing"
    assert again.records(records.OVERRIDE_USED) == []
    again.db.close()
    again.state.close()


def test_a_retry_after_a_kill_gets_its_answer_and_asks_nobody_again(counter: ACounter, sale: str) -> None:
    counter.leave("discount-over-limit")
    first = a_discount(counter, sale)
    again = counter.restarted()
    again.sign_in()
    assert a_discount(again, sale) == first
    assert len(again.records(records.OVERRIDE_USED)) == 1
    assert len(again.sales.look.view(sale)["discounts"]) == 1
    assert again.verdict().ok
    again.db.close()
    again.state.close()


def test_killed_before_the_commit_neither_the_act_nor_the_use_is_there(
    counter: ACounter, sale: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter.leave("discount-over-limit")

    class Killed(BaseException):
        pass

    def append(*_: Any) -> None:
        raise Killed

    monkeypatch.setattr("register_svc.journal.journal.Writing.append", append)
    with pytest.raises(Killed):
        a_discount(counter, sale)
    monkeypatch.undo()
    assert counter.sales.look.view(sale)["discounts"] == []
    assert a_discount(counter, sale)["totals"]["discount"] == 26  # nothing was used up
    assert len(counter.records(records.OVERRIDE_USED)) == 1


def test_what_is_refused_for_another_reason_does_not_use_the_leave_up(counter: ACounter, sale: str) -> None:
    counter.leave("discount-over-limit")
    too_much = Discount(None, None, 100_000, "damaged")
    assert refused(counter.sales.add_discount, counter.session, sale, too_much, None).code == "discount-too-large"
    a_discount(counter, sale)


def test_whoever_gives_leave_must_have_the_right(counter: ACounter) -> None:
    session = counter.sign_in()
    no = refused(counter.sessions.give_leave, session, "201", "1234", "price-zero")
    assert (no.code, no.extra) == ("permission-missing", {"permission": "price-zero"})
    assert counter.sessions.give_leave(session, "201", "1234", "price-override")["by"] == "201"


@pytest.mark.parametrize("permission", ["sell", "fly", ""])
def test_nobody_gives_leave_to_sell(counter: ACounter, permission: str) -> None:
    session = counter.sign_in("901")
    assert refused(counter.sessions.give_leave, session, "301", "1234", permission).code == "permission-unknown"


def test_wrong_pins_count_to_the_same_lock(counter: ACounter) -> None:
    session = counter.sign_in()
    codes = [refused(counter.sessions.give_leave, session, "301", "9999", "no-sale").code for _ in range(4)]
    assert codes == ["pin-wrong"] * 4
    assert refused(counter.sessions.sign_in, "301", "9999").code == "locked-out"
    assert refused(counter.sessions.give_leave, session, "301", "1234", "no-sale").code == "locked-out"
    assert counter.sign_in("101").cashier == "101"


SELLS_ONLY = {"cashier": ["sell"], "manager": ["sell", "shift", "discount", "void-line", "abort-sale", "no-sale"]}
MORE = ["cash-movement", "report-x", "report-z", "return-without-receipt", "training", "price-override", "price-zero"]
ACTS: dict[str, tuple[str, Callable[[ACounter, str], Any]]] = {
    "start-return": ("return-without-receipt", lambda c, _: c.start(kind="return")),
    "start-sale": ("training", lambda c, _: c.start(training=True)),
    "void-line": ("void-line", lambda c, sale: c.sales.void_line(c.session, sale, 1)),
    "discount": ("discount-over-limit", a_discount),
    "price": ("price-override", lambda c, sale: c.sales.change_price(c.session, sale, NewPrice(1, 99, "x"), None)),
    "abort": ("abort-sale", lambda c, sale: c.sales.abort(c.session, sale, None)),
    "cash-moved": ("cash-movement", lambda c, _: c.shifts.move_cash(c.session, "out", 100, "x", None)),
    "drawer-opened": ("no-sale", lambda c, _: c.shifts.open_drawer(c.session, "x", None)),
    "report-printed": ("report-x", lambda c, _: c.shifts.print_report(c.session, Report(), None)),
    "training-started": ("training", lambda c, _: c.sessions.train(c.session, True)),
}


@pytest.mark.parametrize("what", ACTS)
def test_every_act_takes_its_permission_and_passes_with_leave(opened: Callable[..., ACounter], what: str) -> None:
    permission, act = ACTS[what]
    cashier = ["sell", "discount"] if what == "discount" else ["sell"]
    manager = [*SELLS_ONLY["manager"], *MORE, "discount-over-limit"]
    counter = opened(settings={"people.permissions": {"cashier": cashier, "manager": manager}})
    counter.sign_in()
    sale = counter.start()
    counter.scan(sale, MILK)
    assert refused(act, counter, sale).extra == {"permission": permission}
    before = counter.commits_told
    counter.leave(permission)
    act(counter, sale)
    used = counter.records(records.OVERRIDE_USED)
    assert [(one["what"], one["permission"]) for one in used] == [(what, permission)]
    assert counter.commits_told > before  # it goes home at once
    assert counter.verdict().ok


def test_a_shift_is_opened_and_closed_by_leave_and_the_z_still_names_the_record_before_it(
    opened: Callable[..., ACounter],
) -> None:
    counter = opened(shift=False, settings={"people.permissions": SELLS_ONLY})
    counter.sign_in()
    for act in (
        lambda: counter.shifts.open(counter.session, 0, a_key("open")),
        lambda: counter.shifts.close(counter.session, CashCount(0), a_key("close")),
    ):
        assert refused(act).code == "permission-missing"
        counter.leave("shift")
        first = told(act())
        counter.seen()
        assert told(act()) == first  # again under its key: no leave needed
    assert [one["what"] for one in counter.records(records.OVERRIDE_USED)] == ["shift-opened", "shift-closed"]
    assert counter.verdict().ok


def test_a_new_snapshot_changes_what_a_signed_in_cashier_may_do(counter: ACounter, sale: str) -> None:
    assert "void-line" in counter.seen().permissions
    counter.use_catalog(2, settings={"people.permissions": SELLS_ONLY})
    assert counter.seen().permissions == {"sell", "mode"}
    assert refused(counter.sales.void_line, counter.session, sale, 1).code == "permission-missing"
    counter.use_catalog(
        3, settings={"people.permissions": {"cashier": ["mode"]}}
    )  # locks everybody out: the shipped one
    told(counter.sales.void_line(counter.seen(), sale, 1))
