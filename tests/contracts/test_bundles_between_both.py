"""Head office's pushes against a register's own way in, over real HTTP: changes, replaced keys, a backup put back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from poscore.errors import Untrusted
from register_svc.snapshots.states import State
from server_push.assortment.importing import How, import_articles
from server_push.bundles.rotation import Rotation
from server_push.office import World
from tests.support.lan_listener import OnTheLan, serving
from tests.support.offices import Site, new_site
from tests.support.pricelists import article_list, lines
from tests.support.receiving import Receiving, price_of


class Shop:
    """An office, a register on its LAN, and articles enough that changes are worth their while."""

    def __init__(self, site: Site, register: Receiving, lan: OnTheLan, folder: Path) -> None:
        self.site, self.office, self.register, self.lan, self._folder = site, site.office, register, lan, folder
        self._price = 100
        self.import_(lines(2000))

    def import_(self, rows: list[dict[str, str]]) -> None:
        path = article_list(self._folder / "list.csv", rows)
        import_articles(self.office.storage, path, self.office.now(), How())

    def a_price_changes(self) -> None:
        self._price += 1
        self.import_([{**lines(1)[0], "price": f"{self._price / 100:.2f}"}])

    def push(self) -> tuple[str, str | None]:
        (one,) = self.office.fleet.push(self.office.registers.list()).registers
        return str(one.state), one.code

    def sells_the_newest(self) -> bool:
        active = self.register.snapshots.active()
        return active is not None and price_of(active.path, lines(1)[0]["gtin"]) == self._price

    def rotation(self) -> Rotation:
        return Rotation(self.office.keys)

    def refuses(self, key) -> bool:  # type: ignore[no-untyped-def]
        try:
            self.lan.sender.read(self.lan.token(key=key))
        except Untrusted:
            return True
        return False


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    site = new_site(tmp_path)
    site.clock.now = datetime.now(UTC)
    site.office.now = World().now
    site.enrol("r1")
    folder = tmp_path / "register"
    folder.mkdir()
    register = Receiving(folder, site.office.keys.root_bytes())
    register.till.clock.at = datetime.now(UTC)
    with serving(OnTheLan(register, site.office.keys.sender_signing_key())) as lan:
        with site.office.storage.write() as connection:
            url = f"http://127.0.0.1:{lan.port}"
            connection.exec_driver_sql("UPDATE register SET lan_url = ?", (url,))
        yield Shop(site, register, lan, tmp_path)
    register.close()
    site.office.close()


def sources(shop: Shop) -> list[str]:
    """How each slot came, the newest first."""
    return ["whole" if slot.source.base is None else "changes" for slot in shop.register.slots.all()]


# -- changes -----------------------------------------------------------------------------------------------------------


def test_the_first_push_brings_the_whole_file_and_each_later_one_what_changed(shop: Shop) -> None:
    assert shop.push() == ("activated", None)
    for _ in range(2):
        shop.a_price_changes()
        assert shop.push() == ("activated", None)
        assert shop.sells_the_newest()
    assert sources(shop) == ["changes", "changes", "whole"][: len(sources(shop))]


def test_a_register_whose_disk_has_changed_the_base_gets_the_whole_file_in_the_same_push(shop: Shop) -> None:
    shop.push()
    active = shop.register.snapshots.active()
    assert active is not None
    with active.path.open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x55")
    shop.a_price_changes()

    assert shop.push() == ("activated", None)

    assert shop.sells_the_newest()
    assert sources(shop)[0] == "whole"


# -- keys --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [["targets"], ["sender"], ["root"], ["targets", "sender", "root-2"], []], ids=str)
def test_a_push_goes_on_over_replaced_keys(shop: Shop, names: list[str]) -> None:
    shop.push()
    before = shop.office.keys.sender_signing_key()

    assert shop.rotation().rotate(names, shop.office.now()).version == 2
    shop.a_price_changes()

    assert shop.push() == ("activated", None)
    assert shop.sells_the_newest()
    assert shop.register.trusted()[0] == 2
    assert shop.refuses(before) == ("sender" in names)
    assert shop.push() == ("activated", None)


def test_a_register_that_missed_two_rotations_follows_the_chain(shop: Shop) -> None:
    shop.push()
    rotation = shop.rotation()
    rotation.rotate(["targets", "root"], shop.office.now())
    rotation.rotate(["targets", "sender", "root-1"], shop.office.now())
    shop.a_price_changes()

    assert shop.push() == ("activated", None)
    assert shop.register.trusted()[0] == 3


def test_what_is_published_needs_no_change_to_be_signed_by_new_keys(shop: Shop) -> None:
    """The register has the version; a new one, enrolled later, gets it under the new root."""
    shop.push()
    shop.rotation().rotate(["targets", "sender"], shop.office.now())
    path = shop.register.folder / "bundle.zip"
    shop.office.publisher.write_container("s1", path, shop.office.now())

    assert shop.register.push(path.read_bytes()).state is State.GOOD
    assert shop.register.trusted()[0] == 2


def test_a_revoked_senders_calls_end_with_the_next_bundle_that_the_register_fetches(shop: Shop) -> None:
    """A thief's key opens the door until then, and brings no bundle through it: those need the new root's keys too."""
    shop.push()
    stolen = shop.office.keys.sender_signing_key()
    shop.rotation().revoke("sender", shop.office.now())
    assert shop.push() == ("failed", "token")  # nothing of ours uses the stolen key any more
    path = shop.register.folder / "bundle.zip"

    shop.office.publisher.write_container("s1", path, shop.office.now())
    shop.register.push(path.read_bytes())  # as a check-in brings it

    assert shop.refuses(stolen)
    shop.a_price_changes()
    assert shop.push() == ("activated", None)


# -- a backup put back -------------------------------------------------------------------------------------------------


def test_a_head_office_that_was_put_back_publishes_above_what_registers_have_seen(shop: Shop) -> None:
    shop.push()
    backup = shop.site.backup()
    for _ in range(3):
        shop.a_price_changes()
        assert shop.push() == ("activated", None)
    seen = shop.register.active
    shop.site.put_back(backup)
    shop.a_price_changes()

    assert shop.push() == ("activated", None)

    assert shop.sells_the_newest()
    assert (shop.register.active or 0) > (seen or 0) + 1_000_000
    shop.a_price_changes()
    assert shop.push() == ("activated", None)


def test_a_head_office_that_was_put_back_hears_of_it_at_a_check_in(shop: Shop) -> None:
    """Nothing has changed since the backup, so nothing would be published; yet what is newest could not be sent."""
    shop.push()
    backup = shop.site.backup()
    shop.a_price_changes()
    shop.push()
    seen = shop.register.snapshots.listing()["seen"]
    shop.site.put_back(backup)
    shop.office.registers.note_snapshot("r1", seen, seen)

    published = shop.office.publisher.publish("s1", shop.office.now())

    assert published.new
    assert published.version > seen
    path = shop.register.folder / "bundle.zip"
    shop.office.publisher.write_container("s1", path, shop.office.now())
    shop.register.push(path.read_bytes())
    shop.register.wait_for(published.version, State.STAGED)
    assert not shop.office.publisher.publish("s1", shop.office.now() + timedelta(seconds=1)).new


def test_two_pushes_at_once_are_no_backup_put_back(shop: Shop) -> None:
    """The older one is refused as a rollback too; what was published meanwhile is enough."""
    shop.push()
    old = shop.office.publisher.newest("s1").version
    shop.a_price_changes()
    newer = shop.office.publisher.publish("s1", shop.office.now()).version
    assert shop.office.publisher.publish_above("s1", old, shop.office.now()).version == newer


def test_what_was_seen_is_the_catalogues_number_and_not_that_of_its_signatures(shop: Shop) -> None:
    """Each delta has the metadata signed once more; nothing newer has been seen for that."""
    shop.push()
    shop.a_price_changes()
    shop.push()
    listing = shop.register.snapshots.listing()
    assert listing["seen"] == listing["active"]
    assert (shop.register.trusted()[3] or 0) > listing["active"]
