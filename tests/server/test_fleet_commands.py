"""`push`, `rollout`, `schedule`, `audit`, `operators`, `import --now`: what they answer, and their exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server_push.__main__ import main
from server_push.commands.watching import Screen
from server_push.fleet.rows import Deployment
from server_push.fleet.states import State
from tests.support.lan import Lan, lan_of
from tests.support.offices import Site, new_site

LIST = "article_id,name,price,vat_code\n1,Maito,1.29,reduced\n2,Leipä,2.50,reduced\n"


@pytest.fixture
def site(tmp_path: Path):
    site = new_site(tmp_path)
    yield site
    site.office.close()


@pytest.fixture
def lan(site: Site):
    site.enrol("r1")
    with lan_of("r1", site.office.keys.sender_signing_key().public) as lan:
        site.is_at("r1", lan.url)
        yield lan


def run(site: Site, *words: str | Path, exits: int = 0) -> Result:
    result = CliRunner().invoke(main, [*map(str, words), "--dir", str(site.office.directory)])
    assert result.exit_code == exits, result.output
    return result


def told(site: Site, *words: str | Path, exits: int = 0) -> dict:
    return dict(json.loads(run(site, *words, "--json", exits=exits).stdout))


def test_a_push_is_a_rollout_that_can_be_looked_at(site: Site, lan: Lan):
    pushed = told(site, "push", "--all")
    assert pushed["state"] == "finished"
    shown = told(site, "rollout", "show", pushed["rollout"])
    assert [(one["register"], one["state"]) for one in shown["registers"]] == [("r1", "activated")]
    assert [one["rollout"] for one in told(site, "rollout", "list")["items"]] == [pushed["rollout"]]
    assert "r1" in run(site, "rollout", "show", pushed["rollout"]).stdout
    assert "push" in run(site, "rollout", "list").stdout


def test_who_was_not_served_is_tried_again_when_a_person_says_so(site: Site, lan: Lan):
    lan.answers["POST /snapshots"] = [(422, {"code": "signature", "detail": "no"})]
    pushed = told(site, "push", "--store", "s1", exits=1)
    told(site, "rollout", "show", pushed["rollout"], exits=1)
    lan.answers.clear()

    assert told(site, "rollout", "retry", pushed["rollout"])["state"] == "running"
    carried = told(site, "rollout", "carry-out", pushed["rollout"])
    assert [one["state"] for one in carried["registers"]] == ["activated"]


def test_a_rollout_is_paused_resumed_and_canceled(site: Site, lan: Lan):
    rollout = site.send("POST", "/api/rollouts").json["rollout"]
    assert told(site, "rollout", "pause", rollout)["state"] == "paused"
    assert told(site, "rollout", "carry-out", rollout, exits=1)["state"] == "paused"
    assert told(site, "rollout", "resume", rollout)["state"] == "running"
    assert told(site, "rollout", "cancel", rollout)["state"] == "canceled"
    missing = CliRunner().invoke(main, ["rollout", "pause", "x", "--dir", str(site.office.directory), "--json"])
    assert (missing.exit_code, json.loads(missing.stderr)["code"]) == (1, "rollout-not-found")


def test_the_schedule_is_set_in_parts_shown_and_run_now(site: Site, lan: Lan):
    told(site, "schedule", "set", "--at", "21:15", "--days", "1-5")
    shown = told(site, "schedule", "set", "--window-end", "04:00")
    assert (shown["at"], shown["days"], shown["window_end"]) == ("21:15", [1, 2, 3, 4, 5], "04:00")
    assert "21:15" in run(site, "schedule", "show").stdout
    assert not told(site, "schedule", "set", "--off")["enabled"]
    run(site, "schedule", "set", "--days", "x", exits=2)
    run(site, "schedule", "set", "--at", "25:00", exits=1)

    ran = told(site, "schedule", "run-now")
    assert (ran["state"], [one["state"] for one in ran["registers"]]) == ("finished", ["activated"])


def test_an_import_with_now_reaches_the_tills(site: Site, lan: Lan, tmp_path: Path):
    prices = tmp_path / "prices.csv"
    prices.write_text(LIST, encoding="utf-8")
    report = told(site, "import", "articles", prices, "--now")
    assert report["added"] == 2
    assert [one["state"] for one in report["push"]["registers"]] == ["activated"]
    assert lan.active == site.office.newest_version("s1")
    assert "push" not in told(site, "import", "articles", prices)
    run(site, "import", "articles", prices, "--now", "--dry-run", exits=2)


def test_an_import_with_now_that_somebody_did_not_get_says_so(site: Site, tmp_path: Path):
    site.enrol("r1")  # at a port where nobody listens
    prices = tmp_path / "prices.csv"
    prices.write_text(LIST, encoding="utf-8")
    report = told(site, "import", "articles", prices, "--now", exits=1)
    assert (report["added"], report["push"]["registers"][0]["state"]) == (2, "unreachable")


def test_operators_have_names_that_the_audit_log_shows(site: Site, lan: Lan):
    token = told(site, "operators", "add", "anna", "--scope", "rollouts:write")["operator_token"]
    assert site.send("POST", "/api/rollouts", token=token).status_code == 201
    assert {one["name"] for one in told(site, "operators", "list")["items"]} == {"founder", "anna"}
    told(site, "operators", "revoke", "anna")
    assert site.send("POST", "/api/rollouts", token=token).status_code == 401
    run(site, "operators", "revoke", "anna", exits=1)

    items = told(site, "audit")["items"]
    assert ("anna", "rollout-begun") in [(one["who"], one["act"]) for one in items]
    assert items[0]["who"].startswith("command")
    assert "anna" in run(site, "audit").stdout


def test_the_old_settings_beside_the_old_list_are_told_and_change_nothing(site: Site, tmp_path: Path):
    (tmp_path / "OFFLINEKASSAT.TXT").write_bytes(b"KASSA1\r\n\x1a")
    (tmp_path / "Ketju_Offline.ini").write_bytes(b"A.DAT=offlineA.DAT\r\nB.DAT=vanha.dat\r\nx\r\n")
    report = told(site, "registers", "import", tmp_path / "OFFLINEKASSAT.TXT")
    assert report["added"] == ["kassa1"]
    assert [one["keeps_the_rule"] for one in report["old_settings"]["copies"]] == [True, False]
    assert report["old_settings"]["not_understood"] == [{"row": 3, "text": "x"}]
    said = run(site, "registers", "import", tmp_path / "OFFLINEKASSAT.TXT").stdout
    assert "not called offline + its source" in said


def test_how_a_stores_registers_are_reached_is_set(site: Site):
    assert told(site, "stores", "delivery", "s1", "pull") == {"store": "s1", "delivery": "pull"}
    assert told(site, "stores", "list")["items"][0]["delivery"] == "pull"


class Bars:
    """rich's bars, as far as the screen uses them."""

    def __init__(self) -> None:
        self.tasks: dict[int, dict] = {}

    def add_task(self, name: str, **fields) -> int:
        self.tasks[len(self.tasks)] = {"name": name, **fields}
        return len(self.tasks) - 1

    def update(self, task: int, advance: int = 0, **fields) -> None:
        one = self.tasks[task]
        one.update(fields)
        one["completed"] = one.get("completed", 0) + advance

    def remove_task(self, task: int) -> None:
        self.tasks[task]["visible"] = False


def row(register: str, state: State, code: str | None = None) -> Deployment:
    return Deployment("p1", "s1", register, state, 7, code, None, 0, 1, None, "push", "", None)


def test_a_terminal_shows_one_bar_for_all_and_a_line_for_who_is_worked_on_or_failed():
    bars = Bars()
    screen = Screen(bars)
    screen.show([row("r1", State.SENDING), row("r2", State.PENDING), row("r3", State.FAILED, "space")])
    screen.sending("r1", 100)
    screen.sent("r1", 40)
    shown = {task["name"]: task for task in bars.tasks.values()}
    assert (shown["registers"]["completed"], shown["registers"]["total"]) == (1, 3)
    assert shown["r1"]["completed"] == 40
    assert "space" in shown["r3"]["said"]
    assert "r2" not in shown

    screen.show([row("r1", State.ACTIVATED), row("r2", State.ACTIVATED), row("r3", State.FAILED, "space")])
    assert "2 sell from it" in shown["registers"]["said"]
    assert shown["r1"]["visible"] is False
