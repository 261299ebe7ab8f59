"""`server-push bundle STORE` and `server-push keys {show|move-root|rotate|revoke}`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from server_push.bundles.keys import Keys
from server_push.bundles.publishing import Publisher
from server_push.bundles.rotation import Rotated, Rotation
from server_push.commands.place import Place, placed
from server_push.storage import Storage


@click.command("bundle")
@click.argument("store")
@click.option("--force", is_flag=True, help="Publish a new version even when nothing has changed.")
@click.option("--fresh", is_flag=True, help="Start a new file; every register then fetches the whole of it once.")
@click.option(
    "--activate-at",
    type=click.DateTime(["%Y-%m-%dT%H:%M"]),
    help="By this computer's clock: all of the store's registers change prices then, and none before.",
)
@placed
def bundle(place: Place, store: str, force: bool, fresh: bool, activate_at: datetime | None) -> None:
    """Build, check and sign what STORE's registers are to sell from."""
    at = activate_at.astimezone(UTC) if activate_at else None
    storage = Storage.open(place.directory)
    try:
        publisher = Publisher.of(place.directory, storage)
        published = publisher.publish(store, datetime.now(UTC), force=force, fresh=fresh, activate_at=at)
    finally:
        storage.close()
    state = "published" if published.new else "unchanged"
    megabytes = f"{published.bytes / 1e6:.1f} MB"
    text = f"{store}: version {published.version} {state}, {published.articles} articles, {megabytes}"
    place.answer(published.to_wire(), text)


_passphrase = click.option(
    "--passphrase-file",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    help="Holds the passphrase of the root keys; without one, that of the office's own keys counts.",
)


@click.group("keys")
def keys() -> None:
    """Look after head office's keys."""


@keys.command("show")
@placed
def show(place: Place) -> None:
    """Which keys there are, what they may sign, and where their private halves lie."""
    rows = _keys(place).show()
    where = {True: "here", False: "elsewhere"}
    lines = [f"{row.name:8} {row.key_id[:16]}  {where[row.here]:9}  {', '.join(row.roles)}" for row in rows]
    place.answer({"keys": [row.to_wire() for row in rows]}, "\n".join(lines))


@keys.command("move-root")
@click.argument("destination", type=click.Path(file_okay=False, path_type=Path))
@_passphrase
@placed
def move_root(place: Place, destination: Path, passphrase_file: Path | None) -> None:
    """Take the private root keys to DESTINATION, such as a USB stick for the safe."""
    moved = _keys(place).move_root(destination, _read(passphrase_file))
    text = f"{len(moved)} root keys now lie in {destination} and nowhere else. Make a copy, and keep both locked away."
    place.answer({"moved": [str(path) for path in moved]}, text)


def _with_root_keys(command: Callable[..., Any]) -> Callable[..., Any]:
    folder = click.option(
        "--root-keys",
        type=click.Path(file_okay=False, exists=True, path_type=Path),
        help="Where move-root took the private root keys; two of them must be there.",
    )
    return folder(_passphrase(command))


@keys.command("rotate")
@click.argument("names", nargs=-1, metavar="[targets|sender|root|root-1|root-2|root-3]...")
@_with_root_keys
@placed
def rotate(place: Place, names: tuple[str, ...], root_keys: Path | None, passphrase_file: Path | None) -> None:
    """Replace keys by new ones, or with no name only renew the root's date (each year is right)."""
    done = _rotation(place, root_keys, passphrase_file).rotate(names, datetime.now(UTC))
    _answer(place, done)


@keys.command("revoke")
@click.argument("key")
@_with_root_keys
@placed
def revoke(place: Place, key: str, root_keys: Path | None, passphrase_file: Path | None) -> None:
    """Replace a key that was lost or stolen; KEY is its name, or the beginning of its id as `keys show` has it."""
    done = _rotation(place, root_keys, passphrase_file).revoke(key, datetime.now(UTC))
    _answer(place, done)


def _rotation(place: Place, root_keys: Path | None, passphrase_file: Path | None) -> Rotation:
    return Rotation(_keys(place), root_keys, _read(passphrase_file))


def _read(passphrase_file: Path | None) -> bytes | None:
    return passphrase_file.read_bytes().strip() if passphrase_file else None


def _answer(place: Place, done: Rotated) -> None:
    what = f"replaced {', '.join(done.replaced)}" if done.replaced else "nothing replaced"
    text = (
        f"root {done.version}: {what}. Registers learn of it with their next bundle: server-push push --all\n"
        "Back up the folder keys/root now: without it no later bundle is believed. Restart `serve` if it runs."
    )
    place.answer({"root": done.version, "replaced": list(done.replaced)}, text)


def _keys(place: Place) -> Keys:
    Storage.open(place.directory).close()  # says so when there is no head office here
    return Keys(place.directory / "keys")
