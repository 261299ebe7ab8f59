"""A catalogue told as changes to one that the register has: the same file in the end, or none and a clear answer."""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from backports import zstd

from poscore.bundle import delta_target
from poscore.errors import Refused, Untrusted
from poscore.frames import MAX_PAYLOAD, SEGMENT, framed
from register_svc.snapshots.rebuild import rebuilt
from register_svc.snapshots.states import State
from tests.support.bundles import Bundle, Publisher, catalog, delta
from tests.support.receiving import Receiving

ROOT = Path(__file__).resolve().parents[3]
GOLDEN = json.loads((ROOT / "tests/poscore/golden/frames.json").read_text(encoding="utf-8"))
ONE = catalog(padding=SEGMENT + (1 << 20))


@pytest.fixture
def register(register: Receiving, publisher: Publisher) -> Receiving:
    register.sell_from(publisher.publish(1, ONE))
    return register


def a_day_later(folder: Path) -> bytes:
    """ONE with a price changed in place, and a few pages more."""
    path = folder / "day.db"
    path.write_bytes(ONE)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE article SET price = price + 1")
        connection.execute("INSERT INTO padding VALUES(randomblob(100000))")
    content = path.read_bytes()
    path.unlink()
    return content


def changed(publisher: Publisher, **how: object) -> tuple[Bundle, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        content = a_day_later(Path(folder))
    return publisher.publish(3, content, base=ONE, **how), content  # type: ignore[arg-type]


def sell_from_the_whole(register: Receiving, publisher: Publisher, content: bytes) -> None:
    """Version 3 once more, as a whole file under newer metadata, which is what head office sends next."""
    register.push(publisher.publish(4, content, info={"version": 3}))
    register.wait_for(3, State.STAGED)
    assert register.snapshots.activate(3).state is State.GOOD
    assert register.slots.path(3).read_bytes() == content


def test_a_rebuilt_catalogue_is_the_published_file_to_the_byte(register: Receiving, publisher: Publisher) -> None:
    bundle, content = changed(publisher)
    register.sell_from(bundle)
    assert register.slots.path(3).read_bytes() == content
    assert register.files() == {"snapshots/1/catalog.db", "snapshots/3/catalog.db"}


def test_a_register_that_went_back_may_still_have_the_base(register: Receiving, publisher: Publisher) -> None:
    """Any whole file serves, whether the till sells from it or not."""
    two = catalog(padding=SEGMENT)
    register.sell_from(publisher.publish(2, two))
    register.snapshots.rollback(2)
    register.sell_from(publisher.publish(3, catalog(padding=2), base=two))


def test_changes_to_a_catalogue_that_is_not_here_are_refused_before_anything_is_built(
    register: Receiving, publisher: Publisher
) -> None:
    before = register.files(), register.slots.all()
    with pytest.raises(Refused) as refused:
        register.push(publisher.publish(3, ONE, base=catalog(padding=99)))
    assert refused.value.code == "base"
    assert (register.files(), register.slots.all()) == before
    assert register.trusted() == (1, 3, 3, 3)
    register.sell_from(publisher.publish(4, ONE))


def test_a_new_register_asks_for_the_whole_file(tmp_path: Path, publisher: Publisher) -> None:
    register = Receiving(tmp_path, publisher.root_v1)
    with pytest.raises(Refused, match="does not have"):
        register.push(changed(publisher)[0])
    register.close()


def test_a_base_that_the_disk_has_changed_is_no_base(register: Receiving, publisher: Publisher) -> None:
    path = register.slots.path(1)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    bundle, content = changed(publisher)
    register.push(bundle)
    register.wait_for(3, State.BAD)
    assert register.reason_of(3) == "base"
    assert register.active == 1
    with pytest.raises(Untrusted) as refused:
        register.snapshots.activate(3)
    assert refused.value.code == "base"

    sell_from_the_whole(register, publisher, content)


SPOILT: dict[str, Callable[[bytes, bytes], bytes]] = {
    "to another base": lambda base, new: delta(base[1:] + b"x", new),
    "to another file": lambda base, new: delta(base, new[:-1] + b"x"),
    "that ends early": lambda base, new: delta(base, new)[:-1],
    "without its last segment": lambda base, new: delta(base, new[:SEGMENT]),
    "that goes on": lambda base, new: delta(base, new) + framed(b""),
    "with a segment too long": lambda base, new: framed(zstd.compress(bytes(SEGMENT + 1))) + framed(b""),
    "of nothing": lambda _base, _new: b"",
    "that is no zstd": lambda _base, new: framed(b"no zstd") * (len(new) // SEGMENT + 1),
    "with a frame that is too long": lambda _base, _new: (MAX_PAYLOAD + 1).to_bytes(4, "big") + b"x" * 100,
    "whose segments are all the base's": lambda _base, new: framed(b"") * (len(new) // SEGMENT + 1),
    "a bomb": lambda _base, _new: framed(zstd.compress(bytes(1 << 28))),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
def test_a_delta_that_does_not_make_the_signed_file_is_bad_and_the_whole_file_mends_it(
    register: Receiving, publisher: Publisher, spoil: Callable[[bytes, bytes], bytes]
) -> None:
    bundle, content = changed(publisher, make_delta=spoil)
    register.push(bundle)
    register.wait_for(3, State.BAD)
    assert (register.reason_of(3), register.active) == ("hash", 1)
    assert register.files() == {"snapshots/1/catalog.db"}

    sell_from_the_whole(register, publisher, content)


def test_bytes_that_were_not_signed_are_never_decoded(
    register: Receiving, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    from register_svc.snapshots import rebuild

    def decoded(*_: object) -> None:
        raise AssertionError("bytes of a stranger reached the decoder")

    monkeypatch.setattr(rebuild, "rebuilt", decoded)
    bundle, _ = changed(publisher)
    spoilt = bytearray(bundle.members[bundle.delta_member])
    spoilt[len(spoilt) // 2] ^= 1
    register.push(bundle.with_member(bundle.delta_member, bytes(spoilt)))
    register.wait_for(3, State.BAD)
    assert register.reason_of(3) == "hash"


@pytest.mark.parametrize("deltas", [[1], {"ab": 3}, "x"])
def test_deltas_of_the_wrong_type_are_damaged(register: Receiving, publisher: Publisher, deltas: object) -> None:
    with pytest.raises(Untrusted) as refused:
        register.push(publisher.publish(3, ONE, info={"deltas": deltas}))
    assert refused.value.code == "damaged"


def test_a_delta_that_the_metadata_do_not_name_is_damaged(register: Receiving, publisher: Publisher) -> None:
    with pytest.raises(Untrusted) as refused:
        register.push(publisher.publish(3, ONE, info={"deltas": {"ab" * 32: delta_target("s1", "ab" * 32)}}))
    assert refused.value.code == "damaged"


def test_deltas_that_do_not_travel_leave_the_whole_file(register: Receiving, publisher: Publisher) -> None:
    """A full bundle's metadata name the deltas that others were sent."""
    bundle, content = changed(publisher)
    whole = publisher.publish(3, content)
    both = replace(bundle, members={**bundle.without(bundle.delta_member).members,
                                    whole.full_member: whole.members[whole.full_member]})  # fmt: skip
    register.sell_from(both)
    assert register.slots.path(3).read_bytes() == content


@pytest.mark.parametrize("case", GOLDEN["deltas"], ids=lambda case: case["name"])
def test_golden(case: dict[str, object], tmp_path: Path) -> None:
    base = tmp_path / "base"
    base.write_bytes(bytes.fromhex(str(case["base"])))
    new = bytes.fromhex(str(case["new"]))
    changes = bytes.fromhex(str(case["delta"]))
    assert b"".join(rebuilt(base, [changes], len(new))) == new
    assert b"".join(rebuilt(base, [changes[at : at + 1] for at in range(len(changes))], len(new))) == new


def test_rebuilding_takes_little_memory_however_large_the_file(tmp_path: Path) -> None:
    """A window, a segment and a frame: 60 MiB are rebuilt in a process that grows by less than half of that."""
    base, new = os.urandom(60 << 20), bytearray()
    new += base
    for at in range(0, len(new), 1 << 20):
        new[at] ^= 1
    (tmp_path / "base").write_bytes(base)
    changes = delta(base, bytes(new))
    assert len(changes) < len(new) // 100
    (tmp_path / "delta").write_bytes(changes)
    code = f"""
        from pathlib import Path
        from register_svc.snapshots.rebuild import rebuilt
        def peak():
            return int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])
        changes = Path({str(tmp_path / "delta")!r}).read_bytes()
        before = peak()
        made = sum(len(part) for part in rebuilt(Path({str(tmp_path / "base")!r}), [changes], {len(new)}))
        print(made, peak() - before)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    made, grown_kib = map(int, done.stdout.split())
    assert made == len(new)
    assert grown_kib < 30 << 10
