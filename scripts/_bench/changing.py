"""A night's changes of a million articles: how small they travel, and what a register has to do for them.

- Days of the same shop, made by head office's own commands: some in which a hundredth of the prices changed, and one in
  which a thousandth of the articles came and another went besides. Rows are drawn from all over the list.
- The size is that of the delta alone, against the whole catalogue as zstd of level 10.
- The work is that of a register which runs, from the first byte of the bundle to the switch, over the LAN listener by
  head office's own wire; beside it the same file is read once for its hash and once by quick_check, in turns with it.
"""

from __future__ import annotations

import csv
import random
import time
from dataclasses import dataclass
from pathlib import Path

from _fleet import Fleet
from _fleet.processes import until

from _bench import prepared
from _bench.catalogue import COLUMNS, Article, articles
from _bench.harness import Measured, Place
from _bench.refreshing import active_file, forget_peak, read_once
from _bench.starting import resident_bytes
from _bench.timing import p50
from server_push.bundles.parcels import Parcel, Parcels
from server_push.fleet.wire import Container, RegisterWire
from server_push.office import Office, World

_GIVE_UP_S = 300.0
_PRICES, _COME_AND_GO = 100, 1000  # one of so many
_FACTORS = (0.9, 0.95, 1.02, 1.05, 1.1)


@dataclass(frozen=True, slots=True)
class _Night:
    """A file of what changed and what is new; the ids of what goes."""

    changes: Path
    gone: list[str]


@dataclass(frozen=True, slots=True)
class _Change:
    """A refresh by a delta: bytes of it and of the whole file, seconds of it and of reading the file once."""

    delta_bytes: int
    full_bytes: int
    work_s: float
    read_s: float
    peak_bytes: int

    @property
    def ratio(self) -> float:
        return self.full_bytes / self.delta_bytes


def measure(place: Place) -> dict[str, Measured]:
    """The figures `delta_of_prices`, `delta_of_articles`, `delta_vs_hash` and `delta_rss_mb`."""
    shop = prepared.large_shop(place)
    fleet = prepared.copied(place, shop, "changing")
    chance = random.Random(2026)  # noqa: S311 - the same rows in every run
    list_ = {article.article_id: article for article in articles(place.articles)}
    with prepared.running(fleet, office=False):
        prices = [_refresh(fleet, _changes(fleet.folder, list_, chance)) for _ in range(place.rounds(3, 1))]
        both = _refresh(fleet, _changes(fleet.folder, list_, chance, come_and_go=True))
    each = [*prices, both]
    work, read = p50([one.work_s for one in each]), p50([one.read_s for one in each])
    what = f"of {place.articles:,} articles"
    return {
        "delta_of_prices": Measured(
            min(one.ratio for one in prices),
            f"the whole catalogue as zstd 10, {prices[0].full_bytes:,} bytes, against the delta when one price in"
            f" {_PRICES} {what} changed, {max(one.delta_bytes for one in prices):,} bytes; the worst of {len(prices)}",
        ),
        "delta_of_articles": Measured(
            both.ratio,
            f"the same when one article in {_COME_AND_GO} came and one went besides: {both.full_bytes:,} against"
            f" {both.delta_bytes:,} bytes",
        ),
        "delta_vs_hash": Measured(
            work / read,
            f"a delta sent over the LAN, verified, rebuilt, checked and switched to, {work:.2f} s, against sha256 +"
            f" quick_check of the same catalogue file, {read:.2f} s; median of {len(each)}, in turns, {what}",
        ),
        "delta_rss_mb": Measured(
            max(one.peak_bytes for one in each) / 1e6,
            "the most resident memory (VmHWM, 10^6 bytes) of the register's process meanwhile",
        ),
    }


def _changes(folder: Path, list_: dict[str, Article], chance: random.Random, *, come_and_go: bool = False) -> _Night:
    """What changes in a night: a hundredth of the prices, and if asked for some articles."""
    changed = chance.sample(sorted(list_), len(list_) // _PRICES)
    rows = [_repriced(list_[article_id], chance) for article_id in changed]
    gone: list[str] = []
    if come_and_go:
        count = len(list_) // _COME_AND_GO
        kept = sorted(set(list_) - set(changed))
        gone = chance.sample(kept, count)
        rows += [article.row() for article in list(articles(len(list_) + count))[-count:]]
    path = folder / "changes.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    return _Night(path, gone)


def _repriced(article: Article, chance: random.Random) -> tuple[str, ...]:
    cents = max(1, round(article.cents * chance.choice(_FACTORS)) + chance.choice((-1, 1)))
    row = list(article.row())
    row[COLUMNS.index("price")] = f"{cents // 100}.{cents % 100:02d}"
    return tuple(row)


def _refresh(fleet: Fleet, night: _Night) -> _Change:
    register = fleet.register(prepared.REGISTER)
    fleet.office.command("import", "articles", str(night.changes))
    office = Office.open(fleet.office.folder, World())
    try:
        _withdraw(office, night.gone)
        office.publisher.publish(prepared.STORE, office.now())
        have = register.snapshots()["active"]
        parcels = fleet.folder / "parcels"
        parcels.mkdir()
        parcel = Parcels(office.publisher, prepared.STORE, parcels, office.now).of(have)
        delta = max(
            (office.directory / "bundles" / prepared.STORE / "deltas").iterdir(), key=lambda p: p.stat().st_mtime
        )
        read_s = read_once(active_file(register))
        forget_peak(register.process.pid)
        work_s = _work(fleet, office, parcel)
    finally:
        office.close()
    peak = resident_bytes(register.process.pid, "VmHWM")
    parcel.path.unlink()
    parcels.rmdir()
    return _Change(delta.stat().st_size, _as_zstd_10(active_file(register)), work_s, read_s, peak)


def _withdraw(office: Office, gone: list[str]) -> None:
    """Some articles go; a complete list would say the same, and take a million rows to say it."""
    with office.storage.write() as connection:
        for article_id in gone:
            connection.exec_driver_sql("UPDATE article SET withdrawn = 1 WHERE article_id = ?", (article_id,))


def _work(fleet: Fleet, office: Office, parcel: Parcel) -> float:
    register = fleet.register(prepared.REGISTER)
    if parcel.base is None:
        raise RuntimeError("head office found the delta not worth its while")
    container = Container(parcel.path, parcel.version, parcel.sha256)
    sender = office.fleet.sender
    with RegisterWire(register.id, register.lan_url, sender, office.settings.push, office.world.new_id) as wire:
        began = time.perf_counter()
        wire.send(container, lambda _: None)
        wire.activate(parcel.version)
        until(lambda: wire.look(0).active == parcel.version, _GIVE_UP_S, "the switch")
        return time.perf_counter() - began


def _as_zstd_10(path: Path) -> int:
    from backports.zstd import CompressionParameter, ZstdCompressor

    zstd = ZstdCompressor(options={CompressionParameter.compression_level: 10, CompressionParameter.nb_workers: 2})
    length = 0
    with path.open("rb") as file:
        while chunk := file.read(1 << 22):
            length += len(zstd.compress(chunk))
    return length + len(zstd.flush())
