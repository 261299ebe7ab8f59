import hashlib
import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterable
from pathlib import Path

import pytest

from poscore.errors import Fault, Refused
from register_svc import durable_files
from register_svc.durable_files import FolderLock, SyncedFile, WrittenBehind, remove_directory, replace_file

ROOT = Path(__file__).resolve().parents[2]


def leave_early(path: Path) -> None:
    with SyncedFile(path) as file:
        file.write(b"half")
        raise ZeroDivisionError


def write_behind(path: Path, parts: Iterable[bytes]) -> None:
    with SyncedFile(path) as file:
        with WrittenBehind(file) as behind:
            for part in parts:
                behind.write(part)
        file.finish()


def test_a_file_that_was_left_early_is_gone(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        leave_early(tmp_path / "new")
    assert not list(tmp_path.iterdir())


def test_a_finished_file_holds_what_was_written_and_knows_its_hash(tmp_path: Path) -> None:
    with SyncedFile(tmp_path / "new", every=10) as file:
        for part in (b"12345", memoryview(b"67890"), b"", b"more than ten bytes at once"):
            file.write(part)
        file.finish()
    written = (tmp_path / "new").read_bytes()
    assert written == b"1234567890more than ten bytes at once"
    assert file.digest() == hashlib.sha256(written).hexdigest()
    assert file.length == len(written)


def test_a_growing_file_is_synced_on_its_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced_at: list[int] = []
    real = durable_files.sync

    def sync(file: object) -> None:
        synced_at.append((tmp_path / "new").stat().st_size)
        real(file)  # type: ignore[arg-type]

    monkeypatch.setattr(durable_files, "sync", sync)
    with SyncedFile(tmp_path / "new", every=1000) as file:
        for _ in range(35):
            file.write(bytes(100))
        file.finish()
    assert synced_at == [1000, 2000, 3000, 3500]


def test_what_is_written_behind_is_all_there_when_the_block_ends(tmp_path: Path) -> None:
    parts = [bytes([number]) * 1000 for number in range(100)]
    with SyncedFile(tmp_path / "new", every=3000) as file:
        with WrittenBehind(file) as behind:
            for part in parts:
                behind.write(part)
            assert behind.length == 100_000
        file.finish()
    assert (tmp_path / "new").read_bytes() == b"".join(parts)
    assert file.digest() == hashlib.sha256(b"".join(parts)).hexdigest()


@pytest.mark.parametrize("good", [0, 3, 99])
def test_a_disk_that_refuses_behind_is_noticed_and_written_to_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, good: int
) -> None:
    stored: list[bytes] = []

    def store(_: SyncedFile, data: bytes) -> None:
        if len(stored) == good:
            raise Fault("space", "the disk is full")
        stored.append(data)

    monkeypatch.setattr(SyncedFile, "store", store)
    with pytest.raises(Fault, match="the disk is full"):
        write_behind(tmp_path / "new", [b"part"] * 100)
    assert len(stored) == good
    assert not list(tmp_path.iterdir())


def test_bytes_that_cannot_be_made_end_the_writing_behind(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        write_behind(tmp_path / "new", (bytes(1 // part) for part in (1, 0)))
    assert not list(tmp_path.iterdir())
    assert "writer" not in {thread.name for thread in threading.enumerate()}


def test_a_file_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        SyncedFile(tmp_path / "new")
    assert (tmp_path / "new").read_bytes() == b"old"


def test_a_replaced_file_is_the_new_one_and_its_user_s_only(tmp_path: Path) -> None:
    replace_file(tmp_path / "key", b"one")
    replace_file(tmp_path / "key", b"two")
    assert (tmp_path / "key").read_bytes() == b"two"
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
    if os.name == "posix":
        assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_a_file_that_somebody_holds_for_a_moment_is_replaced_a_moment_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a virus scanner does on Windows."""
    refusals = [PermissionError(), PermissionError()]
    real = Path.replace

    def replace(path: Path, target: Path) -> Path:
        if refusals:
            raise refusals.pop()
        return real(path, target)

    monkeypatch.setattr(Path, "replace", replace)
    replace_file(tmp_path / "key", b"one")
    assert (tmp_path / "key").read_bytes() == b"one"


def test_a_directory_is_removed_with_all_in_it(tmp_path: Path) -> None:
    (tmp_path / "3" / "below").mkdir(parents=True)
    (tmp_path / "3" / "below" / "file").write_bytes(b"x")
    assert remove_directory(tmp_path / "3")
    assert remove_directory(tmp_path / "3")  # again is no error


LOCKING = """
    import sys
    from pathlib import Path
    from poscore.errors import Refused
    from register_svc.durable_files import FolderLock
    try:
        FolderLock(Path(sys.argv[1]))
        print("mine")
    except Refused as refused:
        print(refused.code)
"""


def test_one_process_works_in_a_folder_until_it_ends(tmp_path: Path) -> None:
    def another() -> str:
        command = [sys.executable, "-c", textwrap.dedent(LOCKING), str(tmp_path)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()

    lock = FolderLock(tmp_path)
    assert another() == "already-running"
    with pytest.raises(Refused):
        FolderLock(tmp_path)
    lock.release()
    assert another() == "mine"
    FolderLock(tmp_path).release()
