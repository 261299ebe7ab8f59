"""Rollouts, schedule, prices, fleet and audit log as operators, ERPs and the fleet page see them."""

from __future__ import annotations

import os

import pytest

from server_push.registers.operators import READ_ROLLOUTS, TOKEN_BYTES, WRITE_ROLLOUTS, Operator
from tests.support.offices import Site
from tests.support.returning import Returning

MILK = {"name": "Maito 1 l", "price": 129, "vat_code": "reduced", "gtins": ["6410405082657"]}


@pytest.fixture
def till(site: Site) -> Returning:
    return site.enrol("r1")


def operator(site: Site, name: str, *scopes: str) -> str:
    return site.office.operators.add(Operator(name, frozenset(scopes)), os.urandom(TOKEN_BYTES), site.clock())


# -- rollouts ----------------------------------------------------------------------------------------------------------


def test_a_rollout_is_begun_shown_stopped_and_let_go_on(site: Site, till):
    begun = site.send("POST", "/api/rollouts", {"stores": ["s1"]})
    assert begun.status_code == 201
    path = f"/api/rollouts/{begun.json['rollout']}"

    assert site.send("POST", f"{path}/pause").json["state"] == "paused"
    shown = site.get(path).json
    assert (shown["reason"], shown["origin"], shown["made_by"]) == ("by-hand", "api", "founder")
    assert [one["register"] for one in shown["registers"]] == ["r1"]
    assert site.send("POST", f"{path}/resume").json["state"] == "running"
    assert site.send("POST", f"{path}/cancel").json["counts"] == {"canceled": 1}

    again = site.send("POST", f"{path}/resume")
    assert (again.status_code, again.json["code"]) == (409, "rollout-state")
    nobody = site.send("POST", f"{path}/retry")
    assert (nobody.status_code, nobody.json["code"]) == (409, "rollout-state")


def test_the_groups_of_a_rollout_are_data(site: Site):
    for n in range(10):
        site.enrol(f"r{n}")
    groups = [
        {"name": "two", "upto": "2", "success_percent": 100, "error_limit": "0", "unreachable_limit": "1"},
        {"name": "half", "upto": "50%"},
        {"name": "all", "upto": "100%", "error_limit": "10%"},
    ]
    rollout = site.send("POST", "/api/rollouts", {"groups": groups, "canary": ["r7"]}).json["rollout"]

    shown = site.get(f"/api/rollouts/{rollout}").json
    assert [(group["name"], sum(group["counts"].values())) for group in shown["groups"]] == [
        ("two", 2),
        ("half", 3),
        ("all", 5),
    ]
    assert next(one for one in shown["registers"] if one["register"] == "r7")["group"] == 0
    assert shown["groups"][0]["unreachable_limit"] == "1"


def test_a_rollout_to_nobody_or_to_strangers_is_refused(site: Site):
    for body, status, code in (
        ({}, 409, "nothing-to-push"),
        ({"stores": ["s9"]}, 404, "store-not-found"),
        ({"registers": ["r9"]}, 404, "register-not-found"),
        ({"groups": [{"name": "a", "upto": "50%"}]}, 422, "body-invalid"),
    ):
        answer = site.send("POST", "/api/rollouts", body)
        assert (answer.status_code, answer.json["code"]) == (status, code)


def test_a_canary_that_is_not_in_the_rollout_is_a_mistake(site: Site, till):
    answer = site.send("POST", "/api/rollouts", {"canary": ["r9"]})
    assert (answer.status_code, answer.json["code"]) == (422, "body-invalid")


def test_the_same_key_begins_one_rollout(site: Site, till):
    def begin(key: str, **body):
        return site.send("POST", "/api/rollouts", body, **{"Idempotency-Key": key})

    first, again = begin("k1"), begin("k1")
    assert (again.status_code, again.json) == (first.status_code, first.json) == (201, first.json)
    assert len(site.get("/api/rollouts").json["items"]) == 1
    other = begin("k1", stores=["s1"])
    assert (other.status_code, other.json["code"]) == (422, "idempotency-key-reused")
    assert begin("k2").json != first.json


def test_rollouts_are_listed_by_pages_the_newest_first(site: Site, till):
    made = [site.send("POST", "/api/rollouts").json["rollout"] for _ in range(5)]
    seen, after = [], ""
    while after is not None:
        page = site.get(f"/api/rollouts?limit=2&after={after}").json
        seen += [one["rollout"] for one in page["items"]]
        after = page["next"]
    assert seen == made[::-1]


def test_who_may_only_look_cannot_begin(site: Site, till):
    looking = operator(site, "looking", READ_ROLLOUTS)
    assert site.get("/api/rollouts", looking).status_code == 200
    assert site.get("/api/fleet", looking).status_code == 200
    refused = site.send("POST", "/api/rollouts", token=looking)
    assert (refused.status_code, refused.json["scope"]) == (403, WRITE_ROLLOUTS)


# -- the schedule ------------------------------------------------------------------------------------------------------


def test_the_schedule_is_ten_in_the_evening_until_somebody_sets_it(site: Site):
    shown = site.get("/api/schedule").json
    assert (shown["at"], shown["tz"], shown["enabled"], shown["runs"]) == ("22:00", "Europe/Helsinki", True, [])

    wanted = {"at": "21:30", "tz": "Europe/Stockholm", "days": [1, 2, 3], "window_end": "04:00", "enabled": True}
    assert site.send("PUT", "/api/schedule", wanted).status_code == 200
    told = site.get("/api/schedule").json
    assert {name: told[name] for name in wanted} == wanted
    assert told["next"]["starts_at"] == "2026-11-23T20:30:00.000Z"


def test_a_schedule_in_no_zone_is_refused(site: Site):
    answer = site.send("PUT", "/api/schedule", {"tz": "Europe/Turku"})
    assert (answer.status_code, answer.json["code"]) == (409, "time-zone-unknown")


# -- prices ------------------------------------------------------------------------------------------------------------


def test_an_article_is_added_changed_in_part_and_left_alone(site: Site):
    added = site.send("PUT", "/api/articles/4711", MILK).json
    assert (added["added"], added["rollout"]) == (1, None)
    assert added["article"]["gtins"] == ["6410405082657"]

    changed = site.send("PUT", "/api/articles/4711", {"price": 139}).json
    assert (changed["changed"], changed["article"]["price"], changed["article"]["name"]) == (1, 139, "Maito 1 l")
    assert site.send("PUT", "/api/articles/4711", {"price": 139}).json["unchanged"] == 1
    assert site.get("/api/articles/4711").json["price"] == 139


def test_a_store_has_a_price_of_its_own_and_the_others_keep_theirs(site: Site):
    site.send("PUT", "/api/articles/4711", MILK)
    own = site.send("PUT", "/api/articles/4711", {"store": "s1", "price": 99}).json
    assert (own["added"], own["article"]["name"]) == (1, "Maito 1 l")
    assert site.get("/api/articles/4711").json["price"] == 129
    assert site.get("/api/articles/4711?store=s1").json["price"] == 99


@pytest.mark.parametrize(
    "body",
    [
        {"price": 129, "vat_code": "reduced"},
        {"name": "Maito", "vat_code": "reduced"},
        {"name": "Maito", "price": 129, "vat_code": "none"},
        {"name": "Maito", "price": 129, "vat_code": "reduced", "deposit": 200},
        {"name": "Maito", "price": -1, "vat_code": "reduced"},
        {"name": "Maito", "price": 1.5, "vat_code": "reduced"},
    ],
)
def test_an_article_that_could_not_be_sold_is_refused_and_nothing_is_changed(site: Site, body):
    answer = site.send("PUT", "/api/articles/4711", body)
    assert (answer.status_code, answer.json["code"]) == (422, "body-invalid")
    missing = site.get("/api/articles/4711")
    assert (missing.status_code, missing.json["code"]) == (404, "article-not-found")


def test_a_batch_takes_the_good_ones_and_tells_of_the_others(site: Site):
    articles = [{"article_id": "1", **MILK}, {"article_id": "2", "price": 5}, {"article_id": "3", **MILK}]
    told = site.send("PUT", "/api/articles", {"articles": articles}).json
    assert (told["added"], [one["row"] for one in told["rejected"]]) == (2, [2])


def test_with_now_a_price_goes_to_the_registers_of_its_store_alone(site: Site, till):
    from server_push.registers.stores import Store

    site.office.stores.add(Store("s2", "Satama", bytes(32)), site.clock())
    site.office.registers.add("s2", "r2", site.clock())
    site.send("PUT", "/api/articles/4711", MILK)
    told = site.send("PUT", "/api/articles/4711", {"store": "s1", "price": 99, "now": True}).json

    shown = site.get(f"/api/rollouts/{told['rollout']}").json
    assert (shown["origin"], [one["register"] for one in shown["registers"]]) == ("price", ["r1"])


def test_with_now_and_nobody_enrolled_the_price_is_kept(site: Site):
    told = site.send("PUT", "/api/articles/4711", {**MILK, "now": True}).json
    assert (told["added"], told["rollout"]) == (1, None)


# -- the fleet and the audit log ---------------------------------------------------------------------------------------

HEALTH = {
    "status": "fail",
    "checks": [
        {"name": "disk", "status": "warn", "value": {"free_bytes": 1}, "since": None, "hint": "Make room."},
        {"name": "journal", "status": "fail", "value": None, "since": None, "hint": "Call support."},
        {"name": "backup", "status": "pass", "value": {"made_at": "2026-11-22T19:00:00.000Z"}, "since": None},
        {"name": "queue", "status": "pass", "value": {"oldest": "2026-11-22T19:30:00.000Z"}, "since": None},
    ],
}


def test_the_fleet_shows_the_worst_first_with_what_each_said(site: Site, till):
    version = site.office.publisher.publish("s1", site.clock()).version
    good = site.enrol("r2")
    site.office.registers.add("s1", "r3", site.clock())
    site.clock.passes(minutes=5)
    seen = {"active": version, "seen": version}
    site.check_in(till, health=HEALTH, queued_records=4, snapshot=seen)
    site.check_in(good, health={"status": "pass", "checks": []}, snapshot=seen)

    fleet = site.get("/api/fleet").json
    assert fleet["counts"] == {"failed": 1, "good": 1, "new": 1}
    (store,) = fleet["stores"]
    assert [one["register"] for one in store["registers"]] == ["r1", "r2", "r3"]
    first = store["registers"][0]
    assert [error["name"] for error in first["errors"]] == ["journal", "disk"]
    assert first["snapshot"]["age_s"] == 300
    assert first["snapshot"]["is_newest"] is True
    assert first["queue"] == {"records": 4, "oldest": "2026-11-22T19:30:00.000Z"}
    assert first["backup_age_s"] == 3900


@pytest.mark.parametrize("health", [None, [], {"checks": None}, {"checks": [1, {"name": "backup", "value": 3}]}])
def test_a_register_that_says_nonsense_of_itself_does_not_take_the_page_down(site: Site, till, health):
    site.check_in(till, health=health)
    assert site.get("/api/fleet").status_code == 200
    assert site.get("/api/fleet/r1").json["inventory"] == health


def test_a_register_that_is_not_heard_of_is_silent(site: Site, till):
    site.check_in(till)
    site.clock.passes(hours=1)
    assert site.get("/api/fleet").json["counts"] == {"silent": 1}


def test_a_register_has_its_history(site: Site, till):
    first = site.send("POST", "/api/rollouts").json["rollout"]
    site.clock.passes(minutes=1)
    second = site.send("POST", "/api/rollouts").json["rollout"]
    history = site.get("/api/fleet/r1").json["history"]
    assert {(one["rollout"], one["state"]) for one in history} == {(first, "superseded"), (second, "pending")}
    assert site.get("/api/fleet/r9").json["code"] == "register-not-found"


def test_the_audit_log_names_who_did_what(site: Site, till):
    anna = operator(site, "anna", "*")
    rollout = site.send("POST", "/api/rollouts", token=anna).json["rollout"]
    site.send("POST", f"/api/rollouts/{rollout}/pause", token=anna)
    site.send("PUT", "/api/schedule", {"at": "21:00"})
    site.send("PUT", "/api/articles/1", MILK)

    told = [(one["who"], one["act"]) for one in site.get("/api/audit").json["items"]]
    assert told == [
        ("founder", "articles-put"),
        ("founder", "schedule-set"),
        ("anna", "rollout-paused"),
        ("anna", "rollout-begun"),
    ]
    mine = site.get(f"/api/audit?about={rollout}&limit=1").json
    assert [one["act"] for one in mine["items"]] == ["rollout-paused"]
    assert [one["act"] for one in site.get(f"/api/audit?about={rollout}&after={mine['next']}").json["items"]] == [
        "rollout-begun"
    ]
