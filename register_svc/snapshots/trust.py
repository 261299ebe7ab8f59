"""Is this bundle head office's word for this store, and the newest? The whole answer is TUF's; nothing is home-made.

- The trusted metadata lives in state.db. It is written out to a scratch folder, `tuf.ngclient.Updater` works there over
  the bundle, and what it trusts is read back: python-tuf does not sync its files, a transaction does.
- What was trusted before a refusal is kept too (a high-water mark); of another store's bundle nothing is kept.
- A bundle that seems expired while our clock disagrees with what head office has signed is the register's fault:
  `clock`, not `expired`.

This module imports tuf (100 ms, 10 MB), so nothing that starts with the register imports it.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tuf.api.exceptions import (
    BadVersionNumberError,
    DownloadError,
    DownloadHTTPError,
    ExpiredMetadataError,
    LengthOrHashMismatchError,
    RepositoryError,
    UnsignedMetadataError,
)
from tuf.api.metadata import TargetFile  # type: ignore[attr-defined]  # it is there; only not re-exported by name
from tuf.ngclient.fetcher import FetcherInterface
from tuf.ngclient.updater import Updater

from poscore.bundle import METADATA, TARGETS, BundleInfo, catalog_target
from poscore.errors import PosError, Refused, Untrusted
from poscore.instants import parse_instant
from register_svc.durable_files import naming_a_full_disk
from register_svc.snapshots.container import Container
from register_svc.snapshots.slots import FileList, Source
from register_svc.snapshots.trusted import Anchor, Catalogue, Moment, Possessions, Verdict, newest_issued

# A stamp lives for days; an hour is far more than a wrong clock is noticed by, and far less than would matter.
CLOCK_TOLERANCE = timedelta(hours=1)
_ROOT_HISTORY = "root_history"


def verify(bundle: Path, anchor: Anchor, has: Possessions, scratch: Path, moment: Moment) -> Verdict:
    """Judge `bundle` from what the register `has`. `scratch` is made, used and removed. Raises Fault `space`.

    Refusals: Refused `rollback`, `clock`, `not-for-me`, `base`; Untrusted `signature`, `expired`, `mix`, `damaged`.
    """
    known = has.metadata
    with naming_a_full_disk(), _scratch(scratch, known):
        try:
            catalogue = _verified(bundle, anchor, has, scratch, moment)
        except PosError as refusal:
            kept = {} if refusal.code == "not-for-me" else _news(scratch, known, anchor)
            return Verdict(kept, None, refusal)
        return Verdict(_news(scratch, known, anchor), catalogue, None)


# -- the work ----------------------------------------------------------------------------------------------------------


def _verified(bundle: Path, anchor: Anchor, has: Possessions, scratch: Path, moment: Moment) -> Catalogue:
    with Container(bundle) as container:
        fetcher = _Fetcher(container)
        issued = newest_issued(has.metadata)
        try:
            updater = Updater(str(scratch), METADATA, fetcher=fetcher, bootstrap=anchor.root)
            # Updater takes no clock. A slow one would let an expired stamp pass, so time never runs behind what head
            # office has signed already; a register that knows its clock's error hands in the corrected time.
            reference = max(moment.now, issued) if issued else moment.now
            updater._trusted_set.reference_time = reference
            updater.refresh()
            target = updater.get_targetinfo(catalog_target(anchor.store))
            if target is None:
                raise Refused("not-for-me", f"the bundle holds no catalogue of store {anchor.store}")
            info = _description(target, anchor.store)
            source = _source(bundle.name, info, _Carriers(updater, container), has.catalogues)
            return Catalogue(info, target.hashes["sha256"], target.length, source)
        except ExpiredMetadataError as error:
            raise _expired(str(error), moment, issued) from None
        except (RepositoryError, DownloadError) as error:
            raise _refusal(error, fetcher.asked_last) from None


def _description(target: TargetFile, store: str) -> BundleInfo:
    info = BundleInfo.from_wire(target.custom or {})
    _check_types(info)
    if info.store != store:
        raise Untrusted("mix", f"the catalogue is described as that of store {info.store}")
    return info


@dataclass(frozen=True, slots=True)
class _Carriers:
    """The targets that carry a catalogue, as they are signed, and as they lie in the bundle."""

    updater: Updater
    container: Container

    def signed(self, path: str) -> TargetFile:
        found = self.updater.get_targetinfo(path)
        if found is None:
            raise Untrusted("damaged", f"the metadata does not name {path!r}")
        return found

    def holds(self, target: TargetFile) -> bool:
        return _member(target) in self.container


def _source(bundle: str, info: BundleInfo, carriers: _Carriers, catalogues: frozenset[str]) -> Source:
    """What to build from: a delta that travels along and changes a catalogue that is here, else the whole file."""
    full, files = carriers.signed(info.full), None
    if info.files is not None:
        listed = carriers.signed(info.files)
        files = FileList(_member(listed), listed.length, listed.hashes["sha256"])
    travelling = {}
    for base, path in info.deltas.items():
        delta = carriers.signed(path)
        if carriers.holds(delta):
            travelling[base] = delta
    for base, delta in travelling.items():
        if base in catalogues:
            return Source(bundle, _member(delta), delta.length, delta.hashes["sha256"], base, files)
    if travelling and not carriers.holds(full):
        hint = "Send the whole file."
        raise Refused("base", "the bundle changes a catalogue that this register does not have", hint)
    return Source(bundle, _member(full), full.length, full.hashes["sha256"], files=files)


def _member(target: TargetFile) -> str:
    directory, _, name = target.path.rpartition("/")
    return f"{TARGETS}/{directory}/{target.hashes['sha256']}.{name}"


def _check_types(info: BundleInfo) -> None:
    """A signed description is still only what somebody's program wrote."""
    numbers = (info.version, info.schema, info.articles)
    named = (info.store, info.published_at, info.full)
    maps = all(
        type(texts) is dict and all(isinstance(text, str) for text in (*texts, *texts.values()))
        for texts in (info.probes, info.deltas)
    )
    if (
        not all(type(number) is int and number >= 0 for number in numbers)
        or not all(isinstance(text, str) for text in named)
        or not maps
        or not _is_instant(info.activate_at)
        or not isinstance(info.files, str | None)
    ):
        raise Untrusted("damaged", "the catalogue's description has values of the wrong type")


def _is_instant(text: object) -> bool:
    """An instant's text, or None."""
    try:
        return text is None or (isinstance(text, str) and parse_instant(text) is not None)
    except Refused:
        return False


class _Fetcher(FetcherInterface):
    """What would be downloads are members of the bundle. A missing one is a 404: that is how the walk of roots ends."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self.asked_last = ""

    def _fetch(self, url: str) -> Iterator[bytes]:
        self.asked_last = url
        if url not in self._container:
            raise DownloadHTTPError(f"{url} is not in the bundle", 404)
        return self._container.chunks(url)


def _refusal(error: Exception, member: str) -> PosError:
    """One of our codes for what python-tuf found wrong with `member`."""
    detail = f"{member}: {error}"
    if isinstance(error, UnsignedMetadataError):
        return Untrusted("signature", detail)
    if isinstance(error, LengthOrHashMismatchError):
        return Untrusted("mix", detail)
    if isinstance(error, BadVersionNumberError):
        if member.endswith(("root.json", "targets.json")):
            return Untrusted("mix", detail)  # a file under another's name
        hint = "This register has seen a newer one. Publish again; that makes a higher version."
        return Refused("rollback", detail, hint)
    return Untrusted("damaged", detail)


def _expired(detail: str, moment: Moment, issued: datetime | None) -> PosError:
    sworn = max((at for at in (moment.sworn, issued) if at), default=None)
    behind = sworn is not None and moment.now < sworn - CLOCK_TOLERANCE
    ahead = moment.sworn is not None and moment.now > moment.sworn + CLOCK_TOLERANCE
    if behind or ahead:
        by = moment.now - (moment.sworn or sworn or moment.now)
        hint = "Set the register's clock; nothing else is wrong."
        return Refused("clock", f"the register's clock is off by {by}: {detail}", hint)
    return Untrusted("expired", detail, "The bundle waited too long on its way; send it again.")


# -- the metadata between state.db and the scratch folder --------------------------------------------------------------


@contextlib.contextmanager
def _scratch(folder: Path, known: Mapping[str, bytes]) -> Iterator[None]:
    shutil.rmtree(folder, ignore_errors=True)  # a killed attempt's
    (folder / _ROOT_HISTORY).mkdir(parents=True)
    try:
        for name, data in known.items():
            (folder / name).write_bytes(data)
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _news(folder: Path, known: Mapping[str, bytes], anchor: Anchor) -> dict[str, bytes]:
    """What is trusted now and was not known before; root.json only points into the history."""
    paths = [*folder.glob("*.json"), *(folder / _ROOT_HISTORY).glob("*.json")]
    trusted = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths if path.name != "root.json"}
    return {name: data for name, data in trusted.items() if data not in (known.get(name), anchor.root)}
