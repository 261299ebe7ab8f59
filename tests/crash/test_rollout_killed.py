"""Head office dies with `kill -9` in the middle of a rollout: it goes on, no register twice and none left out.

The head office is a real process; its registers are miniatures that speak the real protocol over real HTTP.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from _fleet.client import Client
from _fleet.office import Office
from _fleet.processes import program

from server_push.registers.stores import Store
from tests.support.lan import Lan, lan_of
from tests.support.offices import new_site
from tests.support.processes import free_port, until

pytestmark = pytest.mark.slow

STORES, PER_STORE = 10, 4
LEASE_S = 2


@pytest.fixture
def shops(tmp_path: Path) -> Iterator[tuple[Office, dict[str, Lan]]]:
    """A head office with ten stores of four registers each, which take their time with a bundle."""
    site = new_site(tmp_path)
    key = site.office.keys.sender_signing_key().public
    with ExitStack() as stack:
        lans = {}
        for store in range(STORES):
            name = f"k{store}"
            site.office.stores.add(Store(name, f"Kauppa {store}", bytes(32)), site.clock())
            for n in range(PER_STORE):
                register = f"{name}-{n}"
                site.office.registers.add(name, register, site.clock())
                lans[register] = stack.enter_context(lan_of(register, key, takes_s=0.15))
        with site.office.storage.write() as connection:
            for register, lan in lans.items():
                connection.exec_driver_sql(
                    "UPDATE register SET epoch = 1, lan_url = ? WHERE register = ?", (lan.url, register)
                )
        with (site.office.directory / "settings.toml").open("a", encoding="utf-8") as settings:
            settings.write(f"[push]\nlease_s = {LEASE_S}\nslots = 6\n")
        office = Office(site.office.directory, free_port(), site.token)
        site.office.close()
        office.start()
        try:
            yield office, lans
        finally:
            office.stop()


def served(lans: dict[str, Lan]) -> int:
    return sum(bool(lan.switches) for lan in lans.values())


def show(office: Office, rollout: str) -> dict:
    return dict(office.client.get(f"/api/rollouts/{rollout}"))


@pytest.mark.parametrize("after", [1, 12, 30])
def test_killed_in_the_middle_it_goes_on_and_serves_each_register_once(
    shops: tuple[Office, dict[str, Lan]], after: int
) -> None:
    office, lans = shops
    rollout = office.client.post("/api/rollouts", {"groups": []})["rollout"]
    until(lambda: served(lans) >= after, 60, f"{after} registers to be served")

    office.kill()
    assert served(lans) < len(lans), "it died in the middle"
    office.start()

    until(lambda: show(office, rollout)["state"] == "finished", 60, "the rollout to finish")
    shown = show(office, rollout)
    assert shown["counts"] == {"activated": len(lans)}
    assert all(len(lan.switches) == 1 for lan in lans.values()), "no register was switched twice"


def test_killed_again_and_again_it_still_comes_to_its_end(shops: tuple[Office, dict[str, Lan]]) -> None:
    office, lans = shops
    rollout = office.client.post("/api/rollouts")["rollout"]  # canary, 10 %, 100 %
    for after in (1, 3, 8, 20):
        until(lambda after=after: served(lans) >= after, 60, f"{after} registers to be served")
        office.kill()
        office.start()

    until(lambda: show(office, rollout)["state"] == "finished", 90, "the rollout to finish")
    shown = show(office, rollout)
    assert shown["counts"] == {"activated": len(lans)}
    assert [group["state"] for group in shown["groups"]] == ["finished"] * 3
    assert all(len(lan.switches) == 1 for lan in lans.values())


def test_a_push_of_a_command_that_was_killed_is_carried_on_by_the_service(
    shops: tuple[Office, dict[str, Lan]],
) -> None:
    office, lans = shops
    command = [*program("server-push"), "push", "--all", "--dir", str(office.folder), "--json"]
    pushing = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until(lambda: served(lans) >= 5, 60, "five registers to be served")
    pushing.kill()
    pushing.wait()

    (rollout,) = Client(office.url, {"Authorization": f"Bearer {office.token}"}).get("/api/rollouts")["items"]
    until(lambda: show(office, rollout["rollout"])["state"] == "finished", 60, "the rollout to finish")
    assert show(office, rollout["rollout"])["counts"] == {"activated": len(lans)}
    assert all(len(lan.switches) == 1 for lan in lans.values())
