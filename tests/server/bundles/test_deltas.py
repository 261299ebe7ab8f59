"""Changes instead of the whole file: what travels, how small it is, and that a register makes the very file of it."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from backports import zstd

from poscore.errors import PosError, Refused
from register_svc.snapshots.states import State
from server_push.bundles.parcels import Parcels, smallest_first
from server_push.bundles.publishing import KEEP_FILES
from tests.server.bundles.conftest import Head
from tests.support.pricelists import NOW, line, lines
from tests.support.receiving import Receiving, price_of


@pytest.fixture
def register(head: Head, tmp_path: Path) -> Iterator[Receiving]:
    folder = tmp_path / "register"
    folder.mkdir()
    register = Receiving(folder, head.keys.root_bytes(), store="s1")
    register.till.clock.at = NOW
    yield register
    register.close()


def prices(count: int, *changed: int, more: int = 0) -> list[dict[str, str]]:
    """So many articles, of which some have another price than `lines` gives them."""
    rows = lines(count + more)
    for n in changed:
        rows[n] = {**rows[n], "price": f"{n % 80 + 3}.{n % 10}5"}
    return rows


def bring(head: Head, register: Receiving, path: Path, have: int | None = None) -> int | None:
    """Send the newest and sell from it; the version whose changes were sent, None for the whole file."""
    sent = head.publisher.write_container("s1", path, NOW, have)
    register.push(path.read_bytes())
    register.wait_for(sent.version, State.STAGED)
    assert register.snapshots.activate(sent.version).state is State.GOOD
    active = register.slots.path(sent.version).read_bytes()
    assert hashlib.sha256(active).hexdigest() == sent.sha256
    return sent.base


def members(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as container:
        return [name.rpartition(".")[2] for name in container.namelist()]


def test_a_register_rebuilds_the_published_file_from_what_it_has(head: Head, register, tmp_path) -> None:
    head.sells(lines(3000))
    first = head.publish()
    assert bring(head, register, tmp_path / "a") is None
    head.sells(prices(3000, 5, 700, more=2)[1:])
    head.publish()

    assert bring(head, register, tmp_path / "b", have=first.version) == first.version

    assert members(tmp_path / "b") == ["json", "json", "json", "delta"]
    assert (tmp_path / "b").stat().st_size < (tmp_path / "a").stat().st_size / 5
    active = register.snapshots.active()
    assert active is not None
    assert price_of(active.path, prices(3000, 700)[700]["gtin"]) == 6305


def test_a_register_that_is_days_behind_gets_one_delta(head: Head, register, tmp_path) -> None:
    head.sells(lines(3000))
    first = head.publish()
    bring(head, register, tmp_path / "a")
    for day in range(1, 6):
        head.sells(prices(3000, *range(day)))
        head.publish(now=NOW + timedelta(days=day))

    assert bring(head, register, tmp_path / "b", have=first.version) == first.version


def test_many_bases_lead_to_one_version(head: Head, tmp_path) -> None:
    """Each register of a store may have another version, and what was made for one stays right for the other."""
    registers = {}
    versions = []
    for day in range(3):
        head.sells(prices(2000, *range(day)))
        versions.append(head.publish(now=NOW + timedelta(hours=day)).version)
        folder = tmp_path / f"r{day}"
        folder.mkdir()
        registers[day] = Receiving(folder, head.keys.root_bytes(), store="s1")
        registers[day].till.clock.at = NOW
        bring(head, registers[day], tmp_path / f"first{day}")
    head.sells(prices(2000, *range(50)))
    head.publish(now=NOW + timedelta(hours=4))

    for turn in range(2):
        for day, register in registers.items():
            path = tmp_path / f"{turn}-{day}"
            if turn == 0:
                assert bring(head, register, path, have=versions[day]) == versions[day]
            else:
                sent = head.publisher.write_container("s1", path, NOW, versions[day])
                assert register.push(path.read_bytes()).version == sent.version
    for register in registers.values():
        register.close()


def test_a_delta_is_made_once_and_named_once(head: Head, tmp_path) -> None:
    head.sells(lines(2000))
    first = head.publish()
    head.sells(prices(2000, 3))
    head.publish()
    for name in "abc":
        head.publisher.write_container("s1", tmp_path / name, NOW, first.version)

    with zipfile.ZipFile(tmp_path / "b") as b, zipfile.ZipFile(tmp_path / "c") as c:
        assert b.namelist() == c.namelist()
        targets = next(name for name in b.namelist() if "targets.json" in name)
        assert b.read(targets) == c.read(targets)
    assert len(list((head.directory / "bundles/s1/deltas").iterdir())) == 1


def test_what_a_register_has_may_be_unknown_too_old_or_not_worth_it(head: Head, tmp_path) -> None:
    head.sells(lines(50))
    old = head.publish()
    for day in range(KEEP_FILES + 1):
        head.sells(prices(50, 3, more=day))
        head.publish(now=NOW + timedelta(days=day))
    head.sells([line(f"B{n}", name=f"Muu {n * 7919} asia {n * 104729}") for n in range(400)])
    before = head.publish(now=NOW, force=True).version
    head.publish(now=NOW, fresh=True)

    for number, have in enumerate((old.version, before + 1000, None)):
        sent = head.publisher.write_container("s1", tmp_path / f"{number}", NOW, have)
        assert sent.base is None
        assert members(tmp_path / f"{number}")[-1] == "zst"


def test_that_a_delta_was_not_worth_it_is_remembered(head: Head, tmp_path, monkeypatch) -> None:
    head.sells(lines(300))
    first = head.publish()
    head.sells([{**row, "article_id": f"Z{row['article_id']}", "name": row["name"][::-1]} for row in lines(2000, 900)])
    head.publish(fresh=True)
    assert head.publisher.write_container("s1", tmp_path / "a", NOW, first.version).base is None

    def again(*_: object) -> bool:
        raise AssertionError("it was made again")

    monkeypatch.setattr("server_push.bundles.deltas._make", again)
    assert head.publisher.write_container("s1", tmp_path / "b", NOW, first.version).base is None


def test_deltas_to_what_is_not_the_newest_are_removed(head: Head, tmp_path) -> None:
    head.sells(lines(2000))
    first = head.publish()
    head.sells(prices(2000, 3))
    head.publish()
    head.publisher.write_container("s1", tmp_path / "a", NOW, first.version)
    deltas = head.directory / "bundles/s1/deltas"
    (made,) = deltas.iterdir()
    (deltas / "left.tmp").write_bytes(b"by a kill")

    head.sells(prices(2000, 4))
    head.publish()

    assert not made.exists()
    assert not list(deltas.iterdir())


def test_metadata_that_were_signed_again_still_name_the_deltas(head: Head, register, tmp_path) -> None:
    head.sells(lines(2000))
    first = head.publish()
    bring(head, register, tmp_path / "a")
    head.sells(prices(2000, 3))
    head.publish()
    head.publisher.write_container("s1", tmp_path / "b", NOW, first.version)
    much_later = NOW + timedelta(days=60)
    register.till.clock.at = much_later

    sent = head.publisher.write_container("s1", tmp_path / "c", much_later, first.version)

    assert sent.base == first.version
    assert register.push((tmp_path / "c").read_bytes()).version == sent.version


# -- for a whole store -------------------------------------------------------------------------------------------------


def test_a_parcel_is_written_once_for_all_who_have_the_same(head: Head, tmp_path) -> None:
    head.sells(lines(2000))
    first = head.publish()
    head.sells(prices(2000, 3))
    second = head.publish()
    parcels = Parcels(head.publisher, "s1", tmp_path, lambda: NOW)

    small, whole = parcels.of(first.version), parcels.of()

    assert parcels.of(first.version) is small
    assert parcels.of() is parcels.of(second.version + 77) is whole
    assert (small.base, whole.base, small.version) == (first.version, None, second.version)
    for parcel in (small, whole):
        assert hashlib.sha256(parcel.path.read_bytes()).hexdigest() == parcel.sha256


@pytest.mark.parametrize("code", ["base", "hash", "damaged"])
def test_who_cannot_use_the_changes_is_sent_the_whole_file(code: str) -> None:
    tried: list[int | None] = []

    def attempt(have: int | None) -> str:
        tried.append(have)
        if have is not None:
            raise Refused(code, "no")
        return "whole"

    assert smallest_first(7, attempt) == "whole"
    assert tried == [7, None]


def test_what_the_whole_file_would_not_mend_is_not_tried_again() -> None:
    def attempt(_: int | None) -> None:
        raise Refused("clock", "off")

    with pytest.raises(PosError):
        smallest_first(7, attempt)


# -- how small ---------------------------------------------------------------------------------------------------------

ARTICLES = 30_000


def test_a_hundredth_of_the_prices_is_a_hundred_and_twentieth_of_the_bundle(head: Head, tmp_path) -> None:
    """The bar that scripts/bench holds a million articles to, at the size of a large shop."""
    full, delta = _sizes(head, tmp_path, prices(ARTICLES, *range(0, ARTICLES, 100)))
    assert delta * 120 <= full


def test_articles_that_come_and_go_cost_little_more(head: Head, tmp_path) -> None:
    rows = prices(ARTICLES, *range(0, ARTICLES, 100), more=ARTICLES // 1000)
    del rows[5 : ARTICLES : ARTICLES // 30]
    full, delta = _sizes(head, tmp_path, rows)
    assert delta * 75 <= full


def _sizes(head: Head, tmp_path: Path, then: list[dict[str, str]]) -> tuple[int, int]:
    """Bytes of the whole catalogue as zstd 10, and of the changes to it."""
    head.sells(lines(ARTICLES))
    first = head.publish()
    head.sells(then)
    head.publish()
    head.publisher.write_container("s1", tmp_path / "b", NOW, first.version)
    (delta,) = (head.directory / "bundles/s1/deltas").iterdir()
    return len(zstd.compress(head.lineage().read_bytes(), 10)), delta.stat().st_size
