"""Every way in which a bundle can be wrong, against real metadata. A register sells from 1 and is shown a spoilt 3."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from securesystemslib.signer import CryptoSigner

from poscore.bundle import TIMESTAMP_MEMBER
from poscore.errors import PosError, Refused, Untrusted
from register_svc.snapshots.states import State
from tests.support.bundles import ROLE_LIFE, ROOT_LIFE, STAMP_LIFE, Bundle, Publisher, catalog
from tests.support.clock import NOON
from tests.support.receiving import Receiving

LONG_AGO = NOON - timedelta(days=1)
ONE, THREE = catalog(), catalog(padding=1)
SNAPSHOT, TARGETS = "metadata/3.snapshot.json", "metadata/3.targets.json"
UNCHANGED = (1, 1, 1, 1)


@pytest.fixture
def register(register: Receiving, publisher: Publisher) -> Receiving:
    register.sell_from(publisher.publish(1, ONE))
    return register


@dataclass(frozen=True)
class Case:
    """`code`: the refusal. `trusted`: root, timestamp, snapshot and targets afterwards."""

    name: str
    spoil: Callable[[Publisher], Bundle]
    code: str
    trusted: tuple[int, int, int, int]


def three(publisher: Publisher, **changes: object) -> Bundle:
    return publisher.publish(3, THREE, **changes)  # type: ignore[arg-type]


def of_a_stranger(publisher: Publisher) -> Bundle:
    return three(Publisher())


def under_the_name_of(member: str, old: str) -> Callable[[Publisher], Bundle]:
    def spoil(publisher: Publisher) -> Bundle:
        return three(publisher).with_member(member, publisher.publish(1, ONE).members[old])

    return spoil


def without(member: str) -> Callable[[Publisher], Bundle]:
    return lambda publisher: three(publisher).without(member)


def expired(**roles: datetime) -> Callable[[Publisher], Bundle]:
    return lambda publisher: three(publisher, expires=roles)


def targets_signed_by_a_stranger(publisher: Publisher) -> Bundle:
    """Only the targets key is another; without hashes in the snapshot the signature alone speaks against it."""
    return three(replace(publisher, targets_key=CryptoSigner.generate_ed25519(), hashes_in_snapshot=False))


def with_root(**root: object) -> Callable[[Publisher], Bundle]:
    def spoil(publisher: Publisher) -> Bundle:
        publisher.add_root(**root)  # type: ignore[arg-type]
        return three(publisher)

    return spoil


def root_signed_by(old: int, new: int) -> Callable[[Publisher], Bundle]:
    """A second root with three new root keys, signed by so many of the old and of the new ones."""

    def spoil(publisher: Publisher) -> Bundle:
        before = publisher.root_keys
        publisher.root_keys = [CryptoSigner.generate_ed25519() for _ in range(3)]
        publisher.add_root([*before[:old], *publisher.root_keys[:new]])
        return three(publisher)

    return spoil


def a_link_left_out(publisher: Publisher) -> Bundle:
    """Root 3 changes the online key, and root 2, which leads to it, does not travel."""
    publisher.add_root()
    publisher.online_key = CryptoSigner.generate_ed25519()
    publisher.add_root()
    return three(publisher).without("metadata/2.root.json")


CASES = [
    Case("an older bundle", lambda p: p.publish(1, ONE), "rollback", (1, 5, 5, 5)),
    Case("an expired stamp", expired(timestamp=LONG_AGO), "expired", UNCHANGED),
    Case("an expired snapshot", expired(snapshot=LONG_AGO), "expired", (1, 3, 1, 1)),
    Case("expired targets", expired(targets=LONG_AGO), "expired", (1, 3, 3, 1)),
    Case("an expired new root", with_root(expires=LONG_AGO), "expired", (2, 1, 1, 1)),
    Case("an old snapshot", under_the_name_of(SNAPSHOT, "metadata/1.snapshot.json"), "mix", (1, 3, 1, 1)),
    Case("old targets", under_the_name_of(TARGETS, "metadata/1.targets.json"), "mix", (1, 3, 3, 1)),
    Case("a stranger's keys", of_a_stranger, "signature", UNCHANGED),
    Case("targets by a stranger", targets_signed_by_a_stranger, "signature", (1, 3, 3, 1)),
    Case("a stamp that is no JSON", lambda p: three(p).with_member(TIMESTAMP_MEMBER, b"}"), "damaged", UNCHANGED),
    Case("a huge stamp", lambda p: three(p).with_member(TIMESTAMP_MEMBER, b" " * 20_000), "damaged", UNCHANGED),
    Case("no stamp", without(TIMESTAMP_MEMBER), "damaged", UNCHANGED),
    Case("no snapshot", without(SNAPSHOT), "damaged", (1, 3, 1, 1)),
    Case("no targets", without(TARGETS), "damaged", (1, 3, 3, 1)),
    Case("a root by new keys only", root_signed_by(old=0, new=2), "signature", UNCHANGED),
    Case("a root by old keys only", root_signed_by(old=2, new=0), "signature", UNCHANGED),
    Case("a root by one old key", root_signed_by(old=1, new=2), "signature", UNCHANGED),
    Case("root 2 that says 3", with_root(version=3), "mix", UNCHANGED),
    Case("a missing link of roots", a_link_left_out, "signature", UNCHANGED),
    Case("another store's", lambda p: three(p, path="stores/s2/catalog.db"), "not-for-me", UNCHANGED),
    Case("one described as another's", lambda p: three(p, info={"store": "s2"}), "mix", (1, 3, 3, 3)),
    Case("no description", lambda p: three(p, info={"version": None}), "damaged", (1, 3, 3, 3)),
    Case("probes of the wrong type", lambda p: three(p, info={"probes": [1]}), "damaged", (1, 3, 3, 3)),
    Case("a catalogue that is not there", lambda p: three(p, info={"full": "stores/s1/x"}), "damaged", (1, 3, 3, 3)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_spoilt_bundle_is_refused_the_till_sells_on_and_the_next_sound_one_is_taken(
    register: Receiving, publisher: Publisher, case: Case
) -> None:
    if case.code == "rollback":
        register.stage(publisher.publish(5, THREE))
    sound = replace(publisher, roots=dict(publisher.roots), root_keys=list(publisher.root_keys))
    before = register.snapshots.active(), register.files(), register.slots.all()

    with pytest.raises(PosError) as refused:
        register.push(case.spoil(publisher))

    assert refused.value.code == case.code
    on_hold = {"rollback", "clock", "not-for-me", "space", "busy"}
    assert isinstance(refused.value, Refused if case.code in on_hold else Untrusted)
    assert register.trusted() == case.trusted
    assert (register.snapshots.active(), register.files(), register.slots.all()) == before

    if case.trusted[0] > 1:  # a root that was trusted stays in the chain
        sound.roots[2] = publisher.roots[2]
        sound.add_root()
    register.sell_from(sound.publish(6, THREE))


def test_the_same_bundle_again_is_no_error(register: Receiving, publisher: Publisher) -> None:
    bundle = three(publisher)
    register.sell_from(bundle)
    assert register.push(bundle) == (3, State.GOOD, False)
    assert register.active == 3


def test_a_stamp_made_anew_over_the_same_content_is_no_error(register: Receiving, publisher: Publisher) -> None:
    bundle = three(publisher)
    register.sell_from(bundle)
    stamped = publisher.stamp(bundle, 4)
    assert register.push(stamped) == (3, State.GOOD, False)
    assert register.trusted() == (1, 4, 3, 3)


def test_what_was_seen_is_told_even_when_it_could_not_be_taken(register: Receiving, publisher: Publisher) -> None:
    with pytest.raises(Untrusted):
        register.push(three(publisher).without(TARGETS))
    listing = register.snapshots.listing()
    assert (listing["active"], listing["seen"]) == (1, 3)


def test_a_register_that_missed_two_rotations_follows_the_chain(register: Receiving, publisher: Publisher) -> None:
    publisher.add_root()
    publisher.online_key = CryptoSigner.generate_ed25519()
    publisher.targets_key = CryptoSigner.generate_ed25519()
    publisher.add_root()
    register.sell_from(three(publisher))
    assert register.trusted() == (3, 3, 3, 3)


def test_a_new_online_key_brings_its_counters_back(register: Receiving, publisher: Publisher) -> None:
    """The way out when a stolen key has run the versions up: TUF's fast-forward recovery."""
    runaway = publisher.publish(2**31, THREE)
    with pytest.raises(PosError):
        register.push(runaway.without(f"metadata/{2**31}.targets.json"))
    assert register.trusted()[1] == 2**31

    publisher.online_key = CryptoSigner.generate_ed25519()
    publisher.add_root()
    register.sell_from(three(publisher))

    assert register.active == 3


def test_another_content_under_a_known_version_is_refused(register: Receiving, publisher: Publisher) -> None:
    register.stage(three(publisher))
    again = publisher.publish(4, ONE, info={"version": 3})
    with pytest.raises(Untrusted) as refused:
        register.push(again)
    assert refused.value.code == "mix"


def test_an_older_version_under_newer_metadata_is_refused(register: Receiving, publisher: Publisher) -> None:
    register.stage(three(publisher))
    with pytest.raises(Refused) as refused:
        register.push(publisher.publish(4, ONE, info={"version": 2}))
    assert refused.value.code == "rollback"


def test_a_strangers_bundle_leaves_a_new_register_as_it_was(tmp_path: Path, publisher: Publisher) -> None:
    register = Receiving(tmp_path, publisher.root_v1)
    with pytest.raises(Untrusted):
        register.push(of_a_stranger(publisher))
    assert register.slots.metadata() == {}
    assert register.snapshots.listing() == {"active": None, "previous": None, "seen": None, "slots": []}
    register.close()


def test_a_bundle_for_another_store_moves_no_counter(register: Receiving, publisher: Publisher) -> None:
    """Stores share root and keys: the neighbour's 9 must not make this store's 4 an old one."""
    with pytest.raises(Refused):
        register.push(publisher.publish(9, THREE, path="stores/s2/catalog.db"))
    register.sell_from(publisher.publish(4, THREE))


# -- clocks ------------------------------------------------------------------------------------------------------------


def test_a_clock_that_is_fast_is_told_from_an_old_bundle(register: Receiving, publisher: Publisher) -> None:
    """Head office has just signed the call, so the bundle is fresh and our clock is not."""
    register.till.clock.advance(days=400)
    with pytest.raises(Refused) as refused:
        register.push(three(publisher), sworn=NOON)
    assert refused.value.code == "clock"
    assert refused.value.hint


def test_an_old_bundle_under_a_right_clock_is_expired(register: Receiving, publisher: Publisher) -> None:
    register.till.clock.advance(days=30)
    with pytest.raises(Untrusted) as refused:
        register.push(three(publisher), sworn=NOON + timedelta(days=30))
    assert refused.value.code == "expired"


def test_an_old_bundle_that_nobody_swears_to_is_expired(register: Receiving, publisher: Publisher) -> None:
    register.till.clock.advance(days=30)
    with pytest.raises(Untrusted) as refused:
        register.push(three(publisher))
    assert refused.value.code == "expired"


def test_a_clock_that_is_slow_lets_a_sound_bundle_in(register: Receiving, publisher: Publisher) -> None:
    register.till.clock.advance(days=-400)
    register.push(three(publisher), sworn=NOON)
    register.wait_for(3, State.STAGED)


def test_a_clock_that_is_slow_lets_no_expired_bundle_in(register: Receiving, publisher: Publisher) -> None:
    """Time never runs behind what head office has signed already: without that, a slow clock undoes expiry."""
    later = NOON + STAMP_LIFE + timedelta(days=1)
    publisher.issued_at = later
    publisher.now = later
    register.sell_from(three(publisher))
    old = Publisher(**{**vars(publisher), "now": NOON, "issued_at": NOON})
    register.till.clock.set("2001-01-01T00:00:00.000Z")
    with pytest.raises(Refused) as refused:
        register.push(old.publish(4, ONE))
    assert refused.value.code == "clock"


def test_old_metadata_of_our_own_does_not_keep_a_fresh_bundle_out(register: Receiving, publisher: Publisher) -> None:
    register.till.clock.advance(days=(ROLE_LIFE + timedelta(days=1)).days)
    publisher.now = register.till.clock()
    register.sell_from(three(publisher))


def test_the_root_of_the_enrolment_may_expire_while_the_chain_goes_on(
    register: Receiving, publisher: Publisher
) -> None:
    register.till.clock.advance(days=(ROOT_LIFE + timedelta(days=1)).days)
    publisher.now = register.till.clock()
    publisher.add_root()
    register.sell_from(three(publisher))
