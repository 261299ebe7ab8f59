"""Shops that measurements start from: a head office and a register each, built once by the product's own commands.

- Kept in the temporary folder under the digest of the code that shaped them, so that nothing old is ever measured.
- A measurement works on a copy, on ports of its own; the kept one is never changed.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import _env
from _fleet import DEMO_LISTS, Fleet, Lists, Plan

from _bench.catalogue import gtin, write_csv
from _bench.harness import Place
from _bench.offers import promotions_csv

REGISTER = "r1"
STORE = "s1"
PLAN = Plan(registers=(REGISTER,), store=STORE, wires=False)
# What decides about the form of the data, not about what is done with it.
_SHAPED_BY = (
    "poscore/bundle.py",
    "poscore/catalog_format.py",
    "poscore/records.py",
    "poscore/sale.py",
    "server_push/bundles/catalog.py",
    "server_push/bundles/contents.py",
    "server_push/storage/**/*.py",
    "register_svc/**/schema.py",
    "register_svc/identity.py",
    "register_svc/settings.py",
    "scripts/_bench/catalogue.py",
    "scripts/_bench/prepared.py",
)


def large_csv(place: Place) -> Path:
    """The large price list as head office imports it."""

    def make(folder: Path) -> None:
        write_csv(folder / "articles.csv", place.articles)

    return kept(place, f"list-{place.articles}", make) / "articles.csv"


def large_shop(place: Place) -> Path:
    """A shop that sells from the large price list."""
    lists = Lists(large_csv(place), DEMO_LISTS.customers, DEMO_LISTS.cashiers)
    return kept(place, f"shop-{place.articles}", lambda folder: _build(folder, lists))


def small_shop(place: Place) -> Path:
    """A shop that sells from the demo's price list."""
    return kept(place, "shop-demo", lambda folder: _build(folder, DEMO_LISTS))


def promoting_shop(place: Place) -> Path:
    """A shop that sells from the demo's price list, half of it in promotions."""

    def make(folder: Path) -> None:
        path = folder.parent / "promotions.csv"
        path.write_text(promotions_csv(), encoding="utf-8")
        _build(folder, replace(DEMO_LISTS, promotions=path))
        path.unlink()

    return kept(place, "shop-promoting", make, ("scripts/_bench/offers.py", "scripts/demo_data/articles.csv"))


def large_catalogue(place: Place) -> Path:
    """The catalogue of the large price list, as the register of the large shop has it."""
    return next((large_shop(place) / REGISTER / "snapshots").glob("*/catalog.db"))


def codes(place: Place) -> Iterator[str]:
    """GTINs of the large price list, without end, from all over it."""
    number = 1
    while True:
        number = number * 16_807 % 2_147_483_647  # Lehmer's generator: far apart, and the same in every run
        yield gtin(2 * (number % place.articles + 1))


def copied(place: Place, shop: Path, name: str) -> Fleet:
    """A copy of `shop` on free ports, with nothing running yet."""
    folder = place.fresh(name)
    shutil.copytree(shop, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.log"))
    return placed(folder)


def placed(folder: Path) -> Fleet:
    """The shop in `folder` on free ports."""
    fleet = Fleet(folder, PLAN)
    note = folder / "fleet.json"
    if note.exists():
        fleet.office.token = json.loads(note.read_text(encoding="utf-8"))["operator_token"]
    register = fleet.register(REGISTER)
    register.set("till", port=register.till_port)
    register.set("lan", port=register.lan_port, url=register.lan_url)
    register.set("head_office", url=fleet.office.url)
    return fleet


@contextmanager
def running(fleet: Fleet, *, office: bool = True, register: bool = True) -> Iterator[Fleet]:
    """The processes of `fleet` that are asked for, until the block ends."""
    try:
        if office:
            fleet.office.start()
        if register:
            fleet.register(REGISTER).start()
        yield fleet
    except Exception as error:
        error.add_note(fleet.tails())
        raise
    finally:
        fleet.stop()


def kept(place: Place, name: str, make: Callable[[Path], None], shaped_by: Sequence[str] = ()) -> Path:
    """The folder that `make` fills, made when there is none of the present code; older ones are deleted.

    `shaped_by`: patterns of files that decide about this data beyond those that decide about all.
    """
    everything = place.folder / "kept"
    folder = everything / f"{name}.{_digest((*_SHAPED_BY, *shaped_by))}"
    if folder.is_dir():
        return folder
    everything.mkdir(exist_ok=True)
    for old in everything.glob(f"{name}.*"):
        shutil.rmtree(old)
    place.say(f"   building {name}: once, until the code that makes it changes")
    unfinished = everything / f"{name}.unfinished"
    unfinished.mkdir()
    make(unfinished)
    return unfinished.rename(folder)


def _build(folder: Path, lists: Lists) -> None:
    with Fleet(folder, replace(PLAN, lists=lists)) as fleet:
        fleet.wait_until_home()


def _digest(patterns: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for pattern in patterns:
        for path in sorted(_env.ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
