"""A small process with the snapshots in it that dies (kill -9) at a named step, or lives to tell how things stand.

python -m tests.support.killable_snapshots FOLDER die STEP     receives 2.zip over an active 1, and dies at STEP
python -m tests.support.killable_snapshots FOLDER tell         starts, waits until it is settled, prints JSON
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from poscore.errors import PosError
from register_svc.database import Database
from register_svc.durable_files import SyncedFile
from register_svc.snapshots import door, switch, workshop
from register_svc.snapshots.schema import MIGRATIONS
from register_svc.snapshots.slots import Slots
from register_svc.snapshots.states import Event, State
from tests.support.builders import MILK
from tests.support.receiving import Receiving, price_of, until


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before(owner: Any, name: str, when: Callable[..., bool] = lambda *_, **__: True) -> Callable[[], None]:
    """Die instead of calling `owner.name`."""

    def arm() -> None:
        real = getattr(owner, name)

        def instead(*args: Any, **kwargs: Any) -> Any:
            if when(*args, **kwargs):
                die()
            return real(*args, **kwargs)

        setattr(owner, name, instead)

    return arm


def behind(owner: Any, name: str, when: Callable[..., bool] = lambda *_, **__: True) -> Callable[[], None]:
    """Die when `owner.name` has done its work."""

    def arm() -> None:
        real = getattr(owner, name)

        def instead(*args: Any, **kwargs: Any) -> Any:
            result = real(*args, **kwargs)
            if when(*args, **kwargs):
                die()
            return result

        setattr(owner, name, instead)

    return arm


def _after_bytes(count: int, folder: str) -> Callable[[], None]:
    def written(file: SyncedFile, _: object) -> bool:
        return folder in file.path.parts and file.path.stat().st_size >= count

    return behind(SyncedFile, "store", written)


def _moving(event: Event) -> Callable[..., bool]:
    return lambda _slots, _version, moved, *_: moved is event


def _fetching(member: str) -> Callable[[], None]:
    """When python-tuf asks for a member of the bundle: what it trusted before lies in its scratch folder only."""

    def arm() -> None:
        from register_svc.snapshots import trust

        before(trust._Fetcher, "_fetch", lambda _fetcher, url: url.endswith(member))()

    return arm


# The steps in their order; each is durable, or stands between two that are.
STEPS: dict[str, Callable[[], None]] = {
    "half-received": _after_bytes(50_000, "incoming"),
    "received": behind(door, "receive"),
    "fetching-root": _fetching("2.root.json"),
    "fetching-timestamp": _fetching("timestamp.json"),
    "fetching-snapshot": _fetching("snapshot.json"),
    "fetching-targets": _fetching("targets.json"),
    "verified": before(Slots, "admit"),
    "admitted": behind(Slots, "admit"),
    "half-built": _after_bytes(1 << 20, "snapshots"),
    "built": before(SyncedFile, "finish", lambda file: "snapshots" in file.path.parts),
    "on-disk": before(Slots, "move", _moving(Event.BUILT)),
    "checking": before(workshop, "check"),
    "checked": behind(workshop, "check"),
    "bundle-dropped": before(Slots, "move", _moving(Event.PASSED)),
    "staged": behind(Slots, "move", _moving(Event.PASSED)),
    "wanted": behind(Slots, "want"),
    "backed-up": before(Slots, "switch"),
    "switched": behind(Slots, "switch"),
    "told": before(switch, "probe"),
    "confirmed": behind(Slots, "move", _moving(Event.CONFIRMED)),
    "rollback-wanted": behind(Slots, "want", lambda _slots, _version, wanted: wanted == "back"),
    "gone-back": behind(Slots, "go_back"),
}
# From here on the next start goes on to the new version by itself; before, it stays with the old one.
COMMITTED = ("wanted", "backed-up", "switched", "told", "confirmed")
GONE_BACK = ("rollback-wanted", "gone-back")


def run_until_it_dies(folder: Path, step: str) -> None:
    register = Receiving(folder, (folder / "root.json").read_bytes())
    register.push((folder / "1.zip").read_bytes())
    register.wait_for(1, State.STAGED)
    register.snapshots.activate(1)
    STEPS[step]()
    register.push((folder / "2.zip").read_bytes())
    register.wait_for(2, State.STAGED)
    register.snapshots.activate(2)
    register.snapshots.rollback(2)
    raise AssertionError(f"{step} never came")


def price_at_once(folder: Path) -> int | None:
    """From what the till sells before the snapshots' own work has begun."""
    state = Database(folder / "state.db", MIGRATIONS)
    active = Slots(state, folder / "snapshots").active()
    assert active is not None
    price = price_of(active.path, MILK)
    state.close()
    return price


def tell(folder: Path) -> dict[str, Any]:
    """What a till would sell from at once, and once all is settled; then whether 2 can still be brought in."""
    at_once = price_at_once(folder)
    register = Receiving(folder, (folder / "root.json").read_bytes())
    until(lambda: register.snapshots.phase() is State.IDLE)
    until(lambda: not any(slot.wanted for slot in register.slots.all()))
    until(lambda: register.state_of(register.active or 0) is State.GOOD)
    settled = register.snapshots.active()
    assert settled is not None
    told: dict[str, Any] = {
        "at_once": at_once,
        "settled": price_of(settled.path, MILK),
        "listing": register.snapshots.listing(),
    }
    try:
        register.push((folder / "2.zip").read_bytes())
        until(lambda: register.state_of(2) not in (State.BUILDING, State.CHECKING))
        told["again"] = register.snapshots.activate(2).state
    except PosError as error:
        told["again"] = error.code
    told["files"] = sorted(register.files())
    register.close()
    return told


if __name__ == "__main__":
    where, what, *rest = sys.argv[1:]
    if what == "die":
        run_until_it_dies(Path(where), *rest)
    else:
        print(json.dumps(tell(Path(where))))
