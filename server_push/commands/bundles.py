"""`server-push bundle STORE` and `server-push keys {show|move-root}`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from server_push.bundles.keys import Keys
from server_push.bundles.publishing import Publisher
from server_push.commands.place import Place, placed
from server_push.storage import Storage


@click.command("bundle")
@click.argument("store")
@click.option("--force", is_flag=True, help="Publish a new version even when nothing has changed.")
@click.option("--fresh", is_flag=True, help="Start a new file; every register then fetches the whole of it once.")
@placed
def bundle(place: Place, store: str, force: bool, fresh: bool) -> None:
    """Build, check and sign what STORE's registers are to sell from."""
    storage = Storage.open(place.directory)
    try:
        publisher = Publisher.of(place.directory, storage)
        published = publisher.publish(store, datetime.now(UTC), force=force, fresh=fresh)
    finally:
        storage.close()
    state = "published" if published.new else "unchanged"
    megabytes = f"{published.bytes / 1e6:.1f} MB"
    text = f"{store}: version {published.version} {state}, {published.articles} articles, {megabytes}"
    place.answer(published.to_wire(), text)


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
@placed
def move_root(place: Place, destination: Path) -> None:
    """Take the private root keys to DESTINATION, such as a USB stick for the safe."""
    moved = _keys(place).move_root(destination)
    text = f"{len(moved)} root keys now lie in {destination} and nowhere else. Make a copy, and keep both locked away."
    place.answer({"moved": [str(path) for path in moved]}, text)


def _keys(place: Place) -> Keys:
    Storage.open(place.directory).close()  # says so when there is no head office here
    return Keys(place.directory / "keys")
