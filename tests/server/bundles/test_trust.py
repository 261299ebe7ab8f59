"""What a register makes of our bundles: python-tuf's own client over the zip, as the register runs it."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from backports import zstd
from tuf.api.exceptions import (
    BadVersionNumberError,
    DownloadHTTPError,
    ExpiredMetadataError,
    LengthOrHashMismatchError,
    UnsignedMetadataError,
)
from tuf.ngclient.fetcher import FetcherInterface
from tuf.ngclient.updater import Updater

from poscore.bundle import BundleInfo, catalog_target
from server_push.bundles.keys import Keys
from tests.server.bundles.conftest import Head
from tests.support.pricelists import NOW, lines


class ZipFetcher(FetcherInterface):
    def __init__(self, container: Path) -> None:
        self._zip = zipfile.ZipFile(container)

    def _fetch(self, url: str) -> Iterator[bytes]:
        if url not in self._zip.namelist():
            raise DownloadHTTPError(f"no {url}", 404)
        return iter([self._zip.read(url)])


class Register:
    """Trusts root 1 of a head office and keeps what it has seen."""

    def __init__(self, folder: Path, root: bytes, store: str = "s1") -> None:
        self.folder, self.root, self.store = folder, root, store
        folder.mkdir()

    def take(self, container: Path, now: datetime = NOW) -> tuple[BundleInfo, bytes] | None:
        """The signed description and the rebuilt catalogue; None when the bundle holds none for this store."""
        updater = Updater(
            str(self.folder), "metadata", str(self.folder), "targets", ZipFetcher(container), bootstrap=self.root
        )
        updater._trusted_set.reference_time = now
        updater.refresh()
        target = updater.get_targetinfo(catalog_target(self.store))
        if target is None:
            return None
        info = BundleInfo.from_wire(target.custom)
        full = updater.get_targetinfo(info.full)
        assert full is not None
        data = zstd.decompress(Path(updater.download_target(full, str(self.folder / "full"))).read_bytes())
        target.verify_length_and_hashes(data)
        return info, data

    def versions(self) -> dict[str, int]:
        names = ("timestamp", "snapshot", "targets")
        return {
            name: json.loads((self.folder / f"{name}.json").read_bytes())["signed"]["version"]
            for name in names
            if (self.folder / f"{name}.json").exists()
        }


@pytest.fixture
def register(head: Head, tmp_path: Path) -> Register:
    return Register(tmp_path / "r1", head.keys.root_bytes())


def send(head: Head, path: Path, store: str = "s1", now: datetime = NOW) -> Path:
    head.publisher.write_container(store, path, now)
    return path


def test_a_register_rebuilds_the_very_file_that_was_published(head, register, tmp_path) -> None:
    head.sells(lines(300))
    published = head.publish()

    taken = register.take(send(head, tmp_path / "b"))

    assert taken is not None
    info, data = taken
    assert (info.store, info.version, info.articles, info.schema) == ("s1", published.version, 300, 2)
    assert info.published_at == published.published_at
    assert (hashlib.sha256(data).hexdigest(), len(data)) == (published.sha256, published.bytes)
    assert info.deltas == {}


def test_the_stamp_says_when_it_was_sent_and_lives_for_a_week(head, register, tmp_path) -> None:
    head.sells(lines(3))
    head.publish()
    sent = NOW + timedelta(days=3)

    register.take(send(head, tmp_path / "b", now=sent), now=sent)

    stamp = json.loads((register.folder / "timestamp.json").read_bytes())["signed"]
    assert stamp["issued_at"] == "2026-11-25T12:00:00.000Z"
    assert stamp["expires"] == "2026-12-02T12:00:00Z"


def test_the_same_bundle_again_and_a_second_send_of_it_are_accepted(head, register, tmp_path) -> None:
    head.sells(lines(3))
    head.publish()
    first = send(head, tmp_path / "a")
    second = send(head, tmp_path / "b")

    register.take(first)
    register.take(first)
    register.take(second)

    assert register.versions() == {"timestamp": 3, "snapshot": 1, "targets": 1}
    with pytest.raises(BadVersionNumberError):
        register.take(first)  # an older stamp than the newest one seen


def test_an_older_bundle_is_refused(head, register, tmp_path) -> None:
    head.sells(lines(3))
    head.publish()
    old = send(head, tmp_path / "old")
    head.sells(lines(4))
    head.publish()
    register.take(send(head, tmp_path / "new"))
    seen = register.versions()

    with pytest.raises(BadVersionNumberError):
        register.take(old)

    assert register.versions() == seen


def test_another_stores_bundle_holds_nothing_for_this_register(head, register, tmp_path) -> None:
    head.sells(lines(3))
    head.publish("s2")

    assert register.take(send(head, tmp_path / "b", store="s2")) is None


def test_another_stores_bundle_cannot_outrun_this_stores_next_one(head, register, tmp_path) -> None:
    """Even for a register that keeps what it saw of another store's: versions of all stores come from one counter."""
    head.sells(lines(3))
    head.publish("s1")
    for _ in range(5):
        head.publish("s2", force=True)
    assert register.take(send(head, tmp_path / "wrong", store="s2")) is None

    head.publish("s1", force=True)

    assert register.take(send(head, tmp_path / "right")) is not None


def test_a_strangers_bundle_is_refused(head, register, tmp_path) -> None:
    stranger = Head(tmp_path / "stranger")
    stranger.sells(lines(3))
    stranger.publish()

    with pytest.raises(UnsignedMetadataError):
        register.take(send(stranger, tmp_path / "b"))
    stranger.storage.close()


def test_a_bundle_that_waited_too_long_is_refused_and_a_fresh_stamp_mends_it(head, register, tmp_path) -> None:
    head.sells(lines(3))
    head.publish()
    waited = send(head, tmp_path / "a")
    later = NOW + timedelta(days=8)

    with pytest.raises(ExpiredMetadataError):
        register.take(waited, now=later)

    assert register.take(send(head, tmp_path / "b", now=later), now=later) is not None


@pytest.mark.parametrize("days", [1, 20, 25, 70, 400])
def test_metadata_is_signed_again_before_it_expires_and_names_the_same_catalogue(
    head, register, tmp_path, days
) -> None:
    head.sells(lines(3))
    published = head.publish()
    first = register.take(send(head, tmp_path / "a"))
    much_later = NOW + timedelta(days=days)

    taken = register.take(send(head, tmp_path / "b", now=much_later), now=much_later + timedelta(days=6))

    assert taken == first
    assert taken is not None
    assert taken[0].version == published.version
    assert (register.versions()["targets"] > published.version) == (days > 22)


@pytest.mark.parametrize("member", ["snapshot", "targets", "zst"])
def test_a_changed_byte_anywhere_is_noticed(head, register, tmp_path, member) -> None:
    head.sells(lines(3))
    head.publish()
    whole = send(head, tmp_path / "a")
    spoiled = tmp_path / "b"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(spoiled, "w") as target:
        for name in source.namelist():
            data = bytearray(source.read(name))
            if member in name:
                data[len(data) // 2] ^= 1
            target.writestr(name, bytes(data))

    with pytest.raises((LengthOrHashMismatchError, UnsignedMetadataError)):
        register.take(spoiled)


# -- the container -----------------------------------------------------------------------------------------------------


def test_every_member_is_stored_under_its_agreed_name(head, tmp_path) -> None:
    head.sells(lines(3))
    head.publish()
    path = send(head, tmp_path / "b")

    with zipfile.ZipFile(path) as container:
        infos = container.infolist()
        names = [info.filename for info in infos]
        full = container.read(names[-1])
    digest = hashlib.sha256(full).hexdigest()
    assert names == [
        "metadata/timestamp.json",
        "metadata/1.snapshot.json",
        "metadata/1.targets.json",
        f"targets/stores/s1/{digest}.catalog.db.zst",
    ]
    assert {info.compress_type for info in infos} == {zipfile.ZIP_STORED}


def test_every_later_root_travels(head, tmp_path) -> None:
    head.sells(lines(3))
    head.publish()
    for version in (2, 3):
        (head.directory / f"keys/root/{version}.root.json").write_bytes(f"root {version}".encode())

    with zipfile.ZipFile(send(head, tmp_path / "b")) as container:
        assert container.read("metadata/2.root.json") == b"root 2"
        assert container.read("metadata/3.root.json") == b"root 3"


def test_a_container_may_be_streamed_to_where_nothing_can_be_written_twice(head, tmp_path) -> None:
    class Wire(io.RawIOBase):
        sent = b""

        def writable(self) -> bool:
            return True

        def write(self, data) -> int:
            self.sent += bytes(data)
            return len(data)

    head.sells(lines(3))
    head.publish()
    wire = Wire()

    sent = head.publisher.write_container("s1", wire, NOW)

    assert sent.bytes == len(wire.sent)
    (tmp_path / "b").write_bytes(wire.sent)
    assert Register(tmp_path / "r", head.keys.root_bytes()).take(tmp_path / "b") is not None


def test_a_sent_bundle_says_what_it_is(head, tmp_path) -> None:
    head.sells(lines(3))
    published = head.publish()

    sent = head.publisher.write_container("s1", tmp_path / "b", NOW)

    assert (sent.store, sent.version, sent.sha256, sent.articles) == ("s1", 1, published.sha256, 3)
    assert sent.bytes == (tmp_path / "b").stat().st_size
    assert Keys(head.directory / "keys").root_bytes() == head.keys.root_bytes()
