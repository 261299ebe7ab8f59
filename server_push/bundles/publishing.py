"""Publishes a store's catalogue: refreshed, checked, packed, signed, noted; and hands it out, stamped anew each time.

    publisher = Publisher.of(directory, storage)
    publisher.publish("s1", now)                                # Published(store, version, sha256, bytes, articles)
    publisher.write_container("s1", Path("s1.bundle"), now)     # SentBundle(…, timestamp_version, …)

- What has not changed is not published again: the same version, the same bytes.
- A catalogue that fails its check is not signed, and what was published before stays the newest.
- The file is on disk before the row that names it, so a kill leaves a file that nobody names and no row without a file.
- One publishing of a store at a time, whichever processes ask for it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

from poscore.bundle import BundleInfo, catalog_target, delta_target, full_target
from poscore.catalog_format import SCHEMA
from poscore.errors import Fault, Refused
from poscore.ids import check_id
from poscore.instants import instant_text
from poscore.side_files import files_target
from server_push.assortment.pins import PinVault
from server_push.bundles import catalog, container, publications
from server_push.bundles.deltas import Deltas, facts
from server_push.bundles.durable import put_in_place
from server_push.bundles.keys import SENDER, TARGETS, Keys
from server_push.bundles.metadata import (
    Catalogue,
    File,
    SignedFile,
    sign_snapshot,
    sign_targets,
    sign_timestamp,
    signed_by,
)
from server_push.bundles.packing import Packed, pack
from server_push.bundles.pin_hashes import refresh_pin_hashes
from server_push.bundles.publications import Publication
from server_push.bundles.side_files import Pack, SideFiles
from server_push.bundles.store_profile import StoreProfile, profiles
from server_push.storage import Storage

# What has not changed is published again, as a new version of the same file, when its metadata has less than this left:
# long enough for a rollout, so that a bundle and its metadata bear one number wherever they are shown.
RENEW_BEFORE = timedelta(days=10)
# A bundle that is sent even later is signed again on its way out, so that its stamp is never the last to expire.
RESIGN_BEFORE = timedelta(days=8)
# A lineage gathers what was changed: index segments, pages half empty. So it is begun anew each month, and every
# register then fetches a whole file: by night, and by day only when no night has come for as long again.
LINEAGE_LIFE = timedelta(days=30)
_NIGHT_BEGINS, _NIGHT_ENDS = 21, 6  # hours in the shop
# Published files that are kept: a register that is some versions behind is met with what it has.
KEEP_FILES = 14
_LOCK_WAIT_S = 600.0
_DELTAS = "deltas"
_FULL = ".catalog.db.zst"  # after the file's own hash, so that no two versions ever share a name


@dataclass(frozen=True, slots=True)
class Published:
    """`new`: this call made it. `sha256`, `bytes`: of the plain catalogue, which is what a register reports."""

    store: str
    version: int
    sha256: str
    bytes: int
    articles: int
    published_at: str
    new: bool

    def to_wire(self) -> dict[str, Any]:
        return {
            "store": self.store,
            "version": self.version,
            "sha256": self.sha256,
            "bytes": self.bytes,
            "articles": self.articles,
        }


@dataclass(frozen=True, slots=True)
class SentBundle:
    """A container as it was written. `bytes`: of the whole container. `base`: the version it changes; None: whole."""

    store: str
    version: int
    timestamp_version: int
    sha256: str
    articles: int
    bytes: int
    base: int | None = None


@dataclass(frozen=True, slots=True)
class _Delta:
    """`base` and `new`: hashes of the plain catalogues that it leads from and to."""

    base: str
    new: str
    file: File
    path: Path


class Publisher:
    """`profile_of` knows the stores; it raises Refused `store-not-found`."""

    def __init__(self, directory: Path, storage: Storage, profile_of: Callable[[str], StoreProfile]) -> None:
        self._folder = directory / "bundles"
        self._storage = storage
        self._profile_of = profile_of
        self._side_files = SideFiles(directory, self._folder)
        self.keys = Keys(directory / "keys")

    @classmethod
    def of(cls, directory: Path, storage: Storage) -> Publisher:
        """For the stores that this office keeps."""
        return cls(directory, storage, profiles(storage, directory))

    # -- publishing

    def publish(
        self,
        store: str,
        now: datetime,
        *,
        force: bool = False,
        fresh: bool = False,
        activate_at: datetime | None = None,
    ) -> Published:
        """The newest catalogue of a store, published when it differs from the last one.

        `force` publishes a new version in any case, `fresh` also starts a new lineage (every register then fetches the
        whole file once). `activate_at`: no register of the store sells from this version before.
        Raises Refused `store-not-found`, Fault `lineage-damaged`, `check-failed`.
        """
        profile = self._profile_of(store)
        self._count_on_from_what_was_seen()
        with self._only_one(store) as folder:
            refresh_pin_hashes(self._storage, PinVault.at(self.keys.folder), profile, now)
            lineage, last = folder / "lineage.db", self._newest(store)
            fresh = fresh or _is_due_for_a_fresh_one(lineage, profile, now)
            files = self._files_of(store)
            changed = catalog.refresh(lineage, self._storage.path, profile, instant_text(now), fresh=fresh, force=force)
            if last is not None and not changed and self._is(lineage, last):
                same = activate_at is None or last.catalogue.info.activate_at == instant_text(activate_at)
                if (
                    same
                    and files == last.catalogue.files
                    and last.expires - now >= RENEW_BEFORE
                    and last.version >= self._seen(store)
                ):
                    return _published(last, new=False)
                catalogue = last.catalogue if same else last.catalogue.activated(activate_at)
                made = self._signed(catalogue.beside(files), now)
            else:
                packed = pack(lineage, folder / "packing.tmp")
                made = self._signed(_described(profile.store, packed).activated(activate_at).beside(files), now)
                put_in_place(packed.full, self._full_path(made))
            with self._storage.write() as connection:
                publications.save(connection, made)
            self._tidy(folder, store)
            return _published(made, new=True)

    def publish_above(self, store: str, refused: int, now: datetime) -> Published:
        """A register answered `rollback` to the bundle `refused`: publish one that is above all that it has seen.

        Where nothing newer was published meanwhile, some head office has counted further than this one knows: it was
        put back to an older backup. Raises as `publish` does.
        """
        newest = self.newest(store)
        if newest.version > refused:
            return newest
        self._leap()
        return self.publish(store, now, force=True)

    def _count_on_from_what_was_seen(self) -> None:
        """The same, where a check-in has told of it first."""
        with self._storage.read() as connection:
            behind = publications.counted_to(connection) < publications.seen_by_registers(connection)
        if behind:
            self._leap()

    def _leap(self) -> None:
        with self._storage.write() as connection:
            publications.leap_above(connection, publications.seen_by_registers(connection))

    def _seen(self, store: str) -> int:
        with self._storage.read() as connection:
            return publications.seen_by_registers(connection, store)

    def _files_of(self, store: str) -> File | None:
        data = self._side_files.collect(store)
        return None if data is None else File(files_target(store), self._side_files.keep_list(store, data), len(data))

    def _signed(self, catalogue: Catalogue, now: datetime) -> Publication:
        """A new version of a catalogue, whose bytes may be new or not."""
        with self._storage.write() as connection:
            version = publications.draw_version(connection)
        return self._sign(replace(catalogue, info=replace(catalogue.info, version=version)), version, now)

    def _is(self, lineage: Path, last: Publication) -> bool:
        """Is the last published file what the lineage holds, and still there to be sent?"""
        if lineage.stat().st_size != last.catalogue.plain.bytes or not self._full_path(last).exists():
            return False
        return _sha256(lineage) == last.catalogue.plain.sha256

    # -- sending

    def newest(self, store: str) -> Published:
        """Raises Refused `not-published`."""
        return _published(self._published(store), new=False)

    def write_container(
        self, store: str, target: Path | IO[bytes], now: datetime, have: int | None = None
    ) -> SentBundle:
        """The newest bundle of a store as one zip, with a stamp of its own. `target`: a new file, or an open stream.

        `have`: a version that the register has; the bundle then carries only the changes to it, where that is smaller.
        A register that answers `base`, or that could not rebuild the file from them, is sent the whole one (no `have`).
        Raises Refused `not-published`, Fault `bundle-missing`.
        """
        delta = None if have is None else self._delta(store, have)
        published, stamp = self._stamped(store, now, delta)
        if delta is not None and delta.new == published.catalogue.plain.sha256:
            carrier, path = delta.file, delta.path
        else:
            delta, carrier, path = None, published.catalogue.carried, self._full_path(published)
        if not path.exists():
            hint = f"server-push bundle {store} --force makes it anew"
            raise Fault("bundle-missing", f"{path} is gone", hint)
        members = container.members(self.keys.later_roots(), stamp, published.snapshot, published.targets)
        carried, (pack, incremental) = [(carrier, path)], (None, False)
        if (list_ := published.catalogue.files) is not None:
            carried.insert(0, (list_, self._side_files.list_path(store, list_.sha256)))
            pack, incremental = self._pack(store, list_, have)
        length = container.write(target, members, carried, pack)
        plain, articles = published.catalogue.plain, published.catalogue.info.articles
        base = have if delta is not None or incremental else None
        return SentBundle(store, published.version, stamp.version, plain.sha256, articles, length, base)

    def _pack(self, store: str, wanted: File, have: int | None) -> tuple[Pack, bool]:
        """The contents that go along, and whether they are only what a register with the version `have` lacks."""
        base = None
        if have is not None:
            with self._storage.read() as connection:
                base = publications.of_version(connection, store, have)
        has = base.catalogue.files.sha256 if base is not None and base.catalogue.files is not None else None
        return self._side_files.pack(store, wanted.sha256, has), has is not None

    def _delta(self, store: str, have: int) -> _Delta | None:
        """From the version `have` to the newest, made if need be; None when the whole file is the better way."""
        with self._storage.read() as connection:
            base, new = publications.of_version(connection, store, have), publications.newest(connection, store)
        if base is None or new is None or not (self._full_path(base).exists() and self._full_path(new).exists()):
            return None
        old, wanted = base.catalogue.plain.sha256, new.catalogue.plain.sha256
        with self._only_one(store) as folder:
            path = Deltas(folder / _DELTAS).made((old, self._full_path(base)), (wanted, self._full_path(new)))
        return None if path is None else _Delta(old, wanted, File(delta_target(store, old), *facts(path)), path)

    def _stamped(self, store: str, now: datetime, delta: _Delta | None) -> tuple[Publication, SignedFile]:
        """The newest publication, signed again where that is due or `delta` is new to it, and a stamp made now."""
        with self._storage.write() as connection:
            published = publications.newest(connection, store)
            if published is None:
                raise _not_published(store)
            catalogue = published.catalogue
            if delta is not None and delta.new == catalogue.plain.sha256 and delta.base not in catalogue.info.deltas:
                catalogue = catalogue.with_delta(delta.base, delta.file)
            due = published.expires - now < RESIGN_BEFORE or not self._is_signed_by_present_keys(published)
            if due or catalogue is not published.catalogue:
                published = self._sign(catalogue, publications.draw_version(connection), now)
                publications.save(connection, published)
            version = publications.draw_version(connection)
        return published, sign_timestamp(self.keys.signer(SENDER), version, now, published.snapshot)

    def _is_signed_by_present_keys(self, published: Publication) -> bool:
        """Not after a key was replaced: the root that then travels along knows the old one no more."""
        return all(
            self.keys.signer(name).public_key.keyid in signed_by(file.data)
            for name, file in ((TARGETS, published.targets), (SENDER, published.snapshot))
        )

    def _sign(self, catalogue: Catalogue, version: int, now: datetime) -> Publication:
        targets = sign_targets(self.keys.signer(TARGETS), version, now, catalogue)
        return Publication(catalogue, targets, sign_snapshot(self.keys.signer(SENDER), version, now, targets))

    # -- what lies where

    def _published(self, store: str) -> Publication:
        found = self._newest(store)
        if found is None:
            raise _not_published(store)
        return found

    def _newest(self, store: str) -> Publication | None:
        with self._storage.read() as connection:
            return publications.newest(connection, store)

    def _full_path(self, published: Publication) -> Path:
        return self._folder / published.store / f"{published.catalogue.carried.sha256}{_FULL}"

    def _tidy(self, folder: Path, store: str) -> None:
        """Remove what is too old, and what a killed publishing left behind."""
        with self._storage.read() as connection:
            kept = publications.newest_files(connection, store, KEEP_FILES)
            found = publications.newest(connection, store)
            lists = publications.newest_lists(connection, store, KEEP_FILES)
        self._side_files.forget(store, lists)
        new = {found.catalogue.plain.sha256} if found else set()
        for path in folder.glob(f"*{_FULL}"):
            if path.name.removesuffix(_FULL) not in kept:
                path.unlink(missing_ok=True)
        Deltas(folder / _DELTAS).forget_others(new)

    @contextmanager
    def _only_one(self, store: str) -> Iterator[Path]:
        """The store's folder, held against every other process; a lock that dies with its holder, on any system."""
        folder = self._folder / check_id(store, "store id")
        folder.mkdir(parents=True, exist_ok=True)
        lock = sqlite3.connect(folder / "lock.db", timeout=_LOCK_WAIT_S, isolation_level=None)
        with closing(lock):
            try:
                lock.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError as error:
                raise Fault("publishing", f"store {store} is being published elsewhere: {error}") from None
            yield folder


def _is_due_for_a_fresh_one(lineage: Path, profile: StoreProfile, now: datetime) -> bool:
    begun = catalog.begun_at(lineage)
    if begun is None or now - begun < LINEAGE_LIFE:
        return False
    hour = now.astimezone(ZoneInfo(profile.time_zone)).hour
    return hour >= _NIGHT_BEGINS or hour < _NIGHT_ENDS or now - begun >= 2 * LINEAGE_LIFE


def _not_published(store: str) -> Refused:
    return Refused("not-published", f"store {store} has no bundle yet", hint=f"server-push bundle {store}")


def _described(store: str, packed: Packed) -> Catalogue:
    """A catalogue that has no number yet."""
    info = BundleInfo(
        store,
        0,
        SCHEMA,
        packed.articles,
        packed.published_at,
        full=full_target(store),
        probes=packed.probes,
        deltas={},  # they are named when they are made
    )
    plain = File(catalog_target(store), packed.sha256, packed.bytes)
    return Catalogue(plain, info, File(info.full, packed.full_sha256, packed.full_bytes))


def _published(found: Publication, new: bool) -> Published:
    plain, info = found.catalogue.plain, found.catalogue.info
    return Published(found.store, found.version, plain.sha256, plain.bytes, info.articles, info.published_at, new)


def _sha256(path: Path) -> str:
    import hashlib

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
