"""From a verified bundle to a staged catalogue, and everything that a file can have wrong with it."""

import hashlib
import shutil
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

import pytest
from backports import zstd

from poscore.errors import Refused, Untrusted
from register_svc.snapshots import build
from register_svc.snapshots.states import State
from tests.support.builders import MILK, AnArticle
from tests.support.bundles import Bundle, Publisher, catalog
from tests.support.receiving import Receiving, price_of

ROOT = Path(__file__).resolve().parents[3]


def test_a_staged_catalogue_is_the_published_file_to_the_byte(register: Receiving, publisher: Publisher) -> None:
    content = catalog(padding=3 << 20)
    register.stage(publisher.publish(3, content))
    assert register.slots.path(3).read_bytes() == content
    assert register.files() == {"snapshots/3/catalog.db"}


def test_the_answer_comes_before_the_building(register: Receiving, publisher: Publisher) -> None:
    standing = register.push(publisher.publish(3, catalog()))
    assert (standing.version, standing.state) == (3, State.BUILDING)


# -- what is wrong with the file ---------------------------------------------------------------------------------------


def spoilt(publisher: Publisher, spoil: Callable[[bytes], bytes]) -> Bundle:
    bundle = publisher.publish(3, catalog(padding=1 << 20))
    return bundle.with_member(bundle.full_member, spoil(bundle.members[bundle.full_member]))


def flip(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


@pytest.mark.parametrize(
    "spoil",
    [flip, lambda data: data[:-1], lambda data: data + b"\0", lambda _: b"", lambda _: zstd.compress(b"another file")],
    ids=["a flipped bit", "cut", "longer", "empty", "another file"],
)
def test_bytes_that_were_not_signed_are_never_unpacked(
    register: Receiving, publisher: Publisher, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[bytes], bytes]
) -> None:
    def unpacked(*_: object) -> None:
        raise AssertionError("bytes of a stranger reached the decoder")

    monkeypatch.setattr(build, "_decode", unpacked)
    register.push(spoilt(publisher, spoil))
    register.wait_for(3, State.BAD)
    assert register.reason_of(3) == "hash"
    assert register.files() == set()


def test_a_missing_file_is_found_bad(register: Receiving, publisher: Publisher) -> None:
    bundle = publisher.publish(3, catalog())
    register.push(bundle.without(bundle.full_member))
    register.wait_for(3, State.BAD)
    assert register.reason_of(3) == "hash"


PACKED = {
    "another catalogue": lambda content: zstd.compress(content + b"x"),
    "a shorter one": lambda content: zstd.compress(content[:-1]),
    "no zstd at all": lambda _: b"PK\3\4 something else",
    "half a frame": lambda content: zstd.compress(content)[:-50],
    "a bomb": lambda content: zstd.compress(content + bytes(1 << 26)),
    "a window that would take the till's memory": lambda content: zstd.compress(
        content + bytes(1 << 20), options={zstd.CompressionParameter.window_log: 27}
    ),
}


@pytest.mark.parametrize("pack", PACKED.values(), ids=PACKED.keys())
def test_whatever_the_decoder_makes_must_be_the_signed_file(
    register: Receiving, publisher: Publisher, pack: Callable[[bytes], bytes]
) -> None:
    """The packed member is signed as well, so this is head office's own mistake, or a decoder's."""
    register.push(publisher.publish(3, catalog(padding=1 << 20), pack=pack))
    register.wait_for(3, State.BAD)
    assert register.reason_of(3) == "hash"
    assert register.files() == set()


def test_a_file_that_was_bad_on_its_way_may_come_again(register: Receiving, publisher: Publisher) -> None:
    sound = publisher.publish(3, catalog())
    register.push(sound.with_member(sound.full_member, flip(sound.members[sound.full_member])))
    register.wait_for(3, State.BAD)
    register.sell_from(publisher.stamp(sound, 4))
    assert register.active == 3


# -- what is wrong with the catalogue ----------------------------------------------------------------------------------


def damaged_page(content: bytes) -> bytes:
    """A page of a table overwritten in the middle of the file, as a bad disk at head office would."""
    page = len(content) // 4096 // 2
    return content[: page * 4096] + bytes(4096) + content[(page + 1) * 4096 :]


UNFIT = {
    "a later schema": (catalog(), {"schema": 99}, "schema"),
    "a schema that its description denies": (catalog(meta={"schema": "99"}), {}, "schema"),
    "another store's": (catalog(meta={"store": "s2"}), {}, "check"),
    "a damaged page": (damaged_page(catalog(padding=1 << 20)), {}, "check"),
    "no database": (b"SQLite format 3\0" + bytes(5000), {"articles": 0, "probes": {}}, "check"),
    "fewer articles than published": (catalog(), {"articles": 7}, "check"),
    "a code that leads nowhere": (catalog(), {"probes": {"4006381333931": "A1"}}, "check"),
    "a code that leads elsewhere": (catalog(), {"probes": {MILK: "A2"}}, "check"),
    "no codes": (
        catalog(spoil=lambda c: c.execute("DROP TABLE code")),
        {"articles": 6, "probes": {MILK: "A1"}},
        "check",
    ),
}


@pytest.mark.parametrize(("content", "info", "reason"), UNFIT.values(), ids=UNFIT.keys())
def test_a_catalogue_that_cannot_be_sold_from_is_bad_and_not_tried_again(
    register: Receiving, publisher: Publisher, content: bytes, info: dict[str, object], reason: str
) -> None:
    bundle = publisher.publish(3, content, info=info)
    register.push(bundle)
    register.wait_for(3, State.BAD)
    assert register.reason_of(3) == reason
    assert register.files() == set()

    with pytest.raises(Untrusted) as refused:
        register.push(publisher.stamp(bundle, 4))
    assert refused.value.code == reason
    with pytest.raises(Untrusted) as refused:
        register.snapshots.activate(3)
    assert refused.value.code == reason

    register.sell_from(publisher.publish(5, catalog()))


def test_a_catalogue_from_which_no_sale_can_be_priced_is_bad(register: Receiving, publisher: Publisher) -> None:
    content = catalog()
    register.till.cannot_price.add(hashlib.sha256(content).hexdigest())
    register.push(publisher.publish(3, content))
    register.wait_for(3, State.BAD)
    assert register.reason_of(3) == "check"


def test_a_checked_catalogue_is_opened_without_a_trace(register: Receiving, publisher: Publisher) -> None:
    """A file in WAL mode would leave -wal and -shm beside it; published files are not, and immutable asks for none."""
    register.sell_from(publisher.publish(3, catalog(articles=[AnArticle("A1", price=333, codes=(MILK,))])))
    assert price_of(register.slots.path(3), MILK) == 333
    assert register.files() == {"snapshots/3/catalog.db"}


# -- space, and one at a time ------------------------------------------------------------------------------------------


def test_too_little_space_is_refused_before_anything_is_built(
    register: Receiving, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = catalog()
    free = int(2.2 * len(content)) - 1
    monkeypatch.setattr(shutil, "disk_usage", lambda _: type("Usage", (), {"free": free}))
    bundle = publisher.publish(3, content)
    with pytest.raises(Refused) as refused:
        register.push(bundle)
    assert refused.value.code == "space"
    assert register.files() == set()
    assert register.trusted() == (1, 3, 3, 3)  # what was verified stays verified

    monkeypatch.undo()
    register.stage(bundle)


def test_a_second_bundle_is_told_to_wait_while_one_is_received(register: Receiving, publisher: Publisher) -> None:
    first, second = publisher.publish(3, catalog()).zip(), publisher.publish(4, catalog())
    with SlowStream(first) as slow:
        pushing = threading.Thread(
            target=register.snapshots.receive, args=(slow, len(first), hashlib.sha256(first).hexdigest())
        )
        pushing.start()
        slow.is_read.wait(10)
        assert register.snapshots.phase() is State.RECEIVING
        with pytest.raises(Refused) as refused:
            register.push(second)
        assert refused.value.code == "busy"
    pushing.join()
    register.wait_for(3, State.STAGED)
    register.stage(second)


def test_a_second_bundle_is_told_to_wait_while_one_is_built(register: Receiving, publisher: Publisher) -> None:
    checking, go_on = threading.Event(), threading.Event()
    price = register.till.price

    def slowly(path: Path, codes: tuple[str, ...]) -> None:
        checking.set()
        go_on.wait(10)
        price(path, codes)

    register.till.price = slowly  # type: ignore[method-assign]
    register.restart()
    register.push(publisher.publish(3, catalog()))
    checking.wait(10)
    assert register.snapshots.phase() is State.CHECKING
    with pytest.raises(Refused) as refused:
        register.push(publisher.publish(4, catalog()))
    assert refused.value.code == "busy"
    go_on.set()
    register.wait_for(3, State.STAGED)


class SlowStream:
    """Gives its first byte, and the rest when the block ends."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0
        self.is_read, self._go_on = threading.Event(), threading.Event()

    def read(self, size: int, /) -> bytes:
        if self._at:
            self.is_read.set()
            self._go_on.wait(10)
        part = self._data[self._at : self._at + (size if self._at else 1)]
        self._at += len(part)
        return part

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._go_on.set()


# -- a disk that is full -----------------------------------------------------------------------------------------------

FULL_DISK = """
    import resource, sys
    from pathlib import Path
    from tests.support.clock import Clock
    from tests.support.receiving import Receiving
    from register_svc.snapshots.states import State
    from poscore.errors import PosError

    folder, limit = Path(sys.argv[1]), int(sys.argv[2])
    register = Receiving(folder, (folder / "root.json").read_bytes())
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        register.push((folder / "3.zip").read_bytes())
    except PosError as error:
        print(type(error).__name__, error.code)
    else:
        register.wait_for(3, State.BAD)
        print("BAD", register.reason_of(3))
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print(sorted(register.files()))
    register.push((folder / "3.zip").read_bytes())
    register.wait_for(3, State.STAGED)
    print("staged")
    register.close()
"""


@pytest.mark.parametrize(
    ("limit", "told"),
    [(100_000, "Fault space"), (1 << 20, "BAD space")],
    ids=["while it is received", "while it is built"],
)
def test_a_disk_that_fills_up_leaves_no_part_behind_and_the_bundle_may_come_again(
    tmp_path: Path, publisher: Publisher, limit: int, told: str
) -> None:
    """A limit on the size of a file stands for the full disk: the same write fails, in a process of its own."""
    content = catalog(padding=1 << 17, spoil=add_compressible_rows)
    bundle = publisher.publish(3, content).zip()
    assert len(bundle) < 1 << 20 < len(content)
    (tmp_path / "3.zip").write_bytes(bundle)
    (tmp_path / "root.json").write_bytes(publisher.root_v1)
    command = [sys.executable, "-c", textwrap.dedent(FULL_DISK), str(tmp_path), str(limit)]
    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert output.stdout.splitlines() == [told, "[]", "staged"], output.stderr


def add_compressible_rows(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE filler(data BLOB)")
    connection.execute("INSERT INTO filler VALUES(zeroblob(2000000))")


# -- memory ------------------------------------------------------------------------------------------------------------

PEAK = """
    import resource, sys
    from pathlib import Path
    from tests.support.receiving import Receiving
    from register_svc.snapshots.states import State

    folder = Path(sys.argv[1])
    register = Receiving(folder, (folder / "root.json").read_bytes())
    for name in ("1.zip", "2.zip"):
        with (folder / name).open("rb") as stream:
            version = register.snapshots.receive(stream, (folder / name).stat().st_size, sys.argv[int(name[0]) + 1])[0]
        register.wait_for(version, State.STAGED)
        register.snapshots.activate(version)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    register.close()
"""


def test_a_large_bundle_takes_no_more_memory_than_a_small_one(tmp_path: Path, publisher: Publisher) -> None:
    """The till lives in the same process: whatever comes is streamed, unpacked and looked through in small pieces."""
    large = 48 << 20
    for version, padding in ((1, 1 << 16), (2, large)):
        (tmp_path / f"{version}.zip").write_bytes(publisher.publish(version, catalog(padding=padding)).zip())
    (tmp_path / "root.json").write_bytes(publisher.root_v1)
    hashes = [hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in ("1.zip", "2.zip")]
    command = [sys.executable, "-c", textwrap.dedent(PEAK), str(tmp_path), *hashes]
    output = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    small_kib, large_kib = map(int, output.stdout.split())
    assert large_kib - small_kib < large / 1024 / 2
