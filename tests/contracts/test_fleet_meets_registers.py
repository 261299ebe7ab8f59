"""Head office's fleet and real registers, each in its own process: fetching at a check-in, and a price that is live."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.fleet import DEMO_LISTS, TWO_TILLS, Fleet, Register, copied_shop, free_port, read_goods
from tests.support.processes import until

pytestmark = pytest.mark.slow

MILK = read_goods(DEMO_LISTS.articles)["Kevytmaito 1 l"].code


@pytest.fixture
def fleet(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """Two tills that check in every ten seconds."""
    folder = copied_shop(tmp_path_factory, tmp_path / "shop")
    with (folder / "office" / "settings.toml").open("a", encoding="utf-8") as settings:
        settings.write("[serve]\ncheck_in_s = 10\n")
    with Fleet(folder, TWO_TILLS) as fleet:
        yield fleet


def put_price(fleet: Fleet, cents: int, **more: Any) -> dict[str, Any]:
    article_id = next(line.split(",")[0] for line in DEMO_LISTS.articles.read_text().splitlines() if MILK in line)
    body = {"price": cents, **more}
    return dict(fleet.office.client.call("PUT", f"/api/articles/{article_id}", body).must())


def states(fleet: Fleet, rollout: str) -> dict[str, str]:
    shown = fleet.office.client.get(f"/api/rollouts/{rollout}")
    return {one["register"]: one["state"] for one in shown["registers"]}


def price_at(fleet: Fleet, register: str) -> int:
    till = fleet.till(register)
    return int(till.client.get(f"/articles/{MILK}")["unit_price"])


def test_a_price_that_is_changed_now_is_on_every_till_at_once(fleet: Fleet) -> None:
    begun = time.monotonic()
    rollout = put_price(fleet, 777, now=True)["rollout"]
    until(lambda: set(states(fleet, rollout).values()) <= {"activated", "confirmed"}, 30, "both tills to have it")
    took_s = time.monotonic() - begun

    assert [price_at(fleet, register) for register in ("r1", "r2")] == [777, 777]
    assert took_s < 20, "it does not wait for a check-in"


def test_registers_of_a_store_on_pull_fetch_and_say_so(fleet: Fleet) -> None:
    fleet.office.command("stores", "delivery", "s1", "pull")
    put_price(fleet, 555)
    rollout = fleet.office.client.post("/api/rollouts", {"groups": []})["rollout"]

    until(lambda: set(states(fleet, rollout).values()) == {"confirmed"}, 60, "both tills to fetch it")
    shown = fleet.office.client.get(f"/api/rollouts/{rollout}")
    assert {one["via"] for one in shown["registers"]} == {"pull"}
    assert price_at(fleet, "r1") == 555


def test_a_register_that_was_away_catches_up_at_its_check_in(fleet: Fleet) -> None:
    fleet.register("r2").stop()
    pushed = fleet.office.command("push", "--all", expect=(0, 1))
    rollout = pushed["rollout"]
    put_price(fleet, 444)
    pushed = fleet.office.command("push", "--all", expect=(1,))
    rollout = pushed["rollout"]
    assert {one["register"]: one["state"] for one in pushed["registers"]} == {"r1": "activated", "r2": "unreachable"}

    fleet.restart("r2")
    until(lambda: states(fleet, rollout)["r2"] == "confirmed", 60, "r2 to catch up")
    assert price_at(fleet, "r2") == 444


def test_a_new_register_has_its_stores_snapshot_without_anybody_pushing(fleet: Fleet, tmp_path: Path) -> None:
    new = Register("r3", tmp_path / "r3", (free_port(), free_port()))
    fleet.enrol(new)
    new.start()
    try:
        until(lambda: new.snapshots()["active"], 30, "r3 to have a snapshot")
        assert new.snapshots()["active"] == fleet.register("r1").snapshots()["active"]
    finally:
        new.stop()


def test_the_fleet_page_shows_what_the_registers_say(fleet: Fleet) -> None:
    fleet.office.command("push", "--all")
    until(
        lambda: (
            all(one["snapshot"]["is_newest"] for one in shown(fleet)) and all(one["last_seen"] for one in shown(fleet))
        ),
        60,
        "both to check in",
    )
    for one in shown(fleet):
        assert one["backup_age_s"] is not None
        assert one["snapshot"]["age_s"] is not None


def shown(fleet: Fleet) -> list[dict[str, Any]]:
    (store,) = fleet.office.client.get("/api/fleet")["stores"]
    return list(store["registers"])
