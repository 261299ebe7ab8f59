"""The switch between two receipts, the backup before it, its trial, and the way back."""

import shutil
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from poscore.errors import Refused, Untrusted
from poscore.instants import instant_text
from register_svc.snapshots import slots, switch
from register_svc.snapshots.states import State
from tests.support.builders import MILK, AnArticle
from tests.support.bundles import Bundle, Publisher, catalog
from tests.support.receiving import Receiving, price_of, until


@pytest.fixture
def one(publisher: Publisher) -> Bundle:
    return at_price(publisher, 1, 100)


@pytest.fixture
def two(publisher: Publisher) -> Bundle:
    return at_price(publisher, 2, 200)


@pytest.fixture
def three(publisher: Publisher) -> Bundle:
    return at_price(publisher, 3, 300)


def at_price(publisher: Publisher, version: int, price: int) -> Bundle:
    return publisher.publish(version, catalog(articles=[AnArticle("A1", price=price, codes=(MILK,))]))


def price_now(register: Receiving) -> int | None:
    active = register.snapshots.active()
    return price_of(active.path, MILK) if active else None


# -- forward -----------------------------------------------------------------------------------------------------------


def test_nothing_is_sold_from_before_the_first_activation(register: Receiving, one: Bundle) -> None:
    register.stage(one)
    register.snapshots.poke()
    assert register.snapshots.active() is None
    assert register.till.sold_from == []


def test_an_activated_snapshot_is_good_and_the_till_was_told(register: Receiving, one: Bundle, two: Bundle) -> None:
    register.sell_from(one, two)
    active = register.snapshots.active()
    assert active is not None
    assert (active.version, active.sha256) == (2, two.catalog_sha256)
    assert (active.activated_at, active.published_at) == (register.till.clock.text, register.till.clock.text)
    assert register.till.sold_from == [1, 2]
    assert price_now(register) == 200
    assert register.snapshots.listing() == {
        "active": 2,
        "previous": 1,
        "seen": 2,
        "slots": [
            {
                "version": bundle.version,
                "state": "GOOD",
                "reason": None,
                "sha256": bundle.catalog_sha256,
                "received_at": register.till.clock.text,
                "activated_at": register.till.clock.text,
            }
            for bundle in (two, one)
        ],
    }


def test_activating_again_answers_the_same_and_does_nothing(register: Receiving, one: Bundle) -> None:
    register.sell_from(one)
    assert register.snapshots.activate(1) == (1, State.GOOD, False)
    assert register.till.sold_from == [1]
    assert register.till.backups == 1


def test_a_snapshot_activated_while_it_is_built_is_switched_to_when_it_is_staged(
    register: Receiving, one: Bundle
) -> None:
    register.push(one)
    register.snapshots.activate(1)
    register.wait_for(1, State.GOOD)


def test_an_open_sale_delays_the_switch_until_its_receipt_ends(register: Receiving, one: Bundle, two: Bundle) -> None:
    register.sell_from(one)
    register.stage(two)
    register.till.sale_is_open = True
    assert register.snapshots.activate(2) == (2, State.STAGED, True)
    register.snapshots.poke()
    assert price_now(register) == 100

    register.till.sale_is_open = False
    register.snapshots.poke()
    register.wait_for(2, State.GOOD)
    assert price_now(register) == 200
    assert register.till.backups == 2  # one each: that of the first try was still good


def test_a_switch_that_waits_happens_even_if_nobody_ever_pokes(
    register: Receiving, one: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A forgotten sale times out without a receipt."""
    monkeypatch.setattr(switch, "_RETRY_S", 0.05)
    register.stage(one)
    register.till.sale_is_open = True
    register.snapshots.activate(1)
    register.till.sale_is_open = False
    register.wait_for(1, State.GOOD)


def test_a_backup_that_has_grown_old_is_made_again(register: Receiving, one: Bundle) -> None:
    register.stage(one)
    register.till.sale_is_open = True
    register.snapshots.activate(1)
    register.till.clock.advance(minutes=16)
    register.till.sale_is_open = False
    register.snapshots.poke()
    register.wait_for(1, State.GOOD)
    assert register.till.backups == 2


def test_a_switch_wanted_at_day_change_waits_for_another_business_day(
    register: Receiving, one: Bundle, two: Bundle
) -> None:
    register.sell_from(one)
    register.stage(two)
    assert register.snapshots.activate(2, "day_change") == (2, State.STAGED, True)
    register.snapshots.poke()
    register.restart()
    register.till.day = "2026-11-23"
    assert register.snapshots.activate(2, "day_change").state is State.GOOD  # asked again, it is not put off again
    assert price_now(register) == 200


@pytest.mark.parametrize("when", ["now", "day_change"])
def test_a_version_for_later_waits_for_its_instant_whoever_asks(
    register: Receiving, publisher: Publisher, one: Bundle, when: str
) -> None:
    register.sell_from(one)
    at = register.till.clock.at + timedelta(hours=2)
    register.stage(publisher.publish(2, catalog(padding=1), info={"activate_at": instant_text(at)}))
    register.till.day = "2026-11-22"
    assert register.snapshots.activate(2, when) == (2, State.STAGED, True)  # type: ignore[arg-type]
    register.till.day = "2026-11-23"
    register.restart()
    register.till.clock.advance(seconds=7199)
    register.snapshots.poke()
    assert register.active == 1

    register.till.clock.advance(seconds=1)
    register.snapshots.poke()

    register.wait_for(2, State.GOOD)


@pytest.mark.parametrize("at", ["tomorrow", 5, ""])
def test_an_instant_that_is_none_is_damaged(register: Receiving, publisher: Publisher, at: object) -> None:
    with pytest.raises(Untrusted) as refused:
        register.push(publisher.publish(2, catalog(), info={"activate_at": at}))
    assert refused.value.code == "damaged"


def test_what_is_wanted_now_does_not_wait_for_the_day(register: Receiving, one: Bundle) -> None:
    register.stage(one)
    register.snapshots.activate(1, "day_change")
    assert register.snapshots.activate(1, "now").state is State.GOOD


def test_the_intent_to_switch_survives_a_restart(register: Receiving, one: Bundle) -> None:
    register.stage(one)
    register.till.sale_is_open = True
    register.snapshots.activate(1)
    register.restart()
    register.till.sale_is_open = False
    register.snapshots.poke()
    register.wait_for(1, State.GOOD)


def test_a_newer_snapshot_takes_the_place_of_one_that_waits(
    register: Receiving, one: Bundle, two: Bundle, three: Bundle
) -> None:
    register.sell_from(one)
    register.stage(two)
    register.till.sale_is_open = True
    register.snapshots.activate(2)
    register.stage(three)
    register.snapshots.activate(3)
    register.till.sale_is_open = False
    register.snapshots.poke()
    register.wait_for(3, State.GOOD)
    assert register.till.sold_from == [1, 3]
    with pytest.raises(Refused):
        register.snapshots.activate(2)


@pytest.mark.parametrize(("version", "code"), [(9, "snapshot-not-found"), (1, "rollback")])
def test_what_is_not_there_or_older_is_not_activated(
    register: Receiving, one: Bundle, two: Bundle, version: int, code: str
) -> None:
    register.sell_from(one, two)
    with pytest.raises(Refused) as refused:
        register.snapshots.activate(version)
    assert refused.value.code == code


# -- the backup --------------------------------------------------------------------------------------------------------


def test_without_a_backup_there_is_no_switch_and_nothing_is_deleted(
    register: Receiving, one: Bundle, two: Bundle, three: Bundle
) -> None:
    register.sell_from(one, two)
    register.stage(three)
    before = register.files()
    register.till.backup_fails = True

    with pytest.raises(Refused) as refused:
        register.snapshots.activate(3)

    assert refused.value.code == "backup"
    assert (register.state_of(3), register.reason_of(3)) == (State.STAGED, "backup")
    assert (register.active, register.till.sold_from) == (2, [1, 2])
    register.restart()
    register.snapshots.poke()
    assert register.files() == before

    register.till.backup_fails = False
    assert register.snapshots.activate(3).state is State.GOOD
    assert register.reason_of(3) is None


def test_a_backup_that_fails_while_the_switch_waits_ends_the_waiting(register: Receiving, one: Bundle) -> None:
    register.stage(one)
    register.till.sale_is_open = True
    register.snapshots.activate(1)
    register.till.clock.advance(minutes=16)
    register.till.backup_fails = True
    register.snapshots.poke()
    until(lambda: register.reason_of(1) == "backup")
    register.till.sale_is_open = register.till.backup_fails = False
    register.snapshots.poke()
    assert register.snapshots.active() is None


# -- the trial ---------------------------------------------------------------------------------------------------------


def test_a_snapshot_that_fails_its_probes_once_it_is_sold_from_is_left_by_itself(
    register: Receiving, one: Bundle, two: Bundle
) -> None:
    register.sell_from(one)
    register.stage(two)
    register.till.cannot_price.add(two.catalog_sha256)
    assert register.snapshots.activate(2).state is State.ROLLED_BACK
    assert (register.active, register.reason_of(2)) == (1, "check")
    assert register.till.sold_from == [1, 2, 1]
    with pytest.raises(Untrusted) as refused:
        register.snapshots.activate(2)
    assert refused.value.code == "check"


def test_a_snapshot_that_the_till_cannot_open_is_left_by_itself(register: Receiving, one: Bundle, two: Bundle) -> None:
    register.sell_from(one)
    register.stage(two)
    register.till.cannot_open.add(2)
    assert register.snapshots.activate(2).state is State.ROLLED_BACK
    assert register.active == 1


@pytest.fixture
def with_trials(register: Receiving) -> Receiving:
    """Versions are on trial as long as they are in a shop."""
    register.till.trial_s = 600
    register.restart()
    return register


def activated(register: Receiving, *bundles: Bundle) -> None:
    for bundle in bundles:
        register.stage(bundle)
        assert register.snapshots.activate(bundle.version).state is State.TRIAL


def test_a_version_is_on_trial_until_a_receipt_was_made_with_it(with_trials: Receiving, one: Bundle) -> None:
    activated(with_trials, one)
    with_trials.snapshots.poke()  # something else was journalled
    with_trials.till.clock.advance(seconds=599)
    with_trials.snapshots.poke()
    assert with_trials.snapshots.activate(1) == (1, State.TRIAL, False)

    with_trials.till.receipts += 1
    with_trials.snapshots.poke()

    with_trials.wait_for(1, State.GOOD)


def test_a_version_that_nobody_buys_from_is_on_trial_for_ten_minutes(with_trials: Receiving, one: Bundle) -> None:
    activated(with_trials, one)
    with_trials.till.clock.advance(seconds=600)
    with_trials.snapshots.poke()
    with_trials.wait_for(1, State.GOOD)


def test_a_clock_that_is_set_back_makes_no_trial_longer(with_trials: Receiving, one: Bundle) -> None:
    activated(with_trials, one)
    with_trials.till.clock.advance(days=-3)
    with_trials.snapshots.poke()
    with_trials.wait_for(1, State.GOOD)


def test_a_newer_version_ends_the_trial_and_can_be_left_for_the_one_before(
    with_trials: Receiving, one: Bundle, two: Bundle
) -> None:
    """Prices that change by the minute wait for no trial."""
    activated(with_trials, one, two)
    assert with_trials.state_of(1) is State.GOOD
    assert with_trials.snapshots.rollback(2).state is State.ROLLED_BACK
    assert with_trials.active == 1


def test_two_starts_that_came_to_no_end_of_the_trial_are_enough(
    with_trials: Receiving, one: Bundle, two: Bundle, three: Bundle
) -> None:
    """Whatever it is that brings the register down as soon as somebody buys from it."""
    activated(with_trials, one, two)
    for _ in range(2):
        with_trials.restart()
        assert with_trials.active == 2

    with_trials.restart()

    assert (with_trials.active, price_now(with_trials)) == (1, 100)
    assert (with_trials.state_of(2), with_trials.reason_of(2)) == (State.ROLLED_BACK, "trial")
    with pytest.raises(Untrusted) as refused:
        with_trials.snapshots.activate(2)
    assert refused.value.code == "trial"
    for _ in range(4):
        with_trials.restart()
    assert with_trials.active == 1
    activated(with_trials, three)


def test_starts_are_counted_anew_for_each_version(with_trials: Receiving, one: Bundle, two: Bundle) -> None:
    activated(with_trials, one)
    for _ in range(2):
        with_trials.restart()
    activated(with_trials, two)
    for _ in range(2):
        with_trials.restart()
    assert with_trials.active == 2


def test_a_first_version_is_kept_however_often_the_register_starts(with_trials: Receiving, one: Bundle) -> None:
    activated(with_trials, one)
    for _ in range(5):
        with_trials.restart()
    assert (with_trials.active, with_trials.state_of(1)) == (1, State.TRIAL)


def test_a_version_that_goes_bad_on_trial_is_left(with_trials: Receiving, one: Bundle, two: Bundle) -> None:
    activated(with_trials, one, two)
    with_trials.till.cannot_price.add(two.catalog_sha256)
    with_trials.till.receipts += 1
    with_trials.snapshots.poke()
    with_trials.wait_for(2, State.ROLLED_BACK)
    assert (with_trials.active, with_trials.reason_of(2)) == (1, "check")


def test_a_first_snapshot_that_fails_its_probes_stays_since_there_is_nothing_else(
    register: Receiving, one: Bundle, two: Bundle
) -> None:
    register.stage(one)
    register.till.cannot_price.add(one.catalog_sha256)
    assert register.snapshots.activate(1).state is State.TRIAL
    assert register.active == 1

    register.sell_from(two)
    assert register.snapshots.listing()["previous"] is None  # what never proved good is nothing to go back to


def test_a_sale_begun_in_the_trial_delays_the_way_back(
    register: Receiving, one: Bundle, two: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    register.sell_from(one)
    register.stage(two)
    register.till.cannot_price.add(two.catalog_sha256)
    told = register.till.switched

    def and_a_sale_begins(active: slots.ActiveSnapshot) -> None:
        told(active)
        register.till.sale_is_open = True

    monkeypatch.setattr(register.till, "switched", and_a_sale_begins)
    register.restart()
    assert register.snapshots.activate(2).state is State.TRIAL
    assert register.active == 2
    monkeypatch.undo()
    register.till.sale_is_open = False
    register.snapshots.poke()
    register.wait_for(2, State.ROLLED_BACK)
    assert register.active == 1


# -- back --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("named", [2, 1], ids=["the version to leave", "the version to go back to"])
def test_a_rollback_goes_back_and_again_does_nothing(register: Receiving, one: Bundle, two: Bundle, named: int) -> None:
    register.sell_from(one, two)
    expected = {2: State.ROLLED_BACK, 1: State.GOOD}[named]
    for _ in range(2):
        assert register.snapshots.rollback(named) == (named, expected, False)
    assert (register.active, price_now(register)) == (1, 100)
    assert register.till.sold_from == [1, 2, 1]
    assert (register.state_of(2), register.reason_of(2)) == (State.ROLLED_BACK, "manual")
    assert register.snapshots.listing()["previous"] is None


def test_a_rollback_needs_no_backup(register: Receiving, one: Bundle, two: Bundle) -> None:
    register.sell_from(one, two)
    register.till.backup_fails = True
    register.snapshots.rollback(2)
    assert register.active == 1


def test_a_rollback_waits_for_an_open_sale_and_survives_a_restart(
    register: Receiving, one: Bundle, two: Bundle
) -> None:
    register.sell_from(one, two)
    register.till.sale_is_open = True
    assert register.snapshots.rollback(2) == (2, State.GOOD, True)
    register.restart()
    assert register.active == 2
    register.till.sale_is_open = False
    register.snapshots.poke()
    register.wait_for(2, State.ROLLED_BACK)
    assert register.active == 1


def test_a_rollback_without_anything_before_is_refused(register: Receiving, one: Bundle) -> None:
    register.sell_from(one)
    with pytest.raises(Refused) as refused:
        register.snapshots.rollback(1)
    assert refused.value.code == "no-previous-snapshot"
    assert register.active == 1


def test_a_rollback_to_a_file_that_is_not_whole_any_more_is_refused(
    register: Receiving, one: Bundle, two: Bundle
) -> None:
    register.sell_from(one, two)
    path = register.slots.path(1)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(Untrusted) as refused:
        register.snapshots.rollback(2)
    assert refused.value.code == "hash"
    assert (register.active, price_now(register)) == (2, 200)


def test_there_is_no_rollback_to_what_was_never_sold_from(register: Receiving, one: Bundle, two: Bundle) -> None:
    register.sell_from(one)
    register.stage(two)
    for version, code in ((2, "snapshot-state"), (9, "snapshot-not-found")):
        with pytest.raises(Refused) as refused:
            register.snapshots.rollback(version)
        assert refused.value.code == code
    assert register.active == 1


def test_a_snapshot_that_staff_went_back_from_can_be_activated_again(
    register: Receiving, one: Bundle, two: Bundle
) -> None:
    register.sell_from(one, two)
    register.snapshots.rollback(2)
    assert register.push(two).state is State.ROLLED_BACK
    assert register.snapshots.activate(2).state is State.GOOD
    assert (register.active, price_now(register)) == (2, 200)
    assert register.snapshots.rollback(2).state is State.ROLLED_BACK
    assert register.active == 1


def test_after_a_rollback_the_next_version_is_switched_to(
    register: Receiving, one: Bundle, two: Bundle, three: Bundle
) -> None:
    register.sell_from(one, two)
    register.snapshots.rollback(2)
    register.sell_from(three)
    assert register.snapshots.listing()["previous"] == 1
    register.snapshots.rollback(3)
    assert price_now(register) == 100


# -- what is kept ------------------------------------------------------------------------------------------------------


def test_three_versions_are_kept_and_older_ones_deleted(register: Receiving, publisher: Publisher) -> None:
    for version in range(1, 5):
        register.sell_from(at_price(publisher, version, version))
    register.stage(at_price(publisher, 5, 5))
    kept = {f"snapshots/{version}/catalog.db" for version in (3, 4, 5)}
    until(lambda: register.files() == kept, lambda: str(register.files()))
    assert [slot.version for slot in register.slots.all()] == [5, 4, 3]


def test_a_directory_that_cannot_be_deleted_is_left_for_the_next_start(
    register: Receiving, one: Bundle, two: Bundle, three: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows an open file, or a virus scanner, keeps it."""
    register.sell_from(one, two)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", lambda *_, **__: None)
        register.sell_from(three)
        register.close()
        assert register.slots.path(1).exists()
    register._open()
    until(lambda: not register.slots.path(1).exists())
    assert register.active == 3


def test_bundles_left_by_a_killed_reception_are_removed_at_the_next_start(register: Receiving, tmp_path: Path) -> None:
    (tmp_path / "incoming" / "1.zip").write_bytes(b"half a bundle")
    register.restart()
    assert register.files() == set()


# -- at once -----------------------------------------------------------------------------------------------------------


def test_a_hundred_switches_never_leave_a_reader_without_a_catalogue(
    register: Receiving, one: Bundle, two: Bundle
) -> None:
    register.sell_from(one, two)
    seen: set[int | None] = set()
    over = threading.Event()

    def read() -> None:
        while not over.is_set():
            seen.add(price_now(register))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(50):
        register.snapshots.rollback(2)
        register.snapshots.activate(2)
    over.set()
    for reader in readers:
        reader.join()
    assert seen == {100, 200}


def test_a_pushed_but_never_activated_snapshot_stays_staged(register: Receiving, one: Bundle, two: Bundle) -> None:
    register.sell_from(one)
    register.stage(two)
    register.till.clock.advance(days=3)
    register.snapshots.poke()
    register.restart()
    register.snapshots.poke()
    assert (register.state_of(2), register.active) == (State.STAGED, 1)


def test_the_age_of_a_backup_is_not_judged_by_a_clock_that_was_set_back(register: Receiving, one: Bundle) -> None:
    register.stage(one)
    register.till.sale_is_open = True
    register.snapshots.activate(1)
    register.till.clock.at -= timedelta(days=1)
    register.till.sale_is_open = False
    register.snapshots.poke()
    register.wait_for(1, State.GOOD)
    assert register.till.backups == 2
