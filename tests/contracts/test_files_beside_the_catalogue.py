"""Pictures, logos and layouts: from head office's folder to the till, each content once, less what is excluded."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from poscore.errors import Fault
from poscore.side_files import PACK_MEMBER
from register_svc.snapshots.states import State
from register_svc.web.side_files import add_side_files
from server_push.bundles import side_files
from server_push.bundles.publishing import KEEP_FILES
from tests.server.bundles.conftest import Head
from tests.support.pricelists import NOW, lines
from tests.support.receiving import Receiving, until


class Side:
    """A head office with a folder of files, and a register of its store s1."""

    def __init__(self, folder: Path) -> None:
        self.head = Head(folder / "office")
        self.head.sells(lines(500))
        (folder / "register").mkdir()
        self.register = Receiving(folder / "register", self.head.keys.root_bytes(), store="s1")
        self.register.till.clock.at = NOW
        self._folder, self.sent_members = folder, list[str]()

    def put(self, name: str, content: bytes, below: str = "all") -> None:
        path = self.head.directory / "files" / below / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def exclude(self, patterns: bytes, name: str = "offlineexclude") -> None:
        (self.head.directory / name).write_bytes(patterns)

    def send(self, have: int | None = None) -> tuple[int, int | None, int]:
        """Publish and send; version, base, bytes of the bundle. The register builds it."""
        self.head.publish()
        path = self._folder / "bundle.zip"
        path.unlink(missing_ok=True)
        sent = self.head.publisher.write_container("s1", path, NOW, have)
        self.register.push(path.read_bytes())
        until(lambda: self.register.state_of(sent.version) not in (State.BUILDING, State.CHECKING))
        return sent.version, sent.base, sent.bytes

    def bring(self, have: int | None = None) -> tuple[int, int | None, int]:
        """The same, and the till sells from it."""
        done = self.send(have)
        assert self.register.snapshots.activate(done[0]).state is State.GOOD
        return done

    def at_the_till(self, path: str) -> bytes | None:
        found = self.register.snapshots.side_file(path)
        return found.read_bytes() if found else None

    def contents(self) -> set[str]:
        return {path.name for path in (self.register.folder / "files").glob("*")}


@pytest.fixture
def side(tmp_path: Path) -> Iterator[Side]:
    side = Side(tmp_path)
    yield side
    side.register.close()
    side.head.storage.close()


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_files_travel_with_the_catalogue_and_lie_at_the_till(side: Side) -> None:
    side.put("pictures/A000001.jpg", b"milk" * 1000)
    side.put("logo.png", b"logo")
    side.put("empty.txt", b"")
    side.bring()
    assert side.at_the_till("pictures/A000001.jpg") == b"milk" * 1000
    assert side.at_the_till("logo.png") == b"logo"
    assert side.at_the_till("empty.txt") == b""
    assert side.at_the_till("pictures/A000002.jpg") is None


def test_without_files_nothing_is_said_of_them(side: Side) -> None:
    side.bring()
    assert not (side.register.folder / "files").exists()
    assert side.at_the_till("logo.png") is None


def test_a_stores_own_file_counts_before_that_of_all(side: Side) -> None:
    side.put("logo.png", b"chain")
    side.put("logo.png", b"own", below="stores/s1")
    side.put("other.png", b"other's", below="stores/s2")
    side.bring()
    assert side.at_the_till("logo.png") == b"own"
    assert side.at_the_till("other.png") is None


@pytest.mark.parametrize("name", ["offlineexclude", "offlineexclude.txt"])
@pytest.mark.parametrize(
    "patterns",
    [
        "*.psd\nold/\n!keep.psd\n# Käyttämätön\n".encode(),
        "*.psd\r\nold/\r\n!keep.psd\r\n# Käyttämätön\r\n".encode("cp1252"),
    ],
    ids=["UTF-8", "as the old system had it"],
)
def test_what_is_excluded_does_not_travel(side: Side, name: str, patterns: bytes) -> None:
    for path in ("a.psd", "deep/b.psd", "keep.psd", "old/logo.png", "logo.png"):
        side.put(path, path.encode())
    side.exclude(patterns, name)
    side.bring()
    travelled = [
        path for path in ("a.psd", "deep/b.psd", "keep.psd", "old/logo.png", "logo.png") if side.at_the_till(path)
    ]
    assert travelled == ["keep.psd", "logo.png"]


def test_what_the_register_has_is_not_sent_again(side: Side) -> None:
    side.put("big.jpg", bytes(range(256)) * 4000)
    first, _, whole = side.bring()
    side.put("new.jpg", b"new")
    side.put("copy.jpg", bytes(range(256)) * 4000)

    _, base, later = side.bring(have=first)

    assert base == first
    assert later < whole / 10
    assert side.at_the_till("new.jpg") == b"new"
    assert side.at_the_till("copy.jpg") == side.at_the_till("big.jpg") != None  # noqa: E711
    assert side.contents() == {sha(b"new"), sha(bytes(range(256)) * 4000)}


def test_a_changed_file_alone_is_a_new_version(side: Side) -> None:
    side.put("logo.png", b"one")
    first, _, _ = side.bring()
    assert side.head.publish().version == first
    side.put("logo.png", b"two")
    second, _, _ = side.bring(have=first)
    assert second > first
    assert side.at_the_till("logo.png") == b"two"
    side.register.snapshots.rollback(second)
    assert side.at_the_till("logo.png") == b"one"


def test_what_no_version_needs_is_removed_at_the_register(side: Side) -> None:
    version = None
    for n in range(5):
        side.put("logo.png", f"logo {n}".encode())
        version, _, _ = side.bring(have=version)
    kept = {sha(f"logo {n}".encode()) for n in (3, 4)}
    until(lambda: side.contents() == kept, lambda: str(side.contents()))


def test_head_office_keeps_a_content_as_long_as_a_version_or_another_store_may_name_it(side: Side) -> None:
    contents = side.head.directory / "bundles/.files"
    for n in range(KEEP_FILES + 2):
        side.put("logo.png", f"logo {n}".encode())
        side.head.publish()
        for path in contents.iterdir():
            os.utime(path, (0, 0))  # long ago
    kept = {sha(f"logo {n}".encode()) for n in range(2, KEEP_FILES + 2)}
    assert {path.name for path in contents.iterdir()} == kept


def test_a_register_that_has_lost_a_file_asks_for_all(side: Side) -> None:
    side.put("logo.png", b"logo")
    first, _, _ = side.bring()
    (side.register.folder / "files" / sha(b"logo")).unlink()
    side.put("new.png", b"new")

    version, _, _ = side.send(have=first)

    assert (side.register.state_of(version), side.register.reason_of(version)) == (State.BAD, "base")
    side.head.publish()
    side.bring()
    assert side.at_the_till("logo.png") == b"logo"


def test_what_was_signed_is_sent_whatever_has_become_of_the_file(side: Side) -> None:
    side.put("logo.png", b"signed")
    side.head.publish()
    side.put("logo.png", b"changed since")
    path = side.head.directory / "bundle.zip"
    sent = side.head.publisher.write_container("s1", path, NOW)
    side.register.push(path.read_bytes())
    side.register.wait_for(sent.version, State.STAGED)
    side.register.snapshots.activate(sent.version)
    assert side.at_the_till("logo.png") == b"signed"


def test_a_pack_that_brings_something_else_is_refused(side: Side) -> None:
    import zipfile

    side.put("logo.png", b"logo")
    side.head.publish()
    path, spoilt = side.head.directory / "bundle.zip", side.head.directory / "spoilt.zip"
    sent = side.head.publisher.write_container("s1", path, NOW)
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(spoilt, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data.replace(b"logo", b"evil") if name == PACK_MEMBER else data)
    side.register.push(spoilt.read_bytes())
    side.register.wait_for(sent.version, State.BAD)
    assert side.register.reason_of(sent.version) == "hash"
    assert side.contents() == set()


def test_more_than_a_bundle_can_hold_is_a_fault_that_names_the_way_out(side: Side, monkeypatch) -> None:
    monkeypatch.setattr(side_files, "MAX_BYTES", 10)
    side.put("film.mp4", bytes(11))
    with pytest.raises(Fault) as fault:
        side.head.publish()
    assert fault.value.code == "files-too-large"
    side.exclude(b"*.mp4\n")
    assert side.head.publish().new


# -- over HTTP ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind", "download"),
    [
        ("a.png", "image/png", False),
        ("a.html", "application/octet-stream", True),
        ("a.svg", "application/octet-stream", True),
        ("a.js", "application/octet-stream", True),
    ],
)
def test_the_till_hands_files_out_and_nothing_that_a_browser_would_run(side: Side, name, kind, download) -> None:
    side.put(name, b"<script>")
    side.bring()
    app = Flask("files", static_folder=None)
    add_side_files(app, side.register.snapshots.side_file)
    answer = app.test_client().get(f"/files/{name}")
    assert (answer.status_code, answer.mimetype, answer.data) == (200, kind, b"<script>")
    assert ("attachment" in answer.headers.get("Content-Disposition", "")) == download
    for path in ("/files/none.png", "/files/../state.db", "/files/%2e%2e/state.db"):
        assert app.test_client().get(path).status_code == 404
