"""The files beside the catalogue, as a store's registers are to have them: found, listed, kept as they were published.

- `DIR/files/all` is for every store, `DIR/files/stores/<store>` for one; of a path in both the store's own counts.
- `DIR/offlineexclude` (or `offlineexclude.txt`) names what does not travel, in the patterns of a .gitignore file.
- What is listed is copied under its hash at once, so that what is sent later is what was signed, whatever happened to
  the file meanwhile. A content is kept while a published version of any store names it.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from poscore.errors import Fault, Refused
from poscore.side_files import SideFile, contents, header, list_bytes, read_list
from server_push.bundles.durable import put_in_place, sync_file

_LOG = logging.getLogger("offline-kassa.bundles")
EXCLUDE = ("offlineexclude", "offlineexclude.txt")
# A bundle may have a gigabyte, and a catalogue needs some of that.
MAX_BYTES = 700_000_000
_LIST = ".files.json"
_JUST_LISTED_S = 24 * 3600  # another store's list, which is being made meanwhile, may be about to name it


@dataclass(frozen=True, slots=True)
class Pack:
    """The contents that a bundle carries: (hash, where it lies, length)."""

    contents: tuple[tuple[str, Path, int], ...]

    @property
    def length(self) -> int:
        return sum(len(header(sha256, length)) + length for sha256, _, length in self.contents)

    def write(self, stream: IO[bytes]) -> None:
        for sha256, path, length in self.contents:
            stream.write(header(sha256, length))
            with path.open("rb") as file:
                shutil.copyfileobj(file, stream, 1 << 20)


class SideFiles:
    """`directory`: DIR of the office; `bundles`: where what is published lies."""

    def __init__(self, directory: Path, bundles: Path) -> None:
        self._directory, self._bundles = directory, bundles
        self._known: dict[tuple[Path, int, int], str] = {}  # a hash by path, length and time

    # -- publishing

    def collect(self, store: str) -> bytes | None:
        """The list for a store, its contents kept; None when nothing travels beside its catalogue.

        Raises Fault `files-too-large`.
        """
        found = self._found(store)
        if not found:
            return None
        files = [self._kept(name, path) for name, path in sorted(found.items())]
        if sum(contents(files).values()) > MAX_BYTES:
            hint = f"name in DIR/{EXCLUDE[0]} what registers can do without"
            raise Fault("files-too-large", f"the files of {store} have more than {MAX_BYTES} bytes", hint)
        return list_bytes(files)

    def keep_list(self, store: str, data: bytes) -> str:
        """The list on disk, under its own hash, which is returned."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.list_path(store, sha256)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, data)
        return sha256

    def list_path(self, store: str, sha256: str) -> Path:
        return self._bundles / store / f"{sha256}{_LIST}"

    def forget(self, store: str, kept: set[str]) -> None:
        """Remove the lists of a store but these, and every content that no list of any store names any more."""
        old = [path for path in (self._bundles / store).glob(f"*{_LIST}") if path.name.removesuffix(_LIST) not in kept]
        if not old:
            return
        for path in old:
            path.unlink(missing_ok=True)
        named = {sha for path in self._bundles.glob(f"*/*{_LIST}") for sha in contents(read_list(path.read_bytes()))}
        for path in self._contents.glob("*"):
            if path.name not in named and time.time() - path.stat().st_mtime > _JUST_LISTED_S:
                path.unlink(missing_ok=True)

    # -- sending

    def pack(self, store: str, wanted: str, has: str | None) -> Pack:
        """The contents of the list `wanted` that are not in the list `has`. Raises Fault `bundle-missing`."""
        try:
            there = contents(read_list(self.list_path(store, has).read_bytes())) if has else {}
        except FileNotFoundError:
            there = {}
        try:
            needed = contents(read_list(self.list_path(store, wanted).read_bytes()))
        except FileNotFoundError as error:
            raise Fault("bundle-missing", f"{error.filename} is gone") from None
        missing = ((sha, self._contents / sha, length) for sha, length in sorted(needed.items()) if sha not in there)
        return Pack(tuple(missing))

    # -- within

    @property
    def _contents(self) -> Path:
        return self._bundles / ".files"

    def _found(self, store: str) -> dict[str, Path]:
        import pathspec

        spec = pathspec.GitIgnoreSpec.from_lines(self._patterns())
        everything = self._directory / "files"
        found: dict[str, Path] = {}
        for folder in (everything / "all", everything / "stores" / store):
            for path in _files_below(folder):
                name = path.relative_to(folder).as_posix()
                if not spec.match_file(name):
                    found[name] = path
        return found

    def _patterns(self) -> list[str]:
        for name in EXCLUDE:
            path = self._directory / name
            if path.exists():
                data = path.read_bytes()
                try:
                    return data.decode("utf-8-sig").splitlines()
                except UnicodeDecodeError:  # as Notepad of the old system saved it
                    return data.decode("cp1252", "replace").splitlines()
        return []

    def _kept(self, name: str, path: Path) -> SideFile:
        status = path.stat()
        seen = (path, status.st_size, status.st_mtime_ns)
        known = self._known.get(seen)
        if known is not None and (self._contents / known).exists():
            os.utime(self._contents / known)
            return SideFile(name, known, status.st_size)
        self._contents.mkdir(parents=True, exist_ok=True)
        beside = self._contents / f"{os.getpid()}.tmp"
        digest, length = hashlib.sha256(), 0
        with path.open("rb") as source, beside.open("wb") as target:  # hashed as it is copied: it may change meanwhile
            while chunk := source.read(1 << 20):
                digest.update(chunk)
                length += target.write(chunk)
        sha256 = digest.hexdigest()
        if (self._contents / sha256).exists():
            beside.unlink()
            os.utime(self._contents / sha256)
        else:
            sync_file(beside)
            put_in_place(beside, self._contents / sha256)
        self._known[seen] = sha256
        return SideFile(name, sha256, length)


def _files_below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        try:
            SideFile(path.relative_to(folder).as_posix(), "0" * 64, 0)
        except Refused as refusal:
            _LOG.warning("a file does not travel: %s", refusal.detail)
            continue
        yield path


def _write(path: Path, data: bytes) -> None:
    beside = path.with_suffix(".tmp")
    beside.write_bytes(data)
    sync_file(beside)
    put_in_place(beside, path)
