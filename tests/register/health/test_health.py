"""The health list, its answers over HTTP, and the figures for monitoring."""

from __future__ import annotations

import json
import logging
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from poscore.http import Api
from register_svc import health as health_module
from register_svc.health import Check, Health, Subject, disk_check, worst
from register_svc.logs import log_to
from register_svc.metrics import Metrics
from register_svc.web.health_routes import add_health_routes

START = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)


class Ward:
    """A Health whose clock and checks the test moves."""

    def __init__(self) -> None:
        self.now, self.seconds, self.mode = START, 0.0, "ONLINE"
        self.checks = {"journal": Check("journal", "pass"), "catalog": Check("catalog", "pass", {"version": 7})}
        self.health = Health(Subject("r1", "0.1.0", lambda: self.mode), lambda: self.now, lambda: self.seconds)
        for name in self.checks:
            self.health.add(name, lambda name=name: self.checks[name])

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.seconds += seconds

    def read(self) -> dict[str, object]:
        return json.loads(self.health.as_bytes())

    def client(self) -> FlaskClient:
        app = Flask("health")
        add_health_routes(Api(app, "test", "0"), self.health)
        return app.test_client()


@pytest.fixture
def ward() -> Ward:
    return Ward()


def test_the_list_is_served_as_the_interface_says(ward: Ward) -> None:
    answer = ward.client().get("/health")
    assert answer.status_code == 200
    assert answer.json == {
        "status": "pass",
        "register": "r1",
        "version": "0.1.0",
        "mode": "ONLINE",
        "checks": [
            {"name": "journal", "status": "pass", "value": None, "since": "2026-11-22T20:00:00.000Z", "hint": None},
            {
                "name": "catalog",
                "status": "pass",
                "value": {"version": 7},
                "since": "2026-11-22T20:00:00.000Z",
                "hint": None,
            },
        ],
    }


def test_the_worst_check_is_the_status_and_health_is_always_200(ward: Ward) -> None:
    assert worst([]) == "pass"
    assert worst([Check("a", "warn"), Check("b", "pass")]) == "warn"
    assert worst([Check("a", "warn"), Check("b", "fail"), Check("c", "pass")]) == "fail"
    ward.checks["journal"] = Check("journal", "fail")
    answer = ward.client().get("/health")
    assert (answer.status_code, answer.json["status"]) == (200, "fail")


def test_since_is_when_the_status_began(ward: Ward) -> None:
    ward.health.refresh()
    ward.pass_time(2)
    ward.checks["journal"] = Check("journal", "pass", "another value")
    ward.health.refresh()
    assert ward.health.checks[0].since == "2026-11-22T20:00:00.000Z"
    ward.pass_time(2)
    ward.checks["journal"] = Check("journal", "warn")
    ward.health.refresh()
    assert ward.health.checks[0].since == "2026-11-22T20:00:04.000Z"


def test_a_check_that_raises_is_a_failed_check_and_the_others_stand(ward: Ward) -> None:
    def breaks() -> Check:
        raise RuntimeError("no such device")

    ward.health.add("printer", breaks)
    ward.health.refresh()
    by_name = {check.name: check for check in ward.health.checks}
    assert by_name["printer"].status == "fail"
    assert "no such device" in str(by_name["printer"].value)
    assert by_name["journal"].status == "pass"


def test_one_provider_may_give_several_checks(ward: Ward) -> None:
    ward.health.add("devices", lambda: [Check("printer", "pass"), Check("drawer", "warn")])
    ward.health.refresh()
    assert [check.name for check in ward.health.checks] == ["journal", "catalog", "printer", "drawer"]


def test_asking_does_not_look_again(ward: Ward) -> None:
    looked = []
    ward.health.add("slow", lambda: looked.append(1) or Check("slow", "pass"))
    for _ in range(100):
        ward.read()
    assert len(looked) == 1


def test_a_mode_that_has_just_changed_is_shown_at_once(ward: Ward) -> None:
    assert ward.read()["mode"] == "ONLINE"
    ward.mode = "OFFLINE"
    assert ward.read()["mode"] == "OFFLINE"


def test_a_list_that_is_no_longer_renewed_says_so(ward: Ward) -> None:
    assert ward.read()["status"] == "pass"
    ward.pass_time(11)
    stale = ward.read()
    assert stale["status"] == "fail"
    assert stale["checks"][-1]["name"] == "health"


def test_it_is_renewed_in_the_background(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_module, "REFRESH_EVERY_S", 0.01)
    seen = threading.Event()
    looks = []
    health = Health(Subject("r1", "0", lambda: "ONLINE"), lambda: START)
    health.add("a", lambda: looks.append(1) or (seen.set() if len(looks) > 3 else None) or Check("a", "pass"))
    health.start()
    assert seen.wait(5)
    health.stop()


# -- readiness ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "status", "answer"),
    [("journal", "fail", 503), ("catalog", "fail", 503), ("catalog", "warn", 200), ("journal", "warn", 200)],
)
def test_ready_means_able_to_sell(ward: Ward, name: str, status: str, answer: int) -> None:
    ward.checks[name] = Check(name, status)
    said = ward.client().get("/readyz")
    assert said.status_code == answer
    assert said.json["missing"] == ([name] if answer == 503 else [])


def test_offline_and_a_failed_head_office_do_not_fail_readiness(ward: Ward) -> None:
    ward.mode = "OFFLINE"
    ward.health.add("head_office", lambda: Check("head_office", "fail"))
    ward.health.add("disk", lambda: Check("disk", "fail"))
    assert ward.client().get("/readyz").status_code == 200


def test_a_register_whose_checks_are_not_there_is_not_ready() -> None:
    health = Health(Subject("r1", "0", lambda: "ONLINE"), lambda: START)
    assert health.missing_to_sell() == ["catalog", "journal"]


def test_alive_is_the_process_only(ward: Ward) -> None:
    ward.checks["journal"] = Check("journal", "fail")
    assert ward.client().get("/livez").status_code == 200


def test_a_full_disk_fails_before_it_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert disk_check(tmp_path).value["free_bytes"] > 0
    for free, status in ((5 << 30, "pass"), (500 << 20, "warn"), (50 << 20, "fail")):
        monkeypatch.setattr(health_module, "free_bytes", lambda _, free=free: free)
        assert disk_check(tmp_path).status == status


# -- figures -----------------------------------------------------------------------------------------------------------


def test_figures_are_shown_in_prometheus_form(ward: Ward) -> None:
    metrics: Metrics = ward.health.metrics
    metrics.counter("sales", "Completed sales")
    assert b"offline_kassa_sales_total 0.0" in metrics.as_text()
    metrics.count("sales", kind="sale")
    metrics.count("sales", 2, kind="return")
    metrics.gauge("queued_records", "Waiting", lambda: 3)
    ward.checks["catalog"] = Check("catalog", "warn")
    ward.health.refresh()
    answer = ward.client().get("/metrics")
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    lines = answer.text.splitlines()
    assert 'offline_kassa_sales_total{kind="return"} 2.0' in lines
    assert "offline_kassa_queued_records 3.0" in lines
    assert 'offline_kassa_check_status{check="catalog"} 1.0' in lines


def test_a_figure_that_cannot_be_made_leaves_the_others(ward: Ward) -> None:
    ward.health.metrics.gauge("broken", "x", lambda: 1 / 0)
    ward.health.metrics.gauge("sound", "x", lambda: 1)
    text = ward.health.metrics.as_text()
    assert b"offline_kassa_sound 1.0" in text
    assert b"broken" not in text


# -- the log -----------------------------------------------------------------------------------------------------------


def test_the_log_is_one_json_object_a_line(tmp_path: Path) -> None:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    log_to(tmp_path)
    try:
        logging.getLogger("offline-kassa.test").warning("disk %d %% full", 91, extra={"register": "r1"})
        try:
            raise ValueError("broken")
        except ValueError:
            logging.getLogger("offline-kassa.test").exception("it failed")
    finally:
        for handler in [one for one in root.handlers if one not in before]:
            root.removeHandler(handler)
            handler.close()
        root.setLevel(level)
    first, second = map(json.loads, (tmp_path / "logs" / "register.log").read_text(encoding="utf-8").splitlines())
    assert (first["message"], first["level"], first["register"]) == ("disk 91 % full", "warning", "r1")
    assert first["at"].endswith("Z")
    assert "ValueError: broken" in second["traceback"]
