"""Publishing: versions, what is not published again, what is not signed, and what a kill leaves."""

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from backports import zstd

from poscore.errors import Fault, Refused
from poscore.instants import instant_text
from server_push.bundles import publications, publishing
from server_push.bundles.publishing import KEEP_FILES, Publisher
from tests.support.pricelists import NOW, line, lines

LATER = NOW + timedelta(days=1)


def full_files(head, store: str = "s1") -> dict[str, bytes]:
    """The files that may be sent, by hash."""
    paths = (head.directory / "bundles" / store).glob("*.catalog.db.zst")
    files = {path.name.split(".")[0]: path.read_bytes() for path in paths}
    assert all(hashlib.sha256(data).hexdigest() == name for name, data in files.items())
    return files


def test_a_publication_is_the_lineage_to_the_byte(head) -> None:
    head.sells(lines(500))

    published = head.publish()

    plain = head.lineage().read_bytes()
    assert (published.version, published.articles, published.bytes, published.new) == (1, 500, len(plain), True)
    assert [zstd.decompress(data) for data in full_files(head).values()] == [plain]
    assert published.to_wire().keys() == {"store", "version", "sha256", "bytes", "articles"}


def test_what_has_not_changed_keeps_its_version_and_its_bytes(head) -> None:
    head.sells(lines(500))
    head.employs(("1", "Maija", "1234", "cashier"))
    first = head.publish()
    files = full_files(head)

    second = head.publish(now=LATER)

    assert (second.version, second.sha256, second.published_at) == (first.version, first.sha256, first.published_at)
    assert not second.new
    assert full_files(head) == files


def test_force_publishes_a_new_version_of_the_same_articles(head) -> None:
    head.sells(lines(5))
    first = head.publish()

    second = head.publish(now=LATER, force=True)

    assert (first.version, second.version) == (1, 2)
    assert second.published_at > first.published_at
    assert second.sha256 != first.sha256


def test_what_has_not_changed_is_published_again_before_its_metadata_expires(head) -> None:
    head.sells(lines(5))
    first, files = head.publish(), full_files(head)
    same = head.publish(now=NOW + timedelta(days=19))

    again = head.publish(now=NOW + timedelta(days=21))

    assert (same.new, again.new) == (False, True)
    assert (again.version, again.sha256, again.published_at) == (2, first.sha256, first.published_at)
    assert full_files(head) == files  # a new number, the same file
    assert not head.publish(now=NOW + timedelta(days=22)).new


def test_all_stores_draw_their_versions_from_one_counter(head, tmp_path) -> None:
    head.sells(lines(5))
    versions = [head.publish("s1").version, head.publish("s2").version]
    sent = [head.publisher.write_container(store, tmp_path / store, NOW) for store in ("s1", "s2", "s1")]
    head.sells(lines(6))
    versions += [head.publish("s2").version, head.publish("s1").version]

    assert versions == [1, 2, 6, 7]
    assert [bundle.timestamp_version for bundle in sent] == [3, 4, 5]


def test_a_store_that_nobody_knows_is_refused(head) -> None:
    real = Publisher.of(head.directory, head.storage)

    with pytest.raises(Refused) as refused:
        real.publish("s9", NOW)

    assert refused.value.code == "store-not-found"


def test_the_stores_of_the_office_are_published_under_the_chains_name(head) -> None:
    from server_push.registers.stores import Store, Stores
    from server_push.settings import Chain, write_first

    Stores(head.storage).add(Store("s7", "Nummi", b"p" * 32, ("Katu 1", "00100 Helsinki")), NOW)
    write_first(head.directory, Chain(name="Ketju Oy", business_id="0737546-2"))
    head.sells(lines(3))

    Publisher.of(head.directory, head.storage).publish("s7", NOW)

    header = head.ask("SELECT value FROM meta WHERE key = 'receipt_header'", store="s7")[0][0]
    assert header == '["Ketju Oy","Nummi","Katu 1","00100 Helsinki","Y-tunnus 0737546-2"]'


def test_a_catalogue_that_fails_its_check_is_not_signed(head) -> None:
    head.sells(lines(5_000))
    good, files = head.publish(), full_files(head)
    data = bytearray(head.lineage().read_bytes())
    root_of_code = head.ask("SELECT rootpage FROM sqlite_master WHERE name = 'code'")[0][0]
    data[(root_of_code - 1) * 4096 + 100 : root_of_code * 4096] = bytes(4096 - 100)
    head.lineage().write_bytes(data)

    with pytest.raises(Fault) as fault:
        head.publish(force=True)

    assert fault.value.code in ("check-failed", "lineage-damaged")
    assert head.publisher.newest("s1").version == good.version
    assert full_files(head) == files


def test_a_search_that_lacks_an_article_is_not_signed(head) -> None:
    import sqlite3
    from contextlib import closing

    head.sells(lines(10))
    head.publish()
    with closing(sqlite3.connect(head.lineage())) as connection:
        connection.execute("DELETE FROM article_search_docsize WHERE id = 4")
        connection.commit()

    with pytest.raises(Fault, match="the search knows 9 of 10"):
        head.publish()


def test_probes_lead_to_articles_and_are_never_ambiguous(head) -> None:
    import sqlite3

    head.sells([*lines(100), *(line(f"Z{n}", gtin=lines(100)[n]["gtin"]) for n in range(0, 100, 2))])
    head.publish()
    with head.storage.read() as connection:
        from server_push.bundles import publications

        newest = publications.newest(connection, "s1")
    assert newest is not None
    probes = newest.catalogue.info.probes

    assert len(probes) == 8
    for code, article_id in probes.items():
        query = "SELECT article_id FROM article JOIN code ON code.article = article.id WHERE code = ?"
        assert head.ask(query, code) == [(article_id,)]
    assert sqlite3.sqlite_version


def test_killed_before_the_row_the_next_publishing_mends_it(head, monkeypatch) -> None:
    head.sells(lines(50))
    head.publish()
    head.sells(lines(60))
    monkeypatch.setattr(publishing.publications, "save", _die)
    with pytest.raises(KeyboardInterrupt):
        head.publish(now=LATER)
    monkeypatch.undo()
    assert head.publisher.newest("s1").articles == 50  # nobody is told of what is not noted
    assert len(full_files(head)) == 2

    mended = head.publish(now=LATER)

    assert (mended.version, mended.articles, mended.new) == (3, 60, True)
    assert len(full_files(head)) == 2
    assert head.lineage().read_bytes() in [zstd.decompress(data) for data in full_files(head).values()]


def _die(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_lost_file_is_published_anew_and_is_no_silent_failure(head, tmp_path) -> None:
    head.sells(lines(50))
    head.publish()
    next((head.directory / "bundles/s1").glob("*.catalog.db.zst")).unlink()

    with pytest.raises(Fault) as fault:
        head.publisher.write_container("s1", tmp_path / "b", NOW)
    assert fault.value.code == "bundle-missing"

    assert head.publish().version > 1
    head.publisher.write_container("s1", tmp_path / "b", NOW)


def test_old_files_go_and_the_newest_stay(head) -> None:
    head.sells(lines(3))
    for day in range(KEEP_FILES + 3):
        head.publish(now=NOW + timedelta(days=day), force=True)

    files = full_files(head)
    assert len(files) == KEEP_FILES
    assert head.lineage().read_bytes() in [zstd.decompress(data) for data in files.values()]


def test_a_store_without_a_bundle_says_so(head, tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        head.publisher.write_container("s1", tmp_path / "b", NOW)

    assert refused.value.code == "not-published"
    assert not (tmp_path / "b").exists()


def test_publishings_of_one_store_at_once_come_one_after_the_other(head) -> None:
    head.sells(lines(500))
    start = threading.Barrier(4)

    def publish(_: int) -> tuple[int, bool]:
        start.wait()
        published = head.publish()
        return published.version, published.new

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(publish, range(4)))

    assert sorted(new for _, new in results) == [False, False, False, True]
    assert {version for version, _ in results} == {1}


# -- the lineage's life ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("later", "fresh"),
    [
        (timedelta(days=29, hours=10), False),  # by night, and not a month yet
        (timedelta(days=31), False),  # at noon
        (timedelta(days=31, hours=10), True),  # at ten in the evening
        (timedelta(days=60), True),  # at noon; no night has come for a month
    ],
    ids=str,
)
def test_a_lineage_is_begun_anew_each_month_by_night(head, later, fresh) -> None:
    head.sells(lines(300))
    head.publish()
    for day in range(1, 4):  # each leaves a segment of the index
        head.sells(lines(300 + day))
        head.publish(now=NOW + timedelta(days=day))
    assert _segments(head) > 1

    head.sells(lines(310))
    head.publish(now=NOW + later)

    assert (_segments(head) == 1) == fresh


def _segments(head) -> int:
    return int(head.ask("SELECT count(DISTINCT segid) FROM article_search_idx")[0][0])


# -- together ----------------------------------------------------------------------------------------------------------


def test_a_version_can_be_for_later(head, tmp_path) -> None:
    head.sells(lines(3))
    first = head.publish()
    at = NOW + timedelta(hours=8)
    same = head.publisher.publish("s1", NOW, activate_at=at)
    again = head.publisher.publish("s1", NOW, activate_at=at)
    head.sells(lines(4))
    changed = head.publisher.publish("s1", NOW, activate_at=at)

    assert same.new
    assert not again.new
    assert first.version < same.version < changed.version
    assert first.sha256 == same.sha256
    with head.storage.read() as connection:
        versions = [publications.of_version(connection, "s1", one.version) for one in (first, same, changed)]
    assert [one.catalogue.info.activate_at for one in versions] == [None, instant_text(at), instant_text(at)]
